"""Leaving: what people noted of causes whose rows stay rejected, and which records that was about."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from credtools.model import Record
from credtools.store import tables
from credtools.store.engine import At
from credtools.store.frames import rows
from credtools.store.reads.rejects import RECORD, reject

CAME_AGAIN = ("open", "superseded", "waived")  # the states of a reject that no row of its record has settled


class Note(NamedTuple):
    """The last note about a batch, and of which file it is.

    `causes`: the seals of those that are left rejected; `taken_back`: of those for which that was undone.
    """

    batch: int
    sha256: str
    by: str
    causes: frozenset[str]
    taken_back: frozenset[str]


def note(at: At, batch_id: int) -> Note | None:
    """The last note about a batch; None where nobody has noted anything."""
    found = _notes(at, tables.batches.c.id == batch_id)
    return found[0] if found else None


def notes(at: At, sources: Sequence[int]) -> list[Note]:
    """The last note about each finished batch of a source and its family, newest batch first."""
    batch = tables.batches.c
    return _notes(at, batch.source_id.in_(sources) & (batch.state == "finished"))


def left_records(at: At, batch_ids: Collection[int]) -> dict[int, list[Record]]:
    """The records that some batches have rejected and that nothing has settled since, by batch."""
    found: dict[int, list[Record]] = {}
    asked = select(reject.batch_id, *RECORD).where(
        reject.batch_id.in_(batch_ids), reject.state.in_(CAME_AGAIN), reject.record_digest.is_not(None)
    )
    for number, *record in rows(at, asked):
        found.setdefault(number, []).append(Record(*record))
    return found


def _notes(at: At, of: Any) -> list[Note]:
    event, batch = tables.events.c, tables.batches.c
    named = select(event.batch_id, batch.sha256, event.text)
    told = named.join(tables.batches, batch.id == event.batch_id).where(event.kind == "leave", of)
    last: dict[int, Note] = {}
    for number, sha256, text in rows(at, told.order_by(event.batch_id.desc(), event.seq.desc())):
        if number not in last:
            said = json.loads(text)
            sets = (frozenset(said.get(key, ())) for key in ("causes", "taken_back"))
            last[number] = Note(number, sha256, said["by"], *sets)
    return list(last.values())
