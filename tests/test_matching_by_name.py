"""People matched by name: exact and unique, or a cause with everybody who is meant; never a choice by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from credtools.checking.alike import FEW
from credtools.checking.lookups import USER_COLUMNS, Lookups
from credtools.errors import RecipeError
from credtools.registry import Registry
from tests.builders import only_sqlite, rows_of, write
from tests.clicks import Clicks
from tests.core import LOOKUPS, SCHEMAS, review

PEOPLE = (
    (1, "ana@x.org", "00417", "Ana Silva", "active", None, None),
    (2, "ana2@x.org", None, "SILVA, Ana", "deactivated", date(2025, 1, 2), None),
    (3, "ben@x.org", "00418", "Ben Okafor", "active", None, None),
    (4, "fay@x.org", "00419", "Fay\u00a0Novák", "active", None, None),
    (5, "dee@x.org", None, "Dee Lind", "deactivated", date(2024, 1, 2), None),
    (6, None, "K3", "Kim Lee", "active", None, None),
)
KNOWN = replace(LOOKUPS, users=pd.DataFrame(list(PEOPLE), columns=list(USER_COLUMNS)))
BY_NAME = "match_users_by: name"


def judged(*names: str, recipe: str = BY_NAME, known: Lookups = KNOWN) -> list[tuple[str, int]]:
    """For each cell of the column *Name* (the state of its user, their number or -1)."""
    rows = "".join(f'"{name}",First Aid,2025-01-01\n' for name in names)
    found = review(f"Name,Credential type,Issue date\n{rows}", recipe, known).resolved
    return list(zip(found["user_status"].astype(object), found["user_id"], strict=True))


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("Ben Okafor", ("active", 3)),
        ("Okafor, Ben", ("active", 3)),
        ("okafor ,BEN ", ("active", 3)),
        ("Fay Nova\u0301k", ("active", 4)),  # the same letters in another Unicode form
        ("Fay Novak", ("unknown", -1)),  # an accent is a letter
        ("Okafor Ben", ("unknown", -1)),  # without a comma the order counts
        ("Ben", ("unknown", -1)),
        ("Ana Silva", ("several", -1)),  # also where only one of them is active
        ("Silva, Ana", ("several", -1)),
        ("Dee Lind", ("deactivated", 5)),
        ("ana2@x.org", ("deactivated", 2)),  # so a person says who is meant
        ("00417", ("active", 1)),
        ("K3", ("active", 6)),
        ("nobody@x.org", ("unknown", -1)),
    ],
)
def test_who_is_meant(name: str, user: tuple[str, int]) -> None:
    """A name is compared folded, a comma turns it; who has it alone is meant, and an address or User ID settles it."""
    assert judged(name) == [user]


def test_causes_of_names() -> None:
    """Who has the same name is named with address, number and state, without a suggestion; else the nearest name."""
    rows = "".join(f'"{name}",First Aid,2025-01-01\n' for name in ("Ana Silva", "Ben Okafr", "Dee Lind"))
    found = review(f"Name,Credential type,Issue date\n{rows}", BY_NAME, KNOWN)
    assert list(found.errors["code"]) == ["user_exists"] * 3
    assert list(found.errors["title"]) == ["Several users match", "User doesn't exist", "User doesn't exist"]
    of_value = found.causes.set_index("value")["title"].to_dict()
    assert (of_value["Ana Silva"], of_value["Ben Okafr"]) == ("Several users match", "User doesn't exist")
    assert list(found.errors["column"]) == ["user_name"] * 3
    assert list(found.errors["suggestion"]) == ["", "Ben Okafor", ""]
    several, _, gone = found.errors["resolution"]
    assert "ana@x.org (00417), ana2@x.org (deactivated)" in several
    assert "2024-01-02" in gone


def test_names_in_a_column_of_addresses() -> None:
    """A name where an address is due is said to be one, so that users are matched by name; it is never resolved."""
    rows = "".join(f'"{name}",First Aid,2025-01-01\n' for name in ("Okafor, Ben", "Nobody"))
    found = review(f"User email,Credential type,Issue date\n{rows}", "", KNOWN)
    assert ["match_users_by: name" in sentence for sentence in found.errors["resolution"]] == [True, False]
    assert list(found.errors["suggestion"]) == ["", ""]


def test_two_columns_and_their_records() -> None:
    """Joined columns name a person like one; an address stays an address."""
    recipe = f"{BY_NAME}\nrules: [{{join: {{column: user_name, from: [Last, First], by: ', '}}}}]"
    text = "Last,First,Credential type,Issue date\nOkafor,Ben,First Aid,2025-01-01\n,ana@x.org,First Aid,2025-01-01\n"
    found = review(text, recipe, KNOWN)
    assert list(found.resolved["user_id"]) == [3, 1]
    assert found.headings == {
        "Last": "user_name.1",
        "First": "user_name.2",
        "Credential type": "credential_type",
        "Issue date": "issue_date",
    }


def test_files_that_name_addresses_are_judged_as_ever() -> None:
    """A column of names means nothing where users are matched otherwise, and changes no judgement."""
    row = "ana@x.org,Somebody,First Aid,2025-01-01\n"
    found = review(f"User email,Name,Credential type,Issue date\n{row}", "", KNOWN)
    assert found.headings["Name"] is None
    without = review("User email,Credential type,Issue date\nana@x.org,First Aid,2025-01-01\n", "", KNOWN)
    assert found.judgement == without.judgement


def test_many_names() -> None:
    """Among many users a name that begins or ends like it is found, and one that two have isn't suggested."""
    names = ["Tom Baker", "Ina Holm", "Ina Holm", *(f"P{k} Q{k}" for k in range(FEW))]
    rows = [(k, f"u{k}@x.org", None, name, "active", None, None) for k, name in enumerate(names)]
    found = replace(LOOKUPS, users=pd.DataFrame(rows, columns=list(USER_COLUMNS))).names
    assert found.nearest("Tom Bakers") == ["Tom Baker"]
    assert found.nearest("Ina Holms") == []
    assert found.called("holm, ina") == [1, 2]


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        (f"{BY_NAME}\nrules: [{{replace: {{column: user_name, from: Ana, to: Bo}}}}]", "recipe_names_person"),
        (f"{BY_NAME}\nrules: [{{aliases: {{column: user_name, values: {{Bo: [Ana]}}}}}}]", "recipe_names_person"),
        ("headings: {Who: user_name}", "recipe_column_unknown"),
    ],
)
def test_recipes_name_nobody(recipe: str, reason: str) -> None:
    """A recipe holds no names, and the column of names is there only where users are matched by it."""
    with pytest.raises(RecipeError) as caught:
        judged("Ana", recipe=recipe)
    assert caught.value.reason == reason
    assert ("match_users_by: name" in str(caught.value)) == (reason == "recipe_column_unknown")


def test_a_schema_without_names(tmp_path: Path) -> None:
    """An organisation's own document of before, without the column, says so when names are to be matched."""
    from credtools.schema import loading

    text = (SCHEMAS / "credentials.py").read_text("utf-8")
    field = text[text.index("    user_name: str") : text.index("    credential_type: str")]
    document = text.replace(field, "").replace(', "user_name")', ")")
    (tmp_path / "credentials.py").write_text(document, "utf-8")
    schema = loading.load("credentials", tmp_path)
    with pytest.raises(RecipeError) as caught:
        review("Name,Credential type,Issue date\nAna,First Aid,2025-01-01\n", BY_NAME, KNOWN, schema)
    assert caught.value.reason == "recipe_match_column"


MORE = "Email,Name,External ID\nana2@example.org,Ana Silva,E-9\nfay@example.org,Fay Novák,E-8\n"
NIGHT = (
    "Last,First,Credential type,Issue date,Expiration date\n"
    "Silva,Ana,First Aid,2025-01-01,2028-01-01\n"
    "Okafor,Ben,First Aid,2025-01-01,2028-01-01\n"
    "Zeller,Zoe,First Aid,2025-01-01,2028-01-01\n"
)
HR = f"{BY_NAME}\nrules:\n  - join: {{column: user_name, from: [First, Last]}}\n"


def statuses(registry: Registry) -> dict[str, int]:
    return dict(registry.audit.rejects()["state"].value_counts())


@only_sqlite
def test_a_person_is_chosen_once(registry: Registry, tmp_path: Path) -> None:
    """In the wizard the card offers those of the name; who is chosen holds on later nights, and names no one else."""
    registry.load("users", write(tmp_path, "more.csv", MORE))
    recipe = write(tmp_path, "hr.yaml", HR)
    clicks = Clicks(registry, recipe)
    clicks.upload("night.csv", NIGHT.encode())
    assert clicks.rows["columns"][0]["name"] == "user_name"
    assert clicks.rows["texts"][0] == ["Ana Silva", "Ben Okafor", "Zoe Zeller"]
    cause = clicks.cause("Ana Silva")
    clicks("options", cause=cause)
    offered = clicks.sent[-1]
    assert [value for value, _ in offered["choices"]] == ["ana@example.org", "ana2@example.org"]
    assert "usual" not in offered  # no rule for a person
    clicks("choose", cause=cause, value="ana2@example.org", scope="rule")  # refused: it would be in the recipe
    state = clicks("choose", cause=cause, value="ana2@example.org", scope="patch")
    assert [decision["scope"].split(":")[0] for decision in state["decisions"]] == ["patch", "rule"]
    batch = clicks.wizard.file.batch
    assert (batch.finish().counts.new, statuses(registry)) == (2, {"open": 1})
    held = registry.credentials().query("credential_type == 'First Aid'")
    assert sorted(held["user_email"]) == ["ana2@example.org", "ben@example.org"]
    first, *rows = NIGHT.splitlines()
    again = "\n".join([f"Run,{first}", *(f"2,{row}" for row in reversed(rows)), ""])
    registry.load("users", write(tmp_path, "zoe.csv", "Email,Name\nzoe@example.org,Zoe Zeller\n"))
    done = registry.upload(write(tmp_path, "again.csv", again), recipe).finish()
    assert (done.counts.new, done.counts.unchanged, statuses(registry)) == (1, 2, {"fixed": 1})
    assert registry.verify() == []


@only_sqlite
def test_a_corrected_name_fixes_its_reject(registry: Registry, tmp_path: Path) -> None:
    """A reject whose wrong date is corrected at its source is the same record: the person is among what agrees."""
    recipe = write(tmp_path, "hr.yaml", HR)
    wrong = NIGHT.replace("Okafor,Ben,First Aid,2025-01-01", "Okafor,Ben,First Aid,01.01.25")
    registry.upload(write(tmp_path, "a.csv", wrong), recipe).finish()
    assert statuses(registry) == {"open": 2}
    registry.upload(write(tmp_path, "b.csv", NIGHT), recipe).finish()
    states = registry.audit.rejects().sort_values("reject")
    assert sorted(zip(states["code"], states["state"], strict=True)) == [
        ("date_format", "fixed"),
        ("user_exists", "open"),
        ("user_exists", "superseded"),
    ]


@only_sqlite
def test_who_is_erased_is_found_by_name(registry: Registry, tmp_path: Path) -> None:
    """Rows that name somebody in two columns are theirs when they are erased, rejected ones among them."""
    recipe = write(tmp_path, "hr.yaml", HR)
    registry.upload(write(tmp_path, "a.csv", NIGHT), recipe).finish()
    registry.load("users", write(tmp_path, "zoe.csv", "Email,Name\nzoe@example.org,Zoe Zeller\n"))
    registry.erase("zoe@example.org", "asked for it")
    left = registry.audit.rejects()
    assert "Zeller" not in str(left.to_dict("records"))


@only_sqlite
def test_the_wizard_asks_by_what_users_are_named(registry: Registry) -> None:
    """A file without addresses: the heading that is chosen to name users says how they are matched; one only."""
    clicks = Clicks(registry)
    text = "Who,Staff,Credential type,Issue date,Expiration date\nBen Okafor,E-1,First Aid,2025-01-01,2028-01-01\n"
    state = clicks.upload("a.csv", text.encode())
    assert state["step"] == "headings"
    assert {"user_email", "external_id", "user_name"} <= {one["name"] for one in state["headings"]["columns"]}
    chosen = {"Credential type": "credential_type", "Issue date": "issue_date", "Expiration date": "expiration_date"}
    state = clicks("headings", chosen={**chosen, "Who": "user_name", "Staff": "external_id"})
    assert (state["step"], state["reason"]) == ("headings", "column_twice")
    for way, column, heading, user in (("name", "user_name", "Who", 2), ("external_id", "external_id", "Staff", 1)):
        state = clicks("headings", chosen={**chosen, "Who": "", "Staff": "", heading: column})
        assert (state["step"], clicks.wizard.file.batch.recipe.match_users_by) == ("review", way)
        assert list(clicks.wizard.file.reviewed.resolved["user_id"]) == [user]
        assert clicks.rows["columns"][0]["name"] == column


@only_sqlite
def test_who_is_erased_is_no_longer_listed(registry: Registry, tmp_path: Path) -> None:
    """Sentences that list those of one name lose who is erased, address and User ID, and keep the others."""
    registry.load("users", write(tmp_path, "more.csv", MORE))
    registry.upload(write(tmp_path, "a.csv", NIGHT), write(tmp_path, "hr.yaml", HR)).finish()
    said = str(rows_of(registry, "reject_errors"))
    assert "ana@example.org (E-1), ana2@example.org (E-9)" in said
    registry.erase("ana2@example.org", "asked for it")
    said = str(rows_of(registry, "reject_errors"))
    assert "ana@example.org (E-1)" in said
    assert "ana2" not in said
    assert "E-9" not in said
    assert registry.verify() == []


@only_sqlite
def test_a_correction_file_says_who_is_meant(registry: Registry, tmp_path: Path) -> None:
    """In the place of a name, in whichever of its columns, an address settles it, also when the record comes again."""
    registry.load("users", write(tmp_path, "more.csv", MORE))
    recipe = write(tmp_path, "hr.yaml", HR)
    registry.upload(write(tmp_path, "a.csv", NIGHT), recipe).finish()
    out = tmp_path / "rejects.csv"
    assert registry.write_rejects(out) == 2
    text = out.read_text("utf-8-sig")
    assert text.count('Silva","Ana"') + text.count("Silva,Ana,") == 1
    corrected = text.replace('"Silva","Ana"', '"","ana2@example.org"').replace("Silva,Ana,", ",ana2@example.org,")
    out.write_text(corrected, "utf-8-sig")
    done = registry.correct(out)
    assert (len(done.fixed), len(done.still_wrong), done.problems) == (1, 0, ())
    again = registry.upload(write(tmp_path, "again.csv", f"{NIGHT}\n"), recipe).finish()
    assert (again.counts.unchanged, again.counts.rejected) == (2, 1)
