"""The same for all like these: offered where a cell was fixed, seen value by value, one click; in both themes."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from credtools import demo
from tests.browser.lab import screenshot
from tests.browser.steps import OpenNotebook, right_rows, start, theme, write

PEOPLE = 12


def test_a_fix_by_hand_and_a_card_become_rules(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """A typo of a domain and addresses as a mail program writes them: two rules, what isn't ticked stays as it is."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(3 * PEOPLE)
    for row in rows[:PEOPLE]:
        row[0] = row[0].replace("@example.org", "@exmaple.org")
    for row in rows[PEOPLE : 2 * PEOPLE]:
        row[0] = f"{row[0].partition('@')[0]} <{row[0]}>"
    wizard.upload(write(tmp_path / "wrong.csv", rows))
    wizard.counts(f"{PEOPLE} ready · {2 * PEOPLE} rejected · {2 * PEOPLE} causes on 2 cards")
    wizard.is_accessible()
    screenshot(page, "like-1-cards")

    wizard.cell(2, "User email").click()
    page.keyboard.type(demo.ACTIVE[0])
    page.keyboard.press("Enter")
    wizard.counts(f"{PEOPLE + 1} ready")
    offer = page.get_by_role("group", name="The same for all like these?")
    expect(offer).to_contain_text(f"{PEOPLE - 1} more values.")
    offer.get_by_role("button", name="The same for all like these…").click()
    dialog = page.get_by_role("dialog", name="The same for all like these")
    values = dialog.get_by_role("list", name="Values that would change").get_by_role("checkbox")
    expect(values).to_have_count(PEOPLE - 1)
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    wizard.is_accessible()
    screenshot(page, "like-2-list")
    page.keyboard.press("Escape")
    expect(offer.get_by_role("button", name="The same for all like these…")).to_be_focused()
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name=f"Change {PEOPLE - 1} values").click()
    wizard.tells("‘@exmaple.org’ at the end becomes ‘@example.org’")
    wizard.counts(f"{2 * PEOPLE} ready · {PEOPLE} rejected · {PEOPLE} causes on 1 card")
    expect(offer).to_have_count(0)
    expect(page.locator(".ct-decisions li").first).to_contain_text("rule: every file of this source")

    theme(page, "JupyterLab Dark")
    card = wizard.card("‘<’").or_(wizard.card("address is taken"))
    card.get_by_role("button", name=f"Accept {PEOPLE}…").press("Enter")
    dialog = page.get_by_role("dialog")
    values = dialog.get_by_role("checkbox")
    values.nth(1).focus()
    page.keyboard.press("Space")
    page.keyboard.press("End")
    expect(values.last).to_be_focused()
    expect(dialog.get_by_role("status")).to_contain_text(f"{PEOPLE - 1} values in {PEOPLE - 1} rows would change")
    page.set_viewport_size({"width": 640, "height": 800})
    expect(dialog).to_have_js_property("scrollWidth", dialog.evaluate("box => box.clientWidth"))
    wizard.is_accessible()
    screenshot(page, "like-3-dark")
    page.set_viewport_size({"width": 1400, "height": 950})
    dialog.get_by_role("button", name=f"Change {PEOPLE - 1} values").click()
    wizard.counts(f"{3 * PEOPLE - 1} ready · 1 rejected · 1 cause")
    theme(page, "JupyterLab Light")
    wizard.button("Undo").first.click()
    wizard.counts(f"{2 * PEOPLE} ready · {PEOPLE} rejected · {PEOPLE} causes on 1 card")
