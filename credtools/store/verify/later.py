"""Verify what came later: what was written after a head that is known to be right, and what wasn't looked at then.

The chain of events, with what each has sealed, is always followed from the first one on: it is short, and proves that
the head is one of this history. Of the rows only those are looked at that later events have written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from credtools.store import tables
from credtools.store.erased import Erased
from credtools.store.frames import rows_in
from credtools.store.verify.batches import batch_problems
from credtools.store.verify.decisions import decisions, media_links
from credtools.store.verify.seals import later_rows
from credtools.store.verify.sources import sources
from credtools.store.verify.withdrawals import withdrawals

Events = Sequence[dict[str, Any]]


def later(connection: Connection, events: list[dict[str, Any]], seq: int) -> tuple[list[str], tuple[str, ...]]:
    """What doesn't agree of what was written after an event; and what wasn't looked at, both as whole sentences.

    Looked at: each batch of which a later event speaks, or of which one erased something, as a whole; the rows that
    these have sealed; whether the versions that these batches say stand; decisions, withdrawals, links of media and
    which sources are one, of all events.
    """
    by_batch = {(event["kind"], event["batch"]): event for event in events}
    after = [event for event in events if event["seq"] > seq]
    erased, said = Erased.by(events), set[int]()
    touched = {*Erased.by(after).places, *(event["batch"] for event in after)} - {None}
    problems, there = [], set[int]()
    asked = select(tables.batches).order_by(tables.batches.c.id)
    for batch in rows_in(connection, asked, tables.batches.c.id, touched):
        problems += batch_problems(connection, batch, by_batch, erased, said)
        there.add(batch.id)
    lost = sorted({event["batch"] for event in after if event["kind"] == "finish"} - there)
    problems += [f"Batch {batch} is in the events, but not in the table of batches." for batch in lost]
    version = tables.credential_versions.c
    fallen = rows_in(connection, select(version.id).where(~version.stands), version.id, said)
    problems += [f"Version {row.id} fell, but a finished batch says it." for row in sorted(fallen)[:1]]
    problems += decisions(connection, events)
    problems += withdrawals(connection, events, erased.versions)
    problems += media_links(connection, events, erased)
    problems += sources(connection, events)
    problems += later_rows(connection, seq)
    return problems, tuple(_unseen(connection, seq, len(there)))


def _unseen(connection: Connection, seq: int, looked: int) -> Iterator[str]:
    batches = connection.execute(select(func.count()).select_from(tables.batches)).scalar_one()
    if left := batches - looked:
        yield f"Not looked at: the rows and files of {left:,} batch{'es' if left > 1 else ''} from up to event {seq}."
    yield f"Not looked at: other rows that events up to {seq} have written, and stored media of before."
    yield "Not looked at: whether what counts, and what sources said last, follows from all batches; the file itself."


def later_blobs(connection: Connection, events: Events, seq: int) -> list[str]:
    """The SHA-256 of the files that later events have linked, and that are still here."""
    added = (event for event in events if event["kind"] == "media" and event["seq"] > seq)
    links = {number for event in added for number in range(event["first"], event["first"] + event["count"])}
    media, blob = tables.media.c, tables.blobs.c
    here = select(media.sha256, blob.shown_as).join(tables.blobs, blob.sha256 == media.sha256)
    found = rows_in(connection, here.where(blob.erased_at.is_(None)), media.id, links)
    return sorted({sha256 for row in found for sha256 in row if sha256})
