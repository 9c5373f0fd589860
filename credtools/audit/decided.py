"""Decided: what was decided about versions, what was taken back, and what was put up for decision again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.reads.events import events


class Told(NamedTuple):
    """One act on a version: `after` is its reason, or what the version became that was `before`."""

    version_id: int
    at: datetime
    by: str
    what: str
    after: str = ""
    before: str = ""


def told(c: Connection, versions: Collection[int]) -> Iterator[Told]:
    """What was decided about some versions."""
    decision, made = tables.decisions.c, defaultdict[int, dict[int, str]](dict)  # by version and event
    for row in c.execute(select(tables.decisions).where(decision.version_id.in_(versions)).order_by(decision.id)):
        made[row.version_id][row.event_seq] = row.decision
        yield Told(row.version_id, row.decided_at, row.decided_by, row.decision, row.reason)
    for done in events(c, ["resubmit", "undecide"]):
        for number in made.keys() & set(done["versions"]):  # only what was decided waits again
            if done["kind"] == "resubmit":
                yield Told(number, done["at"], done["by"], "resubmitted")
            else:
                before = [was for seq, was in made[number].items() if seq < done["seq"]][-1]
                yield Told(number, done["at"], done["by"], "undecided", "pending", before)
