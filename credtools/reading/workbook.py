"""What the child with limits does with a spreadsheet (`sheets`): standard library and python-calamine only."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime, time
from functools import reduce
from html import unescape
from typing import Any

from credtools.limited import Refused

# A row, or a cell with a value.
ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(?:row(\s[^>]*)?>|c\s([^>]*[^>/])>\s*<(?:\w+:)?(?:v|is|f)\b)")
ROW_NUMBER = re.compile(rb"""\sr=["']([0-9]{1,7})["']""")
ODS_TABLE_OR_ROW = re.compile(rb"<table:(table|table-row)((?:\s[^>]*)?)>")
HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
PLACE = re.compile(rb"""(?:^|\s)r=["']([A-Z]{1,3})([0-9]{1,7})["']""")
ATTRIBUTE = re.compile(r"""([\w:-]+)=["']([^"']*)["']""")
STYLE = re.compile(rb"""(?:^|\s)s=["']([0-9]+)["']""")
ERROR = re.compile(rb"<(?:\w+:)?v>([^<]{2,40})</")
UNSAVED = re.compile(rb"<(?:\w+:)?f>([^<]*)</(?:\w+:)?f>\s*(?:<[\w:]+\s*/>|<[\w:]+>\s*</[\w:]+>)?\s*</(?:\w+:)?c>")
CHUNK = 1 << 20
LONGEST_TAG = 4096
LOOKED_AT = 50
EXACT = 2**53  # up to which a spreadsheet, which counts in doubles, can keep a whole number
SMALL = 10 << 20  # bytes, under which no ratio is alarming
DAMAGED = (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError)
# In English: a Python that nobody asked for a locale has none.
NAMED = {"mmmm": "%B", "mmm": "%b", "mm": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d"}
TOKEN = re.compile(r"y+|m+|d+|[^ymd]", re.IGNORECASE)
ENGLISH = re.compile(r"\[\$-(?:[0-9a-f]*0?[48]09|en-[a-z]+)\]", re.IGNORECASE)


def answer(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The rows of the sheet that was asked for, of those to be stacked, or of the one that looks most like the titles.

    In: `sheet`, `stack` (None, or names; [] for all), `titles` (folded), `limits`. Out: `kind`, `others` and
    `hidden_sheets` (left out, not blank), `parts`: `sheet`, `rows`, `dates`, `hidden_rows` ([first, end] each, from 1);
    `sheets`: [name, whether it is hidden] of each.
    """
    import python_calamine as calamine  # noqa: PLC0415 - after the limits

    scans = defaultdict(Scan, _checked_zip(content, question["limits"]) if content.startswith(b"PK") else {})
    stack = question["stack"]
    named = [question["sheet"]] if question["sheet"] is not None and stack is None else stack or []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = [m for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
        sheets = [m.name for m in tables if m.visible == calamine.SheetVisibleEnum.Visible]
        unseen = [m.name for m in tables if m.name not in sheets and not named]
        if lost := [name for name in named if name not in book.sheet_names]:
            raise Refused("no_such_sheet", sheet=lost[0], sheets=sheets)
        read = {name: _rows(book.get_sheet_by_name(name), question["limits"]) for name in named or sheets}
        hidden = [name for name in unseen if _is_table(book.get_sheet_by_name(name), question["limits"])]
    except calamine.PasswordError as problem:
        raise Refused("sheet_unreadable", why="it is locked by a password") from problem
    except calamine.CalamineError as problem:
        raise Refused("sheet_unreadable", why=f"it isn't a proper XLSX, XLS or ODS file ({problem})") from problem
    if not (filled := [name for name, rows in read.items() if rows]):
        raise Refused("not_a_table", why="every sheet is empty" if len(sheets) != 1 else "the sheet is empty")
    titles = set(question["titles"])
    best = max(filled, key=lambda name: (_likeness(read[name], titles), -filled.index(name)))
    chosen = [best] if stack is None else filled
    parts = [{"sheet": k, "hidden_rows": scans[k].hidden, **_texts(read[k], scans[k])} for k in chosen]
    others = [name for name in filled if name not in chosen]
    left = {"others": others, "hidden_sheets": hidden, "sheets": [[m.name, m.name not in sheets] for m in tables]}
    return {"kind": _kind(content), **left, "parts": parts, "best": best}


def _kind(content: bytes) -> str:
    if not content.startswith(b"PK"):
        return "xls"
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    return "ods" if "content.xml" in names else "xlsb" if "xl/workbook.bin" in names else "xlsx"


def _rows(sheet: Any, limits: dict[str, int]) -> list[list[Any]]:
    height, width = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if height * width > limits["cells"]:
        raise Refused(
            "far_cell", sheet=sheet.name, cell=_address(width, height), found=height * width, allowed=limits["cells"]
        )
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    return rows if any(cell not in ("", None) for row in rows for cell in row) else []


def _is_table(sheet: Any, limits: dict[str, int]) -> bool:
    """Whether a hidden sheet has rows of several cells, as lists of choices haven't; a vast one isn't opened."""
    vast = sheet.end and (sheet.end[0] + 1) * (sheet.end[1] + 1) > limits["cells"]
    return vast or sum(sum(cell not in ("", None) for cell in row) > 1 for row in sheet.to_python(nrows=LOOKED_AT)) > 1


def _likeness(rows: list[list[Any]], titles: set[str]) -> tuple[int, bool]:
    """How many titles are in one row; and whether there is more than one row of more than one cell."""
    top = [[str(cell) for cell in row if cell != ""] for row in rows[:LOOKED_AT]]
    matches = max((len({_folded(cell) for cell in row} & titles) for row in top), default=0)
    return matches, sum(len(row) > 1 for row in top) > 1


def _folded(text: str) -> str:
    """As `text.fold` does, which isn't loaded here."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _texts(rows: list[list[Any]], scan: Scan) -> dict[str, Any]:
    """The cells as text (`rows`), and [row, place, YYYY-MM-DD or '' for one without a day] of each date (`dates`)."""
    texts, dates = [], []
    for k, row in enumerate(rows):
        written = []
        for place, value in enumerate(row):
            if isinstance(value, date):
                value, day = _date_text(value, scan.formats.get((k, place), ""))  # noqa: PLW2901
                dates.append([k, place, day])
            written.append((value if isinstance(value, str) else _text(value)) or scan.unsaid.get((k, place), ""))
        texts.append(written)
    width = max(place for row in texts for place, text in enumerate(row, 1) if text.strip())
    return {"rows": [row[:width] for row in texts], "dates": dates}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) <= EXACT else f"{value:.14E}"  # not with digits that nobody wrote
    return "" if value is None else str(value)


def _date_text(day: date, shown: str) -> tuple[str, str]:
    """A date as the sheet shows it, where that can be read in one way only, else YYYY-MM-DD; and YYYY-MM-DD.

    One that is shown as its month or year: 'Mar 2026', '2026', and '': its day is nothing that anybody said.
    """
    timed = isinstance(day, datetime) and day.time() != time()
    plain = re.sub(r'\[[^\]]*\]|\\|"|;.*', "", shown).strip().lower()
    if "y" in plain and not re.search("[dhs]", plain):
        return f"{day:%b %Y}" if "m" in plain else f"{day:%Y}", ""
    tokens = TOKEN.findall(plain)
    english = "[$-" not in shown or ENGLISH.search(shown)
    named = "mmmm" in tokens or "mmm" in tokens
    whole = "yyyy" in tokens and ("d" in tokens or "dd" in tokens) and not re.search(r"[a-ce-ln-xz]", plain)
    if timed or not (whole and english and (named or (tokens[0] == "yyyy" and ("m" in tokens or "mm" in tokens)))):
        return str(day) if timed else day.isoformat()[:10], day.isoformat()[:10]
    unnamed = {"yyyy": f"{day.year:04}", "m": str(day.month), "d": str(day.day)}
    text = "".join(f"{day:{NAMED[token]}}" if token in NAMED else unnamed.get(token, token) for token in tokens)
    return text, day.isoformat()[:10]


# --- what a zip holds, before anything is unpacked whole -------------------------------------------------------


class Scan:
    """What the reader doesn't tell of a sheet: number formats, what isn't a value, [first, end] of hidden rows."""

    def __init__(self) -> None:
        self.formats: dict[tuple[int, int], str] = {}
        self.unsaid: dict[tuple[int, int], str] = {}
        self.hidden: list[list[int]] = []

    def hide(self, first: int, end: int) -> None:
        if not self.hidden or self.hidden[-1][1] != first:
            self.hidden.append([first, end])
        self.hidden[-1][1] = end


def _checked_zip(content: bytes, limits: dict[str, int]) -> dict[str, Scan]:
    """Refuses a bomb, then scans each sheet (XLSX, ODS; else nothing)."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = archive.infolist()
        ratios = [entry.file_size // max(entry.compress_size, 1) for entry in entries if entry.file_size > SMALL]
        for limit, what, found in (
            ("entries", "parts in its zip", len(entries)),
            ("bytes", "bytes when unpacked", sum(entry.file_size for entry in entries)),
            ("ratio", "bytes per packed byte", max(ratios, default=0)),
        ):
            if found > limits[limit]:
                raise Refused("sheet_beyond", what=what, found=found, allowed=limits[limit])
        if "content.xml" in archive.namelist():
            return _hidden_in_ods(archive)
        parts = _sheet_parts(archive).items()
        return {name: _scanned(archive, name, part, limits["cells"]) for name, part in parts}
    except DAMAGED as problem:
        raise Refused("sheet_unreadable", why="it is cut off or damaged") from problem


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The sheets of an XLSX and the parts of the zip that hold them."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^>]*>", links):
        said = dict(ATTRIBUTE.findall(tag))
        target = said.get("Target", "")
        targets[said.get("Id")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    parts = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", book):
        said = dict(ATTRIBUTE.findall(tag))
        part = targets.get(next((value for key, value in said.items() if key.endswith(":id")), ""))
        if part in names:
            parts[unescape(said.get("name", ""))] = part
    return parts


def _scanned(archive: zipfile.ZipFile, sheet: str, part: str, most: int) -> Scan:
    """Date formats and hidden rows of a sheet; refuses a filled cell so far away that the sheet would be vast."""
    styles = _date_styles(archive)
    scan = Scan()
    height = width = 1
    number = 0
    with archive.open(part) as file:
        rest = b""
        while chunk := file.read(CHUNK):
            text = rest + chunk
            end = 0
            for tag in ROW_OR_CELL.finditer(text):
                end = tag.end()
                if tag[2] is None:
                    said = ROW_NUMBER.search(tag[1] or b"")
                    number = int(said[1]) if said else number + 1
                    if HIDDEN.search(tag[1] or b""):
                        scan.hide(number, number + 1)
                    continue
                place = PLACE.search(tag[2])
                if place is None:
                    continue
                column, row = _column(place[1]), int(place[2])
                height, width = max(height, row), max(width, column)
                style = STYLE.search(tag[2])
                if style and int(style[1]) in styles:
                    scan.formats[row - 1, column - 1] = styles[int(style[1])]
                if unsaid := _unsaid(tag[2], text[tag.end() - 2 : tag.end() + LONGEST_TAG]):
                    scan.unsaid[row - 1, column - 1] = unsaid
            if height * width > most:
                raise Refused("far_cell", sheet=sheet, cell=_address(width, height), found=height * width, allowed=most)
            rest = text[max(end, len(text) - LONGEST_TAG) :]
    return scan


def _unsaid(said: bytes, text: bytes) -> str:
    """What stands in a cell that the reader shows as blank: its error, or a formula whose value wasn't saved."""
    error = ERROR.search(text) if b't="e"' in said else None
    formula = UNSAVED.match(text) if b't="str"' not in said else None  # of a text the value may be blank
    return unescape((error[1] if error else b"=" + formula[1] if formula else b"").decode("utf-8", "replace"))


def _hidden_in_ods(archive: zipfile.ZipFile) -> dict[str, Scan]:
    """The hidden rows of each sheet; a row may stand for many."""
    scans: dict[str, Scan] = {}
    scan, number = Scan(), 1
    with archive.open("content.xml") as file:
        rest = b""
        while chunk := file.read(CHUNK):
            text = rest + chunk
            end = 0
            for tag in ODS_TABLE_OR_ROW.finditer(text):
                end = tag.end()
                said = dict(ATTRIBUTE.findall(tag[2].decode("utf-8", "replace")))
                if tag[1] == b"table":
                    scan, number = scans.setdefault(unescape(said.get("table:name", "")), Scan()), 1
                    continue
                repeated = said.get("table:number-rows-repeated", "")
                after = number + (int(repeated) if repeated.isdecimal() else 1)
                if said.get("table:visibility") in ("collapse", "filter"):
                    scan.hide(number, after)
                number = after
            rest = text[max(end, len(text) - LONGEST_TAG) :]
    return scans


def _date_styles(archive: zipfile.ZipFile) -> dict[int, str]:
    """The number formats that the file itself spells out and that show a year, by style."""
    with suppress(KeyError):
        text = archive.read("xl/styles.xml").decode("utf-8", "replace")
        spelt: dict[Any, str] = {"17": "mmm-yy"}  # of those that every file knows the only one without a day
        for tag in re.findall(r"<(?:\w+:)?numFmt\s[^>]*>", text):
            said = dict(ATTRIBUTE.findall(tag))
            spelt[said.get("numFmtId")] = unescape(said.get("formatCode", ""))
        cells = re.search(r"<(?:\w+:)?cellXfs.*?</(?:\w+:)?cellXfs>", text, re.DOTALL)
        used = re.findall(r"<(?:\w+:)?xf\s[^>]*?numFmtId=\"(\d+)\"", cells[0]) if cells else []
        return {k: spelt[number] for k, number in enumerate(used) if "y" in spelt.get(number, "").lower()}
    return {}


def _column(letters: bytes) -> int:
    return reduce(lambda number, letter: number * 26 + letter - 64, letters, 0)


def _address(column: int, row: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
