"""Workbooks and web pages as other programs write them: what is valid is read as it is seen, what is broken is told."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import Any

import pytest

from credtools import reading
from credtools.errors import FileError
from credtools.limited import Refused
from credtools.model import Table
from credtools.reading import workbook
from credtools.reading.workbook.days import Day, iso, number
from credtools.reading.workbook.grid import Grid
from tests import books
from tests.books import numbers, ods, ods_text, text, xlsb, xlsx, zipped


def read(content: bytes, name: str = "book.xlsx", **options: Any) -> Table:
    return reading.read_bytes(content, name, **options)


def cells(table: Table) -> list[list[str]]:
    return [json.loads(text) for text in table.raw]


def refusal(content: bytes, **options: Any) -> tuple[str, dict[str, Any]]:
    """The reason why a file is refused, and its facts."""
    with pytest.raises(FileError) as caught:
        read(content, **options)
    return caught.value.reason, caught.value.facts


def changed(content: bytes, **parts: tuple[str, str]) -> bytes:
    """A workbook in one of whose parts (by the last word of its name) one text stands in place of another."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    for last, (old, new) in parts.items():
        name = next(name for name in files if name.endswith((f"/{last}.xml", f"/{last}.xml.rels")))
        assert old in files[name]
        files[name] = files[name].replace(old, new)
    return zipped(files)


def without(content: bytes, *gone: str) -> bytes:
    """A workbook without some of its parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist() if name not in gone})


# --- number formats -----------------------------------------------------------------------------------------------


def test_formats_of_conditions_are_not_those_of_cells() -> None:
    """Formats of conditional formats and of table styles have numbers of their own."""
    content = numbers((417, '"C-"00000'))
    other = '<dxfs><dxf><numFmt numFmtId="164" formatCode="0.00"/></dxf></dxfs></styleSheet>'
    table = read(changed(content, styles=("</styleSheet>", other)))
    assert table.frame["Number"].tolist() == ["C-00417"]


def test_styles_of_opendocument_by_family() -> None:
    """A style of drawings that is called like one of cells doesn't change how a cell is shown."""
    styles = (
        '<number:date-style style:name="N1"><number:year number:style="long"/></number:date-style>'
        '<style:style style:name="Default" style:family="table-cell" style:data-style-name="N1"/>'
        '<style:style style:name="Default" style:family="graphic"/>'
    )
    cell = '<table:table-cell table:style-name="Default" office:value-type="date" office:date-value="2026-03-04"/>'
    table = read(ods(ods_text("Year") + f"<table:table-row>{cell}</table:table-row>", styles=styles))
    assert table.frame["Year"].tolist() == ["2026"]


SPACE = "urn:schemas-microsoft-com:office:spreadsheet"


def spreadsheetml(rows: str, styles: str = "", book: str = "", after: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}">{book}<Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="Data"><Table>{rows}</Table>{after}</Worksheet></Workbook>'
    ).encode()


def test_formats_of_pivot_tables_are_not_those_of_cells() -> None:
    """A number format that is no style's doesn't change the one that came last."""
    pivot = "<PivotTable><NumberFormat>0.00</NumberFormat></PivotTable>"
    cell = '<Row><Cell ss:StyleID="s"><Data ss:Type="Number">417</Data></Cell></Row>'
    style = '<Style ss:ID="s"><NumberFormat ss:Format="00000"/></Style>'
    first = f'<Worksheet ss:Name="Pivot"><Table/>{pivot}</Worksheet>'
    head = '<Row><Cell><Data ss:Type="String">No</Data></Cell></Row>'
    content = spreadsheetml(head + cell, style).replace(b"</Styles>", f"</Styles>{first}".encode())
    assert read(content, sheet="Data").frame["No"].tolist() == ["00417"]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        *(("45000", ".00", "45000.00"), ("12", ".0%", "1200.0%"), ("-7", ".00", "-7.00"), ("0.5", ".00", ".50")),
        *(("3.14159", '"v".0#', "v3.14"), ("0.999", ".0", "1.0"), ("1234", ".#", "1234.")),
    ],
)
def test_the_whole_part_is_shown_without_a_digit_for_it(value: str, code: str, text: str) -> None:
    """A format that begins with its point hides only the zero in front of it."""
    assert number(value, code) == text


def test_brackets_in_a_format_of_hours_are_text() -> None:
    """A bracket in a text of a format for hours is written as it stands."""
    assert number("1.5", '[h]"[h]"') == "36[h]"


# --- sheets -------------------------------------------------------------------------------------------------------


def book_of(*sheets: tuple[str, str, str]) -> bytes:
    """A workbook with these sheets: (name, state, rows)."""
    content = xlsx("")
    listed = "".join(
        f'<sheet xmlns:r="r" name="{name}" sheetId="{k}" state="{state}" r:id="s{k}"/>'
        for k, (name, state, _) in enumerate(sheets, 1)
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    links = (("worksheet", f"worksheets/s{k}.xml") for k in range(1, len(sheets) + 1))
    files["xl/_rels/workbook.xml.rels"] = books.links(**{f"s{k}": one for k, one in enumerate(links, 1)})
    files["xl/workbook.xml"] = f'<workbook xmlns="{books.MAIN}"><sheets>{listed}</sheets></workbook>'
    for k, (_, _, rows) in enumerate(sheets, 1):
        files[f"xl/worksheets/s{k}.xml"] = f'<worksheet xmlns="{books.MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return zipped(files)


ROWS = "".join(f'<row r="{k}">{text(f"A{k}", f"a{k}")}{text(f"B{k}", f"b{k}")}</row>' for k in (1, 2, 3))
DAMAGED = ("sheet_unreadable", {"why": "it is cut off or damaged"})


def test_a_sheet_whose_part_is_gone_is_damaged() -> None:
    """A sheet that is listed but isn't there is neither left out nor empty; others can be read by their name."""
    content = without(book_of(("S", "visible", ROWS), ("S2", "visible", ROWS)), "xl/worksheets/s2.xml")
    assert refusal(content) == DAMAGED
    assert refusal(content, sheet="S2") == DAMAGED
    assert len(read(content, sheet="S").frame) == 2
    alone = without(book_of(("S", "visible", ROWS)), "xl/worksheets/s1.xml")
    assert refusal(alone) == DAMAGED
    linkless = changed(book_of(("S", "visible", ROWS), ("S2", "visible", ROWS)), workbook=(' r:id="s2"', ""))
    assert read(linkless).reading.sheets == (("S", False),)  # there never was anything to show
    unnamed = without(book_of(("S", "visible", ROWS)), "xl/_rels/workbook.xml.rels")
    assert refusal(unnamed) == DAMAGED


@pytest.mark.parametrize("gone", ["xl/styles.xml", "xl/texts.xml", "xl/sheet1.bin", "xl/styles.bin", "xl/texts.bin"])
def test_a_named_part_that_is_gone_is_damage(gone: str) -> None:
    """Without its formats a date would be a number, without its texts a cell something else."""
    real = (5, 1, struct.pack("<d", 45000))
    content = (
        xlsb([[(7, 0, struct.pack("<I", 0))], [real]], ["yyyy-mm-dd"]) if gone.endswith("bin") else numbers((1, "0"))
    )
    assert len(read(content).frame) == 1
    assert refusal(without(content, gone)) == DAMAGED


def test_a_table_that_only_a_hidden_sheet_holds() -> None:
    """Where the sheets that are shown are empty, the hidden ones with a table are named."""
    content = book_of(
        ("Cover", "visible", ""),
        ("People", "hidden", ROWS),
        ("Choices", "hidden", f'<row r="1">{text("A1", "x")}</row>'),
    )
    assert refusal(content) == ("only_hidden_sheets", {"sheets": "'People'"})
    assert refusal(content, sheet="Cover") == ("not_a_table", {"why": "the sheet is empty"})
    assert len(read(content, sheet="People").frame) == 2


# --- XLS ----------------------------------------------------------------------------------------------------------


def xls(values: list[float], formats: list[int], *, claimed: int = 2) -> bytes:
    """The records of a BIFF8 workbook: the texts Email and No, and below numbers, each in a built-in format."""

    def one(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    said = [b"Email", b"No"]
    texts = struct.pack("<ii", 2, claimed) + b"".join(struct.pack("<HB", len(text), 0) + text for text in said)
    fonts = one(0x31, struct.pack("<HHHHHBBBBBB", 200, 0, 8, 400, 0, 0, 0, 0, 0, 1, 0) + b"A")
    styles = b"".join(one(0xE0, struct.pack("<HHH", 0, number, 1) + bytes(14)) for number in (0, *formats))
    begin = struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)
    sheet = one(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0))
    sheet += b"".join(one(0xFD, struct.pack("<HHHI", 0, k, 0, k)) for k in (0, 1))
    for row, value in enumerate(values, 1):
        sheet += one(0x203, struct.pack("<HHHd", row, 0, 0, row)) + one(0x203, struct.pack("<HHHd", row, 1, row, value))
    for _ in range(2):  # the place of the sheet is known only when the rest is written
        listed = one(0x85, struct.pack("<IBBBB", 0, 0, 0, 4, 0) + b"Data")
        book = one(0x809, begin) + one(0x42, struct.pack("<H", 1200)) + fonts * 4 + styles
        place = len(book + listed + one(0xFC, texts) + one(0x0A))
        listed = one(0x85, struct.pack("<IBBBB", place, 0, 0, 4, 0) + b"Data")
    return book + listed + one(0xFC, texts) + one(0x0A) + sheet + one(0x0A)


def rows_of_xls(content: bytes) -> list[list[str]]:
    (sheet,) = workbook.xls.sheets(content)
    grid = Grid(sheet.name, 1_000)
    sheet.read(grid)
    return grid.rows


def test_built_in_formats_of_xls() -> None:
    """The dates of East Asia are dates in an XLS, too, though xlrd knows no format for them."""
    found = rows_of_xls(xls([45000, 45000, 45000, 45000, 7], [57, 30, 14, 15, 1]))
    assert [row[1] for row in found[1:]] == ["2023-03-15", "2023-03-15", "2023-03-15", "2023-03-15", "7"]


def test_the_count_of_texts_is_only_a_claim() -> None:
    """An XLS that claims more texts than it has is read; a cell whose text isn't there is damage."""
    assert rows_of_xls(xls([5], [1], claimed=9_999)) == rows_of_xls(xls([5], [1])) == [["Email", "No"], ["1", "5"]]
    with pytest.raises(Refused) as caught:
        rows_of_xls(xls([5], [1], claimed=1))
    assert caught.value.reason == "sheet_unreadable"


def test_reasons_are_sentences() -> None:
    """What is no workbook is refused without the words of programmers."""
    broken = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert refusal(broken) == ("sheet_unreadable", {"why": "it isn't a proper XLSX, XLS or ODS file"})


# --- dates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        *(("45000", code, "2023-03-15") for code in ('[=0]"";yyyy-mm-dd', '[=0]"-";dd.mm.yyyy', "[=0]0;yyyy-mm-dd")),
        *(("45000", "[<45000]0;yyyy-mm-dd", "2023-03-15"), ("44999", "[<45000]0;yyyy-mm-dd", "44999")),
        *(("417", "[>40000]yyyy-mm-dd;00000", "00417"), ("0", '[=0]"none";yyyy-mm-dd', "none")),
        *(("0", 'yyyy-mm-dd;;"none"', "none"), ("0", '[=0]"";yyyy-mm-dd', "0")),
    ],
)
def test_the_section_that_holds_for_a_number_says_whether_it_is_a_date(value: str, code: str, text: str) -> None:
    """A format may show some numbers as dates and others not."""
    found = number(value, code)
    assert (found.text if isinstance(found, Day) else found) == text
    assert isinstance(found, Day) == (text.count("-") == 2)


def test_dates_that_the_file_spells_have_the_section_for_them() -> None:
    """A date that is written as such is shown by the section that holds for it."""
    assert iso("2023-03-15", '[=0]"-";d mmm yyyy') == number("45000", '[=0]"-";d mmm yyyy')


def test_spreadsheetml_that_counts_from_1904() -> None:
    """Numbers and dates of a workbook that counts from 1904 are the same days."""
    book = '<ExcelWorkbook xmlns="urn:schemas-microsoft-com:office:excel"><Date1904/></ExcelWorkbook>'
    style = '<Style ss:ID="d"><NumberFormat ss:Format="yyyy-mm-dd"/></Style>'
    values = [("String", "Day"), ("Number", "43538"), ("DateTime", "2023-03-15T00:00:00.000")]
    rows = "".join(
        f'<Row><Cell ss:StyleID="d"><Data ss:Type="{kind}">{value}</Data></Cell></Row>' for kind, value in values
    )
    assert read(spreadsheetml(rows, style, book)).frame["Day"].tolist() == ["2023-03-15", "2023-03-15"]


# --- web pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        *(("<input value='2026-01-01'>", "2026-01-01"), ("<input type=date value=2026-01-01>", "2026-01-01")),
        *(
            ("<input type=checkbox checked>", "TRUE"),
            ("<input type=checkbox>", "FALSE"),
            ("No <input value=7>", "No 7"),
        ),
        *(("<input type=hidden value=7>x", "x"), ("<input style='display:none' value=7>x", "x")),
        ("<select><option>First Aid<option selected>Forklift<option>Welder</select>", "Forklift"),
        ("<select><option>First Aid</option><option>Forklift</option></select>", "First Aid"),
        (
            "<select multiple><option selected>A</option> <option>B</option> <option selected>C</option></select>",
            "A, C",
        ),
        ("<select multiple><option>A</option><option>B</option></select>x", "x"),
        *(("<select><option>A</option><option selected>B</option>", "B"), ("<select></select>x", "x")),
        ("<input list=l value=a><datalist id=l><option>a<option>b</datalist>", "a"),
        *(("<textarea>1 Road\nTown</textarea>", "1 Road\nTown"), ("<button>Edit</button>x", "Edit x")),
        *(("<del>2025-01-01</del>2026-01-01", "2025-01-01 2026-01-01"), ("a<s>b</s>c", "a b c")),
    ],
)
def test_fields_of_forms_are_what_they_show(cell: str, said: str) -> None:
    """A table that can be edited holds its values in fields; what is struck out isn't glued to what replaced it."""
    content = f"<table><tr><th>Email<th>Value<tr><td>ana@x.org<td>{cell}<tr><td>ben@x.org<td>z</table>"
    assert cells(read(content.encode(), "a.xls")) == [["ana@x.org", said], ["ben@x.org", "z"]]


def test_fields_that_a_page_hides_are_told() -> None:
    """Values in hidden fields are left out and counted."""
    content = (
        b"<table><tr><th>Email<th>No<tr><td>ana@x.org<td><input type=hidden value=7>1<tr><td>ben@x.org<td>2</table>"
    )
    assert [(one.code, one.count) for one in read(content).reading.noted] == [("texts_hidden", 1)]


def test_a_box_that_chooses_all_is_no_heading() -> None:
    """A box in a heading says nothing of the column."""
    boxes = "".join(f"<tr><td><input type=checkbox><td>p{k}@x.org<td>{k}" for k in (1, 2))
    content = f"<table><tr><th><input type=checkbox><th>Email<th>No{boxes}</table>".encode()
    assert read(content).reading.headings == ("", "Email", "No")


@pytest.mark.parametrize("rows", ["0", "9"])
def test_cells_end_with_the_group_of_their_rows(rows: str) -> None:
    """A cell that spans all rows, or more than there are, ends with its group; the next one has its own cells."""
    content = f"""<table><thead><tr><th>Type<th>No</thead><tbody><tr><td rowspan={rows}>A<td>1<tr><td>2</tbody>
      <tbody><tr><td>B<td>3<tr><td>B<td>4</tbody></table>"""
    table = read(content.encode())
    assert cells(table) == [["A", "1"], ["", "2"], ["B", "3"], ["B", "4"]]
    assert {one.code: one.count for one in table.reading.noted} == {"cells_merged": 1}


# --- names, exponents ---------------------------------------------------------------------------------------------


def test_opendocument_with_other_prefixes() -> None:
    """What counts are the namespaces of an ODS, not how a file abbreviates them; zipped or flat."""
    row = '<table:table-row><table:table-cell office:value-type="float" office:value="7"/></table:table-row>'
    content = ods(ods_text("No", "Name") + row + ods_text("8", "x"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        usual = archive.read("content.xml").decode()
    for name, other in (("table", "t"), ("office", "o"), ("text", "x")):
        usual = usual.replace(f"xmlns:{name}=", f"xmlns:{other}=").replace(f"<{name}:", f"<{other}:")
        usual = usual.replace(f"</{name}:", f"</{other}:").replace(f" {name}:", f" {other}:")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    zipped_one = zipped({"mimetype": kind, "content.xml": usual})
    flat = usual.replace("document-content", "document").replace("xmlns:t=", f'o:mimetype="{kind}" xmlns:t=', 1)
    for one in (content, zipped_one, flat.encode()):
        assert cells(read(one)) == [["7", ""], ["8", "x"]]


@pytest.mark.parametrize(("value", "said"), [(1e-5, "1E-5"), (1.5e-7, "1.5E-7"), (1e-10, "1E-10"), (2e300, None)])
def test_small_numbers_are_the_same_from_every_workbook(value: float, said: str | None) -> None:
    """How a library writes an exponent is no part of the number."""
    real = [(5, 0, struct.pack("<d", value))]
    head = [(6, 0, books.wide("No"))]
    ways = [number(spelt, "General") for spelt in (repr(value), f"{value:E}", f"{value:.16E}", f"{value:.17g}")]
    found = {*ways, read(xlsb([head, real], [])).frame["No"].iloc[0], rows_of_xls(xls([value], [0]))[1][1]}
    assert len(found) == 1
    assert said is None or found == {said}


@pytest.mark.parametrize("begin", ["/", "\\", "//"])
def test_parts_whose_names_begin_with_a_slash(begin: str) -> None:
    """A workbook whose parts begin with a slash is one."""
    for content in (numbers((7, "000")), ods(ods_text("Email", "Number") + ods_text("x", "007"))):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            slashed = zipped({f"{begin}{name}": archive.read(name) for name in archive.namelist()})
        assert read(slashed).frame["Number"].tolist() == ["007"]
