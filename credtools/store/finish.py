"""Finish: a judged batch becomes credentials, ledger, rejects, event and receipt, in one transaction.

Python has classified the rows against what it read; the database guards: the lookups must not have moved, each
credential's counter must be the one that was read, and only one batch may hold the key (sha256, part, judgement).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credtools.errors import MovedError
from credtools.model import Counts, Receipt
from credtools.store import tables
from credtools.store.batches import note_run, require_waiting, state_of
from credtools.store.corrections import require_open
from credtools.store.ledger import write_ledger, write_rejects
from credtools.store.media import link_staged
from credtools.store.values import Finish
from credtools.store.versions import write_versions
from credtools.store.writing import Write, write

LOOKUP_EVENTS = ("load", "settings", "erase")


def finish(engine: Engine, value: Finish) -> Receipt:
    """Writes the batch and returns its receipt, or replays the receipt of the batch that was judged equally before.

    Raises MovedError when lookups or stored versions have moved since they were read (nothing is written; review
    again and repeat), RegistryError when the batch isn't a draft or held, UnknownOutcomeError.
    """
    with write(engine) as work:
        if state_of(work, value.batch_id) == "finished":
            return _finished_already(work, value)
        require_waiting(work, value.batch_id)
        earlier = _take_key(work, value)
        if earlier is not None:
            return _replay(work, value, earlier)
        _require_revision(work, value)
        require_open(work, value.answers)
        version_ids, versions = write_versions(work, value)
        ledger = write_ledger(work, value, version_ids)
        write_rejects(work, value)
        link_staged(work, value.batch_id, value.batch_id, value.by)
        return _write_receipt(work, value, ledger, versions)


def _finished_already(work: Write, value: Finish) -> Receipt:
    """Another run has continued the same held batch; judged equally, its receipt is ours."""
    row = work.connection.execute(select(tables.batches).where(tables.batches.c.id == value.batch_id)).one()
    if row.judgement != value.judgement:
        require_waiting(work, value.batch_id)
    work.event("replay", value.by, value.batch_id, attempt=value.attempt_id, replays=value.batch_id)
    return replace(stored_receipt(row), replayed=True)


def _take_key(work: Write, value: Finish) -> int | None:
    """Takes the batch key; returns the finished batch that already holds it and still stands whole, or None."""
    keys = tables.batch_keys
    batch = tables.batches.c
    sha256, part = work.connection.execute(select(batch.sha256, batch.part).where(batch.id == value.batch_id)).one()
    key = {"sha256": sha256, "part": part, "judgement": value.judgement}
    insert = (postgresql if work.connection.dialect.name == "postgresql" else sqlite).insert
    taken = work.connection.execute(
        insert(keys).values(**key, batch_id=value.batch_id).on_conflict_do_nothing().returning(keys.c.batch_id)
    ).scalar()
    if taken is not None:
        return None
    same_key = [keys.c[name] == part_of_key for name, part_of_key in key.items()]
    earlier = int(work.connection.execute(select(keys.c.batch_id).where(*same_key)).scalar_one())
    version, reject = tables.credential_versions.c, tables.rejects.c
    fallen = (
        select(func.count())
        .select_from(tables.ledger.join(tables.credential_versions))
        .where(tables.ledger.c.batch_id == earlier, ~version.stands | version.salt.is_(None))
    )
    nobodys = select(func.count()).where(
        reject.batch_id == earlier, reject.state == "open", reject.record_digest.is_(None)
    )
    if not any(work.connection.execute(count).scalar() for count in (fallen, nobodys)):
        return earlier
    work.connection.execute(update(keys).where(*same_key).values(batch_id=value.batch_id))
    return None


def _replay(work: Write, value: Finish, earlier: int) -> Receipt:
    work.connection.execute(
        update(tables.batches)
        .where(tables.batches.c.id == value.batch_id)
        .values(state="discarded", follows_id=earlier, rows=0, waiting=0)
    )
    work.event("replay", value.by, value.batch_id, attempt=value.attempt_id, replays=earlier)
    link_staged(work, value.batch_id, earlier, value.by)
    row = work.connection.execute(select(tables.batches).where(tables.batches.c.id == earlier)).one()
    _note_run(work, row, value)
    return replace(stored_receipt(row), replayed=True)


def _require_revision(work: Write, value: Finish) -> None:
    if revision(work.connection) != value.revision:
        raise MovedError("lookups_changed")


def revision(connection: Any) -> int:
    """The number of the last event that changed users, types or settings."""
    moved = select(func.max(tables.events.c.seq)).where(tables.events.c.kind.in_(LOOKUP_EVENTS))
    return int(connection.execute(moved).scalar() or 0)


def _write_receipt(work: Write, value: Finish, ledger: str, versions: str) -> Receipt:
    """`ledger`, `versions`: the digests of what was written, which the event chains."""
    c = work.connection
    counts = value.counts.as_dict()
    facts = {
        "recipe": value.recipe_fingerprint,
        "schema": value.schema_fingerprint,
        "counts": counts,
        "judgement": value.judgement,
        "ledger": ledger,
        "versions": versions,
    }
    batch = c.execute(select(tables.batches).where(tables.batches.c.id == value.batch_id)).one()
    seq = work.event("finish", value.by, value.batch_id, attempt=value.attempt_id, sha256=batch.sha256, **facts)
    receipt = {
        "sha256": batch.sha256,
        "recipe": value.recipe_fingerprint,
        "schema": value.schema_fingerprint,
        "judgement": value.judgement,
        "audit_seq": seq,
        "audit_head": work.hash,
    }
    del counts["accepted"]
    c.execute(
        update(tables.batches)
        .where(tables.batches.c.id == value.batch_id)
        .values(
            state="finished",
            judgement=value.judgement,
            schema_fingerprint=value.schema_fingerprint,
            recipe_text=value.recipe_text,
            recipe_fingerprint=value.recipe_fingerprint,
            finished_by=value.by,
            finished_at=work.at,
            today=value.today,
            receipt=json.dumps(receipt, sort_keys=True),
            **counts,
        )
    )
    _note_run(work, batch, value)
    return Receipt(batch=value.batch_id, file=batch.file_name, counts=value.counts, **receipt)


def _note_run(work: Write, batch: Any, value: Finish) -> None:
    verdict = "partial" if value.counts.rejected else "ok"
    note_run(work, batch.source_id, batch.id, verdict, batch.file_name, value.statistics)


def stored_receipt(batch: Any) -> Receipt:
    """The receipt of a finished batch, from its row."""
    counts = Counts(*(getattr(batch, name) for name in Counts.__dataclass_fields__))
    return Receipt(batch=batch.id, file=batch.file_name, counts=counts, **json.loads(batch.receipt))
