"""Parts: some records of a text as slices of its bytes, and others as texts of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa

from credtools.model.shaped import IntArray
from credtools.reading.rows import Places

if TYPE_CHECKING:
    import numpy.typing as npt

Letters: TypeAlias = "npt.NDArray[np.uint8]"
PLACE = np.int32  # of a byte in a file, of which none has 2 GB; half as much to go through


class Part(NamedTuple):
    """Some records: the line, the width and the first cell of each; where in `texts` each cell is."""

    starts: IntArray
    widths: IntArray
    first: IntArray
    cells: Places
    texts: list[pa.Array]


def slices(data: Letters, bounds: Places) -> pa.StringArray:
    """Slices of a text (where they begin and end, ascending); every other text of the array lies between two."""
    count = max(2 * len(bounds) - 1, 0)
    return pa.StringArray.from_buffers(count, pa.py_buffer(bounds), pa.py_buffer(data))


def listed(rows: Mapping[int, list[str]]) -> Part:
    texts = pa.array([cell for row in rows.values() for cell in row], type=pa.large_string())
    widths = np.fromiter(map(len, rows.values()), dtype=np.int64, count=len(rows))
    starts = np.fromiter(rows, dtype=np.int64, count=len(rows))
    return Part(starts, widths, np.cumsum(widths) - widths, np.arange(len(texts)), [texts])
