"""Examples: from a few decisions old → new the simplest pattern that fits all of them and breaks no good cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import credtools as ct
from credtools.errors import RegistryError
from credtools.recipe import Recipe
from tests.builders import UPLOADER, export, only_sqlite, write

if TYPE_CHECKING:
    from pathlib import Path

    from credtools.registry import Batch, Registry
    from tests.conftest import Home

pytestmark = only_sqlite
USERS = """\
Email,Name,External ID,Status,Deactivated on
ana@example.org,Ana Silva,00417,active,
ben@example.org,Ben Okafor,00418,active,
cara@example.org,Cara Lind,00419,active,
dora@sub.example.org,Dora Quist,01420,active,
o'neil@example.org,Finn O'Neil,01421,active,
gone@example.org,Gone Gone,01499,deactivated,2025-01-31
"""
TYPES = "Name\nFirst Aid\nForklift\nWorking at Height\nÉlévateur\nLevel 2 Rigging\nLevel 3 Rigging\n"


def organisation(url: str, folder: Path) -> None:
    registry = ct.init(url, by=UPLOADER)
    registry.load("users", write(folder, "users.csv", USERS))
    registry.load("types", write(folder, "types.csv", TYPES))
    registry.engine.dispose()


@pytest.fixture
def registry(home: Home) -> Registry:
    return ct.open(home.copy_of(organisation), by=UPLOADER)


HEADING = {
    "user_email": "User email",
    "external_id": "User ID",
    "credential_type": "Credential type",
    "issue_date": "Issue date",
    "expiration_date": "Expiration date",
    "credential_number": "Credential number",
}
USUAL = {
    "user_email": "ben@example.org",
    "credential_type": "Forklift",
    "issue_date": "2024-02-20",
    "expiration_date": "",
    "credential_number": "1",
}


def batch_of(registry: Registry, folder: Path, column: str, *values: str) -> Batch:
    """A file with one row for each value of a column, and a good one."""
    usual = {**USUAL, **({"external_id": "00418"} if column == "external_id" else {})}
    names = [name for name in usual if not (column == "external_id" and name == "user_email")]
    rows = [[value if name == column else usual[name] for name in names] for value in (*values, usual[column])]
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path = export(folder, *lines, headings=",".join(HEADING[name] for name in names))
    return registry.upload(path, recipe=Recipe(match_users_by="external_id" if column == "external_id" else "email"))


USER, TYPE, DAY, UNTIL, NUMBER = "user_email", "credential_type", "issue_date", "expiration_date", "credential_number"
# column, old, new; another value that the same pattern settles, what becomes of it; what the recipe then says
SETTLED = [
    # the address out of what is around it
    (
        USER,
        "Ana Silva <ana@example.org>",
        "ana@example.org",
        "Lind, Cara <cara@example.org>",
        "cara@example.org",
        "take:",
    ),
    (USER, "ana@example.org (Ana)", "ana@example.org", "cara@example.org (Lind, C.)", "cara@example.org", "take:"),
    (USER, "mailto:ana@example.org", "ana@example.org", "mailto:cara@example.org", "cara@example.org", "beginning:"),
    (USER, "ana@example.org;", "ana@example.org", "cara@example.org;", "cara@example.org", "trim:"),
    (USER, "'ana@example.org'", "ana@example.org", "'cara@example.org'", "cara@example.org", "trim:"),
    (USER, "Ana (ana@example.org)", "ana@example.org", "Lind, C. [cara@example.org]", "cara@example.org", "extract:"),
    # another domain, or a typo in it
    (USER, "ana@exmaple.org", "ana@example.org", "cara@EXMAPLE.org", "cara@example.org", "ending:"),
    (USER, "ana@old.example.com", "ana@example.org", "o'neil@old.example.com", "o'neil@example.org", "ending:"),
    (USER, "ana@example.og", "ana@example.org", "cara@example.og", "cara@example.org", "ending:"),
    (USER, "Ana Silva <ana@exmaple.org>", "ana@example.org", "C <cara@exmaple.org>", "cara@example.org", "ending:"),
    # numbers of users
    ("external_id", "417", "00417", "419", "00419", "pad:"),
    ("external_id", "E-00417", "00417", "E-00419", "00419", "beginning:"),
    ("external_id", "00417/X", "00417", "00419/Y", "00419", "take:"),
    # types
    (TYPE, "first-aid", "First Aid", "AID, first", "First Aid", "spellings:"),
    (TYPE, "Elevateur", "Élévateur", "ELEVATEUR.", "Élévateur", "spellings:"),
    (TYPE, "FirstAid", "First Aid", "First  Aid!", "First Aid", "spellings:"),
    (TYPE, "Frist Aid", "First Aid", "Firt Aid", "First Aid", "replace:"),
    (TYPE, "Forklift (EN)", "Forklift", "First Aid (FR)", "First Aid", "take:"),
    (TYPE, "Course: Forklift", "Forklift", "Course: First Aid", "First Aid", "beginning:"),
    (TYPE, "Forklift certificate", "Forklift", "First Aid certificate", "First Aid", "ending:"),
    (TYPE, "Lvl 2 Rigging", "Level 2 Rigging", "Lvl 3 Rigging", "Level 3 Rigging", "beginning:"),
    (
        TYPE,
        "Rigging - Level 2 Rigging",
        "Level 2 Rigging",
        "Rigging - Level 3 Rigging",
        "Level 3 Rigging",
        "beginning:",
    ),
    (TYPE, "First_Aid", "First Aid", "Working_at_Height", "Working at Height", "within:"),
    (TYPE, "First Aid; Forklift", "First Aid\nForklift", "Forklift;Élévateur", "Forklift · Élévateur", "split:"),
    (TYPE, "First Aid / Forklift", "First Aid · Forklift", "Forklift / Élévateur", "Forklift · Élévateur", "split:"),
    (TYPE, "First Aid, Forklift", "First Aid\nForklift", "Forklift, Élévateur", "Forklift · Élévateur", "split:"),
    # dates
    (DAY, "13.05.24", "2024-05-13", "01.02.99", "1999-02-01", "DD.MM.YY"),
    (DAY, "5/13/24", "2024-05-13", "2/1/99", "1999-02-01", "MM/DD/YY"),
    (DAY, "13/05/2024", "2024-05-13", "01/02/2024", "2024-02-01", "DD/MM/YYYY"),
    (DAY, "2024.05.13", "2024-05-13", "2024.02.01", "2024-02-01", "YYYY.MM.DD"),
    (DAY, "20240513", "2024-05-13", "20240201", "2024-02-01", "YYYYMMDD"),
    (DAY, "45321", "2024-01-30", "45323", "2024-02-01", "[excel]"),
    (DAY, "43859", "2024-01-30", "43861", "2024-02-01", "[excel 1904]"),
    (DAY, "13 May 2024", "2024-05-13", "1 February 2024", "2024-02-01", "D MMM YYYY"),
    (DAY, "13. März 2024", "2024-03-13", "1. Dez. 2024", "2024-12-01", "- de"),
    (DAY, "13 févr. 2024", "2024-02-13", "1 août 2024", "2024-08-01", "fr"),
    (DAY, "13 de mayo de 2024", "2024-05-13", "13 de mayo de 2024", "2024-05-13", "replace:"),
    (DAY, "issued 2024-05-13", "2024-05-13", "on 2024-02-01 in Rome", "2024-02-01", "extract:"),
    (DAY, "issued 13/05/2024", "2024-05-13", "issued: 01/02/2024", "2024-02-01", "DD/MM/YYYY"),
    (DAY, "13.05.2024 14:30", "2024-05-13", "01.02.2024 09:00", "2024-02-01", "HH:mm"),
    (DAY, "2024-05-13T14:30:00", "2024-05-13", "2024-02-01T00:00:00", "2024-02-01", "T"),
    (DAY, "05/2024", "2024-05-01", "02/2024", "2024-02-01", "[first]"),
    (DAY, "05/2024", "2024-05-31", "02/2024", "2024-02-29", "[last]"),
    (UNTIL, "Lifetime", "never", "LIFETIME", "never", "never:"),
    (UNTIL, "9999-12-31x", "never", "9999-12-31X", "never", "never:"),
    (UNTIL, "n/a", "", "N/A", "", "replace:"),
]


@pytest.mark.parametrize("case", SETTLED, ids=[f"{one[0]}-{one[1]}-{one[2]}" for one in SETTLED])
def test_one_example_settles_others_like_it(
    registry: Registry, tmp_path: Path, case: tuple[str, str, str, str, str, str]
) -> None:
    """The first proposal settles another value of the same kind, and the recipe then says the rule that is meant."""
    column, old, new, other, after, says = case
    batch = batch_of(registry, tmp_path, column, old, other)
    offered = batch.like(column, {old: new})
    assert {one.old: (one.new, one.passes) for one in offered[0].changes}[other] == (after, True)
    review = batch.teach(offered[0])
    assert not review.rejected.any()
    assert says in str(batch.recipe)
    if column == USER:
        assert "ana" not in str(batch.recipe).casefold()
        assert "cara" not in str(batch.recipe).casefold()


# in columns where nothing is rejected: what the first proposal makes of another value
SHOWN = [
    ("SC 0041", "SC-0041", "SC 0042", "SC-0042"),
    ("SC–0041", "SC-0041", "XY–0042", "XY-0042"),
    ("sc-0041", "SC-0041", "xy-0042", "XY-0042"),
    ("#0041#", "0041", "#42", "42"),
    ("No. 0041", "0041", "No. 42", "42"),
    ("0041 (copy)", "0041", "42 (copy)", "42"),
    ("41", "00041", "42", "00042"),
    ("DE0041", "0041", "DE42", "42"),
]


@pytest.mark.parametrize(("old", "new", "other", "after"), SHOWN)
def test_free_text_shows_each_change(
    registry: Registry, tmp_path: Path, old: str, new: str, other: str, after: str
) -> None:
    """Where nothing is rejected a pattern may change any cell, but it says so of each."""
    batch = batch_of(registry, tmp_path, NUMBER, old, other)
    offered = batch.like(NUMBER, {old: new})
    assert any(one.replacements.get(other) == after for one in offered)
    assert all(one.passed for offer in offered for one in offer.changes)


def test_several_examples_narrow_a_pattern(registry: Registry, tmp_path: Path) -> None:
    """A second example excludes what fits the first by chance: day and month."""
    batch = batch_of(registry, tmp_path, DAY, "05/05/2024", "05/06/2024")
    formats = {text for one in batch.like(DAY, {"05/05/2024": "2024-05-05"}) for text in (one.pattern.formats or ())}
    assert {"DD/MM/YYYY", "MM/DD/YYYY"} <= formats
    both = batch.like(DAY, {"05/05/2024": "2024-05-05", "05/06/2024": "2024-06-05"})
    assert [one.pattern.formats for one in both if one.pattern.formats] == [("DD/MM/YYYY",)]


def test_no_good_cell_is_changed(registry: Registry, tmp_path: Path) -> None:
    """What would change a value that passes is no proposal, however many others it would settle."""
    batch = batch_of(registry, tmp_path, TYPE, "Forklift 2 Rigging", "Level 2 Rigging")
    for one in batch.like(TYPE, {"Forklift 2 Rigging": "Level 3 Rigging"}):
        assert "Level 2 Rigging" not in one.replacements


def test_a_person_is_no_pattern(registry: Registry, tmp_path: Path) -> None:
    """One person's other address is nobody's pattern: no proposal, for the recipe names no person."""
    batch = batch_of(registry, tmp_path, USER, "anna.silva@example.org")
    assert batch.like(USER, {"anna.silva@example.org": "ana@example.org"}) == []


def test_only_some_values(registry: Registry, tmp_path: Path) -> None:
    """Some values of a pattern: no rule, these are corrected row by row; the others stay as they are."""
    batch = batch_of(registry, tmp_path, USER, "ana@exmaple.org", "cara@exmaple.org")
    [offered] = batch.like(USER, {"ana@exmaple.org": "ana@example.org"})
    review = batch.teach(offered, only=["ana@exmaple.org"])
    assert batch.recipe.rules == ()
    assert batch.patches()["new"].tolist() == ["ana@example.org"]
    assert review.errors["value"].tolist() == ["cara@exmaple.org"]
    with pytest.raises(RegistryError, match="No value is chosen"):
        batch.teach(offered, only=[])


def test_only_some_days(registry: Registry, tmp_path: Path) -> None:
    """Single days are written in the format in force, whatever it is, so that they pass."""
    registry.set("date_format", "DD.MM.YYYY")
    lines = [f"ana@example.org,First Aid,{day}" for day in ("45321", "45322", "45323")]
    batch = registry.upload(write(tmp_path, "a.csv", "\n".join(["User email,Credential type,Issue date", *lines, ""])))
    [offered] = [one for one in batch.like("issue_date", {"45321": "2024-01-30"}) if one.kind == "date_format"]
    review = batch.teach(offered, only=["45322"])
    assert review.errors["value"].tolist() == ["45321", "45323"]
    assert batch.recipe.replacements[0].new == "31.01.2024"


def test_only_some_of_single_values_are_rules(registry: Registry, tmp_path: Path) -> None:
    """A pattern that is a list of values does without those that weren't chosen."""
    batch = batch_of(registry, tmp_path, TYPE, "Frist Aid", "Firt Aid")
    offered = batch.like(TYPE, {"Frist Aid": "First Aid"})[0]
    batch.teach(offered, only=["Firt Aid"])
    assert [rule.old for rule in batch.recipe.replacements] == ["Firt Aid"]


def test_a_decision_that_was_made_already(registry: Registry, tmp_path: Path) -> None:
    """An example may be a rule or a correction by now; the pattern takes the place of its rule."""
    batch = batch_of(registry, tmp_path, TYPE, "first-aid", "AID, first")
    batch.replace(TYPE, {"first-aid": "First Aid"})
    batch.teach(batch.like(TYPE, {"first-aid": "First Aid"})[0])
    assert [rule.kind for rule in batch.recipe.rules] == ["spellings"]
    other = batch_of(registry, tmp_path, USER, "ana@exmaple.org", "cara@exmaple.org")
    other.patch(2, USER, "ana@example.org")
    [offered] = other.like(USER, {"ana@exmaple.org": "ana@example.org"})
    assert offered.replacements == {"cara@exmaple.org": "cara@example.org"}


def test_it_is_taken_back(registry: Registry, tmp_path: Path) -> None:
    """The recipe of before takes a pattern back, whole."""
    batch = batch_of(registry, tmp_path, DAY, "13.05.24")
    before, recipe = batch.review(), batch.recipe
    batch.teach(batch.like(DAY, {"13.05.24": "2024-05-13"})[0])
    assert batch.use(recipe) == before


def test_what_cannot_be_asked(registry: Registry, tmp_path: Path) -> None:
    """A column that the schema doesn't have is refused; examples that change nothing lead to nothing."""
    batch = batch_of(registry, tmp_path, DAY, "13.05.24")
    with pytest.raises(RegistryError):
        batch.like("colour", {"a": "b"})
    assert batch.like(DAY, {}) == []
    assert batch.like(DAY, {"13.05.24": "13.05.24"}) == []


@pytest.mark.parametrize(
    "other",
    ["cara@example.org (left 2026)", "cara@example.org/visitor", "fw: x cara@example.org", "ask cara@example.org"],
)
def test_what_is_said_beside_an_address_is_not_dropped(registry: Registry, tmp_path: Path, other: str) -> None:
    """An address is taken out of a name and marks only: whatever else is there may matter."""
    batch = batch_of(registry, tmp_path, USER, "Ana Silva <ana@example.org>", other)
    offered = batch.like(USER, {"Ana Silva <ana@example.org>": "ana@example.org"})
    assert offered
    assert [one for one in offered if other in one.replacements] == []
    assert [one for one in batch.families() if other in (change.old for change in one.changes)] == []


# column, old → new: what names somebody in it
PERSONAL = [
    (TYPE, "Forklft Ben Okafor", "Forklift", "ben okafor"),
    (TYPE, "ana.silva@example.org First Aid", "First Aid", "ana.silva@"),
    (TYPE, "First Aid (Silva, Ana)", "First Aid", "silva"),
    (NUMBER, "AS-Ana Silva-1", "AS-1", "ana silva"),
    (UNTIL, "ask Ana Silva", "never", "ana silva"),
    (UNTIL, "ask ana.silva@example.org", "never", "ana.silva"),
]


@pytest.mark.parametrize(("column", "old", "new", "who"), PERSONAL)
def test_no_recipe_names_anybody(registry: Registry, tmp_path: Path, column: str, old: str, new: str, who: str) -> None:
    """An address or the name of a user in any column becomes no part of a recipe: such cells are corrected singly."""
    batch = batch_of(registry, tmp_path, column, old)
    offered = batch.like(column, {old: new})
    for one in offered:
        assert who not in str(one.pattern and one.pattern.labels).casefold()
    singly = [one for one in offered if one.pattern is None]
    if singly:
        batch.teach(singly[0])
        assert (who in str(batch.recipe).casefold(), batch.patches()["new"].tolist()) == (False, [new])
    assert singly or column == TYPE


def test_only_a_word_that_names_nobody_is_kept(registry: Registry, tmp_path: Path) -> None:
    """Of several words that mean never those that name somebody are left out."""
    batch = batch_of(registry, tmp_path, UNTIL, "ask Ana Silva", "for ever and a day")
    [offered] = batch.like(UNTIL, {"ask Ana Silva": "never", "for ever and a day": "never"})
    assert (offered.pattern and offered.pattern.never, len(offered.changes)) == (("for ever and a day",), 1)
