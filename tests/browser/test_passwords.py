"""A protected workbook in the browser: its password is typed once, unseen, and kept nowhere."""

from __future__ import annotations

import io
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl
from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import HEADINGS, OpenNotebook, right_rows, start, theme

SECRET = "under-the-bed-7"


def test_a_protected_workbook_asks_for_its_password(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Cancel is safe, a wrong password is asked for again, Enter opens; the notebook that is saved doesn't hold it."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    plain, locked = io.BytesIO(), tmp_path / "locked.xlsx"
    book = openpyxl.Workbook()
    for row in (HEADINGS, *right_rows(3)):
        book.active.append(row)
    book.save(plain)
    with locked.open("wb") as out:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(SECRET, out)
    wizard.upload(locked)
    dialog = page.get_by_role("dialog", name="Password of locked.xlsx")
    field = dialog.get_by_label("Password", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    wizard.is_accessible()
    screenshot(page, "password-1")
    page.keyboard.press("Escape")
    wizard.tells("locked.xlsx was not opened.")

    theme(page, "JupyterLab Dark")
    page.get_by_label("Upload CSV file").set_input_files(locked)
    field.fill("guess")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("its password is another one")
    expect(field).to_have_value("")
    wizard.is_accessible()
    screenshot(page, "password-2-dark")
    theme(page, "JupyterLab Light")
    field.fill(SECRET)
    dialog.get_by_role("button", name="Open").click()
    wizard.counts("3 ready · 0 rejected")
    expect(page.locator("input[type=password]")).to_have_count(0)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    assert SECRET not in page.content()
    assert not any(SECRET.encode() in path.read_bytes() for path in (tmp_path / "demo").rglob("*") if path.is_file())
