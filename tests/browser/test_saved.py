"""What JupyterLab saves of the pages: notebooks and their checkpoints name nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import credtools as ct
from tests.browser.steps import OpenNotebook, run
from tests.builders import APPROVER, UPLOADER, export, load
from tests.canaries import BAD_TYPE, CANARIES, GOOD, NEAR, OTHERS, TWO_ERRORS, USERS, WIDE, own_schema, spelled_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"


@pytest.mark.long
def test_saved_pages_and_their_checkpoints_name_nobody(
    tmp_path: Path, page: Page, open_notebook: OpenNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page shows her; what JupyterLab keeps of it, twice over and with the state of widgets, doesn't."""
    monkeypatch.chdir(tmp_path)
    own_schema(tmp_path)
    (tmp_path / "credtools.toml").write_text(f'by = "{APPROVER}"\n')
    with ct.init(f"sqlite:///{tmp_path / 'credtools.db'}", by=UPLOADER) as registry:
        load(registry, tmp_path, users=USERS)
        rows = (GOOD, TWO_ERRORS, BAD_TYPE, NEAR, *OTHERS)
        registry.upload(export(tmp_path, *rows, name="hers.csv", headings=WIDE)).finish()
        draft = registry.upload(export(tmp_path, *rows[1:], name="draft.csv", headings=WIDE))
    shown = set()
    for name, given in (("upload", {}), ("review", {"batch": draft.id}), ("approve", {}), ("audit", {})):
        run(tmp_path, open_notebook, page, name, **given)
        page.wait_for_timeout(2_000)
        shown |= spelled_in(page.content().encode(), CANARIES)
        for _ in range(2):  # the second time what was saved before becomes the checkpoint
            page.evaluate(SAVE)
            page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert shown >= {"e-mail", "number", "type"}
    kept = [path for path in tmp_path.rglob("*.ipynb") if path.is_file()]
    assert any(".ipynb_checkpoints" in path.parts for path in kept)
    assert {path.name: found for path in kept if (found := spelled_in(path.read_bytes(), CANARIES))} == {}
