"""Void: what becomes of rejects when the batch that opened or settled them is undone.

The rejects of one record are a chain, each superseded by the next; a void one leaves it, and those before it share the
fate that it had. A reject that the batch had fixed is fixed by the next batch of its source that says the same, or is
open again. `first_seen` follows from those that are left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import or_, select

from credtools.model import SAYING
from credtools.store import tables
from credtools.store.blocks import places
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import current, members
from credtools.store.reads.sources import standing_batches
from credtools.store.transaction import Write

FATE = ("state", "fixed_batch_id", "fixed_sheet", "fixed_line", "fixed_piece", "superseded_by", "reason", "for_good")
OPEN = dict.fromkeys(FATE) | {"state": "open", "for_good": False}
Place = tuple[int, int, int, int]  # batch, sheet, line, piece


def void_rejects(work: Write, batch: Any, by: str) -> int:
    """Takes a batch, which is undone by now, out of the chains of rejects; returns how many are open again."""
    reject = tables.rejects.c
    ours = work.execute(select(tables.rejects).where(reject.batch_id == batch.id)).all()
    gone = {row.id: row for row in ours}
    before = list(rows_in(work.connection, select(tables.rejects), reject.superseded_by, gone))
    fixed = work.execute(select(tables.rejects).where(reject.fixed_batch_id == batch.id)).all()
    fates = {row.id: _fate(gone[row.superseded_by]) for row in before if row.id not in gone}
    left = {row.id: row for row in (*before, *fixed) if row.id not in gone}
    fates |= _fixed_again(work, batch, [left[row.id] for row in fixed if row.id in left])
    _change(work, gone, OPEN | {"state": "void"}, by)
    for number, fate in fates.items():
        if fate["state"] == "open" and (later := _next(work, left[number])):
            fate |= {"state": "superseded", "superseded_by": later}
        _change(work, [number], fate, by)
    links = {row.superseded_by for row in ours} | {fate["superseded_by"] for fate in fates.values()}
    _date_anew(work, links - gone.keys() - {None})
    return sum(1 for fate in fates.values() if fate["state"] == "open")


def _next(work: Write, row: Any) -> int | None:
    """The next reject of the same record, if it was rejected again since."""
    reject = tables.rejects.c
    names = ("record_digest", "digest_kind", "digest_columns", "ordinal")
    same = [reject[name] == getattr(row, name) for name in names]
    name = select(current.c.name).where(current.c.id == row.source_id)
    same.append(reject.source_id.in_(members(work.execute(name).scalar_one())))
    later = select(reject.id).where(*same, reject.id > row.id, reject.state != "void").order_by(reject.id).limit(1)
    return work.execute(later).scalar()


def _fate(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FATE}


def _change(work: Write, numbers: Collection[int], values: dict[str, Any], by: str) -> None:
    work.change(tables.rejects.c.id, numbers, **values, changed_at=work.at, changed_by=by)


def _fixed_again(work: Write, batch: Any, fixed: Iterable[Any]) -> dict[int, dict[str, Any]]:
    """What becomes of rejects that a row of the batch had fixed: the next batch that says its version fixes them."""
    rows = tables.ledger_rows.c
    ours = work.execute(select(rows.sheet, rows.line, rows.piece, rows.version_id).where(rows.batch_id == batch.id))
    versions = {tuple(row[:3]): row.version_id for row in ours}
    wanted = {row.id: versions.get((row.fixed_sheet, row.fixed_line, row.fixed_piece)) for row in fixed}
    says = _saying(work, batch.source_id, {one for one in wanted.values() if one is not None})
    order = {one.id: place for place, one in enumerate(standing_batches(work.connection, batch.source_id))}
    fates = {}
    for row in fixed:
        since = order.get(row.batch_id, -1)
        places_after = [place for place in says.get(wanted[row.id] or 0, ()) if order[place[0]] > since]
        first = min(places_after, key=lambda place: (order[place[0]], place), default=None)
        link = dict(zip(FATE[1:5], first, strict=True)) if first else {}
        fates[row.id] = OPEN | ({"state": "fixed"} | link if first else {})
    return fates


def _saying(work: Write, source_id: int, version_ids: Collection[int]) -> dict[int, list[Place]]:
    """By version the rows of the source's finished batches that say it."""
    found: defaultdict[int, list[Place]] = defaultdict(list)
    if not version_ids:
        return found
    batches = [one.id for one in standing_batches(work.connection, source_id)]
    ledger = tables.ledger.c
    alone = select(ledger.version_id, ledger.batch_id, ledger.sheet, ledger.line, ledger.piece).where(
        ledger.verdict.in_(SAYING), or_(ledger.rule.is_(None), ledger.rule != "withdrawn")
    )
    for version, *place in rows_in(work.connection, alone, ledger.version_id, version_ids):
        if place[0] in batches:
            found[version].append(tuple(place))
    for number, rows in places(work.connection, batches):
        for sheet, line, piece, version in rows:
            if version in version_ids:
                found[version].append((number, sheet, line, piece))
    return found


def _date_anew(work: Write, numbers: Iterable[int]) -> None:
    """`first_seen` of these rejects, and of all that came after them, by those that are left before them."""
    reject, batch = tables.rejects.c, tables.batches.c
    waiting = set(numbers)
    while waiting:
        number = min(waiting)
        waiting.discard(number)
        statement = select(tables.rejects, batch.finished_at).join(tables.batches, batch.id == reject.batch_id)
        this = work.execute(statement.where(reject.id == number)).one()
        earlier = work.execute(select(reject.first_seen).where(reject.superseded_by == number)).scalars()
        first = min([this.finished_at, *earlier])
        if first != this.first_seen:
            work.change(reject.id, [number], first_seen=first)
            waiting |= {this.superseded_by} - {None}
