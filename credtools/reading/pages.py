"""Web pages → rows of text, read by `web_page` in a child with limits; many systems call such an export .xls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from credtools.errors import FileError
from credtools.limited import Limited, Refused, Unanswered
from credtools.model import FileWarning, Reading
from credtools.reading.delimited.decode import declared_encoding, decode
from credtools.reading.options import Options
from credtools.reading.records import Records, SheetCells
from credtools.reading.rows import Rows
from credtools.text import first_of, fold, plural

SCRIPT = Path(__file__).with_name("web_page.py")
MEMORY, SECONDS = 2 << 30, 60
LIMITS = {"cells": 5_000_000, "depth": 50}
NAMED = 5
Sheets = tuple[tuple[str, bool], ...]


def split_tables(content: bytes, options: Options) -> list[tuple[Records, Reading]]:
    """The rows of the named table of a page, else of the one that looks most like the schema.

    Of those to be stacked all. Tables are named by their order: 'table 1'. Raises FileError when none holds data, or
    the page goes beyond a limit.
    """
    text, _, told = decode(content, options.encoding or declared_encoding(content))
    titles = sorted({fold(title) for title in options.titles})
    question = {"sheet": options.sheet, "stack": options.stacked, "titles": titles, "limits": LIMITS}
    try:
        with Limited(SCRIPT, MEMORY, SECONDS) as child:
            found = child.ask(question, text.encode())
    except Refused as refused:
        raise FileError(refused.reason, **refused.facts) from refused
    except Unanswered as problem:
        if problem.limit:
            raise FileError("sheet_too_costly", limit=problem.limit) from problem
        raise FileError("sheet_unreadable", why="its parts contradict each other") from problem
    tables = tuple((str(name), False) for name in found["tables"])
    return [_part(one, (*told, *_told(found, one)), tables) for one in found["parts"]]


def _part(found: Mapping[str, Any], told: tuple[FileWarning, ...], tables: Sheets) -> tuple[Records, Reading]:
    rows = found["rows"]
    reading = Reading("html", None, len(rows), None, found["sheet"], noted=told, sheets=tables)
    known = SheetCells(hidden_lines=frozenset(found["hidden_rows"]), merged=found["merged"])
    return Records(Rows(rows), range(1, len(rows) + 2), len(rows[0]), sheet=known), reading


def _told(found: Mapping[str, Any], part: Mapping[str, Any]) -> Iterator[FileWarning]:
    if others := found["others"]:
        sentence = (
            f"The {found['best']} of the page was read. It has other tables with data, too "
            f"({first_of(others, NAMED)}); if one of them is meant, name it in the recipe (read: {{sheet: …}})."
        )
        yield FileWarning("tables_unused", len(others), sentence)
    if count := part["unseen"]:
        verb = "is" if count == 1 else "are"
        sentence = f"{plural(count, 'text')} within cells that the page doesn't show {verb} left out."
        yield FileWarning("texts_hidden", count, sentence)
