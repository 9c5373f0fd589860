"""What the child with limits does with a web page (`pages`): standard library and lxml only."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from lxml import etree

from credtools.limited import Refused

LOOKED_AT = 50
WIDEST_SPAN, LONGEST_SPAN = 1_000, 65_534  # columns, rows; browsers take no more either
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))
PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th"))
UNSEEN = frozenset(("script", "style", "template", "noscript", "title", "datalist"))
APART = frozenset(("del", "s", "strike", "button", "textarea"))  # what is seen as something of its own
BLOCKS = frozenset(("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"))
FLAGS = ("FALSE", "TRUE")  # as in a spreadsheet
BLANKS = re.compile(r"[ \t\n\r\f]+")
AROUND_BREAK = re.compile(r" *\n[ \n]*")
INVISIBLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.IGNORECASE)


def answer(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The rows of the table that was asked for, of those to be stacked, or of the one that looks most like the titles.

    In: `sheet`, `stack` (None, or names; [] for all), `titles` (folded), `limits`; the page as UTF-8. Out: `best`,
    `tables` (with data), `others` (of them left out), `parts`: `sheet` (its name, like 'table 2'), `rows`,
    `hidden_rows` (from 1), `merged` ([first row, end, first place, end] of each such cell), `unseen` (texts that the
    page doesn't show).
    """
    parser = etree.HTMLParser(target=Page(question["limits"]), encoding="utf-8", recover=True, huge_tree=True)
    parser.feed(content)
    page = parser.close()
    titles, stack = set(question["titles"]), question["stack"]
    tables = {f"table {number}": table for number, table in enumerate(page.tables, 1)}
    data = [name for name, table in tables.items() if table.holds_data(titles, page.asks_password)]
    named = [question["sheet"]] if question["sheet"] is not None and stack is None else stack or []
    if not data:
        raise Refused("is_web_page")
    if lost := [name for name in named if name not in tables]:
        raise Refused("no_such_sheet", sheet=lost[0], sheets=", ".join(map(repr, data)))
    best = named[0] if named else max(data, key=lambda name: (tables[name].likeness(titles), -data.index(name)))
    chosen = named or (data if stack is not None else [best])
    around = {name for name in data for one in chosen if tables[one].outer & {id(tables[name])}}
    inside = {name for name in data for one in chosen if tables[name].outer & {id(tables[one])}}
    others = [] if named else [name for name in data if name not in {*chosen, *around, *inside}]
    return {
        "best": best,
        "tables": data,
        "others": others,
        "parts": [{"sheet": name, **tables[name].answer()} for name in chosen],
    }


class Table:
    """The rows of a table while it is read; `outer`: the tables that it is in."""

    def __init__(self, outer: list[Table], limits: dict[str, int]) -> None:
        self.outer = {id(one) for one in outer}
        self.rows: list[list[str]] = []
        self.hidden: list[int] = []
        self.merged: list[list[int]] = []
        self.unseen = self.headed = 0
        self.parts: list[str] | None = None  # of the open cell
        self.pictures: list[str] = []  # what they show, for a cell without a text
        self.verbatim = False  # whether blanks count in the open cell
        self.options: list[tuple[bool, list[str]]] | None = None  # of an open list: whether it is selected, its text
        self._head = self._several = False
        self._grouped = 0  # merged cells of groups of rows that have ended
        self._cells, self._most = 0, limits["cells"]
        self._across = 1
        self._taken: dict[int, int] = {}  # place: how many rows from this one on belong to a cell above
        self._below: dict[int, int] = {}  # the same from the next row on
        self._open = False

    def begin_row(self, *, hidden: bool) -> None:
        self.end_row()
        self.rows.append([])
        self._open = True
        self._taken, self._below = self._below, {place: more - 1 for place, more in self._below.items() if more > 1}
        if hidden:
            self.hidden.append(len(self.rows))

    def end_row(self) -> None:
        self.end_cell()
        if self._open:
            self._skip_taken()
        self._open = False

    def begin_cell(self, said: dict[str, str], *, head: bool) -> None:
        self.end_cell()
        if not self._open:
            self.begin_row(hidden=False)
        self._skip_taken()
        self.headed += head
        self._head = head
        self.parts, self.pictures, self.verbatim = [], [], False
        self._across = min(_number(said.get("colspan", "")), WIDEST_SPAN)
        down = LONGEST_SPAN if said.get("rowspan", "").strip() == "0" else _number(said.get("rowspan", ""))
        at, row = len(self.rows[-1]), len(self.rows)
        if self._across > 1 or down > 1:
            self.merged.append([row - 1, row - 1 + down, at, at + self._across])
        if down > 1:
            self._below |= dict.fromkeys(range(at, at + self._across), down - 1)

    def end_cell(self) -> None:
        if self.parts is None:
            return
        self.end_options()
        text = "".join(self.parts)
        if not self.verbatim:
            text = re.sub(" {2,}", " ", AROUND_BREAK.sub("\n", text))
        self._add(text.strip() or " ".join(self.pictures).strip(), self._across)
        self.parts = None

    def end_group(self) -> None:
        """Cells reach no further down than the group of their rows."""
        self.end_row()
        for one in self.merged[self._grouped :]:
            one[1] = min(one[1], len(self.rows))
        self._grouped = len(self.merged)
        self._below.clear()

    def enter(self, said: dict[str, str]) -> None:
        """What a field shows."""
        kind = said.get("type", "").lower()
        if kind in ("checkbox", "radio"):
            text = "" if self._head else FLAGS["checked" in said]
        else:
            text = said.get("alt" if kind == "image" else "value", "")
        if kind == "hidden" or _is_hidden(said):
            self.unseen += bool(text.strip())
        elif self.parts is not None:
            self.parts += [" ", text, " "]

    def begin_options(self, said: dict[str, str]) -> None:
        self.end_options()
        self.options, self._several = [], "multiple" in said

    def end_options(self) -> None:
        """Of a list what is selected: the first where nothing else is, or as many as there are."""
        if self.options and self.parts is not None:
            chosen = ["".join(text).strip() for selected, text in self.options if selected]
            first = "".join(self.options[0][1]).strip()
            shown = ", ".join(chosen) if self._several else (chosen or [first])[-1]
            self.parts += [" ", shown, " "]
        self.options = None

    def _skip_taken(self) -> None:
        """Blanks for the places that cells of rows above take."""
        while len(self.rows[-1]) in self._taken:
            self._add("", 1)

    def _add(self, text: str, across: int) -> None:
        self.rows[-1] += [text, *[""] * (across - 1)]
        self._cells += across
        if self._cells > self._most:
            raise Refused("page_beyond", what="cells", found=self._cells, allowed=self._most)

    def text(self) -> str:
        """All of it, as part of the cell in which it is."""
        return "\n".join(" ".join(filter(None, row)) for row in self.rows if any(row))

    def holds_data(self, titles: set[str], asks_password: bool) -> bool:  # noqa: FBT001
        """Whether it is more than the frame of a page or of a form."""
        matches = self._matches(titles)
        several = sum(sum(map(bool, row)) > 1 for row in self.rows)
        if asks_password:
            return matches > 1
        return several > 1 or bool(matches) or self.headed > 1 or (bool(self.headed) and len(self.rows) > 1)

    def likeness(self, titles: set[str]) -> tuple[int, int]:
        """How many titles are in one row; how many cells are filled."""
        return self._matches(titles), sum(sum(map(bool, row)) for row in self.rows)

    def _matches(self, titles: set[str]) -> int:
        return max((len({_folded(cell) for cell in row} & titles) for row in self.rows[:LOOKED_AT]), default=0)

    def answer(self) -> dict[str, Any]:
        width = max((place for row in self.rows for place, text in enumerate(row, 1) if text), default=0)
        if not width:
            raise Refused("not_a_table", why="the table is empty")
        rows = [(row + [""] * (width - len(row)))[:width] for row in self.rows]
        if len(rows) * width > self._most:
            raise Refused("page_beyond", what="cells", found=len(rows) * width, allowed=self._most)
        return {"rows": rows, "hidden_rows": self.hidden, "merged": self.merged, "unseen": self.unseen}


class Page:
    """What a parser calls with each element and text: the tables of a page, in their order.

    A table within a cell of another is a part of that cell's text, too.
    """

    def __init__(self, limits: dict[str, int]) -> None:
        self.tables: list[Table] = []
        self.asks_password = False
        self._limits = limits
        self._stack: list[Table] = []
        self._unseen: list[str] = []  # elements that the page doesn't show, from the outermost

    def start(self, tag: str, said: dict[str, str]) -> None:
        if self._unseen:
            self._unseen += [tag] * (tag in (self._unseen[0], "table"))
            return
        hidden = _is_hidden(said)
        table = self._stack[-1] if self._stack else None
        if tag == "table":
            self._open()
        elif tag == "input" and said.get("type", "").lower() == "password":
            self.asks_password = True
        elif tag in UNSEEN or (hidden and table and table.parts is not None and tag not in VOID | PARTS):
            self._unseen.append(tag)
        elif table is None:
            return
        elif tag == "tr":
            table.begin_row(hidden=hidden)
        elif tag in ("td", "th"):
            table.begin_cell(said, head=tag == "th")
        elif tag in ("thead", "tbody", "tfoot"):
            table.end_group()
        elif table.parts is not None:
            _mark(table, table.parts, tag, said)

    def end(self, tag: str) -> None:
        if self._unseen:
            self._end_unseen(tag)
            return
        table = self._stack[-1] if self._stack else None
        if table is None:
            return
        if tag == "table":
            self._close()
        elif tag == "tr":
            table.end_row()
        elif tag in ("thead", "tbody", "tfoot"):
            table.end_group()
        elif tag in ("td", "th"):
            table.end_cell()
        elif tag == "select":
            table.end_options()
        elif table.parts is not None and tag in BLOCKS | APART:
            table.parts.append("\n" if tag in BLOCKS else " ")

    def _end_unseen(self, tag: str) -> None:
        if tag == self._unseen[-1]:
            self._unseen.pop()
        elif tag in PARTS and "table" not in self._unseen:  # it was never closed
            self._unseen.clear()
            self.end(tag)

    def data(self, data: str) -> None:
        table = self._stack[-1] if self._stack else None
        if table is None or table.parts is None:
            return
        if self._unseen:
            table.unseen += bool(data.strip()) and self._unseen[-1] not in UNSEEN
        elif table.options is None:
            table.parts.append(data if table.verbatim else BLANKS.sub(" ", data))
        elif table.options:
            table.options[-1][1].append(BLANKS.sub(" ", data))

    def comment(self, text: str) -> None:
        """Nobody sees it."""

    def pi(self, target: str, text: str) -> None:
        """Nor an instruction to a program."""

    def close(self) -> Page:
        while self._stack:
            self._close()
        return self

    def _open(self) -> None:
        if len(self._stack) >= self._limits["depth"]:
            what = "tables within one another"
            raise Refused("page_beyond", what=what, found=len(self._stack) + 1, allowed=self._limits["depth"])
        self.tables.append(Table(self._stack, self._limits))
        self._stack.append(self.tables[-1])

    def _close(self) -> None:
        table = self._stack.pop()
        table.end_group()
        if self._stack and (parts := self._stack[-1].parts) is not None:
            parts += ["\n", table.text(), "\n"]


def _mark(table: Table, parts: list[str], tag: str, said: dict[str, str]) -> None:
    """What an element within a cell adds to its text."""
    if tag == "br" or tag in BLOCKS:
        parts.append("\n")
    elif tag == "img":
        table.pictures.append(said.get("alt", ""))
    elif tag == "input":
        table.enter(said)
    elif tag == "select":
        table.begin_options(said)
    elif tag == "option" and table.options is not None:
        table.options.append(("selected" in said, []))
    elif tag in APART:
        parts.append(" ")
    table.verbatim |= tag in ("pre", "textarea")


def _is_hidden(said: dict[str, str]) -> bool:
    return "hidden" in said or bool(INVISIBLE.search(said.get("style", "")))


def _number(text: str) -> int:
    return max(1, int(text)) if re.fullmatch(r"\s*\d{1,6}\s*", text) else 1


def _folded(text: str) -> str:
    """As `text.fold` does, which isn't loaded here."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
