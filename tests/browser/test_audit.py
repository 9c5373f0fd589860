"""The audit in a browser: from a figure to its rows, from a row to its history, and to its mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import credtools as ct
from credtools.registry import Registry
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, cell_count, run, theme
from tests.builders import BEN, MIXED, export, load, new_organisation, write
from tests.year import Year

ANY_WORDS = re.compile("All figures are in the table below")
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder with two sources: three open rows, one fixed, one waived."""
    made = tmp_path / "office"
    made.mkdir()
    new_organisation(f"sqlite:///{made / 'credtools.db'}", made)
    registry = ct.open(f"sqlite:///{made / 'credtools.db'}", by="maria")
    registry.upload(export(made, *MIXED, name="a.csv")).finish()
    load(registry, made, users="Email\nzoe@example.org\n")
    registry.upload(export(made, *MIXED, name="a.csv")).finish()
    registry.upload(export(made, f"yan@example.org,{EVIL},10.01.2024,,", BEN, name=f"b{EVIL[:3]}.csv")).finish()
    hr = write(made, "hr.yaml", "")
    for name in ("nobody", "someone", "who"):
        batch = registry.upload(
            export(made, f"{name}@example.org,Forklift,2024-01-01,,", name=f"{name}.csv"), recipe=hr
        )
        batch.finish()
    registry.waive(batch, [2], "left the company")
    registry.engine.dispose()
    return made


def opened(folder: Path) -> Registry:
    return ct.open(f"sqlite:///{folder / 'credtools.db'}", by="maria")


def pictures(page: Page) -> None:
    """Wait until everything is drawn."""
    expect(page.locator(".ct-picture img")).to_have_count(6, timeout=PATIENCE)


@pytest.mark.parametrize("style", ["JupyterLab Light", "JupyterLab Dark"])
def test_what_is_seen(folder: Path, page: Page, open_notebook: OpenNotebook, style: str) -> None:
    """Every section has its sentence, picture with words, and figures, in both themes; values are only text."""
    (folder / "audit.ipynb").write_text("", "utf-8")
    audit = run(folder, open_notebook, page, "audit")
    theme(page, style)
    page.reload()
    audit = run(folder, open_notebook, page, "audit")
    audit.counts("5 rejected rows · 3 open")
    pictures(page)
    for title in ("What became of the rows", "Causes, largest first", "Trend by cause", "How old the open rows are"):
        expect(audit.region(title).get_by_role("img")).to_have_attribute("alt", ANY_WORDS)
    expect(page.get_by_text(f"called '{EVIL}'")).to_be_visible()
    audit.is_accessible()
    screenshot(page, f"audit-2-{style.rpartition(' ')[2].lower()}")


@pytest.mark.long
def test_a_quarter(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Three sources over thirteen weeks: what the page says is what the registry counts."""
    url = f"sqlite:///{tmp_path / 'credtools.db'}"
    quarter = Year(url, tmp_path, rows=30, weekly=6)
    quarter.live(13)
    counts = quarter.registry.audit.flow().iloc[0]
    states = quarter.registry.audit.rejects(by="source").sum()
    every = states[["open", "fixed", "waived"]].sum()  # each record once
    worst = quarter.registry.audit.worsening().index[0]
    by_month = quarter.registry.audit.settled().iloc[0]
    settled = "".join([str(by_month.name), *(f"{count:,}" for count in by_month)])
    quarter.close()
    page.set_viewport_size({"width": 1500, "height": 1720})
    audit = run(tmp_path, open_notebook, page, "audit")
    audit.counts(f"{every:,} rejected rows · {counts['open']:,} open")
    pictures(page)
    expect(audit.region("What became of the rows")).to_contain_text(
        f"{counts['rows']:,} rows: {counts['accepted']:,} accepted, {counts['unchanged']:,} already known, "
        f"{counts['rejected']:,} rejected."
    )
    expect(audit.region("What became of the rows")).to_contain_text(
        f"{states['void']:,} more rejected rows belonged to undone batches and closed with them."
    )
    rates = audit.region("Which source gets worse")
    rates.get_by_text("The figures").click()
    expect(rates.get_by_role("row").nth(1).get_by_role("button")).to_have_text(worst)
    expect(audit.region("What was settled").get_by_role("row").nth(1)).to_have_text(settled)
    page.locator(".ct-audit").evaluate("audits => audits.scrollIntoView()")
    screenshot(page, "audit-1")


@pytest.mark.long
def test_from_a_figure_to_the_mend(folder: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """A figure leads to its rows, a row to its history, the file to a draft below; finished, the row is fixed."""
    audit = run(folder, open_notebook, page, "audit")
    audit.counts("5 rejected rows · 3 open")
    audit.region("What became of the rows").get_by_text("The figures").click()
    audit.region("What became of the rows").get_by_role("button", name="hr", exact=True).click()
    audit.counts("3 rejected rows that fit · 2 open")
    page.get_by_role("combobox", name="State").select_option("open")
    audit.counts("2 rejected rows that fit · 2 open")
    audit.button("batch 4, line 2").click()
    story = audit.region("Batch 4, line 2")
    expect(story.get_by_role("heading")).to_be_focused(timeout=PATIENCE)
    row = page.get_by_role("row").filter(has=audit.button("batch 4, line 2"))
    assert row.evaluate("row => row.nextElementSibling.contains(document.activeElement)")  # below its row
    for words in ("Uploaded in nobody.csv (source hr).", "Rejected: User doesn't exist (recipe hr).", "maria"):
        expect(story).to_contain_text(words)
    expect(story).not_to_contain_text("user_exists")
    screenshot(page, "audit-3-row")
    story.get_by_role("button", name="Open in review").focus()
    page.keyboard.press("Enter")
    told = page.locator(".ct-audit .ct-said")
    expect(told).to_contain_text("nobody.csv is open below as draft 7", timeout=PATIENCE)
    review = audit.region("Review data")
    expect(review.get_by_role("heading", name="Review data")).to_be_focused(timeout=PATIENCE)
    expect(review.get_by_role("heading", name="Review data")).to_be_in_viewport()
    expect(story.get_by_role("heading")).to_have_text("Batch 4, line 2")  # what was looked at is still there
    registry = opened(folder)
    registry.batch(7).patch(2, "user_email", "ana@example.org")
    registry.batch(7).finish()
    assert registry.audit.rejects(batch=4)["state"].tolist() == ["fixed"]
    registry.engine.dispose()


@pytest.mark.long
def test_what_is_taken_away(folder: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """The open rows that fit as a correction file, and what is seen as a page that opens anywhere."""
    audit = run(folder, open_notebook, page, "audit")
    page.get_by_role("combobox", name="Source").select_option("hr")
    audit.counts("3 rejected rows that fit · 2 open")
    for name, words in (("Open rows as CSV", "nobody@example.org"), ("This page as HTML", "Only source hr.")):
        with page.expect_download() as come:
            audit.button(name).click()
        told = Path(come.value.path()).read_text("utf-8-sig")
        assert words in told
        assert "yan@example.org" not in told


@pytest.mark.long
def test_by_keyboard_alone(folder: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Filters, figures and rows work by keyboard; no key reaches the notebook underneath; focus stays in place."""
    audit = run(folder, open_notebook, page, "audit")
    audit.counts("5 rejected rows · 3 open")
    cells = cell_count(page)
    page.get_by_role("combobox", name="State").focus()
    page.keyboard.press("w")
    audit.counts("1 rejected row that fit · 0 open")
    expect(page.get_by_role("combobox", name="State")).to_be_focused()
    audit.button("batch 6, line 2").focus()
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Batch 6, line 2")).to_be_focused(timeout=PATIENCE)
    expect(audit.region("Batch 6, line 2")).to_contain_text("Waived: left the company.")
    page.keyboard.press("Escape")
    expect(audit.button("batch 6, line 2")).to_be_focused()
    assert cell_count(page) == cells


@pytest.mark.long
def test_waived_and_opened_again_by_keyboard(folder: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Chosen rows are shown, waived with a reason, undone, opened again – by keyboard, in a small window too."""
    audit = run(folder, open_notebook, page, "audit")
    audit.counts("5 rejected rows · 3 open · 1 fixed · 1 waived")
    pictures(page)
    first_seen = page.get_by_role("columnheader", name=re.compile("First seen"))
    first_seen.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(first_seen).to_have_attribute("aria-sort", "ascending")
    expect(first_seen.get_by_role("button")).to_be_focused()
    expect(page.get_by_role("row").filter(has=page.get_by_role("checkbox", name="Choose batch")).first).to_contain_text(
        "batch 3"
    )
    for number in (4, 5):
        page.get_by_role("checkbox", name=f"Choose batch {number}, line 2").focus()
        page.keyboard.press("Space")
    expect(page.get_by_text("2 rows chosen: 2 open, 0 waived.")).to_be_visible()
    audit.button("Waive…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Waive 2 rows")
    expect(dialog).to_contain_text("batch 5, line 2 of hr")
    screenshot(page, "audit-5-waive")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("Say in a few words why nobody will fix them.")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("moved to the other company")
    page.keyboard.press("Enter")
    audit.counts("5 rejected rows · 1 open · 1 fixed · 3 waived")
    audit.tells("2 rows waived: moved to the other company")
    expect(audit.button("Waive…")).to_be_focused()
    expect(audit.region("Who waived what, and why")).to_contain_text("moved to the other company")
    expect(audit.region("How old the open rows are")).to_contain_text("1 row is open")
    audit.button("Undo").focus()
    page.keyboard.press("Enter")
    audit.counts("5 rejected rows · 3 open · 1 fixed · 1 waived")
    page.get_by_role("checkbox", name="Choose batch 6, line 2").check()
    audit.button("Reopen…").click()
    expect(page.get_by_role("dialog", name="Reopen 1 row")).to_contain_text("waived by maria: left the company")
    page.get_by_role("button", name="Reopen 1 row").click()
    audit.counts("5 rejected rows · 4 open · 1 fixed")
    audit.region("What was settled").get_by_role("button", name="1", exact=True).first.click()
    audit.counts("1 rejected row that fit · 0 open · 1 fixed")
    expect(page.get_by_role("heading", name="The rows", exact=True)).to_be_focused()
    audit.button("Show all").click()
    audit.counts("5 rejected rows · 4 open")
    page.set_viewport_size({"width": 640, "height": 900})
    audit.is_accessible()
    whole = page.locator(".ct-audit")
    expect(whole).to_have_js_property("scrollWidth", whole.evaluate("audit => audit.clientWidth"))
    for held in page.locator(".ct-audit .ct-scroll:visible").all():
        expect(held).to_have_js_property("scrollWidth", held.evaluate("held => held.clientWidth"))
    screenshot(page, "audit-6-small")


def test_a_page_opens_offline(folder: Path, page: Page) -> None:
    """The page of an audit shows its pictures from a file, in light and dark, and asks nobody for anything."""
    registry = opened(folder)
    place = registry.report(folder / "audit.html")
    registry.engine.dispose()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(place.as_uri())
        for shown in page.locator("picture img").all():
            assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
        screenshot(page, f"audit-4-page-{scheme}")
