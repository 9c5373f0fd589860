"""What a file would do to what is stored: asked in cards, said before the last click, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from credtools import demo
from credtools.recipe import Recipe
from tests.browser.lab import screenshot
from tests.browser.steps import HEADINGS, OpenNotebook, press_on, right_rows, run, start, theme, write

LOSES = "12 rows would lose the stored Expiration date."
TYPE = "Fire Warden"  # which may have an expiration date, or none
STATUS = """\
headings: {User email: user_email, Credential type: credential_type, Issue date: issue_date, Status: status}
status: {valid: [Completed], withdrawn: [Revoked]}
export: {full: 0.1}
"""


def optional(count: int) -> list[list[str]]:
    """Rows without fault, whose expiration date may be blank."""
    return [[user, TYPE, *days] for user, _, *days in right_rows(count)]


def test_what_is_stored_is_asked_about_before_it_changes(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """Blank cells and older versions: the keyboard answers, the answer is undone, the finish step says what is lost."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = optional(40)
    mistaken = [[*row[:3], row[3].replace("2029", "2026")] for row in rows[20:23]]
    for name, some in (("first", rows), ("second", mistaken)):
        made.registry.upload(write(tmp_path / f"{name}.csv", some)).finish()
    blank = [[*row[:3], ""] for row in rows[:12]]
    wizard.upload(write(tmp_path / "third.csv", [*blank, *rows[12:]]))
    wizard.counts("40 ready · 0 rejected")
    expect(wizard.card("blank cells over stored values")).to_contain_text("Stored now: line 2: ‘2029-")
    expect(wizard.card("say again what an older version says")).to_contain_text("Lines 22, 23, 24.")
    expect(page.locator(".ct-next")).to_have_text(f"Upload all 40 rows. {LOSES}")
    wizard.is_accessible()
    screenshot(page, "stored-1-asked")

    expect(wizard.button("Keep the stored values")).to_have_accessible_description(
        "12 rows – blank cells over stored values"
    )
    press_on(page, "Keep the stored values")
    wizard.tells("Blank cells keep the stored values (12 rows).")
    expect(page.locator(".ct-next")).to_have_text("Upload all 40 rows.")
    expect(wizard.button("Make it count again")).to_be_focused()
    page.keyboard.press("Enter")
    wizard.tells("What says again what an older version says counts again as a new version (3 rows).")
    expect(page.locator("li[data-card^=decision]")).to_have_count(2)
    wizard.button("Undo").last.click()
    wizard.button("Clear them").click()
    wizard.tells("Blank cells clear the stored values (12 rows).")
    theme(page, "JupyterLab Dark")
    wizard.button("Next").click()
    expect(page.get_by_text(LOSES)).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "stored-2-finish")
    wizard.button("Finish and upload").click()
    wizard.counts("0 new · 15 new versions · 0 older · 25 unchanged · 0 rejected")


@pytest.mark.long
def test_a_word_of_the_status_gets_its_meaning(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """The card of an unknown word offers the three meanings; what no longer counts is said on the last two pages."""
    made = demo.prepare(tmp_path / "demo", rows=300)
    recipe = Recipe.parse(STATUS, "academy")
    rows = [[*row[:3], "Completed"] for row in optional(12)]
    headings = (*HEADINGS[:3], "Status")
    made.registry.upload(write(tmp_path / "first.csv", rows, headings), recipe).finish()
    later = [
        [*row[:3], word] for row, word in zip(rows, ["Lapsed"] * 3 + ["<b>Endd</b>"] + ["Completed"] * 5, strict=False)
    ]
    batch = made.registry.upload(write(tmp_path / "later.csv", later, headings), recipe)
    wizard = run(tmp_path / "demo", open_notebook, page, "review", batch=batch.id)
    theme(page, "JupyterLab Dark")
    wizard.counts("5 ready · 4 rejected · 2 causes")
    card = wizard.card("‘Lapsed’ in Status")
    expect(card.get_by_role("group", name="In every file of this source ‘Lapsed’ means:")).to_be_visible()
    expect(wizard.card("<b>Endd</b>").first).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "stored-3-status")
    card.get_by_role("button", name="Withdrawn", exact=True).click()
    wizard.tells("Status: ‘Lapsed’ means withdrawn (3 rows). 3 errors fixed.")
    wizard.card("<b>Endd</b>").first.get_by_role("button", name="Leave out", exact=True).click()
    wizard.counts("8 ready · 0 rejected · 0 causes · 1 left out")
    theme(page, "JupyterLab Light")
    wizard.button("Next").click()
    expect(page.get_by_text("3 credentials are withdrawn: the status in the file says so.")).to_be_visible()
    wizard.button("Finish and upload").click()
    wizard.counts("0 new · 0 new versions · 0 older · 3 withdrawn · 5 unchanged · 0 rejected · 1 left out")
    expect(page.get_by_text("later.csv is uploaded.")).to_be_visible()
    expect(page.get_by_text("3 credentials are no longer listed by the source.")).to_be_visible()
    screenshot(page, "stored-4-done")
