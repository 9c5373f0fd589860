"""Kernel: the process of its own in which a run's notebook is executed, begun before this one is ready itself.

A kernel's start and imports take longer than the work on 20,000 rows. On two processors they cost little, when this
process does its own imports at the same time; so nothing heavy is imported here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from queue import Empty
from typing import Any, Self

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync

from credtools import errors

NAME = "python3"
ARGUMENTS = (
    "--IPKernelApp.exec_lines=from credtools.limited import kept",
    "--IPKernelApp.exec_lines=with kept(): import credtools.registry",  # before it is asked for it
    "--IPKernelApp.exec_lines=import credtools.errors; credtools.errors.speak({face!r})",  # what it raises is read here
    "--IPKernelApp.log_level=50",  # cron mails whatever a kernel says
    "--HistoryManager.enabled=False",  # what a run leaves is its record, not lines in somebody's home
)
START_SECONDS = 60


class Client(AsyncKernelClient):
    """Goes on as soon as its kernel answers.

    Jupyter's own waits for a silence afterwards; papermill needs none, as each message names the request it answers.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as Jupyter calls it
        """Waits until both channels have spoken. Raises RuntimeError when the kernel has died, or stays silent."""
        until = time.monotonic() + (timeout or START_SECONDS)
        kernel: Any = self.parent
        while time.monotonic() < until and await kernel.is_alive():
            self.kernel_info()
            try:
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
            except Empty:
                continue
            return
        raise RuntimeError("The kernel did not start.")


class Kernel(AsyncKernelManager):
    """A kernel that has begun to start in a working folder; it is executed in once, then ended."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__(kernel_name=NAME, client_factory=Client)
        self._clients: list[AsyncKernelClient] = []
        os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        arguments = [argument.format(face=errors.face()) for argument in ARGUMENTS]
        # What its server says while it ends (messages that nobody waits for any more) belongs in no log: results do.
        run_sync(self.start_kernel)(extra_arguments=arguments, cwd=str(folder), stderr=subprocess.DEVNULL)

    def client(self, **options: Any) -> Any:
        self._clients.append(super().client(**options))
        return self._clients[-1]

    def let_go(self) -> None:
        """Asks it to end, and doesn't wait."""
        self.shutting_down = True
        run_sync(self.request_shutdown)()

    def kill(self) -> None:
        """Ends it at once, as long as nobody has given it anything to do."""
        self.shutting_down = True
        run_sync(self.signal_kernel)(signal.SIGKILL)
        self.end()

    def end(self) -> None:
        """Ends it if it hasn't ended yet: asked first, killed when it doesn't listen."""
        if self.shutting_down:
            run_sync(self.finish_shutdown)(pollinterval=0.01)
        elif run_sync(self.is_alive)():
            run_sync(self.shutdown_kernel)()
        for client in self._clients:
            client.stop_channels()
        run_sync(self.cleanup_resources)()


class Kernels:
    """Hands out kernels, one for each run; while a run is at work the next one starts, as long as more are expected."""

    def __init__(self, folder: str | Path) -> None:
        self.expected = 1
        self._folder = folder
        self._next: Kernel | None = Kernel(folder)

    def take(self) -> Kernel:
        self.expected -= 1
        kernel = self._next or Kernel(self._folder)
        self._next = Kernel(self._folder) if self.expected > 0 else None
        return kernel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._next:
            self._next.kill()
