"""People over time: renamed by their External ID, told apart by it, deactivated and active again."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools.errors import RegistryError
from credtools.registry import Registry
from tests.builders import ANA, export, rows_of, write

BY_ID = "match_users_by: external_id\ndate_format: YYYY-MM-DD\n"
ID_HEADINGS = "User ID,Credential type,Issue date,Expiration date"


def users(registry: Registry, folder: Path, content: str, **how: bool) -> object:
    return registry.load("users", write(folder, "users.csv", content), **how)


def emails(registry: Registry) -> dict[str, str]:
    """By External ID (or address) the address and status of who is a user of their own."""
    found = registry.lookups().users
    named = zip(found["external_id"], found["email"], found["status"], strict=True)
    return {identity or email: f"{email} {status}" for identity, email, status in named}


@pytest.mark.parametrize(
    "content",
    [
        "Email,External ID\nana.haddad@example.org,E-1\n",
        "Email,External ID,Status\nana.haddad@example.org,E-1,active\nana@example.org,,deactivated\n",
        "Email,External ID,Status\nana@example.org,,deactivated\nana.haddad@example.org,E-1,active\n",
    ],
    ids=["alone", "the same file frees the id", "in the other order"],
)
def test_the_same_id_with_another_address_is_a_rename(registry: Registry, tmp_path: Path, content: str) -> None:
    """Case 06: history and approved credentials stay with a person whose address changes; what comes again is known."""
    batch = registry.upload(export(tmp_path, ANA))
    batch.finish()
    registry.approve(batch, lines=[2])
    done = users(registry, tmp_path, content)
    assert (done.added, done.renamed) == (0, (("ana@example.org", "ana.haddad@example.org"),))
    assert registry.credentials()["user_email"].tolist() == ["ana.haddad@example.org"]
    again = registry.upload(export(tmp_path, ANA.replace("ana@", "ana.haddad@"), name="b.csv")).finish()
    assert (again.counts.new, again.counts.unchanged) == (0, 1)
    old = registry.upload(export(tmp_path, ANA, BEN_ROW, name="c.csv")).finish()  # the former address is understood
    assert (old.counts.unchanged, old.counts.rejected) == (1, 0)
    assert registry.verify() == []


BEN_ROW = "ben@example.org,Forklift,2024-02-20,,"


def test_a_former_address_is_theirs_who_get_it(registry: Registry, tmp_path: Path) -> None:
    """An address that somebody else has now means them; whoever had it before keeps what is theirs."""
    registry.upload(export(tmp_path, ANA)).finish()
    users(registry, tmp_path, "Email,External ID\nana.haddad@example.org,E-1\n")
    done = users(registry, tmp_path, "Email,Name,External ID\nana@example.org,Ana Ruiz,E-9\n")
    assert (done.added, done.notes) == (1, ())
    counts = registry.upload(export(tmp_path, ANA, name="b.csv")).finish().counts
    assert (counts.new, counts.unchanged) == (1, 0)


def test_addresses_change_places(registry: Registry, tmp_path: Path) -> None:
    """Two people who swap addresses in one file are renamed both."""
    done = users(registry, tmp_path, "Email,External ID\nben@example.org,E-1\nana@example.org,E-2\n")
    assert sorted(done.renamed) == [("ana@example.org", "ben@example.org"), ("ben@example.org", "ana@example.org")]
    assert emails(registry)["E-1"] == "ben@example.org active"


def test_ids_change_places(registry: Registry, tmp_path: Path) -> None:
    """An External ID that one row gives up and another takes goes from one to the other; nobody is renamed."""
    done = users(registry, tmp_path, "Email,External ID\nana@example.org,\ncara@example.org,E-1\n")
    assert (done.changed, done.renamed) == (2, ())
    assert emails(registry)["E-1"] == "cara@example.org active"


@pytest.mark.parametrize("row", ["ben@example.org,E-1", "cara@example.org,E-1"])
def test_an_id_that_stays_with_somebody_else_is_refused(registry: Registry, tmp_path: Path, row: str) -> None:
    """An External ID names one user, an address of somebody else isn't taken from them: nothing is loaded."""
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        users(registry, tmp_path, f"Email,External ID\n{row}\n")
    assert (caught.value.reason, caught.value.facts["holder"]) == ("external_id_taken", "ana@example.org")
    assert rows_of(registry) == before


KITCHEN = "Email,Name,External ID\nkitchen@example.org,Ida Berg,K1\nkitchen@example.org,Omar Said,K2\n,Lea Roth,K3\n"


def test_an_address_may_be_shared_or_missing(registry: Registry, tmp_path: Path) -> None:
    """Case 07: people told apart by External ID; a row that names them by the shared address is rejected."""
    assert users(registry, tmp_path, KITCHEN).added == 3
    assert users(registry, tmp_path, KITCHEN).unchanged == 3
    rows = [f"{k},First Aid,2025-01-01,2027-01-01" for k in ("K1", "K2", "K3")]
    recipe = write(tmp_path, "byid.yaml", BY_ID)
    counts = registry.upload(export(tmp_path, *rows, headings=ID_HEADINGS), recipe=recipe).finish().counts
    assert (counts.new, counts.rejected) == (3, 0)
    found = registry.check(export(tmp_path, ANA.replace("ana@", "kitchen@"), name="b.csv")).errors
    assert found["code"].tolist() == ["user_exists"]
    assert "Several users share" in found["resolution"].tolist()[0]
    with pytest.raises(RegistryError) as caught:  # whose status it is can't be told
        users(registry, tmp_path, "Email,Status\nkitchen@example.org,deactivated\n")
    assert caught.value.reason == "address_shared"


def test_who_comes_to_share_an_address(registry: Registry, tmp_path: Path) -> None:
    """Another ID and another name is another person; another ID alone the same one, and said."""
    done = users(registry, tmp_path, "Email,Name,External ID\nben@example.org,Bea Okafor,E-7\n")
    assert (done.added, done.changed) == (1, 0)
    done = users(registry, tmp_path, "Email,External ID\nana@example.org,E-8\n")
    assert (done.changed, len(done.notes)) == (1, 1)
    assert emails(registry)["E-8"] == "ana@example.org active"
    users(registry, tmp_path, "Email,External ID\nbea@example.org,E-7\n")  # then Ben has his address alone again
    assert registry.check(export(tmp_path, BEN_ROW)).errors.empty


def test_reactivations_are_counted_and_named(registry: Registry, tmp_path: Path) -> None:
    """Case 08: --add with Status active reactivates, without Status doesn't; --replace does, and says so."""
    assert users(registry, tmp_path, "Email\ndora@example.org\n").reactivated == ()
    assert emails(registry)["E-4"] == "dora@example.org deactivated"
    back = users(registry, tmp_path, "Email,Status\ndora@example.org,active\n")
    assert (back.changed, back.reactivated) == (1, ("dora@example.org",))
    users(registry, tmp_path, "Email,Status\ndora@example.org,deactivated\n")
    everybody = "Email\nana@example.org\nben@example.org\ncara@example.org\ndora@example.org\n"
    assert users(registry, tmp_path, everybody, replace=True).reactivated == ("dora@example.org",)


@pytest.mark.parametrize(
    "content", ["Email,Name\nana@example.org,Ana\nben@exam", "Email,Name\n"], ids=["cut", "headings"]
)
def test_a_list_that_was_cut_off_changes_nothing(registry: Registry, tmp_path: Path, content: str) -> None:
    """Case 47: half a list, or its headings, is refused."""
    before = rows_of(registry)
    with pytest.raises(Exception, match="othing was loaded"):
        users(registry, tmp_path, content, replace=True)
    assert rows_of(registry) == before
