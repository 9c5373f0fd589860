"""Approvals without a browser: the history of a credential, and approve.ipynb without a person."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import nbformat
import papermill
import pytest

from credtools import settings
from credtools.errors import CredtoolsError, RegistryError
from credtools.jupyter import Record
from credtools.jupyter.approvals import Approvals
from credtools.jupyter.listed import DEACTIVATED, DIFFERING, NO_MEDIA, SAME_PERSON, Listed
from credtools.media import told
from credtools.registry import Registry
from tests.builders import ANA, APPROVER, UPLOADER, export, load, long_on_a_server
from tests.clicks import clicked
from tests.pictures import certificate, filled, pdf
from tests.scans import pages

PASS = "ben@example.org,Passport,2024-01-01,,"
LATER = "ana@example.org,First Aid,2024-01-10,2031-12-31,"


@pytest.fixture(autouse=True)
def own_blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of blobs of its own."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))


def test_history_tells_who_changed_which_date_and_medium(registry: Registry, tmp_path: Path) -> None:
    """All versions of the credential, whichever line is asked about; undone ones are told, too."""
    first = registry.upload(export(tmp_path, ANA))
    first.finish()
    first.add_media(filled(tmp_path / "in", {"a.pdf": pdf()}) / "a.pdf", {"a.pdf": 2})
    registry.approve(first, note="seen")
    (tmp_path / "again").mkdir()
    second = registry.upload(export(tmp_path / "again", LATER))
    second.finish()
    registry.undo(second)
    found = registry.history(first, 2)
    assert found[["version", "what", "before", "after"]].to_numpy().tolist() == [
        [1, "uploaded", "", first.file],
        [1, "issue_date", "", "2024-01-10"],
        [1, "expiration_date", "", "2030-01-10"],
        [1, "medium", "", "a.pdf"],
        [1, "approved", "", "seen"],
        [2, "uploaded", "", second.file],
        [2, "expiration_date", "2030-01-10", "2031-12-31"],
        [2, "undone", "", ""],
    ]
    assert set(found["by"]) == {UPLOADER}
    assert registry.history(second, 2).equals(found)
    with pytest.raises(RegistryError) as problem:
        registry.history(first, 9)
    assert problem.value.reason == "no_credential_on_line"


def test_what_stops_an_approval_is_said_before_the_click(registry: Registry, tmp_path: Path) -> None:
    """Missing media and four eyes; each goes as soon as its reason does."""
    batch = registry.upload(export(tmp_path, ANA, PASS))
    batch.finish()
    assert Listed(registry).rows["blocked"].tolist() == ["", NO_MEDIA]
    batch.make_media_optional()
    assert Listed(registry).rows["blocked"].tolist() == ["", ""]
    registry.set("four_eyes", value=True)
    assert set(Listed(registry).rows["blocked"]) == {SAME_PERSON}


def test_who_finished_counts_as_who_uploaded(
    registry: Registry, registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """Where four eyes are asked for, whoever finished what another began doesn't approve it either."""
    batch = registry.upload(export(tmp_path, ANA))
    registry.set("four_eyes", value=True)
    other, third = (opened(registry_url, by=f"{name}@example.org") for name in ("other", "third"))
    other.batch(batch.id).finish()
    for one, seen, blocked in ((registry, SAME_PERSON, 1), (other, SAME_PERSON, 1), (third, "", 0)):
        assert Listed(one).rows["blocked"].tolist() == [seen]
        assert len(one.approve(batch.id).blocked) == blocked
    assert registry.verify() == []


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_scan_that_differs_is_said_and_marked_and_stops_nothing(registry: Registry, tmp_path: Path) -> None:
    """In the list, in a filter, before the decision, on the page; approved all the same by whoever decides so."""
    batch = registry.upload(export(tmp_path, ANA, PASS))
    scan = certificate("First Aid", "Date of issue: 2024-01-10", "Valid until: 2029-01-10")
    batch.add_media(filled(tmp_path / "in", {"a.pdf": scan, "b.pdf": pdf()}), {"a.pdf": 2, "b.pdf": 3})
    batch.finish()
    page = Approvals(registry)
    rows = clicked(page, "ready")["list"]["rows"]
    assert [(row["scan"], len(row["media"][0]["differs"]), row["blocked"]) for row in rows] == [
        ("differs", 1, ""),
        ("nothing to read", 0, ""),
    ]
    assert clicked(page, "filter", filters={"scan": "differs"})["list"]["found"] == 1
    detail = clicked(page, "detail", batch=batch.id, line=2)["detail"]
    first, *others = detail["media"][0]["marks"]
    assert (first["kind"], first["words"]) == ("differs", rows[0]["media"][0]["differs"][0])
    assert {one["kind"] for one in others} == {"agrees"}
    about = clicked(page, "ask", act="approve")["about"]
    assert about["notes"] == [[DIFFERING, 1]]
    assert clicked(page, "decide", decision="approve")["all"] == 1


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_a_converted_copy_is_shown_and_the_original_stays_at_hand(registry: Registry, tmp_path: Path) -> None:
    """All pages of a TIFF can be leafed through; what is kept as evidence can be downloaded; nothing else can."""
    batch = registry.upload(export(tmp_path, PASS))
    original = pages("TIFF")
    batch.add_media(filled(tmp_path / "in", {"b.tif": original}) / "b.tif", {"b.tif": 2})
    batch.finish()
    page = Approvals(registry)
    medium = clicked(page, "ready")["list"]["rows"][0]["media"][0]
    assert (medium["media_type"], medium["shown_type"]) == ("image/tiff", "application/pdf")
    assert medium["notes"] == told.noted(["converted"])
    seen = clicked(page, "look_at", key=medium["shown"], page=2)
    assert (seen["page"], seen["pages"] > 1) == (2, True)
    part = clicked(page, "part", key=medium["sha256"], start=0)
    assert (part["kind"], part["size"]) == ("image/tiff", len(original))
    assert clicked(page, "part", key=batch.sha256, start=0)["reason"] == "medium_gone"
    registry.blobs.path(medium["shown"]).unlink()
    for verb, given in (("thumbs", {"keys": [medium["shown"]]}), ("look_at", {"key": medium["shown"]})):
        assert (clicked(page, verb, **given)["pages"], "stored" in clicked(page, verb, **given)["words"]) == (1, True)


def test_approvals_without_a_person_decide_only_what_was_asked(registry: Registry, tmp_path: Path) -> None:
    """A batch is named, rejected lines are named, too; a record that only looks changes nothing."""
    batch = registry.upload(export(tmp_path, ANA, PASS))
    batch.finish()
    looked = Record.of_approvals(registry, 0, "", (), "")
    assert repr(looked) == (
        f"2 credentials waiting for approval.\n  batch {batch.id} · First Aid · 1 (0 blocked)\n"
        f"  batch {batch.id} · Passport · 1 (1 blocked)"
    )
    for given, reason in (
        ((0, "approve", (), ""), "decision_unclear"),
        ((batch.id, "maybe", (), ""), "decision_unclear"),
        ((batch.id, "reject", (), "no"), "lines_not_named"),
    ):
        with pytest.raises(CredtoolsError) as problem:
            Record.of_approvals(registry, *given)
        assert problem.value.reason == reason
    done = repr(Record.of_approvals(registry, batch.id, "approve", (), ""))
    assert done.startswith(f"Batch {batch.id}: 1 credential approved. 1 can't be decided yet: its type requires media")
    assert "1 credential rejected." in repr(Record.of_approvals(registry, batch.id, "reject", [3], "no scan"))


@long_on_a_server
def test_papermill_approves_a_batch_and_its_record_names_nobody(
    registry: Registry, registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """approve.ipynb is its own headless form."""
    batch = registry.upload(export(tmp_path, ANA))
    batch.finish()
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    record = tmp_path / "record.ipynb"
    notebook = settings.documents("notebooks") / "approve.ipynb"
    given = {"batch": batch.id, "decide": "approve"}
    papermill.execute_notebook(notebook, record, given, cwd=tmp_path, progress_bar=False, store_widget_state=False)
    output = nbformat.read(record, as_version=4).cells[-1].outputs[-1]["data"]
    assert output["text/plain"].startswith(f"Batch {batch.id}: 1 credential approved.")
    assert "@example" not in record.read_text("utf-8")


def test_approving_a_credential_of_a_deactivated_user_is_said(registry: Registry, tmp_path: Path) -> None:
    """Who leaves between upload and approval: approved all the same, and said before and after, by line."""
    batch = registry.upload(
        export(tmp_path, ANA, LATER.replace("2024", "2025"), "ben@example.org,First Aid,2024-01-10,,")
    )
    batch.finish()
    load(registry, tmp_path, users="Email,Status\nana@example.org,deactivated\n")
    assert (Listed(registry).rows["note"] == DEACTIVATED).tolist() == [True, True, False]
    assert registry.decline(batch, [3], "no").deactivated == ()
    done = registry.approve(batch)
    assert (done.decided, done.deactivated, done.blocked) == ((2, 4), (2,), {})
    assert done.told in str(done)


def test_the_page_says_how_many_are_of_deactivated_users(registry: Registry, tmp_path: Path) -> None:
    """The sentence after a decision counts them over all batches that were decided."""
    for name, row in (("a", ANA), ("b", ANA.replace("ana", "ben"))):
        registry.upload(export(tmp_path, row, name=f"{name}.csv")).finish()
    load(registry, tmp_path, users="Email,Status\nana@example.org,deactivated\nben@example.org,deactivated\n")
    page = Approvals(registry)
    page.show()
    assert "2 of them belong to users who are deactivated by now." in page.do_decide("approve")


# --- the page -----------------------------------------------------------------------------------------------------


def test_many_are_shown_page_by_page_sorted_and_filtered(registry: Registry, tmp_path: Path) -> None:
    """What is sorted and filtered is all that waits, not only what is seen; people are found by their names."""
    page = many(registry, tmp_path)
    first = clicked(page, "ready")["list"]
    assert [first[name] for name in ("found", "free", "page", "pages", "from", "sort")] == [250, 200, 0, 3, 1, ""]
    assert {(row["name"], row["uploader"], row["source"]) for row in first["rows"]} == {("Ana Silva", "", "manual")}
    last = clicked(page, "page", page=2)["list"]
    assert (len(last["rows"]), last["from"], last["rows"][-1]["line"]) == (50, 201, 251)
    assert clicked(page, "page", page=99)["list"]["page"] == 2
    newest = clicked(page, "sort", sort="issued", down=True)["list"]
    assert (newest["page"], newest["rows"][0]["issue_date"], newest["down"]) == (0, "2024-09-06", True)
    assert clicked(page, "sort", sort="type")["list"]["rows"][0]["credential_type"] == "First Aid"
    assert clicked(page, "filter", filters={"text": "OKAFOR"})["list"]["found"] == 50
    assert clicked(page, "filter", filters={"source": "manual", "text": "ana@"})["list"]["found"] == 200
    assert clicked(page, "filter", filters={"source": "hr"})["list"]["found"] == 0
    assert clicked(page, "ready")["choices"]["source"] == [["manual", "manual"]]


def test_what_is_ticked_is_counted_over_all_pages(registry: Registry, tmp_path: Path) -> None:
    """Here, on other pages, and hidden by the filters; what can't be approved yet is never ticked."""
    page = many(registry, tmp_path)
    clicked(page, "ready")
    counts = {"type": "ticked", "ticked": 2, "elsewhere": 0, "hidden": 0}
    assert clicked(page, "tick", places=[[1, 2], [1, 3], [1, 202]], on=True) == counts
    clicked(page, "page", page=1)
    assert clicked(page, "tick", places=[[1, 3], [1, 120]], on=True) == {**counts, "ticked": 3, "elsewhere": 2}
    hidden = clicked(page, "filter", filters={"credential_type": "Passport"})["list"]
    assert [hidden[name] for name in ("ticked", "elsewhere", "hidden")] == [3, 0, 3]
    assert clicked(page, "tick", places=[[1, 120]], on=False)["ticked"] == 2
    clicked(page, "filter", filters={})
    every = clicked(page, "tick_all", on=True)["list"]
    assert [every[name] for name in ("ticked", "elsewhere", "hidden")] == [200, 100, 0]
    assert all(row["ticked"] for row in every["rows"])
    assert clicked(page, "tick_all", on=False)["list"]["ticked"] == 0


def test_before_a_decision_it_is_said_what_they_are(registry: Registry, tmp_path: Path) -> None:
    """Types, sources, batches, people, samples from first to last, and who is left out with why."""
    page = many(registry, tmp_path)
    clicked(page, "ready")
    asked = clicked(page, "ask", act="approve")
    about = asked["about"]
    assert (about["count"], about["people"], about["left"]) == (200, 1, [[NO_MEDIA, 50]])
    assert about["kinds"] == [
        ["Types", [["First Aid", 200]]],
        ["Sources", [["manual", 200]]],
        ["Batches", [["1 · export.csv", 200]]],
    ]
    assert [row["line"] for row in about["samples"]] == [2, 102, 201]
    clicked(page, "tick", places=[[1, 2]], on=True)
    assert clicked(page, "ask", act="reject", chosen="ticked")["about"]["count"] == 1
    assert clicked(page, "ask", act="approve", chosen="ticked")["about"]["left"] == []
    assert clicked(page, "ask", act="reject", chosen=[[1, 205]])["about"]["count"] == 1
    clicked(page, "tick_all", on=True)
    assert clicked(page, "ask", act="approve", chosen="ticked")["about"]["left"] == [[NO_MEDIA, 50]]
    assert set(registry.credentials()["decision"]) == {"pending"}


def test_a_decision_on_the_page_can_be_undone_for_a_minute(registry: Registry, tmp_path: Path) -> None:
    """Over several batches, all or nothing; the offer says what was decided, also to a page that is loaded again."""
    page = many(registry, tmp_path)
    registry.upload(export(tmp_path, LATER.replace("ana", "cara"), name="second.csv")).finish()
    assert clicked(page, "ready")["undo"] is None
    clicked(page, "tick_all", on=True)
    state = clicked(page, "decide", decision="approve", chosen="ticked")
    assert (state["said"], state["undo"]["what"]) == ("201 credentials approved.", "Approved 201.")
    assert 0 < state["undo"]["seconds"] <= 60
    assert (state["all"], state["list"]["ticked"]) == (50, 0)
    again = Approvals(registry)
    assert clicked(again, "ready")["undo"]["what"] == "Approved 201."
    state = clicked(again, "undecide")
    assert (state["said"], state["undo"]) == ("201 credentials wait for a decision again.", None)
    assert clicked(page, "undecide")["reason"] == "lines_not_decided"
    assert clicked(page, "undecide")["reason"] == "nothing_to_take_back"
    assert clicked(page, "decide", decision="reject", reason="no", chosen=[[1, 2]])["undo"]["what"] == "Rejected 1."
    assert registry.verify() == []


def test_a_decision_over_several_batches_is_made_as_a_whole(
    registry: Registry, registry_url: str, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """Somebody else was faster with one of them: nothing is decided, and what is ticked and still waits stays so."""
    page = many(registry, tmp_path)
    registry.upload(export(tmp_path, LATER.replace("ana", "cara"), name="second.csv")).finish()
    clicked(page, "ready")
    clicked(page, "tick", places=[[1, 2], [2, 2]], on=True)
    opened(registry_url, by=APPROVER).approve(2)
    state = clicked(page, "decide", decision="approve", chosen="ticked")
    assert (state["reason"], state["list"]["ticked"]) == ("lines_not_pending", 1)
    assert registry.batch(1).credentials()["decision"].eq("pending").all()


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_20_000_that_wait_are_listed_at_once(registry: Registry, tmp_path: Path) -> None:
    """Each step of the page takes its time once, not once per row: sorting, filtering and ticking all."""
    rows = [f"ana@example.org,Licence,2024-01-{k % 28 + 1:02},,N-{k}" for k in range(20_000)]
    registry.upload(export(tmp_path, *rows)).finish()
    page = Approvals(registry)
    assert clicked(page, "ready")["all"] == 20_000
    began = time.process_time()
    assert clicked(page, "sort", sort="expires")["list"]["pages"] == 200
    assert clicked(page, "filter", filters={"text": "n-1999"})["list"]["found"] == 11
    assert clicked(page, "filter", filters={})["list"]["found"] == 20_000
    assert clicked(page, "tick_all", on=True)["list"]["elsewhere"] == 19_900
    assert clicked(page, "ask", act="approve", chosen="ticked")["about"]["count"] == 20_000
    assert time.process_time() - began < 3


def many(registry: Registry, folder: Path) -> Approvals:
    """200 first aids of Ana's, a day each, then 50 passports of Ben's, which lack their media."""
    days = [date(2024, 1, 1) + timedelta(days=k) for k in range(250)]
    rows = [f"ana@example.org,First Aid,{day},," for day in days[:200]]
    registry.upload(export(folder, *rows, *(f"ben@example.org,Passport,{day},," for day in days[200:]))).finish()
    return Approvals(registry)
