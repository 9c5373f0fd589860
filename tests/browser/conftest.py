"""Fixtures of the browser tests; whatever lies in this folder is marked `browser` and runs in one process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.lab import Lab, Notebook, chromium, new_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

expect.set_options(timeout=30_000)  # ms; a busy machine is no error: other tests run beside these


@pytest.hookimpl(tryfirst=True)  # before xdist looks which tests stay together
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one JupyterLab, not one per process


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for the session; it serves the temporary folders of all tests."""
    with Lab(tmp_path_factory.getbasetemp()) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; without one the tests fail, they are never skipped."""
    with chromium() as program:
        yield program


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page; the test fails if it asked the outside for anything or left an error uncaught."""
    page, witness = new_page(browser)
    yield page
    page.context.close()
    assert witness.foreign == []
    assert witness.errors == []


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook below this test's `tmp_path` in `page`; its kernel ends with the test."""

    def open_in_page(path: Path, *, whole_lab: bool = False) -> Notebook:
        return Notebook.open(page, lab, path, whole_lab=whole_lab)

    yield open_in_page
    Notebook(page).close()
