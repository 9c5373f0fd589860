"""Verify: what was decided, and the media that were added, must be what events have chained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.digests import CHAINED, media_digest, salted_digest
from credtools.store.erased import Erased, numbers
from credtools.store.reads.decided import seconds_left
from credtools.text import fold

KINDS = ("decide", "resubmit", "undecide")  # events that concern the decision on a version


def decisions(connection: Connection, events: list[dict[str, Any]]) -> list[str]:
    """Each version's decision must be the last one that was chained; each chained one must be recorded.

    One that was taken back was so by whoever made it, in time: afterwards the version waits.
    """
    uploaders = {event["batch"]: event["by"] for event in events if event["kind"] == "upload"}
    last: dict[int, tuple[Any, ...]] = {}
    again: dict[int, str] = {}  # who resubmitted a version
    chained: dict[int, dict[str, Any]] = {}  # by what a version is decided
    problems = []
    for event in (one for one in events if one["kind"] in KINDS):
        for version_id in event["versions"]:
            if event["kind"] == "decide":
                uploader = again.get(version_id, uploaders.get(event["batch"]))
                last[version_id] = (event["decision"], event["seq"], event["by"], uploader)
                chained[version_id] = event
                continue
            made = chained.pop(version_id, None)
            if event["kind"] == "resubmit":
                again[version_id] = event["by"]
            elif not (made and _theirs(made, event)):
                problems.append(f"Event {event['seq']} took back a decision on version {version_id} without the right.")
    version, decision = tables.credential_versions, tables.decisions
    stored = dict(
        connection.execute(
            select(version.c.id, version.c.decision).where(version.c.decision.in_(("approved", "declined")))
        ).all()
    )
    recorded = {
        row.version_id: (row.decision, row.event_seq, row.decided_by, row.uploaded_by)
        for row in connection.execute(select(decision).order_by(decision.c.id))
    }
    decided = {number: event["decision"] for number, event in chained.items()}
    if stored != decided:
        wrong = sorted(set(stored.items()) ^ set(decided.items()))
        problems.append(f"The decision on version {wrong[0][0]} was not made by any event.")
    if recorded != last:
        problems.append("The recorded decisions aren't those that were chained.")
    return problems


def _theirs(made: dict[str, Any], back: dict[str, Any]) -> bool:
    """Whether a decision was taken back by whoever made it, in time."""
    at, then = (datetime.fromisoformat(event["at"]) for event in (made, back))
    return fold(made["by"]) == fold(back["by"]) and seconds_left(at, then) >= 0


class Linked(NamedTuple):
    """What is chained of a link."""

    id: int
    version_id: int
    sha256: str
    media_type: str
    added_by: str
    removed_at: datetime | None
    shown_as: str | None
    scan: str
    scan_digest: bytes | None


def _links(connection: Connection, erased: Erased) -> Iterator[tuple[Linked, str]]:
    """Each link, and what of it isn't as it was: what the file says beside its row, in what it is shown."""
    media, blob = tables.media, tables.blobs
    columns = (blob.c.media_type if name == "media_type" else media.c[name] for name in Linked._fields)
    more = (media.c.scan_salt, media.c.compared, media.c.file_name, blob.c.shown_as.label("now"), blob.c.erased_at)
    for row in connection.execute(select(*columns, *more).join(blob, blob.c.sha256 == media.c.sha256)):
        link, problem = Linked(*row[: len(Linked._fields)]), ""
        blank = row.scan_digest is not None and row.scan_salt is None
        if blank != (row.id in erased.scans):
            problem = f"Whether what medium {row.id} says is erased contradicts the events."
        elif row.compared and not row.scan_salt:
            problem = f"What medium {row.id} says beside its row was compared by no event."
        elif row.scan_salt and salted_digest(row.scan_salt, row.compared) != row.scan_digest:
            problem = f"What medium {row.id} says beside its row isn't what was found when it was added."
        elif row.file_name and not row.erased_at and row.shown_as != row.now:
            problem = f"Medium {row.id} isn't shown as it was when it was added."
        yield link, problem


def _columns(rows: Mapping[int, Linked], ids: Iterable[int]) -> dict[str, list[Any]]:
    """Those of the links that are there, column by column."""
    linked = [rows[number] for number in ids if number in rows]
    return {name: [getattr(row, name) for row in linked] for name in CHAINED}


def media_links(connection: Connection, events: list[dict[str, Any]], erased: Erased) -> list[str]:
    """Each link must be one that was chained, and so must each batch's switches."""
    found = list(_links(connection, erased))
    rows = {link.id: link for link, _ in found}
    problems = [problem for _, problem in found if problem][:1]
    compared = [event for event in events if event["kind"] == "compare"]
    late = {number for event in compared for number in numbers(event["media"])}
    for event in compared:
        if media_digest(_columns(rows, sorted(numbers(event["media"])))) != event["links"]:
            problems.append(f"What media of batch {event['batch']} say isn't what event {event['seq']} found.")
    before = {number: link._replace(scan="", scan_digest=None) for number, link in rows.items() if number in late}
    rows |= before
    for event in events:
        if event["kind"] == "media":
            ids = range(event["first"], event["first"] + event["count"])
            removed = any(rows[number].removed_at for number in ids if number in rows)
            if media_digest(_columns(rows, ids)) != event["links"] or removed:
                problems.append(f"The media of batch {event['batch']} aren't those that event {event['seq']} added.")
            for number in ids:
                rows.pop(number, None)
    if rows:
        problems.append(f"{len(rows):,} media were not added by any event.")
    return problems + _switches(connection, events)


def _switches(connection: Connection, events: list[dict[str, Any]]) -> list[str]:
    batch, problems = tables.batches.c, []
    last = {event["batch"]: event["optional"] for event in events if event["kind"] == "media_switch"}
    again = {event["batch"]: event["yes"] for event in events if event["kind"] == "count_again"}
    switches = select(batch.id, batch.media_optional, batch.count_again).order_by(batch.id)
    for number, optional, counts_again in connection.execute(switches):
        if optional != last.get(number):
            problems.append(f"Whether media are optional in batch {number} was not decided by any event.")
        if counts_again != again.get(number):
            problems.append(f"Whether older versions count again in batch {number} was not decided by any event.")
    return problems
