"""What rows say about each other: repeats, contradictions, several numbers of a credential, numbers of two people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from tests.truth.faults import PLACEHOLDERS
from tests.truth.rows import NUMBER, RECORD, TYPE, Row

Groups = Iterable[list[Row]]


def judge_together(rows: Sequence[Row]) -> None:
    """What a file says of itself, its rows in their order: repeats, contradictions, changing numbers."""
    for same in _groups((row for row in rows if row.whole), lambda row: row.version):
        if len({row.content for row in same}) > 1:
            for row in same:
                row.blame(RECORD, "not_repeated", broken=False)
        else:
            for row in same[1:]:
                row.blame(RECORD, "repeated", broken=False)
                row.written = False
    told_apart = [row for row in rows if row.known and _has_number(row) and (RECORD, "not_repeated") not in row.wrong]
    for same in _groups(told_apart, lambda row: row.credential):
        if len({row.number for row in same}) > 1:
            for row in same:
                row.blame(NUMBER, "number_changes", broken=False)


def judge_going_in(rows: Sequence[Row]) -> None:
    """Numbers of two people, media that are asked for."""
    going_in = [row for row in rows if row.ready and row.status == "valid"]
    held = [row for row in going_in if row.kind and _has_number(row)]
    for same in _groups(held, lambda row: (row.kind and row.kind.number, row.number)):
        if len({row.user and row.user.number for row in same}) > 1:
            for row in same:
                row.wrong.add((NUMBER, "number_shared"))
    for row in going_in:
        if row.written and row.kind and row.kind.media:
            row.wrong.add((TYPE, "media_missing"))


def _has_number(row: Row) -> bool:
    cell = row.cells[NUMBER]
    spoilt = any(column == NUMBER and code in ("value_readable", "value_damaged") for column, code in row.wrong)
    return bool(cell) and not spoilt and cell not in PLACEHOLDERS


def _groups(rows: Iterable[Row], key: Callable[[Row], object]) -> Groups:
    found: defaultdict[object, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found.values()
