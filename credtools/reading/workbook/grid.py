"""Grid: the cells of one sheet as text, with what else is known of them; it grows as they are put into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from credtools.limited import Refused
from credtools.reading.workbook.days import Day

# What cells show by the numbers of their errors in binary files.
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
ERRORS |= {43: "#GETTING_DATA"}
FLAGS = ("FALSE", "TRUE")


class Enough(Exception):  # noqa: N818 - not a fault: no more rows are wanted
    """More rows than were asked for."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook that holds a table, and what puts its cells into a grid."""

    name: str
    visible: bool
    read: Callable[[Grid], None]


@dataclass
class Grid:
    """The cells of a sheet as text, row by row, as far as they are filled.

    `dates`: (row, place, YYYY-MM-DD or '' for one shown without a day, what is seen or ''); `valueless`: (row, place)
    of errors and of formulas whose value wasn't saved; `hidden`: [first, end] of hidden rows, from 1;
    `hidden_columns`: [first, end], from 0; `merged`: [first row, end, first column, end] of cells that are merged.
    """

    name: str
    most: int
    most_rows: int | None = None
    rows: list[list[str]] = field(default_factory=list)
    width: int = 1
    dates: list[tuple[int, int, str, str]] = field(default_factory=list)
    valueless: list[tuple[int, int]] = field(default_factory=list)
    hidden: list[list[int]] = field(default_factory=list)
    hidden_columns: list[list[int]] = field(default_factory=list)
    merged: list[list[int]] = field(default_factory=list)

    def put(self, row: int, place: int, text: str | Day, *, valueless: bool = False) -> None:
        """A cell; rows and places count from 0. Raises Refused when it lies too far away, Enough when rows suffice."""
        if not text:
            return
        rows = self.rows
        if row >= len(rows) or place >= self.width:
            self._grow(row, place)
        cells = rows[row]
        if isinstance(text, Day):
            self.dates.append((row, place, text.day, text.seen))
            text = text.text
        elif valueless:
            self.valueless.append((row, place))
        if place == len(cells):
            cells.append(text)
        elif place > len(cells):
            cells.extend([""] * (place - len(cells)))
            cells.append(text)
        else:
            cells[place] = text

    def _grow(self, row: int, place: int) -> None:
        if self.most_rows is not None and row >= self.most_rows:
            raise Enough
        self.width = max(self.width, place + 1)
        height = max(len(self.rows), row + 1)
        if (size := height * self.width) > self.most:
            cell = address(self.width, height)
            raise Refused("far_cell", sheet=self.name, cell=cell, found=size, allowed=self.most)
        self.rows.extend([] for _ in range(height - len(self.rows)))

    def hide(self, first: int, end: int) -> None:
        """Rows that the sheet doesn't show, from 1."""
        if not self.hidden or self.hidden[-1][1] != first:
            self.hidden.append([first, end])
        self.hidden[-1][1] = end

    @property
    def is_empty(self) -> bool:
        return not any(cell.strip() for row in self.rows for cell in row)

    def as_json(self) -> dict[str, Any]:
        """What of it goes to whoever asked: nothing right of the last filled column."""
        width = max((k for row in self.rows for k, cell in enumerate(row, 1) if cell.strip()), default=0)
        rows = [row if len(row) <= width else row[:width] for row in self.rows]
        facts = {k: getattr(self, k) for k in ("dates", "valueless", "hidden", "hidden_columns", "merged")}
        return {"sheet": self.name, "rows": rows, "width": width, **facts}


def column(letters: str) -> int:
    """The number of a column, from 1, by its letters."""
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0)


def address(place: int, row: int) -> str:
    """What people call a cell, by numbers from 1."""
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
