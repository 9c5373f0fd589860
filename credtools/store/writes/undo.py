"""Undo: takes a finished batch back by compensating; nothing of the history is removed.

Afterwards versions, words, withdrawals and rejects stand as if the batch had never come: whatever another batch says,
too, stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from credtools.errors import MovedError
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

EFFECTS = {  # of one, of many
    "gone": (
        "credential no longer counts: no other batch lists it",
        "credentials no longer count: no other batch lists them",
    ),
    "back": (
        "credential goes back to its earlier version",
        "credentials go back to their earlier versions",
    ),
    "reinstated": (
        "withdrawn credential counts again: only this batch withdrew it",
        "withdrawn credentials count again: only this batch withdrew them",
    ),
    "withdrawn": (
        "credential is withdrawn again: only this batch reinstated it",
        "credentials are withdrawn again: only this batch reinstated them",
    ),
}


@dataclass(frozen=True)
class Undone(Shown):
    """What an undo took back, or would.

    `fallen`: versions that no batch says any more; `kept`: versions of the batch that another one says, too, by that;
    `reopened`: rejects that are open again; `affected`: versions that took values from fallen ones, and stay; `gone`:
    credentials of which nothing is left that stands; `back`: those of which an earlier version is the newest again;
    `reinstated`, `withdrawn`: those that are no longer withdrawn by it, or withdrawn again; `pending`: fallen versions
    that waited for a decision.
    """

    batch: int
    fallen: int
    kept: Mapping[int, int] = field(default_factory=dict)
    reopened: int = 0
    affected: tuple[int, ...] = ()
    gone: int = 0
    back: int = 0
    reinstated: int = 0
    withdrawn: int = 0
    pending: int = 0

    @property
    def effects(self) -> tuple[str, ...]:
        """What becomes of the credentials, a sentence each."""
        found = ((getattr(self, name), said) for name, said in EFFECTS.items())
        return tuple(f"{count:,} {said[count != 1]}." for count, said in found if count)

    def __str__(self) -> str:
        verb = "stands" if self.fallen == 1 else "stand"
        lines = [f"{plural(self.fallen, 'version')} of batch {self.batch} no longer {verb}."]
        written = self.fallen + sum(self.kept.values())
        lines += [f"{count:,} of {written:,} stay: batch {other} says the same." for other, count in self.kept.items()]
        lines += [f"{plural(self.reopened, 'reject')} open again."] if self.reopened else []
        return " ".join(lines)


def undo(
    engine: Engine,
    batch_id: int,
    by: str,
    records: Callable[[Connection], Known],
    *,
    dry_run: bool = False,
    shown: Undone | None = None,
) -> Undone:
    """Takes a batch back; `dry_run` only says what would become of it. Raises RegistryError when it isn't finished.

    `records`: by which records are found in other batches of its source, as of a transaction; `shown`: what it was said
    to do a moment ago: MovedError when it would do something else by now.
    """
    with write(engine, trial=dry_run) as work:
        done = _undo(work, batch_id, by, records(work.connection))
        if shown is not None and shown != done:
            raise MovedError("undo_moved", batch=batch_id)
        return done


def _undo(work: Write, batch_id: int, by: str, known: Known) -> Undone:
    batch = work.finished(batch_id, "undone")
    version, credential = tables.credential_versions.c, tables.credentials.c
    work.change(tables.batches.c.id, [batch_id], state="undone")
    work.execute(delete(tables.batch_keys).where(tables.batch_keys.c.batch_id == batch_id))
    said = _said(work, batch_id)
    still = said_by(work.connection, said)
    columns = select(version.id, version.credential_id, version.batch_id, version.stands, version.decision)
    ours = {row.id: row for row in rows_in(work.connection, columns, version.id, said)}
    falls = [number for number, row in ours.items() if row.stands and number not in still]
    work.change(version.id, falls, stands=False)
    merged = roots(work.connection, tables.credentials)
    absent = {merged.get(number, number) for number in json.loads(batch.absent or "[]")}
    sources = family(work.connection, batch.source)
    touched = {row.credential_id for row in ours.values()} | absent | settle_parts(work, sources)
    before = _newest(work, touched)
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
    counts = Counter(_became(one, before[number]) for number, one in _newest(work, touched).items())
    return Undone(
        batch_id,
        len(falls),
        dict(sorted(kept.items())),
        reopened,
        affected,
        **{name: counts[name] for name in EFFECTS},
        pending=sum(ours[number].decision == "pending" for number in falls),
    )


def _newest(work: Write, credentials: Collection[int]) -> dict[int, Any]:
    """Of some credentials the newest version that stands, and whether it is withdrawn."""
    credential, version = tables.credentials.c, tables.credential_versions
    statement = select(credential.id, credential.head_version_id, version.c.withdrawn).select_from(
        tables.credentials.outerjoin(version, version.c.id == credential.head_version_id)
    )
    found = rows_in(work.connection, statement, credential.id, credentials)
    return {number: (head, bool(withdrawn)) for number, head, withdrawn in found}


def _became(now: tuple[int | None, bool], before: tuple[int | None, bool]) -> str:
    """What became of a credential; '' for nothing."""
    if now[0] != before[0]:
        return "back" if now[0] else "gone"
    if now[1] == before[1]:
        return ""
    return "withdrawn" if now[1] else "reinstated"


def _said(work: Write, batch_id: int) -> set[int]:
    """The versions that the batch wrote or found unchanged."""
    ledger = tables.ledger.c
    alone = select(ledger.version_id).where(ledger.batch_id == batch_id, ledger.verdict.in_(SAYING))
    said = set(work.execute(alone).scalars()) - {None}
    return said.union(*(rows.version for _, rows in places(work.connection, [batch_id])))
