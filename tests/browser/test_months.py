"""A file that an unattended run has held is released by clicks, and the next month needs no hand again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import credtools as ct
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, OpenNotebook, Wizard, press_on, run, theme
from tests.builders import TYPES, USERS, load
from tests.test_months import RECIPE, clean, month

PLACE = "recipes/hr.yaml"


def unattended(folder: Path, file: Path) -> dict[str, Any]:
    """What the scheduler's command says of a file."""
    command = [sys.executable, "-m", "credtools", "import", str(file), "--recipe", PLACE, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == {"ok": 0, "held": 1}[told["verdict"]]
    return told


def git(folder: Path, *arguments: str) -> str:
    me = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    return subprocess.run(["git", *me, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


def cleaned_once(folder: Path) -> None:
    """Month 1 cleaned and finished; its recipe, saved over the one that was there, is kept in git."""
    registry = ct.init(f"sqlite:///{folder / 'credtools.db'}")
    load(registry, folder, users=USERS, types=TYPES)
    recipe = folder / PLACE
    recipe.parent.mkdir()
    recipe.write_text(RECIPE, "utf-8")
    batch = registry.upload(month(folder, 1), recipe)
    clean(batch)
    batch.save_recipe(recipe)
    batch.finish()
    registry.engine.dispose()
    git(folder, "init", "-q")
    git(folder, "add", PLACE)
    git(folder, "commit", "-qm", "The recipe of month 1")


@pytest.mark.long
def test_month_3_is_released_by_clicks_and_month_4_needs_no_hand(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook
) -> None:
    """Every reason is on the screen; two decisions and one saved recipe later the source runs unattended again."""
    folder = tmp_path / "months"
    folder.mkdir()
    cleaned_once(folder)
    assert unattended(folder, month(folder, 2))["verdict"] == "ok"
    third = month(folder, 3, rows=26, issued="Issue day", odd=["Erst-Hilfe"])
    mended = third.read_text("utf-8").replace("1st aid", "First Aid").replace("ana@exmaple.org", "ana@example.org")
    third.write_text(mended, "utf-8")  # at its source: a rule and a correction have nothing to do any more
    held = unattended(folder, third)
    assert (held["verdict"], held["waiting"]) == ("held", 30)

    wizard = run(folder, open_notebook, page, "review", batch=held["batch"])
    reasons(wizard, page)
    expect(page.get_by_label("Issue day stands for")).to_have_value("issue_date")
    wizard.button("Next").click()
    wizard.counts("28 ready · 2 rejected · 1 cause")
    expect(page.get_by_text("Credential type: ‘Frist Aid’ → ‘First Aid’ (3 cells).")).to_be_visible()  # known before
    idle = page.locator(".ct-decisions li").filter(has_text="changes nothing in this file")
    expect(idle).to_have_text(re.compile("^Credential type: ‘1st aid’ → ‘First Aid’ \\(0 cells\\)."))
    page.get_by_text("1 correction does nothing in this file").click()
    expect(page.get_by_text("‘ana@exmaple.org’ → ‘ana@example.org’: its record is not in this file.")).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "held-2-review")
    theme(page, "JupyterLab Dark")
    wizard.is_accessible()
    screenshot(page, "held-2-dark")
    theme(page, "JupyterLab Light")
    press_on(page, "Choose… ")
    page.get_by_label("Find in the list").fill("First Aid")
    page.keyboard.press("Enter")
    wizard.counts("30 ready · 0 rejected · 0 causes")
    expect(page.get_by_text("No rule and no list knows")).to_have_count(0)
    wizard.button("Next").click()
    wizard.button("Finish and upload").click()
    wizard.button("Later").click(timeout=PATIENCE)

    expect(page.get_by_text(f"What was decided isn't in {PLACE} yet.")).to_be_visible()
    wizard.is_accessible()
    screenshot(page, "held-3-save")
    expect(wizard.button(f"Save over {PLACE}")).to_be_visible()
    press_on(page, "save over")
    wizard.tells(f"Saved as {PLACE}. Choose this recipe for the next file of the source.")
    expect(page.get_by_text(f"{PLACE} already says how this file was read and corrected.")).to_be_visible()
    changed = [line for line in git(folder, "diff", "-U0").splitlines() if line[0] in "+-" and line[:3] not in MARKS]
    assert changed == ["+  Issue day: issue_date", ADDED_RULE]
    assert "# theirs" in (folder / PLACE).read_text("utf-8")

    fourth = unattended(folder, month(folder, 4, issued="Issue day"))
    assert (fourth["verdict"], fourth["rows"], fourth["accepted"], fourth["rejected"]) == ("ok", 64, 60, 0)
    registry = ct.open(f"sqlite:///{folder / 'credtools.db'}")
    assert list(registry.batches()["state"]) == ["finished"] * 4
    assert registry.verify() == []


MARKS = ("+++", "---")
ADDED_RULE = "+- replace: {column: credential_type, from: Erst-Hilfe, to: First Aid}"


def reasons(wizard: Wizard, page: Page) -> None:
    """Why the run has held the file, one sentence for each reason."""
    expect(wizard.region("Upload CSV")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("has no heading for 'Issue date'").last).to_be_visible()
    unlike = page.locator(".ct-unlike li")
    expect(unlike).to_have_text(
        [
            (
                "The heading row lacks 'Issued' and has 'Issue day', which the last file didn't have."
                "holds an unattended run"
            ),
            "The file has 30 rows; 64 are usual (-53%; up to 30% may pass).holds an unattended run",
            "No rule and no list knows 'Erst-Hilfe' (2 rows).holds an unattended run",
        ]
    )
    wizard.is_accessible()
    screenshot(page, "held-1-headings")
