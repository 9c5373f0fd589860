"""A heading whose words say what still stands: said by the keyboard, seen before → after, used, and undone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import HEADINGS, OpenNotebook, press_on, right_rows, start, theme, write

BUTTON = "Say what the status means…"
STATES = ("Active", "<b>Paused</b>", "Revoked", "Active", "In progress", "Active", "", "Active", "Active", "Active")


def test_what_the_status_means_is_said_in_the_wizard(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """By the keyboard: the words with their rows, what they mean now and then; kept in the recipe; one undo."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = [[*row, state] for row, state in zip(right_rows(10), STATES, strict=True)]
    wizard.upload(write(tmp_path / "states.csv", rows, (*HEADINGS, "State")))
    wizard.counts("10 ready")
    press_on(page, BUTTON)
    dialog = page.get_by_role("dialog", name="What the status means")
    heading = dialog.get_by_label("The status is under")
    expect(heading).to_be_focused()
    page.keyboard.press("S")  # the list goes to the heading that begins so
    expect(heading).to_have_value("State")
    paused = dialog.get_by_label("<b>Paused</b> means")
    expect(paused).to_have_value("")
    expect(dialog.get_by_label("Revoked means")).to_have_value("withdrawn")
    expect(dialog).to_contain_text("Now: 10 rows valid. Then: 6 rows valid, 1 row withdrawn, 1 row left out,")
    wizard.is_accessible()
    press_on(page, "word (blank)", "v")
    press_on(page, "word <b>Paused</b>", "w")
    expect(paused).to_have_value("withdrawn")
    expect(dialog).to_contain_text("Then: 7 rows valid, 2 rows withdrawn, 1 row left out.")
    screenshot(page, "status-1-words")
    press_on(page, "Use this status")
    wizard.tells("Status is ‘State’: ‘<b>Paused</b>’ means withdrawn (1 row)")
    wizard.counts("1 left out")
    wizard.is_accessible()
    screenshot(page, "status-2-used")
    theme(page, "JupyterLab Dark")
    wizard.button(BUTTON).click()
    wizard.is_accessible()
    screenshot(page, "status-3-dark")
    page.keyboard.press("Escape")
    expect(wizard.button(BUTTON)).to_be_focused()
    theme(page, "JupyterLab Light")
    wizard.button("Undo").click()
    wizard.counts("10 ready · 0 rejected · 0 causes")
