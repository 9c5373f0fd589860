"""20,000 rows with 3,000 wrong cells: settled cause by cause, and in the grid, in the dark theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from credtools import demo
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, right_rows, start, theme, write

EACH = 250
MISSPELT = ("Frist Aid", "First-Aid", "Forkliftt", "Fire Wardn", "Food Hygene Level 2")
UNKNOWN = ("Ersthelfer", "Brandschutz")


def messy(path: Path) -> Path:
    """20,000 rows, 3,000 of them with one wrong cell, from 12 causes."""
    rows = right_rows(20_000)

    def every(cause: int) -> list[list[str]]:
        return rows[cause * EACH : (cause + 1) * EACH]

    addresses = (demo.ACTIVE[0].replace("example", "exmaple"), demo.ACTIVE[1].replace("example", "exampel"))
    wrong = [(1, name) for name in (*MISSPELT, *UNKNOWN)] + [(0, address) for address in addresses]
    for cause, (place, text) in enumerate(wrong):
        for row in every(cause):
            row[place] = text
    for place, cause in ((2, 9), (3, 10)):
        for row in every(cause):
            row[place] = "-".join(reversed(row[place].split("/")))
    for row in every(11):
        row[3] = row[3].replace("/", ".")
    return write(path, rows)


def test_twelve_causes_in_20_000_rows_take_at_most_15_actions(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """3,000 wrong cells become right without a new upload; sorted, filtered, typed and pasted in the grid."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    theme(page, "JupyterLab Dark")
    wizard.upload(messy(tmp_path / "messy.csv"))
    wizard.counts("17,000 ready · 3,000 rejected · 12 causes")
    expect(wizard.grid).to_have_attribute("aria-rowcount", "3001")
    wizard.is_accessible()
    screenshot(page, "wizard-9-dark")

    # In the grid: what is wrong is said in the cell itself; a pasted block of a spreadsheet is one decision.
    first = wizard.cell(2, "Credential type")
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(first).to_have_attribute("aria-description", re.compile("^Credential type doesn.t exist: This organisation"))
    first.click()
    paste(page, 'First Aid\r\n"Forklift"\r\n')
    wizard.tells("(2 cells)")
    wizard.counts("17,002 ready · 2,998 rejected")
    expect(first).not_to_have_attribute("aria-invalid", "true")
    expect(first).to_have_attribute("aria-description", "Changed from ‘Frist Aid’ to ‘First Aid’.")
    expect(wizard.cell(3, "Credential type")).to_have_text("Forklift")
    page.keyboard.press("Control+z")
    wizard.counts("17,000 ready · 3,000 rejected · 12 causes")
    wizard.grid.get_by_role("columnheader", name="User email").click()
    expect(wizard.grid.get_by_role("columnheader", name="User email")).to_have_attribute("aria-sort", "ascending")

    actions = 0
    while wizard.button("Accept").count():
        before = page.locator("p[role=status]").inner_text()
        wizard.button("Accept").first.click()
        expect(page.locator("p[role=status]")).not_to_have_text(before, timeout=PATIENCE)
        actions += 1
    for name in ("First Aid", "Fire Warden"):
        wizard.button("Choose…").first.click()
        page.get_by_label("Find in the list").fill(name)
        page.keyboard.press("Enter")
        wizard.tells(f"→ ‘{name}’")
        actions += 1
    wizard.counts("20,000 ready · 0 rejected · 0 causes")
    assert actions <= 15
    assert len(made.registry.batches()) == 1
    wizard.button("Next").click()
    expect(page.get_by_text("Upload all 20,000 rows.")).to_be_visible(timeout=PATIENCE)
    theme(page, "JupyterLab Light")  # the server keeps it for whoever comes next


@pytest.mark.long
def test_the_list_and_its_counter_stay_true(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Rows with errors are those that are rejected, also on purpose; no row moves under somebody who is in the list."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(8)
    rows[1][1] = rows[3][1] = rows[5][1] = "Frist Aid"
    rows[0][0] = rows[4][0] = "nobody@nowhere.example"
    wizard.upload(write(tmp_path / "wrong.csv", rows))
    shows, filtered = page.get_by_label("Show", exact=True), page.get_by_text(re.compile(r"^\d of 8 rows shown"))
    expect(filtered).to_have_text("5 of 8 rows shown, 5 with errors", timeout=PATIENCE)
    expect(page.locator(".ct-sent")).to_have_text(
        re.compile("^wrong.csv arrived completely: 1 KB, SHA-256 [0-9a-f]{64}$")
    )
    card = wizard.card("Frist Aid")
    card.get_by_role("button", name="Show rows").click()
    expect(filtered).to_have_text("3 of 8 rows shown, 5 with errors")
    card.get_by_role("button", name="Reject rows").click()
    wizard.tells("3 rows stay rejected")
    expect(filtered).to_have_text("5 of 8 rows shown, 5 with errors")
    expect(shows).to_have_value("bad")
    wizard.button("Undo").click()
    expect(card).to_be_visible()
    expect(filtered).to_have_text("5 of 8 rows shown, 5 with errors")

    card.get_by_role("button", name="Accept").click()
    expect(filtered).to_have_text("5 of 8 rows shown, 2 with errors")  # what was fixed stays till then
    wizard.button("Refresh the list").click()
    expect(filtered).to_have_text("2 of 8 rows shown, 2 with errors")
    wizard.button("Undo").click()
    expect(filtered).to_have_text("5 of 8 rows shown, 5 with errors")

    card.get_by_role("button", name="Show rows").click()
    wizard.cell(3, "Credential type").click()
    page.keyboard.type("First Aid")
    page.keyboard.press("Enter")
    expect(filtered).to_have_text("3 of 8 rows shown, 4 with errors")
    expect(shows.locator("option:checked")).to_have_text("the rows shown so far")
    expect(wizard.grid.get_by_role("row")).to_have_count(4)
    wizard.button("Refresh the list").click()
    expect(filtered).to_have_text("4 of 8 rows shown, 4 with errors")
    expect(shows).to_have_value("bad")


def paste(page: Page, text: str) -> None:
    """What Ctrl+V does with this text on the clipboard."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer()
            clipboardData.setData('text/plain', text)
            const event = new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true})
            document.activeElement.dispatchEvent(event)
        }""",
        text,
    )
