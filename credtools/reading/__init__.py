"""Reading: the bytes of a file → Table (text, with physical line numbers) + Reading (what was assumed).

Nothing is parsed and nothing is guessed silently: each assumption stands in `Table.reading`, and each can be
overridden by an option of the same name (or by `read:` in a recipe).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

from credtools import errors
from credtools.model import Reading, Table
from credtools.reading.decode import decode
from credtools.reading.headings import frame_names, squeeze
from credtools.reading.records import DELIMITERS, Record, find_delimiter, is_blank, split_records

MAX_BYTES = 50 * 1024 * 1024
MAX_COLUMNS = 64
MAX_CELL_BYTES = 32 * 1024
OPTIONS = ("encoding", "delimiter", "heading_line")
BLANKS = " \r\n" + "".join(DELIMITERS)
TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".tab", "")


def read(
    path: str | Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    heading_line: int | None = None,
    max_bytes: int = MAX_BYTES,
) -> Table:
    """The table in a file of delimited text.

    In: a path, and what is known about the file. Out: a Table, one row per record, text only.
    Raises MissingFileError, or FileError (`file_readable`) with the reason, the line and what to do.
    """
    return read_bytes(
        file_bytes(path, max_bytes), Path(path).name, encoding=encoding, delimiter=delimiter, heading_line=heading_line
    )


def file_bytes(path: str | Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a file. Raises MissingFileError, or FileError when there are too many."""
    path = Path(path)
    if not path.is_file():
        raise errors.no_such_file(path)
    size = path.stat().st_size
    if size > max_bytes:
        raise errors.too_many_bytes(size, max_bytes)
    return path.read_bytes()


def read_bytes(
    content: bytes,
    name: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    heading_line: int | None = None,
) -> Table:
    """The table in the bytes of a file called `name`; see `read`."""
    suffix = Path(name).suffix.lower()
    if suffix not in TEXT_SUFFIXES:
        raise errors.unsupported_kind(suffix)
    text, encoding, warnings = decode(content, encoding)
    if not text.strip(BLANKS):
        raise errors.not_a_table("every line is empty" if text else "the file is empty")
    delimiter = delimiter or find_delimiter(text)
    records, lines = split_records(text, delimiter, first_line=heading_line or 1, max_cell=MAX_CELL_BYTES)
    filled = [record for record in records if not is_blank(record.cells)]
    if not filled:
        if heading_line:
            raise errors.heading_line_beyond(heading_line, lines)
        raise errors.not_a_table("every line is empty")
    heading, *body = filled
    if heading_line and heading.line != heading_line:
        raise errors.heading_line_beyond(heading_line, lines)
    widest = max(filled, key=lambda record: len(record.cells))
    if len(widest.cells) > MAX_COLUMNS:
        raise errors.too_many_columns(widest.line, len(widest.cells), MAX_COLUMNS)
    reading = Reading(
        encoding=encoding,
        delimiter=delimiter,
        lines=lines,
        heading_line=heading.line,
        preamble_lines=tuple(range(1, heading_line or 1)),
        heading_lines=tuple(range(heading.line, heading.line + heading.span)),
        headings=tuple(squeeze(cell) for cell in heading.cells),
        blank_lines=tuple(line for r in records if is_blank(r.cells) for line in range(r.line, r.line + r.span)),
        warnings=tuple(warnings),
    )
    return _table(heading, body, reading, hashlib.sha256(content).hexdigest(), name)


def _table(heading: Record, body: list[Record], reading: Reading, sha256: str, name: str) -> Table:
    expected = len(heading.cells)
    width = max([expected, *(len(record.cells) for record in body)])
    rows = [
        record.cells if len(record.cells) == width else record.cells + [""] * (width - len(record.cells))
        for record in body
    ]
    names = frame_names(heading.cells, width)
    values = list(zip(*rows, strict=True)) if rows else [()] * width
    frame = pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in enumerate(values)})
    frame.columns = pd.Index(names, dtype="str")
    return Table(
        frame=frame,
        lines=np.array([record.line for record in body], dtype=np.int64),
        fields=np.array([len(record.cells) for record in body], dtype=np.int64),
        expected_fields=expected,
        reading=reading,
        sha256=sha256,
        name=name,
    )
