"""App: the notebooks as pages without code, served by Voilà on the loopback address; it stops what it starts."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from credtools import temporary
from credtools.errors import CredtoolsError
from credtools.serving.lab import FIRST, LIGHT, STATIC, copy_notebooks

START_SECONDS, STOP_SECONDS = 60, 10
PAGES = "credtools.serving.pages"
IDLE_SECONDS = 1_800  # a page that nobody looks at any more gives its kernel back
OPTIONS = (
    *("--no-browser", "--Voila.ip=127.0.0.1", "--Voila.port_retries=0", "--Voila.auto_token=True"),
    "--VoilaConfiguration.multi_kernel_manager_class=credtools.serving.spare.SpareKernels",
    *("--template=credtools", "--VoilaConfiguration.allow_template_override=NO", "--classic_tree=True"),
    *(f"--MappingKernelManager.cull_idle_timeout={IDLE_SECONDS}", "--MappingKernelManager.cull_interval=60"),
)


@contextmanager
def served(
    folder: Path, port: int = 0, look: Callable[[], object] = lambda: None
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The apps of a working folder: the server's process, and the address to open, whose token is the key.

    They end with the context, kernels too. `look`: whether there is something to show, looked at while the server
    starts. Raises what `look` raises, and CredtoolsError when the server doesn't start.
    """
    port, token = port or _free_port(), secrets.token_urlsafe(24)
    places = os.pathsep.join(filter(None, (str(STATIC), os.environ.get("JUPYTER_PATH"))))
    environment = {**os.environ, "JUPYTER_PATH": places, "JUPYTER_TOKEN": token}
    kernels = temporary.Folder()
    ours = (f"--Voila.connection_dir_root={kernels.path}", f"--KernelManager.transport={kernels.transport}")
    command = [*LIGHT, PAGES, *OPTIONS, *ours, f"--port={port}", "--Voila.log_level=ERROR", str(folder)]
    # A session of its own: Ctrl+C reaches us, and we end it in order. When we are killed, its stdin says so.
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, start_new_session=True)
    try:
        look()
        copy_notebooks(folder)
        _wait(process, port)
        yield process, f"http://127.0.0.1:{port}/voila/render/{FIRST}?token={token}"
    finally:
        process.terminate()  # Voilà ends its kernels first
        try:
            process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        kernels.close()


def run(folder: Path, port: int, *, browser: bool, say: Callable[[str], None], look: Callable[[], object]) -> int:
    """Serves the apps until Ctrl+C, SIGTERM or the server's end; returns the exit code. `look`: as of `served`."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl+C
    try:
        with served(folder, port, look) as (process, address):
            say(f"The apps are open at {address}")
            say("Ctrl+C ends them.")
            if browser:
                webbrowser.open(address)
            return process.wait()
    except KeyboardInterrupt:
        return 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """Returns when the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise CredtoolsError("pages_not_served", port=port)
