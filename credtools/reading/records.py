"""Records: what a file of any kind is cut into, before it is known what each of them is."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from credtools.errors import FileError
from credtools.reading.rows import Rows

MAX_COLUMNS = 2_000
MAX_CELLS = 20_000_000  # of all records
MAX_CELL_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class SheetCells:
    """What is known of the cells of a sheet beside their texts; a cell is (record, place).

    `dates`: the day of each real date cell, None of one that is shown without; `seen`: what such a cell shows, where
    that is known; `valueless`: errors, and formulas whose value wasn't saved; `hidden_lines`, `hidden_places`: what the
    sheet doesn't show; `merged`: [first record, end, first place, end] of cells that are merged.
    """

    dates: Mapping[tuple[int, int], date | None] = field(default_factory=dict)
    seen: Mapping[tuple[int, int], str] = field(default_factory=dict)
    valueless: Collection[tuple[int, int]] = ()
    hidden_lines: Container[int] = frozenset()
    hidden_places: Container[int] = frozenset()
    merged: Sequence[Sequence[int]] = ()


NO_SHEET = SheetCells()


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file in order; a blank line is a record, too.

    `starts`: the physical line on which each record starts, and one more for the end; `width`: the number of fields
    that most have; `repaired`: which records were (numbers of `cells`); `sheet`: what else is known of a sheet's cells;
    `drawn`: whether some are but rulers; `otherwise`: records with another number of fields, in each way in which
    another delimiter divides them into the usual number.
    """

    cells: Rows
    starts: Sequence[int]
    width: int
    repaired: list[int] = field(default_factory=list)
    sheet: SheetCells = NO_SHEET
    drawn: bool = False
    otherwise: Mapping[int, list[list[str]]] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        return self.starts[-1] - 1

    def lines_of(self, records: Sequence[int]) -> tuple[int, ...]:
        """All physical lines of some records."""
        return tuple(line for k in records for line in range(self.starts[k], self.starts[k + 1]))


def require_size(records: Records) -> None:
    """Raises FileError for too many columns, naming the first line that has something there, or too many cells."""
    widths = records.cells.widths
    wide = np.flatnonzero(widths > MAX_COLUMNS).tolist()
    if wide:
        k = next((k for k in wide if any(records.cells[k][MAX_COLUMNS:])), wide[0])
        raise FileError("too_many_columns", line=records.starts[k], found=len(records.cells[k]), allowed=MAX_COLUMNS)
    if (found := int(widths.sum())) > MAX_CELLS:
        raise FileError("too_many_cells", found=found, allowed=MAX_CELLS)
