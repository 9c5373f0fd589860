"""A file with one row per person: its rows are made by hand, seen before and after, and used."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import HEADINGS, OpenNotebook, press_on, right_rows, start, theme, write


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


@pytest.mark.long
def test_rows_are_left_out_by_a_column_with_the_keyboard(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """The values of the chosen column are ticked, seen before and after, used, and undone; no value is markup."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    states = ("Final", "Draft", "<b>On hold</b>", "Final", "draft", "Final")
    rows = [[*row, state] for row, state in zip(right_rows(6), states, strict=True)]
    wizard.upload(write(tmp_path / "states.csv", rows, (*HEADINGS, "State")))
    wizard.counts("6 ready")
    page.get_by_text("one for each record of the file").click()
    page.get_by_label("Leave out rows by what is under").select_option("State")
    expect(page.get_by_label("<b>On hold</b> – 1 row")).to_be_visible()
    press_on(page, "leave out Draft", "Space")
    page.get_by_label("Other values, divided by ;").fill("Rejected; Planned")
    wizard.button("Preview the rows").click()
    expect(page.get_by_text("After: 4 rows; 2 rows left out: ‘Draft’ (1), ‘draft’ (1)")).to_be_visible()
    expect(page.get_by_label("Rejected – not in this file")).to_be_checked()
    wizard.is_accessible()
    screenshot(page, "shapes-3-leave-out")
    wizard.button("Use these rows").click()
    wizard.counts("4 ready · 0 rejected · 0 causes · 2 left out")
    expect(page.get_by_text("leave_out: {column: State, values: [Draft, Rejected, Planned]}")).to_be_visible()
    theme(page, "JupyterLab Dark")
    page.get_by_text("Change rows…").click()
    wizard.is_accessible()
    screenshot(page, "shapes-4-left-out-dark")
    theme(page, "JupyterLab Light")
    wizard.button("Undo").click()
    wizard.counts("6 ready · 0 rejected · 0 causes")


@pytest.mark.long
def test_sheets_of_a_workbook_are_chosen(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """One, some, or all of them: what is ticked is read; with all nothing else can be ticked."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    book = openpyxl.Workbook()
    for number, name in enumerate(("Spring", "Autumn", "Notes <i>2024")):
        sheet = book.create_sheet(name)
        for row in (HEADINGS, *right_rows(6)[2 * number : 2 * number + 2]):
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "book.xlsx")
    wizard.upload(tmp_path / "book.xlsx")
    wizard.counts("2 ready")
    page.get_by_text("one for each record of the file").click()
    sheets = page.get_by_role("group", name="Sheets")
    expect(sheets.get_by_label("Spring")).to_be_checked()
    sheets.get_by_label("Notes <i>2024").check()
    wizard.button("Preview the rows").click()
    expect(page.get_by_text("After: 4 rows")).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "shapes-5-sheets")
    sheets.get_by_label("all with the same headings").check()
    expect(sheets.get_by_label("Autumn")).to_be_disabled()
    wizard.button("Use these rows").click()
    wizard.tells("The file has 6 rows now.")
    wizard.counts("6 ready")
