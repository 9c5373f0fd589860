"""A real `credtools lab` and a real Chromium for the browser tests: default settings, loopback only, no sleeps.

A test asks for the fixtures `open_notebook` and `page` (conftest.py); this module is what they are made of.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
START_SECONDS = 120
STOP_SECONDS = 20

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")  # the same as in the Makefile
CHROMIUM_FLAGS = [
    "--no-sandbox",  # Chromium refuses its sandbox to root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # A request to the outside is recorded and then fails on every machine alike.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


class Lab:
    """`credtools lab` for one folder and all below it; each notebook's kernel works in its own folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.url = self.token = ""
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._private = Path(tempfile.mkdtemp(prefix="credtools-lab-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.terminate()  # the server ends its kernels first
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._private, ignore_errors=True)

    def address(self, notebook: Path, *, whole_lab: bool = False) -> str:
        """Where a browser opens the notebook: alone, or in the whole JupyterLab."""
        path = quote(notebook.resolve().relative_to(self.folder).as_posix())
        return f"{self.url}{'lab' if whole_lab else 'doc'}/tree/{path}?token={self.token}"

    def _start(self) -> None:
        config = self._private / "config"  # a new user: settings as JupyterLab has them
        environment = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(config),
            "JUPYTER_DATA_DIR": str(self._private / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._private / "runtime"),
            "IPYTHONDIR": str(self._private / "ipython"),
            **self._environment,
        }
        options = [
            "--no-browser",
            f"--ServerApp.port={_free_port()}",  # by itself it would take 8888, and race with any other server
            "--ServerApp.port_retries=0",
            "--LabApp.expose_app_in_browser=True",
        ]
        log = self._private / "server.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "credtools", "lab", *options],  # what users start
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C ends the tests, which then stop the server
            )
        self._wait_until_ready(self._process, log)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Wait for the file in which the server says where it listens: it chose the port and the token."""
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            for file in (self._private / "runtime").glob("jpserver-*.json"):
                with suppress(json.JSONDecodeError):  # still being written
                    server = json.loads(file.read_text(encoding="utf-8"))
                    self.url, self.token = server["url"], server["token"]
                    return
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        raise RuntimeError(f"JupyterLab did not start: {log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Witness:
    """What a page did besides showing itself: requests to the outside, and errors nobody caught."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._note(request.url))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._note(socket.url)))
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _note(self, url: str) -> None:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
        inside = scheme in {"chrome-extension", "chrome"}  # the browser's own view of PDFs; data:, blob: have no host
        if host and not inside and host not in {"127.0.0.1", "localhost"}:
            self.foreign.append(url)


@dataclass(frozen=True)
class Notebook:
    """A notebook open in the browser, its kernel ready."""

    page: Page

    @classmethod
    def open(cls, page: Page, lab: Lab, path: Path, *, whole_lab: bool = False) -> Self:
        page.goto(lab.address(path, whole_lab=whole_lab))
        page.wait_for_function("() => window.jupyterapp?.restored")
        page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        page.wait_for_function(
            """() => {
                const session = window.jupyterapp.shell.currentWidget?.sessionContext
                return session?.isReady && session.session?.kernel?.status === 'idle'
            }""",
            timeout=START_SECONDS * 1000,
        )
        return cls(page)

    def ran(self, seconds: float = 120) -> None:
        """Wait until the page has run by itself; the first cell that fails, fails the test."""
        self.page.locator("[data-credtools=ran]").wait_for(timeout=seconds * 1000)
        failure = self.page.evaluate(
            """() => {
                const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells]
                const outputs = cells.flatMap(cell => cell.type === 'code' ? cell.outputs.toJSON() : [])
                const error = outputs.find(output => output.output_type === 'error')
                return error && `${error.ename}: ${error.evalue}`
            }"""
        )
        if failure:
            raise AssertionError(f"A cell of the notebook failed: {failure}")

    def cell(self, number: int) -> Locator:
        """A cell, counted from 0."""
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{number}"]')

    def close(self) -> None:
        """End the kernels: sessions are known by path and would outlive the page."""
        self.page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium with an empty profile."""
    names = (shutil.which(name) for name in CHROMIUM_NAMES)
    program = next((name for name in names if name), None)
    if program is None:
        raise RuntimeError("The browser tests need Chromium and found none: run 'make browser'.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def new_page(browser: Browser, **options: Any) -> tuple[Page, Witness]:
    """A page in a profile of its own, and the witness of what it does; options as for `new_context`."""
    context = browser.new_context(**{"viewport": {"width": 1400, "height": 950}, **options})
    witness = Witness()
    witness.watch(context)
    return context.new_page(), witness


def screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the page for people to look at."""
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path
