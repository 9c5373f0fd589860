"""The cells of a file's records: single rows for whoever looks at a few, arrays for whoever asks about all of them.

`Rows` are Python lists; `Slices` of a text are the same without a Python object per cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credtools.model.files import BoolArray
from credtools.model.shaped import IntArray

if TYPE_CHECKING:
    import numpy.typing as npt

Column: TypeAlias = "pa.LargeStringArray | list[str]"  # a list where a text can't be in Arrow
Places: TypeAlias = "npt.NDArray[np.integer[Any]]"  # of texts, or of bytes in them: int32 where that does
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


class Rows:
    """Rows of cells, numbered from 0, each as long as its record."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        self._rows = list(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, k: int) -> list[str]:
        return self._rows[k]

    def __iter__(self) -> Iterator[list[str]]:
        return map(self.__getitem__, range(len(self)))

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
        """The cells of some rows (in ascending order) at one place, '' beyond a row's end."""
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
    """Rows whose cells are texts of Arrow arrays, one after the other: row k has `cells[first[k]:last[k]]` of them."""

    def __init__(self, texts: Sequence[pa.Array], cells: Places, widths: IntArray) -> None:
        self.texts, self.cells = list(texts), cells
        self.last = np.cumsum(widths)
        self.first = self.last - widths
        self._lists: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self.first)

    def __getitem__(self, k: int) -> list[str]:
        if k not in self._lists:
            start = k - k % BLOCK
            self._lists.update(enumerate(self._block(start), start))
        return self._lists[k]

    def _block(self, start: int) -> list[list[str]]:
        first, last = self.first[start : start + BLOCK], self.last[start : start + BLOCK]
        texts = self._take(self.cells[first[0] : last[-1]]).to_numpy(zero_copy_only=False).tolist()
        ends = zip((first - first[0]).tolist(), (last - first[0]).tolist(), strict=True)
        return [texts[a:b] for a, b in ends]

    def _take(self, cells: Places) -> pa.LargeStringArray:
        """The texts of some cells: those of the first array, then those of others in between."""
        texts, *others = self.texts
        before = len(texts)
        further = cells >= before
        if not others or not further.any():
            return texts.take(pa.array(cells)).cast(pa.large_string())
        found = texts.take(pa.array(np.where(further, 0, cells))).cast(pa.large_string())
        for array in others:
            here = (before <= cells) & (cells < before + len(array))
            some = array.take(pa.array(cells[here] - before)).cast(pa.large_string())
            found = pc.replace_with_mask(found, pa.array(here), some)
            before += len(array)
        return found

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

    def _visible(self, cells: Places) -> BoolArray:
        """Which texts begin with a visible ASCII letter."""
        found = np.zeros(len(cells), dtype=bool)
        before = 0
        for texts in self.texts:
            here = (before <= cells) & (cells < before + len(texts))
            _, offsets, data = texts.buffers()
            ends: Places = np.frombuffer(offsets, dtype=np.int32 if texts.type == pa.string() else np.int64)
            starts = ends[cells[here] - before]
            letters = np.frombuffer(b"" if data is None else data, dtype=np.uint8)
            filled = starts < ends[cells[here] - before + 1]
            filled[filled] = VISIBLE[letters[starts[filled]]]
            found[here] = filled
            before += len(texts)
        return found

    def like(self, row: list[str]) -> list[int]:
        alike = np.flatnonzero(self.widths == len(row))
        if row and len(alike):
            place = max(range(len(row)), key=lambda place: len(row[place]))
            alike = alike[pc.equal(self.column(place, alike), row[place]).to_numpy(zero_copy_only=False)]
        return [k for k in alike.tolist() if self[k] == row]

    def column(self, place: int, rows: IntArray) -> pa.LargeStringArray:
        wanted: IntArray | slice = rows
        if len(rows) and rows[-1] - rows[0] + 1 == len(rows):  # nearly always: all but the headings
            wanted = slice(int(rows[0]), int(rows[-1]) + 1)
        at = self.first[wanted] + place
        there = at < self.last[wanted]
        if there.all():
            return self._take(self.cells[at])
        at[~there] = 0
        return pc.if_else(pa.array(there), self._take(self.cells[at]), "")

    def shorten(self, rows: IntArray, width: int) -> None:
        self.last[rows] = self.first[rows] + width
        self._lists.clear()
