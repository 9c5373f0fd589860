"""ODS (OpenDocument 1.3, part 3), in a zip or flat: what a cell shows is there as text, beside its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache, partial

from credtools.reading.workbook.days import Day, iso
from credtools.reading.workbook.formats import NUMBER, plain
from credtools.reading.workbook.grid import FLAGS, Grid, Sheet
from credtools.reading.workbook.parts import local

Walk = Callable[[Callable[..., None], Callable[..., None], Callable[..., None]], None]
CELLS = ("table-cell", "covered-table-cell")
UNSEEN = ("collapse", "filter")
PREFIX = re.compile(r"([a-z]+)(?::\d+(?:\.\d+)*)?\Z")  # at the end of a namespace
BLANKS = re.compile(r"[ \t\r\n]+")
LASTING = re.compile(r"-?PT?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d*)?S)?")
REFERENCE = re.compile(r"\[([^\[\]]*)\]")
DIGITS = re.compile(r"-?[\d\s.,'’]+")
MARKS = re.compile(r"[\s.,'’]")
SCIENTIFIC = re.compile(r"-?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
# How a part of a date is written as in the formats of XLSX: short, long.
WRITTEN = {"day": ("d", "dd"), "month": ("m", "mm"), "year": ("yy", "yyyy"), "day-of-week": ("ddd", "dddd")}
WRITTEN |= {"hours": ("h", "hh"), "minutes": ("m", "mm"), "seconds": ("s", "ss"), "am-pm": ("AM/PM", "AM/PM")}
WRITTEN |= {"era": ("g", "g"), "quarter": ("g", "g"), "week-of-year": ("g", "g")}
NAMED_MONTH = ("mmm", "mmmm")


class Styles:
    """The styles of a file: which number formats cells have, which tables aren't shown."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}  # of formats for dates
        self.uses: dict[str, tuple[str, str]] = {}  # style → (its number format, its parent)
        self.unseen: set[str] = set()
        self._name = self._style = self._literal = ""

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "date-style":
            self._name = said.get("name", "")
            language = said.get("language", "en")
            self.codes[self._name] = "" if language in ("en", "none") else f"[$-{language}]"
        elif name == "style":
            self._style = said.get("name", "")
            if said.get("family", "table-cell") == "table-cell":  # each family has names of its own
                self.uses[self._style] = said.get("data-style-name", ""), said.get("parent-style-name", "")
        elif name == "table-properties" and said.get("display") == "false":
            self.unseen.add(self._style)
        elif self._name and name in WRITTEN:
            long = said.get("style") == "long"
            named = name == "month" and said.get("textual") == "true"
            self.codes[self._name] += (NAMED_MONTH if named else WRITTEN[name])[long]
        elif self._name and name == "text":
            self._literal = ""

    def end(self, name: str, text: str) -> None:
        if name == "date-style":
            self._name = ""
        elif name == "text" and self._name and text:
            self.codes[self._name] += f'"{text}"'

    def code(self, style: str) -> str:
        """The format of dates of a style, '' where it has none."""
        for _ in range(8):
            used, parent = self.uses.get(style, ("", ""))
            if used or not parent:
                return self.codes.get(used, "")
            style = parent
        return ""


def sheets(walks: list[Walk]) -> list[Sheet]:
    """The sheets in their order; `walks`: what goes through the styles and the content, with namespaces."""
    styles, found = Styles(), []

    def start(full: str, said: dict[str, str]) -> None:
        name = local(full)
        if name == "table" and full.startswith("table:") and not depth:
            visible = said.get("table:style-name", "") not in styles.unseen and said.get("table:display") != "false"
            found.append((said.get("table:name", ""), visible))
        if name == "table":
            depth.append(1)
        styles.start(name, {local(key): value for key, value in said.items()} if not depth else {})
        text.clear()

    def end(full: str) -> None:
        name = local(full)
        if name == "table" and depth:
            depth.pop()
        styles.end(name, "".join(text))

    depth: list[int] = []
    text: list[str] = []
    usual = [partial(_walk, walk) for walk in walks]
    for walk in usual:
        walk(start, end, text.append)
    return [
        Sheet(name, visible, partial(_read, usual[-1], number, styles)) for number, (name, visible) in enumerate(found)
    ]


def _walk(walk: Walk, start: Callable[..., None], end: Callable[..., None], text: Callable[..., None]) -> None:
    """Goes through a part whose names begin with their namespaces; to be called with names as they are usual."""

    def begin(full: str, said: dict[str, str]) -> None:
        start(_usual(full), {_usual(key): value for key, value in said.items()})

    walk(begin, lambda full: end(_usual(full)), text)


@lru_cache(maxsize=4096)
def _usual(full: str) -> str:
    """'urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-row' as 'table:table-row', whichever prefix a file has."""
    space, _, name = full.rpartition("}")
    found = PREFIX.search(space)
    return f"{found[1]}:{name}" if found else name


def _read(walk: Walk, number: int, styles: Styles, grid: Grid) -> None:
    cells = _Cells(grid, number, styles)
    walk(cells.start, cells.end, cells.characters)


class _Cells:
    """Goes through the content and puts the cells of one of its tables into a grid."""

    def __init__(self, grid: Grid, number: int, styles: Styles) -> None:
        self.grid, self.number, self.styles = grid, number, styles
        self.table, self.depth = -1, 0
        self.row = self.place = 0
        self.columns: list[tuple[int, str]] = []  # up to which place which style
        self.row_said: dict[str, str] = {}
        self.filled: list[tuple[int, int, str | Day, bool]] = []
        self.said: dict[str, str] | None = None  # of the cell that is open
        self.lines: list[str] = []
        self.text: list[str] | None = None  # of the paragraph that is open
        self.aside = 0  # notes and pictures in a cell

    def start(self, full: str, said: dict[str, str]) -> None:
        name = local(full)
        if name == "table" and full.startswith("table:"):
            self.depth += 1
            self.table += self.depth == 1
        if self.table != self.number or self.depth != 1:
            return
        if self.said is not None:
            self._inside(name, said)
        elif name in CELLS:
            self.said, self.lines = said, []
        elif name == "table-row":
            self.row_said, self.place, self.filled = said, 0, []
        elif name == "table-column":
            first = self.columns[-1][0] if self.columns else 0
            end = first + _many(said, "table:number-columns-repeated")
            self.columns.append((end, said.get("table:default-cell-style-name", "")))
            if said.get("table:visibility") in UNSEEN:
                self.grid.hidden_columns.append([first, end])

    def _inside(self, name: str, said: dict[str, str]) -> None:
        if name in ("annotation", "frame", "custom-shape", "detective", "g") or self.aside:
            self.aside += 1
        elif name in ("p", "h"):
            self.text = []
        elif self.text is not None and name in ("s", "tab", "line-break"):
            mark = {"s": "\0" * _many(said, "text:c"), "tab": "\1", "line-break": "\2"}[name]
            self.text.append(mark)

    def characters(self, text: str) -> None:
        if self.text is not None and not self.aside:
            self.text.append(BLANKS.sub(" ", text))

    def end(self, full: str) -> None:
        name = local(full)
        if self.table == self.number and self.depth == 1:
            if self.aside:
                self.aside -= 1
            elif self.said is None:
                if name == "table-row":
                    self._end_row()
            elif name in CELLS:
                self._end_cell(self.said)
                self.said = None
            elif name in ("p", "h") and self.text is not None:
                text = BLANKS.sub(" ", "".join(self.text)).strip(" ")
                self.lines.append(text.replace("\0", " ").replace("\1", "\t").replace("\2", "\n"))
                self.text = None
        if name == "table" and full.startswith("table:"):
            self.depth -= 1

    def _end_cell(self, said: dict[str, str]) -> None:
        times = _many(said, "table:number-columns-repeated")
        across, down = _many(said, "table:number-columns-spanned"), _many(said, "table:number-rows-spanned")
        if across * down > 1:
            self.grid.merged.append([self.row, self.row + down, self.place, self.place + across])
        text, valueless = self._value(said, "\n".join(self.lines))
        if text:
            self.filled.append((self.place, times, text, valueless))
        self.place += times

    def _end_row(self) -> None:
        times = _many(self.row_said, "table:number-rows-repeated")
        if self.row_said.get("table:visibility") in UNSEEN:
            self.grid.hide(self.row + 1, self.row + times + 1)
        for row in range(self.row, self.row + times) if self.filled else ():
            for first, many, text, valueless in self.filled:
                for place in range(first, first + many):
                    self.grid.put(row, place, text, valueless=valueless)
        self.row += times

    def _value(self, said: dict[str, str], seen: str) -> tuple[str | Day, bool]:
        """What a cell says, and whether it is an error or a formula without its value."""
        kind = said.get("office:value-type", "")
        if said.get("calcext:value-type") == "error":
            return seen or "#ERROR!", True
        if (formula := said.get("table:formula")) is not None and not kind and not seen:
            return "=" + REFERENCE.sub(_plain_reference, formula.partition("=")[2]).replace(";", ","), True
        if kind in ("float", "percentage", "currency"):
            return shown(said.get("office:value", ""), seen, kind), False
        if kind == "date":
            return self._day(said.get("office:date-value", ""), seen, said), False
        without = {"time": lasting(said.get("office:time-value", "")), "string": said.get("office:string-value", "")}
        if kind == "boolean":
            return FLAGS[said.get("office:boolean-value") == "true"], False
        return seen or without.get(kind, ""), False

    def _day(self, value: str, seen: str, said: dict[str, str]) -> str | Day:
        style = (
            said.get("table:style-name") or self.row_said.get("table:default-cell-style-name") or self._column_style()
        )
        day = iso(value, self.styles.code(style))
        if isinstance(day, str):
            return day
        if day.text == day.seen != seen and seen:  # its names are of another language
            return Day(value.replace("T", " ").removesuffix(" 00:00:00"), day.day, seen)
        return Day(day.text, day.day, seen)

    def _column_style(self) -> str:
        return next((style for end, style in self.columns if self.place < end), "")


def shown(value: str, seen: str, kind: str) -> str:
    """A number as its cell shows it; as the file has it where that hides some of it, or has marks of one country."""
    own = plain(value)
    if not seen or kind == "currency" or not NUMBER.fullmatch(own) or SCIENTIFIC.fullmatch(seen) or not seen.strip("#"):
        return own
    if not DIGITS.fullmatch(seen):
        return seen
    number = Decimal(own)
    for text in _readings(seen):
        if abs(Decimal(text)) == abs(number) or ("." in text and len(text) < len(own) and _rounds(own, text)):
            return text
    return own


def _readings(seen: str) -> Iterator[str]:
    """What digits with marks in between may mean: all marks group digits, or the last one is the decimal mark."""
    yield MARKS.sub("", seen)
    marks = list(MARKS.finditer(seen))
    if marks and seen[marks[-1].end() :].isdigit():
        last = marks[-1]
        yield f"{MARKS.sub('', seen[: last.start()])}.{seen[last.end() :]}"


def _rounds(own: str, text: str) -> bool:
    """Whether a number is another one with fewer decimals."""
    return abs(abs(Decimal(own)) - abs(Decimal(text))) <= Decimal("0.5001").scaleb(-len(text.partition(".")[2]))


def lasting(text: str) -> str:
    """PT36H00M00S as 36:00:00."""
    found = LASTING.fullmatch(text)
    return ":".join((part or "0").zfill(2) for part in found.groups()) if found else text


def _many(said: dict[str, str], name: str) -> int:
    text = said.get(name, "1")
    return int(text) if text.isdecimal() and len(text) < 8 else 1


def _plain_reference(found: re.Match[str]) -> str:
    return found[1].replace(":.", ":").removeprefix(".")
