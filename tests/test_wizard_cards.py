"""Cards of the wizard: words that mean nothing, dates that are unlikely, unknown users rejected together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from credtools.recipe import Recipe
from credtools.registry import Registry
from tests.builders import ANA, BEN, export, only_sqlite
from tests.clicks import Clicks

pytestmark = only_sqlite
STRANGERS = [f"{letter * 6}@elsewhere.test,First Aid,2024-01-10,," for letter in "abcdef"]
NEVER, BLANK = ["never", "Never expires"], ["blank", "No value"]


@pytest.fixture
def clicks(registry: Registry) -> Clicks:
    return Clicks(registry)


def upload(clicks: Clicks, folder: Path, *rows: str) -> dict[str, Any]:
    return clicks.upload("file.csv", export(folder, *rows).read_bytes())


def reopened(clicks: Clicks) -> dict[str, Any]:
    """What somebody sees who opens the draft later."""
    return Clicks(clicks.wizard.registry)("open", batch=clicks.wizard.file.batch.id)


# --- words that mean nothing --------------------------------------------------------------------------------------


def test_words_for_nothing_become_blank_by_one_click(clicks: Clicks, tmp_path: Path) -> None:
    """All words of the cause at once, as rules of the recipe; undone, the cause is back."""
    words = ("TBC", "tba", "n/a")
    state = upload(clicks, tmp_path, *(f"cara@example.org,First Aid,2024-0{k}-05,{w}," for k, w in enumerate(words, 1)))
    assert [(card["means"], card["word"]) for card in state["causes"]] == [
        ([NEVER, BLANK], "‘TBC’, ‘tba’"),
        ([NEVER, BLANK], "‘n/a’"),
    ]
    state = clicks("means", cause=clicks.cause("TBC"), meaning="blank")
    assert state["said"] == "Expiration date: ‘TBC’ → (blank) and 1 more value (2 cells). 2 errors fixed."
    recipe = clicks.wizard.file.batch.recipe
    assert [(rule.column, rule.old, rule.new) for rule in recipe.replacements] == [
        ("expiration_date", "TBC", ""),
        ("expiration_date", "tba", ""),
    ]
    assert Recipe.parse(recipe.text()).rules == recipe.rules
    state = clicks("undo", number=state["decisions"][0]["number"])
    assert (len(state["causes"]), clicks.wizard.file.batch.recipe.rules) == (2, ())


def test_no_cell_is_made_blank_that_must_be_filled(clicks: Clicks, tmp_path: Path) -> None:
    """Where the type, or the schema, asks for a value nothing is offered; a click sent all the same is refused."""
    rows = (
        "ana@example.org,First Aid,none,,",  # the type asks for the issue date
        "ana@example.org,Licence,2024-01-01,,n/a",  # and for the number
        "ana@example.org,-,2024-01-01,,",
        "n/a,First Aid,2024-01-01,,",
    )
    state = upload(clicks, tmp_path, *rows)
    assert [card["means"] for card in state["causes"]] == [[], [], [], []]
    for card in state["causes"]:
        assert clicks("means", cause=card["key"], meaning="blank")["reason"] == "meaning_unusable"
    assert clicks.wizard.file.decisions == ()


@pytest.mark.parametrize(
    ("word", "offered"), [("#N/A", True), ("00/01/1900", True), ("#REF!", False), ("########", False)]
)
def test_what_a_spreadsheet_destroyed_isnt_nothing(clicks: Clicks, tmp_path: Path, word: str, *, offered: bool) -> None:
    """A look-up that found nothing, or a blank shown as a date, can mean nothing; behind other errors stands a date."""
    (card,) = upload(clicks, tmp_path, f"cara@example.org,First Aid,2024-03-05,{word},")["causes"]
    assert card["means"] == ([BLANK] if offered else [])


def test_a_number_that_may_be_none_is_asked_about(clicks: Clicks, tmp_path: Path) -> None:
    """It blocks nothing, so it is on a card of its own; *No value* makes it blank in every file of the source."""
    state = upload(clicks, tmp_path, "cara@example.org,First Aid,2024-03-05,,unknown", ANA + "-")
    (card,) = state["doubts"]
    assert (card["count"], card["means"], card["examples"]) == ("2 rows", [BLANK], ["unknown", "-"])
    state = clicks("means", cause=card["key"], meaning="blank")
    assert (state["doubts"], [rule.new for rule in clicks.wizard.file.batch.recipe.replacements]) == ([], ["", ""])


# --- what a decision did ----------------------------------------------------------------------------------------


def test_what_was_fixed_and_what_is_new_is_told_apart(clicks: Clicks, tmp_path: Path) -> None:
    """A date that is readable at last may lie before the issue: the row is counted as one with a new error."""
    upload(clicks, tmp_path, *(f"cara@example.org,First Aid,2024-0{k}-05,x{k}," for k in (1, 2, 3)))
    cells = [[2, "expiration_date", "2026-01-01"], [3, "expiration_date", "2023-01-01"]]
    assert clicks("edit", cells=cells)["said"].endswith("2 errors fixed; 1 row has a new error.")
    assert clicks("undo")["reason"] == ""


def test_the_card_of_dates_in_the_other_order_counts_their_siblings(clicks: Clicks, tmp_path: Path) -> None:
    """It says how many other dates of the column can be read both ways, as long as there are some."""
    clicks.wizard.registry.set("date_format", "MM/DD/YYYY")
    days = ("25/12/2023", "03/04/2024", "05/06/2024", "04/13/2024")
    state = upload(clicks, tmp_path, *(f"cara@example.org,First Aid,{day},," for day in days))
    (card,) = [card for card in state["causes"] if "25/12/2023" in card["name"]]
    assert card["swapped"].startswith("2 other dates here can be read both ways, for example ‘03/04/2024’.")
    clicks("discard")


def test_days_are_shown_where_they_are_written_otherwise(clicks: Clicks, tmp_path: Path) -> None:
    """What is written as days are shown anyway is only quoted: ‘2024-06-16’ → ‘2024-06-16’ would say nothing."""
    clicks.wizard.registry.set("date_format", "DD/MM/YYYY")
    for day, changes in (("2024-06-16", []), ("16.06.2024", [["16.06.2024", "2024-06-16"]])):
        state = upload(clicks, tmp_path, f"cara@example.org,First Aid,{day},,")
        card = next(card for card in state["causes"] if day in card["name"])
        assert (card["changes"], card["examples"]) == (changes, [] if changes else [day])
        clicks("discard")


# --- dates that are unlikely --------------------------------------------------------------------------------------


def test_unlikely_dates_are_asked_about_and_can_be_right(clicks: Clicks, tmp_path: Path) -> None:
    """What may mean never apart from the rest; *They are right* is kept with the draft, and can be undone."""
    rows = (
        "ana@example.org,First Aid,2024-01-10,9999-12-31,",
        "cara@example.org,First Aid,1943-02-01,2030-01-10,",
        "ben@example.org,First Aid,1944-02-01,2030-01-10,",
        "ben@example.org,First Aid,2024-02-01,2205-01-10,",
    )
    state = upload(clicks, tmp_path, *rows)
    assert state["causes"] == []
    shown = [(card["examples"], card["means"], card["right"], card["rows"]) for card in state["doubts"]]
    assert shown == [
        (["1943-02-01", "1944-02-01"], [], "They are right", [1, 2]),
        (["9999-12-31"], [NEVER, BLANK], "It is right", [0]),
        (["2205-01-10"], [], "It is right", [3]),
    ]
    assert not any("unlikely" in note for note in state["warnings"])
    state = clicks("right", cause=state["doubts"][0]["key"])
    assert state["said"] == "Issue date: ‘1943-02-01’, ‘1944-02-01’ are right (2 rows)."
    assert [card["examples"] for card in reopened(clicks)["doubts"]] == [["9999-12-31"], ["2205-01-10"]]
    clicks("means", cause=state["doubts"][0]["key"], meaning="never")
    state = clicks("choose", cause=clicks.state["doubts"][0]["key"], value="2025-01-10", scope="patch")
    assert (state["doubts"], clicks.wizard.file.batch.recipe.never) == ([], ("9999-12-31",))
    assert "‘2205-01-10’ → ‘2025-01-10’" in state["said"]
    state = clicks("undo", number=next(d["number"] for d in state["decisions"] if "are right" in d["sentence"]))
    assert [card["right"] for card in state["doubts"]] == ["They are right"]


def test_dates_that_are_stored_already_arent_asked_about_again(clicks: Clicks, tmp_path: Path) -> None:
    """Who decided in January isn't asked in February; the warning is still told."""
    old = "cara@example.org,First Aid,1943-02-01,2030-01-10,"
    clicks.wizard.registry.upload(export(tmp_path, old)).finish()
    state = upload(clicks, tmp_path, old, ANA)
    assert (state["doubts"], any("unlikely" in note for note in state["warnings"])) == ([], True)


# --- unknown users ------------------------------------------------------------------------------------------------


def test_unknown_users_are_rejected_together(clicks: Clicks, tmp_path: Path) -> None:
    """One click for their card, one decision, known again when the draft is opened, undone at once."""
    state = upload(clicks, tmp_path, ANA, *STRANGERS)
    assert (state["causes"][0]["users"], state["counts"]) == (6, "1 ready · 6 rejected · 6 causes on 1 card")
    state = clicks("leave", cause="strangers")
    told = "6 rows stay rejected: User doesn't exist: ‘aaaaaa@elsewhere.test’, ‘bbbbbb@elsewhere.test’, "
    assert [decision["sentence"] for decision in state["decisions"]] == [f"{told}‘cccccc@elsewhere.test’ and 3 more."]
    assert (state["causes"], state["counts"]) == ([], "1 ready · 6 rejected · 0 causes")
    again = reopened(clicks)
    assert (again["causes"], again["decisions"][0]["sentence"]) == ([], state["decisions"][0]["sentence"])
    state = clicks("undo")
    assert (state["causes"][0]["users"], state["decisions"]) == (6, [])


# --- left rejected, file after file -------------------------------------------------------------------------------


def test_what_was_left_rejected_stays_so_when_the_records_come_again(clicks: Clicks, tmp_path: Path) -> None:
    """Nobody is asked again, and is told by whom it was decided; a record that has changed is asked about."""
    wrong = BEN.replace("Forklift", "Forklfit")
    upload(clicks, tmp_path, ANA, wrong, *STRANGERS)
    clicks("leave", cause="strangers")
    clicks("leave", cause=clicks.cause("Forklfit"))
    clicks.wizard.file.batch.finish()
    clicks.wizard.registry.upload(export(tmp_path, wrong, *STRANGERS, BEN, name="night.csv")).settle()

    later = Clicks(clicks.wizard.registry)
    state = upload(later, tmp_path, wrong, ANA, *STRANGERS, "")
    as_decided = ", as uploader@example.org decided in batch 1."
    assert [decision["sentence"][-len(as_decided) :] for decision in state["decisions"]] == [as_decided] * 2
    assert (state["causes"], state["counts"]) == ([], "1 ready · 7 rejected · 0 causes")

    other = upload(Clicks(clicks.wizard.registry), tmp_path, wrong.replace("2024", "2023"))
    assert ([card["before"] for card in other["causes"]], other["decisions"]) == ([""], [])


def test_of_a_cause_with_other_rows_the_card_says_what_was_decided(clicks: Clicks, tmp_path: Path) -> None:
    """A new row of an old cause is asked about, and it is told that the others stayed rejected."""
    wrong = BEN.replace("Forklift", "Forklfit")
    upload(clicks, tmp_path, wrong)
    clicks("leave", cause=clicks.cause("Forklfit"))
    clicks.wizard.file.batch.finish()
    state = upload(Clicks(clicks.wizard.registry), tmp_path, wrong, wrong.replace("2024", "2023"))
    (card,) = state["causes"]
    assert (card["count"], state["decisions"]) == ("2 rows", [])
    assert card["before"] == ("1 row came before and stayed rejected, as uploader@example.org decided in batch 1.")


def test_what_is_taken_back_is_asked_about_from_then_on(clicks: Clicks, tmp_path: Path) -> None:
    """Undo in a later file ends the decision for that draft, whoever opens it, and for the files after it."""
    wrong = BEN.replace("Forklift", "Forklfit")
    for month in (1, 2, 3):
        opened = Clicks(clicks.wizard.registry)
        state = upload(opened, tmp_path, wrong, ANA.replace("2024-01", f"2024-0{month}"))
        if month == 1:
            opened("leave", cause=opened.cause("Forklfit"))
        if month == 2:
            assert len(state["decisions"]) == 1
            state = opened("undo")
            assert [card["before"][:21] for card in state["causes"]] == ["1 row came before and"]
            assert len(reopened(opened)["causes"]) == 1
        if month == 3:
            assert (len(state["causes"]), state["decisions"]) == (1, [])
        opened.wizard.file.batch.finish()


def test_what_is_waived_for_good_isnt_asked_about(clicks: Clicks, tmp_path: Path) -> None:
    """It is waived again when it is finished, so the wizard says so."""
    wrong = BEN.replace("Forklift", "Forklfit")
    registry = clicks.wizard.registry
    batch = registry.upload(export(tmp_path, wrong))
    batch.finish()
    registry.waive(batch, [2], "a test of the vendor", for_good=True)
    state = upload(clicks, tmp_path, wrong, ANA)
    assert [decision["sentence"] for decision in state["decisions"]] == [
        "1 row stays rejected: Credential type doesn't exist: ‘Forklfit’, waived for good."
    ]


def test_once_the_bytes_are_erased_nobody_knows_what_was_left(clicks: Clicks, tmp_path: Path) -> None:
    """What a note was about can't be found out without the file: the person is asked."""
    upload(clicks, tmp_path, STRANGERS[0])
    clicks("leave", cause=clicks.cause("aaaaaa"))
    clicks.wizard.file.batch.finish()
    clicks.wizard.registry.erase("aaaaaa@elsewhere.test", reason="asked for it")
    state = upload(Clicks(clicks.wizard.registry), tmp_path, STRANGERS[0], ANA)
    assert ([card["before"] for card in state["causes"]], state["decisions"]) == ([""], [])
