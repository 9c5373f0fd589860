"""Blank cells of lists of users and types, and words of leavers that nobody reads: told, not guessed."""

from __future__ import annotations

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.recipe import Recipe
from credtools.registry import Registry
from credtools.store import Loaded
from tests.builders import load, only_sqlite, write

pytestmark = only_sqlite
FULL = (
    "Email,External ID,Name,Status,Deactivated on,Groups,Manager,Date format\n"
    "ida@example.org,K1,Ida Berg,active,,Drivers,ana@example.org,DD/MM/YYYY\n"
    "gus@example.org,K2,Gus Lind,deactivated,2025-03-31,Office,,\n"
)
BLANK = FULL.splitlines()[0] + "\nida@example.org,,,,,,,\n,K2,,,,,,\n"
KEEPS, CLEARS = ("schema: users\nblanks: keep", "schema: users\nblanks: clear")


def stored(registry: Registry, *names: str) -> list[list[object]]:
    with registry.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM users WHERE name LIKE 'Ida%' OR id > 4")
        return [list(row) for row in rows]


def crane(registry: Registry) -> dict[Hashable, Any]:
    types = registry.lookups().types
    (found,) = types[types["name"] == "Crane"].astype(object).to_dict("records")
    return found


def codes(done: Loaded) -> dict[str, int]:
    return {one.code: one.count for one in done.warnings}


@pytest.mark.parametrize("recipe", [None, KEEPS])
def test_a_blank_cell_keeps_what_is_stored_and_is_counted(
    registry: Registry, tmp_path: Path, recipe: str | None
) -> None:
    """A blank isn't a value: what is stored of a user stays, column by column, and a warning counts it."""
    registry.load("users", write(tmp_path, "a.csv", FULL))
    names = ("email", "external_id", "name", "status", "deactivated_on", "groups", "manager", "date_format")
    before = stored(registry, *names)
    done = registry.load("users", write(tmp_path, "b.csv", BLANK), recipe=recipe and Recipe.parse(recipe))
    assert stored(registry, *names) == before
    assert (done.unchanged, codes(done)) == (2, {"value_lost": 9, "status_blank": 1})
    (warning,) = [one.sentence for one in done.warnings if one.code == "value_lost"]
    assert ("blanks: clear" in warning) == (recipe is None)  # what was said isn't asked for
    assert done.reactivated == ()


def test_a_recipe_lets_blanks_clear(registry: Registry, tmp_path: Path) -> None:
    """With `blanks: clear` they clear what is stored, which is counted; a blank status is the active of a new user."""
    registry.load("users", write(tmp_path, "a.csv", FULL))
    done = registry.load("users", write(tmp_path, "b.csv", BLANK), recipe=Recipe.parse(CLEARS))
    assert stored(registry, "email", "external_id", "groups", "manager", "status") == [
        ["ida@example.org", None, "", "", "active"],
        ["", "K2", "", "", "active"],
    ]
    assert (done.reactivated, codes(done)) == (("gus@example.org",), {"value_lost": 10})


def test_a_blank_status_reactivates_nobody(registry: Registry, tmp_path: Path) -> None:
    """Blank is not active: who is deactivated stays so, also with --replace, unless the recipe says what it means."""
    file = write(tmp_path, "b.csv", "Email,Status\ndora@example.org,\nana@example.org,\nnew@example.org,\n")
    for replace in (False, True):
        done = registry.load("users", file, replace=replace, yes=True)
        assert (done.reactivated, codes(done)) == ((), {"status_blank": 1})
    says = Recipe.parse("schema: users\nstatus: {active: ['']}")
    assert registry.load("users", file, recipe=says).reactivated == ("dora@example.org",)


def test_a_day_of_leaving_goes_with_the_status_that_says_so(registry: Registry, tmp_path: Path) -> None:
    """Active and a blank day: nothing is lost, the day is no longer so; deactivated and a blank day: the day stays."""
    registry.load("users", write(tmp_path, "a.csv", FULL))
    head = "Email,Status,Deactivated on\ngus@example.org,"
    done = registry.load("users", write(tmp_path, "b.csv", f"{head}deactivated,\n"))
    assert (done.unchanged, codes(done)) == (1, {"value_lost": 1})
    done = registry.load("users", write(tmp_path, "c.csv", f"{head}active,\n"))
    assert (done.reactivated, codes(done)) == (("gus@example.org",), {})
    assert stored(registry, "deactivated_on")[1] == [None]


def test_active_after_a_day_of_leaving_is_told(registry: Registry, tmp_path: Path) -> None:
    """The status counts, and that it says active although the day has come is a warning; a day to come is none."""
    head = "Email,Status,Deactivated on\nfay@example.org,active,"
    done = registry.load("users", write(tmp_path, "a.csv", f"{head}2020-01-31\n"))
    assert (done.added, codes(done)) == (1, {"status_contradicted": 1})
    assert codes(registry.load("users", write(tmp_path, "b.csv", f"{head}2999-01-31\n"))) == {}


def test_who_gives_an_address_or_id_up_says_so(registry: Registry, tmp_path: Path) -> None:
    """A blank is a statement where another row has that address or ID: nothing is lost, nobody shares it."""
    done = registry.load(
        "users", write(tmp_path, "a.csv", "Email,External ID,Name\n,E-1,\nana@example.org,E-9,Ana Ruiz\n")
    )
    assert codes(done) == {"value_lost": 1}  # Ana's name
    users = registry.lookups().users
    assert users.loc[users["email"] == "ana@example.org", "external_id"].tolist() == ["E-9"]


def test_blank_rules_of_a_type_stay(registry: Registry, tmp_path: Path) -> None:
    """A type keeps the rules that a list leaves blank; `blanks: clear` gives it the usual ones.

    But for *Approval required*, where a blank is a value: as the organisation decides.
    """
    head = "Name,Expiry,Issue,Numbered,Media required,Approval required,Validity months,Expiry computed\n"
    registry.load("types", write(tmp_path, "t.csv", f"{head}Crane,required,optional,yes,yes,,24,no\n"))
    known = crane(registry)
    blank = write(tmp_path, "b.csv", f"{head}Crane,,,,,,,\n")
    done = registry.load("types", blank)
    assert (done.unchanged, codes(done)) == (1, {"value_lost": 6})
    assert crane(registry) == known
    load(registry, tmp_path, types="Name,Approval required\nCrane,no\n")
    load(registry, tmp_path, types="Name,Approval required\nCrane,\n")
    assert crane(registry) == known
    done = registry.load("types", blank, recipe=Recipe.parse("schema: credential_types\nblanks: clear"))
    assert (done.changed, codes(done)) == (1, {"value_lost": 6})
    assert crane(registry)["numbered"] is False


@pytest.mark.parametrize(
    ("heading", "values", "count"),
    [
        ("Employment state", ["Terminated", "Hired", "terminated"], 2),
        ("Suspended [READ ONLY]", ["TRUE", "false", "False"], 1),
        ("accountEnabled", ["True", "False", "True"], 1),
        ("Austritt", ["inaktiv", "", ""], 1),
        ("Newsletter", ["yes", "no", "no"], 0),
        ("Colour", ["red", "green", "blue"], 0),
    ],
)
def test_words_of_leavers_under_an_unknown_heading_are_named(
    registry: Registry, tmp_path: Path, heading: str, values: list[str], count: int
) -> None:
    """A column that says who is gone, and isn't read, is named with its words; nobody is deactivated by it."""
    rows = "".join(f"p{k}@example.org,{value}\n" for k, value in enumerate(values))
    done = registry.load("users", write(tmp_path, "a.csv", f"Email,{heading}\n{rows}"))
    assert (done.added, codes(done)) == (3, {"status_unnamed": count} if count else {})
    assert done.deactivated == 0


def test_warnings_of_a_load_at_the_prompt(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load` prints each warning, and --json has code, count and sentence."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string(hide_password=False))
    file = write(tmp_path, "a.csv", "Email,External ID,Left?\nana@example.org,,left\n")
    lines = CliRunner().invoke(main, ["load", "users", str(file)]).stdout.splitlines()
    assert sum(line.startswith("Warning: ") for line in lines) == 2
    told = json.loads(CliRunner().invoke(main, ["load", "users", str(file), "--json"]).stdout)
    assert {one["code"] for one in told["warnings"]} == {"value_lost", "status_unnamed"}
    assert all(set(one) == {"code", "count", "sentence"} for one in told["warnings"])
