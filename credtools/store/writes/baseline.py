"""Baseline: what a registry that is upgraded would have kept, had it had the newest layout from its first day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select, update

from credtools.recipe import MANUAL
from credtools.store import clock, tables
from credtools.store.engine import GENESIS
from credtools.store.erased import KEY
from credtools.store.row_texts import SEALED
from credtools.store.seals import seal_all
from credtools.store.transaction import Write, chain
from credtools.store.writes.facts import write_facts
from credtools.store.writes.identity import regroup
from credtools.store.writes.sources import told_anew
from credtools.store.writes.versions import move_heads
from credtools.store.writes.words import rebuild
from credtools.text import fold_number


def words(connection: Connection) -> None:
    """What each source said last, by its batches that stand; within the transaction that changes the layout."""
    work = Write(connection, 0, GENESIS, clock.now())  # no event: nothing was done but to find it out
    source, batch, row, version = tables.sources.c, tables.batches.c, tables.ledger_rows.c, tables.credential_versions.c
    remembering = select(source.id).where(source.name != MANUAL, source.merged_into.is_(None)).order_by(source.id)
    for source_id in connection.execute(remembering).scalars().all():
        spoken = (
            select(version.credential_id)
            .join(tables.ledger_rows, row.version_id == version.id)
            .join(tables.batches, batch.id == row.batch_id)
            .where(batch.source_id == source_id, batch.state == "finished")
        )
        rebuild(work, [source_id], set(connection.execute(spoken).scalars()))


def parts(connection: Connection) -> None:
    """Whether all parts of divided files stand, and what follows; within the transaction that changes the layout.

    With a corrected issue date all earlier versions of the wrong date go by now, not only the last of them.
    """
    work = Write(connection, 0, GENESIS, clock.now())
    source = tables.sources.c
    for number in connection.execute(select(source.id).where(source.merged_into.is_(None))).scalars().all():
        told_anew(work, [number], set())
    version = tables.credential_versions.c
    replacing = select(version.credential_id).where(version.replaces_id.is_not(None)).distinct()
    move_heads(work, connection.execute(replacing).scalars().all())


def people(connection: Connection, today: date) -> None:
    """Numbers by their folded key, of which several may be one credential; facts about users and types from today on.

    One event says so, and how many credentials belong to others now.
    """
    head = connection.execute(select(tables.audit_head)).one()
    work = Write(connection, head.seq, head.hash, clock.now())
    credential = tables.credentials.c
    stored = connection.execute(select(credential.id, credential.number).where(credential.number != "")).all()
    keys = {row.id: fold_number(row.number) for row in stored}
    joined = regroup(work, keys.keys(), keys)
    users, types = (
        [row._asdict() for row in connection.execute(select(table).where(table.c.merged_into.is_(None)))]
        for table in (tables.users, tables.credential_types)
    )
    known = [row for row in users if not (row["email_key"] or "").startswith(KEY)]
    if stored or known or types:
        work.event("upgrade", "", users=len(known), types=len(types), joined=len(joined))
        write_facts(work, tables.users, ((row["id"], {}, row) for row in known), today)
        write_facts(work, tables.credential_types, ((row["id"], {}, row) for row in types), today)
        connection.execute(update(tables.audit_head).values(seq=work.seq, hash=work.last))


def seals(connection: Connection) -> None:
    """One event that seals whatever is here; none where there is nothing yet."""
    head = connection.execute(select(tables.audit_head)).one()
    if any(connection.execute(select(table).limit(1)).first() is not None for table in SEALED):
        work = Write(connection, head.seq, head.hash, clock.now())
        work.event("upgrade", "", sealed=True)
        told = seal_all(connection, work.seq)
        last = chain(work.last, told) if told else work.last
        connection.execute(update(tables.audit_head).values(seq=work.seq, hash=last))
