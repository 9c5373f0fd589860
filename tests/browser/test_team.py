"""What each of a team sees on the pages: only what their role may do, on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import OpenNotebook, run, theme
from tests.builders import ANA, CARA, ZOE, export
from tests.teams import Team

if TYPE_CHECKING:
    from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def built(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Team:
    return Team.built(postgres, tmp_path_factory.mktemp("team"))


@pytest.fixture
def team(built: Team) -> Team:
    return built.copy()


def at_work(team: Team, name: str, folder: Path) -> Path:
    """The working folder of one of the team."""
    place = folder / name
    place.mkdir()
    (place / "credtools.toml").write_text(f'database = "{team.url(name)}"\n', "utf-8")
    return place


def test_an_uploader_sends_to_the_approver_who_decides(
    team: Team, tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """The uploader is offered no approval but told who decides; the approver decides and is offered no upload."""
    wizard = run(at_work(team, "ana", tmp_path), open_notebook, page, "upload")
    wizard.upload(export(tmp_path, ANA, CARA, ZOE))
    wizard.button("Next").click()
    wizard.button("Finish and upload").click()
    expect(page.get_by_text("2 credentials were sent to approvers: Ulf@example.org, bea@example.org.")).to_be_visible()
    assert page.get_by_role("dialog").count() == wizard.button("Decide on approval…").count() == 0
    wizard.is_accessible()
    screenshot(page, "team-1-sent")
    links = page.get_by_role("navigation", name="Pages")
    expect(links.get_by_role("link", name="Approvals")).to_be_visible()
    expect(links.get_by_role("link", name="Administration")).to_be_hidden()

    wizard = run(at_work(team, "bea", tmp_path), open_notebook, page, "upload")
    expect(page.get_by_text("2 versions of 2 credentials")).to_be_visible()
    assert wizard.button("Bulk upload (CSV)").count() == 0
    wizard.button("Uploads").click()
    wizard.button("export.csv").click()
    wizard.button("Undo…").wait_for()
    assert wizard.button("Check again").count() == 0
    screenshot(page, "team-2-approver")
    wizard = run(tmp_path / "bea", open_notebook, page, "approve")
    wizard.counts("2 credentials wait for approval")
    wizard.button("ana@example.org").click()
    expect(page.get_by_role("cell", name="Ana Silva", exact=True).first).to_be_visible()
    wizard.button("Approve all 2 that fit…").click()
    wizard.button("Approve them").click()
    wizard.tells("2 credentials approved.")


def test_an_auditor_reads_and_changes_nothing(
    team: Team, tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """Lists, media and histories as everybody sees them; nothing to tick, decide, waive or upload."""
    with team.open("ana") as ana:
        ana.upload(export(tmp_path, ANA, ZOE)).finish()
    wizard = run(at_work(team, "carl", tmp_path), open_notebook, page, "approve")
    wizard.counts("1 credential waits for approval")
    wizard.button("ana@example.org").click()
    expect(page.get_by_role("heading", name="ana@example.org · First Aid")).to_be_visible()
    assert page.get_by_role("checkbox").count() == 0
    for name in ("Approve…", "Reject…", "Approve this one", "Add file…"):
        assert wizard.button(name).count() == 0
    wizard.is_accessible()
    screenshot(page, "team-3-auditor")
    wizard = run(tmp_path / "carl", open_notebook, page, "audit")
    wizard.counts("1 rejected row · 1 open")
    wizard.button("batch 1, line 3").click()
    expect(wizard.button("Close")).to_be_visible()
    assert wizard.button("Waive…").count() == wizard.button("Open in review").count() == 0
    wizard.is_accessible()


def test_an_administrator_says_who_may_do_what(
    team: Team, tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """Granted by keyboard, revoked after a question; a setting is changed; all in light, dark and narrow."""
    nobody = team.login("nobody")
    wizard = run(at_work(team, "eva", tmp_path), open_notebook, page, "admin")
    people = wizard.region("People")
    people.get_by_label("Login").fill(nobody)
    people.get_by_label("Role").select_option("auditor")
    people.get_by_label("E-mail address of its person").fill("<b>nina</b>@example.org")
    people.get_by_label("Login").press("Enter")
    wizard.tells(f"{nobody} is auditor now.")
    expect(people.get_by_text("<b>nina</b>@example.org")).to_be_visible()
    wizard.is_accessible()
    wizard.has_room(420, 900, 1280)
    page.set_viewport_size({"width": 1400, "height": 950})
    screenshot(page, "team-4-admin")
    theme(page, "JupyterLab Dark")
    wizard.is_accessible()
    revoke = page.get_by_title(f"Revoke auditor from {nobody}")
    revoke.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(f"Revoke auditor from {nobody}?")
    expect(wizard.button("Cancel")).to_be_focused()
    screenshot(page, "team-5-revoke-dark")
    wizard.button("Revoke auditor").press("Enter")
    wizard.tells(f"{nobody} is no longer auditor.")
    page.get_by_label("Rows of a file", exact=True).fill("0")
    page.get_by_title("Save: Rows of a file").click()
    wizard.tells("must be a whole number")
    page.get_by_label("Four eyes", exact=True).select_option("yes")
    page.get_by_title("Save: Four eyes").click()
    wizard.tells("Four eyes: yes.")
    theme(page, "JupyterLab Light")
