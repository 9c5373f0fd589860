"""A file as text, and what was assumed to read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from credtools.model.digests import Record, RecordKey, numbered
from credtools.model.lines import labels
from credtools.model.shaped import IntArray, Pair, Place, Shaped
from credtools.text import quoted

if TYPE_CHECKING:  # an outcome is a value, too: whoever only asks for one loads neither
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

BoolArray: TypeAlias = "npt.NDArray[np.bool_]"
StateArray: TypeAlias = "npt.NDArray[np.int8]"
# How files end that are taken from a folder: those that surely hold a table, and those whose content decides.
SURE_SUFFIXES = (".csv", ".tsv", ".tab", ".psv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".fods")
UNSURE_SUFFIXES = (".txt", ".dat", ".prn", ".asc", ".xml")


USUAL = ("last_line_open", "sheets_hidden")  # warnings that only matter beside others


@dataclass(frozen=True)
class FileWarning:
    """What should be known about a file: of how many rows, lines, headings or sheets, and in one sentence.

    `sentence` holds no cell of the file, for records and logs show it; `example` is the same with one, for whoever sees
    the file anyway.
    """

    code: str
    count: int
    sentence: str
    example: str = ""

    def as_dict(self) -> dict[str, str | int]:
        """The keys of each of `warnings` in `credtools import --json`."""
        return {"code": self.code, "count": self.count, "sentence": self.sentence}


@dataclass(frozen=True)
class Reading:
    """What was assumed to read a file, and where each of its physical lines went (lines count from 1)."""

    encoding: str
    delimiter: str | None
    lines: int
    heading_line: int | None
    sheet: str | None = None
    preamble_lines: tuple[int, ...] = ()
    footer_lines: tuple[int, ...] = ()
    blank_lines: tuple[int, ...] = ()
    repaired_lines: tuple[int, ...] = ()
    heading_lines: tuple[int, ...] = ()
    headings: tuple[str, ...] = ()  # as they are in the file, trimmed and squeezed; '' for a blank one
    noted: tuple[FileWarning, ...] = ()
    quote: str = '"'
    escape: str = ""
    record_end: str = ""  # what ends a record beside the end of its line
    instruction_lines: tuple[int, ...] = ()
    aside_lines: tuple[int, ...] = ()
    sheets: tuple[tuple[str, bool], ...] = ()  # of a workbook: the name of each, and whether it is hidden
    hidden: frozenset[str] = field(default=frozenset(), compare=False)  # headings that may be data: never quoted
    stacked: tuple[Reading, ...] = ()  # of each sheet, where several are one table; the lines above are the first one's

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of it a person should look at, as whole sentences with examples: not what healthy files have, too."""
        return tuple(one.example or one.sentence for one in self.noted if one.code not in USUAL)

    def __str__(self) -> str:
        how = f"sheet {quoted([self.sheet], spelled=repr)}" if self.sheet is not None else repr(self.delimiter)
        how = f"sheets {quoted(str(one.sheet) for one in self.stacked)}" if self.stacked else how
        where = f"headings on line {self.heading_line}" if self.heading_line else "no headings"
        return f"{self.encoding} · {how} · {where}"

    def quoted(self, headings: Iterable[str], spelled: Callable[[str], str] = str) -> str:
        """Some of the file's headings as sentences and reports may quote them; they are content, too."""
        return quoted(headings, self.hidden, spelled=spelled)

    def options(self) -> dict[str, str | int]:
        """What was detected, as the `read:` of a recipe; where footers begin is looked for again in each file."""
        found: dict[str, str | int] = {}
        if self.delimiter is not None:
            found |= {"encoding": self.encoding, "delimiter": self.delimiter}
            found |= {"quote": self.quote} if self.quote != '"' else {}
            found |= {"escape": self.escape} if self.escape else {}
            found |= {"record_end": self.record_end} if self.record_end else {}
        if self.stacked:
            return found
        if self.sheet is not None:
            found["sheet"] = self.sheet
        found["heading_line"] = self.heading_line or 0
        return found


@dataclass(frozen=True, eq=False)
class Table:
    """A file as text: one row of `frame` per record, nothing parsed.

    `frame`: text columns named by the file's own headings; `lines`: the physical line on which each record
    starts; `fields`: how many fields it really has (missing cells are empty in `frame`); `raw`: the cells as
    they came, as the text of one JSON array; `date_cells`: for columns of a spreadsheet with real date cells, the
    date that each of their texts stands for, whatever date format is declared (None: it is shown without its day);
    `shown_dates`: what these cells show, where it isn't that text: it counts in columns that hold no dates;
    `valueless`: for columns of a spreadsheet texts of errors, and of formulas whose value wasn't saved;
    `whole`, `first`: of a part, the file and the row of it with which the part begins; `corrects`: of a file of
    corrections, how the record that each row corrects is known, its own way first; `shaped`: how the rows were made of
    the file's records, where a recipe says so: `frame`, `fields`, `expected_fields` and the headings of `reading` are
    those of the rows then.
    """

    frame: pd.DataFrame
    lines: IntArray
    fields: IntArray
    expected_fields: int
    reading: Reading
    sha256: str
    name: str = ""
    date_cells: Mapping[str, Mapping[str, date | None]] = field(default_factory=dict)
    shown_dates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    valueless: Mapping[str, frozenset[str]] = field(default_factory=dict)
    whole: Table | None = field(default=None, repr=False)
    first: int = 0
    corrects: Sequence[Sequence[Record]] = ()
    shaped: Shaped | None = field(default=None, repr=False)

    @cached_property
    def sheets(self) -> IntArray:
        """From which of the sheets that are read each record comes, from 1."""
        return self.shaped.sheets if self.shaped else self.lines**0

    @cached_property
    def pieces(self) -> IntArray:
        """Which piece of its record each row is, from 1."""
        return self.shaped.pieces if self.shaped else self.lines**0

    @cached_property
    def marks(self) -> IntArray:
        """Which of the pairs of its type each row was made of, from 1."""
        return self.shaped.marks if self.shaped else self.lines**0

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of columns that its rows were made of."""
        return self.shaped.pairs if self.shaped else ()

    @cached_property
    def pair(self) -> IntArray:
        """Of which pair each row was made; how many there are, where it was made of none."""
        return self.shaped.pair if self.shaped else self.lines * 0

    @cached_property
    def places(self) -> list[Place]:
        """Where each row is in the file; no two are at the same place."""
        return list(map(Place, self.sheets.tolist(), self.lines.tolist(), self.pieces.tolist()))

    @cached_property
    def labels(self) -> list[int | str]:
        """What people call each row: its line; `12.3` where rows share lines, `2:12` where sheets do."""
        return self.lines.tolist() if self.shaped is None else labels(self.places)

    def row_at(self, label: int | str) -> int | None:
        """The row of this label, or of a line that has only one; None where there is none, or more than one."""
        return self._rows_at.get(str(label))

    @cached_property
    def _rows_at(self) -> dict[str, int]:
        count = Counter(self.lines.tolist())
        alone = {str(line): row for row, line in enumerate(self.lines.tolist()) if count[line] == 1}
        return alone | {str(label): row for row, label in enumerate(self.labels)}

    @property
    def records(self) -> int:
        """How many records of the file the rows are made of, those without a row included."""
        return self.shaped.records if self.shaped else len(self.lines)

    @cached_property
    def raw(self) -> list[str]:
        from credtools.model.json_arrays import json_arrays  # noqa: PLC0415 - only who has a table needs it

        found = [""] * len(self.fields)
        for width in set(self.fields.tolist()):
            rows = (self.fields == width).nonzero()[0]
            some = self.frame.iloc[:, :width] if len(rows) == len(found) else self.frame.iloc[rows, :width]
            texts = json_arrays([some.iloc[:, k] for k in range(width)], len(rows))
            for row, text in zip(rows.tolist(), texts, strict=True):
                found[row] = text
        return found

    def keys(self, headings: Sequence[str | None] | None = None) -> Sequence[RecordKey]:
        """How each record is known when it comes again: by its digest and its place among those that equal it.

        The digest covers the texts under these headings (None: a heading that this file lacks counts as blank), or the
        whole raw record. A part knows its records by their places in the whole file.
        """
        covered = None if headings is None else tuple(headings)
        if self.whole is not None:
            return self.whole.keys(covered)[self.first : self.first + len(self.lines)]
        if covered not in self._keys:
            every = range(len(self.lines))
            texts = self.raw if covered is None else self._texts(covered, every, self.marks.tolist())
            self._keys[covered] = numbered(texts)
        return self._keys[covered]

    def keys_of_pair(self, headings: Sequence[str | None], pair: str, number: int) -> Mapping[int, RecordKey]:
        """The same, by row, of those that were made of the pair of this number; the digest covers `pair` instead."""
        if self.whole is not None:
            ours = range(self.first, self.first + len(self.lines))
            found = self.whole.keys_of_pair(headings, pair, number)
            return {row - self.first: key for row, key in found.items() if row in ours}
        rows = (self.pair == number).nonzero()[0].tolist()
        return dict(zip(rows, numbered(self._texts(headings, rows, [pair] * len(rows))), strict=True))

    @cached_property
    def _keys(self) -> dict[tuple[str | None, ...] | None, list[RecordKey]]:
        return {}

    def _texts(self, headings: Sequence[str | None], rows: Sequence[int], which: Sequence[int | str]) -> list[str]:
        """The text of each record over which its digest runs."""
        from credtools.model.json_arrays import json_arrays  # noqa: PLC0415 - only who has a table needs it

        some = self.frame if len(rows) == len(self.frame) else self.frame.iloc[list(rows)]
        return json_arrays([some[name] if name else None for name in headings], len(some), which)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same records of the same file, read alike."""
        if not isinstance(other, Table):
            return NotImplemented
        names = ("sha256", "name", "expected_fields", "reading", "date_cells", "shown_dates", "valueless")
        same = all(getattr(self, name) == getattr(other, name) for name in names)
        arrays = ("lines", "fields", "sheets", "pieces")
        same = same and all(getattr(self, name).tolist() == getattr(other, name).tolist() for name in arrays)
        return same and self.frame.equals(other.frame)

    def __hash__(self) -> int:
        return hash((self.sha256, len(self.lines)))

    def part(self, number: int, size: int) -> Table:
        """The rows of part `number` (from 1) of at most `size` records of the file; lines keep their numbers."""
        if number == 1 and self.records <= size:
            return self
        ends = (number - 1) * size, number * size
        rows = slice(*(ends if self.shaped is None else self.shaped.record.searchsorted(ends).tolist()))
        beyond = self.lines[rows.stop :]
        repaired = tuple(line for line in self.reading.repaired_lines if not len(beyond) or line < beyond[0])
        shaped = self.shaped and self.shaped.take(rows, records=max(0, min(size, self.records - ends[0])))
        return replace(
            self,
            frame=self.frame.iloc[rows].reset_index(drop=True),
            lines=self.lines[rows],
            fields=self.fields[rows],
            reading=replace(self.reading, repaired_lines=repaired),
            whole=self,
            first=rows.start,
            shaped=shaped,
        )


def known_under(tables: Iterable[tuple[Table, Mapping[str, str]]]) -> dict[str, Any]:
    """What is known of cells – `date_cells`, `shown_dates`, `valueless` – under other names of their headings.

    `tables`: each with the name of some of its headings; several may get the same one.
    """
    dates: dict[str, dict[str, date | None]] = {}
    shown: dict[str, dict[str, str]] = {}
    valueless: dict[str, frozenset[str]] = {}
    for table, names in tables:
        for heading, name in names.items():
            if heading in table.date_cells:
                dates.setdefault(name, {}).update(table.date_cells[heading])
            if heading in table.shown_dates:
                shown.setdefault(name, {}).update(table.shown_dates[heading])
            if heading in table.valueless:
                valueless[name] = valueless.get(name, frozenset()) | table.valueless[heading]
    return {"date_cells": dates, "shown_dates": shown, "valueless": valueless}


@dataclass(frozen=True)
class Patch:
    """A correction of one cell of one record, guarded by the value that it replaces."""

    record: Record
    column: str
    old: str
    new: str
