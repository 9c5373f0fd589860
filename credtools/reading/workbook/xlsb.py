"""XLSB: the same workbook in binary records ([MS-XLSB] 2.1.4, 2.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial

from credtools.reading.workbook.days import Day, number
from credtools.reading.workbook.grid import ERRORS, FLAGS, Grid, Sheet
from credtools.reading.workbook.parts import Parts, damaged
from credtools.reading.workbook.xlsx import code_of

ROW, BLANK, RK, ERROR, FLAG, REAL, TEXT, SHARED = range(8)
FORMULA_TEXT, FORMULA_REAL, FORMULA_FLAG, FORMULA_ERROR = range(8, 12)
SHARED_TEXT, FORMAT, STYLE, COLUMNS, RICH_TEXT = 19, 44, 47, 60, 62
BOOK, SHEET, MERGED, STYLES, STYLES_END = 153, 156, 176, 617, 618


class Book:
    """What the sheets of a workbook share."""

    def __init__(self, parts: Parts, name: str) -> None:
        self.parts, self.name = parts, name
        self.related = parts.related(name)
        self.since_1904 = False
        self._texts: list[str] | None = None
        self._codes: list[str] = []

    def sheets(self) -> list[Sheet]:
        """Those that hold cells, in their order."""
        found = []
        for kind, data in records(self.parts.read(self.name)):
            if kind == BOOK:
                self.since_1904 = bool(data[0] & 1)
            elif kind == SHEET:
                link, after = wide_text(data, 8)
                what, part = self.related.get(link, ("", ""))
                if link and what in ("worksheet", ""):  # '' for a part that isn't named
                    found.append(Sheet(wide_text(data, after)[0], data[0] == 0, partial(self._read, part)))
        return found

    def _read(self, part: str, grid: Grid) -> None:
        if self._texts is None:
            shared = records(self.parts.read(self.parts.shared(self.related, "sharedStrings")))
            self._texts = [wide_text(data, 1)[0] for kind, data in shared if kind == SHARED_TEXT]
            self._codes = _codes(self.parts.read(self.parts.shared(self.related, "styles")))
        if part not in self.parts:
            raise damaged()
        row = 0
        for kind, data in records(self.parts.read(part)):
            if kind == ROW:
                row = int.from_bytes(data[:4], "little")
                if data[11] & 0x10:
                    grid.hide(row + 1, row + 2)
            elif BLANK < kind <= FORMULA_ERROR or kind == RICH_TEXT:
                place, style = struct.unpack_from("<II", data)
                text = self._value(kind, data, style & 0xFFFFFF)
                grid.put(row, place, text, valueless=kind in (ERROR, FORMULA_ERROR))
            elif kind in (COLUMNS, MERGED):
                first, last, left, right = struct.unpack_from("<4I", data)
                if kind == MERGED:
                    grid.merged.append([first, last + 1, left, right + 1])
                elif data[16] & 1:
                    grid.hidden_columns.append([first, last + 1])

    def _value(self, kind: int, data: bytes, style: int) -> str | Day:
        if kind in (RK, REAL, FORMULA_REAL):
            value = real(data[8:12]) if kind == RK else struct.unpack_from("<d", data, 8)[0]
            code = self._codes[style] if style < len(self._codes) else "General"
            return number(repr(value), code, since_1904=self.since_1904)
        if kind in (ERROR, FORMULA_ERROR):
            return ERRORS.get(data[8], "#ERROR!")
        if kind in (FLAG, FORMULA_FLAG):
            return FLAGS[bool(data[8])]
        if kind == SHARED:
            return (self._texts or [])[int.from_bytes(data[8:12], "little")]
        return wide_text(data, 9 if kind == RICH_TEXT else 8)[0]


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, data) of each record of a part. Raises Refused when it is cut off."""
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        at += 1
        if kind & 0x80 and at < end:
            kind, at = kind & 0x7F | (content[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while at < end:
            size |= (content[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not content[at - 1] & 0x80 or shift > 21:
                break
        if at + size > end:
            raise damaged()
        yield kind, content[at : at + size]
        at += size


def wide_text(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length in front, and where it ends."""
    size = int.from_bytes(data[at : at + 4], "little")
    end = at + 4 + 2 * size
    return ("", at + 4) if size == 0xFFFFFFFF else (data[at + 4 : end].decode("utf-16-le", "replace"), end)


def real(rk: bytes) -> float:
    """A number of 30 bits: whole, or the front of a float; perhaps in hundredths."""
    number = int.from_bytes(rk, "little", signed=True)
    value = (
        number >> 2
        if number & 2
        else struct.unpack("<d", b"\0\0\0\0" + (number & ~3 & 0xFFFFFFFF).to_bytes(4, "little"))[0]
    )
    return value / 100 if number & 1 else value


def _codes(content: bytes) -> list[str]:
    """The number format of each style."""
    spelt: dict[str, str] = {}
    codes: list[str] = []
    inside = False
    for kind, data in records(content):
        if kind == FORMAT:
            spelt[str(int.from_bytes(data[:2], "little"))] = wide_text(data, 2)[0]
        elif kind in (STYLES, STYLES_END):
            inside = kind == STYLES
        elif kind == STYLE and inside:
            codes.append(code_of(str(int.from_bytes(data[2:4], "little")), spelt))
    return codes
