"""Uploads in a real browser, by the keyboard: a batch is found, waived, undone and opened again; a file comes twice."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import OpenNotebook, Wizard, cell_count, press_on, right_rows, start, theme, write


def test_uploads_by_keyboard(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """From the credentials to a batch and back; what an undo would do is shown first; nothing scrolls sideways."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(12)
    strangers = [["nobody@nowhere.example", *row[1:]] for row in rows[:3]]
    first = write(tmp_path / "november.csv", [*rows, *strangers])
    made.registry.upload(first).finish()
    made.registry.upload(write(tmp_path / "december.csv", [*rows[:4], *right_rows(16)[12:]])).finish()
    made.registry.upload(write(tmp_path / "january.csv", right_rows(20)[16:]))
    cells = cell_count(page)
    press_to(page, "Uploads", "Uploads")
    expect(page.get_by_role("row", name="november.csv")).to_contain_text("3 open")
    wizard.is_accessible()
    screenshot(page, "uploads-1")
    page.get_by_label("Find by file, person or batch number").fill("NOVEM")
    expect(page.get_by_role("table")).to_contain_text("1 to 1 of 1 upload, newest first.")
    press_to(page, "batch 1", "Batch 1: november.csv")
    waive(wizard, line=14)
    undo(wizard)
    assert made.registry.batch(1).state == "undone"
    assert cell_count(page) == cells
    open_again(wizard)
    come_again(wizard, first)
    assert len(made.registry.batches()) == 3
    assert made.registry.verify() == []


def waive(wizard: Wizard, line: int) -> None:
    """One row, with a reason: without one the dialog stays, and the focus in it."""
    page = wizard.page
    expect(page.get_by_role("list", name="Rejected rows").get_by_role("listitem")).to_have_count(3)
    press_on(page, "Waive…")
    wizard.tells("Select some rows first")
    page.get_by_label(f"Select line {line}").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()
    wizard.button("Waive…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Waive 1 row?")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Give a reason")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    wizard.is_accessible()
    page.keyboard.type("left the company")
    page.keyboard.press("Enter")
    wizard.tells("1 row waived.")
    expect(wizard.button("Waive…")).to_be_focused()
    wizard.is_accessible()
    screenshot(page, "uploads-2-batch")


def undo(wizard: Wizard) -> None:
    """What it would do is shown, Escape is safe, and the second time it is done."""
    page = wizard.page
    wizard.button("Undo…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Undo batch 1?")
    expect(dialog).to_contain_text("8 credentials no longer count: no other batch lists them.")
    expect(dialog).to_contain_text("4 credentials of it stay: batch 2 lists them, too.")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    wizard.is_accessible()
    screenshot(page, "uploads-3-undo")
    page.keyboard.press("Escape")
    expect(wizard.button("Undo…")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    press_on(page, "Undo batch 1")
    wizard.tells("Batch 1 is undone.")


def open_again(wizard: Wizard) -> None:
    """The filter is as it was; a finished batch on its last page, a draft in its review; dark, and 640 px wide."""
    page = wizard.page
    theme(page, "JupyterLab Dark")
    press_to(page, "Back to the uploads", "Uploads")
    expect(page.get_by_label("Find by file, person or batch number")).to_have_value("NOVEM")
    page.get_by_label("Find by file, person or batch number").fill("")
    expect(page.get_by_role("row", name="january.csv")).to_contain_text("draft")
    page.set_viewport_size({"width": 640, "height": 950})
    is_narrow(page)
    wizard.is_accessible()
    screenshot(page, "uploads-4-narrow-dark")
    press_to(page, "batch 2", "Batch 2: december.csv")
    press_on(page, "Open again")
    expect(wizard.region("Finish")).to_contain_text("december.csv is batch 2, uploaded before.")
    press_to(page, "Back to batch 2", "Batch 2: december.csv")
    is_narrow(page)
    wizard.is_accessible()
    screenshot(page, "uploads-5-narrow-dark")
    press_to(page, "Back to the uploads", "Uploads")
    press_to(page, "batch 3", "Batch 3: january.csv")
    press_on(page, "Open again")
    wizard.counts("4 ready · 0 rejected")
    theme(page, "JupyterLab Light")
    page.set_viewport_size({"width": 1400, "height": 950})


def come_again(wizard: Wizard, file: Path) -> None:
    """The draft is discarded; a file that is a batch already says so first, and Escape stores nothing of it."""
    page = wizard.page
    wizard.button("Discard…").click()
    wizard.button("Discard it").click()
    wizard.tells("Discarded.")
    wizard.upload(file)
    dialog = page.get_by_role("dialog", name="november.csv was uploaded before")
    expect(dialog).to_contain_text("12 accepted, 3 rejected, then undone.")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    wizard.is_accessible()
    screenshot(page, "uploads-6-known")
    page.keyboard.press("Escape")
    wizard.tells("november.csv was not uploaded again.")
    page.get_by_label("Upload CSV file").set_input_files(file)
    expect(dialog).to_be_visible()
    press_to(page, "Open batch 1", "Batch 1: november.csv")


def press_to(page: Page, name: str, heading: str) -> None:
    """To another page, whose heading gets the focus."""
    press_on(page, name)
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_focused()


def is_narrow(page: Page) -> None:
    """Nothing of the page scrolls sideways."""
    page.wait_for_function("() => [...document.querySelectorAll('.ct-wizard')].every(e => e.clientWidth < 640)")
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.ct-wizard, .ct-wizard *')]
            .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== 'visible'
                && !e.matches('thead, thead *, pre'))
            .map(e => e.className || e.tagName)"""
    )
    assert wide == []
