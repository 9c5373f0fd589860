"""Cleaned once by hand, replayed month after month; what has changed its shape is held, released, and learnt."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credtools.errors import RecipeError
from credtools.model import Counts
from credtools.recipe import Recipe, expectations
from credtools.recipe.expectations import Expect, Look, deviations
from credtools.registry import Batch, Registry
from tests.builders import new_organisation, only_postgres, outcome, tamper, write
from tests.conftest import Home

RECIPE = """\
# the export of the personnel department
headings:
  E-Mail: user_email  # theirs
  Kind: credential_type
  Issued: issue_date
date_format: DD/MM/YYYY
max_reject_rate: 0.2
expect: {every: 31 days, headings: same, rows: 0.3, new_values: 0}
"""
OLD_NAMES = ("Frist Aid", "Erste Hilfe", "1st aid", "FA", "First-Aid", "Stapler", "Fork lift", "Staplerschein")
MEANT = dict(zip(OLD_NAMES, ["First Aid"] * 5 + ["Forklift"] * 3, strict=True))
TYPOS = {"ana@exmaple.org": "ana@example.org", "bne@example.org": "ben@example.org"}


def month(folder: Path, number: int, rows: int = 60, *, issued: str = "Issued", odd: Sequence[str] = ()) -> Path:
    """An export of one month: everything that went wrong in month 1 goes wrong again, on other days."""
    kinds = [*OLD_NAMES, "First Aid", "Forklift", *odd]
    users = ["ana@example.org", "ben@example.org", "cara@example.org"]
    lines = [f"E-Mail;Kind;{issued}"]
    lines += [
        f"{users[k % 3]};{kinds[k % len(kinds)]};{k % 28 + 1:02}/{number:02}/{2000 + k // 28}" for k in range(rows)
    ]
    lines += [f"{typo};First Aid;29/01/2010" for typo in TYPOS]  # the very same records, month after month
    lines += ["cara@example.org;Forklift;30.01.2010", "cara@example.org;FA;2010-01-31"]
    return write(folder, f"month{number}.csv", "\n".join([*lines, ""]))


def clean(batch: Batch) -> int:
    """The decisions of a person, one after the other; returns how many."""
    decisions: list[Callable[[], object]] = [
        *(lambda old=old: batch.replace("credential_type", {old: MEANT[old]}) for old in OLD_NAMES),
        *(lambda typo=typo: batch.replace("user_email", {typo: TYPOS[typo]}) for typo in TYPOS),
        lambda: batch.replace("issue_date", {"30.01.2010": "30/01/2010"}),
        lambda: batch.replace("issue_date", {"2010-01-31": "31/01/2010"}),
    ]
    for decide in decisions:
        decide()
    return len(decisions)


def told(counts: Counts) -> tuple[int, int, int, int]:
    return counts.rows, counts.accepted, counts.unchanged, counts.rejected


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    return write(tmp_path, "hr.yaml", RECIPE)


@pytest.fixture
def cleaned(registry: Registry, tmp_path: Path, recipe: Path) -> Registry:
    """Month 1, cleaned by twelve decisions, its recipe saved over the one in git."""
    batch = registry.upload(month(tmp_path, 1), recipe)
    assert clean(batch) == 12
    batch.save_recipe(recipe)
    assert batch.finish().counts.rejected == 0
    return registry


def test_four_months(cleaned: Registry, tmp_path: Path, recipe: Path) -> None:
    """Month 2 needs no hand; month 3 is held with a sentence for each reason; released, month 4 needs none again."""
    second = cleaned.upload(month(tmp_path, 2), recipe).settle()
    assert (second.verdict, told(second.counts)) == ("ok", (64, 60, 4, 0))

    third = cleaned.upload(month(tmp_path, 3, rows=26, issued="Issue day", odd=["Erst-Hilfe"]), recipe).settle()
    assert third.verdict == "held"
    assert third.held_because == (
        "The heading row (line 1) has no heading for 'Issue date'; the headings found are: E-Mail, Kind, Issue day. "
        "Perhaps 'Issue day' is meant. Rename the right one, or say what it means. "
        "The file has 30 rows; 64 are usual (-53%; up to 30% may pass). "
        "No rule and no list knows 'Erst-Hilfe' (2 rows)."
    )
    released = cleaned.batch(third.batch or 0)
    better = {**released.recipe.headings, "Issue day": "issue_date"}
    released.use(replace(released.recipe, headings=better))
    released.replace("credential_type", {"Erst-Hilfe": "First Aid"})
    before = recipe.read_text("utf-8").splitlines()
    released.save_recipe(recipe)
    added = [line.strip() for line in recipe.read_text("utf-8").splitlines() if line not in before]
    assert added == [
        "Issue day: issue_date",
        "- replace: {column: credential_type, from: Erst-Hilfe, to: First Aid}",
    ]
    assert "# theirs" in recipe.read_text("utf-8")
    assert told(released.finish().counts) == (30, 26, 4, 0)

    fourth = cleaned.upload(month(tmp_path, 4, issued="Issue day"), recipe).settle()
    assert (fourth.verdict, told(fourth.counts)) == ("ok", (64, 60, 4, 0))
    assert cleaned.verify() == []


def test_new_heading_only(cleaned: Registry, tmp_path: Path, recipe: Path) -> None:
    """A heading more or less than in the last run is held, and imported once a person lets it pass."""
    file = month(tmp_path, 2)
    file.write_text(file.read_text("utf-8").replace("Issued\n", "Issued;Note\n", 1), "utf-8")
    text = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([text[0], *(f"{line};x" for line in text[1:]), ""]), "utf-8")
    held = cleaned.upload(file, recipe).settle()
    assert held.held_because == "The heading row has 'Note', which the last file didn't have."
    cleaned.batch(held.batch or 0).finish()
    again = cleaned.upload(write(tmp_path, "n.csv", file.read_text("utf-8").replace("/02/", "/03/")), recipe)
    assert again.settle().held_because is None


def test_patches_that_no_longer_apply(cleaned: Registry, tmp_path: Path, recipe: Path) -> None:
    """Corrections of records that don't come any more are listed with the reason."""
    file = month(tmp_path, 2)
    file.write_text(file.read_text("utf-8").replace("ana@exmaple.org", "ana@example.org"), "utf-8")
    batch = cleaned.upload(file, recipe)
    assert batch.idle_patches().to_dict("records") == [
        {
            "column": "user_email",
            "old": "ana@exmaple.org",
            "new": "ana@example.org",
            "why": "its record is not in this file",
        }
    ]


def test_a_source_that_is_silent_too_long(cleaned: Registry) -> None:
    """A source whose recipe says how often a file comes is overdue once that has passed."""
    told = cleaned.sources().set_index("source").loc["hr"]
    assert (told["every"], str(told["overdue"])) == ("31 days", "NaT")
    uploaded = cleaned.batch(1).draft.row.uploaded_at
    long_ago = str(uploaded - timedelta(days=40))
    tamper(
        cleaned,
        "UPDATE batches SET uploaded_at = :at",
        at=long_ago[:26] if cleaned.engine.dialect.name == "sqlite" else long_ago,
    )
    overdue = cleaned.sources().set_index("source").loc["hr", "overdue"]
    assert overdue == uploaded - timedelta(days=9)


# --- the same decisions on the original give the same -----------------------------------------------------------


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Registries on SQLite, beside those on PostgreSQL."""
    return Home(tmp_path_factory.mktemp("lite"))


EDIT = st.one_of(
    st.tuples(st.just("replace"), st.sampled_from([*OLD_NAMES]), st.sampled_from(["First Aid", "Forklift", "Nothing"])),
    st.tuples(st.just("patch"), st.integers(2, 65), st.sampled_from(["ana@example.org", "zoe@example.org", ""])),
    st.tuples(st.just("date"), st.integers(2, 65), st.sampled_from(["01/02/2020", "2020-02-01", ""])),
)


def edit(batch: Batch, kind: str, what: object, value: str) -> None:
    if kind == "replace":
        batch.use(batch.recipe.replacing("credential_type", {str(what): value}))
    else:
        batch.patch(int(str(what)), "user_email" if kind == "patch" else "issue_date", value)


@only_postgres
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EDIT, max_size=6))
def test_replay_gives_the_same(
    home: Home, lite: Home, opened: Callable[..., Registry], tmp_path: Path, edits: list[tuple[str, object, str]]
) -> None:
    """Decisions one by one, and the saved recipe and patches on the original bytes: the same, on both databases."""
    file, results = month(tmp_path, 1), []
    for place, replayed in itertools.product((lite, home), (False, True)):
        recipe = write(tmp_path, "hr.yaml", RECIPE)
        registry = opened(place.copy_of(new_organisation))
        batch = registry.upload(file, recipe)
        for one in edits:
            edit(batch, *one)
        if replayed:
            batch.save_recipe(recipe)
            batch.discard()
            batch = registry.upload(file, recipe)
        judgement = batch.finish().judgement
        results.append((judgement, outcome(registry)))
    assert all(one == results[0] for one in results)


# --- a weekly full export ---------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_weekly_full_export(home: Home, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """20,000 rows with one in a hundred changed: the rest is unchanged, patches apply again, the figures are true."""
    rng = Random(7)  # noqa: S311 - repeatable
    days = [f"{k % 28 + 1:02}/{k % 12 + 1:02}/{1960 + k % 60}" for k in range(20_000)]
    rows = [["ana@example.org", "Licence", day, f"N{k}"] for k, day in enumerate(days)]
    for k in range(0, 20_000, 1_000):
        rows[k][0] = f"typo{k}@example.org"
    recipe = write(tmp_path, "weekly.yaml", "date_format: DD/MM/YYYY\nexpect: {headings: same, rows: 0.1}\n")
    registry = opened(home.copy_of(new_organisation))

    def week(number: int) -> Batch:
        text = "\n".join(["User email,Credential type,Issue date,Credential number", *map(",".join, rows), ""])
        return registry.upload(write(tmp_path, f"week{number}.csv", text), recipe)

    first = week(1)
    first.patch_cells([(k + 2, "user_email", "ana@example.org") for k in range(0, 20_000, 1_000)])
    assert first.finish().counts == Counts(rows=20_000, new=20_000)
    changed = rng.sample([k for k in range(20_000) if k % 1_000], 200)
    for k in changed[:150]:
        rows[k][2] = "01/01/2025"
    for k in changed[150:]:
        rows[k][1] = "Licens"
    second = week(2).settle()
    assert second.counts == Counts(rows=20_000, new_versions=150, unchanged=19_800, rejected=50)
    assert len(registry.batch(2).patches()) == 20
    assert registry.batch(2).idle_patches().empty


# --- the preflight itself ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "now", "sentences"),
    [
        (Look(1, ("a", "b"), 2), Look(1, ("a", "b", "col_3"), 2), []),
        (Look(1, ("a", "b", "col_3"), 2), Look(1, ("a", "b"), 2), []),
        (Look(1, ("a", "b", "col_3")), Look(1, ("a", "b", "col_3"), 2), []),
        (
            Look(1, ("a", "b"), 2),
            Look(1, ("a", "b", "col_3"), 3),
            ["The heading row has 'col_3', which the last file didn't have."],
        ),
    ],
    ids=["too long now", "too long before", "not noted before", "one more column"],
)
def test_cells_beyond_the_headings_are_no_headings(last: Look, now: Look, sentences: list[str]) -> None:
    """A row with too many fields doesn't make a file look as if it had other headings; a further column does."""
    assert [str(one) for one in deviations(Expect(headings="same"), now, [last])] == sentences


@pytest.mark.parametrize(
    ("expect", "now", "sentences"),
    [
        (Expect(), Look(100), []),
        (Expect(), Look(49), ["The file has 49 rows; 100 are usual (-51%; up to 50% may pass)."]),
        (Expect(rows=0.2), Look(121), ["The file has 121 rows; 100 are usual (+21%; up to 20% may pass)!"]),
        (Expect(), Look(100, hits={"r": 0}), ["The rule r changed 0 rows; 20 are usual."]),
        (Expect(hits=0.5), Look(100, hits={"r": 0}), ["The rule r changed 0 rows; 20 are usual!"]),
        (Expect(hits=0.5), Look(100, hits={"r": 31}), ["The rule r changed 31 rows; 20 are usual!"]),
        (Expect(hits=0.5), Look(100, hits={"r": 29}), []),
        (Expect(), Look(100, unknown={"A": 2, "B": 1}), ["No rule and no list knows 'A', 'B' (3 rows)."]),
        (Expect(new_values=1), Look(100, unknown={"A": 2}), []),
        (Expect(new_values=0), Look(100, unknown={"A": 2}), ["No rule and no list knows 'A' (2 rows)!"]),
        (Expect(headings="same"), Look(100, ("a",)), ["The heading row has 'a', which the last file didn't have!"]),
    ],
)
def test_deviations(expect: Expect, now: Look, sentences: list[str]) -> None:
    """Each is one sentence; what goes beyond the recipe's threshold holds (here with an exclamation mark)."""
    before = [Look(rows, hits={"r": rows // 5}) for rows in (100, 90, 110)]
    found = [f"{one.sentence[:-1]}{'!' if one.holds else '.'}" for one in deviations(expect, now, before)]
    assert found == sentences


def test_a_look_is_kept_as_text() -> None:
    """What is kept of a run is read again, also where an older one tells less."""
    look = Look(3, ("a", "b"), {"r": 1}, {"X": 2}, 1, {"date_format": 1})
    assert Look.from_json(look.as_json()) == look
    assert Look.from_json(json.dumps({"rows": 3, "strange": 1})) == Look(3)


@pytest.mark.parametrize(
    ("text", "reason", "facts"),
    [
        ("{row: 1}", "expect_keys", {"known": "every, headings, rows, hits, new_values"}),
        ("{every: often}", "expect_every", {"every": "often"}),
        ("{headings: any}", "expect_headings", {"headings": "any"}),
        ("{rows: -1}", "expect_number", {"name": "rows", "value": "-1", "what": "a share, for example 0.3"}),
        ("{new_values: 0.5}", "expect_number", {"name": "new_values", "value": "0.5", "what": "a whole number"}),
    ],
)
def test_expectations_that_mean_nothing(text: str, reason: str, facts: dict[str, str]) -> None:
    """What a recipe expects in other words is refused with what would do."""
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(f"expect: {text}", source="hr")
    assert (caught.value.reason, caught.value.facts) == (reason, {"source": "hr", **facts})
    assert expectations.parse({}, "hr") == Expect()
