"""Verify withdrawals: each person's act is chained, each chained one recorded, and the flags say what holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.writes.acts import withdrawn
from credtools.store.writes.withdrawals import EVENTS

ACTS = {event: act for act, event in EVENTS.items()}


def withdrawals(connection: Connection, events: Iterable[Mapping[str, Any]], erased: set[int]) -> list[str]:
    """What doesn't agree, as whole sentences. `events`: all that were chained; `erased`: versions without content."""
    chained: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for event in events:
        for version_id in event["versions"] if event["kind"] in ACTS else ():
            chained[version_id].append((ACTS[event["kind"]], event["seq"], event["by"], event["at"], True))
    recorded: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    rows = connection.execute(select(tables.withdrawals).order_by(tables.withdrawals.c.id)).all()
    for row in rows:
        if row.batch_id is None:
            said = (row.act, row.event_seq, row.made_by, row.made_at.isoformat(), row.stands)
            recorded[row.version_id].append(said)
    version = tables.credential_versions.c
    flagged = set(connection.execute(select(version.id).where(version.withdrawn)).scalars())
    acted = select(version.credential_id).join(tables.withdrawals, tables.withdrawals.c.version_id == version.id)
    wrong = flagged ^ withdrawn(connection, set(connection.execute(acted).scalars()))
    back = {row.version_id for row in rows if row.reason} & erased
    return [
        *(
            f"What people withdrew and reinstated of version {number} isn't what was chained."
            for number in sorted(chained.keys() | recorded.keys())
            if chained[number] != recorded[number]
        ),
        *(f"Whether version {number} is withdrawn contradicts the acts on it." for number in sorted(wrong)),
        *(f"A reason of version {number} is there again, although it was erased." for number in sorted(back)),
    ]
