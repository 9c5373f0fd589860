"""Workbooks: what templates and correction files look like as XLSX.

A module of its own because the library that writes them takes long to import: only who writes one needs it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import product
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from credtools.exports.many_rows import FilledSheet
from credtools.exports.template import EXAMPLE_DAY
from credtools.schema.dates import DateFormat
from credtools.schema.words import Column

LAST_ROW = 20_002  # headings, instructions, and as many rows as are taken at a time
CHOICES_SHEET = "Choices"
FLAGS = ("yes", "no")
WRONG = PatternFill("solid", fgColor="FFFDE2DD")


def of_rejects(
    lines: Sequence[Sequence[str]], wrong: Container[tuple[int, int]], key: str, broad: Container[str]
) -> FilledSheet:
    """Every cell is text, so that nothing typed or kept becomes a number or date; wrong ones are coloured.

    `broad`: headings of columns that hold sentences.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "Rejects"
    for place, heading in enumerate(lines[0], 1):
        sheet.column_dimensions[get_column_letter(place)].width = 60 if heading in broad else 20
    sheet.freeze_panes = "B2"
    leave = DataValidation(type="custom", formula1="FALSE", showErrorMessage=True, errorTitle=key)
    leave.error = "This key identifies the row: leave it as it is. You may delete a row that you don't correct."
    leave.add(f"A2:A{max(2, len(lines))}")
    sheet.add_data_validation(leave)
    styles = {of: _style(sheet.cell(1, k), *of) for k, of in enumerate(product((False, True), repeat=3), 1)}
    rows = (
        (texts, [styles[row == 1, (row, place) in wrong, "\n" in text] for place, text in enumerate(texts, 1)])
        for row, texts in enumerate(lines, 1)
    )
    return FilledSheet(book, rows, (len(lines), len(lines[0])))


def _style(cell: Any, heading: bool, wrong: bool, wrapped: bool) -> int:  # noqa: FBT001 - a key of three
    """The number of a style in its book; the cell, one of its own for each, is only made to have it."""
    cell.number_format, cell.alignment = "@", Alignment(vertical="top", wrap_text=wrapped)
    if heading:
        cell.font = Font(bold=True)
    if wrong:
        cell.fill = WRONG
    return int(cell.style_id)


def of_template(rows: list[list[str]], columns: Sequence[Column], types: Sequence[str], date_format: str) -> Workbook:
    """Headings and instructions; drop-downs of the organisation's own types, dates as dates, all else as text."""
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
    offered = {"credential_type": tuple(types), "flag": FLAGS}.get(column.kind, column.choices)
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
