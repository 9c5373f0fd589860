"""The list of rows as people know it from spreadsheets, by keyboard alone; pages on wide screens and narrow ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import screenshot
from tests.browser.steps import HEADINGS, PATIENCE, OpenNotebook, Wizard, right_rows, run, start, write

COUNT = re.compile(r"^\d+ of 20 rows shown")
TYPE = 1  # where the credential type stands in a row


def wrong(path: Path) -> Path:
    """20 rows: lines 4 to 6 are misspelt, 8 and 9 differ about one credential, 11 has a field too many; and rooms."""
    rows = [[*row, f"Room {place}"] for place, row in enumerate(right_rows(20))]
    for row in rows[2:5]:
        row[TYPE] = "Frist Aid"
    rows[7] = [*rows[6][:3], "31/12/2031", "Room 7"]
    rows[9].insert(2, "extra")
    rows[12][3] = "31/12/2028"
    return write(path, rows, (*HEADINGS, "Room"))


def test_the_rows_by_keyboard_as_in_a_spreadsheet(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Filter with counts, find in all rows, replace, fill down, undo and redo, copy with headings, actions of rows."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 1920, "height": 1080})
    wizard.upload(wrong(tmp_path / "wrong.csv"))
    wizard.counts("14 ready · 6 rejected · 3 causes")

    for act in (_choose, _facet, _find, _replace, _fill, _unused, _rows):
        act(wizard)


def _choose(wizard: Wizard) -> None:
    """A cause that is chosen: its rows, its column in focus."""
    page, _press, shown = wizard.page, wizard.page.keyboard.press, wizard.page.get_by_text(COUNT)
    wizard.card("Frist Aid").locator(".ct-what").click()
    expect(shown).to_have_text("3 of 20 rows shown, 6 with errors")
    expect(wizard.grid.locator(".ct-column")).to_have_text("Credential type")
    assert wizard.grid.bounding_box()["x"] > wizard.card("Frist Aid").bounding_box()["x"] + 300  # type: ignore[index]
    screenshot(page, "grid-1-wide")


def _facet(wizard: Wizard) -> None:
    """Values with counts, ticked to filter; the filter is said above the rows."""
    page, press, shown = wizard.page, wizard.page.keyboard.press, wizard.page.get_by_text(COUNT)
    page.get_by_label("Show", exact=True).select_option("all")
    wizard.grid.focus()
    press("Alt+ArrowDown")
    facet = page.get_by_role("dialog", name="Filter Credential type")
    expect(facet.get_by_role("checkbox").first).to_be_visible()
    assert facet.locator("label").filter(has_text="Frist Aid").inner_text().split("\n") == ["Frist Aid", "3"]
    wizard.is_accessible()
    press("Escape")
    press("ArrowRight")
    press("ArrowRight")
    until, days = page.get_by_role("dialog", name="Filter Expiration date"), wizard.grid.locator(".ct-row")
    for order, first in (("newest", "31/12/2031"), ("oldest", "01/01/2024")):  # as days, not as texts
        press("Alt+ArrowDown")
        until.get_by_role("button", name=f"Sort {order} first").press("Enter")
        expect(days.nth(1)).to_contain_text(first)
    expect(days.nth(2)).to_contain_text("31/12/2028")
    for _ in range(2):  # down, then as in the file
        wizard.grid.get_by_role("columnheader", name="Expiration date").click()
    press("ArrowLeft")
    press("ArrowLeft")
    press("Alt+ArrowDown")
    facet.get_by_label("Frist Aid").press("Space")
    expect(shown).to_have_text("3 of 20 rows shown, 6 with errors")
    press("Escape")
    expect(facet).to_have_count(0)
    expect(wizard.grid).to_be_focused()
    expect(page.get_by_role("button", name="Credential type: ‘Frist Aid’")).to_be_visible()


def _find(wizard: Wizard) -> None:
    """Found in all rows, also in one that no filter shows."""
    page, press, shown = wizard.page, wizard.page.keyboard.press, wizard.page.get_by_text(COUNT)
    press("Control+f")
    page.keyboard.type("01/01/2029")
    press("Enter")
    expect(page.get_by_role("search")).to_contain_text(re.compile(r"2 of \d+ cells: line 3, Expiration date"))
    expect(shown).to_have_text("4 of 20 rows shown, 6 with errors")
    press("Shift+Enter")
    expect(page.get_by_role("search")).to_contain_text(re.compile(r"1 of \d+ cells: line 2"))
    press("Escape")
    expect(wizard.grid).to_be_focused()


def _replace(wizard: Wizard) -> None:
    """Replaced in all rows, once it was shown what becomes of what; undone, and done again."""
    page, press, _shown = wizard.page, wizard.page.keyboard.press, wizard.page.get_by_text(COUNT)
    press("Control+h")
    replace = page.get_by_role("dialog", name="Find and replace")
    replace.get_by_label("Find", exact=True).fill("frist")
    replace.get_by_label("Replace with").fill("First")
    replace.get_by_label("In", exact=True).select_option("all columns")
    expect(replace.get_by_role("checkbox", name="‘Frist Aid’ → ‘First Aid’")).to_be_checked()
    expect(replace).to_contain_text("3 cells change:")
    press("Enter")
    wizard.tells("Credential type: ‘Frist Aid’ → ‘First Aid’ (3 cells). 3 errors fixed.")
    press("Control+z")
    wizard.counts("14 ready · 6 rejected")
    expect(wizard.button("Redo")).to_be_visible()
    press("Control+y")
    wizard.counts("17 ready · 3 rejected")
    expect(wizard.button("Redo")).to_have_count(0)


def _fill(wizard: Wizard) -> None:
    """Filled down over a range; what was copied has its headings."""
    page, press, _shown = wizard.page, wizard.page.keyboard.press, wizard.page.get_by_text(COUNT)
    page.get_by_role("button", name="Credential type: ‘Frist Aid’").press("Enter")
    wizard.cell(2, "Issue date").click()
    press("Shift+ArrowDown")
    press("Shift+ArrowDown")
    wizard.button("Copy with headings").press("Enter")
    expect(wizard.grid).to_be_focused()
    assert page.evaluate("() => navigator.clipboard.readText()").split() == ["Issue", "date", *["01/01/2024"] * 3]
    wizard.cell(2, "Issue date").click()
    page.keyboard.type("02/01/2024")
    press("Enter")
    wizard.tells("→ ‘02/01/2024’ (1 cell)")
    wizard.cell(2, "Issue date").click()
    wizard.cell(4, "Issue date").click(modifiers=["Shift"])
    press("Control+d")
    wizard.tells("‘01/01/2024’ → ‘02/01/2024’ (2 cells)")


def _unused(wizard: Wizard) -> None:
    """A column that nothing is made of can be read, not changed."""
    page, _press, _shown = wizard.page, wizard.page.keyboard.press, wizard.page.get_by_text(COUNT)
    page.get_by_label("Show 1 column that isn’t used").press("Space")
    expect(wizard.grid.get_by_role("columnheader", name="Room")).to_be_visible()
    expect(wizard.cell(5, "Room")).to_have_text("Room 3")
    expect(wizard.cell(5, "Room")).to_have_attribute("aria-readonly", "true")


def _rows(wizard: Wizard) -> None:
    """Of two rows one is kept; another is rejected, whatever is in it; fields are put together."""
    page, press, _shown = wizard.page, wizard.page.keyboard.press, wizard.page.get_by_text(COUNT)
    wizard.cell(8, "User email").click()
    press("Shift+F10")
    menu = page.get_by_role("menu", name="Row actions")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    wizard.is_accessible()
    screenshot(page, "grid-2-menu")
    press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Keep this one, reject the others")).to_be_focused()
    press("Enter")
    wizard.tells("1 row stays rejected, whatever is in it: line 9.")
    wizard.cell(2, "User email").click(button="right")
    menu.get_by_role("menuitem", name="Reject this row").click()
    wizard.tells("1 row stays rejected, whatever is in it: line 2.")
    wizard.cell(11, "User email").click()
    wizard.button("Row actions…").press("Enter")
    menu.get_by_role("menuitem", name="Fields as read…").press("Enter")
    fields = page.get_by_role("dialog", name="Fields of line 11 as read")
    expect(fields.get_by_role("listitem")).to_have_count(6)
    fields.get_by_role("button", name="Join with the next").nth(1).press("Enter")
    expect(fields).to_contain_text("First Aid,extra")
    fields.get_by_role("button", name="Start again").press("Enter")
    expect(fields.get_by_role("listitem")).to_have_count(6)
    fields.get_by_role("button", name="Join with the next").nth(1).press("Enter")
    fields.get_by_role("button", name="Use these fields").press("Enter")
    wizard.tells("The fields of line 11 are put together as the headings want them.")
    wizard.counts("17 ready · 3 rejected · 1 cause")


@pytest.mark.long
def test_narrow_and_wide_pages_have_room_for_every_text(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """At 640 pixels, 200 % zoom of a usual screen, tables are cards; at any width no text is squeezed or cut off."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    made.registry.upload(made.export, made.recipe).finish()
    widths = (640, 1280, 1920)
    page.set_viewport_size({"width": 640, "height": 800})
    rows = [[*row, "12"] for row in right_rows(8)]
    rows[2][TYPE] = "Frist Aid"
    wizard.upload(write(tmp_path / "rooms.csv", rows, ("Mail of person", "Kind", "Given", "Ends", "Room")))
    wizard.button("Change headings…").click()
    heading = page.get_by_label("Mail of person stands for")
    expect(heading).to_have_value("user_email")
    card = page.get_by_role("row").filter(has=heading).bounding_box()
    assert card is not None
    assert card["height"] > 80
    screenshot(page, "narrow-1-headings")
    wizard.has_room(*widths)
    wizard.button("Next").click()
    wizard.counts("7 ready · 1 rejected")
    wizard.has_room(*widths)
    for name, one, opened in (("approve", ".ct-beside", ".ct-one table"), ("audit", ".ct-listed", ".ct-story")):
        _narrow(run(made.folder, open_notebook, page, name), name, one, opened, widths)


def _narrow(wizard: Wizard, name: str, one: str, opened: str, widths: tuple[int, ...]) -> None:
    """A page with a list, and one of it opened."""
    page = wizard.page
    page.set_viewport_size({"width": 640, "height": 800})
    page.locator(f"{one} td button").first.click(timeout=PATIENCE)
    expect(page.locator(opened).first).to_be_visible(timeout=PATIENCE)
    screenshot(page, f"narrow-{name}")
    wizard.has_room(*widths)
    wizard.is_accessible()
