"""Template: the file that people fill in, as CSV or XLSX, made from the schema and the organisation's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from credtools.exports.files import write
from credtools.schema.dates import DateFormat
from credtools.schema.words import Column

LAST_ROW = 20_002  # headings, instructions, and as many rows as are taken at a time
CHOICES_SHEET = "Choices"
EXAMPLE_DAY = date(2026, 12, 31)
FLAGS = ("yes", "no")


def instructions(columns: Sequence[Column], date_format: str) -> list[str]:
    """One instruction per column: whether it is required, what it holds, an example. The reader drops this row."""
    return [_instruction(column, date_format) for column in columns]


def _instruction(column: Column, date_format: str) -> str:
    example = DateFormat(date_format).write(EXAMPLE_DAY) if column.kind == "date" else column.example
    kinds = {"choice": f"one of {', '.join(column.choices)}", "flag": "yes or no", "whole": "a whole number"}
    what = [column.help or kinds.get(column.kind, ""), f"for example {example}" if example else ""]
    return f"{'Required' if column.required else 'Optional'}: {', '.join(filter(None, what)) or column.title}"


def write_template(path: str | Path, columns: Sequence[Column], types: Sequence[str], date_format: str) -> Path:
    """Writes the template; its kind follows from the ending of the name (.csv or .xlsx).

    `types`: the names of the organisation's active credential types, offered as a list in XLSX; `date_format`: the
    one in force. Raises CredtoolsError for another ending, or when the file can't be written.
    """
    rows = [[column.title for column in columns], instructions(columns, date_format)]
    write(Path(path), rows, lambda: _workbook(rows, columns, types, date_format))
    return Path(path)


def _workbook(rows: list[list[str]], columns: Sequence[Column], types: Sequence[str], date_format: str) -> Workbook:
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "Template"
    for row in rows:
        sheet.append(row)
    choices = book.create_sheet(CHOICES_SHEET)
    choices.sheet_state = "hidden"
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(16, min(34, len(column.title) + 12))
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet[f"{letter}2"].font = Font(italic=True, color="FF666666")
        sheet[f"{letter}2"].alignment = Alignment(wrap_text=True, vertical="top")
        # Text keeps leading zeros; a date cell stays a date whatever the language of the spreadsheet.
        sheet.column_dimensions[letter].number_format = _number_format(date_format) if column.kind == "date" else "@"
        if validation := _validation(column, types, choices, letter, date_format):
            validation.errorTitle, validation.showErrorMessage = column.title, True
            validation.add(f"{letter}3:{letter}{LAST_ROW}")
            sheet.add_data_validation(validation)
    sheet.freeze_panes = "A3"
    return book


def _validation(
    column: Column, types: Sequence[str], choices: Worksheet, letter: str, date_format: str
) -> DataValidation | None:
    if column.kind == "date":
        example = DateFormat(date_format).write(EXAMPLE_DAY)
        error = f"Enter a date, for example {example}."
        return DataValidation(type="date", operator="greaterThan", formula1="1", allow_blank=True, error=error)
    offered = {"credential_type": tuple(types), "choice": column.choices, "flag": FLAGS}.get(column.kind, ())
    if not offered:
        return None
    for number, text in enumerate(offered, 1):
        cell: Any = choices[f"{letter}{number}"]
        cell.value, cell.data_type = text, "s"  # a name that begins with '=' is still a name
    cells = f"={CHOICES_SHEET}!${letter}$1:${letter}${len(offered)}"
    return DataValidation(type="list", formula1=cells, allow_blank=True, error="Choose one from the list.")


def _number_format(date_format: str) -> str:
    """The spreadsheet's format for dates, from our tokens: the same in small letters, each separator escaped."""
    return re.sub(r"[^\w ]", lambda sign: f"\\{sign[0]}", date_format.lower())
