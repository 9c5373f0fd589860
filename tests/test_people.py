"""People over time: renamed by their External ID, told apart by it, deactivated and active again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

import credtools as ct
from credtools.errors import RegistryError
from credtools.registry import Registry
from tests.builders import ANA, CARA, export, load, only_sqlite, rows_of, tamper, write

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


@only_sqlite
def test_a_former_address_is_theirs_who_get_it(registry: Registry, tmp_path: Path) -> None:
    """An address that somebody else has now means them; whoever had it before keeps what is theirs."""
    registry.upload(export(tmp_path, ANA)).finish()
    users(registry, tmp_path, "Email,External ID\nana.haddad@example.org,E-1\n")
    done = users(registry, tmp_path, "Email,Name,External ID\nana@example.org,Ana Ruiz,E-9\n")
    assert (done.added, done.notes) == (1, ())
    counts = registry.upload(export(tmp_path, ANA, name="b.csv")).finish().counts
    assert (counts.new, counts.unchanged) == (1, 0)


@only_sqlite
def test_addresses_change_places(registry: Registry, tmp_path: Path) -> None:
    """Two people who swap addresses in one file are renamed both."""
    done = users(registry, tmp_path, "Email,External ID\nben@example.org,E-1\nana@example.org,E-2\n")
    assert sorted(done.renamed) == [("ana@example.org", "ben@example.org"), ("ben@example.org", "ana@example.org")]
    assert emails(registry)["E-1"] == "ben@example.org active"


@only_sqlite
def test_ids_change_places(registry: Registry, tmp_path: Path) -> None:
    """An External ID that one row gives up and another takes goes from one to the other; nobody is renamed."""
    done = users(registry, tmp_path, "Email,External ID\nana@example.org,\ncara@example.org,E-1\n")
    assert (done.changed, done.renamed) == (2, ())
    assert emails(registry)["E-1"] == "cara@example.org active"


@only_sqlite
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
    assert "Several users have" in found["resolution"].tolist()[0]
    with pytest.raises(RegistryError) as caught:  # whose status it is can't be told
        users(registry, tmp_path, "Email,Status\nkitchen@example.org,deactivated\n")
    assert caught.value.reason == "address_shared"


@only_sqlite
def test_who_comes_to_share_an_address(registry: Registry, tmp_path: Path) -> None:
    """Another ID and another name is another person; another ID alone the same one, and said."""
    done = users(registry, tmp_path, "Email,Name,External ID\nben@example.org,Bea Okafor,E-7\n")
    assert (done.added, done.changed) == (1, 0)
    done = users(registry, tmp_path, "Email,External ID\nana@example.org,E-8\n")
    assert (done.changed, len(done.notes)) == (1, 1)
    assert emails(registry)["E-8"] == "ana@example.org active"
    users(registry, tmp_path, "Email,External ID\nbea@example.org,E-7\n")  # then Ben has his address alone again
    assert registry.check(export(tmp_path, BEN_ROW)).errors.empty


@only_sqlite
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


# --- renamed and merged by a person -----------------------------------------------------------------------------

BEA = "Email,Name,External ID\nbea@example.org,Bea Okafor,E-7\n"


def lines_of(registry: Registry) -> list[tuple[str, str, int, bool]]:
    found = registry.credentials()
    columns = ("user_email", "credential_type", "credential", "newest")
    return [tuple(row) for row in found[list(columns)].itertuples(index=False)]


def test_two_users_become_one_person(registry: Registry, tmp_path: Path) -> None:
    """What both have is one credential; digests stay true; taken back, each has what was written for them."""
    users(registry, tmp_path, BEA)
    hr = write(tmp_path, "hr.yaml", "date_format: YYYY-MM-DD\n")
    bea = [row.replace("ben@", "bea@") for row in (BEN_ROW, "ben@example.org,First Aid,2024-06-01,,")]
    registry.upload(export(tmp_path, BEN_ROW, name="a.csv"), recipe=hr).finish()
    registry.upload(export(tmp_path, *bea, name="b.csv"), recipe=hr).finish()
    before = rows_of(registry, "credentials", "credential_versions", "words", "users")
    shown = registry.merge_person("bea@example.org", "E-2", dry_run=True)
    assert shown.dry_run
    assert rows_of(registry, *before) == before
    done = registry.merge_person("bea@example.org", "E-2")
    assert done == shown
    (one,) = done.joined
    assert (one.type, one.batch, one.line, one.versions, one.sources) == ("Forklift", 2, 2, 2, ("hr",))
    assert {email for email, *_ in lines_of(registry)} == {"ben@example.org"}
    assert len(set(registry.credentials()["credential"])) == 2
    assert registry.verify() == []
    later = registry.upload(export(tmp_path, *bea, BEN_ROW, name="c.csv"), recipe=hr).finish()
    assert (later.counts.unchanged, later.counts.new) == (3, 0)
    assert registry.verify() == []
    assert users(registry, tmp_path, BEA).notes != ()  # the directory still has both: she is known, nobody is added
    assert len(emails(registry)) == 4
    registry.unmerge_person("bea@example.org")
    assert sorted({(email, kind) for email, kind, *_ in lines_of(registry)}) == [
        *(("bea@example.org", "First Aid"), ("bea@example.org", "Forklift"), ("ben@example.org", "Forklift"))
    ]
    assert registry.verify() == []


def test_taken_back_at_once_nothing_has_changed(registry: Registry, tmp_path: Path) -> None:
    """Merged and unmerged, users, credentials, versions and words are what they were."""
    users(registry, tmp_path, BEA)
    hr = write(tmp_path, "hr.yaml", "date_format: YYYY-MM-DD\n")
    registry.upload(export(tmp_path, BEN_ROW, BEN_ROW.replace("ben@", "bea@"), ANA), recipe=hr).finish()
    names = ("credential_versions", "words", "users")
    before, identities = rows_of(registry, *names), lines_of(registry)
    registry.merge_person("bea@example.org", "ben@example.org")
    registry.merge_person("ben@example.org", "ana@example.org")
    assert {email for email, *_ in lines_of(registry)} == {"ana@example.org"}
    assert registry.verify() == []
    registry.unmerge_person("bea@example.org")
    registry.unmerge_person("ben@example.org")
    assert (rows_of(registry, *names), lines_of(registry)) == (before, identities)
    assert registry.verify() == []


def test_what_was_loaded_apart_is_mended(registry: Registry, tmp_path: Path) -> None:
    """Case 06b: the id was taken off in one load and given to a new user in the next; a merge makes them one."""
    batch = registry.upload(export(tmp_path, ANA))
    batch.finish()
    registry.approve(batch, lines=[2])
    taken_off = write(tmp_path, "users.csv", "Email,External ID,Status\nana@example.org,,deactivated\n")
    registry.load("users", taken_off, recipe=ct.Recipe.parse("schema: users\nblanks: clear"))
    users(registry, tmp_path, "Email,Name,External ID\nana.haddad@example.org,Ana Haddad,E-1\n")
    registry.merge_person("ana@example.org", "ana.haddad@example.org")
    recipe = write(tmp_path, "byid.yaml", BY_ID)
    row = "E-1,First Aid,2024-01-10,2030-01-10"
    counts = registry.upload(export(tmp_path, row, headings=ID_HEADINGS), recipe=recipe).finish().counts
    assert (counts.new, counts.unchanged) == (0, 1)
    assert registry.credentials()["decision"].tolist() == ["approved"]


def test_a_type_that_was_loaded_under_a_new_name(registry: Registry, tmp_path: Path) -> None:
    """Case 32: one credential, whichever of the two names a file says; the list of types understands the old one."""
    registry.upload(export(tmp_path, BEN_ROW)).finish()
    load(registry, tmp_path, types="Name,Expiry\nForklift Truck,never\n")
    registry.upload(export(tmp_path, BEN_ROW.replace("Forklift", "Forklift Truck"), name="b.csv")).finish()
    assert len(registry.merge_type("Forklift", "Forklift Truck").joined) == 1
    counts = registry.upload(export(tmp_path, BEN_ROW.replace("2024", "2025"), name="c.csv")).finish().counts
    assert (counts.new, counts.new_versions) == (0, 1)
    assert set(registry.credentials()["credential_type"]) == {"Forklift Truck"}
    assert registry.load("types", write(tmp_path, "t.csv", "Name\nForklift\n")).unchanged == 1
    assert registry.verify() == []
    registry.unmerge_type("Forklift")
    assert set(registry.credentials()["credential_type"]) == {"Forklift", "Forklift Truck"}
    assert registry.verify() == []


def test_a_type_is_renamed(registry: Registry, tmp_path: Path) -> None:
    """Stored credentials follow, the old name is understood, and can be given back."""
    registry.upload(export(tmp_path, BEN_ROW)).finish()
    registry.rename_type("forklift", "Forklift Truck")
    assert registry.credentials()["credential_type"].tolist() == ["Forklift Truck"]
    assert registry.upload(export(tmp_path, BEN_ROW, ANA, name="b.csv")).finish().counts.unchanged == 1
    registry.rename_type("Forklift Truck", "Forklift")
    assert registry.credentials().query("batch == 1")["credential_type"].tolist() == ["Forklift"]
    assert registry.verify() == []


@only_sqlite
@pytest.mark.parametrize(
    ("verb", "names", "reason"),
    [
        ("rename_person", ("nobody@example.org", "x@example.org"), "person_not_known"),
        ("rename_person", ("ana@example.org", "ben@example.org"), "new_name_taken"),
        ("rename_person", ("ana@example.org", "no address"), "new_name_unusable"),
        ("merge_person", ("ana@example.org", "E-1"), "merged_with_itself"),
        ("unmerge_person", ("ana@example.org",), "name_not_merged"),
        ("merge_type", ("Forklift", "Licence"), "types_numbered_differ"),
        ("rename_type", ("Forklift", "first aid"), "new_name_taken"),
        ("merge_type", ("Crane", "Forklift"), "type_not_known"),
    ],
)
def test_what_cannot_be_renamed_or_merged(registry: Registry, verb: str, names: tuple[str, ...], reason: str) -> None:
    """Who isn't known, whose name is taken, or what is told apart in another way: refused, and nothing changes."""
    before = rows_of(registry)
    with pytest.raises(RegistryError) as caught:
        getattr(registry, verb)(*names)
    assert caught.value.reason == reason
    assert rows_of(registry) == before


@only_sqlite
def test_a_rename_is_taken_back_by_another(registry: Registry, tmp_path: Path) -> None:
    """`rename_person` by hand; what still says the former address means the same person."""
    registry.upload(export(tmp_path, ANA)).finish()
    registry.rename_person("ana@example.org", "ana.haddad@example.org")
    assert registry.upload(export(tmp_path, ANA, BEN_ROW, name="b.csv")).finish().counts.unchanged == 1
    with pytest.raises(RegistryError) as caught:
        registry.rename_person("ana@example.org", "other@example.org")
    assert caught.value.facts["now"] == "ana.haddad@example.org"
    registry.rename_person("ana.haddad@example.org", "ana@example.org")
    assert registry.credentials()["user_email"].tolist()[0] == "ana@example.org"
    assert registry.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET merged_into = 1 WHERE id = 3",
        "UPDATE credentials SET user_id = 2, written_user_id = NULL WHERE written_user_id IS NOT NULL",
        "UPDATE credential_versions SET credential_id = written_id, written_id = NULL WHERE written_id IS NOT NULL",
        "UPDATE credentials SET merged_into = NULL, type_id = 3 WHERE merged_into IS NOT NULL",
        "UPDATE user_facts SET value = 'deactivated' WHERE user_id = 1 AND name = 'status'",
    ],
)
def test_verify_finds_what_belongs_elsewhere(registry: Registry, tmp_path: Path, statement: str) -> None:
    """Whoever moves a merged user, credential or version past the program is found."""
    registry.upload(export(tmp_path, ANA, BEN_ROW, ANA.replace("ana@", "ben@"))).finish()
    registry.merge_person("ana@example.org", "ben@example.org")
    assert registry.verify() == []
    tamper(registry, statement)
    assert registry.verify() != []


def test_of_who_was_renamed_and_merged_nothing_is_left(registry: Registry, tmp_path: Path) -> None:
    """Erased by any of their addresses: former ones, other accounts, and where others have them for a manager, too."""
    users(
        registry,
        tmp_path,
        "Email,Name,External ID\nquilla@example.org,Quilla Zott,Q-77\nquizzy@example.org,Q Zott,Q-78\n",
    )
    users(registry, tmp_path, "Email,Manager\nben@example.org,quilla@example.org\n")
    rows = [ANA.replace("ana@", "quilla@"), BEN_ROW.replace("ben@", "quizzy@"), CARA]
    recipe = write(tmp_path, "hr.yaml", "date_format: YYYY-MM-DD\n")
    registry.upload(export(tmp_path, *rows), recipe=recipe).finish()
    users(registry, tmp_path, "Email,External ID\nqzott@example.org,Q-77\n")
    registry.merge_person("quizzy@example.org", "qzott@example.org")
    assert set(registry.audit.person("quilla@example.org")["batch"]) == {1}
    registry.erase("quilla@example.org", reason="asked")
    left = repr(rows_of(registry)).casefold()
    assert [word for word in ("quil", "quizz", "zott", "q-7") if word in left] == []
    assert registry.credentials()["user_email"].tolist() == ["cara@example.org"]
    assert registry.verify() == []
    assert users(registry, tmp_path, "Email,External ID\nquilla@example.org,Q-77\n").added == 1


@only_sqlite
def test_of_an_address_that_is_shared_nobody_is_erased(registry: Registry, tmp_path: Path) -> None:
    """Who is meant must be said by the External ID; what is sent to the shared address stays the others' then."""
    users(registry, tmp_path, KITCHEN)
    with pytest.raises(RegistryError) as caught:
        registry.erase("kitchen@example.org", reason="asked")
    assert caught.value.reason == "person_shared"
    registry.erase(external_id="K1", reason="asked")
    assert registry.check(export(tmp_path, ANA.replace("ana@", "kitchen@"))).errors.empty  # it is Omar's alone now
    assert registry.verify() == []


# --- as they were on a day --------------------------------------------------------------------------------------


def on(registry: Registry, day: date, identity: str = "E-1", known_on: int | None = None) -> list[object]:
    found = registry.users_on(day, known_on).set_index("external_id").loc[identity]
    return [None if pd.isna(found[name]) else found[name] for name in ("status", "groups", "manager")]


def test_what_was_so_on_a_day(registry: Registry, tmp_path: Path) -> None:
    """Status, groups and manager are dated: what was recorded last about a day holds, and what was known once stays."""
    today = registry.lookups().today
    before, later = today - timedelta(days=9), today + timedelta(days=9)
    users(registry, tmp_path, "Email,Groups,Manager\nana@example.org,Drivers; Site A,ben@example.org\n")
    seen = registry.facts().seq
    assert on(registry, today) == on(registry, later) == ["active", "Drivers; Site A", "ben@example.org"]
    assert on(registry, before) == [None, None, None]  # the history begins today
    users(registry, tmp_path, f"Email,Status,Deactivated on,Groups\nana@example.org,deactivated,{before},Office\n")
    assert on(registry, before)[0] == "deactivated"
    assert on(registry, today)[:2] == ["deactivated", "Office"]
    assert on(registry, today, known_on=seen)[:2] == ["active", "Drivers; Site A"]
    assert on(registry, before, known_on=seen) == [None, None, None]
    users(registry, tmp_path, "Email\nben@example.org\ncara@example.org\n", replace=True, yes=True)
    assert on(registry, later, "E-2")[0] == "active"
    assert registry.users_on(today).set_index("email").loc["ben@example.org", "known_from"].date() == today


def test_rules_of_types_on_a_day(registry: Registry, tmp_path: Path) -> None:
    """The rules of types are dated likewise, a name that was given later, too."""
    today, seen = registry.lookups().today, registry.facts().seq
    load(registry, tmp_path, types="Name,Expiry,Validity months\nFirst Aid,required,36\n")
    registry.rename_type("First Aid", "First Aid at Work")
    now = registry.types_on(today).set_index("id").loc[1, ["name", "expiry", "validity_months"]].tolist()
    once = (
        registry.types_on(today, known_on=seen).set_index("id").loc[1, ["name", "expiry", "validity_months"]].tolist()
    )
    assert (now, once) == (["First Aid at Work", "required", "36"], ["First Aid", "optional", ""])


@only_sqlite
def test_clean_files_name_who_shares_an_address_by_id(registry: Registry, tmp_path: Path) -> None:
    """Where an address doesn't say who is meant, the clean file has the User IDs, too."""
    users(registry, tmp_path, KITCHEN)
    registry.upload(export(tmp_path, BEN_ROW)).finish()
    (clean,) = registry.export(tmp_path / "clean.csv")
    assert "User ID" not in clean.read_text("utf-8")
    row = "K2,Forklift,2025-01-01,"
    registry.upload(export(tmp_path, row, headings=ID_HEADINGS), recipe=write(tmp_path, "byid.yaml", BY_ID)).finish()
    (clean,) = registry.export(tmp_path / "clean.csv")
    assert "kitchen@example.org,K2,Forklift" in clean.read_text("utf-8")


@only_sqlite
def test_a_former_name_in_a_file_is_told(registry: Registry, tmp_path: Path) -> None:
    """A row that says a former address or name is taken, with a warning that says what it is called now."""
    registry.rename_person("ben@example.org", "ben.okafor@example.org")
    registry.rename_type("Forklift", "Forklift Truck")
    found = registry.check(export(tmp_path, BEN_ROW, ANA))
    told = found.errors[["line", "column", "code", "blocks"]].to_numpy().tolist()
    assert told == [[2, "user_email", "former_name", False], [2, "credential_type", "former_name", False]]
    assert "'ben.okafor@example.org'" in found.errors["resolution"].tolist()[0]
    assert "'Forklift Truck'" in found.errors["resolution"].tolist()[1]
