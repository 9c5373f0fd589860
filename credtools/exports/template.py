"""Template: the file that people fill in, as CSV or XLSX, made from the schema and the organisation's own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from credtools.exports.files import write
from credtools.exports.formulas import neutralise
from credtools.outputs import PRIVATE, SHARED
from credtools.schema.dates import DateFormat
from credtools.schema.words import Column

if TYPE_CHECKING:
    from openpyxl import Workbook

EMPTY = 2  # rows of a template in which nothing is begun: headings and instructions
EXAMPLE_DAY = date(2026, 12, 31)


def instructions(columns: Sequence[Column], date_format: DateFormat) -> list[str]:
    """One instruction per column: whether it is required, what it holds, an example. The reader drops this row."""
    return [_instruction(column, date_format) for column in columns]


def _instruction(column: Column, date_format: DateFormat) -> str:
    example = date_format.write(EXAMPLE_DAY) if column.kind == "date" else column.example
    kinds = {"flag": "yes or no", "whole": "a whole number"}
    listed = f"one of {', '.join(column.choices)}" if column.choices else ""
    what = [column.help or listed or kinds.get(column.kind, ""), f"for example {example}" if example else ""]
    return f"{'Required' if column.required else 'Optional'}: {', '.join(filter(None, what)) or column.title}"


def write_template(
    path: str | Path,
    columns: Sequence[Column],
    types: Sequence[str],
    date_format: str,
    begun: Iterable[Sequence[str]] = (),
) -> Path:
    """Writes the template; its kind follows from the ending of the name (.csv or .xlsx).

    `types`: the names of the organisation's active credential types, offered as a list in XLSX; `date_format`: the
    one in force; `begun`: rows that are to be completed. Raises CredtoolsError for another ending, or when the file
    can't be written.
    """
    rows = [[column.title for column in columns], instructions(columns, DateFormat(date_format))]
    rows += [list(map(neutralise, row)) for row in begun]

    def workbook() -> Workbook:
        from credtools.exports import workbooks  # noqa: PLC0415 - only who writes one needs it

        return workbooks.of_template(rows, columns, types, date_format)

    write(Path(path), rows, workbook, mode=PRIVATE if len(rows) > EMPTY else SHARED)  # else it names people
    return Path(path)
