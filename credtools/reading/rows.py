"""The cells of a file's records: single rows for whoever looks at a few, arrays for whoever asks about all of them.

`Rows` are Python lists; `Columns` and the `Slices` of a text are the same without a Python object per cell.
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


def run_of(rows: IntArray) -> IntArray | slice:
    """Some rows (in ascending order), as a slice where all follow each other: nearly always all but the headings."""
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def visible(texts: pa.Array, places: Places | None = None) -> BoolArray:
    """Which of some texts (None: all) begin with a visible ASCII letter."""
    _, offsets, data = texts.buffers()
    ends: Places = np.frombuffer(offsets, dtype=np.int32 if texts.type == pa.string() else np.int64)
    ends = ends[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(b"" if data is None else data, dtype=np.uint8)
    starts, ends = (ends[:-1], ends[1:]) if places is None else (ends[places], ends[places + 1])
    found = starts < ends
    found[found] = VISIBLE[letters[starts[found]]]
    return found


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


class ArrowRows(Rows):
    """Rows whose cells are in Arrow: lists are made only of those that somebody looks at, some at a time."""

    def __init__(self) -> None:
        self._lists: dict[int, list[str]] = {}

    def __getitem__(self, k: int) -> list[str]:
        if k not in self._lists:
            start = k - k % BLOCK
            self._lists.update(enumerate(self._block(start), start))
        return self._lists[k]

    def _block(self, start: int) -> list[list[str]]:
        """The rows from one on that become lists together."""
        raise NotImplementedError

    def column(self, place: int, rows: IntArray) -> pa.LargeStringArray:
        raise NotImplementedError

    def like(self, row: list[str]) -> list[int]:
        alike = np.flatnonzero(self.widths == len(row))
        if row and len(alike):
            place = max(range(len(row)), key=lambda place: len(row[place]))
            alike = alike[pc.equal(self.column(place, alike), row[place]).to_numpy(zero_copy_only=False)]
        return [k for k in alike.tolist() if self[k] == row]


class Columns(ArrowRows):
    """Rows as columns of texts."""

    def __init__(self, columns: Sequence[pa.LargeStringArray]) -> None:
        super().__init__()
        self.columns = columns
        self._widths = np.full(len(columns[0]), len(columns), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._widths)

    def _block(self, start: int) -> list[list[str]]:
        cells = (one.slice(start, BLOCK).to_numpy(zero_copy_only=False).tolist() for one in self.columns)
        rows = map(list, zip(*cells, strict=True))
        return [row[:width] for row, width in zip(rows, self._widths[start : start + BLOCK].tolist(), strict=True)]

    @property
    def widths(self) -> IntArray:
        return self._widths

    def blank(self, start: int = 0, stop: int | None = None) -> BoolArray:
        blank = np.ones(len(self), dtype=bool)
        for place in range(len(self.columns))[start:stop]:
            blank &= ~(visible(self.columns[place]) & (place < self._widths))
            if not blank.any():
                return blank
        for k in np.flatnonzero(blank).tolist():
            blank[k] = is_blank(self[k][start:stop])
        return blank

    def column(self, place: int, rows: IntArray) -> pa.LargeStringArray:
        if place >= len(self.columns):
            return pa.array([""] * len(rows), type=pa.large_string())
        found, wanted = self.columns[place], run_of(rows)
        found = found[wanted] if isinstance(wanted, slice) else found.take(pa.array(rows))
        there = place < self._widths[wanted]
        return found if there.all() else pc.if_else(pa.array(there), found, "")

    def shorten(self, rows: IntArray, width: int) -> None:
        self._widths[rows] = width
        self._lists.clear()


class Slices(ArrowRows):
    """Rows whose cells are texts of Arrow arrays, one after the other: row k has `cells[first[k]:last[k]]` of them."""

    def __init__(self, texts: Sequence[pa.Array], cells: Places, widths: IntArray) -> None:
        super().__init__()
        self.texts, self.cells = list(texts), cells
        self.last = np.cumsum(widths)
        self.first = self.last - widths

    def __len__(self) -> int:
        return len(self.first)

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
            found[here] = visible(texts, cells[here] - before)
            before += len(texts)
        return found

    def column(self, place: int, rows: IntArray) -> pa.LargeStringArray:
        wanted = run_of(rows)
        at = self.first[wanted] + place
        there = at < self.last[wanted]
        if there.all():
            return self._take(self.cells[at])
        at[~there] = 0
        return pc.if_else(pa.array(there), self._take(self.cells[at]), "")

    def shorten(self, rows: IntArray, width: int) -> None:
        self.last[rows] = self.first[rows] + width
        self._lists.clear()
