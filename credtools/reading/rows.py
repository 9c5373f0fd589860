"""The cells of a file's records: single rows for whoever looks at a few, arrays for whoever asks about all of them.

`Rows` are Python lists; `Slices` of a text are the same without a Python object per cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credtools.model.files import BoolArray
from credtools.model.shaped import IntArray

Column: TypeAlias = "pa.LargeStringArray | list[str]"  # a list where a text can't be in Arrow
BLOCK = 128  # rows that become lists together
VISIBLE = np.zeros(256, dtype=bool)  # letters that are no white space, by their first byte
VISIBLE[ord("!") : ord("~") + 1] = True


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a record holds nothing: a line of empty cells only is a blank line."""
    return not any(cell and not cell.isspace() for cell in cells)


def as_array(numbers: Sequence[int]) -> IntArray:
    """The numbers of rows; those of a range at once."""
    if isinstance(numbers, range):
        return np.arange(numbers.start, numbers.stop, dtype=np.int64)
    return np.asarray(numbers, dtype=np.int64)


class Rows(Sequence[list[str]]):
    """Rows of cells, numbered from 0, each as long as its record."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        self._rows = list(rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, k: int) -> list[str]: ...
    @overload
    def __getitem__(self, k: slice) -> list[list[str]]: ...
    def __getitem__(self, k: int | slice) -> list[str] | list[list[str]]:
        return self._rows[k]

    @property
    def widths(self) -> IntArray:
        """How many cells each row has."""
        return np.fromiter(map(len, self._rows), dtype=np.int64, count=len(self._rows))

    def blank(self, start: int = 0, stop: int | None = None) -> BoolArray:
        """Which rows hold nothing from one place (up to another)."""
        found = (is_blank(row[start:stop]) for row in self._rows)
        return np.fromiter(found, dtype=bool, count=len(self))

    def like(self, row: list[str]) -> list[int]:
        """The rows that equal one."""
        return [k for k, other in enumerate(self._rows) if other == row]

    def column(self, place: int, rows: IntArray) -> Column:
        """The cells of some rows at one place, '' beyond a row's end."""
        cells = [row[place] if place < len(row) else "" for row in map(self._rows.__getitem__, rows.tolist())]
        try:
            return pa.array(cells, type=pa.large_string())
        except UnicodeEncodeError:  # half a character (a lone surrogate), which Arrow can't hold
            return cells

    def replace(self, k: int, row: list[str]) -> None:
        """Another row in the place of one."""
        self._rows[k] = row

    def shorten(self, rows: IntArray, width: int) -> None:
        """Leaves so many cells of some rows that have more."""
        for k in rows.tolist():
            self._rows[k] = self._rows[k][:width]


class Slices(Rows):
    """Rows whose cells are texts of an Arrow array: row k has those that `cells[first[k]:last[k]]` says."""

    def __init__(self, texts: pa.LargeStringArray, cells: IntArray, widths: IntArray) -> None:
        self.texts, self.cells = texts, cells
        self.last = np.cumsum(widths)
        self.first = self.last - widths
        self._lists: dict[int, list[list[str]]] = {}

    def __len__(self) -> int:
        return len(self.first)

    @overload
    def __getitem__(self, k: int) -> list[str]: ...
    @overload
    def __getitem__(self, k: slice) -> list[list[str]]: ...
    def __getitem__(self, k: int | slice) -> list[str] | list[list[str]]:
        if isinstance(k, slice):
            return [self[number] for number in range(len(self))[k]]
        number = range(len(self))[k]
        if number // BLOCK not in self._lists:
            self._lists[number // BLOCK] = self._block(number - number % BLOCK)
        return self._lists[number // BLOCK][number % BLOCK]

    def _block(self, start: int) -> list[list[str]]:
        first, last = self.first[start : start + BLOCK], self.last[start : start + BLOCK]
        texts = self.texts.take(pa.array(self.cells[first[0] : last[-1]])).to_pylist()
        ends = zip((first - first[0]).tolist(), (last - first[0]).tolist(), strict=True)
        return [texts[a:b] for a, b in ends]

    @property
    def widths(self) -> IntArray:
        return self.last - self.first

    def blank(self, start: int = 0, stop: int | None = None) -> BoolArray:
        """A cell that begins with a visible ASCII letter settles a row; only without one it is looked at as a list."""
        first = np.minimum(self.first + start, self.last)
        last = self.last if stop is None else np.minimum(self.first + stop, self.last)
        blank = np.ones(len(self), dtype=bool)
        filled = np.flatnonzero(first < last)
        blank[filled] = ~self._visible(self.cells[first[filled]])
        unsettled = filled[blank[filled]]
        if len(unsettled):
            seen = np.concatenate([[0], np.cumsum(self._visible(self.cells))])
            blank[unsettled] = seen[first[unsettled]] == seen[last[unsettled]]
            for k in unsettled[blank[unsettled]].tolist():
                blank[k] = is_blank(self[k][start:stop])
        return blank

    def _visible(self, cells: IntArray) -> BoolArray:
        """Which texts begin with a visible ASCII letter."""
        _, offsets, data = self.texts.buffers()
        ends = np.frombuffer(offsets, dtype=np.int64)
        letters = np.frombuffer(b"" if data is None else data, dtype=np.uint8)
        starts = ends[cells]
        filled = starts < ends[cells + 1]
        filled[filled] = VISIBLE[letters[starts[filled]]]
        return filled

    def like(self, row: list[str]) -> list[int]:
        alike = np.flatnonzero(self.widths == len(row))
        if row and len(alike):
            place = max(range(len(row)), key=lambda place: len(row[place]))
            alike = alike[pc.equal(self.column(place, alike), row[place]).to_numpy(zero_copy_only=False)]
        return [k for k in alike.tolist() if self[k] == row]

    def column(self, place: int, rows: IntArray) -> pa.LargeStringArray:
        at = self.first[rows] + place
        there = at < self.last[rows]
        if there.all():
            return self.texts.take(pa.array(self.cells[at]))
        at[~there] = 0
        return pc.if_else(pa.array(there), self.texts.take(pa.array(self.cells[at])), "")

    def shorten(self, rows: IntArray, width: int) -> None:
        self.last[rows] = self.first[rows] + width
        self._lists.clear()
