"""Even texts: each line is a record, all have as many cells, and no quotation mark is out of place.

There is only one way to read them, which is also that of Arrow's reader; it cuts them column by column in a sixth of
the time. Whatever isn't even is left to `regular`, which finds the same cells (tests/test_reading_properties.py).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from pyarrow import csv

from credtools.reading.delimited.dialect import COMMA_BLANK, Dialect, line_cells
from credtools.reading.delimited.parts import Letters
from credtools.reading.delimited.regular import CR, LF, LONGEST
from credtools.reading.rows import Columns

MARK = b"\xef\xbb\xbf"  # Arrow's reader skips one at the beginning


def even_rows(content: bytes, dialect: Dialect) -> Columns | None:
    """The rows of a text (UTF-8) that is even, two cells each or more; None where it isn't."""
    one_byte = (dialect.cut + dialect.quote).isascii()
    if dialect.prepares or dialect.delimiter == COMMA_BLANK or not one_byte or content.startswith(MARK):
        return None
    cells = line_cells(content[: content.find(b"\n") + 1].decode(), dialect) or []
    if len(cells) < 2:
        return None
    data = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero(data == LF)
    if b"\r" in content and content.count(b"\r") != np.count_nonzero(data[ends - 1] == CR):
        return None
    lines = len(ends) + (not content.endswith(b"\n"))
    if np.diff(ends, prepend=-1, append=len(data)).max() > LONGEST or not _in_place(data, dialect):
        return None
    names = list(map(str, range(len(cells))))
    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=names),
            csv.ParseOptions(
                delimiter=dialect.cut,
                quote_char=dialect.quote or False,
                newlines_in_values=bool(dialect.quote),
                ignore_empty_lines=False,
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=False,
                null_values=[],
                check_utf8=False,  # it was a text just now
            ),
        )
    except pa.ArrowInvalid:  # a line with other cells than these
        return None
    return Columns([column.combine_chunks() for column in table.columns]) if len(table) == lines else None


def _in_place(data: Letters, dialect: Dialect) -> bool:
    """Whether each mark opens where a cell begins, closes where it ends, or is one of two inside."""
    marks = np.flatnonzero(data == ord(dialect.quote)) if dialect.quote else data[:0]
    beside = np.zeros(256, dtype=bool)
    beside[[ord(dialect.cut), ord(dialect.quote or dialect.cut), LF, CR]] = True
    before, after = marks[::2] - 1, marks[1::2] + 1
    before, after = before[before >= 0], after[after < len(data)]
    return len(marks) % 2 == 0 and bool(beside[data[before]].all() and beside[data[after]].all())
