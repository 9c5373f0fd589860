"""Uploads in the wizard, without a browser: batches found, waived, undone and opened again; files that come twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from credtools.recipe import Recipe
from credtools.registry import Registry
from credtools.store import tables
from tests.builders import ANA, APPROVER, BEN, CARA, MIXED, ZOE, export, rows_of
from tests.clicks import Clicks

OLD = ZOE.replace("2024-04-01", "2023-04-01")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder in which recipes can be saved."""
    (tmp_path / "schemas").symlink_to(Path(__file__).parents[1] / "schemas")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def last(clicks: Clicks, kind: str) -> dict[str, Any]:
    """The last message of a kind."""
    return next(message for message in reversed(clicks.sent) if message["type"] == kind)


def at_batch(registry: Registry, number: int) -> Clicks:
    """A wizard on the page of a batch."""
    clicks = Clicks(registry)
    clicks("go", step="uploads")
    assert clicks("batch", batch=number)["step"] == "batch"
    return clicks


# --- the list ----------------------------------------------------------------------------------------------------


def test_who_uploaded_is_shown_by_name(registry: Registry, tmp_path: Path) -> None:
    """Name and address where the uploader is a user here, on the list and on the page of the batch."""
    people = tmp_path / "people.csv"
    people.write_text(f"Email,Name\n{registry.by},Una Uploader\n", "utf-8")
    registry.load("users", people)
    registry.upload(export(tmp_path, *MIXED, name="november.csv")).finish()
    clicks = Clicks(registry)
    who = f"Una Uploader ({registry.by})"
    assert [one["by"] for one in clicks("go", step="uploads")["uploads"]["rows"]] == [who]
    shown = clicks("batch", batch=1)
    assert (shown["by"], {by for _, by, _ in shown["happened"]}) == (who, {who})
    assert "by Una" not in shown["about"]  # who finished it is named only where it is somebody else


def test_every_upload_is_listed_with_who_when_and_what_waits(
    registry: Registry, opened: Callable[..., Registry], registry_url: str, tmp_path: Path
) -> None:
    """One line per batch, newest first, times as of the organisation's zone; a filter narrows it, and stays."""
    registry.set("time_zone", "Pacific/Kiritimati")  # UTC+14
    registry.upload(export(tmp_path, *MIXED, name="november.csv")).finish()
    opened(registry_url, by=APPROVER).upload(export(tmp_path, CARA), Recipe(source="hr")).hold("for a person")
    registry.upload(export(tmp_path, BEN, name="draft.csv"))
    clicks = Clicks(registry)
    shown = clicks("go", step="uploads")
    rows = shown["uploads"]["rows"]
    assert [(one["batch"], one["state"], one["source"], one["by"]) for one in rows] == [
        (3, "draft", "manual", registry.by),
        (2, "held", "hr", APPROVER),
        (1, "finished", "manual", registry.by),
    ]
    assert (rows[2]["numbers"], rows[2]["open"], rows[2]["pending"]) == (["2", "2", "0", "1"], 1, 1)
    assert (rows[1]["numbers"], rows[1]["waiting"]) == (["", "", "", ""], 1)
    utc = registry.uploads(batch=1).rows["uploaded_at"].iloc[0]
    assert rows[2]["when"] == f"{utc.tz_convert('Pacific/Kiritimati'):%Y-%m-%d %H:%M}"
    assert shown["uploads"]["zone"] == "Pacific/Kiritimati"
    assert shown["choices"]["source"] == [["hr", "hr"], ["manual", "manual"]]
    clicks("find", text="NOV", source="manual", state="finished", skip=0)
    assert [one["batch"] for one in last(clicks, "uploads")["uploads"]["rows"]] == [1]
    clicks("batch", batch=1)
    back = clicks("go", step="uploads")
    assert (back["filters"]["text"], [one["batch"] for one in back["uploads"]["rows"]]) == ("NOV", [1])


def test_pages_of_thousands(registry: Registry, tmp_path: Path) -> None:
    """50 at a time; a page that is no more is the first one."""
    registry.upload(export(tmp_path, BEN)).finish()
    with registry.engine.begin() as connection:
        (first,) = connection.execute(select(tables.batches)).mappings()
        columns = {name: value for name, value in first.items() if name not in ("id", "attempt_id")}
        connection.execute(insert(tables.batches), [{**columns, "id": k, "attempt_id": f"{k}"} for k in range(2, 121)])
    clicks = Clicks(registry)
    clicks("go", step="uploads")
    clicks("find", skip=100)
    shown = last(clicks, "uploads")["uploads"]
    assert ([one["batch"] for one in shown["rows"]], shown["found"]) == (list(range(20, 0, -1)), 120)
    clicks("find", skip=150)
    shown = last(clicks, "uploads")["uploads"]
    assert (shown["rows"][0]["batch"], shown["skip"], len(shown["rows"])) == (120, 0, 50)


# --- one of them -------------------------------------------------------------------------------------------------


def test_rejected_rows_are_waived_and_opened_again(registry: Registry, tmp_path: Path) -> None:
    """With a reason, some or for good; what is wrong with each is shown, and they can be downloaded to be fixed."""
    registry.upload(export(tmp_path, *MIXED, OLD)).finish()
    clicks = at_batch(registry, 1)
    rows = clicks.state["rejects"]["rows"]
    assert ([one["line"] for one in rows], clicks.state["rejects"]["open"]) == ([3, 5], 2)
    assert all("zoe@example.org" in one["errors"][0] for one in rows)
    clicks("rejects_of", kind=".csv")
    assert clicks.downloads[-1].count(b"zoe@example.org") >= 2
    assert clicks("waive", rows=[rows[0]["row"]], reason=" ")["reason"] == "waive_without_reason"
    waived = clicks("waive", rows=[rows[0]["row"]], reason="left the company", for_good=True)
    assert "1 row waived. Whenever" in waived["said"]
    assert [one["line"] for one in waived["rejects"]["rows"]] == [5]
    shown = clicks("of_state", state="waived")["rejects"]
    assert [(one["line"], one["note"]) for one in shown["rows"]] == [(3, "left the company")]
    assert clicks("waive", rows=[rows[0]["row"]], reason="twice")["reason"] == "lines_without_reject"
    assert clicks("reopen", rows=[rows[0]["row"]])["said"] == "1 row open again."
    assert len(clicks("of_state", state="")["rejects"]["rows"]) == 2
    assert registry.verify() == []


def test_many_rejected_rows_are_shown_in_the_order_of_the_file(registry: Registry, tmp_path: Path) -> None:
    """The first 50, then more below them; what is waived isn't among the open ones."""
    rows = [ZOE.replace("zoe@", f"zoe{k}@") for k in range(60)]
    registry.upload(export(tmp_path, ANA, *rows)).finish()
    registry.waive(1, [4], "left")
    clicks = at_batch(registry, 1)
    shown = clicks.state["rejects"]
    assert ([one["line"] for one in shown["rows"]], shown["found"]) == ([3, *range(5, 54)], 59)
    assert [one["line"] for one in clicks("more_rejects")["rejects"]["rows"]] == [3, *range(5, 63)]


DECIDED = "credentials decided"


def test_what_happened_tells_each_act(registry: Registry, tmp_path: Path) -> None:
    """A decision, that it was taken back, and that a declined credential is to be decided again."""
    registry.upload(export(tmp_path, ANA)).finish()
    registry.approve(1)
    registry.undecide(1)
    registry.decline(1, [2], "illegible")
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    registry.resubmit(2, [2])
    first, second = (at_batch(registry, number).state["happened"] for number in (1, 2))
    assert [what for _, _, what in first[-3:]] == [DECIDED, "a decision was taken back", DECIDED]
    assert second[-1][1:] == [registry.by, "credentials opened for a new decision"]


def test_an_undo_is_shown_before_it_is_done(registry: Registry, tmp_path: Path) -> None:
    """What would no longer count, wait or be followed; then the batch is undone, and says what it was."""
    registry.upload(export(tmp_path, *MIXED)).finish()
    clicks = at_batch(registry, 1)
    assert clicks("undo_batch")["reason"] == "nothing_to_undo"
    clicks("undoing")
    assert last(clicks, "undoing")["lines"] == [
        "2 credentials no longer count: no other batch lists them.",
        "1 credential no longer waits for approval.",
        "1 rejected row of it is no longer followed.",
    ]
    assert registry.batch(1).state == "finished"
    undone = clicks("undo_batch")
    assert (undone["step"], undone["state"], undone["undone"], undone["finished"]) == ("batch", "undone", True, False)
    assert undone["happened"][-1][1:] == [registry.by, "undone"]
    assert (undone["numbers"][0]["count"], undone["receipt"] != "") == ("2", True)
    assert registry.credentials().empty
    assert clicks("last_page")["reason"] == "nothing_finished"
    again = clicks("judge_again")
    assert (again["step"], clicks.wizard.file.batch.id) == ("review", 2)
    assert registry.verify() == []


def test_what_an_undo_would_do_is_shown_again_when_it_has_changed(registry: Registry, tmp_path: Path) -> None:
    """Another file says the same in between: nothing is undone, and the new sentences are shown."""
    registry.upload(export(tmp_path, ANA, BEN)).finish()
    clicks = at_batch(registry, 1)
    clicks("undoing")
    registry.upload(export(tmp_path, ANA, name="again.csv"), Recipe(source="hr")).finish()
    refused = clicks("undo_batch")
    assert (refused["reason"], registry.batch(1).state) == ("undo_moved", "finished")
    assert "1 credential of it stays: batch 2 lists it, too." in last(clicks, "undoing")["lines"]
    assert clicks("undo_batch")["state"] == "undone"


def test_whatever_waits_or_is_finished_is_opened_again(
    registry: Registry, opened: Callable[..., Registry], registry_url: str, tmp_path: Path
) -> None:
    """Another person's draft with its decisions, a held batch, a finished one's last page; a file in hand stays."""
    theirs = Clicks(opened(registry_url, by=APPROVER))
    theirs.upload("theirs.csv", export(tmp_path, ANA, ANA.replace("First Aid", "Frist Aid")).read_bytes())
    theirs("accept", cause=theirs.cause("Frist Aid"))
    registry.upload(export(tmp_path, CARA), Recipe(source="hr")).hold("for a person")
    registry.upload(export(tmp_path, *MIXED, name="third.csv")).finish()
    clicks = Clicks(registry)
    clicks.upload("mine.csv", export(tmp_path, BEN).read_bytes())
    clicks("go", step="home")
    assert APPROVER in clicks("batch", batch=1)["about"]
    again = clicks("open", batch=1)
    assert (again["step"], [one["sentence"] for one in again["decisions"]]) == (
        "review",
        ["Credential type: ‘Frist Aid’ → ‘First Aid’ (1 cell)."],
    )
    assert "for a person" in clicks("batch", batch=2)["about"]
    assert clicks("open", batch=2)["step"] == "review"
    clicks("batch", batch=3)
    done = clicks("last_page")
    assert (done["step"], done["again"], done["batch"], done["file"]) == ("done", True, 3, "third.csv")
    assert (done["pending"], done["rejected"], "receipt of batch 3" in done["receipt"]) == (1, 1, True)
    assert clicks("close")["step"] == "batch"
    assert [file.batch.id for file in clicks.wizard.files] == [2, 1, 4]


def test_the_recipe_of_a_batch_without_one_is_saved_later(registry: Registry, folder: Path) -> None:
    """Seen at any time, and saved for the next file as on the last page; no recipe of another source is lost."""
    registry.upload(export(folder, *MIXED)).finish()
    clicks = at_batch(registry, 1)
    assert clicks.state["saves"]
    assert "schema: credentials" in clicks.state["recipe"]
    assert clicks("save_of", name="../x")["reason"] == "recipe_name_unusable"
    saved = clicks("save_of", name="hr")
    assert (saved["source"], saved["saves"]) == ("hr", False)
    assert Recipe.load("recipes/hr.yaml").headings["User email"] == "user_email"
    registry.upload(export(folder, BEN, name="other.csv")).finish()
    clicks("batch", batch=2)
    assert clicks("save_of", name="hr")["reason"] == "recipe_name_taken"


def test_once_the_bytes_are_erased_the_batch_still_says_what_it_was(registry: Registry, folder: Path) -> None:
    """It is listed, its last page is shown, and what needs the bytes isn't offered."""
    registry.upload(export(folder, *MIXED)).finish()
    registry.erase("zoe@example.org", "asked for it")
    clicks = at_batch(registry, 1)
    assert (clicks.state["erased"], clicks.state["saves"], clicks.state["numbers"][0]["count"]) == (True, False, "2")
    assert "erased" in clicks.state["about"]
    assert "zoe" not in json.dumps(clicks.state)
    assert (clicks("last_page")["erased"], clicks.state["step"]) == (True, "done")
    clicks("close")
    assert clicks("judge_again")["reason"] == "file_erased"
    clicks("undoing")
    assert clicks("undo_batch")["state"] == "undone"


def test_discarding_gives_up_a_whole_upload_also_the_one_in_hand(registry: Registry, tmp_path: Path) -> None:
    """It stays listed as discarded, and its file can be judged again."""
    clicks = Clicks(registry)
    clicks.upload("one.csv", export(tmp_path, *MIXED).read_bytes())
    clicks("batch", batch=1)
    discarded = clicks("discard_batch")
    assert (discarded["state"], clicks.wizard.files, registry.batch(1).state) == ("discarded", [], "discarded")
    assert clicks("discard_batch")["reason"] == "batch_settled"
    assert clicks("judge_again")["step"] == "review"
    assert clicks.wizard.file.batch.id == 2


# --- the same file again -----------------------------------------------------------------------------------------


def test_a_file_that_came_before_says_so_first(registry: Registry, tmp_path: Path) -> None:
    """Nothing is written until somebody chooses: not a byte, no draft, no event; then it is judged again."""
    content = export(tmp_path, *MIXED).read_bytes()
    registry.upload(export(tmp_path, *MIXED, name="november.csv")).finish()
    before = rows_of(registry)
    clicks = Clicks(registry)
    asked = clicks.upload("again.csv", content)
    day = f"{registry.uploads(batch=1).rows['uploaded_at'].iloc[0]:%Y-%m-%d}"
    assert asked["known"]["said"] == (
        f"This very file is batch 1, uploaded {day} by {registry.by} as ‘november.csv’: 2 accepted, 1 rejected."
    )
    assert (asked["known"]["batch"], asked["known"]["others"], rows_of(registry) == before) == (1, [], True)
    gone = clicks("known", answer="cancel")
    assert (gone["known"], gone["step"], rows_of(registry) == before) == (None, "home", True)
    clicks.upload("again.csv", content)
    again = clicks("known", answer="again")
    assert (again["known"], again["step"], again["counts"]) == (None, "review", "2 ready · 1 rejected · 1 cause")
    assert clicks("known", answer="again")["reason"] == "no_open_file"


def test_a_file_that_came_before_leads_to_its_batch(registry: Registry, tmp_path: Path) -> None:
    """A finished one is looked at, a draft or held one is continued; an undone one is named after those that stand."""
    path = export(tmp_path, *MIXED)
    registry.upload(path).finish()
    clicks = Clicks(registry)
    clicks.upload("again.csv", path.read_bytes())
    assert clicks("known", answer="open")["step"] == "batch"
    assert clicks.state["batch"] == 1
    registry.upload(path, Recipe(source="hr")).hold("for a person")
    registry.upload(path).discard()
    held = clicks.upload("again.csv", path.read_bytes())["known"]
    assert "batch 2 of the source hr" in held["said"]
    assert held["said"].endswith("held, 3 rows wait.")
    assert [one.partition(",")[0] for one in held["others"]] == ["It is also batch 1"]
    clicks("known", answer="open")
    assert (clicks.state["step"], clicks.wizard.file.batch.id) == ("review", 2)
    registry.batch(2).discard()
    registry.undo(1)
    undone = Clicks(registry).upload("again.csv", path.read_bytes())["known"]
    assert undone["said"].endswith("2 accepted, 1 rejected, then undone.")


def test_files_that_came_before_are_asked_about_one_by_one(registry: Registry, tmp_path: Path) -> None:
    """Others of the same drop go on, also with the same bytes; a draft is known, too, but not to what replaces it."""
    first, second = (export(tmp_path, *rows, name=f"{len(rows)}.csv") for rows in (MIXED, (BEN,)))
    registry.upload(first).finish()
    clicks = Clicks(registry)
    clicks.upload("first.csv", first.read_bytes())
    clicks.upload("second.csv", second.read_bytes())
    asked = clicks.upload("second.csv", second.read_bytes())
    assert (asked["step"], asked["known"]["file"], clicks.wizard.file.batch.file) == (
        *("review", "first.csv", "second.csv"),
    )
    asked = clicks("known", answer="again")
    assert [file.batch.file for file in clicks.wizard.files] == ["second.csv", "first.csv"]
    assert asked["known"]["said"].endswith("a draft, not finished yet.")
    clicks("known", answer="cancel")
    replaced = clicks.upload("second.csv", second.read_bytes(), again=True)
    assert (replaced["known"], len(clicks.wizard.files)) == (None, 2)
    beside = clicks.upload("the same in another file.csv", second.read_bytes())
    assert (beside["known"], len(clicks.wizard.files)) == (None, 3)
