"""Spreadsheets → rows of text, read by `workbook` in a child with limits.

A cell that holds a real date is written as its sheet shows it where that names the month or begins with the year, else
YYYY-MM-DD; which cells these were is noted beside. One that is shown without a day stands for no date. Whole floats
lose their '.0'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from credtools.errors import FileError
from credtools.limited import Limited, Refused, Unanswered
from credtools.model import FileWarning, Reading
from credtools.reading.options import Options
from credtools.reading.records import Records
from credtools.reading.rows import Rows
from credtools.text import fold, quoted

OTHERS = (
    "The sheet {} was read. The file has other sheets, too ({}); if one of them is meant, name it in the recipe "
    "(read: {{sheet: …}})."
)
HIDDEN = (
    "Hidden sheets with a table were left out ({}). If one of them is meant, name it in the recipe "
    "(read: {{sheet: …}})."
)
Sheets = tuple[tuple[str, bool], ...]
SCRIPT = Path(__file__).with_name("workbook.py")  # by its path: importing it here would load the reader unlimited
MEMORY, SECONDS = 2 << 30, 60
LIMITS = {"entries": 2_000, "bytes": 1 << 30, "ratio": 200, "cells": 20_000_000}


def split_sheets(content: bytes, options: Options) -> list[tuple[Records, Reading]]:
    """The rows of the named sheet, else of the first that looks most like the schema; others are named in a warning.

    Of those to be stacked all, in the order of the workbook.

    Raises FileError when the file is no spreadsheet, is locked by a password, or goes beyond a limit.
    """
    titles = sorted({fold(title) for title in options.titles})
    question = {"sheet": options.sheet, "stack": options.stacked, "titles": titles, "limits": LIMITS}
    try:
        with Limited(SCRIPT, MEMORY, SECONDS) as child:
            found = child.ask(question, content)
    except Refused as refused:
        raise FileError(refused.reason, **_without_data(refused.facts)) from refused
    except Unanswered as problem:
        if problem.limit:
            raise FileError("sheet_too_costly", limit=problem.limit) from problem
        raise FileError("sheet_unreadable", why="its parts contradict each other") from problem
    noted = tuple(_sheets_left(found))
    sheets = tuple((str(name), bool(hidden)) for name, hidden in found["sheets"])
    return [_part(one, found["kind"], noted, sheets) for one in found["parts"]]


def _without_data(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence may say of the sheets: their names are content, as headings are."""
    return {name: quoted(fact, spelled=repr) if isinstance(fact, list) else fact for name, fact in facts.items()}


def _part(
    found: Mapping[str, Any], kind: str, noted: tuple[FileWarning, ...], sheets: Sheets
) -> tuple[Records, Reading]:
    rows, width = found["rows"], len(found["rows"][0])
    dates = {(row, place): date.fromisoformat(day) if day else None for row, place, day in found["dates"]}
    hidden = {line for first, end in found["hidden_rows"] for line in range(first, min(end, len(rows) + 1))}
    reading = Reading(kind, None, len(rows), None, found["sheet"], noted=noted, sheets=sheets)
    return Records(Rows(rows), range(1, len(rows) + 2), width, dates=dates, hidden=hidden), reading


def _sheets_left(found: Mapping[str, Any]) -> Iterator[FileWarning]:
    """The sheets that hold something and were not read."""
    others, hidden = found["others"], found["hidden_sheets"]
    if others:
        sentence = OTHERS.format(quoted([found["best"]], spelled=repr), quoted(others, spelled=repr))
        yield FileWarning("sheets_unused", len(others), sentence)
    if hidden:
        yield FileWarning("sheets_hidden", len(hidden), HIDDEN.format(quoted(hidden, spelled=repr)))
