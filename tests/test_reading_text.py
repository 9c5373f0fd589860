"""Text as exports really write it: encodings, delimiters, quotation marks that match and that don't."""

from __future__ import annotations

import json

import pytest

from credtools.errors import FileError
from credtools.model import Table
from tests.core import table


def cells(read: Table) -> list[list[str]]:
    return [json.loads(text) for text in read.raw]


def rows(text: str | bytes, **options: object) -> list[list[str]]:
    return cells(table(text, **options))


# --- encodings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_without_a_mark(encoding: str) -> None:
    """UTF-16 and UTF-32 without a byte-order mark are told by the places of their NUL bytes."""
    read = table("Name;City\nJosé;Kraków\n".encode(encoding))
    assert (read.frame.to_dict("records"), read.reading.encoding) == ([{"Name": "José", "City": "Kraków"}], encoding)


def test_a_stray_nul_is_no_wide_encoding() -> None:
    """Single NUL bytes in UTF-8 stay in their cells, where checking finds them."""
    read = table(b"a,b\n\x001,2\n3,\x004\n")
    assert (read.reading.encoding, cells(read)) == ("utf-8", [["\x001", "2"], ["3", "\x004"]])


def test_mojibake_is_only_said() -> None:
    """Letters that look wrongly decoded are named with what they may mean; nothing is changed."""
    read = table("Name,City\nAna,Porto\nJosÃ©,KrakÃ³w\n")
    assert cells(read)[1] == ["JosÃ©", "KrakÃ³w"]
    (warning,) = read.reading.warnings
    assert warning.startswith("The letters 'Ã©' (line 3) look like 'é' that was read in a wrong encoding")
    assert table("Name\nJosé\nÂngela\nNaïve – “x”\n").reading.warnings == ()


# --- delimiters -----------------------------------------------------------------------------------------------

BODY = [["Ana Silva", "First Aid", "2024-01-05"], ["Bo", "Forklift, heavy", "2024-02-01"], ["Cy", "", "2024-03-01"]]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^"])
def test_delimiters(delimiter: str) -> None:
    """Semicolon, tab, pipe and caret are found, also beside commas in cells."""
    text = "\n".join(delimiter.join(row) for row in [["Name", "Type", "Issued"], *BODY])
    read = table(text)
    assert (read.reading.delimiter, cells(read)) == (delimiter, BODY)


def test_several_blanks() -> None:
    """Two blanks or more cut columns; one blank doesn't, nor do blanks in quotation marks."""
    read = table('Name      Type         Issued\nAna Silva  First Aid  2024-01-05\nBo  "A  B"   2024-02-01\n')
    assert read.reading.delimiter == "  "
    assert cells(read) == [["Ana Silva", "First Aid", "2024-01-05"], ["Bo", "A  B", "2024-02-01"]]
    assert read.reading.options()["delimiter"] == "  "


def test_comma_and_blank() -> None:
    """Where each comma is followed by a blank, the blank belongs to the comma, also before a quotation mark."""
    read = table('Name, Type\nAna, "First, Aid"\nBo, Forklift\n')
    assert (read.reading.delimiter, cells(read)) == (", ", [["Ana", "First, Aid"], ["Bo", "Forklift"]])
    assert rows("Name,Type\nAna, x\nBo,y\n") == [["Ana", " x"], ["Bo", "y"]]


def test_delimiters_at_the_ends_of_lines() -> None:
    """A delimiter that ends each line, of the headings or of the records, begins no field."""
    for text in "a,b\n1,2,\n3,4,\n5,6,\n", "a,b,\n1,2\n3,4\n5,6\n":
        read = table(text)
        assert (read.expected_fields, read.frame.columns.tolist()) == (2, ["a", "b"])
        assert cells(read) == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_one_field_too_many_or_too_few() -> None:
    """Such a record keeps its true number of fields and shifts nothing, also with an empty field at its end."""
    read = table("a,b,c\n1,2,3\n4,5,6,\n7,8\n9,10,11,12\n13,14,15\n")
    assert read.fields.tolist() == [3, 4, 2, 4, 3]
    assert cells(read)[1:4] == [["4", "5", "6", ""], ["7", "8"], ["9", "10", "11", "12"]]
    assert read.reading.repaired_lines == ()


# --- quotation marks ------------------------------------------------------------------------------------------


def test_single_quotes() -> None:
    """The single quotation mark is one where it plainly stands around cells; an apostrophe is a letter."""
    read = table("'Name';'Note'\n'Ana';'x; y'\n'Bo';'it''s'\n")
    assert (read.reading.quote, cells(read)) == ("'", [["Ana", "x; y"], ["Bo", "it's"]])
    assert read.reading.options()["quote"] == "'"
    read = table("Name,Town\n't Hooft,'s-Hertogenbosch\nD'Arcy,x\n")
    assert (read.reading.quote, cells(read)[0]) == ('"', ["'t Hooft", "'s-Hertogenbosch"])


def test_escaped_quotes() -> None:
    r"""A backslash escapes where it stands before marks inside cells; elsewhere it is a letter."""
    read = table('a,b\n"x \\"y\\", z","p"\n"C:\\\\temp","q"\n')
    assert (read.reading.escape, cells(read)) == ("\\", [['x "y", z', "p"], ["C:\\temp", "q"]])
    read = table('a,b\n"C:\\temp\\",x\nC:\\new,"y ""z"""\n')
    assert (read.reading.escape, cells(read)) == ("", [["C:\\temp\\", "x"], ["C:\\new", 'y "z"']])


@pytest.mark.parametrize(
    ("line", "read_as"),
    [
        ('1,"x"y",z', ["1", 'x"y', "z"]),
        ('1,"he said "hi"",z', ["1", 'he said "hi"', "z"]),
        ('1,"Bob" Smith,z', ["1", '"Bob" Smith', "z"]),
        ('1,"a, "b", c",z', ["1", 'a, "b", c', "z"]),
        ('1,"x" ,z', ["1", "x", "z"]),
        ('1,"lost, end,z', ["1", "lost, end", "z"]),
        ('1,lost, start",z', ["1", "lost, start", "z"]),
        ('"1","lost, end,"z"', ["1", "lost, end", "z"]),
        ('1,"open,z', ["1", "open", "z"]),
        ('1,"two, cells",""z', ["1", "two, cells", '""z']),
    ],
)
def test_repairs(line: str, read_as: list[str]) -> None:
    """A record whose marks don't match is read in the way that gives as many cells as its neighbours, and told."""
    read = table(f"a,b,c\n0,0,0\n{line}\n2,2,2\n3,3,3\n")
    assert cells(read) == [["0", "0", "0"], read_as, ["2", "2", "2"], ["3", "3", "3"]]
    assert read.lines.tolist() == [2, 3, 4, 5]
    assert read.reading.repaired_lines == (3,)
    assert read.reading.warnings == (
        "The quotation marks of 1 record didn't match and were repaired (line 3). Check the cells there.",
    )


def test_a_stray_mark_in_a_cell_of_several_lines() -> None:
    """Quoted line breaks are kept, also around stray marks; records below are untouched."""
    read = table('a,b,c\n1,"two\n"lines" here",x\n2,"p\r\nq",y\n3,z,z\n')
    assert cells(read) == [["1", 'two\n"lines" here', "x"], ["2", "p\r\nq", "y"], ["3", "z", "z"]]
    assert read.lines.tolist() == [2, 4, 6]
    assert read.reading.repaired_lines == (2,)


def test_one_record_at_a_time() -> None:
    """An open mark costs its own record only, and two of them not the records between."""
    text = "a,b,c\n" + "".join(f"{k},x,y\n" for k in range(9))
    read = table(text.replace("2,x", '2,"x').replace("6,x,y", '6,x",y'))
    assert cells(read) == [[str(k), 'x"' if k == 6 else "x", "y"] for k in range(9)]
    assert read.reading.repaired_lines == (4,)


def test_lines_in_marks_as_a_whole() -> None:
    """Lines that were quoted as if each were one cell are read as what they hold, and counted; names are none."""
    body = "".join(f'"p{k}@x.org,""First, Aid"",2024-01-0{k}"\n' for k in range(1, 5))
    for head in ('"Email,Type,Issued"\n', "Email,Type,Issued\n"):
        read = table(head + body)
        assert cells(read) == [[f"p{k}@x.org", "First, Aid", f"2024-01-0{k}"] for k in range(1, 5)]
        assert (read.reading.noted[0].code, read.lines.tolist()) == ("lines_wrapped", [2, 3, 4, 5])
    assert rows('"Name"\n"Okafor, Ben"\n"Lee, Ann"\n"Roe, Joe"\n') == [["Okafor, Ben"], ["Lee, Ann"], ["Roe, Joe"]]


def test_what_ends_records_is_no_delimiter() -> None:
    """A told end of records doesn't compete with the delimiter."""
    assert rows("Email,Type;\na@x.org,FA;\nb@x.org,FO;\n", record_end=";") == [["a@x.org", "FA"], ["b@x.org", "FO"]]


@pytest.mark.parametrize("between", ["", "\n", "q@x.org,FO,2025-01-01\n", "q@x.org,FO,y,2025-01-01\n"])
def test_two_marks_without_partners_glue_no_records(between: str) -> None:
    """A record whose first and last line are whole records, by what their columns hold, is several: each is read."""
    head = "Email,Type,Remark,Issued\np@x.org,FA,z,2024-01-01\n"
    read = table(f'{head}a@x.org,FA,"x,2024-01-02\n{between}b@x.org,FO,y",2025-01-03\n')
    assert cells(read)[1] == ["a@x.org", "FA", "x", "2024-01-02"]
    assert cells(read)[-1] == ["b@x.org", "FO", 'y"', "2025-01-03"]
    assert len(cells(read)) == 3 + bool(between.strip())
    assert read.reading.repaired_lines == (3,)


def test_an_address_with_as_many_commas_as_columns_is_one_cell() -> None:
    """The lines of a cell that could be records by their number of fields alone are none by what their columns hold."""
    address = "Street 5, Flat 2, Block 3\nCity, Country"
    read = table("Email,Address,Type,Issued\n" + f'a@x.org,"{address}",FA,2024-01-02\n' * 3)
    assert cells(read) == [["a@x.org", address, "FA", "2024-01-02"]] * 3
    assert read.reading.repaired_lines == ()


def test_marks_around_letters_of_several_bytes() -> None:
    """A torn cell in a drawn table that ends in such a letter is read like others."""
    assert rows('a|b\n---|---\n""é|1\n"x"|2\n') == [['""é', "1"], ["x", "2"]]


def test_what_nothing_repairs_stays_a_record() -> None:
    """Without a reading of the right width the line keeps its own number of fields, is told, and is rejected later."""
    read = table('a,b,c\n1,2,3\n4,"5\n6,7,8\n9,10,11\n')
    assert cells(read) == [["1", "2", "3"], ["4", "5"], ["6", "7", "8"], ["9", "10", "11"]]
    assert (read.fields.tolist(), read.reading.repaired_lines) == ([3, 2, 3, 3], (3,))


def test_matching_marks_are_never_repaired() -> None:
    """A record whose marks match keeps its fields, however many they are."""
    read = table('a,b,c\n1,2,3\n"4,5",6\n"7\n8",9\n1,"a ""b""",c,d\n2,3,4\n')
    assert cells(read)[1:4] == [["4,5", "6"], ["7\n8", "9"], ["1", 'a "b"', "c", "d"]]
    assert read.reading.repaired_lines == ()


# --- what is told counts --------------------------------------------------------------------------------------


def test_told_marks_count() -> None:
    """Delimiter, quotation mark and escape character that are named are used; nothing ('') means there is none."""
    assert rows("a~b\n'1~x'~2\n", delimiter="~", quote="'") == [["1~x", "2"]]
    assert rows('a,b\n"1,2\n', quote="") == [['"1', "2"]]
    assert rows('a,b\n"x\\"",2\n', escape="\\", heading_line=1) == [['x"', "2"]]
    assert table('a,b\n"x",2\n', quote="").reading.options()["quote"] == ""


@pytest.mark.parametrize(("option", "mark"), [("quote", "''"), ("quote", " "), ("escape", "ab"), ("escape", ",")])
def test_marks_that_cannot_be(option: str, mark: str) -> None:
    """A mark must be one character, neither blank nor the delimiter."""
    with pytest.raises(FileError) as caught:
        table("a,b\n1,2\n", delimiter=",", **{option: mark})
    assert (caught.value.reason, caught.value.facts) == ("unknown_mark", {"name": option, "mark": mark})


def test_a_web_page_is_no_table() -> None:
    """HTML under the name of a table is refused with what to do."""
    with pytest.raises(FileError) as caught:
        table("\n<!DOCTYPE html><html><table>")
    assert caught.value.reason == "is_web_page"


@pytest.mark.parametrize(("end", "told"), [("", ["last_line_open"]), ("\n", []), ("\r\n", []), ("\r", [])])
def test_a_last_line_without_its_end_is_noted(end: str, told: list[str]) -> None:
    """A file that may have been taken while it was written is told apart; many healthy ones end so, so no more."""
    read = table(f"Name,Born\nAna,2000\nBo,1999{end}")
    assert ([one.code for one in read.reading.noted], read.reading.warnings) == (told, ())
    assert read.frame["Born"].tolist() == ["2000", "1999"]
