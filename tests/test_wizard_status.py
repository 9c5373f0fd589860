"""The status in the wizard: a heading and what its words mean are said by a person, seen before, kept, and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credtools.recipe import Recipe, Status
from tests.builders import HEADINGS, export, only_sqlite
from tests.clicks import Clicks

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.registry import Registry

WORDS = ("Active", "ACTIVE", "Revoked", "In progress", "")
SAID = {"Active": "valid", "Revoked": "withdrawn", "In progress": "leave_out", "": "valid"}
pytestmark = only_sqlite


def uploaded(registry: Registry, folder: Path, recipe: Path | None = None) -> Clicks:
    lines = [f"ana@example.org,First Aid,2024-0{k + 1}-10,,,{word},n{k % 2}" for k, word in enumerate(WORDS)]
    clicks = Clicks(registry, recipe)
    clicks.upload("state.csv", export(folder, *lines, headings=f"{HEADINGS},State,Note").read_bytes())
    return clicks


@pytest.fixture
def clicks(registry: Registry, tmp_path: Path) -> Clicks:
    return uploaded(registry, tmp_path)


def recipe(clicks: Clicks) -> Recipe:
    return clicks.wizard.file.batch.recipe


def test_the_form_shows_each_word_with_its_rows(clicks: Clicks) -> None:
    """The likely heading is chosen, blanks are a word, spellings are one; what nobody knows is left to be said."""
    assert (clicks.state["status"] != "", clicks.state["status_line"] != "") == (True, True)
    clicks("status")
    form = clicks.sent[-1]
    assert (form["headings"], form["heading"], form["used"]) == (["State", "Note"], "State", "")
    assert form["words"] == [
        ("Active", 2, "valid", "valid"),
        ("", 1, "valid", ""),
        ("In progress", 1, "valid", "leave_out"),
        ("Revoked", 1, "valid", "withdrawn"),
    ]
    clicks("status", heading="Note")
    assert clicks.sent[-1]["words"] == [("n0", 3, "valid", ""), ("n1", 2, "valid", "")]
    assert recipe(clicks).status is None


def test_what_is_said_is_judged_kept_and_undone(clicks: Clicks) -> None:
    """One decision: rows are withdrawn and left out, the recipe holds it, undo and redo take it back and again."""
    clicks("use_status", heading="State", words=SAID)
    review = clicks.wizard.file.reviewed
    assert (int(review.withdrawn.sum()), int(review.left_out.sum()), clicks.state["causes"]) == (1, 1, [])
    kept = Status("State", ("Active", ""), ("Revoked",), ("In progress",))
    assert (recipe(clicks).status, clicks.state["status"]) == (kept, "")
    assert Recipe.parse(recipe(clicks).text()).status == kept
    assert len(clicks.state["decisions"]) == 1
    clicks("undo")
    assert (recipe(clicks).status, int(clicks.wizard.file.reviewed.withdrawn.sum())) == (None, 0)
    clicks("redo")
    assert recipe(clicks).status == kept


def test_a_word_that_nobody_said_is_asked_about(clicks: Clicks) -> None:
    """Its rows are rejected, never taken as valid; what was said can be changed, and taken back as a whole."""
    clicks("use_status", heading="State", words=SAID | {"": "", "In progress": ""})
    assert {cause["count"] for cause in clicks.state["causes"]} == {"1 row"}
    assert len(clicks.state["causes"]) == 2
    clicks("status")
    assert [(word, now, then) for word, _, now, then in clicks.sent[-1]["words"]] == [
        ("Active", "valid", "valid"),
        ("", "", ""),
        ("In progress", "", "leave_out"),
        ("Revoked", "withdrawn", "withdrawn"),
    ]
    clicks("use_status", heading="", words={})
    assert (recipe(clicks).status, clicks.state["causes"]) == (None, [])


def test_words_of_other_files_stay(registry: Registry, tmp_path: Path) -> None:
    """What the recipe says of words that this file lacks is kept when the others are said anew."""
    path = tmp_path / "hr.yaml"
    path.write_text("status: {column: State, valid: [Active, Held], withdrawn: [Revoked, Lapsed]}\n", "utf-8")
    clicks = uploaded(registry, tmp_path, path)
    clicks("use_status", heading="State", words=SAID | {"Revoked": "leave_out"})
    status = recipe(clicks).status
    assert status is not None
    assert {"held", "active", ""} == {word.lower() for word in status.valid}
    assert (status.withdrawn, {*status.leave_out}) == (("Lapsed",), {"Revoked", "In progress"})


@pytest.mark.parametrize(
    ("heading", "words", "reason"),
    [
        ("Issue date", {"2024-01-10": "valid"}, "meaning_unusable"),
        ("Nowhere", {"x": "valid"}, "meaning_unusable"),
        ("State", {"Active": "gone"}, "meaning_unusable"),
        ("State", {"Active": ""}, "status_without_meaning"),
        ("", {}, "no_change"),
        ("Note", {"ana@example.org": "valid"}, "rule_names_somebody"),
    ],
)
def test_what_cant_be_meant_changes_nothing(clicks: Clicks, heading: str, words: dict[str, str], reason: str) -> None:
    """Another column's heading, no heading, no meaning, a word that names a person."""
    clicks("use_status", heading=heading, words=words)
    assert (clicks.state["reason"], recipe(clicks).status, clicks.state["decisions"]) == (reason, None, [])
