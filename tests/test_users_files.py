"""Files of users as directories write them: headings, words of a status, names in two columns, days of leaving."""

from __future__ import annotations

from pathlib import Path

import pytest

import credtools as ct
from credtools.errors import FileError, LoadError, RecipeError
from credtools.recipe import Recipe
from credtools.recipe.headings import bare
from credtools.registry import Registry
from tests.builders import only_sqlite, write

PEOPLE = (
    "First name,Last name,Work e-mail,Employee no.,Active?\n"
    "Ida,Berg,ida@example.org,K1,Y\n"
    "Omar,Said,omar@example.org,K2,N\n"
    "Lea,,lea@example.org,K3,left\n"
)
HR = """\
schema: users
headings: {Work e-mail: email, Employee no.: external_id}
rules:
  - join: {column: name, from: [First name, Last name]}
status: {column: "Active?", active: [Y], deactivated: [N, left]}
"""


def people(registry: Registry) -> dict[str, tuple[str, str, str]]:
    """(name, number, status) of everybody who isn't of the small organisation."""
    users = registry.lookups().users.fillna("").astype(str)
    found = users[["email", "name", "external_id", "status"]].itertuples(index=False, name=None)
    first = {"ana@example.org", "ben@example.org", "cara@example.org", "dora@example.org"}
    return {email: (name, number, status) for email, name, number, status in found if email not in first}


def test_a_recipe_reads_the_file_of_a_directory(registry: Registry, tmp_path: Path) -> None:
    """Headings, a name in two columns and the words of the status follow the recipe; a blank part leaves no gap."""
    done = registry.load("users", write(tmp_path, "u.csv", PEOPLE), recipe=write(tmp_path, "hr.yaml", HR))
    assert (done.added, done.notes) == (3, ())
    assert people(registry) == {
        "ida@example.org": ("Ida Berg", "K1", "active"),
        "omar@example.org": ("Omar Said", "K2", "deactivated"),
        "lea@example.org": ("Lea", "K3", "deactivated"),
    }
    assert registry.load("users", tmp_path / "u.csv", recipe=tmp_path / "hr.yaml").unchanged == 3


@only_sqlite
def test_words_of_the_status(registry: Registry, tmp_path: Path) -> None:
    """A word that neither the schema nor the recipe knows is an error, never a guess; rows left out are nobody."""
    file = write(tmp_path, "u.csv", "Email,Status\nida@example.org,Active\nomar@example.org,DEPROVISIONED\n")
    with pytest.raises(LoadError) as caught:
        registry.load("users", file)
    (error,) = caught.value.errors.to_dict("records")
    assert (error["line"], error["code"], error["value"]) == (3, "status_known", "DEPROVISIONED")
    gone = Recipe.parse("schema: users\nstatus: {deactivated: [Terminated]}")
    with pytest.raises(LoadError) as caught:
        registry.load("users", file, recipe=gone)
    (said,) = caught.value.errors["resolution"]
    assert "these words: active, deactivated (Terminated)." in said
    recipe = Recipe.parse("schema: users\nstatus: {leave_out: [deprovisioned]}")  # Active is a word of the schema
    done = registry.load("users", file, recipe=recipe)
    assert (done.added, len(done.notes)) == (1, 1)
    assert people(registry) == {"ida@example.org": ("", "", "active")}


@only_sqlite
@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ("schema: users\nstatus: {withdrawn: [gone]}", "recipe_status_meaning"),
        ("status: {deactivated: [gone]}", "recipe_of_another_kind"),
        ("schema: users\nrules: [{join: {column: name, from: [First]}}]", "rule_unusable"),
        ("schema: users\nrules: [{join: {column: nam, from: [First, Last]}}]", "recipe_column_unknown"),
    ],
)
def test_recipes_that_do_not_fit(registry: Registry, tmp_path: Path, recipe: str, reason: str) -> None:
    """What a recipe says must mean something for a file of users; nothing is loaded otherwise."""
    with pytest.raises(RecipeError) as caught:
        registry.load("users", write(tmp_path, "u.csv", "Email\nida@example.org\n"), recipe=Recipe.parse(recipe))
    assert caught.value.reason == reason
    assert people(registry) == {}


def test_a_status_of_credentials_has_no_users_words() -> None:
    """`active` and `deactivated` are said of users only."""
    from credtools.recipe import apply
    from tests.core import CREDENTIALS, table

    with pytest.raises(RecipeError) as caught:
        apply(Recipe.parse("status: {active: [Held]}"), table("Status\nHeld\n"), CREDENTIALS.columns)
    assert caught.value.reason == "recipe_status_meaning"


@only_sqlite
def test_a_day_of_leaving(registry: Registry, tmp_path: Path) -> None:
    """*Deactivated on* without a status means deactivated, from that day on; a status that is given counts."""
    rows = "ida@example.org,,\nomar@example.org,2025-03-31,\nlea@example.org,2999-01-01,\n"
    rows += "max@example.org,2025-03-31,active\n"
    done = registry.load("users", write(tmp_path, "u.csv", "Email,Deactivated on,Status\n" + rows))
    assert {email: status for email, (_, _, status) in people(registry).items()} == {
        "ida@example.org": "active",
        "omar@example.org": "deactivated",
        "lea@example.org": "active",
        "max@example.org": "active",
    }
    assert len(done.notes) == 1  # Lea's day is still to come
    review = registry.check(
        write(tmp_path, "c.csv", "User email,Credential type,Issue date\nomar@example.org,Forklift,2025-01-01\n")
    )
    assert "2025-03-31" in review.errors["resolution"][0]


@only_sqlite
@pytest.mark.parametrize(
    "address", ["not-an-address", "ida@", "@example.org", "ida berg@example.org", "a@b@example.org"]
)
def test_what_is_no_address(registry: Registry, tmp_path: Path, address: str) -> None:
    """Without one @ between two texts it is no address: the row blocks the load."""
    with pytest.raises(LoadError) as caught:
        registry.load("users", write(tmp_path, "u.csv", f"Email\n{address}\n"))
    assert list(caught.value.errors["code"]) == ["email_valid"]


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("User name [userPrincipalName] Required", "User name"),
        ("Block sign in (Yes/No) [accountEnabled] Required", "Block sign in (Yes/No)"),
        ("Email Address [Required]", "Email Address"),
        ("Email *", "Email"),
        ("Email (required)", "Email"),
        ("Media required", "Media required"),
        ("[id]", "[id]"),
    ],
)
def test_headings_of_forms(heading: str, said: str) -> None:
    """A form's technical names and marks of required columns aren't part of a heading; the word alone is."""
    assert bare(heading) == said


@only_sqlite
def test_headings_are_compared_as_they_are_first(registry: Registry, tmp_path: Path) -> None:
    """What a heading says exactly goes before what it says without its brackets."""
    text = "Email [old],Email,Name [displayName] Required\nold@example.org,ida@example.org,Ida\n"
    registry.load("users", write(tmp_path, "u.csv", text))
    assert people(registry) == {"ida@example.org": ("Ida", "", "active")}


def test_joined_columns_know_their_records() -> None:
    """A record is known by all texts that a column is joined of, whatever else of it changes; the join fills blanks."""
    from credtools.recipe import apply
    from credtools.recipe.records import Records
    from tests.core import USERS, table

    recipe = Recipe.parse("schema: users\nrules: [{join: {column: name, from: [Last, First], by: ', '}}]")
    one = table("Email,Name,First,Last\na@x.org,,Ana,Silva\nb@x.org,Bo Lin,Bo,Li\n")
    mapped = apply(recipe, one, USERS.columns)
    assert mapped.frame["name"].tolist() == ["Silva, Ana", "Bo Lin"]
    assert mapped.sources["name"] == "Name"
    assert [hit.rows for hit in mapped.hits] == [1]
    other = table("Run,Email,Name,Last,First\n7,a@x.org,,Silva,Ana\n7,b@x.org,Bo Lin,Li,Bob\n")
    known = [Records(one, mapped.headings), Records(other, apply(recipe, other, USERS.columns).headings)]
    first, second = (records.own(USERS.columns) for records in known)
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, False]
    lacking = apply(recipe, table("Email,First\na@x.org,Ana\n"), USERS.columns)
    assert "name" not in lacking.frame  # half a name is none
    assert ct.Recipe.parse(recipe.text()).fingerprint == recipe.fingerprint


@only_sqlite
def test_a_file_that_names_nobody(registry: Registry, tmp_path: Path) -> None:
    """Without a heading for an address or a User ID a file is refused as a whole, and nobody is loaded."""
    for text in ("Who,Name\nida@example.org,Ida\n", "Name\n"):
        with pytest.raises(FileError) as caught:
            registry.load("users", write(tmp_path, "u.csv", text))
        assert (caught.value.reason, caught.value.facts["column"]) == ("heading_missing", "email")
        assert people(registry) == {}


@only_sqlite
def test_who_leaves_by_status_is_counted(registry: Registry, tmp_path: Path) -> None:
    """Who is deactivated by the word in the file is counted as such, not only who is absent."""
    content = "Email,Status\nana@example.org,deactivated\nida@example.org,deactivated\nben@example.org,active\n"
    done = registry.load("users", write(tmp_path, "u.csv", content))
    assert (done.added, done.changed, done.unchanged, done.deactivated) == (1, 1, 1, 1)
    again = registry.load("users", tmp_path / "u.csv")
    assert (again.unchanged, again.deactivated) == (3, 0)


@only_sqlite
def test_a_list_of_users_is_no_upload(registry: Registry, tmp_path: Path) -> None:
    """A file whose recipe is about users is loaded: uploaded it is refused before anything is stored."""
    file = write(tmp_path, "u.csv", "Email,Status\nana@example.org,active\n")
    with pytest.raises(RecipeError) as caught:
        registry.upload(file, recipe=write(tmp_path, "okta.yaml", "schema: users\n"))
    assert (caught.value.reason, caught.value.facts["has"]) == ("recipe_of_list", "users")
    assert registry.batches().empty
