"""Text → records with the physical lines they stand on."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from credtools import errors

DELIMITERS = (",", ";", "\t")
SAMPLE_RECORDS = 60


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its cells, the physical line on which it starts, and how many lines it spans."""

    cells: list[str]
    line: int
    span: int


def is_blank(cells: list[str]) -> bool:
    """Whether a record holds nothing: a line of empty cells only is a blank line."""
    return not any(cell.strip() for cell in cells)


def find_delimiter(text: str) -> str:
    """The delimiter among comma, semicolon and tab that cuts most records into equally many fields."""
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(_sample_widths(text, delimiter))
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        score = (count / widths.total() if width > 1 else 0.0, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _sample_widths(text: str, delimiter: str) -> Iterator[int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for _, cells in zip(range(SAMPLE_RECORDS), reader, strict=False):
            if not is_blank(cells):
                yield len(cells)
    except csv.Error:  # a cell beyond csv's limit: what was seen so far decides
        return


def split_records(text: str, delimiter: str, *, first_line: int, max_cell: int) -> tuple[list[Record], int]:
    """All records from physical line `first_line` on, and the number of physical lines in the text.

    Lines end at LF, CR or CRLF. Quotes must be balanced and close before a delimiter or line end; otherwise
    FileError names the line on which the record starts.
    """
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise errors.unknown_delimiter(delimiter)
    lines = io.StringIO(text, newline="")
    skipped = 0
    while skipped < first_line - 1 and lines.readline():
        skipped += 1
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    records: list[Record] = []
    done = 0
    try:
        for cells in reader:
            records.append(Record(cells, skipped + done + 1, reader.line_num - done))
            done = reader.line_num
    except csv.Error as problem:
        raise _quote_error(skipped + done + 1, problem, max_cell) from problem
    _refuse_long_cells(records, max_cell)
    return records, skipped + done


def _quote_error(line: int, problem: csv.Error, max_cell: int) -> errors.FileError:
    reason = str(problem)
    if "field larger" in reason:
        return errors.cell_too_long(line, f"more than {csv.field_size_limit():,}", max_cell)
    if "end of data" in reason:
        return errors.broken_quotes(line, "the file ends inside a quoted cell")
    return errors.broken_quotes(line, "a cell goes on after its closing quotation mark")


def _refuse_long_cells(records: list[Record], max_cell: int) -> None:
    longest_ascii = max_cell // 4  # no cell of fewer characters can have more bytes
    for record in records:
        for cell in record.cells:
            if len(cell) > longest_ascii and len(cell.encode("utf-8", "surrogatepass")) > max_cell:
                size = len(cell.encode("utf-8", "surrogatepass"))
                raise errors.cell_too_long(record.line, f"{size:,}", max_cell)
