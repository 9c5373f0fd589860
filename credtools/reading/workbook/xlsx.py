"""XLSX and XLSM, transitional and Strict, with prefixes or without (ECMA-376-1, 18)."""

from __future__ import annotations

import re
from functools import partial

from credtools.reading.workbook.days import iso, number
from credtools.reading.workbook.formats import KNOWN
from credtools.reading.workbook.grid import FLAGS, Grid, Sheet, column
from credtools.reading.workbook.parts import Parts, local

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
TRUE = ("1", "true", "on")
SOME_FORMULA = "=FORMULA()"  # of which a file only says that it is there


class Book:
    """What the sheets of a workbook share: texts and number formats, read when the first sheet is."""

    def __init__(self, parts: Parts, name: str) -> None:
        self.parts = parts
        self.tree, self.related = parts.tree(name), parts.related(name)
        self.since_1904 = any(one.get("date1904") in TRUE for one in self.tree if local(one.tag) == "workbookPr")
        self._texts: list[str] | None = None
        self._codes: list[str] = []

    def sheets(self) -> list[Sheet]:
        """Those that hold cells, in their order."""
        found = []
        for one in self.tree.iter():
            link = next((value for key, value in one.items() if key.endswith("}id")), "")
            kind, part = self.related.get(link, ("", ""))
            if local(one.tag) == "sheet" and link and kind in ("worksheet", ""):  # '' for a part that isn't named
                visible = one.get("state", "visible") == "visible"
                found.append(Sheet(one.get("name", ""), visible, partial(self._read, part)))
        return found

    def _read(self, part: str, grid: Grid) -> None:
        if self._texts is None:
            self._codes = _codes(self.parts, self.parts.shared(self.related, "styles"))
            self._texts = _texts(self.parts, self.parts.shared(self.related, "sharedStrings"))
        cells = _Cells(grid, self._texts, self._codes, since_1904=self.since_1904)
        self.parts.walk(part, cells.start, cells.end, cells.text.append)


def book_part(parts: Parts) -> str:
    """The name of the part that lists the sheets."""
    found = [name for kind, name in parts.related("").values() if kind == "officeDocument" and name in parts]
    return found[0] if found else "xl/workbook.xml"


class _Cells:
    """Goes through the part of a sheet and puts its cells into a grid."""

    def __init__(self, grid: Grid, texts: list[str], codes: list[str], *, since_1904: bool) -> None:
        self.grid, self.texts, self.codes, self.since_1904 = grid, texts, codes, since_1904
        self.text: list[str] = []
        self.formulas: dict[str, str] = {}  # those that several cells share
        self.row = self.place = -1
        self.style, self.kind = 0, "n"
        self.value: str | None = None
        self.formula: str | None = None
        self.group = ""
        self.runs: list[str] = []
        self.spoken = 0

    def start(self, name: str, said: dict[str, str]) -> None:
        name = local(name)
        if name in ("v", "t"):
            self.text.clear()
        elif name == "c":
            at = PLACE.fullmatch(said.get("r", ""))
            self.place = column(at[1]) - 1 if at else self.place + 1
            self.row = int(at[2]) - 1 if at else self.row
            self.style, self.kind = int(said.get("s") or 0), said.get("t", "n")
            self.value = self.formula = None
            self.runs.clear()
        elif name == "f":
            self.text.clear()
            self.group = said.get("si", "") if said.get("t") == "shared" else ""
        elif name == "row":
            self.row, self.place = int(said["r"]) - 1 if "r" in said else self.row + 1, -1
            if said.get("hidden") in TRUE:
                self.grid.hide(self.row + 1, self.row + 2)
        elif name == "rPh":
            self.spoken += 1
        elif name == "col" and said.get("hidden") in TRUE:
            self.grid.hidden_columns.append([int(said["min"]) - 1, int(said["max"])])
        elif name == "mergeCell":
            corners = [PLACE.fullmatch(corner) for corner in said.get("ref", "").split(":")]
            if len(corners) == 2 and corners[0] and corners[1]:
                (left, top), (right, bottom) = ((column(at[1]) - 1, int(at[2]) - 1) for at in corners if at)
                self.grid.merged.append([top, bottom + 1, left, right + 1])

    def end(self, name: str) -> None:
        name = local(name)
        if name == "c":
            self._put()
        elif name == "v":
            self.value = "".join(self.text)
        elif name == "t" and not self.spoken:
            self.runs.append("".join(self.text))
        elif name == "f":
            self.formula = "".join(self.text)
            if self.group and self.formula:
                self.formulas[self.group] = self.formula
            self.formula = self.formula or self.formulas.get(self.group, "")
        elif name == "rPh":
            self.spoken -= 1

    def _put(self) -> None:
        value, kind = self.value or "", self.kind
        # A formula's text may well be blank, if only it is there.
        if self.formula is not None and not value.strip() and not self.runs and (kind != "str" or self.value is None):
            text = f"={self.formula}" if self.formula else SOME_FORMULA
            self.grid.put(self.row, self.place, text, valueless=True)
        elif kind == "s":
            self.grid.put(self.row, self.place, self.texts[int(value)] if value.strip() else "")
        elif kind == "n" and not self.runs:
            if value:
                self.grid.put(self.row, self.place, number(value, self._code(), since_1904=self.since_1904))
        elif kind == "e":
            self.grid.put(self.row, self.place, value, valueless=True)
        elif kind == "b":
            self.grid.put(self.row, self.place, value and FLAGS[value.strip() in TRUE])
        elif kind == "d":
            self.grid.put(self.row, self.place, iso(value, self._code()))
        else:
            self.grid.put(self.row, self.place, unescaped("".join(self.runs) or value))

    def _code(self) -> str:
        return self.codes[self.style] if self.style < len(self.codes) else "General"


def _texts(parts: Parts, name: str) -> list[str]:
    """The texts that cells share; runs of different looks are one text, how it is pronounced is none of it."""
    found: list[str] = []
    runs: list[str] = []
    text: list[str] = []
    spoken = 0

    def start(name: str, _said: dict[str, str]) -> None:
        nonlocal spoken
        name = local(name)
        if name == "t":
            text.clear()
        elif name == "si":
            runs.clear()
        elif name == "rPh":
            spoken += 1

    def end(name: str) -> None:
        nonlocal spoken
        name = local(name)
        if name == "t" and not spoken:
            runs.append("".join(text))
        elif name == "si":
            found.append(unescaped("".join(runs)))
        elif name == "rPh":
            spoken -= 1

    if name:
        parts.walk(name, start, end, text.append)
    return found


def unescaped(text: str) -> str:
    """A text with the characters that XML can't hold, or that were written as if (ECMA-376-1, 22.9.2.19)."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _codes(parts: Parts, name: str) -> list[str]:
    """The number format of each style."""
    tree = parts.tree(name)
    listed = [one for some in tree if local(some.tag) == "numFmts" for one in some]  # not those of conditional formats
    spelt = {one.get("numFmtId", ""): one.get("formatCode", "") for one in listed if local(one.tag) == "numFmt"}
    used = [one for some in tree if local(some.tag) == "cellXfs" for one in some if local(one.tag) == "xf"]
    return [code_of(one.get("numFmtId", "0"), spelt) for one in used]


def code_of(number: str, spelt: dict[str, str]) -> str:
    """A number format by its number: as the file spells it out, else as every file knows it."""
    return spelt.get(number) or KNOWN.get(int(number) if number.isdigit() else 0, "General")
