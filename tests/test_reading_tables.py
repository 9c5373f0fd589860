"""Where the table is in a file: what stands above, between, beside and below it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credtools.errors import FileError
from credtools.model import Table
from credtools.reading import suggest_columns
from tests.core import table

TITLES = ["User email", "Credential type", "Issue date", "E-mail"]
RECORDS = "ana@x.org,First Aid,2024-01-05\nbo@x.org,Forklift,2024-02-05\ncy@x.org,First Aid,2024-03-05\n"
HEADINGS = "Email,Type,Issued\n"
CELLS = [line.split(",") for line in RECORDS.splitlines()]


def cells(read: Table) -> list[list[str]]:
    return [json.loads(text) for text in read.raw]


def places(read: Table) -> dict[str, tuple[int, ...]]:
    """Where the lines went that are no records."""
    told = read.reading
    kinds = ("preamble", "heading", "instruction", "blank", "footer", "aside")
    return {kind: lines for kind in kinds if (lines := getattr(told, f"{kind}_lines"))}


# --- above ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "preamble", "blank"),
    [
        ("Report\n", (1,), ()),
        ("Report, all sites\nExported: 2026-11-02\n\n", (1, 2), (3,)),
        ("\n;;\nReport\n", (2, 3), (1,)),
        ('Report of "last week\n', (1,), ()),
    ],
)
def test_preamble(above: str, preamble: tuple[int, ...], blank: tuple[int, ...]) -> None:
    """Lines that are mostly empty for this table stand above it; the first other holds the headings."""
    read = table(above + HEADINGS + RECORDS, delimiter=",")
    first = above.count("\n") + 1
    assert cells(read) == CELLS
    assert places(read) == {
        kind: lines for kind, lines in (("preamble", preamble), ("heading", (first,)), ("blank", blank)) if lines
    }


def test_titles_show_the_headings() -> None:
    """The schema's titles tell the line of the headings where the shape alone would not."""
    text = "a,b,c\nd,e,f\nUser email,Credential type,Issue date\nana@x.org,First Aid,x\n"
    assert table(text).reading.heading_line == 1
    read = table(text, titles=TITLES)
    assert (read.reading.heading_line, places(read)["preamble"], len(read.frame)) == (3, (1, 2), 1)


def test_no_headings() -> None:
    """A first row that looks like those below it holds no headings, and that is said; headings may also be denied."""
    read = table(RECORDS)
    assert (read.reading.heading_line, read.reading.headings, cells(read)) == (None, ("", "", ""), CELLS)
    assert read.frame.columns.tolist() == ["col_1", "col_2", "col_3"]
    (warning,) = read.reading.warnings
    assert warning.startswith("No heading row was found, so the columns are named col_1, col_2 and so on.")
    assert "(read: {heading_line: …})" in warning
    assert read.reading.options()["heading_line"] == 0
    denied = table("x,y\nz,w\n", heading_line=0)
    assert (cells(denied), denied.reading.warnings) == ([["x", "y"], ["z", "w"]], ())
    assert table(RECORDS, heading_line=1).reading.heading_line == 1


@pytest.mark.parametrize("text", ["a,b\nx,y\n", "2024,2025\n5,6\n7,8\n", "Email\nana@x.org\n", "id,n\n1,2\n"])
def test_headings_in_doubt_are_headings(text: str) -> None:
    """Without plain evidence the first filled row holds the headings."""
    assert table(text).reading.heading_line == 1


def test_headings_over_two_rows() -> None:
    """A second row that looks like no record is part of the headings, joined by one space; that is said."""
    records = RECORDS * 3
    text = "User,Credential,Credential\nemail address,name,issued on\n" + records
    read = table(text)
    assert read.frame.columns.tolist() == ["User email address", "Credential name", "Credential issued on"]
    assert (places(read), len(read.frame)) == ({"heading": (1, 2)}, 9)
    (warning,) = read.reading.warnings
    assert warning.startswith("The headings on lines 1 and 2 were joined.")
    assert "(read: {heading_rows: 1})" in warning
    assert len(table(text, heading_line=1, heading_rows=1).frame) == 10
    assert table("a,b\nc,d\n1,2\n", heading_line=1, heading_rows=2).frame.to_dict("records") == [
        {"a c": "1", "b d": "2"}
    ]


def test_a_bad_first_record_is_no_heading() -> None:
    """A record with wrong values stays a record, to be judged."""
    for record in "ana@x.org,Frist Aid,soon\n", "unknown,Unheard of,2024-01-01\n", "someone,First Aid,some day\n":
        assert len(table(HEADINGS + record + RECORDS * 3).frame) == 10


def test_repeated_headings() -> None:
    """Headings that come again on each page are headings there, too."""
    read = table(HEADINGS + RECORDS + HEADINGS + RECORDS)
    assert (cells(read), places(read)) == (CELLS * 2, {"heading": (1, 5)})
    assert read.reading.heading_line == 1


def test_the_instruction_row() -> None:
    """The template's instruction row, left in, is told by its texts; without them it is a record."""
    texts = ["The user's e-mail address", "The name of a type", "As DD/MM/YYYY"]
    text = HEADINGS + ",".join(texts) + "\n" + RECORDS
    read = table(text, instructions=texts)
    assert (cells(read), places(read)) == (CELLS, {"heading": (1,), "instruction": (2,)})
    assert len(table(text, heading_rows=1).frame) == 4


# --- below and beside -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "footer",
    [
        "Total,3,\n",
        "Total,,3\n",
        "Grand total:\n",
        "\nExported by the HR office\nCall 123 for help\n",
        "* without trainees\n",
    ],
)
def test_footers(footer: str) -> None:
    """Totals and notes at the end are a footer, which is said with an example."""
    read = table(HEADINGS + RECORDS + footer)
    assert cells(read) == CELLS
    first = footer.strip().splitlines()[0].replace(",", " ").split()
    (warning,) = read.reading.warnings
    assert warning.startswith("The end of the file was read as a footer (line")
    assert f"for example {' '.join(first)!r}. " in warning
    assert "(read: {footer_lines: none})" in warning
    assert len(table(HEADINGS + RECORDS + footer, footer_lines=0).frame) > 3


@pytest.mark.parametrize(
    "row",
    [
        "dee@x.org\n",
        "\ndee@x.org\n",
        "Total Safety,Forklift,2024-01-01\n",
        "dee\n",
        "dee,,\n",
        "\nd@x.org,First Aid,\n",
        "sum.lee@x.org,Forklift,\n",
        "notes@x.org,,\n",
        "Sum Lee,,2024-01-01\n",
        "*E-100,,2024-01-01\n",
        "total-1,First Aid\n",
    ],
)
def test_what_is_no_footer(row: str) -> None:
    """A record that is short or odd stays a record, to be rejected with its reason."""
    assert len(table(HEADINGS + RECORDS + row).frame) == 4


@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_record_that_comes_again_begins_no_table(gap: str) -> None:
    """Equal records with too many fields at the end are no headings with a table below: they stay, to be rejected."""
    read = table(HEADINGS + RECORDS * 3 + gap + "a,b,c,d,e\n" * 4)
    assert cells(read) == [*CELLS * 3, *[list("abcde")] * 4]


def test_told_footer_lines() -> None:
    """The told number of filled records at the end are no records."""
    read = table(HEADINGS + RECORDS + "\nx,y,z\n", footer_lines=1)
    assert (cells(read), places(read)["footer"]) == (CELLS, (6,))


@pytest.mark.parametrize(
    "other",
    [
        "\nCode,Meaning\nFA,First Aid\nFL,Forklift\n",
        "\nCode,Meaning,Since,By\nFA,First Aid,x,y\nFL,Forklift,x,y\n",
        "\nCode,Meaning,Group\nFA,First Aid,x\nFL,Forklift,y\n",
        "Code,Meaning\nFA,First Aid\nFL,Forklift\nW,Welder\n",
    ],
)
def test_a_second_table(other: str) -> None:
    """Another table below, with headings of its own, is left out and told."""
    read = table(HEADINGS + RECORDS + other)
    assert cells(read) == CELLS
    assert len(places(read)["aside"]) == len(other.split()) - other.count("First Aid")
    (warning,) = read.reading.warnings
    assert warning.startswith("Content beside or below the table was ignored (lines ")
    assert warning.endswith("for example 'Code Meaning'.") or "Code Meaning" in warning


def test_gaps_within_a_table() -> None:
    """Blank lines between records end nothing."""
    read = table(HEADINGS + RECORDS.replace("\n", "\n\n") + "Dee,Welder,soon\n")
    assert len(read.frame) == 4
    assert places(read)["blank"] == (3, 5, 7)


def test_notes_beside() -> None:
    """Notes right of an empty column are cut off the records; lines of notes only are aside."""
    rows = ["a,b,c,,", "1,2,3,,x = first", "4,5,6,,", "7,8,9,,", ",,,,y = second"]
    read = table("\n".join(rows))
    assert cells(read) == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]
    assert (read.expected_fields, read.fields.tolist(), places(read)["aside"]) == (3, [3, 3, 3], (5,))
    assert read.reading.warnings == (
        "Content beside or below the table was ignored (line 5), for example 'y = second'.",
        "Notes to the right of the table, beyond an empty column, were ignored (lines 2 and 5).",
    )


def test_columns_with_headings_are_no_notes() -> None:
    """A sparse column with a heading, or filled in most records, belongs to the table."""
    read = table("a,b,c,,Note\n1,2,3,,x\n4,5,6,,\n7,8,9,,\n")
    assert (read.expected_fields, cells(read)[0]) == (5, ["1", "2", "3", "", "x"])


# --- what was detected can be said again ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Report\n\n" + HEADINGS + RECORDS,
        RECORDS,
        "'a'|'b'\n'1|x'|'2'\n'3'|'4'\n",
        'a,b\n"x \\"y\\", z","p"\n"q","r"\n',
        "a  b\n1 x  2\n3 y  4\n",
    ],
)
def test_options_read_the_same_table(text: str) -> None:
    """What was detected, told as options, gives the same table."""
    read = table(text)
    again = table(text, **read.reading.options())
    assert again.frame.equals(read.frame)
    assert places(again) == places(read)


def test_options_name_what_matters() -> None:
    """Encoding, delimiter and heading line are saved; marks only where they aren't the usual ones."""
    assert table("Report\n" + HEADINGS + RECORDS).reading.options() == {
        "encoding": "utf-8",
        "delimiter": ",",
        "heading_line": 2,
    }


def test_unknown_options() -> None:
    """An option that doesn't exist is a mistake of the caller."""
    options: dict[str, Any] = {"sheet_name": "x"}
    with pytest.raises(TypeError):
        table("a,b\n1,2\n", **options)


def test_too_many_headings() -> None:
    """More than 2,000 headings are refused by their own line, also without records."""
    with pytest.raises(FileError, match=r"The record on line 2 has 2,001 fields"):
        table("Report\n" + ",".join("h" * 2_001) + "\n", heading_line=2)


# --- suggestions ----------------------------------------------------------------------------------------------

KNOWN = {
    "user_email": ["User email", "E-mail", "Email address"],
    "credential_type": ["Credential type", "Qualification"],
    "issue_date": ["Issue date", "Issued on"],
}


def test_suggestions() -> None:
    """A heading like a title or synonym is suggested, words in any order; each column once, for the nearest."""
    found = suggest_columns(["Email adress", "Date of issue", "date, issue", "Qualifications", "Remarks"], KNOWN)
    assert found == {"Email adress": "user_email", "date, issue": "issue_date", "Qualifications": "credential_type"}


def test_no_suggestion_for_part_of_a_name() -> None:
    """A heading that shares one word only is not suggested."""
    assert suggest_columns(["User", "Type of building", "Date of birth", "Expiration date", ""], KNOWN) == {}
