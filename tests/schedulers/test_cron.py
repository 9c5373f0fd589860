"""The worked example for cron, run by cron itself, in the environment that it gives and at the minute it is told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from credtools.registry import Registry
from tests.schedulers.conftest import EXAMPLES

ROOT_RIGHTS = [] if os.getuid() == 0 else ["sudo", "-n"]
SECONDS = 150  # to the next minute, and for the import


@contextmanager
def crontab(text: str) -> Iterator[None]:
    """Gives this user another crontab, and the old one back."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
    subprocess.run(["crontab", "-"], input=text.encode(), check=True)
    try:
        yield
    finally:
        if before.returncode == 0:
            subprocess.run(["crontab", "-"], input=before.stdout, check=True)
        else:
            subprocess.run(["crontab", "-r"], check=True)


@contextmanager
def cron() -> Iterator[None]:
    """A cron at work: our own, unless the machine has one already, which then ends this one at once."""
    process = subprocess.Popen([*ROOT_RIGHTS, "cron", "-f"], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        if process.poll() is None:
            subprocess.run([*ROOT_RIGHTS, "kill", str(process.pid)], check=True)
        process.wait()


def soon(line: str) -> str:
    """The command of a crontab's line, at the next minute that surely lies ahead."""
    then = datetime.now().astimezone() + timedelta(seconds=65)
    return f"{then.minute} {then.hour} * * * {line.split(maxsplit=5)[5]}"


def test_cron_imports_what_has_arrived(registry: Registry) -> None:
    """The crontab of the example, at another time and place: at its minute the file is imported, with its record."""
    home = registry.places.runs.parent
    places = {"/srv/credentials/.venv/bin": str(Path(sys.executable).parent), "/srv/credentials": str(home)}
    text = (EXAMPLES / "crontab").read_text("utf-8")
    for old, new in places.items():
        text = text.replace(old, new)
    *before, job = text.splitlines()
    with crontab("\n".join([*before, soon(job), ""])), cron():
        until = time.monotonic() + SECONDS
        while not list(registry.places.runs.glob("*/run.json")) and time.monotonic() < until:
            time.sleep(1)
    assert registry.batch(1).state == "finished"
    assert registry.batch(1).counts.accepted == 1
    assert registry.verify() == []
