"""Unknown users of a file: one finding, however many they are, and a file of users to complete and load."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.recipe import Recipe
from credtools.registry import Registry, strangers
from tests.builders import HEADINGS, export, only_sqlite, write
from tests.clicks import Clicks
from tests.core import SHARED

PEOPLE = 300
CASE = SHARED.parent / "cases" / "33-thousands-unknown"


def rows(people: int) -> list[str]:
    """Two rows of each of so many people whom nobody knows, and one of Ana."""
    names = [f"n{k:04}@elsewhere.example" for k in range(people)]
    found = [f"{name},First Aid,{year}-01-01,2030-01-01," for year in (2024, 2025) for name in names]
    return ["ana@example.org,First Aid,2025-01-01,2030-01-01,", *found]


def written(path: Path) -> list[list[str]]:
    """The rows of a file of users below its headings and instructions."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [[cell for cell in row if cell] for row in csv.reader(file)][2:]


@only_sqlite
def test_they_can_be_loaded_as_they_are_written(registry: Registry, tmp_path: Path) -> None:
    """The file of unknown users is one that loads; afterwards each of their rows is ready, and none is unknown."""
    file = export(tmp_path, *rows(PEOPLE))
    review = registry.check(file)
    assert registry.write_unknown_users(tmp_path / "users.csv", review) == PEOPLE
    found = registry.unknown_users(review)
    assert list(found["rows"]) == [2] * PEOPLE
    assert written(tmp_path / "users.csv") == [[email] for email in found["email"]]
    assert registry.load("users", tmp_path / "users.csv").added == PEOPLE
    again = registry.check(file)
    assert (again.ready, len(registry.unknown_users(again))) == (2 * PEOPLE + 1, 0)


@only_sqlite
def test_what_else_the_file_says_of_them(registry: Registry, tmp_path: Path) -> None:
    """Name and number come along where all rows of a person agree; formulas are harmless; who is known isn't in it."""
    text = (
        "User email,Full name,Employee ID,Credential type,Issue date\n"
        "Zoe@example.org,Zoe Zeller,=1+1,First Aid,2025-01-01\n"
        "zoe@example.org ,Zoe Zeller,=1+1,Forklift,2025-01-01\n"
        "yan@example.org,Yan,7,First Aid,2025-01-01\n"
        "yan@example.org,Yan Li,7,Forklift,2025-01-01\n"
        "dora@example.org,Dora,8,First Aid,2025-01-01\n"
        ",Nobody,9,First Aid,2025-01-01\n"
    )
    review = registry.check(write(tmp_path, "a.csv", text))
    found = registry.unknown_users(review)
    assert found.to_dict("list") == {
        "email": ["Zoe@example.org", "yan@example.org"],
        "external_id": ["=1+1", "7"],
        "name": ["Zoe Zeller", ""],
        "rows": [2, 2],
    }
    registry.write_unknown_users(tmp_path / "users.csv", review)
    assert written(tmp_path / "users.csv") == [["Zoe@example.org", "'=1+1", "Zoe Zeller"], ["yan@example.org", "7"]]


@only_sqlite
@pytest.mark.parametrize(
    ("recipe", "heading", "column"),
    [("match_users_by: external_id", "User ID", "external_id"), ("match_users_by: name", "Name", "name")],
)
def test_whatever_they_are_named_by(registry: Registry, tmp_path: Path, recipe: str, heading: str, column: str) -> None:
    """Numbers keep their case, names don't; each fills its own column of the file of users."""
    text = f"{heading},Credential type,Issue date\nx-1,First Aid,2025-01-01\nX-1,First Aid,2024-01-01\n"
    found = registry.unknown_users(registry.check(write(tmp_path, "a.csv", text), Recipe.parse(recipe)))
    assert list(found[column]) == (["x-1", "X-1"] if column == "external_id" else ["x-1"])
    assert not found.drop(columns=[column, "rows"]).to_numpy().any()


@only_sqlite
def test_one_entry_at_the_prompt(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many unknown users are one entry, those like somebody known stay apart; JSON has each; the file is written."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string(hide_password=False))
    file = export(tmp_path, *rows(PEOPLE), "anna@example.org,First Aid,2025-01-01,2030-01-01,")
    out = tmp_path / "users.csv"
    shown = CliRunner().invoke(main, ["check", str(file), "--unknown-users", str(out)])
    assert shown.exit_code == 1
    lines = shown.output.splitlines()
    (entry,) = [line for line in lines if "elsewhere.example" in line]
    assert entry.split()[:4] == [f"{2 * PEOPLE}", f"{PEOPLE}", "unknown", "users:"]
    assert [line for line in lines if "anna@example.org" in line]
    assert lines[-1].startswith(f"{PEOPLE + 1} unknown users written to ")
    assert len(written(out)) == PEOPLE + 1
    found = json.loads(CliRunner().invoke(main, ["check", str(file), "--json"]).stdout)
    assert len([one for one in found["causes"] if one["code"] == "user_exists"]) == PEOPLE + 1


@only_sqlite
def test_few_are_shown_one_by_one(registry: Registry, tmp_path: Path) -> None:
    """A handful of unknown users are causes like others, and a file of users or types has none."""
    assert strangers(registry.check(export(tmp_path, *rows(3)))).users == 0
    assert strangers(registry.check(export(tmp_path, *rows(4)))).users == 4
    deactivated = [f"dora@example.org,First Aid,20{k}-01-01,2030-01-01," for k in range(10, 20)]
    assert strangers(registry.check(export(tmp_path, *deactivated))).users == 0
    users = registry.check(write(tmp_path, "u.csv", "Email\nzoe@example.org\n"), Recipe(schema="users"))
    assert (strangers(users).users, len(registry.unknown_users(users))) == (0, 0)


@only_sqlite
def test_one_card_in_the_wizard(registry: Registry, tmp_path: Path) -> None:
    """In the wizard they are one card, from which the file comes, and which opens into each; other cards stay."""
    wrong = "ana@example.org,Frist Aid,2025-01-01,2030-01-01,"
    clicks = Clicks(registry)
    state = clicks.upload("a.csv", "\n".join([HEADINGS, *rows(PEOPLE), wrong, ""]).encode())
    assert [(card["count"], card.get("users", 0)) for card in state["causes"]] == [
        (f"{2 * PEOPLE} rows", PEOPLE),
        ("1 row", 0),
    ]
    assert state["more"] == 0
    clicks("strangers")
    (content,) = clicks.downloads
    (tmp_path / "users.csv").write_bytes(bytes(content))
    assert len(written(tmp_path / "users.csv")) == PEOPLE
    clicks("accept", cause=clicks.cause("Frist Aid"))
    state = clicks("each")
    assert (len(state["causes"]) + state["more"], {card.get("users", 0) for card in state["causes"]}) == (PEOPLE, {0})


if CASE.is_dir():

    @only_sqlite
    def test_three_thousand(registry: Registry) -> None:
        """The file of the case: 3,000 people on 5,000 rows are one finding."""
        found = strangers(registry.check(CASE / "a.csv"))
        assert (found.users, found.rows) == (3_000, 5_000)
