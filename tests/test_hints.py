"""A file that lacks a heading: what it plainly looks like is said, with the key of the recipe that reads such files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import Workbook

import credtools as ct
from credtools.errors import FileError
from credtools.registry import Registry
from tests.builders import only_sqlite
from tests.core import review

HINTS = ("match_users_by", "unpivot", "heading_line", "sheet:")


def said(text: str, recipe: str = "") -> tuple[str, str, set[str]]:
    """The column that is lacking, the sentence, and which keys of a recipe it names."""
    with pytest.raises(FileError) as caught:
        review(text, recipe)
    sentence = caught.value.on("prompt")
    return caught.value.column, sentence, {key for key in HINTS if key in sentence}


@pytest.mark.parametrize(
    ("headings", "way"),
    [
        ("Last name,First name,Credential type,Issue date", "User name"),
        ("Full name,Credential type,Issue date", "User name"),
        ("User ID,Credential type,Issue date", "User ID"),
    ],
)
def test_people_by_another_column(headings: str, way: str) -> None:
    """No address, but names or IDs: users can be matched by these."""
    column, sentence, keys = said(f"{headings}\na,b,c,d\n")
    assert (column, keys) == ("user_email", {"match_users_by"})
    assert way in sentence


@pytest.mark.parametrize("heading", ["PersNr", "Personal-Nr.", "Employee ID", "Matricule"])
def test_people_by_a_personnel_number(heading: str) -> None:
    """A heading of personnel numbers goes before names: users can be matched by User ID."""
    column, sentence, keys = said(f"{heading},Last name,First name,Credential type,Issue date\na,b,c,d,e\n")
    assert (column, keys) == ("user_email", {"match_users_by"})
    assert f"'{heading}'" in sentence
    assert "external_id" in sentence
    assert "User name" not in sentence


def test_an_address_where_ids_are_due() -> None:
    """The same the other way round."""
    column, sentence, keys = said("User email,Credential type,Issue date\na,b,c\n", "match_users_by: external_id")
    assert (column, keys) == ("external_id", {"match_users_by"})
    assert "User email" in sentence


def test_types_as_headings() -> None:
    """Headings that begin with types of the organisation: one row per person; other files get no such hint."""
    column, sentence, keys = said("User email,First Aid issued,First Aid expires,Forklift\nana@x.org,1,2,3\n")
    assert (column, keys) == ("credential_type", {"unpivot"})
    assert "'First Aid issued', 'First Aid expires', 'Forklift'" in sentence
    assert said("User email,First Aider,Course\nana@x.org,1,2\n")[2] == set()


def test_headings_on_another_line() -> None:
    """Where another row was taken for the headings, the line of those that look like it is named."""
    text = "Export,of,today\nUser email,Credential type,Issue date\nana@x.org,First Aid,2025-01-01\n"
    column, sentence, keys = said(text, "read: {heading_line: 1}")
    assert (column, keys) == ("user_email", {"heading_line"})
    assert "line 2" in sentence


@only_sqlite
def test_another_sheet(registry: Registry, tmp_path: Path) -> None:
    """A sheet that was named and lacks the headings: the others are named; a single sheet has none."""
    book, out = Workbook(), io.BytesIO()
    book.active.title = "Summary"
    for row in (["Course", "Held by"], ["First Aid", "12"], ["Forklift", "3"]):
        book.active.append(row)
    sheet = book.create_sheet("People")
    for row in (["User email", "Credential type", "Issue date"], ["ana@example.org", "First Aid", "2025-01-01"]):
        sheet.append(row)
    book.save(out)
    (tmp_path / "a.xlsx").write_bytes(out.getvalue())
    with pytest.raises(FileError) as caught:
        registry.check(tmp_path / "a.xlsx", ct.Recipe.parse("read: {sheet: Summary}"))
    assert "'People'" in caught.value.on("prompt")
    assert "sheet: NAME" in caught.value.on("prompt")
    assert "recipe (" not in caught.value.on("screen")
    assert registry.check(tmp_path / "a.xlsx").ready == 1


def test_nothing_is_hinted_at_without_a_sign() -> None:
    """Where nothing is known of the file, only its headings are told."""
    assert said("A,B,C\n1,2,3\n")[2] == set()
