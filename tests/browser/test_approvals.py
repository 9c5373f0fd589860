"""The page of approvals by keyboard: many at once, what can't be approved yet, and a decision that is undone."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from credtools import demo
from credtools.jupyter.listed import NO_MEDIA
from tests.browser.lab import screenshot
from tests.browser.steps import OpenNotebook, Wizard, right_rows, run, theme, write

LACKING = "Confined Space Entry"  # a type that requires media


def test_many_are_approved_by_keyboard_and_undone(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Selected over pages, said what they are, approved by Enter, undone; rejected only with a reason."""
    page.clock.install()
    made = demo.prepare(tmp_path / "demo", rows=300)
    rows = right_rows(130)
    made.registry.upload(write(tmp_path / "first.csv", rows)).finish()
    lacking = [[user, LACKING, "01/02/2025", "01/02/2027"] for user in demo.ACTIVE[:5]]
    made.registry.upload(write(tmp_path / "second.csv", lacking)).finish()
    wizard = run(made.folder, open_notebook, page, "approve")
    wizard.counts("135 credentials wait for approval")
    expect(page.get_by_text("1–100 of 135")).to_be_visible()
    blocked_ones_say_why(wizard)
    page.get_by_label("Media", exact=True).select_option("")

    by_user = page.get_by_role("columnheader", name="User").get_by_role("button")
    by_user.press("Enter")
    expect(page.get_by_role("columnheader", name="User")).to_have_attribute("aria-sort", "ascending")
    expect(by_user).to_be_focused()
    box(page, demo.ACTIVE[0]).press("Space")
    expect(page.get_by_text("1 selected", exact=True)).to_be_visible()
    wizard.button("Last page").press("Enter")
    expect(page.get_by_text("1 selected, 1 on other pages")).to_be_visible()
    wizard.button("Select all 130").press("Enter")
    expect(page.get_by_text(re.compile(r"^130 selected, \d+ on other pages$"))).to_be_visible()
    wizard.has_room(640, 900, 1280)
    wizard.is_whole()
    wizard.is_accessible()
    screenshot(page, "approvals-1-selected")
    approve_what_is_said(wizard)
    wizard.tells("130 credentials approved.")
    undo = page.get_by_role("group", name="Undo")
    expect(undo).to_have_text(re.compile(r"^Approved 130\.Undo \(\d+ s\)$"))
    wizard.is_accessible()
    screenshot(page, "approvals-4-undo")
    undo.get_by_role("button", name="Undo", exact=True).press("Enter")
    wizard.tells("130 credentials wait for a decision again.")
    expect(undo).to_have_text("")
    wizard.counts("135 credentials wait for approval")

    reject_with_a_reason(wizard)
    expect(undo).to_contain_text("Rejected 1.")
    page.clock.fast_forward(60_000)
    expect(undo).to_have_text("")
    assert made.registry.credentials()["decision"].value_counts().to_dict() == {"pending": 134, "declined": 1}
    assert made.registry.verify() == []


def box(page: Page, user: str, kind: str = "First Aid") -> Locator:
    return page.get_by_label(f"Select {user}, {kind}").first


def approve_what_is_said(wizard: Wizard) -> None:
    """The dialog says what they are and what is left out; Escape changes nothing, Enter confirms."""
    page = wizard.page
    wizard.button("Approve 130…").press("Enter")
    dialog = page.get_by_role("dialog", name="Approve 130 credentials?")
    for words in ("First Aid: 130", "manual: 130", "first.csv: 130", f"5 others stay pending: {NO_MEDIA}."):
        expect(dialog).to_contain_text(words)
    wizard.is_accessible()
    screenshot(page, "approvals-2-dialog")
    theme(page, "JupyterLab Dark")
    screenshot(page, "approvals-3-dark")
    theme(page, "JupyterLab Light")
    page.keyboard.press("Escape")
    wizard.button("Approve 130…").press("Enter")
    expect(wizard.button("Approve them")).to_be_focused()
    page.keyboard.press("Enter")


def blocked_ones_say_why(wizard: Wizard) -> None:
    """They can be focused, but not ticked; the reason belongs to the box."""
    page = wizard.page
    page.get_by_label("Media", exact=True).select_option("required, but missing")
    expect(page.get_by_text("5 shown")).to_be_visible()
    one = box(page, demo.ACTIVE[0], LACKING)
    expect(one).to_have_attribute("aria-disabled", "true")
    expect(one).to_have_accessible_description(NO_MEDIA)
    one.press("Space")
    expect(one).not_to_be_checked()
    wizard.tells(f"can't be approved yet: {NO_MEDIA}.")
    screenshot(page, "approvals-0-blocked")


def reject_with_a_reason(wizard: Wizard) -> None:
    """A blank reason keeps focus and text; so does Later; Enter confirms."""
    page = wizard.page
    page.get_by_label("User or number").fill(demo.ACTIVE[1])
    expect(page.get_by_text("2 shown")).to_be_visible()
    box(page, demo.ACTIVE[1]).press("Space")
    wizard.button("Reject…").press("Enter")
    reason = page.get_by_label("Reason")
    expect(reason).to_be_focused()
    reason.press_sequentially("  ")
    reason.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Give a reason, for example: no signature.")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("  ")
    reason.fill("<b>no signature</b>")
    wizard.is_accessible()
    screenshot(page, "approvals-5-reject")
    page.keyboard.press("Escape")
    wizard.button("Reject…").press("Enter")
    expect(reason).to_have_value("<b>no signature</b>")
    reason.press("Enter")
    wizard.tells("1 credential rejected.")
