"""Records and what each of them is → Table + Reading; the limits of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, zip_longest

import numpy as np
import pandas as pd
import pyarrow as pa

from credtools.errors import FileError
from credtools.model import Reading, Table
from credtools.reading.dialect import Dialect
from credtools.reading.headings import frame_names
from credtools.reading.layout import Layout
from credtools.reading.records import MAX_CELL_BYTES, Records

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)  # its protocol for Arrow is missing from the stubs
SHOWN = 5


@dataclass(frozen=True)
class Origin:
    """Where records come from. `encoding`: of a spreadsheet its kind; `dates`: (record, place) of real date cells."""

    name: str
    sha256: str
    encoding: str
    dialect: Dialect | None
    sheet: str | None = None
    dates: Mapping[tuple[int, int], date] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def make_table(records: Records, layout: Layout, origin: Origin) -> Table:
    """The table. Raises FileError for a cell of more than 32 KiB."""
    rows = [records.cells[k] for k in layout.body]
    if layout.beside:
        rows = [row[: layout.width] for row in rows]
    fields = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    width = max(layout.width, int(fields.max(initial=0)))
    ragged = bool(len(fields)) and fields.min() < fields.max()
    columns = list(zip_longest(*rows, fillvalue="") if ragged else zip(*rows, strict=True))
    columns += [("",) * len(rows)] * (width - len(columns))
    _refuse_long_cells(columns, records, layout)
    names = frame_names(layout.headings, width)
    frame = pd.DataFrame({k: _text_array(column) for k, column in enumerate(columns)})
    frame.columns = pd.Index(names, dtype="str")
    starts = np.asarray(records.starts, dtype=np.int64)
    return Table(
        frame=frame,
        lines=starts[np.asarray(layout.body, dtype=np.int64)],
        fields=fields,
        expected_fields=layout.width,
        reading=_reading(records, layout, origin),
        sha256=origin.sha256,
        name=origin.name,
        date_cells=_date_cells(records, layout, origin, names),
    )


def _text_array(column: Sequence[str]) -> object:
    try:
        return TEXT.__from_arrow__(pa.array(column, type=pa.large_string()))  # type: ignore[attr-defined]
    except UnicodeEncodeError:  # half a character (a lone surrogate), which Arrow can't hold
        return pd.array(list(column), dtype=pd.StringDtype("python", na_value=np.nan))


def _reading(records: Records, layout: Layout, origin: Origin) -> Reading:
    heading_lines = records.lines_of(layout.heading)
    mended = tuple(records.starts[k] for k in records.mended)
    dialect = origin.dialect
    return Reading(
        encoding=origin.encoding,
        delimiter=dialect.delimiter if dialect else None,
        quote=dialect.quote if dialect else '"',
        escape=dialect.escape if dialect else "",
        sheet=origin.sheet,
        lines=records.lines,
        heading_line=heading_lines[0] if heading_lines else None,
        heading_lines=heading_lines,
        headings=tuple(layout.headings),
        preamble_lines=records.lines_of(layout.preamble),
        instruction_lines=records.lines_of(layout.instruction),
        blank_lines=records.lines_of(layout.blank),
        footer_lines=records.lines_of(layout.footer),
        aside_lines=records.lines_of(layout.aside),
        repaired_lines=mended,
        warnings=(*origin.warnings, *_assumptions(records, layout, mended)),
    )


def _assumptions(records: Records, layout: Layout, mended: Sequence[int]) -> list[str]:
    """What a person should look at, as whole sentences."""
    told = []
    if layout.headless:
        told.append(
            "The file has no headings, as far as can be told; the columns are named col_1, col_2 and so on, so name "
            "them in the recipe, or the line of the headings (read: {heading_line: …})."
        )
    if len(layout.first_heading) > 1:
        told.append(
            f"The headings stand on {_lines(records.lines_of(layout.first_heading))}, and were joined; if the "
            "second is a record, say so in the recipe (read: {heading_rows: 1})."
        )
    if layout.aside:
        told.append(
            f"What stands beside or below the table was left out ({_lines(records.lines_of(layout.aside))}), for "
            f"example {_example(records.cells[layout.aside[0]])!r}."
        )
    if layout.beside:
        told.append(
            "Notes to the right of the table, beyond an empty column, were left out "
            f"({_lines([records.starts[k] for k in layout.beside])})."
        )
    if layout.footer:
        told.append(
            f"The end of the file was read as a footer ({_lines(records.lines_of(layout.footer))}), for "
            f"example {_example(records.cells[layout.footer[0]])!r}; if that is a record, say so in the recipe "
            "(read: {footer_lines: none})."
        )
    if mended:
        told.append(
            f"The quotation marks of {len(mended):,} record{'s' * (len(mended) > 1)} didn't match and were repaired "
            f"({_lines(mended)}); look at the cells there."
        )
    return told


def _lines(lines: Sequence[int]) -> str:
    """'line 7', 'lines 7, 8 and 9', 'lines 1, 2, 3, 4, 5 and 36 more'."""
    shown = [f"{line:,}" for line in islice(lines, SHOWN)]
    if len(shown) == 1:
        return f"line {shown[0]}"
    if len(lines) > SHOWN:
        return f"lines {', '.join(shown)} and {len(lines) - SHOWN:,} more"
    return f"lines {', '.join(shown[:-1])} and {shown[-1]}"


def _example(row: Sequence[str]) -> str:
    return " ".join(" ".join(row).split())[:40]


def _date_cells(records: Records, layout: Layout, origin: Origin, names: list[str]) -> dict[str, dict[str, date]]:
    found: dict[str, dict[str, date]] = {}
    body = set(layout.body) if origin.dates else set()
    for (k, place), day in origin.dates.items():
        if k in body and place < len(names):
            found.setdefault(names[place], {})[records.cells[k][place]] = day
    return found


def _refuse_long_cells(columns: Sequence[Sequence[str]], records: Records, layout: Layout) -> None:
    longest_ascii = MAX_CELL_BYTES // 4  # no cell of fewer characters can have more bytes
    for column in columns:
        if max(map(len, column), default=0) <= longest_ascii:
            continue
        for k, cell in enumerate(column):
            size = len(cell.encode("utf-8", "surrogatepass")) if len(cell) > longest_ascii else 0
            if size > MAX_CELL_BYTES:
                raise FileError(
                    "cell_too_long", line=records.starts[layout.body[k]], found=size, allowed=MAX_CELL_BYTES
                )
