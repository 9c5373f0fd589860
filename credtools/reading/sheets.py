"""Spreadsheets → rows of text, read by `workbook` in a child with limits.

A cell that holds a real date is written as its sheet shows it where that names the month or begins with the year, else
YYYY-MM-DD; which cells these were is noted beside. Whole floats lose their '.0'.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from credtools.errors import FileError
from credtools.limited import Limited, Refused, Unanswered
from credtools.text import fold

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SCRIPT = Path(__file__).with_name("workbook.py")  # by its path: importing it here would load the reader unlimited
MEMORY, SECONDS = 2 << 30, 60
LIMITS = {"entries": 2_000, "bytes": 1 << 30, "ratio": 200, "cells": 20_000_000}


@dataclass(frozen=True)
class Sheet:
    """One sheet as text, each row as wide as the widest; `dates`: (row, place) of real date cells, from 0."""

    name: str
    kind: str
    rows: list[list[str]]
    dates: dict[tuple[int, int], date] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def is_spreadsheet(content: bytes) -> bool:
    """Whether the bytes begin like XLSX or ODS (a zip) or XLS, whatever the file is called."""
    return content.startswith((ZIP, OLE))


def read_sheet(content: bytes, sheet: str | None = None, titles: Collection[str] = ()) -> Sheet:
    """The named sheet, else the first that looks most like the schema; the others are named in a warning.

    Raises FileError when the file is no spreadsheet, is locked by a password, or goes beyond a limit.
    """
    question = {"sheet": sheet, "titles": sorted({fold(title) for title in titles}), "limits": LIMITS}
    try:
        with Limited(SCRIPT, MEMORY, SECONDS) as child:
            found = child.ask(question, content)
    except Refused as refused:
        raise FileError(refused.reason, **refused.facts) from refused
    except Unanswered as problem:
        if problem.limit:
            raise FileError("sheet_too_costly", limit=problem.limit) from problem
        raise FileError("sheet_unreadable", why="its parts contradict each other") from problem
    dates = {(row, place): date.fromisoformat(day) for row, place, day in found["dates"]}
    return Sheet(found["sheet"], found["kind"], found["rows"], dates, tuple(_warnings(found)))


def _warnings(found: dict[str, list[str]]) -> list[str]:
    if not found["others"]:
        return []
    others = ", ".join(map(repr, found["others"]))
    warning = (
        f"The sheet {found['sheet']!r} was read. The file has other sheets, too ({others}); if one of them is meant, "
        "name it in the recipe (read: {sheet: …})."
    )
    return [warning]
