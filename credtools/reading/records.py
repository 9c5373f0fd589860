"""Text → records with the physical lines they are on; marks that don't match are repaired one record at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice, pairwise

import numpy as np

from credtools.errors import FileError
from credtools.reading.dialect import Dialect, common_width, line_cells
from credtools.reading.repair import cleaned, repair, swallows
from credtools.reading.rows import Rows

SAMPLE_RECORDS = 1_000
ENOUGH_RECORDS = 50  # before the first fault, to tell what is usual in a file
MOST_PATIENCE = 1_000  # repairs, after which none is looked for that takes long
MAX_COLUMNS = 64
MOST_COLUMNS = 2_000  # of files of which a recipe makes rows with fewer
MAX_CELL_BYTES = 32 * 1024
MAX_LINE = MAX_COLUMNS * MAX_CELL_BYTES  # characters
MOST_LINES = 1_000  # a record over more lines than this is taken for one with an open quotation mark


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file in order; a blank line is a record, too.

    `starts`: the physical line on which each record starts, and one more for the end; `width`: the number of fields
    that most have; `repaired`: which records were (numbers of `cells`); `dates`: (record, place) of real date cells;
    `hidden`: the rows of a sheet that it doesn't show.
    """

    cells: Rows
    starts: Sequence[int]
    width: int
    repaired: list[int] = field(default_factory=list)
    dates: Mapping[tuple[int, int], date | None] = field(default_factory=dict)
    hidden: Container[int] = frozenset()

    @property
    def lines(self) -> int:
        return self.starts[-1] - 1

    def lines_of(self, records: Sequence[int]) -> tuple[int, ...]:
        """All physical lines of some records."""
        return tuple(line for k in records for line in range(self.starts[k], self.starts[k + 1]))


def require_columns(records: Records, most: int) -> None:
    """Raises FileError for more columns, naming the first line that has something there."""
    wide = np.flatnonzero(records.cells.widths > most).tolist()
    if wide:
        k = next((k for k in wide if any(records.cells[k][most:])), wide[0])
        raise FileError("too_many_columns", line=records.starts[k], found=len(records.cells[k]), allowed=most)


def split_records(text: str, dialect: Dialect, first_line: int = 1) -> Records:
    """All records of a text. Lines end at LF, CR or CRLF; each line is part of exactly one record.

    What is above `first_line` is taken line by line, whatever its marks say.
    """
    lines = list(io.StringIO(dialect.prepare(text), newline=""))
    if max(map(len, lines)) > MAX_LINE:
        number, found = max(enumerate(map(len, lines), 1), key=lambda line: line[1])
        raise FileError("line_too_long", line=number, found=found, allowed=MAX_LINE)
    above = [[line.rstrip("\r\n")] for line in lines[: first_line - 1]]
    below = lines[len(above) :] if above else lines
    records = _quickly(below, dialect, len(above) + 1)
    if not isinstance(records, Records):
        records = _carefully(below, dialect, len(above) + 1, records or _width_of_lines(below, dialect))
    if above:
        starts, repaired = [*range(1, len(above) + 1), *records.starts], [len(above) + k for k in records.repaired]
        records = Records(Rows([*above, *records.cells]), starts, records.width, repaired)
    if dialect.escape:
        records = replace(records, cells=Rows(map(dialect.restore, records.cells)))
    return records


def closed_by(records: Records, end: str, first_line: int) -> Records:
    """The records of a file in which each ends with a mark, from a line on: lines up to one with it belong together."""
    cells: list[list[str]] = []
    starts: list[int] = []
    repaired: list[int] = []
    is_open = False
    for number, row in enumerate(records.cells):
        if is_open:
            cells[-1] = [*cells[-1][:-1], "\n".join([*cells[-1][-1:], *(row[:1] or [""])]), *row[1:]]
        else:
            cells.append(row)
            starts.append(records.starts[number])
        if number in records.repaired and repaired[-1:] != [len(cells) - 1]:
            repaired.append(len(cells) - 1)
        last = cells[-1][-1].rstrip() if cells[-1] else ""
        is_open = bool(cells[-1]) and starts[-1] >= first_line and not last.endswith(end)
        if last.endswith(end):
            cells[-1] = [*cells[-1][:-1], last.removesuffix(end)]
    width = _width_of(cells)
    return Records(Rows(cells), [*starts, records.starts[-1]], width, repaired)


def _quickly(lines: Sequence[str], dialect: Dialect, first_line: int = 1) -> Records | int:
    """The records of a text whose quotation marks all match, in one go.

    When a record needs a closer look, only the number of fields that most have; 0 when that isn't clear.
    """
    cells: list[list[str]] = []
    starts = [first_line]
    reader = dialect.reader(lines)
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise FileError("too_many_columns", line=starts[-1], found=len(row), allowed=MOST_COLUMNS)
            cells.append(row)
            starts.append(first_line + reader.line_num)
    except csv.Error:
        return _width_of(cells) if len(cells) >= ENOUGH_RECORDS else 0
    width = _width_of(cells)
    if len(cells) < len(lines) and max(b - a for a, b in pairwise(starts)) > MOST_LINES:
        return width
    if len(cells) < len(lines) or dialect.always or set(map(len, cells)) != {width}:
        for row, (start, end) in zip(cells, pairwise(starts), strict=True):
            if _looks_wrong(lines, start - first_line, end - first_line, len(row) == width, width, dialect):
                return width
    return Records(Rows(cells), starts, width)


def _width_of(cells: list[list[str]]) -> int:
    return common_width(map(len, islice(filter(None, cells), SAMPLE_RECORDS)))


def _width_of_lines(lines: Sequence[str], dialect: Dialect) -> int:
    alone = (row for line in lines if line.strip() and (row := line_cells(line, dialect)) is not None)
    return common_width(map(len, islice(alone, SAMPLE_RECORDS)))


def _carefully(lines: Sequence[str], dialect: Dialect, first_line: int, width: int) -> Records:
    """The records of any text, one by one."""
    source = _Lines(lines)
    reader = dialect.reader(source)
    cells: list[list[str]] = []
    starts = [first_line]
    repaired: list[int] = []
    while source.at < len(lines):
        first = source.at
        source.end = first + MOST_LINES
        try:
            row: list[str] | None = next(reader)
        except (csv.Error, StopIteration):
            row = None
        if row is None or _looks_wrong(lines, first, source.at, len(row) == width, width, dialect):
            patient = len(repaired) < MOST_PATIENCE
            better = repair(lines, first, source.at if row else None, width, dialect, patient=patient)
            if better is None and row is None:
                better = cleaned(lines[first], dialect), first + 1
            if better is not None:
                row, source.at = better
                repaired.append(len(cells))
        if row and len(row) > MOST_COLUMNS:
            raise FileError("too_many_columns", line=starts[-1], found=len(row), allowed=MOST_COLUMNS)
        cells.append(row or [])
        starts.append(first_line + source.at)
    return Records(Rows(cells), starts, width, repaired)


def _looks_wrong(lines: Sequence[str], first: int, end: int, fits: bool, width: int, dialect: Dialect) -> bool:  # noqa: FBT001
    """Whether the marks of a record that csv could read don't match all the same."""
    if fits and end - first > 1:
        return end - first > 2 and swallows(lines, first, end, width, dialect)
    if fits and not dialect.always:
        return False
    return bool(dialect.quote) and lines[first].count(dialect.quote) % 2 == 1


class _Lines(Iterator[str]):
    """Lines that can be read again from any place, up to an end."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.at, self.end = lines, 0, 0

    def __next__(self) -> str:
        if self.at >= min(self.end, len(self.lines)):
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]
