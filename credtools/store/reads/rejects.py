"""Rejects: the rows that are followed, as they are now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import values

CHUNK = 5_000


@dataclass(frozen=True)
class Rejected:
    """A reject, its row as it came (None once erased), and its errors (code, column_name, heading, and sentences)."""

    id: int
    batch: int
    line: int
    state: str
    superseded_by: int | None
    record_digest: str | None
    ordinal: int
    digest: bytes
    raw: str | None
    errors: tuple[Any, ...] = ()


def rejected(at: At, ids: Iterable[int]) -> dict[int, Rejected]:
    """The rejects of these numbers, those that took their place included; numbers without one are left out."""
    found: dict[int, Rejected] = {}
    wanted = list(ids)
    while wanted:
        some = _where(at, tables.rejects.c.id.in_(wanted[:CHUNK]))
        found |= some
        later = [one.superseded_by for one in some.values() if one.superseded_by and one.superseded_by not in found]
        wanted = [*wanted[CHUNK:], *later]
    return found


def open_rejects(at: At, batch_id: int | None = None) -> dict[int, Rejected]:
    """The open rejects (of one batch) whose rows aren't erased."""
    reject = tables.rejects.c
    of_batch = reject.batch_id == batch_id if batch_id is not None else reject.id.is_not(None)
    found = _where(at, and_(reject.state == "open", of_batch))
    return {number: one for number, one in found.items() if one.raw is not None}


def rejected_lines(at: At, batch_id: int) -> set[int]:
    """The lines of a batch that were rejected, whatever became of them."""
    return set(values(at, select(tables.rejects.c.line).where(tables.rejects.c.batch_id == batch_id)))


def _where(at: At, condition: Any) -> dict[int, Rejected]:
    reject, ledger, raw, error = tables.rejects, tables.ledger, tables.ledger_values, tables.reject_errors
    named = (reject.c.id, reject.c.batch_id, reject.c.line, reject.c.state, reject.c.superseded_by)
    rows = select(*named, reject.c.record_digest, reject.c.ordinal, ledger.c.digest, raw.c.raw).select_from(
        reject.join(ledger, and_(ledger.c.batch_id == reject.c.batch_id, ledger.c.line == reject.c.line)).outerjoin(
            raw, and_(raw.c.batch_id == reject.c.batch_id, raw.c.line == reject.c.line)
        )
    )
    said = select(error.c.reject_id, error.c.code, error.c.column_name, error.c.heading, error.c.resolution)
    said = said.add_columns(error.c.suggestion).join(reject).order_by(error.c.reject_id, error.c.position)
    errors: dict[int, list[Any]] = {}
    with snapshot(at) as connection:
        for row in connection.execute(said.where(condition)):
            errors.setdefault(row.reject_id, []).append(row)
        found = connection.execute(rows.where(condition).order_by(reject.c.id)).all()
    return {row.id: Rejected(*row, errors=tuple(errors.get(row.id, ()))) for row in found}
