"""Text → records with the physical lines they are on; marks that don't match are repaired one record at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice

import numpy as np

from credtools.errors import FileError
from credtools.reading.delimited.dialect import ENOUGH, ONE_CHARACTER, Dialect, common_width, line_cells, records_of
from credtools.reading.delimited.even import even_rows
from credtools.reading.delimited.parts import listed
from credtools.reading.delimited.regular import MOST_LINES, Lines, Regular
from credtools.reading.delimited.repair import FOLLOWED, bare, cleaned, ends_whole, repair, stands_alone, swallows
from credtools.reading.delimited.torn import Torn
from credtools.reading.kinds import column_kinds
from credtools.reading.records import MAX_CELL_BYTES, Records, require_size
from credtools.reading.rows import Rows

SAMPLE_RECORDS = 1_000
DOUBTFUL_LINES = 250  # that are looked at in its place, one by one, where marks are wrong from the beginning
SAMPLE_LINES = 12  # of a record, as long as it isn't known how many fields are usual
ENOUGH_RECORDS = 50  # before the first fault, to tell what is usual in a file
PATIENCE = 10_000_000  # bytes that are gone through for repairs, after which none is looked for that takes long
USUAL_LINE = 100  # bytes
MOST_OTHERWISE = 100  # records that may have another delimiter
MAX_LINE = 64 * MAX_CELL_BYTES  # characters


def split_records(text: str, dialect: Dialect, first_line: int = 1) -> Records:
    """All records of a text. Lines end at LF, CR or CRLF; each line is part of exactly one record.

    What is above `first_line` is taken line by line, whatever its marks say. All that is regular is cut at once, and
    only other records are looked at one by one.
    """
    content = dialect.prepare(text).encode()
    if first_line == 1 and (rows := even_rows(content, dialect)):
        return Records(rows, np.arange(1, len(rows) + 2).data, len(rows.columns))
    lines = Lines(content, dialect)
    _refuse_long_lines(lines)
    at = min(first_line - 1, len(lines))
    regular = Regular(lines)
    widths = regular.widths(at, SAMPLE_RECORDS)
    width = common_width(widths) if widths else _usual_width(lines, at, dialect)
    single, torn = _Single(lines, dialect, width), Torn(lines, width)
    found: list[int] = []
    others = {line: [lines[line].rstrip("\r\n")] for line in range(at)}
    end = len(lines)
    while (line := regular.take(at, width)) < end:
        is_torn = regular.is_torn(line)
        if is_torn and torn.fits(line) and regular.stands_alone(line + 1, width):
            found.append(line)
            single.count(line)
            at = line + 1
        else:
            others[line], at = single.record(line, torn=is_torn)
    parts = ([listed(others)] if others else []) + ([torn.part(found)] if found else [])
    cells, starts = regular.rows(*parts)
    if dialect.escape or dialect.drawn:
        cells.texts = list(map(dialect.restore, cells.texts))
    repaired = np.searchsorted(starts, single.repaired).tolist()
    drawn = dialect.drawn or bool(dialect.columns)
    records = Records(cells, (np.append(starts, end) + 1).data, width, repaired, drawn=drawn)
    require_size(records)
    otherwise = _otherwise(records, lines, dialect)
    return replace(records, cells=Rows(records.cells), otherwise=otherwise) if otherwise else records


def _otherwise(records: Records, lines: Sequence[str], dialect: Dialect) -> dict[int, list[list[str]]]:
    """The records on one line that another delimiter than the usual one divides into the usual number of cells."""
    if records.width < ENOUGH or dialect.prepares:
        return {}
    found: dict[int, list[list[str]]] = {}
    odd = np.flatnonzero((records.cells.widths != records.width) & (np.diff(records.starts) == 1))
    for k in odd[:MOST_OTHERWISE].tolist():
        line = lines[records.starts[k] - 1]
        for delimiter in ONE_CHARACTER:
            if line.count(delimiter) < records.width - 1 or delimiter == dialect.delimiter:
                continue
            cells = line_cells(line, replace(dialect, delimiter=delimiter))
            if cells is not None and len(cells) == records.width:
                found.setdefault(k, []).append([bare(cell, dialect.quote) for cell in cells])
    return found


def _refuse_long_lines(lines: Lines) -> None:
    if np.diff(lines.bounds).max() > MAX_LINE:
        number, found = max(enumerate(map(len, lines), 1), key=lambda line: line[1])
        if found > MAX_LINE:
            raise FileError("line_too_long", line=number, found=found, allowed=MAX_LINE)


def closed_by(records: Records, end: str, first_line: int) -> Records:
    """The records of a file in which each ends with a mark, from a line on: lines up to one with it belong together."""
    cells: list[list[str]] = []
    starts: list[int] = []
    repaired: list[int] = []
    is_open = False
    for number, row in enumerate(records.cells):
        if is_open and not len(cells[-1]) == len(row) == records.width:  # as headings may be, which don't end so
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


def _usual_width(lines: Lines, first: int, dialect: Dialect) -> int:
    """The number of fields that most records have before the first fault, or with it, if it comes early."""
    rows: list[list[str]] = []
    filled = 0
    try:
        for row in dialect.reader(lines.below(first)):
            rows.append(row)
            filled += bool(row)
            if filled == SAMPLE_RECORDS:
                break
    except csv.Error:
        if len(rows) < ENOUGH_RECORDS:
            some = [line.rstrip("\r\n") for line in lines[first : first + DOUBTFUL_LINES]]
            return _width_of(records_of(some, dialect, SAMPLE_LINES)[0])
    return _width_of(rows)


def _width_of(cells: list[list[str]]) -> int:
    return common_width(map(len, islice(filter(None, cells), SAMPLE_RECORDS)))


class _Single:
    """Records one by one, wherever they start; `repaired`: the lines of those whose marks didn't match."""

    def __init__(self, lines: Lines, dialect: Dialect, width: int) -> None:
        self.lines, self.dialect, self.width = lines, dialect, width
        self.repaired: list[int] = []
        self.patience = PATIENCE
        self.source = _Lines(lines)
        self.reader = dialect.reader(self.source)

    def record(self, first: int, *, torn: bool) -> tuple[list[str], int]:
        """(cells, the next line) of the record that starts on a line (from 0); `torn`: csv surely can't read it."""
        lines, source, width, dialect = self.lines, self.source, self.width, self.dialect
        source.at, source.end = first, min(first + MOST_LINES, len(lines))
        try:
            row: list[str] | None = None if torn else next(self.reader)
        except (csv.Error, StopIteration):
            row = None
        if row is None or self._looks_wrong(first, source.at, fits=len(row) == width):
            better = repair(lines, first, width, dialect, matched=bool(row), patient=self.patience > 0)
            if better is None and row is None:
                better = cleaned(lines[first], dialect), first + 1
            if better is not None:
                self.count(first)
                return better
        return row or [], source.at

    def count(self, first: int) -> None:
        """Notes a repaired record. The longer its line, the sooner patience ends: each may be followed over many."""
        self.repaired.append(first)
        self.patience -= FOLLOWED * max(self.lines.size(first), USUAL_LINE)

    def _looks_wrong(self, first: int, end: int, *, fits: bool) -> bool:
        """Whether the marks of a record that csv could read don't match all the same."""
        lines, width, dialect = self.lines, self.width, self.dialect
        if end - first > 1:
            return swallows(lines, first, end, width, dialect) or (
                fits and ends_whole(lines, first, end, width, dialect, self._kinds)
            )
        if fits and not dialect.always:
            return False
        return bool(dialect.quote) and lines[first].count(dialect.quote) % 2 == 1

    @cached_property
    def _kinds(self) -> Mapping[int, str]:
        """The usual kind of each column, by the records that are on a line of their own, below the first."""
        alone = (line for line in self.lines[:SAMPLE_RECORDS] if stands_alone(line, self.width, self.dialect))
        rows = (line_cells(line, self.dialect) for line in alone if line.strip())
        found = [[bare(cell, self.dialect.quote) for cell in row] for row in rows if row]
        return column_kinds(found[1:], self.width)


class _Lines(Iterator[str]):
    """Lines that can be read again from any place, up to an end."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines, self.at, self.end = lines, 0, 0

    def __next__(self) -> str:
        if self.at >= self.end:
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]
