"""Loading users and types: replacing a whole list, and frames instead of files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from credtools.errors import CredtoolsError, RegistryError
from credtools.registry import Registry
from credtools.store import Loaded
from tests.builders import ANA, export, rows_of, write

ALL_ACTIVE = "Email\nana@example.org\nben@example.org\ncara@example.org\n"


def statuses(registry: Registry) -> dict[str, str]:
    users = registry.lookups().users
    return dict(zip(users["email"], users["status"], strict=True))


def test_replace_deactivates_who_is_absent(registry: Registry, tmp_path: Path) -> None:
    """With `replace` the file is the whole list: who isn't in it becomes deactivated, from today on."""
    path = write(tmp_path, "u.csv", ALL_ACTIVE.replace("ben@example.org\n", "new@example.org\n"))
    assert registry.load("users", path, replace=True, dry_run=True).absent == ("ben@example.org",)
    assert registry.load("users", path, replace=True, yes=True) == Loaded(1, 0, 2, 1, absent=("ben@example.org",))
    assert statuses(registry)["ben@example.org"] == "deactivated"
    (ben,) = registry.lookups().users.query("email == 'ben@example.org'").to_dict("records")
    assert ben["deactivated_on"] == registry.lookups().today
    assert registry.verify() == []


def test_who_is_deactivated_by_status_is_counted_and_named(registry: Registry, tmp_path: Path) -> None:
    """Those who come deactivated, who leave by their status and who are absent are all counted; who left is named."""
    rows = "Email,Status\nana@example.org,deactivated\ncara@example.org,active\nnew@example.org,deactivated\n"
    done = registry.load("users", write(tmp_path, "u.csv", rows), replace=True, yes=True)
    assert (done.added, done.added_deactivated, done.deactivated, done.left) == (1, 1, 2, ("ana@example.org",))
    assert "1 added (1 of them deactivated) · " in str(done)
    assert done.absent == ("ben@example.org",)
    assert "Deactivated by their status: ana@example.org." in str(done)
    assert "Deactivated" not in str(registry.load("users", write(tmp_path, "u.csv", rows)))


def test_many_absent_are_refused(registry: Registry, tmp_path: Path) -> None:
    """More than a tenth of the active at once looks like a broken export: refused without an explicit yes."""
    before = rows_of(registry)
    path = write(tmp_path, "u.csv", "Email\nana@example.org\n")
    with pytest.raises(RegistryError) as caught:
        registry.load("users", path, replace=True)
    facts = {"absent": 2, "active": 3, "kind": "users", "share": 0.1}
    assert (caught.value.reason, caught.value.facts) == ("too_many_absent", facts)
    shown = registry.load("users", path, replace=True, dry_run=True)  # shown all the same
    assert (shown.deactivated, shown.absent) == (2, ("ben@example.org", "cara@example.org"))
    assert rows_of(registry) == before


def test_a_tenth_absent_is_enough_to_go_on(registry: Registry, tmp_path: Path) -> None:
    """Exactly a tenth is still taken; the deactivated of before don't count."""
    people = "".join(f"p{k}@example.org\n" for k in range(7))
    registry.load("users", write(tmp_path, "more.csv", "Email\n" + people))
    path = write(tmp_path, "u.csv", ALL_ACTIVE + people.replace("p6@example.org\n", ""))
    assert registry.load("users", path, replace=True) == Loaded(0, 0, 9, 1, absent=("p6@example.org",))


def test_without_replace_nobody_is_deactivated(registry: Registry, tmp_path: Path) -> None:
    """`load` adds; a short list is no list of leavers."""
    registry.load("users", write(tmp_path, "u.csv", "Email\nana@example.org\n"))
    assert sorted(statuses(registry).values()) == ["active", "active", "active", "deactivated"]


def test_replace_deactivates_types(registry: Registry, tmp_path: Path) -> None:
    """A type that is no longer on the list is deactivated: rows with it are rejected, its credentials stay."""
    registry.upload(export(tmp_path, ANA)).finish()
    path = write(tmp_path, "t.csv", "Name\nForklift\nLicence\nPassport\n")
    kept = rows_of(registry, "credentials")
    columns = "Name,Expiry,Issue,Numbered,Media required,Approval required\n"
    content = (
        "Forklift,never,required,no,no,no\nLicence,optional,required,yes,no,\nPassport,optional,required,no,yes,yes\n"
    )
    path = write(tmp_path, "t.csv", columns + content)
    assert registry.load("types", path, replace=True, yes=True).deactivated == 1
    assert rows_of(registry, "credentials") == kept
    batch = registry.upload(export(tmp_path, ANA.replace("2024", "2025"), name="again.csv"))
    assert batch.errors["code"].tolist() == ["credential_type_exists"]


def test_who_is_listed_again_is_active_again(registry: Registry, tmp_path: Path) -> None:
    """A deactivated type that is loaded again can be used again; so can a user who stands on a whole list again."""
    everybody = write(tmp_path, "u.csv", ALL_ACTIVE + "dora@example.org\n")
    registry.load("users", write(tmp_path, "add.csv", "Email\ndora@example.org\n"))
    assert statuses(registry)["dora@example.org"] == "deactivated"
    registry.load("users", everybody, replace=True)
    assert statuses(registry)["dora@example.org"] == "active"
    types = write(tmp_path, "t.csv", "Name,Numbered\nLicence,yes\n")
    registry.load("types", types, replace=True, yes=True)
    registry.load("types", write(tmp_path, "again.csv", "Name\nFirst Aid\n"))
    found = registry.lookups().types.set_index("name")["status"].to_dict()
    assert found == {"First Aid": "active", "Forklift": "deactivated", "Licence": "active", "Passport": "deactivated"}


def test_headings_without_meaning_are_told(registry: Registry, tmp_path: Path) -> None:
    """A column that users or types don't have is left out, and named."""
    loaded = registry.load("types", write(tmp_path, "t.csv", "Name,Status,Colour\nCrane,deactivated,red\n"))
    assert loaded == Loaded(1, 0, 0, notes=("Unrecognised headings: Status, Colour.",))


def test_frame_is_loaded_like_a_file(registry: Registry) -> None:
    """A DataFrame goes the same way as a file: dates, whole floats, missing values and booleans mean what they say."""
    users = pd.DataFrame(
        {
            "Email": ["eve@example.org", "fay@example.org"],
            "External ID": [53.0, None],
            "Status": ["active", "deactivated"],
            "Deactivated on": [pd.NaT, pd.Timestamp("2025-03-01")],
        }
    )
    assert registry.load("users", users) == Loaded(2, 0, 0, added_deactivated=1)
    eve, fay = registry.lookups().users.tail(2).to_dict("records")
    assert (eve["external_id"], eve["status"]) == ("53", "active")
    assert pd.isna(eve["deactivated_on"])
    assert pd.isna(fay["external_id"])
    assert (fay["status"], fay["deactivated_on"]) == ("deactivated", date(2025, 3, 1))
    types = pd.DataFrame({"Name": ["Crane"], "Numbered": [True], "Validity months": [24.0]})
    assert registry.load("types", types) == Loaded(1, 0, 0)
    (crane,) = registry.lookups().types.query("name == 'Crane'").to_dict("records")
    assert (crane["numbered"], crane["validity_months"]) == (True, 24)


def test_users_are_not_loaded_as_types(registry: Registry, tmp_path: Path) -> None:
    """Of a type only the name is required; a list of people is refused all the same."""
    with pytest.raises(CredtoolsError) as caught:
        registry.load("types", write(tmp_path, "u.csv", "E-mail,Name\neve@example.org,Eve\n"))
    assert caught.value.reason == "users_as_types"


def test_empty_list_replaces_nothing(registry: Registry, tmp_path: Path) -> None:
    """A list without rows is a broken export: nobody is deactivated by it, whatever was said."""
    with pytest.raises(CredtoolsError) as caught:
        registry.load("users", write(tmp_path, "u.csv", "Email\n"), replace=True, yes=True)
    assert caught.value.reason == "nobody_left"


def test_an_organisation_may_be_larger_than_an_upload(registry: Registry, tmp_path: Path) -> None:
    """`max_rows` limits uploads of credentials; all users of a large organisation are loaded at once."""
    registry.set("max_rows", 2)
    people = "".join(f"p{k}@example.org\n" for k in range(5))
    assert registry.load("users", write(tmp_path, "u.csv", "Email\n" + people)) == Loaded(5, 0, 0)
