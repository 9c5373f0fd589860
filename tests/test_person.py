"""Person: what names somebody, and what only looks like it."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from openpyxl import Workbook

from credtools.privacy.person import Person

ANA = Person("ana@example.org", "E-1", "Ana Müller", "erased-1")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ana@example.org", True),
        ("write to <ANA@Example.org>, please", True),
        ("\uff21\uff2e\uff21@example.org", True),
        ("It was ana@example.org.", True),
        ("juliana@example.org", False),
        ("x.ana@example.org", False),
        ("x_ana@example.org", False),
        ("ana@example.org.uk", False),
        ("ana@example.orgs", False),
        ("as Ana  MÜLLER said", True),
        ("Ana Mu\u0308ller", True),
        ("of Müller, Ana: expired", True),
        ("Ana Müllerson", False),
        ("Ana", False),
        ("E-1", False),
    ],
)
def test_in_running_text(text: str, named: bool) -> None:  # noqa: FBT001
    """An address counts whole, a name of several words by its words; nothing that only contains them."""
    assert ANA.in_text(text) is named
    assert (ANA.without(text) != text) is named
    assert not ANA.in_text(ANA.without(text))
    assert ANA.without(f"from: {text}").startswith("from: ")


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (["x", " e-1 "], True),
        (["ana müller"], True),
        (["Müller, Ana"], True),
        (["x", "MÜLLER", "ana "], True),
        (["Müller", "x", "Ana"], False),
        (["E-12"], False),
        (["Müller"], False),
        ([], False),
    ],
)
def test_in_cells(cells: list[str], named: bool) -> None:  # noqa: FBT001
    """In a record the name or User ID counts as a whole cell, however it is written."""
    assert ANA.in_record(json.dumps(cells)) is ANA.in_cells(cells) is named


def test_a_number_is_an_id_only_where_users_are_matched_by_it() -> None:
    """A User ID that is a mere number proves nothing where any number may stand."""
    numbered = Person(external_id="17")
    assert not numbered.in_record('["ben@example.org", "17"]')
    assert numbered.in_record('["17", "First Aid"]', by_id=True)
    assert not numbered.in_record('["171"]', by_id=True)


def test_a_name_of_one_word_counts_as_a_cell_only() -> None:
    """'Will' is a name in a cell of its own, and a word everywhere else."""
    will = Person(name="Will")
    assert will.in_cells(["will"])
    assert not will.in_text("The row will be judged again.")
    assert will.in_bytes(b"Name,Type\nWill,First Aid\n")
    assert not will.in_bytes(b"Note\nIt will do\n")


def test_what_is_blank_is_not_looked_for() -> None:
    """Somebody of whom only the address is known isn't found in blank cells."""
    assert not Person("ana@example.org").in_cells([""])
    assert not Person("ana@example.org").in_bytes(b",,,\n")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-be", "cp1250"])
def test_in_text_files(encoding: str) -> None:
    """A file names somebody in whatever encoding, a rare one where the recipe says so."""
    content = "Nr;Staff\r\n1;Ana Müller\r\n".encode(encoding)
    assert ANA.in_bytes(content, [encoding])
    assert not ANA.in_bytes("Nr;Staff\r\n1;Ana Miller\r\n".encode(encoding), [encoding])


@pytest.mark.parametrize("cell", ["ana@example.org", "Ana Müller", "e-1"])
def test_in_spreadsheets(cell: str) -> None:
    """A spreadsheet names somebody on any sheet, and in what it says of its author."""
    book, out = Workbook(), io.BytesIO()
    book.create_sheet("Other").append(["x", cell])
    book.save(out)
    assert ANA.in_bytes(out.getvalue())
    book, out = Workbook(), io.BytesIO()
    book.properties.creator = "Ana Müller"
    book.save(out)
    assert ANA.in_bytes(out.getvalue())
    assert not Person("ben@example.org", "E-2", "Ben Okafor").in_bytes(out.getvalue())


def test_bytes_that_only_begin_like_a_zip_are_searched_as_they_are() -> None:
    """Whatever a file claims to be, its bytes are looked at."""
    assert ANA.in_bytes(b"PK,ana@example.org")
    assert not ANA.in_bytes(gzip.compress(b"nothing"))


def test_file_names_join_words_differently() -> None:
    """In the name of a file blanks and the ends of words may be written otherwise."""
    for name in ("Ana_Müller.csv", "hr-ana-müller.2024.csv", "ana@example.org_First Aid.pdf", "hr_ana@example.org.csv"):
        assert ANA.in_file_name(name)
        assert "erased-1" in ANA.without_in_file_name(name)
        assert ANA.without_in_file_name(name)[-4:] == name[-4:]
    assert ANA.without_in_file_name("export.csv") == "export.csv"


def test_json_keeps_its_shape() -> None:
    """In a JSON value texts and keys lose the person, and nothing else changes."""
    value = {"file": "/in/Ana Müller.csv", "n": 3, "unknown": {"ana@example.org": 1}, "all": [None, True, "Ana Müller"]}
    assert ANA.without_in_json(value) == {
        "file": "/in/erased-1.csv",
        "n": 3,
        "unknown": {"erased-1": 1},
        "all": [None, True, "erased-1"],
    }
