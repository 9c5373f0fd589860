"""A process that dies at a chosen moment: before a file goes, or before a statement of SQLite."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

import credtools as ct
from tests.builders import UPLOADER

PROCESSES = multiprocessing.get_context("forkserver")


def killed_at(seam: str, url: str, folder: Path, verb: str, *given: object) -> bool:
    """Whether a process that does something with a registry came to the seam, where it was killed.

    The seam: how a statement begins, or `os.remove` and the name of a file, or of the folder of blobs.
    """
    process = PROCESSES.Process(target=_do_and_die, args=(seam, url, folder, verb, *given))
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _do_and_die(seam: str, url: str, folder: Path, verb: str, *given: object) -> None:
    os.chdir(folder)
    registry = ct.open(url, by=UPLOADER)

    def die(what: str) -> None:
        if what.startswith(seam):
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(what: str, told: tuple[object, ...]) -> None:
        if what == "os.remove":
            path = Path(str(told[0]))
            die(f"os.remove {'blobs' if 'blobs' in path.parts else path.name}")

    @event.listens_for(registry.engine, "checkout")
    def _trace(connection: Any, *_: object) -> None:
        connection.set_trace_callback(die)

    sys.addaudithook(watch)
    getattr(registry, verb)(*given)
    os._exit(0)
