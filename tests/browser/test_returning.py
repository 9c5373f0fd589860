"""A page that is opened again, restarted or cut off, between any two steps: it says so, and then shows what is true."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from credtools import demo
from tests.browser.lab import Notebook, screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, Wizard, right_rows, start, write

CUT = "This page is no longer connected"


@pytest.mark.long
def test_nothing_is_lost_between_any_two_steps(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Reloaded or its kernel restarted: the draft at its step with all decisions, media too, the batch at its end."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)  # nor any other button for code
    expect(page.get_by_text("import credtools")).to_be_hidden()
    rows = right_rows(5)
    rows[3][1], rows[4][2] = "Frist Aid", "5. Mai 2024"
    wizard.upload(write(tmp_path / "five.csv", rows))
    wizard.counts("3 ready · 2 rejected · 2 causes")
    wizard.card("Frist Aid").get_by_role("button", name="Accept").click()
    wizard.counts("4 ready · 1 rejected · 1 cause")
    page.reload()
    wizard.counts("4 ready · 1 rejected · 1 cause")
    wizard.card("‘5. Mai 2024’").get_by_role("button", name="Choose…").click()
    wizard.button("Use this").click()
    wizard.counts("5 ready · 0 rejected · 0 causes")
    restart(wizard)
    wizard.counts("5 ready · 0 rejected · 0 causes")
    decided = page.locator(".ct-decisions li")
    expect(decided).to_have_count(2)
    decided.filter(has_text="dates are also read as").get_by_role("button", name="Undo").click()
    wizard.counts("4 ready · 1 rejected · 1 cause")
    wizard.button("Next").click()

    wizard.button("Add media").click()
    medium = next(path for path in sorted((made.folder / demo.SCANS).glob("*.pdf")))
    page.get_by_label("Upload media files").set_input_files(medium)
    wizard.counts("1 unmatched")
    page.reload()
    wizard.counts("1 unmatched")
    restart(wizard)
    expect(page.get_by_text(medium.name).first).to_be_visible(timeout=PATIENCE)
    wizard.counts("1 unmatched")
    wizard.button("Next").click()
    expect(wizard.button("Finish and upload")).to_be_visible()
    page.reload()
    wizard.button("Finish and upload").click(timeout=PATIENCE)
    wizard.button("Later").click(timeout=PATIENCE)
    restart(wizard)
    expect(page.get_by_text("five.csv is batch 1, uploaded before.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("five.csv is batch 1, uploaded before.")).to_be_visible(timeout=PATIENCE)
    assert [made.registry.batch(1).state, len(made.registry.batches())] == ["finished", 1]
    notebook = (made.folder / "upload.ipynb").read_text("utf-8")
    assert ("widget" in notebook, '"outputs": []' in notebook) == (False, True)


@pytest.mark.long
def test_nothing_is_lost_between_headings_and_review(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Reloaded or its kernel restarted where headings are asked, after that, and on the way back."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    births = [[row[0], "Fire Warden", row[2], "01/02/1980"] for row in right_rows(30)]
    births[4][1] = "Fire Wardn"
    wizard.upload(write(tmp_path / "unclear.csv", births, ("Wer", "Was", "Tag 1", "Tag 2")))
    for again in (lambda: None, page.reload, lambda: restart(wizard)):
        again()
        expect(page.get_by_label("Tag 1 stands for")).to_have_value("issue_date", timeout=PATIENCE)
        expect(page.get_by_label("Tag 2 stands for")).to_have_value("")
    page.get_by_label("Tag 2 stands for").select_option("Credential number")
    wizard.button("Next").click()
    for again in (lambda: None, page.reload, lambda: restart(wizard)):
        again()
        wizard.counts("29 ready · 1 rejected · 1 cause")
    said = {"Wer": "user_email", "Was": "credential_type", "Tag 1": "issue_date", "Tag 2": "credential_number"}
    assert made.registry.batch(1).recipe.headings == said
    wizard.card("Fire Wardn").get_by_role("button", name="Accept").click()
    wizard.counts("30 ready · 0 rejected · 0 causes")
    wizard.button("Back").click()
    for again in (lambda: None, page.reload, lambda: restart(wizard)):
        again()
        expect(page.get_by_label("Tag 2 stands for")).to_have_value("credential_number", timeout=PATIENCE)
    wizard.button("Next").click()
    wizard.counts("30 ready · 0 rejected · 0 causes")
    expect(page.locator(".ct-decisions li")).to_have_count(1)
    assert (made.registry.batch(1).recipe.headings, len(made.registry.batches())) == (said, 1)


def test_a_page_that_is_cut_off_says_so_and_goes_on_by_itself(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """No click is taken meanwhile; once the connection is back the page shows what is true by now."""
    line = Line()
    page.route_web_socket(re.compile("/channels"), line.carry)
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(4)
    rows[3][1] = "Frist Aid"
    wizard.upload(write(tmp_path / "four.csv", rows))
    wizard.counts("3 ready · 1 rejected · 1 cause")
    accept = wizard.card("Frist Aid").get_by_role("button", name="Accept")
    expect(accept).to_be_enabled()
    line.cut()
    expect(page.get_by_role("alert").filter(has_text=CUT)).to_be_visible(timeout=PATIENCE)
    expect(accept).to_be_disabled()
    wizard.is_accessible()
    screenshot(page, "cut-1-lost")
    batch = made.registry.batch(1)
    batch.replace("credential_type", {"Frist Aid": "First Aid"})
    line.mend()
    wizard.counts("4 ready · 0 rejected · 0 causes")
    expect(page.get_by_role("alert").filter(has_text=CUT)).to_have_count(0)
    expect(wizard.button("Next")).to_be_enabled()


@dataclass
class Line:
    """The connections of a page to its kernel, as long as nobody cuts them."""

    whole: bool = True
    through: list[WebSocketRoute] = field(default_factory=list)

    def carry(self, page_side: WebSocketRoute) -> None:
        if self.whole:
            page_side.connect_to_server()
            self.through.append(page_side)
        else:
            page_side.close()

    def cut(self) -> None:
        self.whole = False
        for page_side in self.through:
            page_side.close()

    def mend(self) -> None:
        self.whole = True


def restart(wizard: Wizard) -> None:
    """The kernel of the page is restarted; the page says so, takes no click but one, and that leads back."""
    page = wizard.page
    page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart() }")
    expect(page.get_by_role("alert").filter(has_text=CUT)).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".ct-wizard button:enabled")).to_have_text(["Continue"])
    wizard.is_accessible()
    screenshot(page, "cut-2-restarted")
    wizard.button("Continue").click()
    expect(page.get_by_role("alert").filter(has_text=CUT)).to_have_count(0, timeout=PATIENCE)
    Notebook(page).ran()
