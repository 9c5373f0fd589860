"""What is said where somebody must act: why a file is held, whom it really lacks, which list was renamed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from credtools.cli import main
from credtools.errors import RecipeError
from credtools.jupyter.wizard.errors_told import fixed
from credtools.recipe import Recipe
from credtools.registry import Registry
from tests.builders import ANA, BEN, HEADINGS, ZOE, export, load, only_sqlite, write

BAD_DATE = "ben@example.org,Forklift,20.2.24,,"


@pytest.fixture
def prompt(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The organisation's folder, as the working folder of commands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string(hide_password=False))
    return tmp_path


@only_sqlite
def test_a_held_file_says_for_what_most_rows_are_rejected(registry: Registry, tmp_path: Path) -> None:
    """The reason has a code, and the commonest errors are counted, without any value of the file."""
    outcome = registry.upload(export(tmp_path, ANA, ZOE, ZOE + "1", BAD_DATE)).settle(0.1)
    assert outcome.held_by == ("held_by_rate",)
    assert outcome.rejected_for == (("User doesn't exist", 2), ("Invalid date format", 1))
    assert "User doesn't exist (2 rows), Invalid date format (1 row)" in str(outcome)
    assert "zoe" not in str(outcome)
    assert outcome.as_dict()["rejected_for"][0] == {"title": "User doesn't exist", "rows": 2}
    assert registry.upload(export(tmp_path, ZOE, name="b.csv")).settle().held_by == ("held_without_ready",)
    assert registry.upload(export(tmp_path, name="c.csv")).settle().held_by == ("held_without_rows",)


@only_sqlite
@pytest.mark.parametrize(("rows", "rate", "advised"), [((ANA, ZOE), "0.1", 1), ((ZOE,), "0.9", 0), ((), "0.1", 0)])
def test_another_threshold_is_advised_only_where_it_helps(
    prompt: Path, rows: tuple[str, ...], rate: str, advised: int
) -> None:
    """`--max-reject-rate` is named only where the threshold is what held the file."""
    export(prompt, *rows)
    said = CliRunner().invoke(main, ["import", "export.csv", "--max-reject-rate", rate]).stdout
    assert said.startswith("held: ")
    assert said.count("--max-reject-rate") == advised
    assert "credtools discard 1" in said


def test_one_sheet_or_several() -> None:
    """A recipe that names one sheet to read and several to stack can't mean both."""
    with pytest.raises(RecipeError) as caught:
        Recipe.parse("read: {sheet: A}\nsheets: {stack: all}")
    assert caught.value.reason == "recipe_sheet_and_sheets"
    assert Recipe.parse("read: {heading_line: 2}\nsheets: {stack: all}").shapes.sheets


@only_sqlite
def test_who_is_known_under_another_id_is_no_unknown_user(
    registry: Registry, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A User ID that nobody has beside the address of a user: they are told apart, and not written to be loaded."""
    recipe = write(tmp_path, "byid.yaml", "match_users_by: external_id\n")
    head = HEADINGS.replace("User email", "User ID,Email,Full name")
    rows = ("E-77,ana@example.org,Ana,First Aid,2024-01-01,,", "E-78,new@example.org,New,First Aid,2024-01-01,,")
    file = export(tmp_path, *rows, "E-79,,Ben Okafor,First Aid,2024-01-01,,", headings=head)
    review = registry.check(file, recipe)
    assert registry.unknown_users(review)["external_id"].tolist() == ["E-78", "E-79"]
    (known,) = registry.known_otherwise(review).to_dict("records")
    assert (known["external_id"], known["known_as"], known["rows"]) == ("E-77", "ana@example.org (E-1)", 1)
    request.getfixturevalue("prompt")
    said = CliRunner().invoke(main, ["check", str(file), "--recipe", str(recipe), "--unknown-users", "u.csv"]).stdout
    assert "E-77 is ana@example.org (E-1)" in said
    assert "2 unknown users" in said
    assert "E-77" not in Path("u.csv").read_text("utf-8")


@only_sqlite
def test_who_is_known_under_another_address(registry: Registry, tmp_path: Path) -> None:
    """The same for an unknown address beside a known User ID."""
    head = HEADINGS.replace("User email", "User email,User ID")
    file = export(tmp_path, "ana.new@example.org,E-1,First Aid,2024-01-01,,", headings=head)
    review = registry.check(file)
    assert registry.known_otherwise(review)["known_as"].tolist() == ["ana@example.org (E-1)"]
    assert registry.unknown_users(review).empty


@only_sqlite
def test_types_that_are_perhaps_renamed(registry: Registry, tmp_path: Path) -> None:
    """A list of types that lacks one and has a new one called alike says so: else its credentials would stay behind."""
    names = "Name\nFirst Aid\nForklift Truck\nLicence\nPassport\nCrane\n"
    done = registry.load("types", write(tmp_path, "t.csv", names), replace=True, yes=True, dry_run=True)
    assert [(one.code, one.count) for one in done.warnings] == [("type_renamed", 1)]
    assert "Forklift → Forklift Truck" in done.warnings[0].sentence
    load(registry, tmp_path, types=names)
    assert registry.load("types", tmp_path / "t.csv", replace=True, yes=True).warnings == ()


@only_sqlite
def test_a_former_address_is_written_before_that_of_today(registry: Registry, tmp_path: Path) -> None:
    """Notes on former addresses say which is which."""
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    load(registry, tmp_path, users="Email,External ID\nana.haddad@example.org,E-1\n")
    done = registry.load("users", write(tmp_path, "old.csv", "Email,Groups\nana@example.org,Office\n"))
    assert "ana@example.org → ana.haddad@example.org" in done.notes[0]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("aab", "b", "2 errors fixed."),
        ("ab", "ab", "No error fixed."),
        ("a", "abb", "2 new errors."),
        ("aab", "bcd", "2 errors fixed; 2 rows have a new error."),
    ],
)
def test_errors_are_counted_by_what_they_are(before: str, after: str, said: str) -> None:
    """Those that are gone, and beside them the rows with others: one doesn't hide the other."""
    first, last = (Counter((ord(row), "code", "column") for row in rows) for rows in (before, after))
    assert fixed(first, last) == said
