"""Withdrawing and reinstating on the approvals page, in a real JupyterLab and a real Chromium, by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from credtools import demo
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, Wizard, right_rows, run, theme, write

WHY = "<b>licence</b> revoked"


def test_approved_credentials_are_withdrawn_and_reinstated(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """Several at once with a reason, after a dialog that counts them; one is reinstated from its history."""
    made = demo.prepare(tmp_path / "demo", rows=300)
    batch = made.registry.upload(write(tmp_path / "first.csv", right_rows(5)))
    batch.finish()
    made.registry.approve(batch, [2, 3, 4, 5])
    wizard = run(made.folder, open_notebook, page, "approve")
    wizard.counts("1 credential waits for approval")
    show = page.get_by_label("Show", exact=True)
    show.press("ArrowDown")
    wizard.counts("4 approved credentials")
    expect(show).to_be_focused()
    expect(page.get_by_role("group", name="Approved credentials")).to_be_visible()
    for absent in ("Approve…", "Reject…", "Reinstate"):
        expect(wizard.button(absent)).to_have_count(0)

    for user in demo.ACTIVE[:2]:
        page.get_by_label(f"Select {user}, First Aid").press("Space")
    expect(page.get_by_text("2 selected")).to_be_visible()
    wizard.button("Withdraw").press("Enter")
    dialog = page.get_by_role("dialog", name="Withdraw 2 credentials?")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    wizard.button("Withdraw them").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Give a reason, for example: licence revoked.")
    dialog.get_by_label("Reason").press_sequentially(WHY)
    wizard.is_accessible()
    screenshot(page, "withdraw-1-dialog")
    wizard.button("Withdraw them").press("Enter")
    wizard.tells("2 credentials withdrawn.")
    wizard.counts("2 approved credentials")
    found = made.registry.credentials()
    assert found.loc[found["withdrawn"], "line"].tolist() == [2, 3]

    show.press("ArrowDown")
    wizard.counts("2 withdrawn credentials")
    wizard.button(demo.ACTIVE[0]).press("Enter")
    one = page.get_by_role("complementary", name="One credential")
    expect(one.get_by_role("row", name="withdrawn")).to_contain_text(WHY, timeout=PATIENCE)
    wizard.is_whole()
    wizard.is_accessible()
    screenshot(page, "withdraw-2-light")
    theme(page, "JupyterLab Dark")
    wizard.is_accessible()
    screenshot(page, "withdraw-3-dark")
    theme(page, "JupyterLab Light")
    reinstate_this(wizard)
    wizard.counts("1 withdrawn credential")
    found = made.registry.credentials()
    assert found.loc[found["withdrawn"], "line"].tolist() == [3]
    assert made.registry.verify() == []


def reinstate_this(wizard: Wizard) -> None:
    """The one beside the list, with the keys; Escape changes nothing, and no reason is needed."""
    wizard.button("Reinstate this one").press("Enter")
    dialog = wizard.page.get_by_role("dialog", name="Reinstate 1 credential?")
    expect(dialog.get_by_label("Reason (optional)")).to_be_focused()
    wizard.page.keyboard.press("Escape")
    expect(wizard.button("Reinstate this one")).to_be_focused()
    wizard.button("Reinstate this one").press("Enter")
    wizard.button("Reinstate them").press("Enter")
    wizard.tells("1 credential reinstated.")


@pytest.mark.long
def test_the_credentials_page_shows_what_is_withdrawn(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """A total of its own, a state in the list, and a filter for it."""
    made = demo.prepare(tmp_path / "demo", rows=300)
    batch = made.registry.upload(write(tmp_path / "first.csv", right_rows(3)))
    batch.finish()
    made.registry.approve(batch)
    made.registry.withdraw(batch, [3], WHY)
    wizard = run(made.folder, open_notebook, page, "upload")
    total = page.locator(".ct-totals > div").filter(has_text="withdrawn")
    expect(total.locator("dd")).to_have_text("1", timeout=PATIENCE)
    page.get_by_label("State", exact=True).select_option("withdrawn")
    expect(page.get_by_text("1 version of 1 credential", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name=demo.ACTIVE[1])).to_contain_text("withdrawn")
    wizard.is_accessible()
    screenshot(page, "withdraw-4-credentials")
