"""A file with one row per person: its rows are made by hand, seen before and after, and used."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import OpenNotebook, right_rows, start, theme, write


def test_one_row_per_person_becomes_one_per_credential(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Each heading gets its column and type; the preview shows the rows of the file's lines, in both themes."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    people = [[user, issued, issued, "<b>x</b>"] for user, _, issued, _ in right_rows(6)]
    headings = ("User email", "Fire Warden issued", "First Aid renewed", "Note")
    wizard.upload(write(tmp_path / "matrix.csv", people, headings))
    wizard.button("Next").wait_for()
    page.get_by_text("one for each record of the file").click()
    expect(page.get_by_label("Fire Warden issued is of the type")).to_have_value("Fire Warden")
    for heading in ("Fire Warden issued", "First Aid renewed"):
        page.get_by_label(f"{heading} is, of one credential").select_option("Issue date")
    page.get_by_label("First Aid renewed is of the type").fill("Fire Warden")
    wizard.button("Preview the rows").click()
    wizard.tells("These are the first rows; nothing is changed yet.")
    after = page.locator("table").filter(has_text="After: 12 rows")
    expect(after.get_by_role("row").nth(2)).to_contain_text("2.2")
    expect(after.get_by_role("cell", name="<b>x</b>").first).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "shapes-1-preview")
    wizard.button("Use these rows").click()
    wizard.tells("The file has 12 rows now.")
    theme(page, "JupyterLab Dark")
    page.get_by_text("made by the recipe").click()
    wizard.is_accessible()
    screenshot(page, "shapes-2-used")
    wizard.button("Back to one row for each record").click()
    wizard.tells("has no heading for 'Credential type'")  # it can't be judged like that, so nothing is changed
