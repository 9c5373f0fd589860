"""XLS, from Excel 2.0 to 2003, by xlrd."""

from __future__ import annotations

import io
from bisect import bisect
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from credtools.limited import Refused
from credtools.reading.workbook.days import number
from credtools.reading.workbook.formats import KNOWN
from credtools.reading.workbook.grid import ERRORS, FLAGS, Grid, Sheet
from credtools.reading.workbook.parts import damaged

OF_SYSTEM = (14, 22)
STREAMS = ("Workbook", "Book")
SHORTEST = 3  # bytes of a text
EMPTY, TEXT, NUMBER, DATE, FLAG, ERROR, BLANK = range(7)  # as xlrd numbers them


class Locked(Exception):  # noqa: N818 - the answer to a question
    """The workbook is protected by a password."""


def sheets(content: bytes) -> list[Sheet]:
    """The sheets that hold cells, in their order. Raises Locked, or Refused for what is no XLS."""
    import xlrd  # noqa: PLC0415 - after the limits

    xlrd.book.Book.names_epilogue = _not_wanted  # named formulas and notes, at some of which it fails (2.0.2)
    xlrd.sheet.Sheet.handle_note = _not_wanted
    if not isinstance(xlrd.book.unpack_SST_table, partial):
        xlrd.book.unpack_SST_table = partial(_texts, xlrd.book.unpack_SST_table)
    quiet: dict[str, Any] = {"logfile": io.StringIO(), "on_demand": True, "ignore_workbook_corruption": True}
    try:
        book = xlrd.open_workbook(file_contents=stream(content), formatting_info=True, ragged_rows=True, **quiet)
    except (MemoryError, Refused):
        raise
    except Exception as problem:
        if "encrypted" in str(problem):
            raise Locked from problem
        raise Refused("sheet_unreadable", why="it isn't a proper XLSX, XLS or ODS file") from problem
    names = book.sheet_names()
    visible = {name: state == 0 for name, state in zip(names, book._sheet_visibility, strict=True)}  # noqa: SLF001 - else each is read
    return [Sheet(name, visible[name], partial(_read, book, name)) for name in names]


def stream(content: bytes) -> bytes:
    """The workbook within an OLE file; anything else as it is."""
    import olefile  # noqa: PLC0415 - after the limits

    if not olefile.isOleFile(data=content):
        return content
    with olefile.OleFileIO(content) as file:
        name = next((name for name in STREAMS if file.exists(name)), None)
        if name is None:
            raise ValueError("no workbook in it")
        return bytes(file.openstream(name).read())


def _not_wanted(*_: Any) -> None:
    pass


def _texts(unpack: Callable[..., Any], records: list[bytes], claimed: int) -> Any:
    """The texts that cells share; where fewer are there than the file claims, all that are there."""
    try:
        return unpack(records, claimed)
    except AssertionError:  # "no more records, but more texts"
        most = min(claimed, sum(map(len, records)) // SHORTEST)
        return unpack(records, bisect(range(1, most + 1), False, key=partial(_are_too_many, unpack, records)))


def _are_too_many(unpack: Callable[..., Any], records: list[bytes], count: int) -> bool:
    try:
        unpack(records, count)
    except AssertionError:
        return True
    return False


def _code(number: int, spelt: dict[int, Any]) -> str:
    """A number format: as the file spells it out, else as every file knows it (xlrd has some as in the USA)."""
    written = spelt[number].format_str if number in spelt and number not in OF_SYSTEM else ""
    return written or KNOWN.get(number, "General")


def _sheet(book: Any, name: str) -> Any:
    try:
        return book.sheet_by_name(name)
    except (MemoryError, Refused):
        raise
    except Exception as problem:
        raise damaged() from problem


def _read(book: Any, name: str, grid: Grid) -> None:
    sheet = _sheet(book, name)
    codes = [_code(one.format_key, book.format_map) for one in book.xf_list]
    for row in range(sheet.nrows):
        info = sheet.rowinfo_map.get(row)
        if info is not None and info.hidden:
            grid.hide(row + 1, row + 2)
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        for place, (kind, value) in enumerate(zip(kinds, values, strict=True)):
            if kind in (NUMBER, DATE):
                code = codes[sheet.cell_xf_index(row, place)]
                grid.put(row, place, number(repr(value), code, since_1904=bool(book.datemode)))
            elif kind == ERROR:
                grid.put(row, place, ERRORS.get(value, "#ERROR!"), valueless=True)
            elif kind in (TEXT, FLAG):
                grid.put(row, place, value.replace("\0", "") if kind == TEXT else FLAGS[bool(value)])
    for place, info in sheet.colinfo_map.items():
        if info.hidden:
            grid.hidden_columns.append([place, place + 1])
    grid.merged += [[top, end, left, right] for top, end, left, right in sheet.merged_cells]
    with suppress(KeyError):
        book.unload_sheet(name)
