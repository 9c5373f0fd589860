"""The same person: an unknown address whose name and External ID are somebody's, as the wizard offers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from credtools.registry import Registry, SamePerson
from tests.builders import export, load, only_sqlite
from tests.clicks import Clicks

pytestmark = only_sqlite
COLUMNS = "User email,Name,External ID,Credential type,Issue date"
MOVED = 'ana.silva@new.test,"Silva, Ana",E-1,First Aid,2024-01-10'
DORA = "dora@example.org,Ana Silva,E-1,First Aid,2024-02-10"  # a deactivated account
BEN = "ben@example.org,Ben Okafor,E-2,Forklift,2024-02-20"


@pytest.fixture
def clicks(registry: Registry) -> Clicks:
    return Clicks(registry)


def upload(clicks: Clicks, folder: Path, *rows: str) -> dict[str, Any]:
    return clicks.upload("file.csv", export(folder, *rows, headings=COLUMNS).read_bytes())


def test_a_new_address_of_somebody_is_offered_done_and_undone(clicks: Clicks, tmp_path: Path) -> None:
    """Said before it is done; then the rows pass and the old address is understood; undone, all is as it was."""
    state = upload(clicks, tmp_path, MOVED, BEN)
    before = state["causes"]
    asked = "Name and User ID of these rows are those of Ana Silva (ana@example.org, E-1): the same person, with a new "
    assert [card["same"] for card in before] == [f"{asked}address?"]
    clicks("same", cause=before[0]["key"])
    assert (clicks.sent[-1]["type"], clicks.sent[-1]["joined"]) == ("same", [])
    assert clicks.wizard.registry.lookups().users["email"].tolist()[0] == "ana@example.org"
    state = clicks("join", cause=before[0]["key"])
    assert (state["counts"], state["causes"]) == ("2 ready · 0 rejected · 0 causes", [])
    assert state["said"].startswith(
        "ana.silva@new.test is the address of Ana Silva now, instead of ana@example.org (1 row). 1 error fixed."
    )
    old = clicks.wizard.registry.check(
        export(tmp_path, MOVED.replace("ana.silva@new.test", "ana@example.org"), headings=COLUMNS)
    )
    assert old.ready == 1
    state = clicks("undo")
    assert (state["causes"], state["decisions"]) == (before, [])
    assert clicks.wizard.registry.verify() == []


def test_two_accounts_become_one_conflicts_first(clicks: Clicks, tmp_path: Path) -> None:
    """What both have is listed before; a merge is undone by taking the two apart."""
    registry = clicks.wizard.registry
    load(registry, tmp_path, users="Email,Status\ndora@example.org,active\n")
    registry.upload(
        export(tmp_path, *(f"{who}@example.org,First Aid,2024-01-10,," for who in ("ana", "dora")))
    ).finish()
    load(registry, tmp_path, users="Email,Status\ndora@example.org,deactivated\n")
    state = upload(clicks, tmp_path, DORA)
    assert state["causes"][0]["same"].endswith("the same person, with two accounts?")
    clicks("same", cause=state["causes"][0]["key"])
    told = clicks.sent[-1]
    assert told["lines"][0] == "Both have 1 credential alike, each becomes one; the newest counts:"
    assert told["joined"] == ["Ana Silva: First Aid: batch 1 line 3 is the newest of 2"]
    state = clicks("join", cause=state["causes"][0]["key"])
    assert state["said"].startswith("dora@example.org is part of ana@example.org now (1 row).")
    assert (state["counts"], len(registry.credentials())) == ("1 ready · 0 rejected · 0 causes", 2)
    state = clicks("undo")
    assert (len(state["causes"]), state["decisions"], registry.verify()) == (1, [], [])


@pytest.mark.parametrize(
    "row",
    [
        MOVED.replace("E-1", "E-9"),
        MOVED.replace("E-1", ""),
        MOVED.replace("Silva, Ana", "Ann Silva"),
        MOVED.replace("Silva, Ana", ""),
        MOVED.replace("E-1", "E-4").replace("Silva, Ana", "Dora Quist"),  # deactivated
    ],
)
def test_nobody_is_offered_who_doesnt_fit_exactly(clicks: Clicks, tmp_path: Path, row: str) -> None:
    """Name and External ID must be those of one active user, and in all rows of the address; a click is refused."""
    (card,) = upload(clicks, tmp_path, row)["causes"]
    assert card["same"] == ""
    assert clicks("join", cause=card["key"])["reason"] == "cause_gone"
    state = upload(Clicks(clicks.wizard.registry), tmp_path, MOVED, row.replace("2024", "2023"))
    assert [card["same"] for card in state["causes"] if card["count"] == "2 rows"] == [""]


def test_who_may_not_is_told_who_may(clicks: Clicks, tmp_path: Path) -> None:
    """Where the database refuses to change a user nothing is changed, and the sentence says whom to ask."""
    state = upload(clicks, tmp_path, MOVED)
    with clicks.wizard.registry.engine.begin() as connection:
        connection.execute(text("CREATE TRIGGER no BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'not yours'); END"))
    state = clicks("join", cause=state["causes"][0]["key"])
    assert (state["reason"], state["decisions"]) == ("people_not_yours", [])
    assert "not yours" in state["said"]
    assert len(state["causes"]) == 1


def test_other_files_in_hand_know_it_too(clicks: Clicks, tmp_path: Path) -> None:
    """The next file is judged by the users of now, not as it was when it was dropped."""
    upload(clicks, tmp_path, MOVED)
    upload(clicks, tmp_path, MOVED.replace("2024", "2023"))
    clicks("join", cause=clicks.state["causes"][0]["key"])
    clicks("next")
    clicks("finish")
    assert clicks("close")["counts"] == "1 ready · 0 rejected · 0 causes"


def test_many_are_renamed_together_all_or_none(clicks: Clicks, tmp_path: Path) -> None:
    """Of more than a few the card of unknown users asks: each is listed before, one click does, or undoes, all."""
    registry = clicks.wizard.registry
    people = [f"p{k}@old.test,Person {'abcdef'[k]},N-{k}" for k in range(5)]
    load(registry, tmp_path, users="\n".join(["Email,Name,External ID", *people, ""]))
    rows = [f"{p.replace('old.test', 'elsewhere.example')},First Aid,2024-01-10" for p in people]
    (card,) = upload(clicks, tmp_path, *rows, MOVED.replace("E-1", ""))["causes"]
    asked = "5 of them have the name and User ID of users who are known by another address: the same people"
    assert (card["users"], card["same"]) == (6, f"{asked}, with new addresses?")
    clicks("same", cause="strangers")
    assert "p4@old.test → p4@elsewhere.example" in clicks.sent[-1]["lines"][0]

    one = "WHEN NEW.email = 'p4@elsewhere.example'"
    with registry.engine.begin() as connection:
        connection.execute(text(f"CREATE TRIGGER no BEFORE UPDATE ON users {one} BEGIN SELECT RAISE(ABORT, 'no'); END"))
    assert clicks("join", cause="strangers")["reason"] == "people_not_yours"
    assert not registry.lookups().users["email"].str.contains("elsewhere").any()
    with registry.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER no"))

    state = clicks("join", cause="strangers")
    assert state["said"].startswith("5 users have the addresses of this file now (5 rows). 5 errors fixed.")
    assert state["counts"] == "5 ready · 1 rejected · 1 cause"
    state = clicks("undo")
    assert ([card["users"] for card in state["causes"]], registry.verify()) == ([6], [])


def test_python_lists_them(registry: Registry, tmp_path: Path) -> None:
    """`batch.same_people()`: the address of the file, and whose it may be."""
    batch = registry.upload(export(tmp_path, MOVED, BEN, headings=COLUMNS))
    assert batch.same_people() == [
        SamePerson("ana.silva@new.test", "ana@example.org", "Ana Silva", "E-1", merges=False)
    ]
    registry.rename_person("E-1", "ana.silva@new.test")
    assert batch.again().ready == 2
    told = registry.rename_person("E-1", "ana@example.org", forget=True)
    assert str(told) == "'ana.silva@new.test' is called 'ana@example.org' now."
    assert batch.again().ready == 1
