from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credtools import reading
from credtools.errors import CredtoolsError, FileError, MissingFileError
from credtools.model import Table
from credtools.reading import records
from credtools.reading.table.headings import frame_names
from tests.core import SHARED, meant, table

CORPORA = SHARED / "corpora"
REAL = SHARED / "real"
SPECTRUM = sorted((CORPORA / "csv-spectrum" / "csvs").glob("*.csv"))
TEXT_FILES = sorted(
    path
    for folder in ("duckdb", "frictionless", "csv-spectrum")
    for path in (CORPORA / folder).rglob("*")
    if path.suffix in {".csv", ".tsv", ".txt"} and path.is_file()
)


def refusal(content: str | bytes, **options: object) -> tuple[str, dict[str, object]]:
    """The reason why a file is refused, and its facts."""
    with pytest.raises(FileError) as caught:
        table(content, **options)
    assert caught.value.code == "file_readable"
    return caught.value.reason, caught.value.facts


def table_or_sentence(content: bytes, **options: object) -> Table | str:
    """The table in a file, or the sentence with which it is refused; anything else is a fault of ours."""
    try:
        return table(content, **options)
    except CredtoolsError as refused:
        return str(refused)


def cells(read: Table) -> list[list[str]]:
    """The cells of each record as they came."""
    return [json.loads(text) for text in read.raw]


def physical_lines(text: str) -> int:
    """How many lines an editor shows, counted without the library that reads them."""
    return len(re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text))


# --- what lies beside the checkout (not collected where it is absent) -----------------------------------------

if SPECTRUM:

    @pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
    def test_csv_spectrum(path: Path) -> None:
        """The twelve files of csv-spectrum are read exactly as their JSON says, but for two slips of the JSON."""
        truth = json.loads((path.parent.parent / "json" / f"{path.stem}.json").read_text("utf-8"))
        if path.stem == "location_coordinates":  # told as an object, with another telephone number than the file's
            truth = [{**truth, "Contact Phone Number": "2095257564"}]
        if path.stem == "newlines_crlf":  # the file lost its CRs on its way into the corpus, the JSON kept them
            truth = [{k: v.replace("\r", "") for k, v in row.items()} for row in truth]
        assert reading.read(path).frame.to_dict("records") == truth


if TEXT_FILES:

    @pytest.mark.parametrize("path", TEXT_FILES, ids=lambda path: str(path.relative_to(CORPORA)))
    def test_every_line_of_a_corpus_file_has_one_place(path: Path) -> None:
        """A file is read with every physical line in exactly one place, or refused with one whole sentence."""
        read = table_or_sentence(path.read_bytes())
        if isinstance(read, str):
            assert re.fullmatch(r"The .+[.)]", read, re.DOTALL)
            assert len(read) < 500
            return
        text = path.read_bytes().decode(read.reading.encoding)
        assert read.reading.lines == physical_lines(text)
        conserved(read)


def conserved(read: Table) -> None:
    """Every physical line is exactly one of preamble, heading, instruction, blank, footer, aside, or of a record."""
    told = read.reading
    aside = [*told.preamble_lines, *told.heading_lines, *told.instruction_lines]
    aside += [*told.blank_lines, *told.footer_lines, *told.aside_lines]
    starts = read.lines.tolist()
    assert len(set(aside)) == len(aside)
    assert starts == sorted(set(starts))
    assert not set(aside) & set(starts)
    kind = dict.fromkeys(aside, "aside") | dict.fromkeys(starts, "start")
    before = ""
    for line in range(1, told.lines + 1):
        here = kind.pop(line, "more of a record")
        assert here != "more of a record" or before in ("start", "more of a record"), line
        before = here
    assert not kind
    assert told.heading_line == (told.heading_lines or (None,))[0]
    assert len(read.frame) == len(starts) == len(read.fields)


def independent(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each record, character by character: RFC 4180 without any library."""
    row, cell, quoted, line, start = [], "", False, 1, 1
    last = ""
    for k, char in enumerate(text):
        if quoted:
            if char != '"':
                cell += char
            elif text[k + 1 : k + 2] == '"' and last != '"':
                cell, last = cell + '"', '"'
                line += char == "\n"
                continue
            elif last == '"':
                pass
            else:
                quoted = False
        elif char == '"' and not cell:
            quoted = True
        elif char == delimiter:
            row, cell = [*row, cell], ""
        elif char == "\n":
            yield start, [*row, cell.removesuffix("\r")]
            row, cell, start = [], "", line + 1
        else:
            cell += char
        line += char == "\n"
        last = ""
    if row or cell:
        yield start, [*row, cell]


if REAL.is_dir():

    @pytest.mark.parametrize(
        ("name", "encoding", "delimiter", "records"),
        [
            ("vt_licenses.csv", "utf-8-sig", ",", 557),
            ("mi_accela_recordlist.csv", "utf-8-sig", ",", None),
            ("or_olcc_licenses_utf16.csv", "utf-16", "\t", None),
        ],
    )
    def test_real_files_to_the_row(name: str, encoding: str, delimiter: str, records: int | None) -> None:
        """Real exports give, record by record, what an independent splitter finds in them."""
        read = reading.read(REAL / name)
        text = (REAL / name).read_bytes().decode(encoding)
        truth = [(line, row) for line, row in independent(text, delimiter) if any(c.strip() for c in row)]
        (heading_line, headings), *body = truth
        assert read.reading.heading_line == heading_line
        assert read.expected_fields == len(headings)
        assert list(zip(read.lines.tolist(), cells(read), strict=True)) == body
        assert records is None or len(body) == records
        assert (read.reading.delimiter, read.reading.warnings) == (delimiter, ())
        conserved(read)

    def test_vermont() -> None:
        """Vermont's file: headings on line 1, 557 records, the blank line at the end counted, nothing shifted."""
        read = reading.read(REAL / "vt_licenses.csv")
        assert read.reading.heading_line == 1
        assert read.reading.blank_lines == (559,)
        assert read.reading.lines == 559
        assert read.frame.columns.tolist() == [
            *("License #", "Business Name", "Location Type", "License Type", "Tier", "City", "Expiration Date")
        ]
        assert read.frame.iloc[0].tolist() == [
            *("CLTV0014", "Family Tree, LLC", "Mixed", "Cultivator", "Tier 3", "Sheldon"),
            "Saturday, June 20, 2026",
        ]


# --- text stays text ------------------------------------------------------------------------------------------


def test_nothing_is_parsed() -> None:
    """NA, null, 007, 1e3, true and blanks inside a row stay the text that they are."""
    read = table("a,b,c,d,e,f\nNA,null,007,1e3,true,None\n,NaN,-, x ,0.10,#N/A\n")
    assert read.frame.to_numpy().tolist() == [
        ["NA", "null", "007", "1e3", "true", "None"],
        ["", "NaN", "-", " x ", "0.10", "#N/A"],
    ]
    assert set(read.frame.dtypes.map(str)) == {"str"}
    assert read.frame.index.tolist() == [0, 1]


def test_a_row_is_never_shifted() -> None:
    """A record with too many or too few fields keeps its place, its cells and its own number of them."""
    read = table("a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n10,11,12\n")
    assert read.lines.tolist() == [2, 3, 4, 6]
    assert read.fields.tolist() == [3, 2, 4, 3]
    assert read.expected_fields == 3
    assert read.frame.columns.tolist() == ["a", "b", "c", "col_4"]
    assert read.frame.to_numpy().tolist() == [
        ["1", "2", "3", ""],
        ["4", "5", "", ""],
        ["6", "7", "8", "9"],
        ["10", "11", "12", ""],
    ]
    assert cells(read) == [["1", "2", "3"], ["4", "5"], ["6", "7", "8", "9"], ["10", "11", "12"]]


def test_lines_are_those_of_the_editor() -> None:
    """A record's line is the physical line on which it starts, also after quoted line breaks and blank lines."""
    text = 'a,b\r\n1,"two\r\nlines"\r\n\r\n,\r\n2,"x\n\ny"\r\n3,z'
    read = table(text)
    assert read.frame.to_numpy().tolist() == [["1", "two\r\nlines"], ["2", "x\n\ny"], ["3", "z"]]
    assert read.lines.tolist() == [2, 6, 9]
    assert read.reading.blank_lines == (4, 5)
    assert (read.reading.lines, read.reading.heading_lines) == (9, (1,))
    conserved(read)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    """LF, CRLF and CR end a line; other separators of Unicode stay inside a cell."""
    read = table(end.join(["a,b", "1,2\u2028x", "3,4\x85y"]))
    assert read.frame.to_numpy().tolist() == [["1", "2\u2028x"], ["3", "4\x85y"]]
    assert read.lines.tolist() == [2, 3]


def test_blank_lines_before_the_headings() -> None:
    """Lines of empty cells only are blank, wherever they stand; the first other line holds the headings."""
    read = table('\n  ,\t \n""\na,b\n1,2\n')
    assert read.reading.blank_lines == (1, 2, 3)
    assert read.reading.heading_line == 4
    assert read.lines.tolist() == [5]
    conserved(read)


def test_headings_over_two_lines() -> None:
    """A heading with a line break is one heading, joined by one space, and owns both lines."""
    read = table('"Issue\n date",b\n1,2\n')
    assert read.frame.columns.tolist() == ["Issue date", "b"]
    assert read.reading.heading_lines == (1, 2)
    assert read.lines.tolist() == [3]
    conserved(read)


def test_only_headings() -> None:
    """A file of headings only is a table without rows."""
    read = table("a,b\n")
    assert read.frame.to_dict("list") == {"a": [], "b": []}
    assert (read.lines.tolist(), read.raw, read.keys()) == ([], [], [])


@pytest.mark.parametrize(
    ("headings", "width", "names"),
    [
        (["Name", "Name", "Name"], 3, ["Name", "Name (2)", "Name (3)"]),
        (["  First \t name\n ", "b"], 2, ["First name", "b"]),
        (["a", "", " "], 3, ["a", "col_2", "col_3"]),
        (["a"], 3, ["a", "col_2", "col_3"]),
        (["Name", "Name (2)", "Name"], 3, ["Name", "Name (2)", "Name (3)"]),
        (["col_2", "", "name", "Name"], 4, ["col_2", "col_2 (2)", "name", "Name"]),
    ],
)
def test_names(headings: list[str], width: int, names: list[str]) -> None:
    """Headings are trimmed and squeezed; a repeated one is numbered, a blank or missing one named by its place."""
    assert frame_names(headings, width) == names


@given(st.lists(st.text(alphabet="ab ()23_col", max_size=8), max_size=30), st.integers(0, 30))
def test_names_are_unique(headings: list[str], more: int) -> None:
    """Whatever the headings are, each column gets a name of its own."""
    names = frame_names(headings, len(headings) + more)
    assert len(set(names)) == len(names) == len(headings) + more


# --- the record as evidence -----------------------------------------------------------------------------------


def test_raw_digests_and_ordinals() -> None:
    """A record is known by the digest of its raw cells and by its place among its equals."""
    read = table("a,b\n1, x\n1,x\n1, x\n1\n1,\n1, x\n")
    assert read.raw == ['["1", " x"]', '["1", "x"]', '["1", " x"]', '["1"]', '["1", ""]', '["1", " x"]']
    digests = [hashlib.sha256(raw.encode()).hexdigest() for raw in read.raw]
    assert read.keys() == list(zip(digests, [0, 0, 1, 0, 0, 2], strict=True))


def test_raw_keeps_controls_escaped() -> None:
    """What a database can't hold stands escaped in the raw record."""
    read = table('a,b\n"x\x00\n","\u00e9\U0001f600"\n')
    assert read.raw == ['["x\\u0000\\n", "\\u00e9\\ud83d\\ude00"]']
    assert cells(read) == [["x\x00\n", "\u00e9\U0001f600"]]


def test_parts_keep_their_line_numbers() -> None:
    """A part of a file holds its own records under the lines of the whole file."""
    read = table("a\n1\n2\n\n3\n4\n5\n")
    parts = [read.part(number, 2) for number in (1, 2, 3, 4)]
    assert [part.lines.tolist() for part in parts] == [[2, 3], [5, 6], [7], []]
    assert [part.frame["a"].tolist() for part in parts] == [["1", "2"], ["3", "4"], ["5"], []]
    assert [part.frame.index.tolist() for part in parts] == [[0, 1], [0, 1], [0], []]
    assert {part.sha256 for part in parts} == {read.sha256}


def test_parts_keep_their_ordinals() -> None:
    """The place of a record among its equals is counted over the whole file, also for its parts."""
    read = table("a,b\n1,2\n1,2\n1,2\n")
    for headings in None, ("a",), ("b", None):
        assert [read.part(number, 1).keys(headings)[0][1] for number in (1, 2, 3)] == [0, 1, 2]


def test_sha256_is_of_the_bytes() -> None:
    """The digest of a file is that of its bytes, byte-order mark included."""
    content = b"\xef\xbb\xbfa\n1\n"
    assert table(content).sha256 == hashlib.sha256(content).hexdigest()
    assert table(content).name == "file.csv"


# --- encodings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
def test_encodings_told_by_the_file(encoding: str, read_as: str) -> None:
    """A byte-order mark tells the encoding and is no part of the first heading; without one it is UTF-8."""
    read = table("Name,St\u00e4dte\nJos\u00e9,\u4e2d\n".encode(encoding))
    assert read.frame.to_dict("records") == [{"Name": "Jos\u00e9", "St\u00e4dte": "\u4e2d"}]
    assert (read.reading.encoding, read.reading.warnings) == (read_as, ())


def test_big_endian_marks() -> None:
    """The byte-order marks of UTF-16 and UTF-32 are known in both orders."""
    for codec in ("utf-16-be", "utf-32-be"):
        assert table("\ufeffa,b\n1,2\n".encode(codec)).frame.to_dict("records") == [{"a": "1", "b": "2"}]


def test_cp1252_is_said() -> None:
    """Bytes that aren't UTF-8 are read as cp1252, and that is said, with the first such byte."""
    read = table("Name,N\nJos\u00e9 \u20ac,1\n".encode("cp1252"))
    assert read.frame.to_dict("records") == [{"Name": "Jos\u00e9 \u20ac", "N": "1"}]
    assert read.reading.encoding == "cp1252"
    (warning,) = read.reading.warnings
    assert warning.startswith("The file isn't UTF-8 (byte 0xe9 at position 10), so it was read as cp1252.")


def test_a_named_encoding_counts() -> None:
    """An encoding that is named is used without a warning."""
    read = table("Name\nJos\u00e9\n".encode("latin-1"), encoding="latin-1")
    assert read.frame["Name"].tolist() == ["Jos\u00e9"]
    assert (read.reading.encoding, read.reading.warnings) == ("latin-1", ())


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", "utf-16-le", "utf-16-be"])
def test_a_mark_is_never_part_of_a_heading(encoding: str) -> None:
    """Where the encoding is named and the file has a byte-order mark too, the mark still isn't text."""
    read = table("\ufeffUser email,b\nana@x.org,2\n".encode(encoding), encoding=encoding)
    assert read.frame.columns.tolist() == ["User email", "b"]


@pytest.mark.parametrize(
    ("content", "encoding", "reason", "facts"),
    [
        (b"a\nM\x81ll\n", None, "encoding_unclear", {"line": 2, "found": "'Müll' in cp850 or cp437"}),
        (b"a\n\xe9\n", "ascii", "not_decodable", {"encoding": "ascii", "position": 2}),
        (b"a\n1\n", "klingon", "unknown_encoding", {"encoding": "klingon"}),
        (b"a\n1\n", "rot13", "unknown_encoding", {"encoding": "rot13"}),
    ],
)
def test_encodings_that_fail(content: bytes, encoding: str | None, reason: str, facts: dict[str, object]) -> None:
    """A file that isn't text in its encoding, or an encoding that doesn't exist, is refused as that."""
    assert refusal(content, encoding=encoding) == (reason, facts)


@pytest.mark.parametrize("encoding", ["undefined", "utf\0", "unicode_escape", "utf-7", "idna", "mbcs"])
def test_no_encoding_breaks_the_reader(encoding: str) -> None:
    """Whatever stands as encoding in a recipe, the answer is a table or a sentence."""
    read = table_or_sentence(b"a,b\n1,\\ud800\n2,+2AA-\n", encoding=encoding)
    if isinstance(read, str):
        assert read.startswith(("The file isn't text in the encoding", "There is no encoding called"))
    else:
        assert read.frame.columns.tolist() == ["a", "b"]


# --- delimiters -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_found(delimiter: str) -> None:
    """Comma, semicolon and tab are told apart by the number of fields, also beside decimal commas and titles."""
    rows = [["Name", "Rate", "Note"], ["Silva", "1 5", "a.b"], ["Bo", "2 5", ""]]
    read = table("\n".join(delimiter.join(row) for row in rows))
    assert read.reading.delimiter == delimiter
    assert cells(read) == rows[1:]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ("a;b\n1,5;2\n3;4,5\n", ";"),
        ('a,b\n"1;2;3;4",x\n"5;6;7;8",y\n', ","),
        ("a\tb\nSilva, Ana\tx\nBo, Li; Q\ty\n", "\t"),
        ("a\n1\n2\n", ","),
        ("title\na;b;c\n1;2;3\n4;5;6\n", ";"),
    ],
)
def test_the_delimiter_that_cuts_evenly(text: str, delimiter: str) -> None:
    """The delimiter that cuts most records into equally many fields wins."""
    assert table(text).reading.delimiter == delimiter


def test_a_named_delimiter_counts() -> None:
    """A delimiter that is named is used; it must be one character that doesn't mark lines or quotes."""
    assert table("a|b\n1|2\n", delimiter="|").frame.to_dict("records") == [{"a": "1", "b": "2"}]
    for wrong in (";;", '"', "\n", "\r"):
        assert refusal("a,b\n1,2\n", delimiter=wrong) == ("unknown_delimiter", {"delimiter": wrong})


# --- the line of the headings ---------------------------------------------------------------------------------


def test_a_named_heading_line() -> None:
    """What stands above the named heading line is preamble, even where it isn't proper CSV."""
    text = 'Report of "last week\n\nExported by: me\na;b\n1;2\n'
    read = table(text, heading_line=4, delimiter=";")
    assert read.frame.to_dict("records") == [{"a": "1", "b": "2"}]
    assert (read.reading.preamble_lines, read.reading.blank_lines) == ((1, 3), (2,))
    assert (read.reading.heading_line, read.lines.tolist(), read.reading.lines) == (4, [5], 5)
    conserved(read)


@pytest.mark.parametrize(("heading_line", "lines"), [(3, 3), (9, 3), (1_000, 3)])
def test_a_heading_line_that_is_not_there(heading_line: int, lines: int) -> None:
    """A named heading line must hold headings."""
    assert refusal("a,b\n1,2\n\n", heading_line=heading_line) == (
        *("heading_line_beyond",),
        {"heading_line": heading_line, "lines": lines},
    )


# --- limits ---------------------------------------------------------------------------------------------------


def test_too_many_bytes(tmp_path: Path) -> None:
    """A file over the limit is refused before it is read; one of just that size is read."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    assert reading.read(path, max_bytes=8).lines.tolist() == [2]
    with pytest.raises(FileError) as caught:
        reading.read(path, max_bytes=7)
    assert (caught.value.reason, caught.value.facts) == ("too_many_bytes", {"found": 8, "allowed": 7})
    assert reading.MAX_BYTES == 50 * 1024 * 1024


@pytest.mark.long
def test_too_many_columns() -> None:
    """2,000 columns are read, the record with one more is named."""
    assert table(",".join("c" * 2_000) + "\n" + "," * 1_999 + "x\n").expected_fields == 2_000
    assert refusal("a,b\n1,2\n" + "x," * 2_000 + "x\n") == (
        *("too_many_columns",),
        {"line": 3, "found": 2_001, "allowed": 2_000},
    )


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many columns in many records are too many cells."""
    monkeypatch.setattr(records, "MAX_CELLS", 6)
    assert table("a,b\n1,2\n3,4\n").expected_fields == 2
    assert refusal("a,b\n1,2\n3,4\n5,6\n") == ("too_many_cells", {"found": 8, "allowed": 6})


@pytest.mark.parametrize(("letter", "size"), [("x", 1), ("\u00e9", 2), ("\u4e2d", 3), ("\U0001f600", 4)])
def test_too_long_a_cell(letter: str, size: int) -> None:
    """A cell may have 32 KiB of UTF-8, not a byte more."""
    longest = letter * (32 * 1024 // size)
    longest += "x" * (32 * 1024 - len(longest) * size)
    assert table(f"a,b\n1,{longest}\n").frame["b"].tolist() == [longest]
    assert refusal(f"a,b\n1,2\n1,{longest}x\n") == (
        *("cell_too_long",),
        {"line": 3, "found": 32_769, "allowed": 32_768},
    )


def test_a_far_too_long_cell_is_named_with_its_line() -> None:
    """A cell beyond what the splitter takes is refused with the line on which its record starts."""
    assert refusal('a,b\n1,2\n3,"' + "x" * 200_000 + '"\n') == (
        *("cell_too_long",),
        {"line": 3, "found": 200_000, "allowed": 32_768},
    )


def test_a_line_without_end() -> None:
    """A line longer than 64 cells of 32 KiB is refused before it is cut."""
    assert refusal("a,b\n" + "x," * 1_048_577) == (
        *("line_too_long",),
        {"line": 2, "found": 2_097_154, "allowed": 2_097_152},
    )


def test_broken_marks_in_bulk_take_no_time() -> None:
    """Records that nothing can repair are given up quickly: 20,000 of them are read in seconds."""
    start = time.process_time()
    read = table("a,b\n" + '1,"x\n' * 20_000)
    assert (len(read.frame), len(read.reading.repaired_lines)) == (20_000, 20_000)
    assert time.process_time() - start < 10


def test_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of too many lines is refused before it is split."""
    monkeypatch.setattr(reading, "MAX_LINES", 3)
    assert table("a\n1\n2\n").lines.tolist() == [2, 3]
    for end in "\n", "\r":
        assert refusal(end.join("abcde")) == ("too_many_lines", {"found": 4, "allowed": 3})


def test_twice_the_rows_is_still_a_table() -> None:
    """A file of 20,000 rows is read as 20,000 rows."""
    text = "a,b,c\n" + "1,x,2024-01-01\n" * 20_000
    read = table(text)
    assert read.frame.shape == (20_000, 3)
    assert read.lines[-1] == 20_001
    assert read.keys()[-1][1] == 19_999


# --- what isn't a table ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\n\n", "every line is empty"),
        (b",,\n  ,\n", "every line is empty"),
    ],
)
def test_no_table(content: bytes, why: str) -> None:
    """A file without a single filled cell is refused with the reason."""
    assert refusal(content) == ("not_a_table", {"why": why})


def test_no_such_file(tmp_path: Path) -> None:
    """A file that isn't there is said so by name; a folder is no file."""
    for path, reason in ((tmp_path / "no.csv", "no_such_file"), (tmp_path, "is_folder")):
        with pytest.raises(MissingFileError) as caught:
            reading.read(path)
        assert (caught.value.reason, caught.value.facts) == (reason, {"path": str(path)})


# --- properties -----------------------------------------------------------------------------------------------

CELL = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=12)


@given(
    rows=st.lists(st.lists(CELL, max_size=5), max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    blanks=st.integers(0, 2),
)
@example(rows=[["\r", "\n\n", '"'], ["\x00", "'"]], delimiter=",", quoting=csv.QUOTE_MINIMAL, blanks=1)
@example(rows=[["\x00", "\x00", ""]], delimiter=",", quoting=csv.QUOTE_MINIMAL, blanks=0)
def test_what_was_written_is_read(rows: list[list[str]], delimiter: str, quoting: int, blanks: int) -> None:
    """Any cells that are written as CSV come back under the lines on which they stand, with no character changed.

    But for control characters that stand for others of cp1252.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting)
    writer.writerow(["no", "b", "c", "d", "e", "f", "g"])  # never one fewer than a record: that is a habit, see tables
    lines = []
    for number, row in enumerate(rows):
        out.write("\r\n" * blanks)
        lines.append(physical_lines(out.getvalue()) + 1)
        writer.writerow([str(number), *row])
    read = table(out.getvalue(), delimiter=delimiter, heading_line=1, footer_lines=0)
    assert cells(read) == meant([[str(number), *row] for number, row in enumerate(rows)])
    assert read.lines.tolist() == lines
    assert read.fields.tolist() == [1 + len(row) for row in rows]
    assert read.reading.lines == physical_lines(out.getvalue())
    conserved(read)


@settings(deadline=None)  # what begins like a spreadsheet is opened in a process
@given(content=st.one_of(st.binary(max_size=60), st.text(alphabet='a,;\t"\r\n \x00', max_size=40).map(str.encode)))
def test_any_bytes_give_a_table_or_a_sentence(content: bytes) -> None:
    """No bytes whatsoever break the reader: the answer is a table with every line in its place, or one sentence."""
    read = table_or_sentence(content)
    if isinstance(read, str):
        assert read.endswith((".", ")"))
    else:
        conserved(read)
        assert read.lines.dtype == np.int64


# --- what may be given ----------------------------------------------------------------------------------------

TEXT = b'"Name","Day"\n"Ana","2024-01-05"\n'


def test_a_table_from_anything_that_holds_one(tmp_path: Path) -> None:
    """A path, bytes, an open file, a buffer just written and a DataFrame give the same table."""
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT)
    buffer = io.BytesIO()
    buffer.write(TEXT)
    frame = pd.DataFrame({"Name": ["Ana"], "Day": [pd.Timestamp(2024, 1, 5)]})
    with path.open("rb") as file:
        tables = [reading.read(source) for source in (path, str(path), TEXT, buffer, file, frame)]
    assert [read.name for read in tables] == ["a.csv", "a.csv", "unnamed", "unnamed", "a.csv", "DataFrame"]
    assert {read.sha256 for read in tables} == {hashlib.sha256(TEXT).hexdigest()}
    for read in tables:
        assert read.frame.to_dict("records") == [{"Name": "Ana", "Day": "2024-01-05"}]
        assert (read.lines.tolist(), read.reading.heading_line) == ([2], 1)


def test_every_row_of_a_frame_is_a_record() -> None:
    """Of a DataFrame nothing is taken for a title or footer, an empty row is blank; types become text."""
    frame = pd.DataFrame(
        {"Kind": ["Total", 'say "x"', None, "a\nb"], "Rate": [1.0, 2.5, None, 3.0], "Valid": [True, False, None, True]}
    )
    read = reading.read(frame, delimiter=";", heading_line=4, titles=["Kind"])
    assert cells(read) == [["Total", "1", "yes"], ['say "x"', "2.5", "no"], ["a\nb", "3", "yes"]]
    assert (read.lines.tolist(), read.reading.blank_lines) == ([2, 3, 5], (4,))
    assert read.reading.warnings == ()


def test_headings_of_a_frame() -> None:
    """Labels of any kind become headings; a repeated or blank one is named as in files."""
    frame = pd.DataFrame([["x", "y", "z"]], columns=[" a ", "a", ""])
    assert reading.read(frame).frame.columns.tolist() == ["a", "a (2)", "col_3"]
    assert reading.read(pd.DataFrame([["x", "y"]])).frame.columns.tolist() == ["0", "1"]


@pytest.mark.parametrize(
    "source", [None, 7, ["a.csv"], io.StringIO("a,b\n1,2\n")], ids=lambda source: type(source).__name__
)
def test_what_holds_no_table(source: object) -> None:
    """Anything else is refused by its kind, not with whatever Python says."""
    with pytest.raises(FileError) as caught:
        reading.read(source)  # type: ignore[arg-type]
    assert caught.value.reason == "unknown_source"


def test_bytes_have_the_limit_of_files() -> None:
    """The limit holds however the bytes were given."""
    for source in (TEXT, io.BytesIO(TEXT), pd.DataFrame({"a": ["x" * 30]})):
        with pytest.raises(FileError) as caught:
            reading.read(source, max_bytes=10)
        assert caught.value.reason == "too_many_bytes"
