"""Two months of one source in a real browser: few clicks in the first, few cards in the second with its recipe."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

import credtools as ct
from tests import two_months
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, Wizard, run

MOST_CLICKS = 25  # from the credentials page to the saved recipe, without a spreadsheet
MOST_CARDS = 8
# Clicks of a person, wherever the page is drawn anew: those that the mouse or a key really made.
COUNT = "window.clicks = 0; document.addEventListener('click', event => { window.clicks += event.isTrusted }, true)"


@pytest.mark.long
def test_the_first_month_takes_few_clicks_and_the_second_has_few_cards(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """2,000 rows with 18 kinds of error; no spreadsheet, no question about headings, nothing squeezed or unnamed."""
    page.add_init_script(COUNT)
    folder = tmp_path / "months"
    folder.mkdir()
    address = f"sqlite:///{folder / 'credtools.db'}"
    two_months.organisation(address, folder)
    wizard = run(folder, open_notebook, page, "upload")

    wizard.upload(two_months.month(tmp_path, 1))
    wizard.counts("72 causes on 19 cards")
    seen(wizard, "two-months-1-cards")
    settle(wizard)
    seen(wizard, "two-months-2-settled")
    finish(wizard)
    wizard.tells("Approve them later")
    page.get_by_label("Save how this file was read and corrected").fill("hr")
    wizard.button("Save recipe").click()
    wizard.tells("Saved as recipes/hr.yaml")
    first = clicks(page)
    assert first <= MOST_CLICKS, first
    wizard.button("To the credentials").click()

    wizard.button("Bulk upload (CSV)").click()
    page.get_by_label("Recipe: how files of this source").select_option("hr")
    page.get_by_label("Upload CSV file").set_input_files(two_months.month(tmp_path, 2))
    wizard.counts("cards")
    seen(wizard, "two-months-3-second")
    assert cards(page).count() <= MOST_CARDS
    expect(page.get_by_role("button", name="Show more causes")).to_have_count(0)
    settle(wizard)
    finish(wizard)
    assert clicks(page) - first <= MOST_CLICKS // 2
    registry = ct.open(address)
    assert list(registry.batches()["state"]) == ["finished"] * 2
    assert registry.verify() == []


def seen(wizard: Wizard, name: str) -> None:
    """An accessibility scan, every width, a picture."""
    wizard.is_accessible()
    wizard.has_room(640, 1280, 1920)
    wizard.page.set_viewport_size({"width": 1280, "height": 800})
    screenshot(wizard.page, name)


def clicks(page: Page) -> int:
    return int(page.evaluate("() => window.clicks"))


def cards(page: Page) -> Locator:
    """What is wrong; not what is doubtful or stored."""
    return page.locator(".ct-causes:not(.ct-asked) > li")


def settle(wizard: Wizard) -> None:
    """Each card by its own button, as a person would: what is offered, else words for never, else rejected."""
    page = wizard.page
    while cards(page).count():
        card = cards(page).first
        said = wizard.said.inner_text()
        offered = card.get_by_role("button", name="Accept")
        never = card.get_by_role("button", name="Never expires")
        best = (
            offered if offered.count() else never if never.count() else card.get_by_role("button", name="Reject rows")
        )
        best.first.click()
        change = page.get_by_role("dialog").get_by_role("button", name="Change ")
        expect(change.or_(wizard.said.filter(has_not_text=said or "\0")).first).to_be_visible(timeout=PATIENCE)
        if change.count():
            change.click()
        expect(wizard.said).not_to_have_text(said, timeout=PATIENCE)
    wizard.counts("0 causes")


def finish(wizard: Wizard) -> None:
    wizard.button("Next").click()
    wizard.button("Finish and upload").click(timeout=PATIENCE)
    wizard.button("Later").click(timeout=PATIENCE)
