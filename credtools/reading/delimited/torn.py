"""Records on one line with as many cells as others, of which only a mark is wrong: repaired all at once.

It is what `repair` makes of them, one by one: every delimiter cuts, and marks without partners are taken away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from credtools.reading.delimited.parts import PLACE, Part, slices
from credtools.reading.delimited.regular import CR, LF, Lines
from credtools.reading.delimited.repair import MOST_PARTS, bare


class Torn:
    """Which lines would be such records, where `width` cells are usual."""

    def __init__(self, lines: Lines, width: int) -> None:
        self.lines, self.width = lines, width
        fits = np.diff(lines.closing, prepend=-1) == width
        self._fits = (fits & (0 < width <= MOST_PARTS and not lines.skips_blanks)).tobytes()

    def fits(self, line: int) -> bool:
        """Whether a line has as many cells as usual, if every delimiter cuts."""
        return bool(self._fits[line])

    def part(self, found: Sequence[int]) -> Part:
        """The records on some lines."""
        lines, data, quotes = self.lines, self.lines.data, self.lines.quotes
        starts = np.array(found, dtype=np.int64)
        last = lines.closing[starts]
        cell = (last[:, None] - np.arange(self.width)[::-1]).ravel()
        bounds = np.empty((len(cell), 2), dtype=PLACE)
        begins, ends = bounds.T
        ends[:] = lines.at[cell]
        begins[:] = np.where(cell > 0, lines.at[cell - 1] + 1, 0)
        at_end = ends[self.width - 1 :: self.width]
        at_end -= (data[at_end] == LF) & (data[at_end - 1] == CR) & (at_end > 0)
        texts = slices(data, bounds)
        cells = np.arange(0, 2 * len(bounds), 2)
        marked = np.flatnonzero(np.searchsorted(quotes, begins) < np.searchsorted(quotes, ends))
        mark = chr(lines.quote)
        single = [bare(text, mark) for text in texts.take(pa.array(cells[marked])).to_pylist()]
        cells[marked] = len(texts) + np.arange(len(marked))
        widths = np.full(len(starts), self.width)
        return Part(starts, widths, np.cumsum(widths) - widths, cells, [texts, pa.array(single, pa.large_string())])
