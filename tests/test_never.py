"""Never: words under the expiration date that say, as a statement, that a credential doesn't expire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.errors import RecipeError
from credtools.recipe import Recipe
from credtools.schema.dates import may_mean_none, placeholder
from tests.builders import export, only_sqlite
from tests.clicks import Clicks
from tests.core import HEADINGS as COLUMNS
from tests.core import found, review
from tests.nights import Nights, codes, company, counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from credtools.registry import Registry
    from tests.conftest import Home

WORDS = "never: [Lifetime, Permanent, N/A, Does not expire, '-', 9999-12-31]\n"
ANA = ("ana", "First Aid")  # a type whose expiration date is required
SAID = {"ana": "Lifetime", "ben": "Permanent", "cleo": "Lifetime", "dov": "N/A"}
FOUR = [f"{who}@example.org,Forklift,2020-01-01,{word}," for who, word in SAID.items()]


@pytest.fixture
def nights(opened: Callable[..., Registry], home: Home, tmp_path: Path) -> Nights:
    return Nights(opened(home.copy_of(company)), tmp_path)


def states(text: str, recipe: str = "") -> list[str]:
    """What the expiration date of each row is worth."""
    return [str(state) for state in review(COLUMNS + text, recipe).resolved["expiration_date_state"]]


# --- what the words mean ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Lifetime", " lifetime ", "LIFETIME", "n/a", "does  not expire", "-", "9999-12-31"])
def test_a_declared_word_says_never_however_it_is_written(word: str) -> None:
    """Words are compared folded; what would be a date otherwise is none, and a type that requires one is content."""
    row = f"bo@x.org,Forklift,2024-01-05,{word},\n"
    result = review(COLUMNS + row, WORDS)
    assert states(row, WORDS) == ["never"]
    assert result.ready == 1
    assert result.resolved["expiration_date"].isna().all()
    assert result.errors.empty


def test_never_is_understood_in_every_file_and_other_words_in_none() -> None:
    """The word ‘never’ needs no recipe; nothing else is taken for it, and issue dates know no such word."""
    rows = "bo@x.org,Forklift,2024-01-05,{},\n"
    assert states(rows.format("Never") + rows.format("Lifetime")) == ["never", "malformed"]
    assert found(review(COLUMNS + "bo@x.org,Forklift,never,2030-01-01,\n", WORDS))[0][1:3] == (
        "issue_date",
        "date_format",
    )


def test_a_blank_cell_says_never_only_where_the_recipe_says_so() -> None:
    """A blank says nothing, unless '' is one of the words."""
    row = "bo@x.org,Forklift,2024-01-05,,\n"
    assert (states(row), states(row, "never: ['']")) == (["blank"], ["never"])


def test_a_recipe_keeps_its_words_and_refuses_what_is_none() -> None:
    """Written and read again the words are the same, each once; anything but words is refused with the key."""
    recipe = Recipe.parse("never: [Lifetime, LIFETIME, N/A]", "hr")
    assert recipe.never == ("Lifetime", "N/A")
    assert Recipe.parse(recipe.text(), "hr") == recipe
    assert recipe.never_expires(["n/a", "-"]).never == ("Lifetime", "N/A", "-")
    assert recipe.fingerprint != Recipe(source="hr").fingerprint
    with pytest.raises(RecipeError) as refused:
        Recipe.parse("never: [{a: b}]", "hr")
    assert refused.value.reason == "recipe_never"


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31",
        "31/12/9999",
        "00/00/0000",
        "0001-01-01",
        "1900-01-00",
        "99991231",
        "0",
        "00:00:00",
        "99999",
        "2958465",
    ],
)
def test_placeholders_are_known(text: str) -> None:
    """Dates that systems write for none, in any order; a date of today is none."""
    assert placeholder(text)
    assert may_mean_none(text)
    assert not placeholder("2024-01-01")
    assert not placeholder("1900-05-01")
    assert not may_mean_none("24-ago-2024")


def test_placeholders_are_offered_as_never_and_warned_of() -> None:
    """A placeholder that is a date is taken and warned of; one that is none is rejected; both suggest never."""
    result = review(COLUMNS + "bo@x.org,Forklift,2024-01-05,9999-12-31,\nana@x.org,Forklift,0001-01-01,9999-99-99,\n")
    told = result.errors[["line", "column", "code", "suggestion"]].itertuples(index=False, name=None)
    assert list(told) == [
        (2, "expiration_date", "date_unlikely", "never"),
        (3, "expiration_date", "date_format", "never"),
        (3, "issue_date", "date_unlikely", ""),
    ]


CASE_44 = """\
ana@x.org,Badge,0001-01-01,9999-12-31,
ana@x.org,First Aid,1900-01-01,1900-01-01,
bo@x.org,First Aid,1970-01-01,2099-12-31,
ana@x.org,Welder,2052-03-01,2205-03-01,1
bo@x.org,Forklift,0000-00-00,9999-99-99,
ana@x.org,Forklift,2025-01-01,2075-01-01,
"""


def test_a_file_of_placeholders_is_warned_of_date_by_date() -> None:
    """Case 44: before 1950 or more than 50 years ahead is warned of and imported; what is no date is rejected."""
    told = review(COLUMNS + CASE_44).errors
    told = told[told["code"].isin(["date_unlikely", "date_format"])]
    assert list(told[["line", "column", "value", "suggestion", "blocks"]].itertuples(index=False, name=None)) == [
        (2, "expiration_date", "9999-12-31", "never", False),
        (3, "issue_date", "1900-01-01", "", False),
        (3, "expiration_date", "1900-01-01", "never", False),
        (4, "expiration_date", "2099-12-31", "", False),
        (5, "expiration_date", "2205-03-01", "", False),
        (6, "issue_date", "0000-00-00", "", True),
        (6, "expiration_date", "9999-99-99", "never", True),
    ]


# --- over time --------------------------------------------------------------------------------------------------


@only_sqlite
def test_a_stated_never_takes_the_place_of_a_stored_date(nights: Nights) -> None:
    """It is said, not blank: nothing is lost, no run is held, also where blanks keep what is stored; a date returns."""
    row = "{}@example.org,First Aid,2024-01-01,{},"
    for who, blanks in (("ana", ""), ("ben", "blanks: keep\n"), ("cleo", "blanks: clear\n")):
        nights.recipe("lms", WORDS + blanks)
        assert nights.send("lms", row.format(who, "2027-01-01")).verdict == "ok"
        told = nights.send("lms", row.format(who, "Lifetime"))
        assert (counted(told), codes(told)) == ({"new_versions": 1}, {})
        assert nights.words("lms")[who, "First Aid"] == [("valid", "2024-01-01", "", "")]
        assert counted(nights.send("lms", row.format(who, "n/a"))) == {"unchanged": 1}
    last = nights.send("lms", row.format("ana", "2027-01-01"))
    assert counted(last) == {"new_versions": 1}
    nights.registry.undo(last.batch)
    assert nights.words("lms")[ANA] == [("valid", "2024-01-01", "", "")]
    assert nights.registry.verify() == []


@only_sqlite
def test_words_of_other_systems_are_settled_by_one_key(nights: Nights) -> None:
    """Case 01: six ways to say it, and a type that requires an expiration date."""
    words = {**SAID, "cleo": "9999-12-31", "eve": "Does not expire", "fay": "-"}
    rows = [f"{who}@example.org,Forklift,2020-01-01,{word},1" for who, word in words.items()]
    nights.recipe("wallet", WORDS)
    assert counted(nights.send("wallet", *rows, "ana@example.org,First Aid,2020-01-01,Lifetime,1")) == {"new": 7}
    assert {held.expires for held in nights.counting().values()} == {""}


# --- where a person meets it ------------------------------------------------------------------------------------


@only_sqlite
def test_one_click_says_never_for_all_rows_of_a_cause(nights: Nights, tmp_path: Path) -> None:
    """Case 42: the card offers it, the recipe keeps it, it can be undone, and a draft that is opened again knows it."""
    clicks = Clicks(nights.registry)
    state = clicks.upload("wallet.csv", export(tmp_path, *FOUR).read_bytes())
    assert [(card["means"], card["word"]) for card in state["causes"]] == [
        ([["never", "Never expires"], ["blank", "No value"]], "‘Lifetime’, ‘Permanent’"),
        ([["never", "Never expires"], ["blank", "No value"]], "‘N/A’"),
    ]
    state = clicks("means", cause=clicks.cause("Lifetime"), meaning="never")
    assert (state["said"][:48], len(state["causes"])) == ("Expiration date: ‘Lifetime’, ‘Permanent’ mean th", 1)
    file = clicks.wizard.file
    assert file.batch.recipe.never == ("Lifetime", "Permanent")
    assert file.batch.review().ready == 3
    opened = type(file)(nights.registry.batch(file.batch.id))
    assert [one.never for one in opened.decisions] == [("Lifetime", "Permanent")]
    opened.undo(opened.decisions[0].number)
    assert (opened.batch.recipe.never, opened.batch.review().ready) == ((), 0)


@only_sqlite
def test_a_placeholder_is_accepted_as_never(nights: Nights, tmp_path: Path) -> None:
    """What is no date but stands for none: *Accept* follows the suggestion, as a rule of the recipe."""
    clicks = Clicks(nights.registry)
    rows = ["ana@example.org,First Aid,2020-01-01,9999-99-99,", "ben@example.org,First Aid,2020-01-01,0000-00-00,"]
    clicks.upload("a.csv", export(tmp_path, *rows).read_bytes())
    assert [card["suggestion"] for card in clicks.state["causes"]] == ["it never expires"]
    clicks("accept", cause=clicks.state["causes"][0]["key"])
    batch = clicks.wizard.file.batch
    assert (batch.review().ready, [(rule.old, rule.new) for rule in batch.recipe.replacements]) == (
        2,
        [("9999-99-99", "never"), ("0000-00-00", "never")],
    )


@only_sqlite
def test_a_cause_that_may_hold_dates_offers_no_never(nights: Nights, tmp_path: Path) -> None:
    """What looks like a date is corrected or read by its format; a click sent all the same is refused."""
    clicks = Clicks(nights.registry)
    state = clicks.upload("a.csv", export(tmp_path, "ana@example.org,Forklift,2020-01-01,5 March 2027,").read_bytes())
    assert [card["means"] for card in state["causes"]] == [[]]
    state = clicks("means", cause=state["causes"][0]["key"], meaning="never")
    assert len(state["causes"]) == 1
    assert clicks.wizard.file.decisions == ()


@only_sqlite
def test_python_and_the_prompt_say_it_too(nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`batch.never` is a rule of the draft's recipe; the same recipe at the prompt leaves no row rejected."""
    batch = nights.registry.upload(export(tmp_path, *FOUR))
    assert batch.never("lifetime", "permanent", "n/a").ready == 4
    path = batch.recipe.save(tmp_path / "wallet.yaml")
    monkeypatch.setenv("CREDTOOLS_DATABASE", str(nights.registry.engine.url))
    file = export(tmp_path, *FOUR, name="again.csv")
    result = CliRunner().invoke(main, ["check", str(file), "--recipe", str(path), "--json"])
    assert result.exit_code == 0, result.output
    (told,) = [one for one in json.loads(result.stdout)["dates"] if one["column"] == "issue_date"]
    assert [(form["format"], form["reads"], form["proves"], form["both_ways"]) for form in told["evidence"]] == [
        ("YYYY-MM-DD", 4, 4, 0)
    ]
