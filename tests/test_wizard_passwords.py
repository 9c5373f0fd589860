"""Protected workbooks in the wizard: the password is asked for, opens the file, and is found nowhere afterwards."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl
import pytest

from credtools.jupyter import Wizard
from credtools.registry import Registry
from tests.builders import ANA, HEADINGS, export, only_sqlite, rows_of
from tests.clicks import Clicks

pytestmark = only_sqlite
SECRET = "Ünter-dem-Bett-7"


@pytest.fixture
def locked() -> bytes:
    """A workbook of one row, protected by SECRET."""
    plain, out = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    for row in (HEADINGS, ANA):
        book.active.append(row.split(","))
    book.save(plain)
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(SECRET, out)
    return out.getvalue()


def test_the_password_is_asked_for_until_it_is_right(registry: Registry, locked: bytes) -> None:
    """Nothing is uploaded before; a wrong one is asked for again; the right one leads to the review, and to the end."""
    clicks = Clicks(registry)
    state = clicks.upload("locked.xlsx", locked)
    assert (state["locked"]["file"], len(registry.batches())) == ("locked.xlsx", 0)
    assert "protected" in state["locked"]["said"]
    wrong = clicks("unlock", password="guess")["locked"]
    assert "another one" in wrong["said"]
    state = clicks("unlock", password=SECRET)
    assert (state["locked"], state["step"], state["counts"]) == (None, "review", "1 ready · 0 rejected · 0 causes")
    clicks("reading", values={"heading_line": "1"})
    clicks("next")
    assert clicks("finish")["step"] == "done"
    clicks("later")
    assert len(registry.credentials()) == 1


def test_a_file_can_stay_locked_and_the_others_go_on(registry: Registry, tmp_path: Path, locked: bytes) -> None:
    """Giving it up leaves no draft and no file behind; a file that came meanwhile is in hand."""
    clicks = Clicks(registry)
    clicks.upload("locked.xlsx", locked)
    state = clicks.upload("open.csv", export(tmp_path, ANA).read_bytes())
    assert (state["locked"]["file"], state["file"]) == ("locked.xlsx", "open.csv")
    state = clicks("stay_locked")
    assert (state["locked"], state["said"]) == (None, "locked.xlsx was not opened.")
    assert list(registry.batches()["file"]) == ["open.csv"]
    assert [path for path in clicks.wizard._folder.path.rglob("*") if path.is_file()] == []
    assert clicks("unlock", password=SECRET)["reason"] == "no_open_file"


def test_a_corrected_workbook_replaces_the_file_once_it_is_open(
    registry: Registry, tmp_path: Path, locked: bytes
) -> None:
    """Re-upload of a protected file compares it with the one before, as for any other file."""
    clicks = Clicks(registry)
    clicks.upload("first.csv", export(tmp_path, ANA.replace("First Aid", "Frist Aid")).read_bytes())
    clicks.upload("locked.xlsx", locked, again=True)
    state = clicks("unlock", password=SECRET)
    assert (state["comparison"][:7], state["later"]) == ("1 fixed", 0)


def test_whoever_opens_the_draft_later_is_asked_again(
    registry: Registry, registry_url: str, opened: Callable[..., Registry], locked: bytes
) -> None:
    """It isn't kept with the draft: another session has to know it, also when it begins with the batch."""
    clicks = Clicks(registry)
    clicks.upload("locked.xlsx", locked)
    clicks("unlock", password=SECRET)
    other = Clicks(opened(registry_url, by="other@example.org"))
    state = other("open", batch=1)
    assert (state["locked"]["file"], state["step"]) == ("locked.xlsx", "home")
    assert other("unlock", password=SECRET)["counts"] == "1 ready · 0 rejected · 0 causes"
    begun = Wizard(opened(registry_url, by="third@example.org"))
    begun.start(1)
    assert begun.locked_facts() is not None


def test_the_password_is_found_nowhere(
    registry: Registry, tmp_path: Path, locked: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the database, the recipe, what is sent, the widget's state, a log, nor in a file."""
    clicks = Clicks(registry)
    with caplog.at_level(logging.DEBUG):
        clicks.upload("locked.xlsx", locked)
        clicks("unlock", password=[SECRET])  # nothing that anybody can type: even so nothing is told
        clicks("unlock", password=SECRET)
        clicks("next")
        clicks("finish")
        clicks.wizard.file.batch.save_recipe(tmp_path / "kept.yaml")
    seen = [repr(rows_of(registry)), repr(clicks.sent), repr(clicks.wizard.get_state()), caplog.text]
    seen += [(tmp_path / "kept.yaml").read_text("utf-8"), repr(clicks.wizard), repr(registry)]
    assert clicks.state["step"] == "done"
    assert not any(SECRET in text or SECRET.encode("unicode_escape").decode() in text for text in seen)
