"""SpreadsheetML 2003, element by element → the files of the XLSX that says the same."""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import datetime, timedelta
from operator import itemgetter
from xml.sax.saxutils import escape, quoteattr

from credtools.errors import FileError

MOST_PARENTS = 10  # of a style
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
NAMED_FORMATS = {
    "General Date": "m/d/yyyy h:mm",
    "Long Date": "dddd, mmmm d, yyyy",
    "Medium Date": "d-mmm-yy",
    "Short Date": "m/d/yyyy",
    "Long Time": "h:mm:ss AM/PM",
    "Medium Time": "h:mm AM/PM",
    "Short Time": "h:mm",
    "Currency": "#,##0.00",
    "Euro Currency": "#,##0.00",
    "Fixed": "0.00",
    "Standard": "#,##0.00",
    "Percent": "0.00%",
    "Scientific": "0.00E+00",
}
DATE, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"  # of a date cell that has no format of a date
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # what an XLSX takes for one character
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


class Sheet:
    """A worksheet while it is read."""

    def __init__(self, name: str) -> None:
        self.name, self.hidden = name, False
        self.rows: list[str] = []
        self.columns: list[tuple[int, int, str, bool]] = []  # first, last, style, hidden
        self.merged: list[str] = []
        self.row = self.column = 0
        self.style = ""  # of the row

    def style_at(self, column: int) -> str:
        """The style of a column; columns come in their order."""
        at = bisect_right(self.columns, column, key=itemgetter(0))
        return self.columns[at - 1][2] if at and column <= self.columns[at - 1][1] else ""

    def xml(self) -> str:
        spans = "".join(
            f'<col min="{first}" max="{last}" width="9" hidden="1"/>'
            for first, last, _, hidden in self.columns
            if hidden
        )
        merged = "".join(f'<mergeCell ref="{one}"/>' for one in self.merged)
        return (
            f'{HEAD}<worksheet xmlns="{MAIN}">{f"<cols>{spans}</cols>" if spans else ""}<sheetData>{"".join(self.rows)}'
            f"</sheetData>{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
        )


class Workbook:
    """What an XML parser calls with each element and text, names without prefixes; then `files`."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._path: list[str] = []
        self._parents: dict[str, str] = {}  # of styles
        self._formats: dict[str, str] = {}  # of styles
        self._style = ""  # the one that is being read
        self._used: dict[str, int] = {"General": 0}  # formats of cells, by their place in the XLSX
        self._since_1904 = False
        self._cell: dict[str, str] = {}
        self._type = ""
        self._text: list[str] = []

    def start(self, name: str, said: dict[str, str]) -> None:
        self._path.append(name)
        sheet = self.sheets[-1] if self.sheets else None
        if name == "Worksheet":
            self.sheets.append(Sheet(said.get("Name", f"Sheet{len(self.sheets) + 1}")))
        elif sheet is None:
            self._start_style(name, said)
        elif name == "Column":
            first = _number(said, "Index", sheet.columns[-1][1] + 1 if sheet.columns else 1, MOST_COLUMNS)
            last = first + _number(said, "Span", 0, MOST_COLUMNS)
            if sheet.columns and first <= sheet.columns[-1][1]:
                raise FileError("sheet_unreadable", why="its columns contradict each other")
            sheet.columns.append((first, last, said.get("StyleID", ""), said.get("Hidden") == "1"))
        elif name == "Row":
            sheet.row = _number(said, "Index", sheet.row + 1, MOST_ROWS)
            sheet.column, sheet.style = 0, said.get("StyleID", "")
            sheet.rows.append(f'<row r="{sheet.row}" hidden="{int(said.get("Hidden") == "1")}">')
        elif name == "Cell":
            sheet.column = _number(said, "Index", sheet.column + 1, MOST_COLUMNS)
            self._cell, self._type, self._text = said, "", []
        elif name == "Visible" or (name == "Data" and self._path[-2:-1] == ["Cell"]):
            self._type, self._text = said.get("Type", "String"), []

    def _start_style(self, name: str, said: dict[str, str]) -> None:
        """What comes before the sheets: styles, and from when days are counted."""
        if name == "Style":
            self._style = said.get("ID", "")
            self._parents[self._style] = said.get("Parent", "")
        elif name == "NumberFormat":
            self._formats[self._style] = said.get("Format", "")
        elif name == "Date1904":
            self._since_1904 = True

    def end(self, name: str) -> None:
        self._path.pop()
        if not self.sheets:
            return
        sheet = self.sheets[-1]
        if name == "Cell":
            self._write(sheet)
        elif name == "Row":
            sheet.rows.append("</row>")
        elif name == "Visible":
            sheet.hidden = "".join(self._text).strip() in ("SheetHidden", "SheetVeryHidden")

    def text(self, text: str) -> None:
        if "Comment" not in self._path and ("Data" in self._path or self._path[-1] == "Visible"):
            self._text.append(text)

    def files(self) -> dict[str, str | bytes]:
        """The files in the zip of an XLSX."""
        if not self.sheets:
            raise FileError("not_a_table", why="the workbook has no sheet")
        numbers = range(1, len(self.sheets) + 1)
        listed = "".join(
            f'<sheet name={quoteattr(sheet.name)} sheetId="{k}" state="{"hidden" if sheet.hidden else "visible"}" '
            f'r:id="rId{k}"/>'
            for k, sheet in zip(numbers, self.sheets, strict=True)
        )
        targets = [(f"rId{k}", "worksheet", f"worksheets/sheet{k}.xml") for k in numbers]
        counts = f'<workbookPr date1904="{int(self._since_1904)}"/>'
        book = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{counts}<sheets>{listed}</sheets></workbook>'
        types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        parts = "".join(
            f'<Override PartName="/xl/{part}" ContentType="{types}.{kind}+xml"/>'
            for part, kind in [
                *(("workbook.xml", "sheet.main"), ("styles.xml", "styles")),
                *((target, "worksheet") for _, _, target in targets),
            ]
        )
        return {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{parts}</Types>',
            "_rels/.rels": _links([("rId1", "officeDocument", "xl/workbook.xml")]),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": _links([*targets, ("styles", "styles", "styles.xml")]),
            "xl/styles.xml": self._styles(),
            **{f"xl/{target}": sheet.xml() for (_, _, target), sheet in zip(targets, self.sheets, strict=True)},
        }

    def _write(self, sheet: Sheet) -> None:
        """The cell that ends."""
        said, text = self._cell, "".join(self._text)
        across, down = _number(said, "MergeAcross", 0, MOST_COLUMNS), _number(said, "MergeDown", 0, MOST_ROWS)
        place = f"{_letters(sheet.column)}{sheet.row}"
        if across or down:
            sheet.merged.append(f"{place}:{_letters(sheet.column + across)}{sheet.row + down}")
        if self._type or "Formula" in said:
            style = said.get("StyleID") or sheet.style or sheet.style_at(sheet.column) or "Default"
            kind, value, form = _value(self._type, text, self._format(style), since_1904=self._since_1904)
            number = self._used.setdefault(form, len(self._used))
            found = f"<v>{escape(value)}</v>" if kind else ""
            if not self._type:  # a formula whose value wasn't saved; one that gives a blank text has a type
                found = f"<f>{escape(said['Formula'].removeprefix('='))}</f>"
            sheet.rows.append(f'<c r="{place}" s="{number}" t="{kind or "n"}">{found}</c>')
        sheet.column += across

    def _format(self, style: str) -> str:
        """The number format of a style, or of the one that it is derived from."""
        for _ in range(MOST_PARENTS):
            if form := self._formats.get(style):
                return NAMED_FORMATS.get(form, form)
            style = self._parents.get(style, "")
        return "General"

    def _styles(self) -> str:
        forms = "".join(
            f'<numFmt numFmtId="{200 + k}" formatCode={quoteattr(form)}/>' for form, k in self._used.items() if k
        )
        cells = "".join(f'<xf numFmtId="{200 + k if k else 0}" applyNumberFormat="1"/>' for k in self._used.values())
        return (
            f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="{len(self._used) - 1}">{forms}</numFmts>'
            f'<cellXfs count="{len(self._used)}">{cells}</cellXfs></styleSheet>'
        )


def _value(kind: str, text: str, form: str, *, since_1904: bool) -> tuple[str, str, str]:
    """The type, value and format of a cell in an XLSX; no type for a blank one."""
    if kind == "Number" and NUMBER.fullmatch(text.strip()):
        return "n", text.strip(), form
    if kind == "Boolean" and text.strip() in ("0", "1"):
        return "b", text.strip(), form
    if kind == "Error" and text.strip():
        return "e", text.strip(), form
    if kind == "DateTime" and (serial := _serial(text.strip(), since_1904=since_1904)):
        dated = re.search("[ydmhs]", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form), re.IGNORECASE)
        return "n", serial, form if dated and form != "General" else MOMENT if "." in serial else DATE
    return ("str", ESCAPED.sub("_x005F_", text), form) if text else ("", "", form)


def _serial(text: str, *, since_1904: bool) -> str:
    """A date as a spreadsheet counts: days since 1904, or from 1900, which it takes for a leap year; '' for none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no zone
    since = moment.replace(tzinfo=None) - start
    if not since_1904 and moment.replace(tzinfo=None) < datetime(1900, 3, 1):  # noqa: DTZ001
        since -= timedelta(days=1)
    days = since.total_seconds() / 86_400
    return f"{days:.10f}".rstrip("0").rstrip(".") if days >= 0 else ""


def _number(said: dict[str, str], name: str, usual: int, most: int) -> int:
    text = said.get(name, "")
    found = int(text) if re.fullmatch(r"\d{1,9}", text) else usual
    if found > most:
        raise FileError("sheet_unreadable", why=f"a cell in it claims a place beyond the {most:,} that a sheet has")
    return found


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _links(targets: list[tuple[str, str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{k}" Type="{LINKS}/{kind}" Target="{part}"/>' for k, kind, part in targets)
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'
