"""Verify withdrawals: each person's act is chained, each chained one recorded, and the flags say what holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.writes.withdrawals import EVENTS

ACTS = {event: act for act, event in EVENTS.items()}


def withdrawals(connection: Connection, events: Iterable[Mapping[str, Any]], erased: set[int]) -> list[str]:
    """What doesn't agree, as whole sentences. `events`: all that were chained; `erased`: versions without content."""
    chained: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for event in events:
        for version_id in event["versions"] if event["kind"] in ACTS else ():
            chained[version_id].append((ACTS[event["kind"]], event["seq"], event["by"], event["at"]))
    recorded: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    holds: dict[int, bool] = {}
    problems = []
    for row in connection.execute(select(tables.withdrawals).order_by(tables.withdrawals.c.id)):
        if row.batch_id is None:
            recorded[row.version_id].append((row.act, row.event_seq, row.made_by, row.made_at.isoformat()))
            if not row.stands:
                problems.append(
                    f"What a person did with version {row.version_id} is void, which no person's act can be."
                )
        if row.stands:
            holds[row.version_id] = row.act == "withdrawn"
        if row.reason and row.version_id in erased:
            problems.append(f"A reason of version {row.version_id} is there again, although it was erased.")
    for number in sorted(chained.keys() | recorded.keys()):
        if chained[number] != recorded[number]:
            problems.append(f"What people withdrew and reinstated of version {number} isn't what was chained.")
    version, withdrawn = tables.credential_versions.c, {number for number, is_so in holds.items() if is_so}
    flagged = set(connection.execute(select(version.id).where(version.withdrawn)).scalars())
    problems += [
        f"Whether version {number} is withdrawn contradicts the last act on it."
        for number in sorted(flagged ^ withdrawn)
    ]
    return problems
