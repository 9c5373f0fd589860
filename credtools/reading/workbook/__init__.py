"""What the child with limits does with a spreadsheet (`sheets`): a package that loads nothing else of credtools.

`answer` → `locks`, `ods_lock` (a password) → `parts` (the zip's guard) → `xlsx`, `xlsb`, `ods`, `xls` (cells as text,
by `formats` and `days`) → `grid`.
"""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import Any

from credtools.limited import Refused
from credtools.reading.workbook import locks, ods, ods_lock, xls, xlsb, xlsx
from credtools.reading.workbook.grid import Enough, Grid, Sheet
from credtools.reading.workbook.parts import Parts, damaged

LOOKED_AT = 50  # rows in which headings are looked for


def answer(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The rows of the sheet that was asked for, of those to be stacked, or of the one that looks most like the titles.

    In: `sheet`, `stack` (None, or names; [] for all), `titles` (folded), `password`, `limits`. Out: `kind`, `others`
    and `hidden_sheets` (left out, not blank), `best`, `parts`: what `Grid.as_json` says of each.
    """
    kind, sheets = opened(content, question["password"], question["limits"])
    most, stack = question["limits"]["cells"], question["stack"]
    named = [question["sheet"]] if question["sheet"] is not None and stack is None else stack or []
    by_name = {sheet.name: sheet for sheet in reversed(sheets)}
    shown = [sheet.name for sheet in sheets if sheet.visible]
    if lost := [name for name in named if name not in by_name]:
        raise Refused("no_such_sheet", sheet=lost[0], sheets=shown)
    grids = {name: _grid(by_name[name], most) for name in named or shown}
    filled = [name for name, grid in grids.items() if not grid.is_empty]
    hidden = [one.name for one in sheets if not one.visible and not named and _is_table(one, most)]
    if not filled and hidden:
        raise Refused("only_hidden_sheets", sheets=hidden)
    if not filled:
        raise Refused("not_a_table", why="every sheet is empty" if len(grids) != 1 else "the sheet is empty")
    titles = set(question["titles"])
    best = max(filled, key=lambda name: (_likeness(grids[name], titles), -filled.index(name)))
    chosen = [best] if stack is None else filled
    return {
        "kind": kind,
        "others": [name for name in filled if name not in chosen],
        "hidden_sheets": hidden,
        "sheets": [[one.name, not one.visible] for one in sheets],
        "parts": [grids[name].as_json() for name in chosen],
        "best": best,
    }


def opened(content: bytes, password: str | None, limits: dict[str, int]) -> tuple[str, list[Sheet]]:
    """Which kind of workbook this is, and its sheets. Raises Refused."""
    if locks.is_locked_package(content):
        content = locks.opened(content, password, "XLSX workbook")
    if content.startswith(b"PK"):
        parts = Parts(content, limits)
        if "content.xml" in parts or ods_lock.is_locked(parts):
            if ods_lock.is_locked(parts):
                parts = ods_lock.opened(parts, password, limits)
            names = [name for name in ("styles.xml", "content.xml") if name in parts]
            return "ods", ods.sheets([partial(parts.walk, name, spaces=True) for name in names])
        book = xlsx.book_part(parts)
        if book not in parts:
            raise Refused("sheet_unreadable", why="it isn't a proper XLSX, XLS or ODS file (a zip without a workbook)")
        if book.endswith(".bin"):
            return "xlsb", xlsb.Book(parts, book).sheets()
        return "xlsx", xlsx.Book(parts, book).sheets()
    try:
        return "xls", xls.sheets(content)
    except xls.Locked:
        return "xls", xls.sheets(locks.opened(content, password, "XLS workbook"))


def _grid(sheet: Sheet, most: int, most_rows: int | None = None) -> Grid:
    grid = Grid(sheet.name, most, most_rows)
    try:
        sheet.read(grid)
    except Enough:
        pass
    except (IndexError, KeyError, ValueError, OverflowError) as problem:
        raise damaged() from problem
    return grid


def _is_table(sheet: Sheet, most: int) -> bool:
    """Whether a hidden sheet has rows of several cells, as lists of choices haven't; a vast one isn't read."""
    try:
        grid = _grid(sheet, most, LOOKED_AT)
    except Refused:
        return True
    return sum(sum(map(bool, row)) > 1 for row in grid.rows) > 1


def _likeness(grid: Grid, titles: set[str]) -> tuple[int, bool]:
    """How many titles are in one row; and whether there is more than one row of more than one cell."""
    top = [[cell for cell in row if cell] for row in grid.rows[:LOOKED_AT]]
    matches = max((len({_folded(cell) for cell in row} & titles) for row in top), default=0)
    return matches, sum(len(row) > 1 for row in top) > 1


def _folded(text: str) -> str:
    """As `text.fold` does, which isn't loaded here."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
