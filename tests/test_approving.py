"""Approvals without a browser: the history of a credential, and approve.ipynb without a person."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

from credtools import settings
from credtools.errors import CredtoolsError, RegistryError
from credtools.jupyter import Record
from credtools.jupyter.approvals import DEACTIVATED, NO_MEDIA, SAME_PERSON, Approvals, Listed
from credtools.registry import Registry
from tests.builders import ANA, UPLOADER, export, load, long_on_a_server
from tests.pictures import filled, pdf

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
