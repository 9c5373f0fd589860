"""Cells of workbooks: what a person sees, what could not be read, and what isn't there are three things."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import example, given
from hypothesis import strategies as st

from credtools import reading
from credtools.checking import judge
from credtools.model import Review, Table
from credtools.reading import sheets
from credtools.reading.options import Options
from credtools.reading.workbook import days, formats
from credtools.recipe import Recipe, apply, shape
from tests import core
from tests.books import STRICT, numbers, ods, ods_text, record, wide, xlsb, xlsx, zipped

EXPORTS = core.SHARED.parent / "cases" / "exports"
WORKBOOKS = sorted(path for path in core.SHARED.rglob("*.xls*") if path.stat().st_size < 1_000_000)
A, B, C = (f'<c r="{name}1" t="inlineStr"><is><t>{name}</t></is></c>' for name in "ABC")
HEADED = f'<row r="1">{A}{B}{C}</row>'


def read(content: bytes, name: str = "book.xlsx", **options: Any) -> Table:
    return reading.read_bytes(content, name, **options)


def cells(table: Table) -> list[list[str]]:
    return [json.loads(text) for text in table.raw]


def noted(table: Table) -> dict[str, int]:
    return {one.code: one.count for one in table.reading.noted}


def shown(value: object, code: str) -> str:
    """What a number says in a workbook, by its format."""
    return str(read(numbers((value, code))).frame["Number"].iloc[0])


def review(content: bytes, recipe: str = "", name: str = "book.xlsx") -> Review:
    told = Recipe.parse(recipe, source="source")
    titles = [name for column in core.CREDENTIALS.columns for name in (column.title, column.name, *column.synonyms)]
    return judge.review(read(content, name, titles=titles, **told.read), told, core.CREDENTIALS, core.LOOKUPS)


# --- number formats -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("12345", "0000000", "0012345"),
        ("123456789", r"000\-00\-0000", "123-45-6789"),
        ("42", '"C-"00000', "C-00042"),
        ("0.125", "0.0%", "12.5%"),
        ("3", '"Day "0', "Day 3"),
        ("7", "[Red]0", "7"),
        ("30", 'General" d"', "30 d"),
        ("1234", "#,##0", "1234"),
        ("12345.5", "#,##0.00", "12345.50"),
        ("-5", "0;(0)", "(5)"),
        ("-5", "0", "-5"),
        ("0", '0;-0;"none"', "none"),
        ("5551234567", r"[<=9999999]###\-####;\(###\)\ ###\-####", "(555) 123-4567"),
        ("5551234", r"[<=9999999]###\-####;\(###\)\ ###\-####", "555-1234"),
        ("0.005", "0.00", "0.01"),
        ("1.5", "0.0##", "1.5"),
        ("12", "_-0_-", "12"),
        ("12", "@", "12"),
        ("1.5", "[h]:mm", "36:00"),
        ("1.0525231481481481", "[h]:mm:ss", "25:15:38"),
        ("0.5", "h:mm", "12:00"),
        ("0.75", "h:mm AM/PM", "6:00 PM"),
        ("0.000694444", "mm:ss", "01:00"),
        ("1", '"Yes";;"No"', "Yes"),
    ],
)
def test_a_number_is_what_its_cell_shows(value: str, code: str, text: str) -> None:
    """Zeros in front, letters, dashes, signs and hours are part of what a person sees."""
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("1234.5", '#,##0.00\\ "€"', "1234.5"),
        ("1234.5", "[$€-407]\\ 0.00", "1234.5"),
        ("0.5", "# ?/?", "0.5"),
        ("123456789012", "0.00E+00", "123456789012"),
        ("1500000", "0,", "1500000"),
        ("17", ";;;", "17"),
        ("0", '0;-0;"-"', "0"),
        ("17", "[>100]0;[<0]0", "17"),
        ("17", "[DBNum1]0", "17"),
    ],
)
def test_what_cannot_be_known_is_the_number_itself(value: str, code: str, text: str) -> None:
    """Currencies, fractions, hidden and shortened numbers are the file's own text: never a wrong one, never blank."""
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12345678901234567", "12345678901234567"),
        ("1E-7", "1E-7"),
        ("1e-07", "1E-7"),
        ("0.30000000000000004", "0.3"),
        ("9.9999999999999995E-8", "1E-7"),
        ("4.11111111111111E15", "4111111111111110"),
        ("1.2345678901234568E+16", "1.23456789012346E+16"),
        ("1.0E+2", "100"),
        ("-0", "0"),
        ("12.0", "12"),
        ("0.1", "0.1"),
    ],
)
def test_digits_are_those_of_the_file(value: str, text: str) -> None:
    """All digits that the file spells out stay; what only comes of counting in doubles is dropped."""
    assert shown(value, "General") == text


@pytest.mark.long
@given(number=st.integers(0, 10**12), zeros=st.integers(1, 14), word=st.text("ABCxyz-", max_size=4))
def test_zeros_and_words_as_openpyxl_writes_them(number: int, zeros: int, word: str) -> None:
    """What a library writes with a format comes back as that format shows it."""
    code = f'"{word}"{"0" * zeros}' if word else "0" * zeros
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append(["x", number])
    book.active["B2"].number_format = code
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).frame["b"].tolist() == [f"{word}{number:0{zeros}}"]


@given(
    number=st.decimals(min_value=-(10**9), max_value=10**9, places=4),
    places=st.integers(0, 5),
    percent=st.booleans(),
)
@example(number=Decimal("-0.0004"), places=2, percent=False)
def test_decimals_are_rounded_as_shown(number: Decimal, places: int, percent: bool) -> None:  # noqa: FBT001
    """Halves are rounded away from zero, in decimals; there is no minus before nothing."""
    code = "0" + ("." + "0" * places if places else "") + ("%" if percent else "")
    meant = (number * (100 if percent else 1)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{meant or abs(meant):f}" + ("%" if percent else "")
    assert formats.shown(str(number), code) == text


@example("[s", 0)
@given(st.text('0#?.,%"\\[]<>=;-_*@EyMdhsAmP/ GeneralC$€', max_size=12), st.integers(-(10**6), 10**6))
def test_no_format_makes_a_number_vanish(code: str, number: int) -> None:
    """Whatever a format says, a cell with a number is never blank."""
    text = days.number(str(number), code)
    assert text if isinstance(text, str) else text.text


# --- what could not be read -----------------------------------------------------------------------------------------

RECORD = ("ana@x.org", "First Aid", "2025-01-01", "")
BROKEN = {
    "error": '<c r="C2" t="e"><v>#VALUE!</v></c>',
    "error of a formula": '<c r="C2" t="e"><f>A1+B1</f><v>#N/A</v></c>',
    "formula without a value": '<c r="C2"><f>EDATE(B2,36)</f></c>',
    "formula with a blank value": '<c r="C2"><f>1+2</f><v></v></c>',
    "formula of a text without a value": '<c r="C2" t="str"><f>"A"&amp;"B"</f></c>',
    "array formula": '<c r="C2"><f t="array" ref="C2">SUM(A2:B2)</f></c>',
    "shared formula": '<c r="C2"><f t="shared" si="7"/></c>',
}


@pytest.mark.parametrize("space", [None, STRICT, "x:"])
@pytest.mark.parametrize(("what", "cell"), BROKEN.items())
def test_a_cell_that_could_not_be_read_is_not_blank(what: str, cell: str, space: str | None) -> None:
    """Errors and formulas without a value arrive as their text, in each dialect, and are told apart from texts."""
    master = '<c r="B2"><f t="shared" ref="B2:C2" si="7">EDATE(A2,36)</f><v>5</v></c>' if "shared" in what else ""
    rows = f'{HEADED}<row r="2"><c r="A2"><v>1</v></c>{master}{cell}</row>'
    if space == "x:":
        rows = rows.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    table = read(xlsx(rows, prefix="x:") if space == "x:" else xlsx(rows, space=space) if space else xlsx(rows))
    text = table.frame["C"].iloc[0]
    assert text.startswith("#" if "error" in what else "=")
    assert table.valueless == {"C": frozenset([text])}
    assert noted(table) == {}


def test_formula_whose_text_is_blank() -> None:
    """A formula whose text is blank has a value."""
    table = read(xlsx(f'{HEADED}<row r="2"><c r="A2"><v>1</v></c><c r="C2" t="str"><f>""</f><v></v></c></row>'))
    assert (cells(table), table.valueless) == ([["1", "", ""]], {})


@pytest.mark.parametrize("formula", ["=1+2", '="A"&"B"', "=C3", "#SPERRE?"])
def test_what_has_no_value_blocks(formula: str) -> None:
    """Whatever a formula looks like: without a value it rejects its row; the same as a text in a cell doesn't."""
    for cell, codes in (
        (f'<c r="E2"><f>{formula.lstrip("=").replace("&", "&amp;")}</f></c>', ["value_damaged"]),
        (f'<c r="E2" t="inlineStr"><is><t>{formula.replace("&", "&amp;")}</t></is></c>', []),
    ):
        if formula in ("=C3", "#SPERRE?") and not codes:
            continue  # which nobody means, wherever it stands
        rows = "".join(
            f'<c r="{"ABCDE"[k]}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
            for row, texts in enumerate(
                (core.HEADINGS.strip().split(","), ("ana@x.org", "First Aid", "2025-01-01", "")), 1
            )
            for k, text in enumerate(texts)
        )
        first, second = rows.split('<c r="A2"')
        found = review(xlsx(f'<row r="1">{first}</row><row r="2"><c r="A2"{second}{cell}</row>'))
        assert [code for code in found.reasons["code"] if code == "value_damaged"] == codes


if EXPORTS.is_dir():

    @pytest.mark.parametrize("name", ["err_exp.xlsx", "q20.ods", "openpyxl_formula.xlsx"])
    def test_errors_of_real_programs(name: str) -> None:
        """As programs write them."""
        table = read((EXPORTS / name).read_bytes(), name)
        found = {text for texts in table.valueless.values() for text in texts}
        assert (
            found
            == {
                "err_exp.xlsx": {"#VALUE!", "=EDATE(C3,36)"},
                "q20.ods": {"#N/A"},
                "openpyxl_formula.xlsx": {"=1+2", '="A"&"B"'},
            }[name]
        )

    def test_an_expiration_date_that_failed_is_not_never() -> None:
        """Both rows of a file with an error and a formula without a value are rejected, each with its sentence."""
        found = review((EXPORTS / "err_exp.xlsx").read_bytes())
        told = found.reasons[found.reasons["column"] == "expiration_date"]
        assert told["code"].tolist() == ["value_damaged"] * 2
        assert ["save the file in a spreadsheet program" in text for text in told["resolution"]] == [False, True]

    def test_texts_of_real_programs() -> None:
        """Blanks between runs, escaped letters, and text without how it is pronounced."""
        table = read((EXPORTS / "strings.xlsx").read_bytes(), heading_line=1)
        assert cells(table)[0][:3] == ["a\rb", "\u6771\u4eac", "Ana Silva"]
        assert table.reading.headings[4] == "Ana Silva"
        assert cells(table)[1][3:] == ["4111111111111110", "1E-7", "12345678901234567"]


# --- dates and what holds them --------------------------------------------------------------------------------------


def test_dates_are_days_in_columns_of_dates_and_texts_elsewhere() -> None:
    """What a date cell shows counts where its column holds no dates; where it holds some, the day."""
    book = numbers((45355, "d-mmm"), (45356, "dd/mm/yyyy"), (45357, "mmm-yy"), (45358, "[$-407]d. mmmm yyyy"))
    table = read(book)
    assert table.frame["Number"].tolist() == ["2024-03-04", "2024-03-05", "Mar 2024", "2024-03-07"]
    assert table.date_cells["Number"]["2024-03-05"] == date(2024, 3, 5)
    assert table.shown_dates == {"Number": {"2024-03-04": "4-Mar", "2024-03-05": "05/03/2024", "Mar 2024": "Mar-24"}}
    for column, expected in (
        ("credential_number", ["4-Mar", "05/03/2024", "Mar-24", "2024-03-07"]),
        ("issue_date", ["2024-03-04", "2024-03-05", "Mar 2024", "2024-03-07"]),
    ):
        mapped = apply(Recipe.parse(f"headings: {{Number: {column}}}"), table, core.CREDENTIALS.columns)
        assert mapped.frame[column].tolist() == expected


def test_the_leap_day_that_never_was() -> None:
    """29 February 1900 is a text, and no date."""
    table = read(numbers((60, "yyyy-mm-dd"), (61, "yyyy-mm-dd"), (1, "yyyy-mm-dd")))
    assert table.frame["Number"].tolist() == ["1900-02-29", "1900-03-01", "1900-01-01"]
    assert table.date_cells == {"Number": {"1900-03-01": date(1900, 3, 1), "1900-01-01": date(1900, 1, 1)}}


STYLES = (
    '<number:date-style style:name="N1"><number:month number:textual="true"/><number:text>-</number:text><number:year/>'
    '</number:date-style><style:style style:name="month" style:family="table-cell" style:data-style-name="N1"/>'
    '<number:date-style style:name="N2"><number:day/><number:text>.</number:text><number:month/><number:text>.'
    '</number:text><number:year number:style="long"/></number:date-style>'
    '<style:style style:name="whole" style:family="table-cell" style:data-style-name="N2"/>'
    '<style:style style:name="own" style:family="table-cell" style:parent-style-name="month"/>'
)


@pytest.mark.parametrize(("style", "text", "day"), [("month", "Mar 2024", None), ("own", "Mar 2024", None)])
def test_months_of_opendocument(style: str, text: str, day: date | None) -> None:
    """ODS tells by its styles that a date is shown without its day, whichever they inherit."""
    cell = f'<table:table-cell table:style-name="{style}" office:value-type="date" office:date-value="2024-03-05">'
    rows = ods_text("a", "b") + f"<table:table-row>{cell}<text:p>Mar-24</text:p></table:table-cell></table:table-row>"
    table = read(ods(rows, styles=STYLES), "t.ods")
    assert (table.frame["a"].tolist(), table.date_cells) == ([text], {"a": {text: day}})
    assert table.shown_dates == {"a": {text: "Mar-24"}}


def test_whole_dates_of_opendocument() -> None:
    """A whole date is its day, by the style of its column, too."""
    cell = (
        '<table:table-cell office:value-type="date" office:date-value="2024-03-05T00:00:00"><text:p>5.3.2024</text:p>'
    )
    rows = ods_text("a", "b") + f"<table:table-row>{cell}</table:table-cell></table:table-row>"
    columns = '<table:table-column table:default-cell-style-name="{}" table:number-columns-repeated="2"/>'
    whole, month = (
        read(ods(rows, styles=STYLES, columns=columns.format(name)), "t.ods") for name in ("whole", "month")
    )
    assert whole.date_cells == {"a": {"2024-03-05": date(2024, 3, 5)}}
    assert month.date_cells == {"a": {"Mar 2024": None}}


# --- OpenDocument ---------------------------------------------------------------------------------------------------


def value(kind: str, number: str, seen: str) -> str:
    said = f'office:value-type="{kind}" office:value="{number}"'
    return f"<table:table-cell {said}><text:p>{seen}</text:p></table:table-cell>"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (value("float", "12345", "0012345"), "0012345"),
        (value("float", "12345", "12,345"), "12345"),
        (value("float", "12345", "12 345"), "12345"),
        (value("float", "0.5", "0,50"), "0.50"),
        (value("float", "1234.5", "1.234,50"), "1234.50"),
        (value("float", "123456789012345678", "1.23E+17"), "123456789012345678"),
        (value("float", "5", "###"), "5"),
        (value("float", "5", ""), "5"),
        (value("float", "42", "C-00042"), "C-00042"),
        (value("float", "0.30000000000000004", "0.3"), "0.3"),
        (value("percentage", "0.5", "50%"), "50%"),
        (value("currency", "12.5", "12.50 EUR"), "12.5"),
        (('<table:table-cell office:value-type="time" office:time-value="PT36H00M00S"><text:p>36:00</text:p>'
         "</table:table-cell>"), "36:00"),
        ('<table:table-cell office:value-type="time" office:time-value="PT36H05M00S"/>', "36:05:00"),
        (('<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p>'
         "</table:table-cell>"), "TRUE"),
        (('<table:table-cell office:value-type="string"><text:p>First<text:tab/>Aid</text:p><text:p>two</text:p>'
         "</table:table-cell>"), "First\tAid\ntwo"),
        (('<table:table-cell office:value-type="string"><text:p>a<text:s text:c="2"/>b<text:line-break/>'
         "<text:span>c </text:span><text:span>d</text:span></text:p></table:table-cell>"), "a  b\nc d"),
        (('<table:table-cell office:value-type="string"><office:annotation><text:p>a note</text:p></office:annotation>'
         "<text:p>text</text:p></table:table-cell>"), "text"),
    ],
)  # fmt: skip
def test_cells_of_opendocument(cell: str, text: str) -> None:
    """What is shown counts; tabs and line breaks don't join words, notes are no text of their cell."""
    rows = f"{ods_text('a', 'b')}\n  <table:table-row>\n  {ods_text('x')[17:-18]}\n{cell}\n</table:table-row>\n"
    assert read(ods(rows), "t.ods").frame["b"].tolist() == [text]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<table:table-cell table:formula="of:=EDATE([.C3];36)"/>', "=EDATE(C3,36)"),
        (('<table:table-cell table:formula="of:=[.A1]/0" office:value-type="string" office:string-value="" '
         'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'), "#DIV/0!"),
    ],
)  # fmt: skip
def test_valueless_cells_of_opendocument(cell: str, text: str) -> None:
    """Errors and formulas without a value of ODS are neither blank nor texts."""
    rows = ods_text("a", "b") + f"<table:table-row>{ods_text('x')[17:-18]}{cell}</table:table-row>"
    table = read(ods(rows), "t.ods")
    assert (table.frame["b"].tolist(), table.valueless) == ([text], {"b": frozenset([text])})


def test_repeated_cells_of_opendocument() -> None:
    """A cell and a row may stand for many; a million blank ones at the end are none."""
    cell = '<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>x</text:p>'
    blank = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    row = f'<table:table-row table:number-rows-repeated="2">{cell}</table:table-cell></table:table-row>'
    table = read(ods(ods_text("a", "b") + row + blank), "t.ods")
    assert (cells(table), table.reading.lines) == ([["x", "x"], ["x", "x"]], 3)


# --- XLSB -----------------------------------------------------------------------------------------------------------


def test_binary_workbooks() -> None:
    """XLSB is read like XLSX: formats, errors, hidden rows, small and large numbers, texts of each kind."""
    heading = [(6, 0, wide(name)) for name in "abcdef"]
    rows = [
        heading,
        [
            (2, 1, struct.pack("<I", 12345 << 2 | 2)),
            (5, 0, struct.pack("<d", 0.1)),
            (7, 0, struct.pack("<I", 0)),
            (3, 0, b"\x2a"),
            (4, 0, b"\1"),
            (9, 2, struct.pack("<d", 45356.0) + bytes(2)),
        ],
        [
            (8, 0, wide("formula")),
            (62, 0, b"\0" + wide("rich")),
            (11, 0, b"\x0f"),
            (2, 0, struct.pack("<I", 150 << 2 | 3)),
        ],
    ]
    content = xlsb(rows, ["0000000", "yyyy-mm-dd"], hidden=[2])
    table = read(content, "t.xlsb")
    assert cells(table) == [
        ["0012345", "0.1", "shared text", "#N/A", "TRUE", "2024-03-05"],
        ["formula", "rich", "#VALUE!", "1.5", "", ""],
    ]
    assert table.valueless == {"c": frozenset(["#VALUE!"]), "d": frozenset(["#N/A"])}
    assert table.date_cells == {"f": {"2024-03-05": date(2024, 3, 5)}}
    assert (noted(table), table.reading.encoding) == ({"rows_hidden": 1}, "xlsb")
    assert record(156, b"x" * 200)[:4] == b"\x9c\x01\xc8\x01"


# --- beside another reader ------------------------------------------------------------------------------------------


def alike(theirs: object, ours: str) -> bool:
    """Whether our text says what another reader's value says, as far as that one looks."""
    if isinstance(theirs, bool):
        return ours == str(theirs).upper()
    if isinstance(theirs, int | float):
        digits = re.sub(r"[()%]", "", ours).lstrip("-")
        size = abs(theirs) * (100 if "%" in ours else 1)
        return abs(float(digits) - size) <= 0.5001 * 10.0 ** -len(digits.partition(".")[2])
    if isinstance(theirs, date):
        return str(theirs)[:10] in ours or f"{theirs:%Y}" in ours
    return str(theirs).split() == ours.split()


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.name)
def test_real_workbooks_beside_another_reader(path: Any) -> None:
    """Every cell of real workbooks says what an independent reader finds there."""
    content = path.read_bytes()
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    compared = 0
    for records, told in sheets.split_sheets(content, Options(stack="all")):
        theirs = book.get_sheet_by_name(told.sheet).to_python(skip_empty_area=False)
        for row, cells in zip(theirs, records.cells, strict=False):
            for one, ours in zip(row, cells, strict=False):
                assert one == "" or alike(one, ours), (one, ours)
                compared += one != ""
    assert compared


# --- hidden and merged ----------------------------------------------------------------------------------------------


def test_hidden_columns_and_merged_cells_are_counted() -> None:
    """What a sheet doesn't show, and cells that others stand for, are told; where nothing stands there is nothing."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Number", "Name", "Secret", "None"], ["1", "x", "s"], ["", "y", "t"], ["2", "z", "u"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.column_dimensions["C"].hidden = sheet.column_dimensions["D"].hidden = True
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue())
    assert noted(table) == {"columns_hidden": 1, "cells_merged": 1}
    hidden, merged = (one.sentence for one in table.reading.noted)
    assert ("(C)" in hidden, "line 2" in merged) == (True, True)


def test_hidden_columns_and_merged_cells_of_opendocument() -> None:
    """ODS tells them, too."""
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    cell = '<table:table-cell table:number-rows-spanned="2" office:value-type="string"><text:p>1</text:p>'
    first = f"<table:table-row>{cell}</table:table-cell>{ods_text('s')[17:-18]}</table:table-row>"
    rows = ods_text("a", "b") + first + ods_text("", "t")
    assert noted(read(ods(rows, columns=columns), "t.ods")) == {"columns_hidden": 1, "cells_merged": 1}


# --- protection as text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('="0012"', "0012"),
        ('="a ""b"""', 'a "b"'),
        ("'0012", "0012"),
        ("'12E5", "12E5"),
        ("'2024-03-05", "2024-03-05"),
        ("'=A1", "=A1"),
        ("'t Hart", "'t Hart"),
        ("'80s hits", "'80s hits"),
        ("'quoted'", "'quoted'"),
        ('No. ="0012"', 'No. ="0012"'),
        ('="A"&"B"', '="A"&"B"'),
        ("it's", "it's"),
    ],
)
def test_protection_as_text_is_undone(written: str, text: str) -> None:
    """Where the whole cell is protected from spreadsheets it is read without that, and counted; never in the middle."""
    quoted = written.replace('"', '""')
    from_csv = core.table(f'a,b\nx,"{quoted}"\ny,z\n')
    inner = written.replace("&", "&amp;")
    from_book = read(xlsx(
        f'{HEADED}<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>{inner}</t></is></c></row>'
    ))  # fmt: skip
    expected = {"text_protected": 1} if written != text else {}
    assert (from_csv.frame["b"].tolist(), noted(from_csv)) == ([text, "z"], expected)
    assert (from_book.frame["B"].tolist(), noted(from_book)) == ([text], expected)


def test_headings_may_be_protected() -> None:
    """Exports protect every cell, headings too."""
    table = core.table('"=""Email""","=""Number"""\n"=""a@x.org""","=""0012"""\n', heading_line=1)
    assert (table.frame.to_dict("records"), noted(table)) == (
        [{"Email": "a@x.org", "Number": "0012"}],
        {"text_protected": 2},
    )


# --- how many columns -----------------------------------------------------------------------------------------------


def test_columns_that_are_not_used_do_no_harm() -> None:
    """A file of 329 columns, of which four mean something, is read like any other."""
    more = ",".join(f"Other {k}" for k in range(324))
    text = f"{core.HEADINGS.strip()},{more}\nana@x.org,First Aid,2025-01-01,,A1{',' * 324}\n"
    assert core.review(text).counted == {"ready": 1, "rejected": 0, "left_out": 0}


def test_names_of_parts_in_another_case_with_other_slashes() -> None:
    r"""Some programs write parts as `xl\workbook.xml`, in small letters: it is a workbook all the same."""
    with zipfile.ZipFile(io.BytesIO(xlsx('<row><c t="str"><v>Name</v></c></row><row><c><v>7</v></c></row>'))) as book:
        parts = {name.lower().replace("/", "\\"): book.read(name) for name in book.namelist()}
    assert reading.read_bytes(zipped(parts), "a.xlsx").frame.to_numpy().tolist() == [["7"]]


def test_a_dimension_is_only_a_claim() -> None:
    """A sheet that claims to reach to its last corner and holds few cells is read."""
    row = '<row r="2"><c r="A2"><v>1</v></c></row>'
    table = read(xlsx(HEADED + row, before='<dimension ref="A1:XFD1048576"/>'))
    assert (table.reading.lines, table.expected_fields) == (2, 3)


def test_whole_numbers_may_show_decimals() -> None:
    """A count that a sheet shows with decimals is that count, as long as these are zeros."""
    told = {"36": 1, "36.00": 1, "36.50": 0}
    for text, ready in told.items():
        found = core.review(f"Name,Validity months\nFirst Aid,{text}\n", "schema: credential_types", schema=core.TYPES)
        assert found.counted["ready"] == ready


def test_what_is_known_of_cells_follows_them() -> None:
    """Stacked sheets and columns of pairs keep which of their texts are errors, and what date cells show."""
    book = openpyxl.Workbook()
    for name, issued, failed in (("2024", date(2024, 3, 4), "=A9"), ("2025", date(2025, 3, 4), "=B9")):
        sheet = book.create_sheet(name)
        sheet.append(["User email", "First Aid issued", "First Aid expires"])
        sheet.append(["ana@x.org", issued, failed])
        sheet["B2"].number_format = "dd/mm/yyyy"
    del book["Sheet"]
    out = io.BytesIO()
    book.save(out)
    stacked = read(out.getvalue(), stack="all")
    issued, expires = "First Aid issued", "First Aid expires"
    assert stacked.valueless == {expires: frozenset(["=A9", "=B9"])}
    assert stacked.shown_dates == {issued: {"2024-03-04": "04/03/2024", "2025-03-04": "04/03/2025"}}
    pair = f"{{credential_type: First Aid, issue_date: {issued}, expiration_date: {expires}}}"
    shaped = shape(Recipe.parse(f"unpivot:\n  - {pair}"), stacked, core.CREDENTIALS.columns)
    assert shaped.valueless["expiration_date"] == stacked.valueless[expires]
    assert shaped.shown_dates["issue_date"] == stacked.shown_dates[issued]
    assert shaped.date_cells["issue_date"] == stacked.date_cells[issued]
