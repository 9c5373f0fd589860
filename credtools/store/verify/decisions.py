"""Verify: what was decided, and the media that were added, must be what events have chained."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.digests import media_digest
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


def media_links(connection: Connection, events: list[dict[str, Any]]) -> list[str]:
    """Each link must be one that was chained, and so must each batch's switches."""
    media, blob, batch = tables.media, tables.blobs, tables.batches.c
    columns = (media.c.id, media.c.version_id, media.c.sha256, blob.c.media_type, media.c.added_by, media.c.removed_at)
    rows = {row.id: row for row in connection.execute(select(*columns).join(blob, blob.c.sha256 == media.c.sha256))}
    problems = []
    for event in events:
        if event["kind"] == "media":
            ids = range(event["first"], event["first"] + event["count"])
            linked = [rows.pop(k) for k in ids if k in rows]
            names = ("id", "version_id", "sha256", "media_type", "added_by")
            digest = media_digest(*([getattr(row, name) for row in linked] for name in names))
            if digest != event["links"] or any(row.removed_at for row in linked):
                problems.append(f"The media of batch {event['batch']} aren't those that event {event['seq']} added.")
    if rows:
        problems.append(f"{len(rows):,} media were not added by any event.")
    last = {event["batch"]: event["optional"] for event in events if event["kind"] == "media_switch"}
    again = {event["batch"]: event["yes"] for event in events if event["kind"] == "count_again"}
    switches = select(batch.id, batch.media_optional, batch.count_again).order_by(batch.id)
    for number, optional, counts_again in connection.execute(switches):
        if optional != last.get(number):
            problems.append(f"Whether media are optional in batch {number} was not decided by any event.")
        if counts_again != again.get(number):
            problems.append(f"Whether older versions count again in batch {number} was not decided by any event.")
    return problems
