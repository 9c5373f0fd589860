"""Exports of many programs, each read as a person would; and what a text of any kind must not lose.

The files lie beside the checkout; what isn't there isn't collected.
"""

from __future__ import annotations

import json
from itertools import combinations

import pytest

from credtools import reading
from credtools.model import Table
from tests.core import SHARED, table

EXPORTS = SHARED.parent / "cases" / "exports"
EMAIL, ANA, BEN = ["Email", "Number", "Issued"], "ana@example.org", "ben@example.org"
ISO = [ANA, "0012", "2026-03-04"]
DMY = [ANA, "0012", "04/03/2026"]
BORDER = "+------+------------+\n"
UNNAMED = ["col_1", "col_2", "col_3"]
FOUR = ["User email", "Credential type", "Issue date", "Credential number"]

# file → its headings, number of rows, first row, and the codes of what is told of it
READ_AS: dict[str, tuple[list[str], int, list[str], list[str]]] = {
    "sqlcmd.csv": (EMAIL, 2, ISO, ["footer_ignored"]),
    "sqlplus.csv": (["EMAIL", "NUM", "ISSUED"], 2, [ANA, "0012", "04-MAR-26"], ["footer_ignored"]),
    "powershell.csv": (["mail", "employeeID", "displayName"], 2, [ANA, "0012", "Ana Silva"], []),
    "markdown.txt": (EMAIL, 2, ISO, []),
    "tilde.txt": (EMAIL, 2, ISO, []),
    "dblpipe.txt": (EMAIL, 2, ISO, []),
    "colon.txt": (EMAIL, 2, ISO, []),
    "section.txt": (EMAIL, 2, ISO, ["encoding_doubtful"]),
    "unitsep.txt": (EMAIL, 1, ISO, ["record_end_found"]),
    "concordance.dat": (["Email", "Number"], 1, [ANA, "0012"], []),
    "hash2.txt": (FOUR, 3, ["ana.silva@example.org", "First Aid", "04/03/2024", "A-17"], ["record_end_found"]),
    "user_data_multi.txt": (
        ["STUD_ID", "LNAME", "FNAME", "EMAIL_ADDR", "COMMENTS"],
        3,
        ["0012", "Silva", "Ana", "ana.silva@example.org", "first line\nsecond line"],
        ["record_end_found"],
    ),
    "fixed.txt": (
        ["SSN4", "LAST", "FIRST", "LIC#", "ISSUED", "EXPIRES"],
        3,
        ["0012", "SILVA", "ANA", "00004711", "20240304", "20270303"],
        [],
    ),
    "lo_allquoted.csv": (EMAIL, 2, [ANA, "0012", "04.03.2026"], []),
    "accdb.txt": (UNNAMED, 3, [ANA, "12,00", "4.3.2026 00:00:00"], ["no_heading_row"]),
    "headless2.csv": (UNNAMED, 2, ["ana.silva@example.org", "First Aid", "Ana Silva"], ["no_heading_row"]),
    "headless3.csv": (UNNAMED, 2, ["Ana Silva", "First Aid", "valid"], ["no_heading_row"]),
    "iso.csv": (FOUR[:3], 2, ["ana.silva@example.org", "First Aid", "2024-03-04T00:00:00.000Z"], []),
    "nbsp.csv": (["Email", "Name", "Issued"], 2, [f"{ANA}\xa0", "Ana\xa0Silva", "04/03/2026"], []),
    "trailing_delim.csv": ([*EMAIL, "col_4"], 2, [*DMY, ""], []),
    "trailing_many.csv": ([*EMAIL, "col_4", "col_5", "col_6", "col_7"], 2, [*DMY, "", "", "", ""], []),
    "sep.csv": (EMAIL, 3, DMY, []),
    "sep_quoted.csv": (EMAIL, 2, DMY, []),
    "sep_tab.csv": (EMAIL, 2, DMY, []),
    "sep_utf16.csv": (EMAIL, 2, DMY, []),
    "w3c_comment.csv": (EMAIL, 2, ISO, []),
    "unicode_text.txt": (["Email", "Name", "Number"], 2, [ANA, 'Ana "Ace" Łuksza', "0012"], []),
}

if EXPORTS.is_dir():

    @pytest.mark.parametrize("name", READ_AS)
    def test_exports_are_read_as_a_person_would(name: str) -> None:
        """Headings, number of rows, first row and what is told; what was found, said as options, reads the same."""
        headings, rows, first, told = READ_AS[name]
        content = (EXPORTS / name).read_bytes()
        read = reading.read_bytes(content, name)
        assert read.frame.columns.tolist() == headings
        assert (len(read.frame), read.frame.iloc[0].tolist()) == (rows, first)
        assert [one.code for one in read.reading.noted if one.code != "end_marked"] == told
        again = reading.read_bytes(content, name, **read.reading.options())
        assert again.frame.equals(read.frame)

    @pytest.mark.parametrize("name", ["EN.dat", "EN.txt", "dbpr.csv"])
    def test_exports_without_headings(name: str) -> None:
        """Lists of government offices without headings lose no record and say so."""
        read = reading.read(EXPORTS / name)
        assert len(read.frame) == 3
        assert [one.code for one in read.reading.noted] == ["no_heading_row"]


def rows(text: str, **options: object) -> list[list[str]]:
    return [json.loads(raw) for raw in table(text, **options).raw]


def codes(read: Table) -> list[str]:
    return [one.code for one in read.reading.noted]


# --- records, not lines ---------------------------------------------------------------------------------------


def test_addresses_of_several_lines() -> None:
    """How a file is divided is judged by its records: addresses over lines, with blanks and commas, are one cell."""
    address = "{k}  High Street, back\nFlat  {k}, left\nOslo  NO"
    records = [[str(k), f"Holder {k}", address.format(k=k), f"2027-01-{k % 28 + 1:02}"] for k in range(30)]
    text = "".join(f'{a};{b};"{c}";{d}\n' for a, b, c, d in records)
    read = table("Number;Holder;Address;Expires\n" + text)
    assert (read.reading.delimiter, codes(read)) == (";", [])
    assert [json.loads(raw) for raw in read.raw] == records


def test_a_first_part_unlike_the_rest() -> None:
    """Later places of a file count, too: a long page of remarks above doesn't tell how it is divided."""
    remarks = "".join(f"Remark {k}, which is long, and of the office | of {k}\n" for k in range(40))
    records = "".join(f"L-{k};Ana, Ltd;2027-01-{k % 28 + 1:02}\n" for k in range(2_000))
    read = table(remarks + "Licence;Holder;Expires\n" + records)
    assert (read.reading.delimiter, read.frame.columns.tolist()) == (";", ["Licence", "Holder", "Expires"])
    assert (len(read.frame), codes(read)) == (2_000, ["lines_above"])


@pytest.mark.parametrize("mark", ['"', '""'])
def test_a_wrong_mark_loses_no_record(mark: str) -> None:
    """Wherever a stray mark falls in a short file, each record stays one, and none becomes a preamble."""
    text = "no;name;address;day\n" + "".join(
        f'{k};Ana {k};"Street {k}\nTown, {k}";2024-01-{k + 1:02}\n' for k in range(14)
    )
    for place in range(text.index("\n") + 1, len(text), 5):
        read = table(text[:place] + mark + text[place:])
        assert len(read.frame) >= 13, place
        assert read.reading.preamble_lines == (), place


@pytest.mark.parametrize(
    ("above", "told"),
    [
        ("Report\n\nAll sites\n", []),
        ("".join(f"Remark {k}\n" for k in range(6)), ["lines_above"]),
        ("L-9;Bo;2024-01-09\nL-8;Cy;2024-01-08\n", ["lines_above"]),
    ],
)
def test_what_stands_above_is_told(above: str, told: list[str]) -> None:
    """More than a few lines above the headings, or what looks like a record there, is told, unless they are named."""
    text = above + "Licence;Holder;Issued\nL-1;Ana;2024-01-05\nL-2;Di;2024-01-06\nL-3;Ed;2024-01-07\n"
    line = above.count("\n") + 1
    read = table(text, titles=["Licence", "Holder", "Issued"])
    assert (read.reading.heading_line, codes(read)) == (line, told)
    assert codes(table(text, heading_line=line)) == []


# --- headings -------------------------------------------------------------------------------------------------

DATED = "".join(f"L-{k},2024-01-{k:02},T-{k},2025-01-{k:02}\n" for k in range(1, 7))


@pytest.mark.parametrize(
    ("above", "headings"),
    [
        ("Licence,,Training,\nNo,Date,No,Date\n", ["Licence No", "Licence Date", "Training No", "Training Date"]),
        ("Licence,Issue,Training,Issue\n,date,,date\n", ["Licence", "Issue date", "Training", "Issue date (2)"]),
        ("Licence,,Training,\n,Issued,,Held on\n", ["Licence", "Issued", "Training", "Held on"]),
        ("A,B,C,D\nA,B,C,D\nA,B,C,D\n", ["A", "B", "C", "D"]),
    ],
)
def test_headings_over_several_rows(above: str, headings: list[str]) -> None:
    """A group's heading is carried over its columns, rows that complete each other are joined, equal ones are one."""
    read = table(above + DATED)
    assert read.frame.columns.tolist() == headings
    assert len(read.frame) == 6
    assert len(read.reading.heading_lines) == above.count("\n")


def test_row_names_without_a_heading() -> None:
    """Numbers in front of each record, over which there is no heading, are a column of their own, which is told."""
    read = table('"name" "kind"\n"1" "Ana S" "x"\n"2" "Bo" "y"\n"3" "Cy" "x"\n')
    assert (read.reading.delimiter, read.frame.columns.tolist()) == (" ", ["col_1", "name", "kind"])
    assert (read.frame.iloc[0].tolist(), codes(read)) == (["1", "Ana S", "x"], ["row_names"])
    ids = table("id,name,kind\n1,Ana,x,p\n2,Bo,y,q\n3,Cy,x,r\n")
    assert ids.frame.columns.tolist() == ["id", "name", "kind", "col_4"]


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("# exported\n# Email,Number,Issued\n", EMAIL),
        ("#Version: 1.0\n#Fields:,Email,Number,Issued\n", EMAIL),
        ("# of people,Number,Issued\n", ["# of people", "Number", "Issued"]),
    ],
)
def test_headings_in_a_comment(text: str, headings: list[str]) -> None:
    """The mark of a comment is no part of a heading, where other comments stand above."""
    assert (
        table(text + "".join(f"a{k}@x.org,{k},2024-01-0{k}\n" for k in range(1, 5))).frame.columns.tolist() == headings
    )


# --- drawn, padded, ended -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        " Name | Issued     \n------+------------\n Ana  | 2024-01-05 \n Bo   | 2024-02-05 \n(2 rows)\n",
        f"{BORDER}| Name | Issued     |\n{BORDER}| Ana  | 2024-01-05 |\n| Bo   | 2024-02-05 |\n{BORDER}2 rows in set\n",
        "Name Issued    \n---- ----------\nAna  2024-01-05\nBo   2024-02-05\n\n(2 rows affected)\n",
        "| Name | Issued |\n|:-----|-------:|\n| Ana | 2024-01-05 |\n| Bo | 2024-02-05 |\n",
    ],
)
def test_drawn_tables(text: str) -> None:
    """Of a table that a prompt or Markdown draws, lines and padding are no content; a count below is a footer."""
    read = table(text)
    assert read.frame.to_dict("list") == {"Name": ["Ana", "Bo"], "Issued": ["2024-01-05", "2024-02-05"]}
    assert codes(read) in ([], ["footer_ignored"])


def test_fixed_width_with_blanks_inside() -> None:
    """Columns begin after blanks that run through all lines and the headings; words within cells divide nothing."""
    text = "Name          Kind of licence Issued    \n"
    text += "".join(
        f"{name:<14}{kind:<16}2024-01-0{k}\n"
        for k, (name, kind) in enumerate([("Ana da Silva", "First Aid"), ("Bo", "Fork lift truck"), ("Cy Li", "")], 1)
    )
    read = table(text)
    assert read.reading.delimiter == "at 1 15 31"
    assert rows(text) == [
        ["Ana da Silva", "First Aid", "2024-01-01"],
        ["Bo", "Fork lift truck", "2024-01-02"],
        ["Cy Li", "", "2024-01-03"],
    ]
    assert rows("0012SILVA\n0013LI\n", delimiter="at 1 5", heading_line=0) == [["0012", "SILVA"], ["0013", "LI"]]


@pytest.mark.parametrize("text", ["Time\n10:20:30\n10:20:31\n10:20:32\n", "Name\nAna Silva\nBen Okoro\nWei Lopez\n"])
def test_no_delimiter_without_plain_evidence(text: str) -> None:
    """Colons of times and blanks between names divide nothing."""
    assert table(text).frame.shape == (3, 1)


def test_a_mark_at_ends_of_cells_is_no_end_of_records() -> None:
    """Cells that a spreadsheet shows as ######## end no record."""
    text = "a|b\n1|########\n2|########\n3|########\n"
    assert (rows(text)[0], table(text).reading.record_end) == (["1", "########"], "")


# --- single records -------------------------------------------------------------------------------------------


def test_a_record_with_another_delimiter() -> None:
    """A record that another delimiter divides into cells like those of the others is read so, and told."""
    records = [f"L-{k},Ana {k},2024-01-0{k},{k}.50" for k in range(1, 8)]
    records[3] = records[3].replace(",", ";")
    read = table("\n".join(["Licence,Holder,Issued,Fee", *records]) + "\n")
    assert (read.frame.iloc[3].tolist(), codes(read)) == (["L-4", "Ana 4", "2024-01-04", "4.50"], ["row_recut"])
    records[3] = "one two three four"
    assert table("\n".join(["Licence,Holder,Issued,Fee", *records]) + "\n").fields[3] == 1


@pytest.mark.parametrize("broken", range(1, 4))
def test_a_second_table_with_a_broken_row(broken: int) -> None:
    """A table below, under a title or not, is one with a broken row, too."""
    other = ["Code;Meaning", "FA;First Aid", "FL;Forklift", "W;Welder", "X;None"]
    other[broken] += ";more"
    first = "Licence;Holder;Issued\n" + "".join(f"L-{k};Ana;2024-01-0{k}\n" for k in range(1, 6))
    for title in "", "Legend of codes\n":
        read = table(f"{first}\n{title}" + "\n".join(other) + "\n")
        assert (len(read.frame), codes(read)) == (5, ["content_ignored"])


def test_notes_that_delimiters_cut() -> None:
    """Notes below whose commas cut them are notes; records that are short stay records."""
    first = "Licence,Holder,Kind,Issued\n" + "".join(f"L-{k},Ana,x,2024-01-0{k}\n" for k in range(1, 6))
    read = table(first + "\nFigures are provisional, and may change, as ever\n")
    assert (len(read.frame), codes(read)) == (5, ["footer_ignored"])
    assert len(table(first + "\nL-6,Bo,x\n").frame) == 6


def test_comments_among_records() -> None:
    """A line of one cell that begins with the mark of comments is aside, which is told; an odd record stays one."""
    read = table("id,name\n1,Ana\n# late ones\n2,Bo\nodd\n3,Cy\n")
    assert (len(read.frame), read.reading.aside_lines, codes(read)) == (4, (3,), ["content_ignored"])


def test_two_marks_apart_cost_no_record_between() -> None:
    """Two stray marks don't make one record of those between them, wherever they are."""
    records = [f"{k},Ana {k},x,2024-01-{k + 1:02}" for k in range(10)]
    for a, b in combinations(range(10), 2):
        if b - a > 1:
            spoilt = records[:]
            spoilt[a], spoilt[b] = spoilt[a].replace("Ana", '"Ana'), spoilt[b].replace(",x", '",x')
            assert len(table("no,name,kind,day\n" + "\n".join(spoilt) + "\n").frame) == 10


def test_a_single_column_that_looks_divided_is_told() -> None:
    """Where nothing divides lines in which several blanks stand, that is told: the file has no columns to us."""
    text = "CODES\n" + "".join(f"A{k}{'  ' * (k % 3 + 1)}x{k} {k}{'   ' * (k % 2)} y\n" for k in range(9))
    assert (table(text).frame.shape, codes(table(text))) == ((9, 1), ["one_column"])
    assert codes(table("Name\nAna  Silva\nBo\nCy\n")) == []
