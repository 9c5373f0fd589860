"""Decided: what somebody has just decided, and may still take back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from credtools.model import SAYING, Line, Place
from credtools.store import clock, tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import rows_in
from credtools.store.reads.batches import lines_of
from credtools.store.tables.rows import ADDRESS

SECONDS = 60  # for so long whoever decided can take it back


@dataclass(frozen=True)
class JustDecided:
    """A decision that still stands and can be taken back: on which lines, by batch, and for how many seconds more."""

    decision: str
    lines: dict[int, tuple[Line, ...]]
    seconds: float

    @property
    def count(self) -> int:
        """How many credentials were decided."""
        return sum(map(len, self.lines.values()))


def seconds_left(made: datetime, now: datetime) -> float:
    """For how long a decision can still be taken back; below 0: no more, also if a clock was set far back since."""
    return SECONDS - abs((now - made) / timedelta(seconds=1))


def just_decided(at: At, by: str) -> JustDecided | None:
    """What somebody decided last in one transaction, without what isn't decided any more; None: nothing, or too old."""
    decision, version, event = tables.decisions.c, tables.credential_versions.c, tables.events.c
    last = select(decision.decided_at).where(decision.decided_by == by).order_by(decision.id.desc()).limit(1)
    with snapshot(at) as connection:
        made = connection.execute(last).scalar()
        if made is None or (left := seconds_left(made, clock.now())) <= 0:
            return None
        rows = connection.execute(
            select(decision.version_id, decision.decision, decision.event_seq, event.batch_id)
            .join(tables.events, event.seq == decision.event_seq)
            .join(tables.credential_versions, version.id == decision.version_id)
            .where(decision.decided_by == by, decision.decided_at == made, version.decision == decision.decision)
        ).all()
        by_batch: defaultdict[int, list[int]] = defaultdict(list)
        for row in rows:
            by_batch[row.batch_id].append(row.version_id)
        lines = {}
        for number, ids in sorted(by_batch.items()):
            of = lines_of(connection, number)
            lines[number] = tuple(map(of.written, sorted(places(connection, number, ids).values())))
        return JustDecided(rows[0].decision, lines, left) if rows else None


def places(connection: Connection, batch_id: int, version_ids: Collection[int]) -> dict[int, Place]:
    """By version the row of a batch by which it was decided: the one that wrote it, else the first that says it."""
    said, version = tables.ledger_rows.c, tables.credential_versions
    wrote = and_(version.c.batch_id == said.batch_id, *(version.c[name] == said[name] for name in ADDRESS))
    statement = (
        select(said.version_id, said.sheet, said.line, said.piece, wrote.label("wrote"))
        .join_from(tables.ledger_rows, version, version.c.id == said.version_id)
        .where(said.batch_id == batch_id, or_(wrote, said.verdict.in_(SAYING)))
    )
    found: dict[int, Place] = {}
    rows = rows_in(connection, statement, said.version_id, set(version_ids))
    for row in sorted(rows, key=lambda row: (not row.wrote, *row[1:4])):
        found.setdefault(row.version_id, Place(*row[1:4]))
    return found


def made_on(connection: Connection, batch_id: int) -> list[Any]:
    """All decisions on the versions that were ever decided as those of a batch, oldest first, with what is so by now.

    Columns: version_id, decision, decided_by, decided_at, event_seq, batch_id (as whose they were decided),
    credential_id; now (the version's decision), stands, erased.
    """
    decision, version, event = tables.decisions.c, tables.credential_versions.c, tables.events.c
    ever = select(decision.version_id).join(tables.events, event.seq == decision.event_seq)
    statement = (
        select(decision.version_id, decision.decision, decision.decided_by, decision.decided_at, decision.event_seq)
        .add_columns(event.batch_id, version.credential_id, version.decision.label("now"), version.stands)
        .add_columns(version.salt.is_(None).label("erased"))
        .join(tables.events, event.seq == decision.event_seq)
        .join(tables.credential_versions, version.id == decision.version_id)
        .where(decision.version_id.in_(ever.where(event.batch_id == batch_id)))
        .order_by(decision.id)
    )
    return list(connection.execute(statement))
