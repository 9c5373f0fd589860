"""Unknown users of a file in the wizard: one card, a file of users to complete, and each of them on request."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.steps import OpenNotebook, right_rows, start, write

PEOPLE = 12


def test_unknown_users_are_one_card(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Their card says how many they are, gives their file to the browser, and opens into one card each."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(PEOPLE + 2)
    for number in range(PEOPLE):
        rows[number][0] = f"{'abcdefghijkl'[number] * 6}@elsewhere.test"
    wizard.upload(write(tmp_path / "wrong.csv", rows))
    card = wizard.card(f"{PEOPLE} unknown users")
    expect(card).to_be_visible()
    expect(page.locator(".ct-causes > li")).to_have_count(1)
    wizard.is_accessible()
    with page.expect_download() as download:
        card.get_by_role("button", name="Download as a file of users").click()
    assert download.value.suggested_filename == "users.csv"
    download.value.save_as(tmp_path / "users.csv")
    assert (tmp_path / "users.csv").read_text("utf-8-sig").count("@elsewhere.test") == PEOPLE
    wizard.tells("users.csv was downloaded.")
    expect(page.locator("progress")).to_be_hidden()
    card.get_by_role("button", name="Show each").click()
    expect(wizard.card("aaaaaa@elsewhere.test")).to_be_visible()
    expect(wizard.button("Show more causes (4)")).to_be_visible()
