"""Kernel: the process of its own in which a run's notebook is executed, begun before this one is ready itself.

A kernel's start and imports take longer than the work on 20,000 rows. So nothing heavy is imported here: what the
command must know it asks the kernel, and while that starts it imports papermill.
"""

from __future__ import annotations

import base64
import os
import pickle
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any, Self

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.paths import jupyter_path
from jupyter_core.utils import run_sync

from credtools import errors, temporary

NAME = "python3"
ARGUMENTS = (
    "--IPKernelApp.exec_lines=from credtools.limited import kept",
    "--IPKernelApp.exec_lines=with kept(): from credtools.runs import answers",  # all that it is asked for
    "--IPKernelApp.exec_lines=import credtools.errors; credtools.errors.speak({face!r})",  # what it raises is read here
    "--IPKernelApp.log_level=50",  # cron mails whatever a kernel says
    "--HistoryManager.enabled=False",  # what a run leaves is its record, not lines in somebody's home
)
START_SECONDS = 60
ANSWER = "__import__('credtools.runs.answers', fromlist=['answer']).answer({asked!r})"


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


def pack(value: Any) -> str:
    """A value as text without quotes or breaks, for the same program in another process."""
    return base64.b64encode(pickle.dumps(value)).decode()


def unpack(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))  # noqa: S301 - from our own kernel; its messages are signed


class Kernel(AsyncKernelManager):
    """A kernel that has begun to start in a working folder; it is executed in once, then ended."""

    def __init__(self, folder: str | Path) -> None:
        kinds = KernelSpecManager(kernel_dirs=jupyter_path("kernels"))  # else it loads IPython, to look in its folder
        self._place = temporary.Folder()
        reached = {"connection_file": str(self._place.path / "kernel.json"), "transport": self._place.transport}
        super().__init__(kernel_name=NAME, client_factory=Client, kernel_spec_manager=kinds, **reached)
        self._client: Any = None
        os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        arguments = [argument.format(face=errors.face()) for argument in ARGUMENTS]
        # What its server says while it ends (messages that nobody waits for any more) belongs in no log: results do.
        run_sync(self.start_kernel)(extra_arguments=arguments, cwd=str(folder), stderr=subprocess.DEVNULL)

    def client(self, **options: Any) -> Any:
        """The only one: to the kernel all clients of a manager are the same, and it answers the one that came last."""
        self._client = self._client or super().client(**options)
        return self._client

    def ask(self, question: str, facts: Mapping[str, Any], seconds: float = START_SECONDS) -> Any:
        """What a function of `answers` says in the kernel's process; raises what it raises on purpose.

        None where there is no answer: the kernel has died, doesn't listen, or found something that should not happen.
        """
        said = run_sync(self._answer)(ANSWER.format(asked=pack((question, facts))), seconds)
        found = None if said is None else unpack(said)
        if isinstance(found, errors.CredtoolsError):
            raise found
        return found

    async def _answer(self, expression: str, seconds: float) -> str | None:
        """What an expression gives in the kernel, beside the notebook: nothing of it is seen there."""
        client = self.client()
        client.start_channels(iopub=False, stdin=False, hb=False, control=False)
        request = client.execute("", silent=True, user_expressions={"said": expression}, allow_stdin=False)
        until = time.monotonic() + seconds
        while time.monotonic() < until and await self.is_alive():
            with suppress(Empty):
                reply = await client.get_shell_msg(timeout=1)
                if reply["parent_header"].get("msg_id") == request:
                    said = reply["content"].get("user_expressions", {}).get("said", {})
                    return said["data"]["text/plain"].strip("'") if said.get("status") == "ok" else None
        return None

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
        if self._client:
            self._client.stop_channels()
        run_sync(self.cleanup_resources)()
        self._place.close()


class Kernels:
    """Hands out kernels, one for each run; while a run is at work the next one starts, as long as more are expected."""

    def __init__(self, folder: str | Path) -> None:
        self.expected = 1
        self._folder = folder
        self._next: Kernel | None = Kernel(folder)

    @property
    def next(self) -> Kernel:
        """The one that the next run takes."""
        self._next = self._next or Kernel(self._folder)
        return self._next

    def take(self) -> Kernel:
        self.expected -= 1
        kernel = self.next
        self._next = Kernel(self._folder) if self.expected > 0 else None
        return kernel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._next:
            self._next.kill()
