"""Rows in the wizard: one row per person becomes one per credential, seen before and after, kept and undone."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from credtools.recipe import LeaveOut, Recipe, Stack
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


# --- rows that don't count ----------------------------------------------------------------------------------------

STATES = """\
User email,Credential type,Issue date,State,Name
ana@example.org,First Aid,2024-01-10,Final,Ana
ben@example.org,Forklift,2024-02-20, draft ,Ben
cara@example.org,First Aid,2024-03-05,Draft,Cara
ana@example.org,Forklift,2024-03-05,,Ana
"""


def test_rows_are_left_out_by_what_a_column_says(clicks: Clicks) -> None:
    """The values that are there are offered with their rows; seen before and after; a rule that is kept and undone."""
    clicks.upload("states.csv", STATES.encode())
    offered = clicks.state["reading"]["shapes"]["leave_out"]
    assert [heading for heading, _ in offered["headings"]] == ["Credential type", "Issue date", "State"]
    clicks("values", heading="State")
    assert clicks.sent[-1]["values"] == [("draft", "2 rows"), ("Final", "1 row"), ("", "1 row")]
    values = {"leave_out": "State", "words": ["Draft", "On hold"]}
    shown = clicks("preview_shape", values=values)["reading"]["shapes"]
    assert (shown["before"]["count"], shown["after"]["count"]) == (4, 2)
    assert shown["after"]["told"] == "; 2 rows left out: ‘ draft ’ (1), ‘Draft’ (1)"
    assert [row[0] for row in shown["after"]["rows"]] == ["2", "5"]
    assert clicks.wizard.file.batch.recipe.rules == ()
    state = clicks("shape", values=values)
    assert (state["said"], state["counts"]) == (
        "The file has 4 rows now; 2 of them left out.",
        "2 ready · 0 rejected · 0 causes · 2 left out",
    )
    assert state["next"] == "Upload 2 rows; 2 rows are left out by what a column says."
    recipe = clicks.wizard.file.batch.recipe
    assert recipe.rules == Recipe.parse(recipe.text()).rules == (LeaveOut("State", ("Draft", "On hold")),)
    assert "leave_out" in state["decisions"][0]["sentence"]
    assert state["reading"]["shapes"]["leave_out"]["words"] == [["State", ["Draft", "On hold"]]]
    state = clicks("undo", number=state["decisions"][0]["number"])
    assert (state["counts"], clicks.wizard.file.batch.recipe.rules) == ("4 ready · 0 rejected · 0 causes", ())


def test_rows_are_left_out_by_several_columns_and_beside_corrections(clicks: Clicks) -> None:
    """A rule for each heading, the others stay; no row becomes another, so cells that were corrected stay, too."""
    clicks.upload("states.csv", STATES.encode())
    clicks("edit", cells=[[2, "issue_date", "2024-01-11"]])
    clicks("shape", values={"leave_out": "State", "words": ["Draft"]})
    clicks("shape", values={"leave_out": "Issue date", "words": ["2024-03-05"]})
    rules = clicks.wizard.file.batch.recipe.rules
    assert rules == (LeaveOut("State", ("Draft",)), LeaveOut("Issue date", ("2024-03-05",)))
    assert clicks("shape", values={"leave_out": "State", "words": []})["counts"].endswith("2 left out")
    assert clicks.wizard.file.batch.recipe.rules == rules[1:]
    assert len(clicks.wizard.file.batch.patches()) == 1
    assert clicks("shape", values={"fill_down": "user_email"})["reason"] == "cells_corrected"


def test_nobody_is_left_out_by_name(clicks: Clicks) -> None:
    """A recipe names nobody: what names people is neither offered nor taken."""
    clicks.upload("states.csv", STATES.encode())
    clicks("values", heading="User email")
    assert clicks.sent[-1]["values"] == []
    clicks("shape", values={"leave_out": "User email", "words": ["ana@example.org"]})
    assert clicks.wizard.file.batch.recipe.rules == ()


# --- sheets -------------------------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> bytes:
    """A workbook of three sheets, of which one is hidden."""
    made = openpyxl.Workbook()
    for name, rows in {"2024": 1, "2025": 2, "Archive": 3}.items():
        sheet = made.create_sheet(name)
        sheet.append(["User email", "Credential type", "Issue date"])
        for day in range(rows):
            sheet.append(["ana@example.org", "First Aid", f"{2024 if name == '2024' else 2025}-0{rows}-0{day + 1}"])
    del made["Sheet"]
    made["Archive"].sheet_state = "hidden"
    made.save(tmp_path / "book.xlsx")
    return (tmp_path / "book.xlsx").read_bytes()


def test_one_some_or_all_sheets_are_chosen(clicks: Clicks, book: bytes) -> None:
    """Each way is seen before it is used, is in the recipe, and leads back to the one sheet."""
    state = clicks.upload("book.xlsx", book)
    shapes = state["reading"]["shapes"]
    assert (shapes["sheets"], shapes["every_sheet"]) == (
        [["2024", False, True], ["2025", False, False], ["Archive", True, False]],
        False,
    )
    shown = clicks("preview_shape", values={"sheets": ["2024", "Archive"]})["reading"]["shapes"]
    assert (shown["before"]["count"], shown["after"]["count"]) == (1, 4)
    assert [row[0] for row in shown["after"]["rows"]] == ["1:2", "2:2", "2:3", "2:4"]

    def used(**values: object) -> tuple[int, Stack | None, object]:
        clicks("shape", values=values)
        batch = clicks.wizard.file.batch
        assert Recipe.parse(batch.recipe.text()).shapes == batch.recipe.shapes
        return len(batch.table.lines), batch.recipe.shapes.sheets, batch.recipe.read.get("sheet")

    assert used(sheets=["2024", "Archive"]) == (4, Stack(("2024", "Archive")), None)
    assert used(sheets=["2025"]) == (2, None, "2025")
    assert clicks.state["reading"]["shapes"]["sheets"][1] == ["2025", False, True]
    assert used(sheets=["2024"], every_sheet=True, name_as="credential_number") == (
        3,
        Stack((), "credential_number"),
        None,
    )
    assert clicks("shape", values={"sheets": []})["reason"] == "no_sheet_chosen"
    assert used(sheets=["Archive"]) == (3, None, "Archive")
    clicks("reading", values={"sheet": "2024"})
    assert len(clicks.wizard.file.batch.table.lines) == 1
