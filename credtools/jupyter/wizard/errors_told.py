"""Errors told: what became of the errors since something was decided – the effect is counted, not the attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from credtools.text import plural

if TYPE_CHECKING:
    from credtools.jupyter.wizard.judged import Judged

Cells = AbstractSet[tuple[int, str]]
Errors = Counter[tuple[int, str, str]]


def errors_of(file: Judged) -> Errors:
    """How many errors block rows, by the line of the file, the code and the column: rows may be divided or joined."""
    lines = file.reviewed.table.lines.tolist()
    return Counter((lines[row], cause.code, cause.column_name) for cause in file.blocking() for row in cause.rows)


def fixed(before: Errors, after: Errors) -> str:
    """What became of the errors, in a sentence: how many are gone, and how many rows have one that they had not."""
    gone, new = (before - after).total(), after - before
    rows = len({line for line, *_ in new})
    if not gone:
        return f"{plural(new.total(), 'new error')}." if new else "No error fixed."
    worse = f"; {plural(rows, 'row')} {'has' if rows == 1 else 'have'} a new error" if rows else ""
    return f"{plural(gone, 'error')} fixed{worse}."


def wrong_dates(file: Judged) -> Cells:
    """The cells of dates, row and column, that keep their rows from passing; none while nothing is judged."""
    if file.review is None:
        return frozenset()
    dated = (cause for cause in file.blocking() if cause.column is not None and cause.column.kind == "date")
    return {(row, cause.column_name) for cause in dated for row in cause.rows}


def passing(before: Cells, after: Cells) -> str:
    """What became of the cells of dates, in a sentence."""
    passed, failed = len(before - after), len(after - before)
    told = f"{plural(passed, 'cell')} now {'passes' if passed == 1 else 'pass'}" if passed else "No cell passes by it"
    worse = f"; {plural(failed, 'cell')} that passed no longer {'does' if failed == 1 else 'do'}" if failed else ""
    return f"{told}{worse}."
