"""The upload by clicks, in a real JupyterLab and a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from credtools import demo, settings
from credtools.registry import open_registry
from tests.browser.lab import Notebook, screenshot

OpenNotebook = Callable[..., Notebook]
SCRIPT = '<img src=x onerror="window.executed=1"><script>window.executed=1</script>'


def start(folder: Path, open_notebook: OpenNotebook) -> demo.Demo:
    """The demo's organisation in a folder, and its upload notebook open and run."""
    made = demo.prepare(folder, rows=300)
    shutil.copy(settings.documents("notebooks") / "upload.ipynb", folder)
    open_notebook(folder / "upload.ipynb").run_all()
    return made


def choose(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload CSV file").click()
    chooser.value.set_files(file)


def told(page: Page, text: str) -> None:
    """Wait until the status line of the upload says it."""
    expect(page.locator("p[role=status]")).to_contain_text(text, timeout=30_000)


def test_a_person_uploads_and_approves_by_clicks(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """From the chosen file to approved credentials, every number on the screen is the number in the database."""
    made = start(tmp_path / "demo", open_notebook)
    told(page, "Choose a CSV file, or name one on this server.")
    page.get_by_label("Recipe").select_option("hr")
    screenshot(page, "upload-1-choose")
    choose(page, made.export)
    told(page, "rejected")
    expect(page.get_by_text("Frist Aid").first).to_be_visible()
    screenshot(page, "upload-2-review")
    page.get_by_role("button", name="Next").click()
    told(page, "rows with errors, upload the other")
    screenshot(page, "upload-3-finish")
    page.get_by_role("button", name="Finish and upload").click()
    told(page, "wait for approval")
    screenshot(page, "upload-4-approve")
    page.get_by_role("button", name="Approve").click()
    told(page, "credentials approved")

    with_registry = open_registry(f"sqlite:///{made.folder / 'credtools.db'}")
    batch = with_registry.batches().iloc[0]
    assert (batch["state"], batch["rows"]) == ("finished", len(made.registry.check(made.export, made.recipe).codes))
    decisions = with_registry.credentials()["decision"].value_counts().to_dict()
    assert set(decisions) == {"approved", "not_required"}
    told(page, f"{decisions['approved']:,} credentials approved.")
    assert with_registry.verify() == []


def test_a_refused_file_is_told_in_one_sentence_and_leaves_nothing(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """A file that can't be used is explained where the person looks, and no draft remains."""
    made = start(tmp_path / "demo", open_notebook)
    strange = tmp_path / "empty.csv"
    strange.write_bytes(b"")
    choose(page, strange)
    told(page, "The file holds no table: the file is empty; export it again as CSV with a line of headings.")
    assert made.registry.batches().empty


def test_markup_from_a_file_is_shown_and_never_run(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """Cells, headings and file names of an upload reach the page as text."""
    start(tmp_path / "demo", open_notebook)
    nasty = tmp_path / "<img src=x onerror=window.executed=1>.csv"
    quoted = SCRIPT.replace('"', '""')
    nasty.write_text(
        f'User email,Credential type,Issue date,"{quoted}"\n"{quoted}","{quoted}","{quoted}","{quoted}"\n',
        encoding="utf-8",
    )
    choose(page, nasty)
    told(page, "0 ready · 1 rejected")
    expect(page.get_by_text("window.executed=1").first).to_be_visible()
    assert page.evaluate("() => window.executed") is None


def test_no_value_of_a_file_is_saved_in_the_notebook(tmp_path: Path, page: Page, open_notebook: OpenNotebook) -> None:
    """What a file holds stays out of the saved notebook."""
    made = start(tmp_path / "demo", open_notebook)
    page.get_by_label("Recipe").select_option("hr")
    choose(page, made.export)
    told(page, "rejected")
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = (made.folder / "upload.ipynb").read_text(encoding="utf-8")
    assert "Frist Aid" not in saved
    assert "@example.org" not in saved
