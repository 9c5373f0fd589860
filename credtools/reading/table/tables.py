"""Records and what each of them is → Table + Reading; the limits of a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from credtools.errors import FileError
from credtools.model import IntArray, Reading, Table
from credtools.reading.options import Options
from credtools.reading.records import MAX_CELL_BYTES, Records
from credtools.reading.rows import Column, as_array
from credtools.reading.table.cells import known_cells, protection_noted, unprotected, without_protection
from credtools.reading.table.headings import frame_names
from credtools.reading.table.layout import Layout
from credtools.reading.table.noted import assumptions
from credtools.text import data_among

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)  # its protocol for Arrow is missing from the stubs


def make_table(records: Records, layout: Layout, options: Options, reading: Reading, sha256: str, name: str) -> Table:
    """The table, and in its reading where each line went. Raises FileError for a cell of more than 32 KiB."""
    body = as_array(layout.body)
    fields = records.cells.widths[body]
    if layout.beside:
        fields = fields.clip(max=layout.width)
    width = max(layout.width, int(fields.max(initial=0)))
    columns, protected = [], 0
    for place in range(width):
        column, count = without_protection(records.cells.column(place, body))
        columns.append(column)
        protected += count
    headings = [unprotected(heading) for heading in layout.headings]
    lines = np.asarray(records.starts, dtype=np.int64)[body]
    for column in columns:
        _refuse_long_cells(column, lines)
    names = frame_names(headings, width)
    frame = pd.DataFrame({k: _text_array(column) for k, column in enumerate(columns)})
    frame.columns = pd.Index(names, dtype="str")
    heading_lines = records.lines_of(layout.heading)
    reading = replace(
        reading,
        heading_line=heading_lines[0] if heading_lines else None,
        heading_lines=heading_lines,
        headings=tuple(headings),
        hidden=data_among([*headings, *names]),
        preamble_lines=records.lines_of(layout.preamble),
        instruction_lines=records.lines_of(layout.instruction),
        blank_lines=records.lines_of(layout.blank),
        footer_lines=records.lines_of(layout.footer),
        aside_lines=records.lines_of(layout.aside),
        repaired_lines=tuple(records.starts[k] for k in records.repaired),
        noted=(*reading.noted, *assumptions(records, layout, options), *protection_noted(protected)),
    )
    known = known_cells(records, layout, names)
    about = known.dates, known.shown, known.valueless
    return Table(frame, lines, fields, layout.width, reading, sha256, name, *about)


def _text_array(column: Column) -> object:
    if isinstance(column, list):
        return pd.array(column, dtype=pd.StringDtype("python", na_value=np.nan))
    return TEXT.__from_arrow__(column)  # type: ignore[attr-defined]


def _refuse_long_cells(column: Column, lines: IntArray) -> None:
    if isinstance(column, list):
        sizes = np.array([len(cell.encode("utf-8", "surrogatepass")) for cell in column], dtype=np.int64)
    else:
        sizes = pc.binary_length(column).to_numpy()
    if sizes.max(initial=0) > MAX_CELL_BYTES:
        k = int((sizes > MAX_CELL_BYTES).argmax())
        raise FileError("cell_too_long", line=int(lines[k]), found=int(sizes[k]), allowed=MAX_CELL_BYTES)
