"""Spreadsheets: the same table as their CSV twin, read in a process with limits."""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from credtools import reading
from credtools.errors import FileError
from credtools.model import Table
from credtools.reading import sheets
from tests.core import SHARED

REAL = SHARED / "real"
HEADINGS = ["User email", "Credential type", "Issue date", "Number"]
MOMENTS = (datetime(2024, 3, 5, 9, 30), datetime(2024, 3, 5))  # noqa: DTZ001 - cells have no zone
ANA = ["ana@x.org", "First Aid", date(2024, 3, 5), 53.0]
BO = ["bo@x.org", "Forklift", date(2024, 12, 31), 54.0]


def xlsx(*rows: list[Any], change: Callable[[Any], None] = lambda _book: None, title: str = "Data") -> bytes:
    """A workbook with one sheet of these rows, after a change."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, name: str = "export.xlsx", **options: Any) -> Table:
    return reading.read_bytes(content, name, **options)


def cells(table: Table) -> list[list[str]]:
    return [json.loads(text) for text in table.raw]


def refusal(content: bytes, name: str = "export.xlsx", **options: Any) -> tuple[str, dict[str, Any]]:
    """The reason why a file is refused, and its facts."""
    with pytest.raises(FileError) as caught:
        read(content, name, **options)
    assert caught.value.code == "file_readable"
    return caught.value.reason, caught.value.facts


def ods(*rows: list[str]) -> bytes:
    """A small OpenDocument spreadsheet."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Data">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


# --- cells ----------------------------------------------------------------------------------------------------


def test_a_sheet_is_a_table() -> None:
    """Each row of the sheet is a line; ids stored as floats lose their '.0'; real dates are told apart from text."""
    table = read(xlsx(HEADINGS, ANA, [], BO, ["cy@x.org", "Welder", "05/03/2024", None]))
    assert table.frame.columns.tolist() == HEADINGS
    assert cells(table) == [
        ["ana@x.org", "First Aid", "2024-03-05", "53"],
        ["bo@x.org", "Forklift", "2024-12-31", "54"],
        ["cy@x.org", "Welder", "05/03/2024", ""],
    ]
    assert table.lines.tolist() == [2, 4, 5]
    told = table.reading
    assert (told.encoding, told.delimiter, told.sheet, told.heading_line) == ("xlsx", None, "Data", 1)
    assert (told.blank_lines, told.lines, told.warnings) == ((3,), 5, ())
    assert table.date_cells == {"Issue date": {"2024-03-05": date(2024, 3, 5), "2024-12-31": date(2024, 12, 31)}}
    assert table.part(2, 1).date_cells == table.date_cells


def test_values_as_text() -> None:
    """What isn't text is written plainly: booleans, whole and broken numbers, large ids, moments."""
    values = [True, 53.0, 0.1, 12345678901234, "007", " x ", *MOMENTS]
    table = read(xlsx(list("abcdefgh"), values, ["x"] * 8, ["y"] * 8))
    assert cells(table)[0] == [
        *("TRUE", "53", "0.1", "12345678901234", "007", " x ", "2024-03-05 09:30:00", "2024-03-05")
    ]
    assert table.date_cells == {
        "g": {"2024-03-05 09:30:00": date(2024, 3, 5)},
        "h": {"2024-03-05": date(2024, 3, 5)},
    }


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("dddd, mmmm d, yyyy", "Tuesday, March 5, 2024"),
        ("[$-409]d mmm yyyy;@", "5 Mar 2024"),
        ('dd" "mmmm" "yyyy', "05 March 2024"),
        ("yyyy/mm/dd", "2024/03/05"),
        ("dd/mm/yyyy", "2024-03-05"),
        ("m/d/yy", "2024-03-05"),
        ("[$-407]d. mmmm yyyy", "2024-03-05"),
        ("General", "2024-03-05"),
    ],
)
def test_dates_as_the_sheet_shows_them(shown: str, text: str) -> None:
    """A real date is written as its sheet shows it where that reads one way only, else YYYY-MM-DD."""

    def change(book: Any) -> None:
        book.active["C2"].number_format = shown if shown != "General" else "yyyy-mm-dd"

    table = read(xlsx(HEADINGS, ANA, BO, change=change))
    assert table.frame["Issue date"].tolist() == [text, "2024-12-31"]
    assert table.date_cells["Issue date"][text] == date(2024, 3, 5)


def test_opendocument() -> None:
    """ODS is read like XLSX."""
    table = read(ods(["a", "b"], ["1", "x"]), "t.ods")
    assert (table.frame.to_dict("records"), table.reading.encoding) == ([{"a": "1", "b": "x"}], "ods")


def test_the_content_tells_the_kind() -> None:
    """A spreadsheet called .csv is read as the spreadsheet it is, text called .xls as text; a mere page refused."""
    assert read(xlsx(HEADINGS, ANA), "a.csv").reading.encoding == "xlsx"
    assert read(b"a\tb\n1\t2\n", "a.xls").frame.to_dict("records") == [{"a": "1", "b": "2"}]
    assert refusal(b"<html><table><tr><td>x</td></tr></table>", "a.xls") == ("is_web_page", {})


# --- sheets and what stands around a table --------------------------------------------------------------------


def two_sheets(book: Any) -> None:
    other = book.create_sheet("People")
    for row in (["User email", "Credential type", "Issue date"], ["ana@x.org", "First Aid", date(2024, 3, 5)]):
        other.append(row)


def test_the_sheet_that_looks_like_the_schema() -> None:
    """Of several sheets the one with the schema's titles is read; the others are named; the recipe may choose."""
    content = xlsx(["Code", "Meaning"], ["FA", "First Aid"], ["FL", "Forklift"], change=two_sheets)
    table = read(content, titles=["User email", "Issue date"])
    assert (table.reading.sheet, len(table.frame)) == ("People", 1)
    assert table.reading.warnings == (
        (
            "The sheet 'People' was read. The file has other sheets, too ('Data'); if one of them is meant, name it in "
            "the recipe (read: {sheet: …})."
        ),
    )
    assert read(content).reading.sheet == "Data"
    chosen = read(content, sheet="People")
    assert (chosen.reading.sheet, chosen.reading.warnings) == ("People", ())
    assert chosen.reading.options() == {"sheet": "People", "heading_line": 1}
    assert refusal(content, sheet="Persons") == ("no_such_sheet", {"sheet": "Persons", "sheets": "'Data', 'People'"})


def test_hidden_sheets_are_left_alone() -> None:
    """A hidden sheet is neither read nor named, unless the recipe names it."""

    def change(book: Any) -> None:
        two_sheets(book)
        book["People"].sheet_state = "hidden"

    content = xlsx(["a", "b"], ["1", "2"], ["3", "4"], change=change)
    assert (read(content, titles=["User email"]).reading.sheet, read(content).reading.warnings) == ("Data", ())
    assert read(content, sheet="People").reading.sheet == "People"


def test_titles_above_and_legends_beside() -> None:
    """A merged title is preamble; a legend beside the table is left out and told; rows of a legend only are aside."""

    def change(book: Any) -> None:
        book.active.merge_cells("A1:D1")
        book.active["F4"], book.active["F6"], book.active["F9"] = "FA = First Aid", "FL = Forklift", "W = Welder"

    table = read(xlsx(["Credentials of all sites"], [], HEADINGS, ANA, BO, ANA, BO, change=change))
    told = table.reading
    assert (told.preamble_lines, told.blank_lines, told.heading_line, told.aside_lines) == ((1,), (2, 8), 3, (9,))
    assert table.frame.columns.tolist() == HEADINGS
    assert set(table.fields) == {4}
    assert told.warnings == (
        "Content beside or below the table was ignored (line 9), for example 'W = Welder'.",
        "Notes to the right of the table, beyond an empty column, were ignored (lines 4, 6 and 9).",
    )


def test_a_second_table_below() -> None:
    """A table below the first, after an empty row, is aside."""
    rows = [HEADINGS, ANA, BO, [], ["Code", "Meaning", "Group"], ["FA", "First Aid", "x"], ["FL", "Forklift", "y"]]
    told = read(xlsx(*rows)).reading
    assert (told.blank_lines, told.aside_lines) == ((4,), (5, 6, 7))


if REAL.is_dir():

    def test_twins() -> None:
        """Vermont's register gives the same 557 records from XLSX as from CSV, cell by cell and line by line."""
        text, sheet = (reading.read(REAL / f"vt_licenses.{kind}") for kind in ("csv", "xlsx"))
        assert sheet.frame.equals(text.frame)
        assert sheet.raw == text.raw
        assert sheet.lines.tolist() == text.lines.tolist() == list(range(2, 559))
        assert sheet.frame.shape == (557, 7)
        assert sheet.reading.options() == {"sheet": "Active Licenses Report", "heading_line": 1}
        assert sheet.date_cells["Expiration Date"]["Saturday, June 20, 2026"] == date(2026, 6, 20)


# --- limits ---------------------------------------------------------------------------------------------------


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_far_cell() -> None:
    """A cell in the last corner of the sheet is refused by its address, before the space between is made."""

    def change(book: Any) -> None:
        book.active["XFD1048576"] = "far"

    content = xlsx(HEADINGS, ANA, change=change)
    assert len(content) < 10_000
    assert refusal(content) == (
        *("far_cell",),
        {"sheet": "Data", "cell": "XFD1048576", "found": 17_179_869_184, "allowed": 20_000_000},
    )


def test_far_rows_without_values_do_no_harm() -> None:
    """A format on a far, empty cell spans nothing."""

    def change(book: Any) -> None:
        book.active["XFD1048576"].number_format = "0.00"

    assert read(xlsx(HEADINGS, ANA, change=change)).reading.lines == 2


def test_a_zip_bomb() -> None:
    """What unpacks to far more than a spreadsheet needs is refused by the zip's own figures."""
    assert refusal(packed(**{"xl/sharedStrings.xml": b"x" * (200 << 20)})) == (
        *("sheet_beyond",),
        {"what": "bytes per packed byte", "found": 1_028, "allowed": 200},
    )


def test_too_many_parts() -> None:
    """A zip of too many entries is refused."""
    assert refusal(packed(**{f"x{k}": b"" for k in range(2_001)})) == (
        *("sheet_beyond",),
        {"what": "parts in its zip", "found": 2_001, "allowed": 2_000},
    )


def test_too_many_bytes_when_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sum of all parts is limited, too."""
    monkeypatch.setitem(sheets.LIMITS, "bytes", 100)
    found = refusal(packed(**{"xl/a": b"x" * 60, "xl/b": b"y" * 60}))
    assert found == ("sheet_beyond", {"what": "bytes when unpacked", "found": 120, "allowed": 100})


@pytest.mark.long
def test_limits_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory and time of the reading process are limited; beyond them the file is refused, not the session."""
    many = xlsx(*[["x" * 30_000] * 50] * 400)  # one text, packed once, of which each cell gets a copy
    assert len(many) < 1_000_000
    monkeypatch.setitem(sheets.LIMITS, "ratio", 10_000)
    monkeypatch.setattr(sheets, "MEMORY", 300 << 20)
    assert refusal(many) == ("sheet_too_costly", {"limit": "300 MB of memory"})
    monkeypatch.setattr(sheets, "SECONDS", 0.001)
    assert refusal(many) == ("sheet_too_costly", {"limit": "0.001 seconds"})


@pytest.mark.long
def test_columns_and_cells() -> None:
    """2,000 columns and 32 KiB a cell hold for sheets, too; the row is named."""
    assert read(xlsx(["c"] * 2_000, ["x"] * 2_000)).expected_fields == 2_000
    found = {"line": 1, "found": 2_001, "allowed": 2_000}
    assert refusal(xlsx(["c"] * 2_001, ["x"] * 2_001)) == ("too_many_columns", found)
    long = {"line": 2, "found": 40_000, "allowed": 32_768}
    assert refusal(xlsx(["a", "b"], ["x", "é" * 20_000])) == ("cell_too_long", long)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 cut off", "it is cut off or damaged"),
        (xlsx(HEADINGS)[:3_000], "it is cut off or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more", "it isn't a proper XLSX, XLS or ODS file"),
        (packed(**{"xl/a": b"just a zip"}), "it isn't a proper XLSX, XLS or ODS file"),
    ],
    ids=["cut off at once", "cut off later", "cut off XLS", "another zip"],  # a workbook's bytes hold when it was made
)
def test_damaged_files(content: bytes, reason: str) -> None:
    """What only begins like a spreadsheet is refused with the reason."""
    found, facts = refusal(content)
    assert (found, str(facts["why"]).startswith(reason)) == ("sheet_unreadable", True)


def test_empty_sheets() -> None:
    """A workbook without a single filled cell is refused."""
    assert refusal(xlsx()) == ("not_a_table", {"why": "the sheet is empty"})


def test_the_reading_process_needs_no_heavy_import() -> None:
    """The process imports the standard library and readers only, and nothing else of credtools: it starts at once."""
    used = {
        name
        for path in sheets.SCRIPT.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }
    foreign = {name.partition(".")[0] for name in used} - sys.stdlib_module_names
    assert foreign == {"credtools", "cryptography", "msoffcrypto", "olefile", "xlrd"}
    ours = {name for name in used if name.startswith("credtools.")}
    assert {name for name in ours if not name.startswith("credtools.reading.workbook")} == {"credtools.limited"}


# --- what a sheet doesn't show ------------------------------------------------------------------------------------


def noted(table: Table) -> dict[str, int]:
    """What was noted while reading: the count of each code."""
    return {one.code: one.count for one in table.reading.noted}


def test_a_hidden_table_is_named() -> None:
    """A hidden sheet with a table is named as left out, unless the recipe names a sheet; lists of choices aren't."""

    def change(book: Any) -> None:
        two_sheets(book)
        book["People"].sheet_state = "hidden"
        choices = book.create_sheet("Choices")
        choices["A1"], choices["B2"], choices.sheet_state = "x", "y", "veryHidden"

    content = xlsx(["a", "b"], ["1", "2"], ["3", "4"], change=change)
    told = read(content).reading.noted
    assert [(one.code, one.count, "'People'" in one.sentence) for one in told] == [("sheets_hidden", 1, True)]
    assert noted(read(content, sheet="Data")) == {}


def test_hidden_rows_are_read_and_counted() -> None:
    """Rows that a filter or a person has hidden are records like the others; how many is noted, blank ones aside."""

    def change(book: Any) -> None:
        for row in (2, 4, 5, 6):
            book.active.row_dimensions[row].hidden = True

    table = read(xlsx(HEADINGS, ANA, BO, ANA, [], BO, change=change))
    assert table.lines.tolist() == [2, 3, 4, 6]
    assert noted(table) == {"rows_hidden": 3}
    (sentence,) = table.reading.warnings
    assert "lines 2, 4 and 6" in sentence


def test_rows_without_a_number_are_counted() -> None:
    """A writer may leave out the numbers of rows, and say 'true': they are the next ones."""

    def rewritten(content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
            for name in before.namelist():
                part = before.read(name)
                if name.endswith("sheet1.xml"):
                    part = re.sub(rb'<row r="3"', b'<row hidden="true"', part)
                after.writestr(name, part)
        return out.getvalue()

    table = read(rewritten(xlsx(HEADINGS, ANA, BO, ANA)))
    assert ["line 3" in one.sentence for one in table.reading.noted] == [True]


def test_hidden_rows_of_opendocument() -> None:
    """ODS tells hidden rows, too; one row there may stand for many."""
    content = ods(["a", "b"], ["1", "x"], ["2", "y"], ["3", "z"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name).decode()
            if name == "content.xml":
                heading, one, two, three = part.split("<table:table-row>", 4)[1:]
                start = part.split("<table:table-row>", 1)[0]
                rows = ("", ' table:number-rows-repeated="2"', ' table:visibility="filter"', "")
                part = start + "".join(
                    f"<table:table-row{said}>{row}" for said, row in zip(rows, (heading, one, two, three), strict=True)
                )
            after.writestr(name, part)
    table = read(out.getvalue(), "t.ods")
    assert table.frame["a"].tolist() == ["1", "1", "2", "3"]
    assert [(one.code, one.count, "line 4" in one.sentence) for one in table.reading.noted] == [
        ("rows_hidden", 1, True)
    ]
