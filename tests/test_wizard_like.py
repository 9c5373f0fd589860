"""The same for all like these: what a decision or a card says of other values, seen first, and taken back."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from credtools.jupyter.wizard import like
from credtools.recipe import Recipe
from credtools.registry import Registry
from tests.builders import ANA, export, load, only_sqlite
from tests.clicks import Clicks

pytestmark = only_sqlite
TYPO = "@exmaple.org"
PEOPLE = ("ana", "ben", "cara", "emil", "fay")
WRONG = tuple(f"{name}{TYPO},First Aid,2024-05-1{k},," for k, name in enumerate(PEOPLE))
RULE = "rule: every file of this source"


@pytest.fixture
def clicks(registry: Registry, tmp_path: Path) -> Clicks:
    load(registry, tmp_path, users="Email\nemil@example.org\nfay@example.org\n")
    return Clicks(registry)


def upload(clicks: Clicks, folder: Path, *rows: str) -> dict[str, Any]:
    return clicks.upload("file.csv", export(folder, *rows).read_bytes())


def asked(clicks: Clicks, **values: Any) -> tuple[dict[str, Any], list[list[Any]]]:
    """What the dialog shows, and its list: before, after, rows, whether they pass then."""
    clicks("like", **values)
    assert clicks.sent[-1]["type"] == "like"
    return clicks.sent[-1], json.loads(gzip.decompress(clicks.buffers[-1]))["items"]


def offer(clicks: Clicks) -> dict[str, Any] | None:
    """What is offered after the last decision."""
    found: dict[str, Any] | None = [one for one in clicks.sent if one["type"] == "offer"][-1]["offer"]
    return found


def test_a_cell_fixed_by_hand_becomes_a_rule_for_all_like_it(clicks: Clicks, tmp_path: Path) -> None:
    """Offered where it was made; every value is listed; one decision, listed with its hits, also by who comes later."""
    before = upload(clicks, tmp_path, ANA, *WRONG)
    assert (before["counts"], offer(clicks)) == ("1 ready · 5 rejected · 5 causes on 1 card", None)
    clicks("edit", cells=[[3, "user_email", "ana@example.org"]])
    assert offer(clicks) == {
        "at": "grid",
        "what": f"‘{TYPO}’ at the end becomes ‘@example.org’",
        "more": "4 more values",
    }
    shown, items = asked(clicks)
    assert shown["title"] == "The same for all like these"
    assert items == [[f"{name}{TYPO}", f"{name}@example.org", 1, True] for name in PEOPLE[1:]]
    assert clicks.wizard.file.batch.recipe.rules == ()
    state = clicks("follow", way=0, off=[])
    assert state["said"].endswith("‘ben@exmaple.org’ → ‘ben@example.org’ and 3 more values (4 rows). 4 errors fixed.")
    assert (state["counts"], offer(clicks)) == ("6 ready · 0 rejected · 0 causes", None)
    assert [decision["scope"] for decision in state["decisions"]] == [RULE, "patch: only these records"]
    recipe = clicks.wizard.file.batch.recipe
    assert [rule.kind for rule in recipe.rules] == ["ending"]
    assert Recipe.parse(recipe.text()).rules == recipe.rules

    clicks("ready")
    assert clicks.state["decisions"] == state["decisions"]
    later = Clicks(clicks.wizard.registry)
    again = later("open", batch=clicks.wizard.file.batch.id)
    listed = next(decision for decision in again["decisions"] if "at the end becomes" in decision["sentence"])
    assert (listed["scope"], listed["idle"], listed["sentence"][-9:]) == (RULE, False, "(5 rows).")
    assert later("undo", number=listed["number"])["counts"] == before["counts"]
    assert (later.state["decisions"], later.wizard.file.batch.recipe.rules) == ([], ())


def test_what_isnt_ticked_stays_as_it_is(clicks: Clicks, tmp_path: Path) -> None:
    """Without some of its values nothing becomes a rule: the others are corrected, and a recipe names nobody."""
    upload(clicks, tmp_path, ANA, *WRONG)
    clicks("edit", cells=[[3, "user_email", "ana@example.org"]])
    shown, items = asked(clicks)
    assert shown["lines"][-1] == like.ALL_OR_RECORDS
    state = clicks("follow", way=0, off=[items.index([f"fay{TYPO}", "fay@example.org", 1, True])])
    assert state["counts"] == "5 ready · 1 rejected · 1 cause"
    assert [decision["scope"] for decision in state["decisions"]] == ["patch: only these records"] * 2
    assert clicks.wizard.file.batch.recipe.rules == ()
    assert clicks.wizard.file.reviewed.errors["value"].tolist() == [f"fay{TYPO}"]
    clicks("undo")
    assert clicks("follow", way=0, off=[])["reason"] == "cause_gone"  # what was shown is done once
    asked(clicks)
    assert clicks("follow", way=0, off=[*range(4)])["reason"] == "nothing_chosen"


def test_one_card_for_values_that_a_rule_explains(clicks: Clicks, tmp_path: Path) -> None:
    """Its list comes before anything is changed; *Show each* shows its causes; its rows can be rejected together."""
    state = upload(clicks, tmp_path, ANA, *WRONG)
    (card,) = state["causes"]
    assert (card["count"], card["accept"], card["likes"]) == ("5 rows", "Accept 5", [[0, "Only some…"]])
    assert [len(change) for change in card["changes"]] == [2] * 5  # none of them would still be wrong
    assert clicks("leave", cause=card["key"])["counts"] == "1 ready · 5 rejected · 0 causes"
    assert clicks("undo")["causes"] == state["causes"]
    assert len(clicks("each", cause=card["key"])["causes"]) == 5
    _, items = asked(clicks, cause=card["key"])
    assert len(items) == 5
    assert clicks("follow", way=0, off=[])["counts"] == "6 ready · 0 rejected · 0 causes"


def test_users_who_were_deactivated_are_one_card(clicks: Clicks, tmp_path: Path) -> None:
    """From four of them on; they are rejected by one click, and nothing is suggested for them."""
    gone = "".join(f"gone{k}@example.org,deactivated,2025-01-31\n" for k in range(4))
    load(clicks.wizard.registry, tmp_path, users=f"Email,Status,Deactivated on\n{gone}")
    state = upload(clicks, tmp_path, ANA, *(f"gone{k}@example.org,First Aid,2024-02-0{k + 1},," for k in range(4)))
    (card,) = state["causes"]
    assert card["name"].startswith("4 deactivated users: gone0@example.org")
    assert (card["likes"], card["each"], card["suggestion"]) == ([], True, "")
    assert clicks("leave", cause=card["key"])["counts"] == "1 ready · 4 rejected · 0 causes"


def test_words_for_never_are_told_apart_from_what_is_still_to_come(clicks: Clicks, tmp_path: Path) -> None:
    """What plainly says never is on one card; *TBC* and *n/a* are no part of it, and can become blank."""
    words = ("Lifetime", "no end", "for life", "TBC", "n/a")
    rows = [f"cara@example.org,First Aid,2024-0{k}-05,{word}," for k, word in enumerate(words, 1)]
    causes = upload(clicks, tmp_path, *rows)["causes"]
    [card] = [one for one in causes if one.get("likes")]
    assert card["likes"] == [[0, "Never expires…"], [1, "No value…"]]
    shown, items = asked(clicks, cause=card["key"], way=0)
    assert sorted(item[0] for item in items) == ["Lifetime", "for life", "no end"]
    assert shown["lines"] == [like.EACH_TICKED]
    state = clicks("follow", way=0, off=[])
    assert sorted(clicks.wizard.file.batch.recipe.never) == ["Lifetime", "for life", "no end"]
    assert state["counts"].startswith("3 ready · 2 rejected")
    (left,) = state["causes"]
    each = clicks("each", cause=left["key"])["causes"]
    assert [card["means"][1][0] for card in each] == ["blank"] * 2


def test_near_values_can_all_become_another(clicks: Clicks, tmp_path: Path) -> None:
    """A cluster of types offers each its own, or one that is chosen for all that is ticked."""
    near = ("Frist Aid", "Forkliftt", "License", "Pasport", "Fist Aid")
    (card,) = upload(clicks, tmp_path, *(f"cara@example.org,{name},2024-02-0{k},," for k, name in enumerate(near, 1)))[
        "causes"
    ]
    shown, items = asked(clicks, cause=card["key"])
    assert (dict(item[:2] for item in items)["Fist Aid"], shown["needs"]) == ("First Aid", False)
    shown, items = asked(clicks, cause=card["key"], value="Forklift")
    assert {item[1] for item in items} == {"Forklift"}
    assert shown["lines"] == [like.EACH_TICKED]
    keep = [place for place, item in enumerate(items) if item[0] != "Forkliftt"]
    state = clicks("follow", way=0, off=keep)
    assert [decision["sentence"] for decision in state["decisions"]] == [
        "Credential type: ‘Forkliftt’ → ‘Forklift’ (1 cell)."
    ]
    assert state["decisions"][0]["scope"] == RULE


def test_a_cell_of_several_types_becomes_a_row_for_each(clicks: Clicks, tmp_path: Path) -> None:
    """The rows are sent anew, also when it is undone; not while single cells are corrected, in rows as they are."""
    two = [f"{name}@example.org,First Aid; Forklift,2024-06-01,," for name in PEOPLE[:3]]
    (card,) = upload(clicks, tmp_path, *two)["causes"]
    assert (card["accept"], card["changes"], card["likes"]) == (
        "Accept 1",
        [["First Aid; Forklift", "First Aid · Forklift"]],
        [],
    )
    assert asked(clicks, cause=card["key"])[0]["lines"] == [like.WHOLE]
    assert clicks("accept", cause=card["key"])["counts"] == "6 ready · 0 rejected · 0 causes"
    assert clicks.rows["lines"][:3] == ["2.1", "2.2", "3.1"]
    assert clicks("undo")["counts"] == "0 ready · 3 rejected · 1 cause"
    assert clicks.rows["lines"] == [2, 3, 4]
    clicks("edit", cells=[[2, "credential_type", "Forklift"]])
    refused = clicks("accept", cause=clicks.state["causes"][0]["key"])
    assert (refused["reason"], refused["counts"]) == ("cells_corrected", "1 ready · 2 rejected · 1 cause")


def test_no_rule_names_somebody(clicks: Clicks, tmp_path: Path) -> None:
    """A value that holds an address is corrected for its record only, in any column; it never is a word for never."""
    wrong = "ana@example.org,Frst Aid ask ana@example.org,2024-01-10,ask ben@example.org,"
    upload(clicks, tmp_path, wrong)
    state = clicks("choose", cause=clicks.cause("Frst"), value="First Aid", scope="rule")
    decided = state["decisions"][-1]
    assert decided["scope"].startswith("patch")
    assert clicks("turn", number=decided["number"])["reason"] == "rule_names_somebody"
    assert clicks("means", cause=clicks.cause("ask ben"), meaning="never")["reason"] == "rule_names_somebody"
    recipe = clicks.wizard.files[0].batch.recipe
    assert (recipe.rules, recipe.never) == ((), ())
