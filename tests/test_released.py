"""A held batch in the wizard: the reasons, what the recipe brings along, and the recipe saved over itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from credtools.errors import sentence
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.registry import Registry
from tests.builders import ANA, BEN, HR, HR_HEADINGS, export, write
from tests.clicks import Clicks
from tests.test_months import RECIPE, clean, month

RULES = """\
headings: {E-Mail: user_email, Kind: credential_type, From: issue_date}
date_format: DD/MM/YYYY
rules:
  - replace: {column: credential_type, from: FA, to: Frist Aid}
  - case: {column: credential_type, to: title}
  - replace: {column: credential_type, from: Frist Aid, to: First Aid}
  - trim: {column: credential_type, characters: "*"}
"""


@pytest.fixture
def held(opened: Callable[..., Registry], registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clicks:
    """Month 1 cleaned and finished; month 3 held: a heading renamed, half the rows, a new wrong value."""
    monkeypatch.chdir(tmp_path)
    registry = opened(registry_url)
    (tmp_path / "recipes").mkdir()
    recipe = write(tmp_path, "recipes/hr.yaml", RECIPE)
    first = registry.upload(month(tmp_path, 1), recipe)
    clean(first)
    first.save_recipe(recipe)
    first.finish()
    third = month(tmp_path, 3, rows=26, issued="Issue day", odd=["Erst-Hilfe"])
    assert registry.upload(third, recipe).settle().verdict == "held"
    clicks = Clicks(registry)
    clicks("open", batch=2)
    return clicks


def test_what_the_recipe_and_the_corrections_did_before_they_do_again(held: Clicks) -> None:
    """A heading that was missing and is matched now loses no rule and no correction of the source."""
    assert held.state["step"] == "headings"
    assert held.state["problem"].startswith("The heading row (line 1) has no heading for 'Issue date'")
    batch = held.wizard.file.batch
    said = ["column", "old", "new"]
    rules, patches = batch.recipe.rules, held.wizard.registry.batch(1).patches()[said].to_dict("records")
    assert (len(rules), len(patches)) == (10, 2)
    assert batch.patches().empty  # which records these are isn't known without their issue dates
    state = held("headings", chosen={"Issue day": "issue_date"})
    assert state["counts"] == "28 ready · 2 rejected · 1 cause"
    assert batch.recipe.rules == rules
    assert batch.patches()[said].to_dict("records") == patches
    assert len(state["decisions"]) == 11


def test_reasons_vanish_as_they_are_settled(held: Clicks) -> None:
    """What holds is said in a sentence each; what was settled is said no more; the rest is left to the person."""
    heading = "The heading row lacks 'Issued' and has 'Issue day', which the last file didn't have."
    rows = "The file has 30 rows; 64 are usual (-53%; up to 30% may pass)."
    value = "No rule and no list knows 'Erst-Hilfe' (2 rows)."
    assert held.state["unlike"] == [{"sentence": one, "holds": True} for one in (heading, rows, value)]
    held("headings", chosen={"Issue day": "issue_date"})
    state = held("choose", cause=held.cause("Erst-Hilfe"), value="First Aid", scope="rule")
    assert [one["sentence"] for one in state["unlike"]] == [heading, rows]


def test_the_recipe_is_saved_over_the_file_that_it_came_from(held: Clicks) -> None:
    """The lines that change are shown before; any other recipe that is there is never overwritten."""
    held("headings", chosen={"Issue day": "issue_date"})
    held("choose", cause=held.cause("Erst-Hilfe"), value="First Aid", scope="rule")
    held("next")
    state = held("finish")
    added = ["Issue day: issue_date", "- replace: {column: credential_type, from: Erst-Hilfe, to: First Aid}"]
    assert (state["recipe"], [line.removeprefix("+").strip() for line in state["changes"]]) == (
        "recipes/hr.yaml",
        added,
    )
    Path("recipes/other.yaml").write_text("# somebody's", "utf-8")
    refused = held("save", name="other")
    assert refused["reason"] == "recipe_name_taken"
    assert "recipes/other.yaml" in refused["said"]
    assert Path("recipes/other.yaml").read_text("utf-8") == "# somebody's"
    before = Path("recipes/hr.yaml").read_text("utf-8").splitlines()
    state = held("save", name="hr")
    assert (state["changes"], state["said"]) == (
        [],
        "Saved as recipes/hr.yaml. Choose this recipe for the next file of the source.",
    )
    after = Path("recipes/hr.yaml").read_text("utf-8").splitlines()
    assert [line.strip() for line in after if line not in before] == added
    assert [line for line in before if line not in after] == []


def test_changed_lines_stand_in_the_order_of_the_file(held: Clicks) -> None:
    """Of each place what goes (-) stands before what comes (+), place after place, as in the file."""
    held("headings", chosen={"Issue day": "issue_date"})
    held("choose", cause=held.cause("Erst-Hilfe"), value="First Aid", scope="rule")
    own = Path("recipes/hr.yaml")
    text = own.read_text("utf-8").replace("encoding: utf-8", "encoding: cp1252").replace("rate: 0.2", "rate: 0.9")
    many = "date_format:\n  issue_date: MM/DD/YYYY\n  expiration_date: MM/DD/YYYY\n"
    own.write_text(text.replace("date_format: DD/MM/YYYY\n", many), "utf-8")
    assert held.wizard.file.batch.recipe_changes(own) == [
        "-   encoding: cp1252",
        "+   encoding: utf-8",
        *(f"- {line}" for line in many.splitlines()),
        "+   Issue day: issue_date",
        "+ date_format: DD/MM/YYYY",
        "- max_reject_rate: 0.9",
        "+ - replace: {column: credential_type, from: Erst-Hilfe, to: First Aid}",
        "+ max_reject_rate: 0.2",
    ]


def test_a_threshold_holds_until_enough_is_settled(registry: Registry, tmp_path: Path) -> None:
    """The recipe's own threshold is among the reasons; the stricter one of a run is told when the batch is opened."""
    recipe = write(tmp_path, "hr.yaml", f"{HR}max_reject_rate: 0.2\n")
    file = export(tmp_path, "ana@example.org,First Aid,2024-01-10", "x@y.org,Forklift,2024-01-10", headings=HR_HEADINGS)
    registry.upload(file, recipe).settle()
    clicks = Clicks(registry)
    state = clicks("open", batch=1)
    because = sentence("held_by_rate", {"rejected": 1, "rows": 2, "rate": 0.5, "limit": 0.2}, "stored")
    assert (state["unlike"], state["said"]) == ([{"sentence": because, "holds": True}], "")
    state = clicks("choose", cause=clicks.cause("x@y.org"), value="ben@example.org", scope="patch")
    assert state["unlike"] == []
    second = registry.upload(export(tmp_path, ANA, BEN, "x@y.org,Forklift,2024-01-10,,", name="by_hand.csv"))
    second.settle(max_reject_rate=0.1)
    state = clicks("open", batch=2)
    assert (state["unlike"], state["said"]) == ([], registry.batch(2).held_because)
    assert "more than the 10.0% allowed" in state["said"]


CAPITALS = "written With Capital Initials"


def test_rules_of_the_recipe_are_listed_with_what_they_hit(registry: Registry, tmp_path: Path) -> None:
    """Before → after with rows for any rule; one without a hit is marked; Undo keeps the others' order."""
    recipe = write(tmp_path, "hr.yaml", RULES)
    rows = ("ana@example.org,frist aid,01/02/2024", "ben@example.org,forklift,01/02/2024")
    clicks = Clicks(registry, recipe)
    state = clicks.upload("a.csv", "\n".join([HR_HEADINGS, *rows, ""]).encode())
    listed = [(told["sentence"], told["idle"], told["turn"]) for told in reversed(state["decisions"])]
    assert listed == [
        ("Credential type: ‘FA’ → ‘Frist Aid’ (0 cells).", True, ""),
        (
            f"Credential type: {CAPITALS}: ‘frist aid’ → ‘Frist Aid’, ‘forklift’ → ‘Forklift’ (2 rows).",
            False,
            "",
        ),
        ("Credential type: ‘Frist Aid’ → ‘First Aid’ (1 cell).", False, "Only these records"),
        ("Credential type: ‘*’ is taken off both ends (0 rows).", True, ""),
    ]
    rules = clicks.wizard.file.batch.recipe.rules
    state = clicks("undo", number=state["decisions"][1]["number"])
    assert state["said"] == "Undone: Credential type: ‘Frist Aid’ → ‘First Aid’ (1 cell)."
    state = clicks("accept", cause=clicks.cause("Frist Aid"))
    assert state["counts"] == "2 ready · 0 rejected · 0 causes"
    assert clicks.wizard.file.batch.recipe.rules == (rules[0], rules[1], rules[3], rules[2])


def test_corrections_that_do_nothing_any_more_are_listed(registry: Registry, tmp_path: Path) -> None:
    """Each with its reason; a person sees what has been repaired at the source, or has left it."""
    recipe = write(tmp_path, "hr.yaml", HR)
    row = "ana@exmaple.org,First Aid,2024-01-10"
    first = registry.upload(export(tmp_path, row, headings=HR_HEADINGS), recipe)
    first.patch(2, "user_email", "ana@example.org")
    first.finish()
    second = export(tmp_path, row.replace("exmaple", "example"), name="second.csv", headings=HR_HEADINGS)
    clicks = Clicks(registry, recipe)
    state = clicks.upload("second.csv", second.read_bytes())
    assert state["idle"] == {
        "found": 1,
        "sentences": ["User email: ‘ana@exmaple.org’ → ‘ana@example.org’: its record is not in this file."],
    }
    assert state["decisions"] == []


def test_a_date_format_that_is_undone_is_out_of_force_whatever_came_after(registry: Registry, tmp_path: Path) -> None:
    """Two formats added to one column: each can be taken back alone."""
    rows = [f"ana@example.org,First Aid,{day}" for day in ("2024-01-10", "1.2.2024", "1/2/2025")]
    file = OpenFile(registry.upload(export(tmp_path, *(f"{row},," for row in rows))))
    added = [
        file.add_format(next(cause for cause in file.causes() if cause.value == value), form)
        for value, form in (("1.2.2024", "D.M.YYYY"), ("1/2/2025", "D/M/YYYY"))
    ]
    assert file.reviewed.ready == 3
    file.undo(added[0].number)
    assert file.batch.recipe.date_format == {"issue_date": ("YYYY-MM-DD", "D/M/YYYY")}
    assert [cause.value for cause in file.causes()] == ["1.2.2024"]


def test_a_person_is_never_offered_as_a_rule(registry: Registry, tmp_path: Path) -> None:
    """A recipe holds no personal values: neither the choice nor the decision about an address can become a rule."""
    clicks = Clicks(registry)
    clicks.upload("a.csv", export(tmp_path, ANA.replace("ana@", "ann@")).read_bytes())
    clicks("options", cause=clicks.cause("ann@example.org"))
    assert "usual" not in clicks.sent[-1]
    state = clicks("choose", cause=clicks.cause("ann@example.org"), value="ana@example.org", scope="")
    assert [(told["scope"], told["turn"]) for told in state["decisions"]] == [("patch: only these records", "")]
