"""Void: what becomes of rejects when the batch that opened or settled them is undone.

The rejects of one record are a chain, each superseded by the next; a void one leaves it, and those before it share the
fate that it had; what a person said of it holds for its record (`waivers`). A reject that the batch had fixed is fixed
by the next batch of its source that says the same, or is open again. Where a batch before that has its record, by the
columns which its digest covers, this settles it instead. `first_seen` follows from those that are left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import or_, select

from credtools.model import SAYING, RecordKey
from credtools.store import tables
from credtools.store.blocks import Address, places
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import kin
from credtools.store.reads.sources import standing_batches
from credtools.store.tables.rows import ADDRESS
from credtools.store.transaction import Write
from credtools.store.writes.waivers import Known, Waivers

LINKS = ("fixed_batch_id", "fixed_sheet", "fixed_line", "fixed_piece", "superseded_by")
ALONE: dict[str, Any] = {"state": "open", **dict.fromkeys(LINKS)}
Place = tuple[int, int, int, int]  # batch, sheet, line, piece
Fates = dict[int, dict[str, Any]]  # of rejects
Alone = Callable[[Any, int | None], dict[str, Any]]  # the fate of a reject that nothing settles before an event, or now


def void_rejects(work: Write, batch: Any, by: str, known: Known) -> tuple[int, list[int]]:
    """Takes a batch, which is undone by now, out of the chains of rejects.

    `known`: where in a batch its records are, by how they are known. Returns how many are open again, and the ids of
    those that keep what a person had said of one that is void.
    """
    reject = tables.rejects.c
    ours = work.execute(select(tables.rejects).where(reject.batch_id == batch.id)).all()
    gone = {row.id: row for row in ours}
    before = list(rows_in(work.connection, select(tables.rejects), reject.superseded_by, gone))
    fixed = work.execute(select(tables.rejects).where(reject.fixed_batch_id == batch.id)).all()
    left = {row.id: row for row in (*before, *fixed) if row.id not in gone}
    fates: Fates = {}
    waivers = Waivers(work)
    touched, asked = waivers.touched, cache(known)
    void = ALONE | {"state": "void", "for_good": False}
    _change(work, gone.keys() & touched, void, by)  # with the reason: what was said may hold for others
    _change(work, gone.keys() - touched, void | {"reason": None}, by)
    if left:
        standing = standing_batches(work.connection, batch.source_id)
        said = waivers.of_later(left.values(), kin(work.connection, tables.sources, batch.source_id), asked)

        fates = {row.id: _shared(row, gone[row.superseded_by], touched) for row in before if row.id in left}
        by_link = {k: fate for k, fate in fates.items() if _is_alone(fate) and _only_by_link(left[k], waivers)}

        def alone(row: Any, seq: int | None) -> dict[str, Any]:
            if row.id in said:
                return ALONE | waivers.as_of(row, said[row.id], seq)
            return by_link.get(row.id, _alone(row))

        fates |= _fixed_again(work, batch.id, [row for row in fixed if row.id in left], _turns(standing))
        fates |= {k: alone(left[k], None) for k, fate in fates.items() if _is_alone(fate)}
        fates |= _come_again(work, left, gone, fates, standing, asked, alone)
    for number, fate in fates.items():
        _change(work, [number], fate, by)
    for number, fate in fates.items():
        if fate.get("for_good", left[number].for_good):
            _waive_again(work, fate["superseded_by"], fate.get("reason", left[number].reason), by, touched)
    links = {row.superseded_by for row in ours} | {fate["superseded_by"] for fate in fates.values()}
    _date_anew(work, links - gone.keys() - {None})
    heirs = [number for number, fate in fates.items() if "for_good" in fate]
    return sum(1 for fate in fates.values() if fate["state"] == "open"), heirs


def part_rejects(work: Write, numbers: Sequence[int], by: str, known: Known) -> list[int]:
    """Gives each of some sources, which were one until now, the rejects that its own batches give, as an undo does.

    What a person said of one that has taken the place of another source's holds for both. Returns the ids of those.
    """
    reject = tables.rejects.c
    touched, asked = Waivers(work).touched, cache(known)
    links: set[int] = set()
    heirs: list[int] = []
    own = [set(kin(work.connection, tables.sources, number)) for number in numbers]
    found = rows_in(work.connection, select(tables.rejects), reject.source_id, set().union(*own))
    every = {row.id: row for row in found}
    for number, ours in zip(numbers, own, strict=True):
        standing = standing_batches(work.connection, number)
        turn = _turns(standing)
        mine = {k: row for k, row in sorted(every.items()) if row.source_id in ours}
        fates = _parted(work, mine, every, turn, touched)
        gone = {k: row for k, row in every.items() if k not in mine}
        for k, met in _come_again(work, mine, gone, fates, standing, asked, _as_parted(fates)).items():
            fates[k] = fates[k] | met
        for k, fate in fates.items():
            _change(work, [k], fate, by)
        for k, fate in fates.items():
            if fate.get("for_good", mine[k].for_good):
                _waive_again(work, fate["superseded_by"], fate.get("reason", mine[k].reason), by, touched)
            links |= {mine[k].superseded_by, fate["superseded_by"]} - {None}
        heirs += [k for k, fate in fates.items() if "for_good" in fate and mine[k].superseded_by in gone]
    _date_anew(work, links)
    return heirs


def _parted(
    work: Write, mine: Mapping[int, Any], every: Mapping[int, Any], turn: Mapping[int, int], touched: Collection[int]
) -> Fates:
    """The fates of a source's rejects that another one's settled, or from which they were waived for good."""
    fates: Fates = {}
    fixed: defaultdict[int, list[Any]] = defaultdict(list)
    waived: set[int] = set()  # those that stand for one that is waived for good
    for number, row in mine.items():  # in a chain the later one has the higher number
        fate = {name: getattr(row, name) for name in ALONE}
        while (link := fate["superseded_by"]) and link not in mine:
            fate = _shared(row, every[link], touched) if link in every else _alone(row)
        for_good = fate.get("for_good", row.for_good) and (number in touched or number in waived or "for_good" in fate)
        if row.for_good and not for_good:
            fate = fate | {"state": fate["state"].replace("waived", "open"), "reason": None, "for_good": False}
        if for_good and fate["superseded_by"]:
            waived.add(fate["superseded_by"])
        foreign = fate["fixed_batch_id"] is not None and fate["fixed_batch_id"] not in turn
        if foreign:
            fixed[fate["fixed_batch_id"]].append(SimpleNamespace(**{**row._asdict(), **fate}))
        if foreign or any(fate[name] != getattr(row, name) for name in fate):
            fates[number] = fate
    for at, rows in fixed.items():
        for number, fate in _fixed_again(work, at, rows, turn).items():
            fates[number] = fates[number] | fate
    return fates


def _as_parted(fates: Fates) -> Alone:
    return lambda row, _: fates[row.id] if _is_alone(fates[row.id]) else _alone(row)


def _turns(standing: Sequence[Any]) -> dict[int, int]:
    """The place of each batch among those that stand."""
    return {one.id: place for place, one in enumerate(standing)}


def _shared(row: Any, via: Any, touched: Collection[int]) -> dict[str, Any]:
    """The fate of a reject whose place another one took, which is void now; waived or open it is by itself."""
    if via.state in ("fixed", "superseded"):
        return {name: getattr(via, name) for name in ALONE}
    if via.id in touched:
        return {name: getattr(via, name) for name in (*ALONE, "reason", "for_good")}
    return _alone(row)


def _alone(row: Any) -> dict[str, Any]:
    return ALONE | {"state": "waived"} if row.for_good else ALONE


def _only_by_link(row: Any, waivers: Waivers) -> bool:
    """Whether only the reject that took its place knows what was said of it: it is erased, or that of two sources."""
    return row.record_digest is None or row.superseded_by in waivers.heirs


def _is_alone(fate: Mapping[str, Any]) -> bool:
    return fate["state"] in ("open", "waived")


def _fixed_at(place: Place) -> dict[str, Any]:
    return ALONE | {"state": "fixed"} | dict(zip(LINKS, place, strict=False))


def _waive_again(work: Write, number: int | None, reason: str | None, by: str, touched: Collection[int]) -> None:
    """Whoever has taken the place of one that is waived for good is so, too, unless a person has decided since."""
    reject = tables.rejects.c
    while number and number not in touched:
        row = work.execute(select(reject.state, reject.superseded_by).where(reject.id == number)).one()
        if row.state == "open":
            _change(work, [number], {"state": "waived", "reason": reason, "for_good": True}, by)
        number = row.superseded_by


def _change(work: Write, numbers: Collection[int], values: dict[str, Any], by: str) -> None:
    work.change(tables.rejects.c.id, numbers, **values, changed_at=work.at, changed_by=by)


def _come_again(
    work: Write,
    left: Mapping[int, Any],
    gone: Mapping[int, Any],
    fates: Fates,
    standing: Sequence[Any],
    known: Known,
    alone: Alone,
) -> Fates:
    """The fates of those whose record comes again before the batch by which they would be settled.

    Where what is gone was settled by its own record, that may be another one than theirs: it had other columns.
    """
    reject, turn = tables.rejects.c, _turns(standing)
    links = {fate["superseded_by"] for fate in fates.values()} - {None}
    batch_of = dict(map(tuple, rows_in(work.connection, select(reject.id, reject.batch_id), reject.id, links)))
    found: Fates = {}
    waiting: dict[int, range] = {}  # for which of the batches, in their order
    for number, fate in fates.items():
        row, via = left[number], gone.get(left[number].superseded_by)
        settled = fate["fixed_batch_id"] or batch_of.get(fate["superseded_by"])
        if row.record_digest is None:
            continue
        if via and settled and (via.record_digest, via.ordinal) in known(settled, via.digest_kind, via.digest_columns):
            found[number], settled = alone(row, None), None
        waiting[number] = range(turn.get(row.batch_id, -1) + 1, turn.get(settled or 0, len(turn)))
    for place, later in enumerate(standing):
        kinds: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
        for row in (left[number] for number, some in waiting.items() if place in some):
            kinds[row.digest_kind, row.digest_columns].append(row)
        for kind, rows in kinds.items():
            there = {**_rejected_in(work, later.id, kind), **known(later.id, *kind)}
            for row in (row for row in rows if (row.record_digest, row.ordinal) in there):
                until = alone(row, later.seq)
                for_good = until.get("for_good", row.for_good)
                met = _met(work, (later.id, *there[row.record_digest, row.ordinal]))
                if met and until["state"] == "waived" and (not for_good or met["state"] == "fixed"):
                    continue
                if met:
                    found[row.id], waiting[row.id] = until | met, range(0)
    return found


def _rejected_in(work: Write, batch_id: int, kind: tuple[int, str]) -> dict[RecordKey, Address]:
    """Where the rejects of a batch are that are known by digests of this kind, also where their records are erased."""
    reject = tables.rejects.c
    columns = (reject.record_digest, reject.ordinal, reject.sheet, reject.line, reject.piece)
    same = (reject.batch_id == batch_id, reject.digest_kind == kind[0], reject.digest_columns == kind[1])
    found: Iterable[Any] = work.execute(select(*columns).where(*same))
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in found}


def _met(work: Write, place: Place) -> dict[str, Any] | None:
    """The fate of a reject whose record is this row; one that was left out decides nothing."""
    row, reject = tables.ledger_rows.c, tables.rejects.c
    here = zip(ADDRESS, place, strict=True)
    verdict = work.execute(select(row.verdict).where(*(row[name] == one for name, one in here))).scalar_one()
    if verdict != "rejected":
        return None if verdict == "left_out" else _fixed_at(place)
    here = zip(ADDRESS, place, strict=True)
    number = work.execute(select(reject.id).where(*(reject[name] == one for name, one in here))).scalar_one()
    return ALONE | {"state": "superseded", "superseded_by": number}


def _fixed_again(work: Write, batch_id: int, fixed: Sequence[Any], turn: Mapping[int, int]) -> Fates:
    """What becomes of rejects that a row of the batch had fixed: the next batch that says its version fixes them."""
    rows = tables.ledger_rows.c
    ours = work.execute(select(rows.sheet, rows.line, rows.piece, rows.version_id).where(rows.batch_id == batch_id))
    versions = {tuple(row[:3]): row.version_id for row in ours}
    wanted = {row.id: versions.get((row.fixed_sheet, row.fixed_line, row.fixed_piece)) for row in fixed}
    says = _saying(work, list(turn), {one for one in wanted.values() if one is not None})
    fates = {}
    for row in fixed:
        since = turn.get(row.batch_id, -1)
        after = [place for place in says.get(wanted[row.id] or 0, ()) if turn[place[0]] > since]
        fates[row.id] = _fixed_at(min(after, key=lambda place: (turn[place[0]], place))) if after else _alone(row)
    return fates


def _saying(work: Write, batches: list[int], version_ids: Collection[int]) -> dict[int, list[Place]]:
    """By version the rows of some batches that say it."""
    found: defaultdict[int, list[Place]] = defaultdict(list)
    if not version_ids:
        return found
    ledger = tables.ledger.c
    alone = select(ledger.version_id, ledger.batch_id, ledger.sheet, ledger.line, ledger.piece).where(
        ledger.verdict.in_(SAYING), or_(ledger.rule.is_(None), ledger.rule != "withdrawn")
    )
    for version, *place in rows_in(work.connection, alone, ledger.version_id, version_ids):
        if place[0] in batches:
            found[version].append(tuple(place))
    for number, rows in places(work.connection, batches):
        for sheet, line, piece, version in zip(*rows, strict=True):
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
