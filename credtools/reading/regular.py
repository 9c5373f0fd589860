"""The regular records of a text, all at once: cut in its bytes, without a Python object per cell.

A record is regular when each quotation mark opens right after a delimiter or the start of a line, closes right before
one or the end, and is doubled inside. Then there is only one way to read it, and what is inside and outside of marks
depends on one thing: whether an even or an odd number of marks came before it in the file. So both are worked out for
the whole text (the odd one only if needed), and a faulty record in between only changes which of the two counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credtools.model.files import BoolArray
from credtools.model.shaped import IntArray
from credtools.reading.dialect import COMMA_BLANK, Dialect
from credtools.reading.rows import Slices

if TYPE_CHECKING:
    import numpy.typing as npt

LF, CR, BLANK = b"\n\r "
LONGEST = 131_072  # bytes of a cell that Python's csv is sure to read
MOST_LINES = 1_000  # a record over more lines than this is taken for one with an open quotation mark


class Lines(Sequence[str]):
    """The physical lines of a text, with their ends at LF, CR or CRLF; each is made when it is asked for."""

    def __init__(self, text: str) -> None:
        self.content = text.encode()
        open_end = not self.content.endswith((b"\n", b"\r"))
        self.data = np.frombuffer(self.content + b"\n" if open_end else self.content, dtype=np.uint8)
        self.is_end = self.data == LF
        self.with_cr = "\r" in text
        if self.with_cr:
            alone = self.data == CR
            alone[:-1] &= ~self.is_end[1:]
            self.is_end |= alone
        self.bounds = np.concatenate([[0], np.flatnonzero(self.is_end) + 1])
        self.bounds[-1] -= open_end
        self._bounds = self.bounds.data

    def __len__(self) -> int:
        return len(self._bounds) - 1

    @overload
    def __getitem__(self, k: int) -> str: ...
    @overload
    def __getitem__(self, k: slice) -> list[str]: ...
    def __getitem__(self, k: int | slice) -> str | list[str]:
        if isinstance(k, slice):
            return [self[number] for number in range(len(self))[k]]
        return self.content[self._bounds[k] : self._bounds[k + 1]].decode()


class Regular:
    """The regular records among lines: `take` says which are wanted, `rows` makes them rows, with others among them.

    `width`: how many fields records have to have, so that a mark without a partner isn't believed.
    """

    def __init__(self, lines: Lines, dialect: Dialect, width: int) -> None:
        self.lines, self.dialect, self.width = lines, dialect, width
        self.possible = (dialect.cut + dialect.quote).isascii()
        self._ways: dict[int, _Way] = {}

    def take(self, line: int) -> int:
        """Takes all records from a line on (from 0) that are regular; gives the line of the first that isn't."""
        if not self.possible:
            return line
        parity = self._marks.parity[line]
        if parity not in self._ways:
            self._ways[parity] = _Way(self._marks, parity, self.width)
        return self._ways[parity].take(line)

    @cached_property
    def _marks(self) -> _Marks:
        return _Marks(self.lines, self.dialect)

    def rows(self, others: dict[int, list[str]]) -> tuple[Slices, IntArray]:
        """What was taken and other rows, by their lines, in the order of these; and the line of each (from 0)."""
        ways = list(self._ways.values())
        taken = [np.flatnonzero(way.taken) for way in ways]
        counts = np.fromiter(map(len, others.values()), dtype=np.int64, count=len(others))
        texts = [pa.array([cell for row in others.values() for cell in row], type=pa.large_string())]
        cells = [np.arange(len(texts[0]))]
        widths, firsts = [counts], [np.cumsum(counts) - counts]
        starts = [np.fromiter(others, dtype=np.int64, count=len(others))]
        for way, records in zip(ways, taken, strict=True):
            firsts.append(way.first[:-1][records] + sum(map(len, cells)))
            widths.append(way.widths[records])
            starts.append(way.starts[:-1][records])
            more, numbers = way.texts()
            cells.append(numbers + sum(map(len, texts)))
            texts += more
        start, width, first = map(np.concatenate, (starts, widths, firsts))
        if len(ways) != 1 or others:
            order = np.argsort(start)
            start, width, first = start[order], width[order], first[order]
        every = np.concatenate(cells)
        if width.sum() != len(every) or len(ways) != 1 or others:
            ends = np.cumsum(width)
            every = every[np.repeat(first - ends + width, width) + np.arange(width.sum())]
        filled = [array for array in texts if len(array)]
        return Slices(pa.concat_arrays(filled) if len(filled) != 1 else filled[0], every, width), start


class _Marks:
    """Where the delimiters, line ends and quotation marks of a text are.

    `at`: the places of delimiters and line ends, `closing` those that are line ends, `before` how many marks came
    before each; `parity`: whether their number is odd at the start of each line.
    """

    def __init__(self, lines: Lines, dialect: Dialect) -> None:
        self.lines, self.data = lines, lines.data
        self.cut, self.quote = ord(dialect.cut), ord(dialect.quote) if dialect.quote else -1
        self.skips = dialect.delimiter == COMMA_BLANK
        found = self.data == self.cut
        found |= lines.is_end
        self.quotes, self.before = np.zeros(0, dtype=np.int64), None
        if self.quote < 0 or dialect.quote.encode() not in lines.content:
            self.at = np.flatnonzero(found)
            self.parity = np.zeros(len(lines) + 1, dtype=np.int64).data
        else:
            found |= self.data == self.quote
            every = np.flatnonzero(found)
            is_quote = self.data[every] == self.quote
            self.quotes, self.at = every[is_quote], every[~is_quote]
            self.before = np.cumsum(is_quote)[~is_quote] & 1
        self.closing = lines.is_end[self.at]
        if self.before is not None:
            self.parity = np.concatenate([[0], self.before[self.closing]]).data

    def wrong(self, parity: int) -> tuple[IntArray, IntArray]:
        """The places of marks that don't open or close where they should, and of those that double the one before."""
        beside = np.isin(np.arange(256), [self.cut, LF, CR, self.quote])
        before = self.data[self.quotes - 1]
        before[self.quotes == 0] = LF
        opening = np.zeros(len(self.quotes), dtype=bool)
        opening[parity::2] = True
        doubled = self.quotes[opening & (before == self.quote)]
        if self.skips:
            before = np.where(before == BLANK, self.data[np.maximum(self.quotes - 2, 0)], before)
        right = np.where(opening, beside[before], beside[self.data[self.quotes + 1]])
        return self.quotes[~right], doubled

    def few_cells(self, width: int) -> IntArray:
        """How many lines before each line (and the end) have fewer delimiters than a record of `width` cells."""
        cuts = np.diff(np.flatnonzero(self.closing), prepend=-1) - 1
        return np.concatenate([[0], np.cumsum(cuts < width - 1)])


class _Way:
    """The records of a text, if an even (odd) number of marks comes before each of them.

    `first`: the first cell of each, `starts`: its line, both with one more for the end; `taken`: which are wanted.
    """

    def __init__(self, marks: _Marks, parity: int, width: int) -> None:
        self.marks = marks
        outside = slice(None) if marks.before is None else marks.before == parity
        self.ends = marks.at[outside]
        self.begins = np.concatenate([[0], self.ends + 1])[:-1]
        self.closing = np.flatnonzero(marks.closing[outside])
        self.first = np.concatenate([[0], self.closing + 1])
        self.starts = np.concatenate([[0], np.cumsum(marks.closing)[outside][self.closing]])
        self.widths = np.diff(self.first)
        if marks.lines.with_cr:
            last = self.ends[self.closing]
            self.ends = self.ends.copy()
            self.ends[self.closing] -= (marks.data[last] == LF) & (marks.data[np.maximum(last - 1, 0)] == CR)
        self.widths -= (self.widths == 1) & (self.begins[self.first[:-1]] == self.ends[self.closing])
        self.taken = np.zeros(len(self.widths), dtype=bool)
        records = np.arange(len(self.first))
        wrong, self.doubled = marks.wrong(parity)
        stop = np.where(self._faulty(wrong, width), records, records[-1])
        self._stop = np.minimum.accumulate(stop[::-1])[::-1].data
        ends_here = np.zeros(len(marks.lines) + 1, dtype=np.int64)
        ends_here[self.starts[1:]] = 1
        self._at_line, self._lines = np.cumsum(ends_here).data, self.starts.data

    def take(self, line: int) -> int:
        first = self._at_line[line]
        stop = self._stop[first]
        self.taken[first:stop] = True
        return self._lines[stop]

    def _faulty(self, wrong: IntArray, width: int) -> BoolArray:
        """Which records need a closer look: where marks are wrong or may have no partner, and what is very long."""
        faulty = np.zeros(len(self.first), dtype=bool)
        faulty[np.searchsorted(self.ends[self.closing], wrong)] = True
        lines = np.diff(self.starts)
        if lines.max(initial=0) > 1:
            fits = self.widths == width
            faulty[:-1] |= (lines > MOST_LINES) | ((lines > 1) & ~fits)
            few = self.marks.few_cells(width)
            inside = few[self.starts[1:] - 1] - few[np.minimum(self.starts[:-1] + 1, len(few) - 1)]
            faulty[:-1] |= (lines > 2) & fits & (inside == 0)
        doubtful = self.ends - self.begins > LONGEST
        if self.marks.skips:
            second = np.minimum(self.begins + 1, self.ends)
            doubtful |= (self.marks.data[self.begins] == BLANK) & (self.marks.data[second] == BLANK)
        faulty[np.searchsorted(self.closing, np.flatnonzero(doubtful))] = True
        return faulty

    def texts(self) -> tuple[list[pa.LargeStringArray], IntArray]:
        """Arrays that hold all cells, and where in them each is."""
        data, quote = self.marks.data, self.marks.quote
        bounds = np.empty((len(self.ends), 2), dtype=np.int64)
        begins, ends = bounds.T
        begins[:], ends[:] = self.begins, self.ends
        if self.marks.skips:
            begins += (data[begins] == BLANK) & (begins < ends)
        numbers = 2 * np.arange(len(ends))
        if self.marks.before is None:
            return [_slices(data, bounds)], numbers
        quoted = (data[begins] == quote) & (ends - begins > 1)
        begins += quoted
        ends -= quoted
        texts = _slices(data, bounds)
        doubled = np.unique(np.searchsorted(self.ends, self.doubled))
        doubled = doubled[doubled < len(ends)]
        if not len(doubled):
            return [texts], numbers
        mark = chr(quote)
        single = pc.replace_substring(texts.take(pa.array(numbers[doubled])), pattern=2 * mark, replacement=mark)
        numbers[doubled] = len(texts) + np.arange(len(doubled))
        return [texts, single], numbers


def _slices(data: npt.NDArray[np.uint8], bounds: IntArray) -> pa.LargeStringArray:
    """Slices of a text as an Arrow array: every other text of it is what lies between two of them."""
    count = max(2 * len(bounds) - 1, 0)
    return pa.LargeStringArray.from_buffers(count, pa.py_buffer(bounds), pa.py_buffer(data))
