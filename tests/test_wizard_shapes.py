"""Rows in the wizard: one row per person becomes one per credential, seen before and after, kept and undone."""

from __future__ import annotations

import pytest

from credtools.recipe import Recipe
from credtools.registry import Registry
from tests.builders import only_sqlite
from tests.clicks import Clicks

MATRIX = b"""\
Email,First Aid issued,First Aid expires,Forklift
ana@example.org,2024-01-10,2030-01-10,2024-02-20
ben@example.org,,,2024-13-20
"""
PAIRS = [
    ["First Aid issued", "issue_date", "First Aid"],
    ["First Aid expires", "expiration_date", "First Aid"],
    ["Forklift", "issue_date", "Forklift"],
]
pytestmark = only_sqlite


@pytest.fixture
def clicks(registry: Registry) -> Clicks:
    return Clicks(registry)


def test_a_matrix_is_unpivoted_by_clicks(clicks: Clicks) -> None:
    """The form offers headings with likely types; a preview changes nothing; what is used is in the saved recipe."""
    state = clicks.upload("matrix.csv", MATRIX)
    assert state["step"] == "headings"
    shapes = state["reading"]["shapes"]
    assert [(one["heading"], one["type"]) for one in shapes["headings"]] == [
        *(("Email", ""), ("First Aid issued", "First Aid")),
        *(("First Aid expires", "First Aid"), ("Forklift", "Forklift")),
    ]
    assert (shapes["after"], shapes["in_force"], shapes["before"]["count"]) == (None, False, 2)
    state = clicks("preview_shape", values={"pairs": PAIRS})
    shown = state["reading"]["shapes"]
    assert shown["after"]["rows"] == [
        ["2.1", "ana@example.org", "First Aid", "2024-01-10", "2030-01-10"],
        ["2.2", "ana@example.org", "Forklift", "2024-02-20", ""],
        ["3.2", "ben@example.org", "Forklift", "2024-13-20", ""],
    ]
    assert (shown["in_force"], clicks.wizard.files[0].batch.recipe.reshapes) == (False, False)
    state = clicks("shape", values={"pairs": PAIRS})
    state = clicks("headings", chosen={"Email": "user_email"}) if state["step"] == "headings" else state
    assert state["step"] == "review"
    assert [cause["count"] for cause in state["causes"]] == ["1 row"]
    assert clicks.rows["lines"] == ["2.1", "2.2", "3.2"] if clicks.rows else True
    recipe = clicks.wizard.files[0].batch.recipe
    assert Recipe.parse(recipe.text()).shapes == recipe.shapes
    clicks("edit", cells=[["3.2", "issue_date", "2024-12-20"]])
    assert clicks.state["causes"] == []
    assert "corrected" in clicks("unshape")["said"]
    assert clicks.wizard.files[0].batch.recipe.reshapes


def test_rows_are_taken_back(clicks: Clicks) -> None:
    """One click goes back to a row of each record; a divided cell is a decision that can be undone by itself."""
    text = b"User email,Credential type,Issue date\nana@example.org,First Aid; Forklift,2024-01-10\n"
    clicks.upload("two.csv", text)
    state = clicks("shape", values={"split": "credential_type", "by": ";"})
    assert (len(state["decisions"]), clicks.wizard.files[0].batch.table.labels) == (1, ["2.1", "2.2"])
    state = clicks("undo", number=state["decisions"][0]["number"])
    assert (state["decisions"], clicks.wizard.files[0].batch.table.labels) == ([], [2])
    clicks("shape", values={"fill_down": "user_email"})
    assert clicks.wizard.files[0].batch.recipe.shapes.fill_down == ("user_email",)
    state = clicks("unshape")
    assert not clicks.wizard.files[0].batch.recipe.reshapes
    assert state["reading"]["shapes"]["after"] is None


def test_what_the_form_lacks_is_said(clicks: Clicks) -> None:
    """A heading without its type, and rows that can't be made, are said; nothing is changed."""
    clicks.upload("matrix.csv", MATRIX)
    assert "‘" not in clicks("preview_shape", values={"pairs": [["Forklift", "issue_date", " "]]})["said"]
    state = clicks(
        "preview_shape", values={"pairs": [["Forklift", "issue_date", "Forklift"]], "sections": "issue_date"}
    )
    assert state["reading"]["shapes"]["problem"]
    assert not clicks.wizard.files[0].batch.recipe.reshapes
