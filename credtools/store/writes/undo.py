"""Undo: takes a finished batch back by compensating; nothing of the history is removed.

Afterwards versions, words, withdrawals and rejects stand as if the batch had never come: whatever another batch says,
too, stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, delete, select

from credtools.model import SAYING
from credtools.store import tables
from credtools.store.blocks import places
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import roots
from credtools.store.reads.sources import family
from credtools.store.transaction import Write, write
from credtools.store.writes.parts import settle_parts
from credtools.store.writes.standing import said_by
from credtools.store.writes.versions import move_heads
from credtools.store.writes.void import void_rejects
from credtools.store.writes.waivers import Known
from credtools.store.writes.words import rebuild
from credtools.text import Shown, plural


@dataclass(frozen=True)
class Undone(Shown):
    """What an undo took back, or would.

    `fallen`: versions that no batch says any more; `kept`: versions of the batch that another one says, too, by that;
    `reopened`: rejects that are open again; `affected`: versions that took values from fallen ones, and stay.
    """

    batch: int
    fallen: int
    kept: Mapping[int, int] = field(default_factory=dict)
    reopened: int = 0
    affected: tuple[int, ...] = ()

    def __str__(self) -> str:
        verb = "stands" if self.fallen == 1 else "stand"
        lines = [f"{plural(self.fallen, 'version')} of batch {self.batch} no longer {verb}."]
        written = self.fallen + sum(self.kept.values())
        lines += [f"{count:,} of {written:,} stay: batch {other} says the same." for other, count in self.kept.items()]
        lines += [f"{plural(self.reopened, 'reject')} open again."] if self.reopened else []
        return " ".join(lines)


def undo(
    engine: Engine, batch_id: int, by: str, records: Callable[[Connection], Known], *, dry_run: bool = False
) -> Undone:
    """Takes a batch back; `dry_run` only says what would become of it. Raises RegistryError when it isn't finished.

    `records`: by which records are found in other batches of its source, as of a transaction.
    """
    with write(engine, trial=dry_run) as work:
        return _undo(work, batch_id, by, records(work.connection))


def _undo(work: Write, batch_id: int, by: str, known: Known) -> Undone:
    batch = work.finished(batch_id, "undone")
    version, credential = tables.credential_versions.c, tables.credentials.c
    work.change(tables.batches.c.id, [batch_id], state="undone")
    work.execute(delete(tables.batch_keys).where(tables.batch_keys.c.batch_id == batch_id))
    said = _said(work, batch_id)
    still = said_by(work.connection, said)
    columns = select(version.id, version.credential_id, version.batch_id, version.stands)
    ours = {row.id: row for row in rows_in(work.connection, columns, version.id, said)}
    falls = [number for number, row in ours.items() if row.stands and number not in still]
    work.change(version.id, falls, stands=False)
    merged = roots(work.connection, tables.credentials)
    absent = {merged.get(number, number) for number in json.loads(batch.absent or "[]")}
    sources = family(work.connection, batch.source)
    touched = {row.credential_id for row in ours.values()} | absent | settle_parts(work, sources)
    rebuild(work, sources, touched)
    work.change(credential.id, touched, counter=credential.counter + 1)
    move_heads(work, touched)
    reopened, spoken = void_rejects(work, batch, by, known)
    written = [number for number, row in ours.items() if row.batch_id == batch_id]
    kept = Counter(still[number] for number in written if number in still)
    heirs = select(version.id).where(version.stands)
    affected = tuple(sorted(row.id for row in rows_in(work.connection, heirs, version.inherits_id, falls)))
    work.event(
        "undo",
        by,
        batch_id,
        versions=len(falls),
        kept=sum(kept.values()),
        reopened=reopened,
        **({"rejects": spoken} if spoken else {}),
    )
    return Undone(batch_id, len(falls), dict(sorted(kept.items())), reopened, affected)


def _said(work: Write, batch_id: int) -> set[int]:
    """The versions that the batch wrote or found unchanged."""
    ledger = tables.ledger.c
    alone = select(ledger.version_id).where(ledger.batch_id == batch_id, ledger.verdict.in_(SAYING))
    said = set(work.execute(alone).scalars()) - {None}
    return said.union(one for _, rows in places(work.connection, [batch_id]) for *_, one in rows)
