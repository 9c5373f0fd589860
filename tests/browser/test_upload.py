"""From a messy export to approved credentials, in a real JupyterLab and a real Chromium."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from credtools import demo
from credtools.registry import open_registry
from credtools.text import plural
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, Wizard, cell_count, press_on, right_rows, run, start, write


def test_a_person_uploads_and_approves_by_clicks(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """From the chosen export to approved credentials, every number on the screen is the number in the database."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    wizard.is_accessible()
    wizard.button("Bulk upload (CSV)").click()
    with page.expect_download() as template:
        wizard.button("Download CSV template").click()
    assert template.value.path().read_text("utf-8-sig").startswith("User email,Credential type,")
    wizard.is_accessible()
    screenshot(page, "wizard-1-upload")
    page.get_by_label("Upload CSV file").set_input_files(made.export)
    match_headings(wizard)
    decide(wizard)
    sentence = page.get_by_text("with errors are rejected.").inner_text()
    finish_and_approve(wizard, sentence)

    registry = open_registry(f"sqlite:///{made.folder / 'credtools.db'}")
    batch = registry.batches().iloc[0]
    others = batch["rows"] - batch["rejected"]
    assert sentence == f"Upload {others} rows; {batch['rejected']} rows with errors are rejected."
    decisions = registry.credentials()["decision"].value_counts().to_dict()
    assert set(decisions) == {"approved", "not_required"}
    wizard.tells(f"{decisions['approved']:,} credentials approved.")
    wizard.button("To the credentials").click()
    expect(wizard.region("Credentials")).to_contain_text("expiring soon")
    page.get_by_label("Filter by user, type or number").fill("forklift")
    page.get_by_label("State").select_option("valid")
    expect(page.get_by_role("row", name="First Aid")).to_have_count(0)
    expect(page.get_by_role("row", name="valid").first).to_contain_text("Forklift")
    page.get_by_label("State").select_option("")
    page.get_by_label("Expires").select_option("within 90 days")
    soon = registry.expiring(90)
    forklifts = int((soon["credential_type"] == "Forklift").sum())
    expect(page.get_by_text(listed(forklifts), exact=True)).to_be_visible()
    page.get_by_label("Filter by user, type or number").fill("")
    expect(page.get_by_text(listed(len(soon)), exact=True)).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "wizard-8-credentials")
    assert registry.verify() == []


def listed(count: int) -> str:
    """The caption of a list in which each credential has one version."""
    return f"{plural(count, 'version')} of {plural(count, 'credential')}"


def match_headings(wizard: Wizard) -> None:
    """Nobody has to: it is taken by what lies under them, and can be changed."""
    expect(wizard.page.get_by_text("‘E-Mail Adresse’ as User email").first).to_be_visible(timeout=PATIENCE)
    wizard.button("Change headings…").click()
    expect(wizard.page.get_by_label("E-Mail Adresse stands for")).to_have_value("user_email", timeout=PATIENCE)
    wizard.is_accessible()
    screenshot(wizard.page, "wizard-2-headings")
    wizard.page.get_by_label("Certificate no. stands for").select_option("Credential number")
    wizard.button("Next").click()


def decide(wizard: Wizard) -> None:
    """A suggestion accepted, a value chosen, a rule made a patch, rows rejected and taken back."""
    page = wizard.page
    wizard.counts("260 ready · 40 rejected · 20 causes on 18 cards")
    expect(wizard.grid.get_by_role("row").nth(1)).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "wizard-3-review")
    page.get_by_text("Change…", exact=True).click()
    expect(page.get_by_label("Dates are written")).to_have_value("DD/MM/YYYY")
    expect(page.get_by_text("prove that the day comes first").first).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "wizard-4-read-as")
    page.get_by_text("Change…", exact=True).click()
    wizard.card("Frist Aid").get_by_role("button", name="Accept").click()
    wizard.tells("‘Frist Aid’ → ‘First Aid’")
    wizard.card("Gabelstaplerschein (alt)").get_by_role("button", name="Choose…").click()
    wizard.is_accessible()
    page.get_by_label("Choices").select_option("Forklift")
    wizard.button("Use this").click()
    wizard.tells("‘Gabelstaplerschein (alt)’ → ‘Forklift’")
    expect(page.get_by_text("rule: every file of this source")).to_have_count(2)
    wizard.button("Only these records").first.click()
    expect(page.get_by_text("patch: only these records")).to_have_count(1)
    wizard.card("kiosk.lager@example.org").get_by_role("button", name="Reject rows").click()
    wizard.tells("stay rejected")
    wizard.button("Undo").first.click()
    wizard.tells("Undone")
    expect(wizard.card("kiosk.lager@example.org")).to_be_visible()
    screenshot(page, "wizard-5-decided")


def finish_and_approve(wizard: Wizard, sentence: str) -> None:
    wizard.button("Next").click()
    expect(wizard.region("Add media")).to_contain_text("credentials require media and have none", timeout=PATIENCE)
    wizard.button("Make media optional").click()
    wizard.tells("Media are now optional for this file.")
    wizard.button("Next").click()
    expect(wizard.region("Finish")).to_contain_text(sentence, timeout=PATIENCE)
    wizard.is_accessible()
    screenshot(wizard.page, "wizard-6-finish")
    wizard.button("Finish and upload").click()
    expect(wizard.page.get_by_role("dialog")).to_be_visible(timeout=PATIENCE)
    expect(wizard.button("Later")).to_be_focused()
    wizard.is_accessible()
    screenshot(wizard.page, "wizard-7-approve")
    wizard.button("Approve").click()
    wizard.tells("credentials approved")
    wizard.is_accessible()


def test_the_keyboard_alone_is_enough_and_no_key_reaches_the_notebook(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """Every step works without a mouse; keys that would change the notebook stay in the wizard."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(30)
    rows[3][1] = rows[4][1] = "Frist Aid"
    rows[7][0] = "nobody@nowhere.example"
    cells = cell_count(page)
    wizard.button("Bulk upload (CSV)").focus()
    page.keyboard.press("Enter")
    expect(wizard.region("Upload CSV").get_by_role("heading")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        press_on(page, "Upload CSV file")
    chooser.value.set_files(write(tmp_path / "keys.csv", rows))
    wizard.counts("27 ready · 3 rejected · 2 causes")
    press_on(page, "Accept")
    wizard.counts("29 ready · 1 rejected · 1 cause")
    page.keyboard.type("ddab")  # on a button of the next cause
    edit_by_keys(wizard, demo.ACTIVE[0])
    assert cell_count(page) == cells

    press_on(page, "Back")
    expect(wizard.region("Review data")).to_be_hidden(timeout=PATIENCE)
    press_on(page, "Next")
    expect(wizard.region("Review data").get_by_role("heading", name="Review data")).to_be_focused(timeout=PATIENCE)
    press_on(page, "Next")
    expect(wizard.region("Finish").get_by_role("heading")).to_be_focused(timeout=PATIENCE)
    press_on(page, "Finish and upload")
    expect(wizard.button("Later")).to_be_focused(timeout=PATIENCE)
    page.keyboard.press("Tab")
    expect(wizard.button("Approve")).to_be_focused()
    page.keyboard.press("Tab")
    expect(wizard.button("Later")).to_be_focused()
    page.keyboard.press("Escape")
    wizard.tells("Approve them later")
    assert (made.registry.credentials()["decision"] == "pending").sum() == 29
    assert cell_count(page) == cells


def edit_by_keys(wizard: Wizard, right: str) -> None:
    """In the grid: the third row's address typed anew, taken back, and keys that mean something to a notebook."""
    keys = wizard.page.keyboard
    wizard.grid.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter", "Control+a"):
        keys.press(key)
    keys.type(right)
    keys.press("Enter")
    wizard.counts("30 ready · 0 rejected · 0 causes")
    expect(wizard.grid).to_be_focused()
    keys.press("Control+z")
    wizard.counts("29 ready · 1 rejected · 1 cause")
    for key in ("d", "Escape", "d", "Escape"):
        keys.press(key)
    for key in ("Control+Home", "ArrowRight", "ArrowRight"):
        keys.press(key)
    for name in ("Fork", "Forklift"):  # the answer about the first cell comes while the second is typed
        keys.type(name)
        keys.press("Enter")
    wizard.counts("28 ready · 2 rejected · 2 causes")
    expect(wizard.cell(5, "Credential type")).to_have_text("Fork")
    expect(wizard.cell(6, "Credential type")).to_have_text("Forklift")
    keys.press("Control+z")
    wizard.counts("28 ready · 2 rejected · 2 causes")
    keys.press("Control+z")
    wizard.counts("29 ready · 1 rejected · 1 cause")


@pytest.mark.long
def test_a_file_of_200_mb_arrives_whole_and_several_files_wait_their_turn(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """Default settings of Jupyter carry 200 MB with equal sha256; what is refused is told, and leaves no draft."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    large = tmp_path / "large.csv"
    piece = hashlib.sha512(b"piece").digest() * 16_384
    with large.open("wb") as file:
        for number in range(200):
            file.write(number.to_bytes(4, "big") + piece[4:])
    wizard.upload(large)
    wizard.tells("The file has 209,715,200 bytes, but at most 52,428,800 are read at a time")
    with large.open("rb") as file:
        expect(page.locator(".ct-sent")).to_contain_text(hashlib.file_digest(file, "sha256").hexdigest())
    assert made.registry.batches().empty

    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    one, two = (write(tmp_path / f"{name}.csv", right_rows(3)) for name in ("one", "two"))
    page.get_by_label("Upload CSV file").set_input_files([empty, one, two])
    wizard.counts("3 ready · 0 rejected")
    expect(page.get_by_text("1 more file waits")).to_be_visible()
    assert sorted(made.registry.batches()["file"]) == ["one.csv", "two.csv"]


def test_markup_from_a_file_is_shown_and_never_run(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """30 payloads in cells, headings and the file's name reach every step as text."""
    _, wizard = start(tmp_path / "demo", open_notebook, page)
    payloads = nasty_texts()
    assert len(payloads) == 30
    rows = [[payload, payload, payload, payload, payload] for payload in payloads]
    nasty = tmp_path / f"{payloads[0].replace('/', '')}.csv"
    write(nasty, rows, ("User email", "Credential type", "Issue date", "Expiration date", payloads[0]))
    wizard.upload(nasty)
    wizard.counts("0 ready · 30 rejected")
    expect(page.locator(".ct-causes > li")).to_have_count(4)
    expect(wizard.grid).to_contain_text("executed=1")
    wizard.button("Show each").first.click()
    page.get_by_role("button", name="Show more causes").click()
    wizard.button("Choose…").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("executed=1")
    page.keyboard.press("Escape")
    wizard.button("Reject rows").first.click()
    wizard.tells("stay rejected")
    wizard.button("Next").click()
    expect(wizard.region("Finish")).to_contain_text("onerror=window.executed=1")
    assert page.evaluate("() => window.executed") is None


def nasty_texts() -> list[str]:
    """Texts that would run a script wherever one of them were taken for markup."""
    run_me = "window.executed=1"
    names = ("img src=x onerror", "svg onload", "body onload", "iframe src=x onload", "details open ontoggle")
    tags = [f"<{name}={run_me}>" for name in names]
    leaving = [f"{way_out}{tag}" for way_out in ('">', "--></option></select></style></title>") for tag in tags]
    scripts = [f"<script>{run_me}//{k}</script>" for k in range(5)]
    attributes = [f"{quote} onfocus={run_me} autofocus x={quote}" for quote in "\"'`"]
    links = [f"javascript:{run_me}", f"<a href=javascript:{run_me}>x</a>", f"<math><a xlink:href=javascript:{run_me}>"]
    templates = [f"{{{{constructor.constructor('{run_me}')()}}}}", f"${{{run_me}}}"]
    styles = [f"<style onload={run_me}>", f"<input onfocus={run_me} autofocus>"]
    return [*tags, *leaving, *scripts, *attributes, *links, *templates, *styles]


@pytest.mark.long
def test_a_batch_is_reviewed_by_its_number_and_uploaded_again(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """review.ipynb opens a draft with its decisions; a corrected file takes its place; the notebook keeps nothing."""
    folder = tmp_path / "demo"
    made, _ = start(folder, open_notebook, page)
    rows = right_rows(6)
    rows[1][1] = rows[2][1] = "Frist Aid"
    batch = made.registry.upload(write(folder / "first.csv", rows))
    wizard = run(folder, open_notebook, page, "review", batch=batch.id)
    wizard.counts("4 ready · 2 rejected · 1 cause")
    wizard.card("Frist Aid").get_by_role("button", name="Reject rows").click()
    wizard.tells("2 rows stay rejected: Credential type doesn't exist: ‘Frist Aid’.")
    wizard = run(folder, open_notebook, page, "review", batch=batch.id)  # by whomever, whenever
    wizard.counts("4 ready · 2 rejected · 0 causes")
    left = page.locator(".ct-decisions li").filter(has_text="2 rows stay rejected")
    left.get_by_role("button", name="Undo").click()
    wizard.counts("4 ready · 2 rejected · 1 cause")
    rows[1][1] = "First Aid"
    rows[3][2] = "2024-01-01"
    with page.expect_file_chooser() as chooser:
        wizard.button("Re-upload").click()
    chooser.value.set_files(write(folder / "second.csv", rows))
    expect(page.get_by_text("1 fixed · 1 still wrong · 1 newly wrong · 3 untouched")).to_be_visible(timeout=PATIENCE)
    assert made.registry.batch(batch.id).state == "discarded"
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = (folder / "review.ipynb").read_text("utf-8")
    assert "Frist Aid" not in saved
    assert "@example.org" not in saved


def test_rejected_rows_leave_as_a_spreadsheet_and_come_back_mended(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """From the receipt page to a workbook, mended there, dropped where files are dropped: told apart, and accepted."""
    made, wizard = start(tmp_path / "demo", open_notebook, page)
    rows = right_rows(5)
    rows[1][1] = "Frist Aid"
    rows[2][0] = rows[3][0] = "nobody@nowhere.example"
    wizard.upload(write(tmp_path / "wrong.csv", rows))
    wizard.button("Next").click(timeout=PATIENCE)
    wizard.button("Finish and upload").click()
    wizard.button("Later").click(timeout=PATIENCE)
    wizard.is_accessible()
    screenshot(page, "rejects-1-download")
    with page.expect_download() as download:
        press_on(page, "Download rejected rows (XLSX)")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    with page.expect_download() as download:
        wizard.button("Download rejected rows (CSV)").click()
    assert download.value.suggested_filename == "rejects_of_batch_1.csv"
    book = load_workbook(file)
    book.active.cell(2, 3).value = "First Aid"
    book.active.cell(3, 2).value = "somebody@nowhere.example"
    book.save(file)

    wizard.button("To the credentials").click()
    wizard.upload(file)
    wizard.tells("rejects_of_batch_1.xlsx: 1 fixed · 1 still wrong · 0 newly wrong · 1 untouched · 0 left out.")
    expect(page.get_by_role("row", name="Still wrong 1")).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "rejects-2-corrected")
    press_on(page, "To the credentials")
    expect(page.get_by_text("3 versions of 3 credentials", exact=True)).to_be_visible()
    assert made.registry.audit.rejects()["state"].tolist().count("fixed") == 1
    assert made.registry.verify() == []
