"""Headings that nobody has to say: taken by what lies under them and shown first; asked where it is unclear."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, press_on, right_rows, start, write

FIELDS = [f"Feld {k}" for k in range(1, 7)]
MARKUP = "<img src=x onerror=alert(1)>"


def test_headings_are_taken_by_content_shown_first_and_asked_where_unclear(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """No click on the headings page; what was taken is said with its evidence, and changed by keyboard alone."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = [[*row, MARKUP, "site"] for row in right_rows(30)]
    plain = write(tmp_path / "hr_export_2026-11.csv", rows, FIELDS)
    wizard.upload(plain)
    wizard.counts("30 ready · 0 rejected · 0 causes")
    expect(page.get_by_text("Headings taken by their content: ‘Feld 1’ as User email, ‘Feld 2’ as")).to_be_visible()
    press_on(page, "assumed")
    expect(page.get_by_text("‘Feld 1’ as User email: 30 of 30 are users of this organisation")).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "headings-1-taken")
    press_on(page, "reading")
    rows_shown = wizard.region("First rows")
    expect(rows_shown.get_by_role("columnheader", name="Feld 2 Credential type")).to_be_visible()
    expect(rows_shown.get_by_role("row")).to_have_count(9)
    expect(rows_shown.get_by_role("cell", name=MARKUP).first).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "headings-2-read-as")

    press_on(page, "Change headings…")
    region = wizard.region("Upload CSV")
    expect(region.get_by_role("heading")).to_be_focused(timeout=PATIENCE)
    expect(page.get_by_label("Feld 3 stands for")).to_have_value("issue_date")
    page.get_by_label("Feld 6 stands for").select_option("Credential number")
    expect(rows_shown.get_by_role("columnheader", name="Feld 6 Credential number")).to_be_visible()
    page.get_by_label("Values under").select_option("Feld 2")
    values = page.get_by_role("table", name="Values under ‘Feld 2’")
    expect(values.get_by_role("cell", name="First Aid")).to_be_visible()
    expect(page.get_by_text("30 of 30 cells are filled, with 1 different values.")).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "headings-3-changed")
    wizard.button("Next").click()
    wizard.counts("30 ready · 0 rejected")
    expect(page.get_by_text("Headings taken by their content")).to_have_count(0)
    wizard.button("Next").click()
    wizard.button("Finish and upload").click()
    wizard.button("Later").click()
    expect(page.get_by_label("Save how this file was read and corrected")).to_have_value("hr_export")
    batch = made.registry.batch(int(made.registry.batches().iloc[0]["batch"]))
    assert batch.recipe.headings["Feld 6"] == "credential_number"
    wizard.button("To the credentials").click()

    births = [[row[0], "Fire Warden", row[2], "01/02/1980"] for row in right_rows(30)]
    unclear = write(tmp_path / "unclear.csv", births, ("Wer", "Was", "Tag 1", "Tag 2"))
    wizard.upload(unclear)
    expect(page.get_by_label("Tag 1 stands for")).to_have_value("issue_date", timeout=PATIENCE)
    expect(page.get_by_role("row", name="Tag 1 01/01/2024")).to_contain_text("Please check: 30 of 30 are dates")
    expect(page.get_by_label("Tag 2 stands for")).to_have_value("")
    wizard.is_accessible()
    screenshot(page, "headings-4-asked")
    wizard.button("Next").click()
    wizard.counts("30 ready")
