"""What a file is, whatever its name ends in; and in which encoding its text is."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import time
import zipfile
from contextlib import suppress
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credtools import reading
from credtools.errors import FileError
from credtools.model import Table
from credtools.reading import xml_workbooks
from credtools.reading.recognise import kind_of
from tests.core import SHARED


def read(content: bytes, name: str = "export.csv", **options: Any) -> Table:
    return reading.read_bytes(content, name, **options)


def rows(table: Table) -> list[list[str]]:
    """Headings and cells."""
    return [list(table.reading.headings), *table.frame.to_numpy().tolist()]


def codes(table: Table) -> list[str]:
    return [one.code for one in table.reading.noted]


def refusal(content: bytes, name: str = "export.csv", **options: Any) -> tuple[str, dict[str, Any]]:
    """The reason why a file is refused, and its facts."""
    with pytest.raises(FileError) as caught:
        read(content, name, **options)
    assert caught.value.code == "file_readable"
    return caught.value.reason, caught.value.facts


# --- encodings ------------------------------------------------------------------------------------------------

NAMES = "Name;Nr\nJosé Müller;1\nZoë Ångström;2\n"
WORDS = {
    "cp850": ("Name;Nr\nJosé Müller;1\n", 2, "osé"),
    "mac_roman": (NAMES, 2, "osé"),
    "cp1250": ("Name;Nr\nŁukasz Żółć;1\n", 2, "Łuk"),
    "cp1251": ("Имя;Лимит\nЖилин;12\n", 1, "Лим"),
    "koi8_r": ("Имя;Лимит\nЖилин;12\n", 1, "Лим"),
    "cp932": ("メール,氏名,番号\nana@x.org,東京 太郎,0012\n", 1, "メール"),
    "gbk": ("邮箱,姓名,编号\nana@x.org,张伟,0012\n", 1, "邮箱"),
    "big5": ("姓名,編號\n王小明,12\n", 1, "編號"),
}


@pytest.mark.parametrize("encoding", WORDS)
def test_other_code_pages_are_named_never_guessed(encoding: str) -> None:
    """Bytes that make no sense in cp1252 are refused with how likely code pages read them, the right one among them."""
    text, line, piece = WORDS[encoding]
    reason, facts = refusal(text.encode(encoding))
    assert (reason, facts["line"]) == ("encoding_unclear", line)
    choices = [one.partition("' in ")[::2] for one in facts["found"].split(", ")]
    assert 1 <= len(choices) <= 3
    assert any(found == f"'{piece}" and encoding in names.split(" or ") for found, names in choices)
    assert rows(read(text.encode(encoding), encoding=encoding)) == rows(read(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        *("José Müller", "„Wort“ 5 €", "O’Brien – x", "fechaÚltima", "STRAßE", "yöäänestys", "Šimon Žižek Œuvre"),
        *("£100", "25 °C", "10 m²", "50 ¢", "Ana · Bo", "ÅNGSTRÖM", "créée", "¿Qué?", "l‘été", "µg ½"),
    ],
)
def test_what_makes_sense_in_cp1252_is_read_with_a_warning(text: str) -> None:
    """Western languages are read as cp1252, visibly: no accent, quotation mark or unit makes that doubtful."""
    table = read(f"Name\n{text}\n".encode("cp1252"))
    assert (rows(table), codes(table)) == ([["Name"], [text]], ["encoding_doubtful"])


def test_of_a_word_only_a_piece_is_shown() -> None:
    """The sentence about an encoding is kept in records, so it holds no whole name of a person."""
    with pytest.raises(FileError) as caught:
        read("Email;Name\nana@x.org;Österreicherová\n".encode("cp850"))
    assert "Ö" in str(caught.value)
    assert "sterreicher" not in str(caught.value)


def test_utf_8_that_is_cut_off_or_mixed() -> None:
    """Where nearly all letters are UTF-8, some other bytes don't make nonsense of all: their line is named."""
    text = "Name;No\nJosé Müller;1\nZoë Ångström;2\n"
    assert refusal(text.encode() + b"Bj\xf6rn;3\n") == ("encoding_mixed", {"line": 4})
    assert refusal(text.encode() + "Ö".encode()[:1]) == ("encoding_mixed", {"line": 4})
    assert codes(read(b"Name\nBj\xf6rn\nJos\xe9\n" + "Zoë".encode() + b"\n")) == [
        "encoding_doubtful",
        "letters_misread",
    ]
    assert len(read(text.encode() + b"Bj\xf6rn;3\n", encoding="cp1252").frame) == 3


def test_control_characters_that_stand_for_letters() -> None:
    """C1 controls in any text are the characters of cp1252 that were meant, and that is told; a lone U+0085 is none."""
    for encoding in ("utf-8", "utf-16", "latin-1"):
        table = read("Name,x\nO\x92Brien,\x85\nPlain,\x81\n".encode(encoding), encoding=encoding)
        assert rows(table) == [["Name", "x"], ["O’Brien", "…"], ["Plain", "\x81"]]
        assert codes(table) == ["controls_misread"]
    assert rows(read("Name,x\nO\x85Brien,\x81\n".encode())) == [["Name", "x"], ["O\x85Brien", "\x81"]]


@pytest.mark.parametrize("end", ["\x1a", "\x1a\x1a\x00", "\x00" * 500])
def test_what_only_marks_the_end_is_no_record(end: str) -> None:
    """Ctrl-Z and NULs after the last line are told, no record; the last line has its end."""
    table = read(f"a,b\r\n1,2\r\n{end}".encode())
    assert (rows(table), codes(table), table.reading.lines) == ([["a", "b"], ["1", "2"]], ["end_marked"], 2)
    table = read(b"a,b\r\n1,2\x1a")
    assert (rows(table), codes(table)) == ([["a", "b"], ["1", "2"]], ["end_marked", "last_line_open"])


def test_nul_characters_within_a_text_stay() -> None:
    """NULs and Ctrl-Z inside the text are part of their cells, which a rule rejects, and don't make it UTF-16."""
    assert rows(read(b"a,b\n1\x00\x00,2\n3,\x1a4\n")) == [["a", "b"], ["1\x00\x00", "2"], ["3", "\x1a4"]]


def test_byte_order_marks_where_files_were_put_together() -> None:
    """A byte-order mark at the beginning of a later line is told and isn't part of its first cell."""
    table = read(b"\xef\xbb\xbf\xef\xbb\xbfa,b\n1,2\n\xef\xbb\xbfa,b\n3,4\n")
    assert (rows(table), codes(table)) == ([["a", "b"], ["1", "2"], ["3", "4"]], ["marks_within"])
    assert table.reading.heading_lines == (1, 3)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Name;Nr\nAna;1\n", "Имя;Лимит\nЖилин;12\n", "姓名,編號\n王小明,12\n"])
def test_utf_16_without_its_mark(encoding: str, text: str) -> None:
    """UTF-16 shows by its NUL bytes, whatever the script."""
    table = read(text.encode(encoding))
    assert (table.reading.encoding, rows(table)) == (encoding, rows(read(text.encode())))


@given(st.binary(min_size=1, max_size=80), st.sampled_from(["a\n", ""]))
def test_any_bytes_have_an_encoding_or_candidates(content: bytes, head: str) -> None:
    """No bytes break the search for an encoding; what is found is a text or one sentence that names code pages."""
    found = "encoding"
    try:
        found = read(head.encode() + content).reading.encoding
    except FileError as refused:
        found = refused.facts.get("found", refused.reason) if refused.reason == "encoding_unclear" else refused.reason
    assert found


# --- what a file is -------------------------------------------------------------------------------------------

ROWS = [
    ["Email", "Number", "Issued"],
    ["ana@example.org", "0012", "04/03/2026"],
    ["ben@example.org", "0013", "25/03/2026"],
]
CSV = "".join(f"{','.join(row)}\r\n" for row in ROWS)


def zipped(*names: str, **files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, files.get(name, "x"))
    return out.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + f"{stream}\0".encode("utf-16-le") + bytes(600)


def lock(name: str) -> bytes:
    """As Excel writes it: the length of the name, the name padded, the same in UTF-16."""
    return (
        bytes([len(name)])
        + name.encode().ljust(54)
        + (len(name).to_bytes(2, "little") + name.ljust(54).encode("utf-16-le"))
    )


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), out)
    return out.getvalue()


DBASE = (
    b"\x03\x7e\x03\x04"
    + (1).to_bytes(4, "little")
    + (65).to_bytes(2, "little")
    + bytes(22)
    + b"EMAIL".ljust(32, b"\0")
    + b"\r 1"
)
SYLK = b'ID;PWXL;N;E\r\nP;PGeneral\r\nB;Y2;X2\r\nC;Y1;X1;K"Email"\r\nE\r\n'
MAIL = b"Received: from x\r\n by y\r\nFrom: Ana <ana@x.org>\r\nSubject: export\r\nMIME-Version: 1.0\r\n"
LOGIN = (
    b"<!DOCTYPE html><html><body><form><table><tr><td>User</td><td><input name=u></td></tr><tr><td>Password</td><td>"
)
LOGIN += b"<input type=password></td></tr></table></form></body></html>"
OTHERS: dict[str, tuple[bytes, str, dict[str, Any]]] = {
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\n", "is_pdf", {}),
    "PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is_picture", {}),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", "is_picture", {}),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0", "is_picture", {}),
    "SVG": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', "is_picture", {}),
    "RTF": (b"{\\rtf1\\ansi Email}", "is_document", {"what": "a text document (RTF)"}),
    "DOCX": (zipped("[Content_Types].xml", "word/document.xml"), "is_document", {"what": "a Word document"}),
    "PPTX": (zipped("[Content_Types].xml", "ppt/presentation.xml"), "is_document", {"what": "a presentation"}),
    "ODT": (
        zipped("mimetype", "content.xml", mimetype="application/vnd.oasis.opendocument.text"),
        "is_document",
        {"what": "an OpenDocument file that is no spreadsheet"},
    ),
    "DOC": (ole("WordDocument"), "is_document", {"what": "a Word document"}),
    "MSG": (ole("__properties_version1.0"), "is_mail", {}),
    "Numbers": (zipped("Index/Document.iwa", "Index/Tables/DataList.iwa"), "is_iwork", {}),
    "zip": (zipped("export.csv", "readme.md", "__MACOSX/._export.csv"), "is_archive", {"holds": "'export.csv'"}),
    "zip of scans": (zipped("ana.pdf", "ben.pdf"), "is_archive", {"holds": "2 files"}),
    "empty zip": (zipped(), "is_archive", {"holds": "0 files"}),
    "gzip": (gzip.compress(CSV.encode()), "is_compressed", {"what": "gzip"}),
    "bzip2": (bz2.compress(CSV.encode()), "is_compressed", {"what": "bzip2"}),
    "xz": (lzma.compress(CSV.encode()), "is_compressed", {"what": "xz"}),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "is_compressed", {"what": "7z"}),
    "PGP": (b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "is_encrypted", {}),
    "SQLite": (b"SQLite format 3\0\x10\0", "is_data", {"what": "an SQLite database"}),
    "Access": (b"\0\1\0\0Standard ACE DB\0", "is_data", {"what": "an Access database"}),
    "Parquet": (parquet(), "is_data", {"what": "a Parquet file"}),
    "dBase": (DBASE, "is_data", {"what": "a dBase table"}),
    "SYLK": (SYLK, "is_old_workbook", {"what": "a SYLK worksheet"}),
    "DIF": (b'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n', "is_old_workbook", {"what": "a DIF worksheet"}),
    "Excel 4": (b"\t\4\6\0\0\0\x10\0\0\0", "is_old_workbook", {"what": "a worksheet of Excel 4"}),
    "JSON": (b'[\n {"mail": "ana@x.org"}]', "is_data", {"what": "a JSON file"}),
    "JSON in UTF-16": ('{"mail": "ana@x.org"}'.encode("utf-16"), "is_data", {"what": "a JSON file"}),
    "Open Badge": (
        b'{"@context":"https://w3id.org/openbadges/v2","type":"Assertion"}',
        "is_data",
        {"what": "an Open Badge (JSON)"},
    ),
    "LDIF": (b"version: 1\n\ndn: uid=a,dc=x\nmail: a@x.org\n", "is_data", {"what": "an LDIF file"}),
    "iCalendar": (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "is_data", {"what": "an iCalendar file"}),
    "vCard": (b"BEGIN:VCARD\r\nFN:Ana\r\n", "is_data", {"what": "a file of vCards"}),
    "XML": (b"<people><person mail='a@x.org'/></people>\n", "is_data", {"what": "an XML file that is no spreadsheet"}),
    "SQL": (b"-- MySQL dump 10.13\n", "is_data", {"what": "a dump of a database (SQL)"}),
    "e-mail": (MAIL + b"\r\nHello\r\n", "is_mail", {}),
    "MHTML": (MAIL + b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\n", "is_web_archive", {}),
    "Windows shortcut": (b"L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0F", "is_shortcut", {}),
    "Internet shortcut": (b"[InternetShortcut]\r\nURL=https://example.org\r\n", "is_shortcut", {}),
    "lock of Excel": (lock("Ana Silva"), "is_lock", {}),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is_placeholder", {"what": "Git LFS"}),
    "Google": (b'{"url": "https://docs.google.com/open?id=1"}', "is_placeholder", {"what": "Google Drive"}),
    "iCloud": (b"bplist00\xd1\1\2", "is_placeholder", {"what": "macOS"}),
    "NULs": (bytes(4096), "is_nulls", {"found": 4096}),
    "noise": (bytes(range(256)) * 20, "is_binary", {}),
    "empty": (b"", "not_a_table", {"why": "the file is empty"}),
    "login page": (LOGIN, "is_web_page", {}),
    "page": (b"<html><head><title>Login</title></head><body><h1>Sorry</h1></body></html>", "is_web_page", {}),
    "layout": (b"<div><table><tr><td>menu</td></tr><tr><td>footer</td></tr></table></div>", "is_web_page", {}),
}


@pytest.mark.parametrize("name", ["export.csv", "export.xls", "export"])
@pytest.mark.parametrize("kind", OTHERS)
def test_what_holds_no_table_is_named(kind: str, name: str) -> None:
    """A file of another kind is refused as what it is, whatever its name ends in, saying what to do."""
    content, reason, facts = OTHERS[kind]
    assert refusal(content, name) == (reason, facts)


def test_names_of_what_programs_leave_behind() -> None:
    """A lock file and a placeholder are known by their names, too."""
    assert refusal(b",ana,host,04.03.2026 10:00,file:///home;", ".~lock.export.xlsx#") == ("is_lock", {})
    assert refusal(b"x", ".export.csv.icloud") == ("is_placeholder", {"what": "iCloud"})


@pytest.mark.parametrize(
    "text",
    [
        *("ID;Person;Issued\nP;Paul;2024-01-01\nE;Eve;2024-01-01\n", "ORCID,Name\n1,Ana\n", "[Report]\na,b\n1,2\n"),
        *("<Email>,<Name>\na@x.org,Ana\n", "TABLE,b\n0,1\n2,3\n", "Subject: a,Date: b\n1,2\n", "{a},b\n1,2\n"),
        *(
            "dn,mail\n1,a@x.org\n",
            "BEGIN,END\n1,2\n",
            "MZ,PK\n1,2\n",
            "PAR1,OBJ\n1,2\n",
            "BZh,GIF8\n1,2\n",
            "BM,b\n1,2\n",
        ),
        "From: x\nTo: y\nName,Nr\nAna,1\nBo,2\n",
    ],
)
def test_tables_that_begin_like_other_kinds(text: str) -> None:
    """A table whose headings look like the beginning of another kind is a table."""
    assert len(read(text.encode()).frame) > 0


@pytest.mark.parametrize("size", [54, 162, 165])
def test_a_text_of_the_size_of_a_lock_is_a_text(size: int) -> None:
    """Only what holds the length of a name twice is the trace of an open file, not what has as many bytes."""
    for begin in range(0x20, 0x60):
        assert kind_of(chr(begin).encode() + b"," * (size - 2) + b"\n") == "text"


@pytest.mark.parametrize(
    "name",
    [f"export.{end}" for end in ("csv", "psv", "dat", "prn", "asc", "log", "xls", "xlsx", "ods", "pdf", "XLSB")]
    + ["export"],
)
def test_the_ending_decides_nothing(name: str) -> None:
    """A text is a text, whatever its name ends in."""
    assert rows(read(CSV.encode(), name)) == ROWS


# --- web pages, workbooks in XML ------------------------------------------------------------------------------


def page(cells: list[list[str]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in cells)
    return f"<table border=1>\n{body}</table>"


def spreadsheetml(cells: list[list[str]]) -> str:
    body = "".join(
        f"<Row>{''.join(f'<Cell><Data ss:Type={chr(34)}String{chr(34)}>{escape(c)}</Data></Cell>' for c in row)}</Row>"
        for row in cells
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{space}" '
        f'xmlns:ss="{space}"><Worksheet ss:Name="Report"><Table>{body}</Table></Worksheet></Workbook>'
    )


def flat(cells: list[list[str]]) -> str:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        f"<table:table-row>{''.join(cell.format(escape(one)) for one in row)}</table:table-row>" for row in cells
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" '
        'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet>'
        f'<table:table table:name="Report">{body}</table:table></office:spreadsheet></office:body></office:document>'
    )


WRITERS = {"html": page, "spreadsheetml": spreadsheetml, "fods": flat}
WORD = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters="\ufeff\u00ad"), min_size=1, max_size=8
)


@settings(deadline=None, max_examples=25)  # each is read in a process
@given(
    body=st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(WORD, min_size=n, max_size=n), min_size=1, max_size=4)),
    kind=st.sampled_from(sorted(WRITERS)),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_each_kind_reads_like_its_csv(body: list[list[str]], kind: str, encoding: str) -> None:
    """The same cells give the same table, whether they come as CSV, web page, SpreadsheetML or flat ODS."""
    cells = [[f"h{k}" for k in range(len(body[0]))], *body]
    text = WRITERS[kind](cells)
    text = text if encoding != "utf-16" else text.replace('encoding="UTF-8"', 'encoding="UTF-16"')
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(cells)
    known = {"heading_line": 1, "heading_rows": 1, "footer_lines": 0}
    same = read(out.getvalue().encode(), delimiter=",", quote='"', escape="", **known)
    found = read(text.encode(encoding), "report.xls", **known)
    assert rows(found) == rows(same) == cells
    assert (found.reading.encoding, found.lines.tolist()) == (kind, list(range(2, len(cells) + 1)))


@pytest.mark.parametrize(
    "around",
    [
        *("{}", "\n\n {}", "<html><body>{}</body></html>", "<!-- report -->\r\n<html>{}</html>", "<HTML><BODY>{}"),
        *("<meta charset=utf-8>{}", "<style>td{{mso-number-format:'\\@'}}</style>{}", "<div><p>Report</p>{}</div>"),
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html>{}',
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><!--[if gte mso 9]><xml><x:A/></xml><![endif]-->{}',
        "<![if gte mso 9]><![odd[ x ]]><table><tr><td>{}</td></tr></table>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_web_page_is_read_as_its_table(around: str, encoding: str) -> None:
    """What systems call .xls is often a web page: its table counts, whatever comes before it."""
    table = read(around.format(page(ROWS)).encode(encoding), "export.xls")
    assert (rows(table), table.reading.encoding) == (ROWS, "html")


def test_what_a_page_shows_is_read() -> None:
    """Entities and line breaks are texts, cells that span others come once, what isn't shown is told."""
    text = """<table><tr><th>Email<th>No<th>Issued
      <tr><td rowspan=2>ana@x.org<br/>  second  line<td style='mso-number-format:"\\@"'>0012<td>04/03/2026
      <tr style="display: none"><td>&nbsp;0013&nbsp;<td>&nbsp;
      <tr><td colspan=2>O&#146;Brien &amp; Co <span style="display:none">20260304</span>x<td><p>a</p><p>b  c</p>
      <tr><td><img alt=yes src=x> <script>1 < 2</script><td><pre>a  b</pre><td>z</table>"""
    table = read(text.encode(), "a.xls")
    assert rows(table) == [
        ["Email", "No", "Issued"],
        ["ana@x.org\nsecond line", "0012", "04/03/2026"],
        ["", "0013", ""],
        ["O’Brien & Co x", "", "a\nb c"],
        ["yes", "a  b", "z"],
    ]
    assert sorted(codes(table)) == ["cells_merged", "rows_hidden", "texts_hidden"]
    assert {one.code: one.count for one in table.reading.noted}["cells_merged"] == 2


def test_of_several_tables_the_one_with_the_titles() -> None:
    """The table with most of the schema's titles counts, else the largest; others with data are named."""
    menu = "<table><tr><td>Home</td><td>Help</td></tr></table>"
    legend = page([["Code", "Meaning"], ["FA", "First Aid"], ["FL", "Forklift"], ["WE", "Welder"], ["X", "Other"]])
    content = f"<html>{menu}{legend}<table><tr><td>Frame<td>{page(ROWS)}</td></tr></table></html>".encode()
    table = read(content, titles=["Email", "Issued"])
    assert (rows(table), table.reading.sheet, codes(table)) == (ROWS, "table 4", ["tables_unused"])
    assert table.reading.sheets == (("table 2", False), ("table 4", False))
    assert read(content).reading.sheet == "table 2"
    assert rows(read(content, sheet="table 4")) == ROWS
    assert refusal(content, sheet="table 9") == (
        "no_such_sheet",
        {"sheet": "table 9", "sheets": "'table 2', 'table 4'"},
    )
    assert read(content, titles=["Email"]).reading.options()["sheet"] == "table 4"


@pytest.mark.parametrize(
    ("said", "encoding"), [("utf-8", "utf-8"), ("iso-8859-1", "cp1252"), ("shift_jis", "cp932"), ("utf-8", "cp1252")]
)
def test_the_encoding_that_a_page_names(said: str, encoding: str) -> None:
    """The encoding that a page names counts where its bytes can be read so; a false one doesn't."""
    word = "東京" if encoding == "cp932" else "Zoë – 5 €"
    content = f"<html><meta charset={said}>{page([['Name', 'No'], [word, '1']])}".encode(encoding)
    assert read(content, "a.xls").frame["Name"].tolist() == [word]


def test_types_of_spreadsheetml() -> None:
    """Places, spans, types, errors, dates, hidden rows of a workbook in XML: as in the XLSX that says the same."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    text = f"""<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Styles><Style ss:ID="Default"/>
      <Style ss:ID="d"><NumberFormat ss:Format="[$-409]d mmm yyyy"/></Style><Style ss:ID="e" ss:Parent="d"/>
      <Style ss:ID="n"><NumberFormat ss:Format="00000"/></Style></Styles>
      <Worksheet ss:Name="Report"><Table><Column ss:StyleID="x"/>
      <Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Title</Data></Cell></Row>
      <Row ss:Index="3"><Cell><Data ss:Type="String">a</Data></Cell><Cell><Data ss:Type="String">b</Data></Cell>
        <Cell><Data ss:Type="String">c</Data></Cell><Cell ss:Index="5"><Data ss:Type="String">e</Data></Cell></Row>
      <Row ss:Hidden="1"><Cell><ss:Data ss:Type="String"><B>rich</B> text_x0041_&#10;2</ss:Data><Comment>
        <ss:Data>no value</ss:Data></Comment></Cell><Cell ss:StyleID="n"><Data ss:Type="Number">53</Data></Cell>
        <Cell ss:StyleID="e"><Data ss:Type="DateTime">2026-03-04T00:00:00.000</Data></Cell>
        <Cell ss:Index="5"><Data ss:Type="Error">#N/A</Data></Cell></Row>
      <Row><Cell><Data ss:Type="Boolean">1</Data></Cell>
        <Cell><Data ss:Type="DateTime">1900-01-31T00:00:00.000</Data></Cell>
        <Cell><Data ss:Type="DateTime">2026-03-04T09:30:00.000</Data></Cell>
        <Cell ss:Index="4" ss:Formula="=B1"><Data ss:Type="String"></Data></Cell>
        <Cell ss:Formula="=A1"/></Row>
      </Table></Worksheet></Workbook>"""
    table = read(text.encode(), "a.xml", heading_line=3)
    assert rows(table)[1:] == [
        ["rich text_x0041_\n2", "00053", "4 Mar 2026", "", "#N/A"],
        ["TRUE", "1900-01-31", "2026-03-04 09:30:00", "", "=A1"],
    ]
    assert table.date_cells["c"] == {"4 Mar 2026": date(2026, 3, 4), "2026-03-04 09:30:00": date(2026, 3, 4)}
    assert (table.lines.tolist(), table.reading.sheet) == ([4, 5], "Report")
    assert "rows_hidden" in codes(table)


def test_sheets_of_spreadsheetml() -> None:
    """The sheet that looks most like the schema is read; hidden ones are left out, told; a broken text is refused."""
    text = spreadsheetml([["Code", "x"], ["1", "2"]])
    other = (
        text[text.index("<Worksheet") : text.index("</Workbook>")].replace("Code", "Email").replace("Report", "P & Co")
    )
    other = other.replace("P & Co", "P &amp; Co")
    hidden = other.replace("P &amp; Co", "H").replace(
        "</Table>", "</Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions>"
    )
    table = read(text.replace("</Workbook>", f"{other}{hidden}</Workbook>").encode(), titles=["Email"])
    assert (table.reading.sheet, sorted(codes(table))) == ("P & Co", ["sheets_hidden", "sheets_unused"])
    assert refusal(text[:-20].encode()) == ("sheet_unreadable", {"why": "its XML isn't well formed (line 3)"})
    beyond = text.replace("<Row>", '<Row ss:Index="99999999">', 1).encode()
    assert refusal(beyond)[0] == "sheet_unreadable"


# --- hostile files --------------------------------------------------------------------------------------------

ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
HOSTILE = {
    "nested tables": "<table><tr><td>" * 100_000,
    "nested elements": page(ROWS).replace("0012", "<div>" * 100_000 + "0012"),
    "long attribute": page(ROWS).replace("<td>", f"<td title='{'x' * 10_000_000}'>", 1),
    "wide spans": "<table>" + f"<tr>{'<td colspan=1000>x' * 1000}" * 20,
    "tall spans": "<table><tr><td rowspan=65000 colspan=1000>x<td>y<tr><td>z" + "<tr>" * 100_000,
    "open tags": page(ROWS) + "<a " * 100_000,
    "open comments": page(ROWS) + "<!--" * 100_000,
    "entities in SpreadsheetML": spreadsheetml(ROWS).replace("?>\n<W", f"?>\n{ENTITIES}<W").replace("0012", "&c;"),
    "entities in flat ODS": flat(ROWS).replace("?>\n", f"?>\n{ENTITIES}", 1).replace("0012", "&c;"),
    "deep SpreadsheetML": spreadsheetml(ROWS).replace("<Table>", "<x>" * 100_000 + "<Table>"),
    "many columns": spreadsheetml(ROWS).replace("<Row>", "<Column/>" * 100_000 + "<Row>", 1),
    "far cells": spreadsheetml(ROWS)
    .replace("<Row>", '<Row ss:Index="1000000">', 1)
    .replace("<Cell>", '<Cell ss:Index="16000">', 1),
    "JSON": '[{"a":' * 100_000,
    "XML": "<a>" * 1_000_000,
    "comments": "<!-- x -->" * 100_000,
}
READ = {"nested elements", "long attribute", "open tags", "open comments"}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_read_or_refused_within_limits(kind: str) -> None:
    """Nesting, attributes, spans and entities without bound cost no more than a sentence."""
    began = time.monotonic()
    if kind in READ:
        assert rows(read(HOSTILE[kind].encode(), "a.xls"))[0] == ROWS[0]
    else:
        refusal(HOSTILE[kind].encode(), "a.xls")
    assert time.monotonic() - began < 60


ELEMENT = st.sampled_from(["Worksheet", "Table", "Row", "Cell", "Data", "Column", "Style", "NumberFormat", "Comment"])
SAID = st.dictionaries(
    st.sampled_from(
        ["Index", "Span", "MergeAcross", "MergeDown", "StyleID", "ID", "Parent", "Type", "Format", "Hidden"]
    ),
    st.sampled_from(
        ["0", "1", "7", "-1", "x", "Number", "DateTime", "Error", "Boolean", "2026-03-04T00:00:00", "0000"]
    ),
    max_size=3,
)
TREE = st.recursive(
    st.sampled_from(["x", "12", "2026-03-04T00:00:00", "9999-99-99", "1", ""]),
    lambda inner: st.tuples(ELEMENT, SAID, st.lists(inner, max_size=4)),
    max_leaves=15,
)


def tagged(tree: Any, prefix: str) -> str:
    if isinstance(tree, str):
        return tree
    name, said, inner = tree
    attributes = "".join(f' {prefix}{key}="{value}"' for key, value in said.items())
    return f"<{name}{attributes}>{''.join(tagged(one, prefix) for one in inner)}</{name}>"


@settings(deadline=None, max_examples=40)
@given(st.lists(TREE, min_size=1, max_size=4), st.sampled_from(["xml", "html"]))
@pytest.mark.long
def test_any_elements_give_a_table_or_a_sentence(trees: list[Any], kind: str) -> None:
    """Elements in any order, with any attributes, break neither reader: of workbooks in XML, of web pages."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    body = "".join(tagged(one, "ss:" if kind == "xml" else "") for one in trees)
    body = f'<Worksheet ss:Name="R"><Table>{body}</Table></Worksheet>' if kind == "xml" else body
    names = {
        "Worksheet": "table",
        "Row": "tr",
        "Cell": "td",
        "Comment": "span",
        "MergeAcross": "colspan",
        "Span": "rowspan",
    }
    for name, other in names.items() if kind == "html" else ():
        body = body.replace(name, other)
    text = f'<Workbook xmlns="{space}" xmlns:ss="{space}">{body}</Workbook>' if kind == "xml" else f"<html>{body}"
    found = ""
    try:
        found = read(text.encode(), "a.xls").reading.encoding
    except FileError as refused:
        found = refused.reason
    assert found


def test_candidates_take_no_time() -> None:
    """However many letters make no sense in cp1252, and in words however long, a few are looked at."""
    began = time.monotonic()
    assert refusal(b"Name\n" + b"\x81\xe9\xfc" * 500_000 + b"\n")[0] == "encoding_unclear"
    assert refusal(("\n".join(["Лимит"] * 200_000)).encode("cp1251"))[0] == "encoding_unclear"
    assert time.monotonic() - began < 30


@settings(deadline=500)
@given(
    st.text("\r\n\t #;:<>![]{}\"'-?/=dnDOCTYPEid", max_size=12), st.integers(1, 400), st.text("<\n{:dn#!-[", max_size=9)
)
@example("\r\n", 60, "")
@example("#\n", 400, "")
@example("<!doctype ", 400, "[")
@example('{"', 400, "")
def test_recognising_takes_no_time(piece: str, count: int, begin: str) -> None:
    """Whatever a file begins with, what it is is known at once: no pattern is tried over and over."""
    with suppress(FileError):
        kind_of((begin + piece * count).encode(), "a.csv")


UNREADABLE = Path("/proc/self/mem")  # of Linux: a file that is there, and can't be read

if UNREADABLE.is_file():

    def test_a_file_that_cannot_be_opened() -> None:
        """A file without the right to read it, or whose content a cloud keeps, is refused by name."""
        with pytest.raises(FileError) as caught:
            reading.read(UNREADABLE)
        assert caught.value.reason == "not_opened"
        assert caught.value.facts["path"] == str(UNREADABLE)


def test_a_large_workbook_in_xml(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook in XML is parsed in this process, so it may not be vast, also where a file is divided on purpose."""
    monkeypatch.setattr(xml_workbooks, "MOST_BYTES", 100)
    content = spreadsheetml(ROWS).encode()
    assert refusal(content) == ("too_many_bytes", {"found": len(content), "allowed": 100})


def test_blanks_within_workbooks_in_xml() -> None:
    """Blanks, tabs and line breaks of a cell are part of it; a web page shows each run as one."""
    cells = [["a", "b"], [" x  y ", "1\n2"], ["\tq", "z"]]
    assert rows(read(spreadsheetml(cells).encode(), heading_line=1)) == cells
    assert rows(read(page(cells).encode(), heading_line=1)) == [["a", "b"], ["x y", "1 2"], ["q", "z"]]


# --- what lies beside the checkout (not collected where it is absent) -----------------------------------------

EXPORTS = SHARED.parent / "cases" / "exports"
SAME = ROWS[1:]
# Of each file that isn't plainly delimited text: its kind and rows, or the reason why it is refused and its facts.
SEEN: dict[str, tuple[str, Any]] = {
    **{
        f"html_{name}.xls": ("html", SAME)
        for name in ("bom", "comment", "full", "head", "meta", "style", "table", "xhtml")
    },
    "report.xls": ("html", [["ana.silva@example.org", "First Aid", "04/03/2024"]]),
    **{
        name: ("spreadsheetml", [["ana@example.org", "0012", "2026-03-04"], ["ben@example.org", "13", "2026-03-25"]])
        for name in ("ssml.xls", "ssml.xml")
    },
    **{f"tab.{end}": ("utf-8", SAME) for end in ("asc", "csv", "dat", "log", "ods", "prn", "psv", "xls", "xlsx")},
    "ctrlz.csv": ("utf-8", SAME),
    "cal.ics": ("is_data", {"what": "an iCalendar file"}),
    "ob2.json": ("is_data", {"what": "an Open Badge (JSON)"}),
    "people.ldif": ("is_data", {"what": "an LDIF file"}),
    "people_ldif.txt": ("is_data", {"what": "an LDIF file"}),
    "scim.json": ("is_data", {"what": "a JSON file"}),
    "scim_json.txt": ("is_data", {"what": "a JSON file"}),
    "cp850.csv": ("encoding_unclear", {"line": 2, "found": "'osé' in cp850 or cp437"}),
    "macroman.csv": ("encoding_unclear", {"line": 2, "found": "'osé' in mac_roman"}),
    "gbk.csv": ("encoding_unclear", {"line": 1, "found": "'邮箱' in gbk, '”' in mac_roman"}),
}
CANDIDATES = {"cp850": "cp850", "macroman": "mac_roman", "gbk": "gbk", "cp932": "cp932", "cp1250": "cp1250"}

if EXPORTS.exists():

    @pytest.mark.parametrize("name", SEEN)
    def test_exports_as_systems_write_them(name: str) -> None:
        """Each file is read as a person would, or refused as what it is."""
        kind, found = SEEN[name]
        content = (EXPORTS / name).read_bytes()
        if isinstance(found, dict):
            assert refusal(content, name) == (kind, found)
            return
        table = read(content, name)
        assert (table.reading.encoding, table.frame.to_numpy().tolist()) == (kind, found)

    @pytest.mark.parametrize("name", CANDIDATES)
    def test_the_code_page_of_an_export_is_among_the_candidates(name: str) -> None:
        """A file in another code page is refused with that among the candidates, and read when it is named."""
        content = (EXPORTS / f"{name}.csv").read_bytes()
        reason, facts = refusal(content)
        assert reason == "encoding_unclear"
        assert CANDIDATES[name] in facts["found"]
        assert len(read(content, encoding=CANDIDATES[name]).frame) in (1, 2)

    @pytest.mark.parametrize("path", sorted(EXPORTS.iterdir()), ids=lambda path: path.name)
    def test_no_export_is_taken_for_another_kind(path: Path) -> None:
        """What isn't refused by name is a workbook or a text, by its content."""
        content = path.read_bytes()
        if path.name not in SEEN:
            assert kind_of(content, path.name) == ("workbook" if content[:2] in (b"PK", b"\xd0\xcf") else "text")
