"""Cards: words that mean nothing, doubtful values, and unknown users, each settled by one click, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import HEADINGS, OpenNotebook, press_on, right_rows, start, theme, write

PEOPLE = 6
OPTIONAL = "Fire Warden"  # a type whose credentials may go without an expiration date


def test_each_card_is_settled_by_its_own_button(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """*No value*, *They are right*, *Reject rows*: seen before, named for screen readers, reached by keys, undone."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(PEOPLE + 8)
    for number, row in enumerate(rows[:PEOPLE]):
        row[0] = f"{'abcdef'[number] * 6}@elsewhere.test"
    for row, text in zip(rows[PEOPLE:], ("TBC", "TBC", "n/a", "31/12/9999", "31/12/9999"), strict=False):
        row[1], row[3] = OPTIONAL, text
    rows[-1][2], rows[-2][2] = "01/02/1943", "03/02/1899"
    wizard.upload(write(tmp_path / "cards.csv", rows))
    wizard.counts("5 ready · 9 rejected · 8 causes on 3 cards")
    expect(page.get_by_role("heading", name="Not wrong, but doubtful")).to_be_visible()
    wizard.is_accessible()
    page.get_by_role("heading", name="What is wrong").scroll_into_view_if_needed()
    screenshot(page, "cards-1")

    doubts = wizard.card("Date is unlikely: Issue date")
    doubts.get_by_role("button", name="Show rows").click()
    expect(page.get_by_text("2 of 14 rows shown")).to_be_visible()
    expect(page.get_by_label("Show", exact=True).locator("option:checked")).to_have_text("Date is unlikely: Issue date")
    doubts.get_by_role("button", name="They are right").click()
    wizard.tells("are right (2 rows).")
    expect(doubts).to_have_count(0)

    words = wizard.card("‘TBC’")
    expect(words.get_by_role("group", name="In every file of this source ‘TBC’ means:")).to_be_visible()
    words.get_by_role("button", name="Never expires").focus()
    press_on(page, "means blank")
    wizard.tells("Expiration date: ‘TBC’ → (blank) (2 cells). 2 errors fixed.")

    people = wizard.card(f"{PEOPLE} unknown users")
    people.get_by_role("button", name="Show rows").click()
    expect(page.get_by_text(f"{PEOPLE} of 14 rows shown")).to_be_visible()
    people.get_by_role("button", name="Reject rows").click()
    wizard.tells(f"{PEOPLE} rows stay rejected: User doesn't exist")
    expect(people).to_have_count(0)
    theme(page, "JupyterLab Dark")
    wizard.is_accessible()
    page.get_by_role("heading", name="Not wrong, but doubtful").scroll_into_view_if_needed()
    screenshot(page, "cards-2-dark")
    theme(page, "JupyterLab Light")
    page.get_by_role("button", name="Undo").first.click()
    expect(people).to_be_visible()


@pytest.mark.long
def test_a_new_address_is_told_before_it_is_changed(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """The dialog says what changes, its safe answer changes nothing; done, it can be undone; a name is never markup."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    lists = "Email,Name,External ID\nivy.lane@example.org,<b>Ivy</b> Lane,X-77\n"
    (tmp_path / "users.csv").write_text(lists, "utf-8")
    made.registry.load("users", tmp_path / "users.csv")
    rows = [["Ivy@new.test", "First Aid", "01/02/2024", "01/02/2026", "<b>Ivy</b> Lane", "X-77"]]
    wizard.upload(write(tmp_path / "moved.csv", rows, (*HEADINGS, "Name", "External ID")))
    wizard.counts("0 ready · 1 rejected · 1 cause")
    card = wizard.card("the same person, with a new address?")
    expect(card).to_contain_text("<b>Ivy</b> Lane (ivy.lane@example.org, X-77)")
    wizard.is_accessible()
    card.get_by_role("button", name="Same person…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The address changes from ivy.lane@example.org to Ivy@new.test")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    wizard.is_accessible()
    screenshot(page, "cards-3-same-person")
    page.keyboard.press("Escape")
    expect(card.get_by_role("button", name="Same person…")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Change the address").click()
    wizard.tells("Ivy@new.test is the address of <b>Ivy</b> Lane now")
    wizard.counts("1 ready · 0 rejected · 0 causes")
    wizard.button("Undo").click()
    wizard.counts("0 ready · 1 rejected · 1 cause")
