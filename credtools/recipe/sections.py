"""Sections: which rows of a table are headings of the rows below them, and which are above a row. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from credtools.model import BoolArray, IntArray, Table
from credtools.recipe.shapes import Shapes
from credtools.schema.words import Column
from credtools.text import fold, plural

ADDRESS = re.compile(r"\S@\S")  # also one that is mistyped


def filled(texts: pd.Series) -> BoolArray:
    """Which cells aren't blank."""
    return np.asarray(texts.str.strip() != "", dtype=np.bool_)


def last(marked: BoolArray, sheets: IntArray) -> IntArray:
    """Per row the last marked one up to it, on the same sheet; -1 where there is none."""
    rows = np.arange(len(marked))
    found = np.maximum.accumulate(np.where(marked, rows, -1)) if len(rows) else rows
    return np.where((found >= 0) & (sheets[found] == sheets), found, -1)


def date_headings(shapes: Shapes, matched: Mapping[str, str | None], columns: Sequence[Column]) -> set[str]:
    """The (folded) headings of a file under which dates are, also those of `unpivot`."""
    pairs = [(heading, name) for _, pair in shapes.unpivot for name, heading in pair.items()]
    dates = {column.name for column in columns if column.kind == "date"}
    return {fold(heading) for heading, name in (*matched.items(), *pairs) if name in dates}


def section_rows(table: Table, dates: set[str]) -> tuple[BoolArray, list[str]]:
    """Which rows have a single filled cell, and what each of them says.

    Where that is an address, or under a (folded) heading of dates, a record has lost its other cells: no section.
    """
    frame = table.frame
    cells = np.array([filled(frame.iloc[:, k]) for k in range(frame.shape[1])]).reshape(-1, len(frame))
    alone, said = cells.sum(axis=0) == 1, [""] * len(frame)
    for row in np.flatnonzero(alone).tolist():
        place = int(np.argmax(cells[:, row]))
        said[row] = str(frame.iloc[row, place]).strip()
        alone[row] = fold(frame.columns[place]) not in dates and not ADDRESS.search(said[row])
    return alone, said


def without_rows(alone: BoolArray, above: IntArray) -> int:
    """How many sections no row is below; `above`: the section of each row, -1 for none."""
    return int(alone.sum()) - len(np.unique(above[~alone & (above >= 0)]))


def empty_sections(count: int) -> str:
    """What is told of them."""
    have, they = ("has", "it says") if count == 1 else ("have", "they say")
    return (
        f"{plural(count, 'section row')} (a single cell is filled) {have} no rows below, so {they} nothing. Fill in "
        "the other cells if a record was meant; else nothing needs to be done."
    )
