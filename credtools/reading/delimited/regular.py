"""The regular records of a text, all at once: cut in its bytes, without a Python object per cell.

A record is regular when each quotation mark opens right after a delimiter or the start of a line, closes right before
one or the end, and is doubled inside. Then there is only one way to read it, and what is inside and outside of marks
depends on one thing: whether an even or an odd number of marks came before it in the file. So both are worked out for
the whole text (the odd one only if needed), and a faulty record in between only changes which of the two counts.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credtools.model.files import BoolArray
from credtools.model.shaped import IntArray
from credtools.reading.delimited.dialect import COMMA_BLANK, Dialect
from credtools.reading.delimited.parts import PLACE, Letters, Part, slices
from credtools.reading.rows import Slices

LF, CR, BLANK = b"\n\r "
SOME = 1_000  # lines that are made together
BLOCK = 1 << 17  # bytes that are looked through together, so that they stay near
LONGEST = 131_072  # bytes of a record in which Python's csv is sure to read every cell
MOST_LINES = 1_000  # a record over more lines than this is taken for one with an open quotation mark


class Lines(Sequence[str]):
    """The physical lines of a text (UTF-8), with their ends at LF, CR or CRLF; each is made when it is asked for.

    `at`: where its delimiters and line ends are, `closes`, `closing`: which of these are line ends, `odd`: before which
    an odd number of quotation marks came; `quotes`: where these are.
    """

    def __init__(self, content: bytes, dialect: Dialect) -> None:
        self.content, self.with_cr = content, b"\r" in content
        is_open = not content.endswith((b"\n", b"\r"))
        self.data = np.frombuffer(content + b"\n" if is_open else content, dtype=np.uint8)
        self.can_be_cut = (dialect.cut + dialect.quote).isascii()
        self.cut = ord(dialect.cut) if self.can_be_cut else LF
        quote = dialect.quote.encode()
        self.quote = ord(quote) if self.can_be_cut and quote and quote in content else self.cut
        self.skips_blanks = dialect.delimiter == COMMA_BLANK
        self.at, letter, self.odd, self.quotes = map(np.concatenate, zip(*self._blocks(), strict=True))
        self.closes = (letter == LF) | (letter == CR)
        self.closing = np.flatnonzero(self.closes)
        self.bounds = np.concatenate([np.zeros(1, dtype=PLACE), self.at[self.closing] + 1])
        self.bounds[-1] -= is_open
        self._bounds = self.bounds.data

    def _blocks(self) -> Iterator[tuple[IntArray, Letters, Letters, IntArray]]:
        """Of each block `at`, which letters these are, `odd`, `quotes`."""
        marks = np.uint8(0)  # 1 after an odd number of them
        for start in range(0, len(self.data), BLOCK):
            data = self.data[start : start + BLOCK]
            found = data == LF
            if self.with_cr:
                alone = data == CR
                after = self.data[start + 1 : start + 1 + BLOCK]
                alone[: len(after)] &= after != LF
                found |= alone
            for letter in {self.cut, self.quote}:
                found |= data == letter
            places = np.flatnonzero(found)
            letters = data[places]
            places = np.add(places, start, dtype=PLACE, casting="same_kind")
            is_quote = letters == self.quote
            if self.quote == self.cut or not is_quote.any():
                yield places, letters, np.full(len(places), marks, dtype=np.uint8), places[:0]
                continue
            quotes, between = np.flatnonzero(is_quote), np.flatnonzero(~is_quote)
            runs = np.diff(quotes, prepend=-1, append=len(places)) - 1
            odd = ((np.arange(len(runs)) + marks) & 1).astype(np.uint8)
            yield places[between], letters[between], np.repeat(odd, runs), places[quotes]
            marks = odd[-1]

    def __len__(self) -> int:
        return len(self._bounds) - 1

    @overload
    def __getitem__(self, k: int) -> str: ...
    @overload
    def __getitem__(self, k: slice) -> list[str]: ...
    def __getitem__(self, k: int | slice) -> str | list[str]:
        if isinstance(k, int):
            return self.content[self._bounds[k] : self._bounds[k + 1]].decode()
        first, end, _ = k.indices(len(self))
        text = self.content[self._bounds[first] : self._bounds[max(first, end)]].decode()
        return list(io.StringIO(text, newline=""))

    def size(self, k: int) -> int:
        """The bytes of a line."""
        return int(self._bounds[k + 1] - self._bounds[k])

    def below(self, first: int) -> Iterator[str]:
        """All lines from one on."""
        for start in range(first, len(self), SOME):
            yield from self[start : start + SOME]


class Regular:
    """The regular records among lines: `take` says which are wanted, `rows` makes them rows, with others among them."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._odd = np.concatenate([np.zeros(1, dtype=np.uint8), lines.odd[lines.closing]]).data
        self._ways: dict[int, _Way] = {}
        self._end = len(lines)

    def widths(self, line: int, most: int) -> list[int]:
        """How many cells the first filled records from a line on (from 0) have; [] where not all are regular."""
        return self._way(line).some_widths(line, most) if self.lines.can_be_cut else []

    def take(self, line: int, width: int) -> int:
        """Takes all records from a line on (from 0) that are regular; gives the line of the first that isn't.

        `width`: how many cells records have to have, so that a mark without a partner isn't believed.
        """
        return self._way(line).take(line, width) if self.lines.can_be_cut else line

    def is_torn(self, line: int) -> bool:
        """Whether the record that starts on a line is one of which Python's csv would say that a mark is wrong."""
        return self.lines.can_be_cut and self._way(line).is_torn(line)

    def _way(self, line: int) -> _Way:
        odd = self._odd[line]
        way = self._ways.get(odd)
        if way is None:
            way = self._ways[odd] = _Way(self.lines, odd)
        return way

    def stands_alone(self, line: int, width: int) -> bool:
        """Whether a line is one of these records, or the end."""
        return line == self._end or self._way(line).stands_alone(line, width)

    def rows(self, *others: Part) -> tuple[Slices, IntArray]:
        """What was taken and other parts, in the order of their lines; and the line of each record (from 0)."""
        parts = [*(way.part() for way in self._ways.values() if way.taken.any()), *others]
        if len(parts) == 1 and parts[0].widths.sum() == len(parts[0].cells):
            return Slices(parts[0].texts, parts[0].cells, parts[0].widths), parts[0].starts
        texts = pa.concat_arrays([array.cast(pa.large_string()) for part in parts for array in part.texts])
        before = np.cumsum([0, *(sum(map(len, part.texts)) for part in parts)])
        cells = np.concatenate([part.cells + more for part, more in zip(parts, before, strict=False)])
        ahead = np.cumsum([0, *(len(part.cells) for part in parts)])
        first = np.concatenate([part.first + more for part, more in zip(parts, ahead, strict=False)])
        start, width = (np.concatenate(arrays) for arrays in list(zip(*parts, strict=True))[:2])
        order = np.argsort(start)
        start, width, first = start[order], width[order], first[order]
        cells = cells[np.repeat(first - np.cumsum(width) + width, width) + np.arange(width.sum())]
        return Slices([texts], cells, width), start


class _Way:
    """The records of a text, if an even (odd) number of marks comes before each of them.

    `first`: the first cell of each, `starts`: its line, both with one more for the end; `taken`: which are wanted.
    """

    def __init__(self, lines: Lines, odd: int) -> None:
        self.lines, self.odd, data = lines, odd, lines.data
        outside = lines.odd == odd
        ended, cells = np.flatnonzero(outside[lines.closing]), np.flatnonzero(outside)
        closing = np.flatnonzero(lines.closes[cells])
        self.bounds = np.empty((len(cells), 2), dtype=PLACE)
        self.begins, self.ends = self.bounds.T
        self.ends[:] = lines.at[cells]
        self.begins[:1], self.begins[1:] = 0, self.ends[:-1] + 1
        if lines.with_cr:
            last = self.ends[closing]
            self.ends[closing] -= (data[last] == LF) & (data[np.maximum(last - 1, 0)] == CR)
        self.first = np.concatenate([[0], closing + 1])
        self.starts = np.concatenate([[0], ended + 1])
        self.widths = np.diff(self.first)
        self.begin, self.end = self.begins[self.first[:-1]], self.ends[closing]
        self.widths -= (self.widths == 1) & (self.begin == self.end)
        self.taken = np.zeros(len(self.widths), dtype=bool)
        self._stop: memoryview[int] | None = None
        self._torn: bytes | None = None
        self._alone: bytes | None = None
        begin = np.zeros(len(lines) + 1, dtype=np.int64)
        begin[self.starts[1:]] = 1
        self._at_line, self._line = np.cumsum(begin).data, self.starts.data

    def some_widths(self, line: int, most: int) -> list[int]:
        start = self._at_line[line]
        filled = start + np.flatnonzero(self.widths[start : start + 2 * most])[:most]
        end = filled[-1] + 1 if len(filled) == most else len(self.faulty)
        sound = end - start <= 2 * most and not self.faulty[start:end].any()
        return self.widths[filled].tolist() if sound else []

    def take(self, line: int, width: int) -> int:
        if self._stop is None:
            faulty = self.faulty | self._without_partner(width)
            stops = np.where(faulty, np.arange(len(faulty)), len(self.widths))
            self._stop = np.minimum.accumulate(stops[::-1])[::-1].data
        first = self._at_line[line]
        stop = self._stop[first]
        self.taken[first:stop] = True
        return self._line[stop]

    @cached_property
    def faulty(self) -> BoolArray:
        """In which records (and the rest behind them) marks are wrong; what is very long isn't trusted either."""
        faulty = np.zeros(len(self.first), dtype=bool)
        faulty[:-1] = self.end - self.begin > LONGEST
        if self.lines.skips_blanks:
            second = np.minimum(self.begins + 1, self.ends)
            doubtful = (self.lines.data[self.begins] == BLANK) & (self.lines.data[second] == BLANK)
            faulty[np.searchsorted(self.first[1:] - 1, np.flatnonzero(doubtful))] = True
        opening, closing = self._wrong()
        faulty[np.searchsorted(self.end, opening)] = True
        faulty[np.searchsorted(self.end, closing)] = True
        faulty[-1] = self.starts[-1] < len(self.lines)
        return faulty

    def _without_partner(self, width: int) -> BoolArray:
        """Which records over several lines may be made by marks without partners: unlike others, or others inside."""
        doubtful = np.zeros(len(self.first), dtype=bool)
        lines = np.diff(self.starts)
        if lines.max(initial=0) > 1:
            cuts = np.diff(self.lines.closing, prepend=-1) - 1  # in each line
            few = np.concatenate([[0], np.cumsum(cuts < width - 1)])
            inside = few[self.starts[1:] - 1] - few[np.minimum(self.starts[:-1] + 1, len(few) - 1)]
            unlike = self.widths != width
            both = (cuts[self.starts[:-1]] == width - 1) & (cuts[self.starts[1:] - 1] == width - 1)
            doubtful[:-1] = (lines > MOST_LINES) | ((lines > 1) & (unlike | both)) | ((lines > 2) & (inside == 0))
        return doubtful

    def stands_alone(self, line: int, width: int) -> bool:
        if self._alone is None:
            alone = np.zeros(len(self.lines), dtype=bool)
            alone[self.starts[:-1]] = ~self.faulty[:-1] & (np.diff(self.starts) == 1) & (self.widths == width)
            self._alone = alone.tobytes()
        return bool(self._alone[line])

    def is_torn(self, line: int) -> bool:
        if self._torn is None:
            opening, closing = self._wrong()
            first = np.append(opening, len(self.lines.data))[np.searchsorted(opening, self.begin)]
            torn = np.append(closing, len(self.lines.data))[np.searchsorted(closing, self.begin)]
            self._torn = (torn < np.minimum(first, self.end)).tobytes()
        record = self._at_line[line]
        return record < len(self._torn) and bool(self._torn[record])

    def _wrong(self) -> tuple[IntArray, IntArray]:
        """Where marks open where they shouldn't, and where they close so."""
        data, lines = self.lines.data, self.lines
        beside = np.zeros(256, dtype=bool)
        beside[[lines.cut, LF, CR, lines.quote]] = True
        opening, closing = lines.quotes[self.odd :: 2], lines.quotes[1 - self.odd :: 2]
        before = data[opening - 1]
        before[opening == 0] = LF
        if lines.skips_blanks:
            before = np.where(before == BLANK, data[np.maximum(opening - 2, 0)], before)
        return opening[~beside[before]], closing[~beside[data[closing + 1]]]

    def part(self) -> Part:
        """What was taken. The texts are slices of the file: every other one is what lies between two cells."""
        data, quote, begins, ends = self.lines.data, self.lines.quote, self.begins, self.ends
        if self.lines.skips_blanks:
            begins += (data[begins] == BLANK) & (begins < ends)
        quoted = np.flatnonzero(data[begins] == quote) if len(self.lines.quotes) else self.starts[:0]
        quoted = quoted[(ends[quoted] - begins[quoted] > 1) & (data[ends[quoted] - 1] == quote)]
        begins[quoted] += 1
        ends[quoted] -= 1
        texts = [slices(data, self.bounds)]
        cells = np.arange(0, 2 * len(self.bounds), 2, dtype=PLACE)
        opening = self.lines.quotes[self.odd :: 2]
        doubled = np.searchsorted(ends, opening[data[opening - 1] == quote])
        doubled = doubled[(np.diff(doubled, prepend=-1) > 0) & (doubled < len(cells))]
        if len(doubled):
            mark = chr(quote)
            found = texts[0].take(pa.array(cells[doubled]))
            texts.append(pc.replace_substring(found, pattern=2 * mark, replacement=mark))
            cells[doubled] = len(texts[0]) + np.arange(len(doubled))
        if self.taken.all():
            return Part(self.starts[:-1], self.widths, self.first[:-1], cells[: self.first[-1]], texts)
        taken = np.flatnonzero(self.taken)
        return Part(self.starts[taken], self.widths[taken], self.first[taken], cells, texts)
