"""The wizard when its page is opened again, or when somebody else has changed its file: what is true is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from credtools import demo
from tests.clicks import Clicks


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> demo.Demo:
    made = demo.prepare(tmp_path / "demo", rows=300)
    monkeypatch.chdir(made.folder)
    return made


def test_a_draft_comes_back_at_its_step_with_all_that_was_decided(made: demo.Demo) -> None:
    """Rules, patches, date formats, words of the status, rows left rejected: listed as before, each can be undone."""
    clicks = Clicks(made.registry, made.recipe)
    fresh = clicks.upload("hr_export.csv", made.export.read_bytes())
    clicks("accept", cause=clicks.cause("Frist Aid"))
    clicks("accept", cause=clicks.cause("Invalid date format"))
    clicks("leave", cause=clicks.cause("kiosk.lager@example.org"))
    before = clicks("choose", cause=clicks.cause("Gabelstaplerschein (alt)"), value="Forklift", scope="patch")
    again = Clicks(made.registry)
    after = again("ready", batch=before["batch"], step="review")
    told = {(one["sentence"], one["scope"], one["turn"]) for one in before["decisions"]}
    assert {(one["sentence"], one["scope"], one["turn"]) for one in after["decisions"]} == told
    assert (after["step"], after["counts"]) == ("review", before["counts"])
    for one in after["decisions"]:
        state = again("undo", number=one["number"])
    assert state["decisions"] == []
    assert (state["counts"], state["causes"]) == (fresh["counts"], fresh["causes"])


@pytest.mark.long
def test_each_step_comes_back_as_far_as_it_is_true(made: demo.Demo) -> None:
    """Media and finish come back; a finished batch at its last page, a discarded one at the credentials."""
    clicks = Clicks(made.registry, made.recipe)
    number = clicks.upload("hr_export.csv", made.export.read_bytes())["batch"]
    for step in ("headings", "media", "finish"):
        assert Clicks(made.registry)("ready", batch=number, step=step)["step"] == step
    clicks("next")
    clicks("next")
    assert clicks("finish")["step"] == "done"
    done = Clicks(made.registry)("ready", batch=number, step="review")
    assert (done["step"], done["receipt"]) == ("done", str(made.registry.batch(number).receipt))
    given_up = made.registry.upload(made.export, made.recipe)
    given_up.discard()
    assert Clicks(made.registry)("ready", batch=given_up.id, step="review")["step"] == "home"
    assert Clicks(made.registry)("ready", batch=4711, step="finish")["step"] == "home"
    assert Clicks(made.registry)("ready")["step"] == "home"


def test_no_click_acts_on_what_somebody_else_has_changed(made: demo.Demo) -> None:
    """Two pages with one draft: the second click is refused, and the file is shown as it is now; then it works."""
    first = Clicks(made.registry, made.recipe)
    number = first.upload("hr_export.csv", made.export.read_bytes())["batch"]
    second = Clicks(made.registry)
    second("ready", batch=number, step="review")
    first("accept", cause=first.cause("Frist Aid"))
    state = second("accept", cause=second.cause("Invalid date format"))
    assert (state["reason"], len(state["decisions"])) == ("changed_elsewhere", 1)
    assert len(second("accept", cause=second.cause("Invalid date format"))["decisions"]) == 2
    second("next")
    second("next")
    second("finish")
    state = first("undo")
    assert (state["step"], state["reason"]) == ("done", "changed_elsewhere")
    assert made.registry.batch(number).state == "finished"


@pytest.mark.long
def test_a_connection_that_comes_back_asks_what_is_true(made: demo.Demo) -> None:
    """The same page, cut off meanwhile: what was decided in another one is there."""
    first = Clicks(made.registry, made.recipe)
    number = first.upload("hr_export.csv", made.export.read_bytes())["batch"]
    second = Clicks(made.registry)
    second("ready", batch=number, step="review")
    second("accept", cause=second.cause("Frist Aid"))
    first("here")  # it is heard again
    assert len(first("ready", batch=number, step="review")["decisions"]) == 1


def test_a_file_that_found_no_row_is_kept_until_somebody_says_to_which_it_belongs(made: demo.Demo) -> None:
    """Unmatched media survive the page: they are listed with their reason, and belong to a row by one click."""
    clicks = Clicks(made.registry, made.recipe)
    number = clicks.upload("hr_export.csv", made.export.read_bytes())["batch"]
    clicks("go", step="media")
    content = b"%PDF-1.4\n%%EOF\n"
    found = next(path for path in sorted((made.folder / demo.SCANS).iterdir()) if path.suffix != ".zip")
    content = found.read_bytes()
    clicks("medium", key="m", name=f"nobody{found.suffix}", size=len(content))
    clicks("piece", key="m", buffers=[memoryview(content)])
    clicks("arrived", key="m")
    before = clicks("media", pattern="{user_email}")
    again = Clicks(made.registry)
    after = again("ready", batch=number, step="media")
    assert (after["step"], after["unmatched"]) == ("media", before["unmatched"])
    assert after["unmatched"]["found"] == 1
    line = made.registry.batch(number).table.labels[0]
    state = again("assign", file=f"nobody{found.suffix}", line=str(line))
    assert (state["unmatched"]["found"], state["linked"]["found"]) == (0, 1)
    assert Clicks(made.registry)("ready", batch=number, step="media")["unmatched"]["found"] == 0
