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
    expect(page.locator(".ct-picture img")).to_have_count(5, timeout=PATIENCE)


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


def test_a_quarter(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Three sources over thirteen weeks: what the page says is what the registry counts."""
    url = f"sqlite:///{tmp_path / 'credtools.db'}"
    quarter = Year(url, tmp_path, rows=30, weekly=6)
    quarter.live(13)
    counts = quarter.registry.audit.flow().iloc[0]
    every = quarter.registry.audit.rejects(by="source").to_numpy().sum()
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
        f"{every - counts['rejected']:,} more rejected rows belonged to undone batches and closed with them."
    )
    page.locator(".ct-audit").evaluate("audits => audits.scrollIntoView()")
    screenshot(page, "audit-1")


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
    beside = page.get_by_role("complementary", name="One row")
    expect(beside.get_by_role("heading")).to_have_text("Batch 4, line 2")
    for word in ("uploaded", "rejected", "user_exists", "source hr", "maria"):
        expect(beside).to_contain_text(word)
    audit.is_whole()
    screenshot(page, "audit-3-row")
    beside.get_by_role("button", name="Open in review").focus()
    page.keyboard.press("Enter")
    told = page.locator(".ct-audit .ct-said")
    expect(told).to_contain_text("nobody.csv is open below as draft 7", timeout=PATIENCE)
    review = audit.region("Review data")
    expect(review.get_by_role("heading", name="Review data")).to_be_focused(timeout=PATIENCE)
    expect(review.get_by_role("heading", name="Review data")).to_be_in_viewport()
    expect(beside.get_by_role("heading")).to_have_text("Batch 4, line 2")  # what was looked at is still there
    registry = opened(folder)
    registry.batch(7).patch(2, "user_email", "ana@example.org")
    registry.batch(7).finish()
    assert registry.audit.rejects(batch=4)["state"].tolist() == ["fixed"]
    registry.engine.dispose()


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
    assert cell_count(page) == cells


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
