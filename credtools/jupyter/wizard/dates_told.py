"""Dates told: how many cells pass since dates are read otherwise – the effect is counted, not the attempt."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from credtools.text import plural

if TYPE_CHECKING:
    from credtools.jupyter.wizard.judged import Judged

Cells = AbstractSet[tuple[int, str]]


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
