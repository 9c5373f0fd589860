"""Spreadsheets → rows of text, read by `workbook` in a child with limits.

A number is written as its cell shows it (`workbook.formats` says how far), an error or a formula without value as its
text. A real date is written as its cell shows it where that names the month or begins with the year, else YYYY-MM-DD;
which cells these were, and what they show, is noted beside. One that is shown without a day stands for no date.
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
from credtools.reading.passwords import from_environment
from credtools.reading.records import Records, SheetCells
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
SCRIPT = Path(__file__).with_name("workbook")  # by its path: importing it here would load the reader unlimited
MEMORY, SECONDS = 2 << 30, 60
LIMITS = {"entries": 2_000, "bytes": 1 << 30, "ratio": 200, "cells": 20_000_000}


def split_sheets(content: bytes, options: Options) -> list[tuple[Records, Reading]]:
    """The rows of the named sheet, else of the first that looks most like the schema; others are named in a warning.

    Of those to be stacked all, in the order of the workbook.

    Raises FileError when the file is no spreadsheet, is protected by a password that wasn't given (`password_needed`)
    or is another one (`password_wrong`), or goes beyond a limit.
    """
    titles = sorted({fold(title) for title in options.titles})
    question = {"sheet": options.sheet, "stack": options.stacked, "titles": titles, "limits": LIMITS}
    found = _answer({**question, "password": options.password}, content)
    noted = tuple(_sheets_left(found))
    sheets = tuple((str(name), bool(hidden)) for name, hidden in found["sheets"])
    return [_part(one, found["kind"], noted, sheets) for one in found["parts"]]


def _answer(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """What the child says; where it needs a password that wasn't given, by the one that the environment names."""
    try:
        with Limited(SCRIPT, MEMORY, SECONDS) as child:  # through a pipe: nobody else sees the password
            found: dict[str, Any] = child.ask(question, content)
    except Refused as refused:
        if refused.reason == "password_needed" and (password := from_environment()) is not None:
            return _answer({**question, "password": password}, content)
        raise FileError(refused.reason, **_without_data(refused.facts)) from refused
    except Unanswered as problem:
        if problem.limit:
            raise FileError("sheet_too_costly", limit=problem.limit) from problem
        raise FileError("sheet_unreadable", why="its parts contradict each other") from problem
    return found


def _without_data(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence may say of the sheets: their names are content, as headings are."""
    return {name: quoted(fact, spelled=repr) if isinstance(fact, list) else fact for name, fact in facts.items()}


def _part(
    found: Mapping[str, Any], kind: str, noted: tuple[FileWarning, ...], sheets: Sheets
) -> tuple[Records, Reading]:
    width, lines = found["width"], len(found["rows"])
    rows = [row if len(row) == width else row + [""] * (width - len(row)) for row in found["rows"]]
    days = {(row, place): date.fromisoformat(day) if day else None for row, place, day, _ in found["dates"]}
    seen = {(row, place): text for row, place, _, text in found["dates"] if text}
    hidden = {line for first, end in found["hidden"] for line in range(first, min(end, lines + 1))}
    columns = {k for first, end in found["hidden_columns"] for k in range(first, min(end, width))}
    known = SheetCells(days, seen, {*map(tuple, found["valueless"])}, hidden, columns, found["merged"])
    reading = Reading(kind, None, lines, None, found["sheet"], noted=noted, sheets=sheets)
    return Records(Rows(rows), range(1, lines + 2), width, sheet=known), reading


def _sheets_left(found: Mapping[str, Any]) -> Iterator[FileWarning]:
    """The sheets that hold something and were not read."""
    others, hidden = found["others"], found["hidden_sheets"]
    if others:
        sentence = OTHERS.format(quoted([found["best"]], spelled=repr), quoted(others, spelled=repr))
        yield FileWarning("sheets_unused", len(others), sentence)
    if hidden:
        yield FileWarning("sheets_hidden", len(hidden), HIDDEN.format(quoted(hidden, spelled=repr)))
