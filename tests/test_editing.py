"""Editing a draft: another recipe, and corrections of single cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from credtools.errors import FileError, RecipeError, RegistryError
from credtools.model import Counts
from credtools.registry import Registry
from tests.builders import ANA, HR_HEADINGS, ZOE, export, write

COLUMNS = "user_email, credential_type, issue_date, expiration_date, credential_number"
TYPO = "ana@exmaple.org,First Aid,2024-01-10,,"


def test_patch_corrects_one_cell(registry: Registry, tmp_path: Path) -> None:
    """A patch corrects one cell of one record: the row becomes ready, its raw record stays as it came."""
    batch = registry.upload(export(tmp_path, ZOE, TYPO, TYPO))
    assert batch.patch(line=3, column="user_email", value="ana@example.org").ready == 1
    assert batch.patches().to_dict("records") == [
        {"line": 3, "column": "user_email", "old": "ana@exmaple.org", "new": "ana@example.org"}
    ]
    assert batch.finish().counts == Counts(rows=3, new=1, rejected=2)
    assert batch.table.raw[1] == '["ana@exmaple.org", "First Aid", "2024-01-10", "", ""]'
    assert registry.verify() == []


def test_patch_comes_back_with_its_record(registry: Registry, tmp_path: Path) -> None:
    """The same record from the same source is corrected again, in any file, on any line; a changed one isn't."""
    registry.upload(export(tmp_path, TYPO)).patch(2, "user_email", "ana@example.org")
    changed = TYPO.replace("2024-01-10", "2025-01-10")
    later = registry.upload(export(tmp_path, ZOE, changed, TYPO, name="later.csv"))
    assert later.review().rejected.tolist() == [True, True, False]
    assert later.patches()["line"].tolist() == [4]


def test_patch_stays_with_its_source(registry: Registry, tmp_path: Path) -> None:
    """A correction made for one source doesn't reach another's records."""
    registry.upload(export(tmp_path, TYPO)).patch(2, "user_email", "ana@example.org")
    other = registry.upload(export(tmp_path, TYPO), recipe=write(tmp_path, "hr.yaml", "date_format: YYYY-MM-DD\n"))
    assert other.review().ready == 0


def test_patch_is_taken_back(registry: Registry, tmp_path: Path) -> None:
    """None, or the value that the file has, takes a correction back; a second one takes the first one's place."""
    batch = registry.upload(export(tmp_path, TYPO))
    batch.patch(2, "user_email", "ben@example.org")
    batch.patch(2, "user_email", "ana@example.org")
    assert batch.patches()["new"].tolist() == ["ana@example.org"]
    assert batch.patches()["old"].tolist() == ["ana@exmaple.org"]
    for taken_back in (None, "ana@exmaple.org"):
        batch.patch(2, "user_email", "ana@example.org")
        assert batch.patch(2, "user_email", taken_back).ready == 0
        assert batch.patches().empty


def test_many_cells_at_once(registry: Registry, tmp_path: Path) -> None:
    """Several cells, as pasted from a spreadsheet, are one step."""
    batch = registry.upload(export(tmp_path, TYPO, ZOE))
    cells = [(2, "user_email", "ana@example.org"), (3, "user_email", "ben@example.org"), (3, "credential_number", "7")]
    assert batch.patch_cells(cells).ready == 2


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (1, "user_email", "line_without_record"),
        (2, "colour", "column_absent"),
    ],
)
def test_patch_of_nothing_is_refused(registry: Registry, tmp_path: Path, line: int, column: str, reason: str) -> None:
    """A correction must name a record and a column of the file."""
    batch = registry.upload(export(tmp_path, TYPO))
    with pytest.raises(RegistryError) as caught:
        batch.patch(line, column, "x")
    facts = {"line": 1, "file": "export.csv", "first": 2} if line == 1 else {"column": "colour", "columns": COLUMNS}
    assert (caught.value.reason, caught.value.facts) == (reason, facts)


def test_finished_batch_takes_no_patch(registry: Registry, tmp_path: Path) -> None:
    """What is finished is history; a correction comes with the next file."""
    batch = registry.upload(export(tmp_path, ANA, TYPO))
    batch.finish()
    with pytest.raises(RegistryError) as caught:
        batch.patch(3, "user_email", "ana@example.org")
    assert (caught.value.reason, caught.value.facts) == ("batch_settled", {"batch": 1, "state": "finished"})


def test_changed_recipe_stays_with_the_draft(
    registry: Registry, tmp_path: Path, opened: Callable[..., Registry]
) -> None:
    """Who opens a draft later, elsewhere, goes on with the recipe as it was left."""
    batch = registry.upload(export(tmp_path, ANA.replace("First", "Frist")))
    assert batch.replace("credential_type", {"Frist Aid": "First Aid"}).ready == 1
    again = opened(registry.engine.url.render_as_string(hide_password=False)).batch(batch.id)
    assert again.review().ready == 1
    assert again.recipe == batch.recipe


def test_recipe_that_does_not_fit_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    """A change by which the file can't be judged any more is refused, and the draft stays as it was."""
    batch = registry.upload(export(tmp_path, "ana@example.org,First Aid,2024-01-01", headings=HR_HEADINGS), recipe=None)
    mapped = {"E-Mail": "user_email", "Kind": "credential_type", "From": "issue_date"}
    assert batch.use(dataclasses.replace(batch.recipe, headings=mapped)).ready == 1
    before = batch.recipe
    with pytest.raises(FileError) as caught:
        batch.use(dataclasses.replace(batch.recipe, read={"delimiter": ";"}))
    assert caught.value.code == "heading_required"
    assert batch.recipe == before
    assert batch.review().ready == 1


def test_value_that_names_a_person_becomes_patches(registry: Registry, tmp_path: Path) -> None:
    """Replacing an address corrects each row that has it; the recipe, which goes to git, stays free of persons."""
    other = TYPO.replace("2024", "2025").replace("ana@", " ANA@")
    batch = registry.upload(export(tmp_path, TYPO, ZOE, other))
    assert batch.replace("user_email", {"ana@exmaple.org": "ana@example.org"}).ready == 2
    assert batch.recipe.rules == ()
    assert batch.patches()["line"].tolist() == [2, 4]


def test_recipe_that_replaces_a_person_is_refused(registry: Registry, tmp_path: Path) -> None:
    """A recipe written by hand holds no personal values either."""
    rule = "rules: [{replace: {column: user_email, from: ana@exmaple.org, to: ana@example.org}}]\n"
    with pytest.raises(RecipeError) as caught:
        registry.check(export(tmp_path, TYPO), write(tmp_path, "hr.yaml", rule))
    assert (caught.value.reason, caught.value.facts["column"]) == ("recipe_names_person", "user_email")


def test_value_that_no_row_has_is_not_replaced(registry: Registry, tmp_path: Path) -> None:
    """A rule for a value that isn't there would look like a decision and do nothing: it is refused."""
    batch = registry.upload(export(tmp_path, ANA))
    with pytest.raises(RegistryError) as caught:
        batch.replace("credential_type", {"Frist Aid": "First Aid"})
    facts = {"file": "export.csv", "value": "Frist Aid", "column": "credential_type"}
    assert (caught.value.reason, caught.value.facts) == ("value_absent", facts)
    with pytest.raises(RegistryError) as caught:
        batch.replace("credential_tipe", {"First Aid": "Forklift"})
    assert (caught.value.reason, caught.value.facts["column"]) == ("column_absent", "credential_tipe")
    assert batch.preview() == Counts(rows=1, new=1)
