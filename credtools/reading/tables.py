"""Records and what each of them is → Table + Reading; the limits of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from credtools.errors import FileError
from credtools.model import FileWarning, IntArray, Reading, Table
from credtools.reading.headings import frame_names, squeeze
from credtools.reading.layout import Layout
from credtools.reading.records import MAX_CELL_BYTES, Records
from credtools.reading.rows import Column, as_array
from credtools.text import data_among, plural

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)  # its protocol for Arrow is missing from the stubs
SHOWN = 5


def make_table(records: Records, layout: Layout, reading: Reading, sha256: str, name: str) -> Table:
    """The table, and in its reading where each line went. Raises FileError for a cell of more than 32 KiB."""
    body = as_array(layout.body)
    fields = records.cells.widths[body]
    if layout.beside:
        fields = fields.clip(max=layout.width)
    width = max(layout.width, int(fields.max(initial=0)))
    columns = [records.cells.column(place, body) for place in range(width)]
    lines = np.asarray(records.starts, dtype=np.int64)[body]
    for column in columns:
        _refuse_long_cells(column, lines)
    names = frame_names(layout.headings, width)
    frame = pd.DataFrame({k: _text_array(column) for k, column in enumerate(columns)})
    frame.columns = pd.Index(names, dtype="str")
    heading_lines = records.lines_of(layout.heading)
    reading = replace(
        reading,
        heading_line=heading_lines[0] if heading_lines else None,
        heading_lines=heading_lines,
        headings=tuple(layout.headings),
        hidden=data_among([*layout.headings, *names]),
        preamble_lines=records.lines_of(layout.preamble),
        instruction_lines=records.lines_of(layout.instruction),
        blank_lines=records.lines_of(layout.blank),
        footer_lines=records.lines_of(layout.footer),
        aside_lines=records.lines_of(layout.aside),
        repaired_lines=tuple(records.starts[k] for k in records.repaired),
        noted=(*reading.noted, *_assumptions(records, layout)),
    )
    dates = _date_cells(records, layout, names)
    return Table(frame, lines, fields, layout.width, reading, sha256, name, dates)


def _text_array(column: Column) -> object:
    if isinstance(column, list):
        return pd.array(column, dtype=pd.StringDtype("python", na_value=np.nan))
    return TEXT.__from_arrow__(column)  # type: ignore[attr-defined]


def _assumptions(records: Records, layout: Layout) -> Iterable[FileWarning]:
    """What a person should look at."""
    if layout.headless:
        yield FileWarning(
            "no_heading_row",
            1,
            "No heading row was found, so the columns are named col_1, col_2 and so on. Name them in the recipe, or "
            "the line of the headings (read: {heading_line: …}).",
        )
    if (joined := len(layout.first_heading)) > 1:
        yield FileWarning(
            "headings_joined",
            joined,
            f"The headings on {_lines(records.lines_of(layout.first_heading))} were joined. If the second row is a "
            "record, say so in the recipe (read: {heading_rows: 1}).",
        )
    if layout.aside:
        lines, example = records.lines_of(layout.aside), _example(records.cells[layout.aside[0]])
        said = f"Content beside or below the table was ignored ({_lines(lines)})"
        yield FileWarning("content_ignored", len(lines), f"{said}.", f"{said}, for example {example!r}.")
    if layout.beside:
        where = _lines([records.starts[k] for k in layout.beside])
        sentence = f"Notes to the right of the table, beyond an empty column, were ignored ({where})."
        yield FileWarning("notes_ignored", len(layout.beside), sentence)
    if layout.footer:
        lines, example = records.lines_of(layout.footer), _example(records.cells[layout.footer[0]])
        said = f"The end of the file was read as a footer ({_lines(lines)})"
        advice = "If that is a record, say so in the recipe (read: {footer_lines: none})."
        yield FileWarning(
            "footer_ignored", len(lines), f"{said}. {advice}", f"{said}, for example {example!r}. {advice}"
        )
    if count := len(records.repaired):
        where = _lines([records.starts[k] for k in records.repaired])
        sentence = f"The quotation marks of {plural(count, 'record')} didn't match and were repaired ({where}). "
        yield FileWarning("row_repaired", count, f"{sentence}Check the cells there.")
    if hidden := [records.starts[k] for k in layout.body if records.starts[k] in records.hidden]:
        verb = "is" if len(hidden) == 1 else "are"
        sentence = (
            f"{plural(len(hidden), 'row')} that {verb} hidden in the spreadsheet, by a filter or by hand, {verb} read "
            f"like the others ({_lines(hidden)}). If hidden rows aren't meant, remove them from the sheet."
        )
        yield FileWarning("rows_hidden", len(hidden), sentence)


def _lines(lines: Sequence[int]) -> str:
    """'line 7', 'lines 7, 8 and 9', 'lines 1, 2, 3, 4, 5 and 36 more'."""
    shown = [f"{line:,}" for line in lines[:SHOWN]]
    if len(shown) == 1:
        return f"line {shown[0]}"
    last = f"{len(lines) - SHOWN:,} more" if len(lines) > SHOWN else shown.pop()
    return f"lines {', '.join(shown)} and {last}"


def _example(row: Sequence[str]) -> str:
    return squeeze(" ".join(row))[:40]


def _date_cells(records: Records, layout: Layout, names: list[str]) -> dict[str, dict[str, date | None]]:
    found: dict[str, dict[str, date | None]] = {}
    body = set(layout.body) if records.dates else set()
    for (k, place), day in records.dates.items():
        if k in body and place < len(names):
            found.setdefault(names[place], {})[records.cells[k][place]] = day
    return found


def _refuse_long_cells(column: Column, lines: IntArray) -> None:
    if isinstance(column, list):
        sizes = np.array([len(cell.encode("utf-8", "surrogatepass")) for cell in column], dtype=np.int64)
    else:
        sizes = pc.binary_length(column).to_numpy()
    if sizes.max(initial=0) > MAX_CELL_BYTES:
        k = int((sizes > MAX_CELL_BYTES).argmax())
        raise FileError("cell_too_long", line=int(lines[k]), found=int(sizes[k]), allowed=MAX_CELL_BYTES)
