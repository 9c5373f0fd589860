"""Spreadsheets → rows of text. They are opened in a process of their own, with limits on memory and time (`workbook`).

A cell that holds a real date is written as its sheet shows it where that names the month or begins with the year, else
YYYY-MM-DD; which cells these were is told beside. Whole floats lose their '.0'.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from credtools.errors import FileError
from credtools.reading import workbook
from credtools.reading.headings import folded

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SECONDS = 60
MAX_MEMORY_MB = 2_048
LIMITS = {"entries": 2_000, "bytes": 1 << 30, "ratio": 200, "cells": 20_000_000, "memory": MAX_MEMORY_MB << 20}


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
    """The told sheet, else the first that looks most like the schema; the others are named in a warning.

    Raises FileError when the file is no spreadsheet, is locked by a password, or goes beyond a limit.
    """
    asked = {"sheet": sheet, "titles": sorted({folded(title) for title in titles}), "limits": LIMITS}
    command = [sys.executable, "-P", str(Path(workbook.__file__))]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise FileError("sheet_too_costly", what="seconds", allowed=SECONDS) from problem
    if done.returncode < 0 or done.returncode == workbook.OUT_OF_MEMORY:
        raise FileError("sheet_too_costly", what="MB of memory", allowed=MAX_MEMORY_MB)
    if done.returncode:
        raise FileError("sheet_unreadable", why="its parts contradict each other")
    told = json.loads(done.stdout)
    if "refused" in told:
        raise FileError(told["refused"], **told["because"])
    dates = {(row, place): date.fromisoformat(day) for row, place, day in told["dates"]}
    return Sheet(told["sheet"], told["kind"], told["rows"], dates, tuple(_warnings(told)))


def _warnings(told: dict[str, list[str]]) -> list[str]:
    if not told["others"]:
        return []
    others = ", ".join(map(repr, told["others"]))
    warning = (
        f"The sheet {told['sheet']!r} was read; there are others ({others}), and if one of them is meant, name it in "
        "the recipe (read: {sheet: …})."
    )
    return [warning]
