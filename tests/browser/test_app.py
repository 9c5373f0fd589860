"""The apps without code: Voilà with our own template, in a real Chromium."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from credtools import demo
from credtools.cli import main
from tests.browser.lab import screenshot
from tests.browser.steps import PATIENCE, Wizard, right_rows, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINUTE = 60_000


def test_apps_need_no_code_load_nothing_from_outside_and_end_with_their_command(tmp_path: Path, page: Page) -> None:
    """Upload and approval in pages that show no code; without the token nobody comes in; SIGTERM leaves no process.

    A page that is left ends its kernel, so there is never more than one more than pages are open.
    """
    made = demo.prepare(tmp_path / "demo", rows=300)
    command = [sys.executable, "-m", "credtools", "app", "--no-browser"]
    below: list[int] = []
    with started(command, made.folder) as process:
        assert process.stdout
        address = process.stdout.readline().removeprefix("The apps are open at ").strip()
        wizard = Wizard(page)
        page.goto(address.partition("?")[0])
        expect(page).to_have_url(re.compile("/login"))
        page.goto(address)
        wizard.button("Bulk upload (CSV)").wait_for(timeout=MINUTE)
        wizard.is_accessible()
        wizard.upload(
            write(tmp_path / "one.csv", [*right_rows(3), [*right_rows(1)[0][:1], "Frist Aid", "01/01/2024", ""]])
        )
        wizard.counts("3 ready · 1 rejected")
        wizard.button("Next").click()
        wizard.button("Finish and upload").click()
        wizard.button("Later").click(timeout=PATIENCE)
        wizard.button("To the credentials").click()
        expect(page.get_by_text("3 versions of 3 credentials", exact=True)).to_be_visible()
        screenshot(page, "app-1-credentials")
        page.get_by_role("link", name="Approvals").click()
        wizard.counts("3 credentials wait for approval")
        page.get_by_role("link", name="Dark").click()
        wizard.button("Approve all 3 that fit…").click(timeout=MINUTE)
        screenshot(page, "app-2-approve-dark")
        wizard.button("Approve them").click()
        wizard.tells("3 credentials approved.")
        page.get_by_role("link", name="Audit").click()
        wizard.counts("1 rejected row · 1 open")
        expect(wizard.region("What became of the rows").get_by_role("img")).to_be_visible(timeout=MINUTE)
        screenshot(page, "app-3-audit-dark")
        assert page.get_by_text("import credtools").count() == 0
        wait_for(lambda: len(kernels(process.pid)) <= 2)  # after four pages
        page.goto("about:blank")
        wait_for(lambda: len(kernels(process.pid)) == 1)
        below += children(process.pid)
        assert len(below) >= 2
    assert not [number for number in below if Path(f"/proc/{number}/cmdline").exists()]


@pytest.mark.long
def test_lab_opens_in_a_container_too(tmp_path: Path) -> None:
    """`credtools lab` starts for whoever runs it, root included, on this machine only, with the notebooks beside."""
    demo.prepare(tmp_path / "demo", rows=100)
    command = [sys.executable, "-m", "credtools", "lab", "--no-browser", "--ServerApp.port=0"]
    with subprocess.Popen(command, cwd=tmp_path / "demo", stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = next(line for line in process.stderr if "127.0.0.1" in line and "token=" in line)
        process.send_signal(signal.SIGTERM)  # it ends JupyterLab in order
        process.stderr.read()
    assert "http://127.0.0.1:" in said
    assert (tmp_path / "demo" / "audit.ipynb").is_file()


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A command that ends in order when it is asked to."""
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


def kernels(number: int) -> list[int]:
    """The kernels below a process."""
    return [one for one in children(number) if b"ipykernel_launcher" in command_of(one)]


def command_of(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return b""


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    """Until it is so; what isn't so in time fails the test."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def children(number: int) -> list[int]:
    """All processes below one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [number]
    for parent in found:
        found += [pid for pid, above in parents if above == parent and pid != os.getpid()]
    return found[1:]


def test_without_a_registry_the_command_says_so_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not each page, but the command says what is missing and what to do."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["app", "--no-browser"])
    sentence = (
        f"credtools: There is no registry at {tmp_path / 'credtools.db'}. Go to the folder of your organisation, or "
        "create one with 'credtools init'.\n"
    )
    assert (done.exit_code, done.stderr) == (2, sentence)
    assert list(tmp_path.iterdir()) == []
