"""Lab: the working folder's own copies of the notebooks, and JupyterLab on the loopback address.

One notebook fills the page, without its code, and runs by itself: `static/lab/` holds what does that in the browser.
The user's own settings of JupyterLab stay as they are; ours go with the process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from credtools import outputs, settings, temporary
from credtools.errors import CredtoolsError

FIRST = "upload.ipynb"
PAGES = ("upload", "review", "approve", "audit", "admin")  # import.ipynb writes: nobody shall run it by opening it
STATIC = Path(__file__).parents[1] / "jupyter" / "static"
EXTENSIONS = STATIC / "lab" / "labextensions"
LIGHT = (sys.executable, "-m", "credtools.serving.light")
NEWS = "@jupyterlab/apputils-extension:announcements"  # asks the outside, and covers the page
HANDS_OUT = "voila.server_extension"  # pictures of the folder, to anybody


def copy_notebooks(folder: Path) -> list[Path]:
    """Copies the notebooks into `folder`, beside its registry; a copy that is there already is never overwritten.

    Raises CredtoolsError when they can't be written.
    """
    copies = []
    for shipped in sorted(settings.documents("notebooks").glob("*.ipynb")):
        copy = folder / shipped.name
        if not copy.exists():
            try:
                outputs.write(copy, shipped.read_bytes(), outputs.SHARED)
            except OSError as problem:
                raise CredtoolsError("notebooks_not_copied", folder=folder, why=problem.strerror) from problem
        copies.append(copy)
    return copies


def open_lab(folder: Path, arguments: Sequence[str] = (), *, whole: bool = False) -> int:
    """Starts JupyterLab on the upload notebook; returns its exit code when it is stopped.

    Args:
        folder: where the notebooks are, or are copied to.
        arguments: further ones for JupyterLab.
        whole: whether the whole JupyterLab opens, with its list of files.
    """
    copy_notebooks(folder)
    # In a container everybody is root, which Jupyter refuses unless asked; it listens on this machine only.
    root = ["--allow-root"] if os.geteuid() == 0 else []
    first = f"--LabApp.default_url=/{'lab' if whole else 'doc'}/tree/{FIRST}"
    ours = ["--ServerApp.ip=127.0.0.1", first, f"--LabApp.extra_labextensions_path={EXTENSIONS}"]
    command = [*LIGHT, "jupyterlab", *ours, *root, *arguments]
    with _settings() as environment, subprocess.Popen(command, cwd=folder, env=environment) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            with suppress(KeyboardInterrupt):  # JupyterLab hears it, too, and asks whether it shall end
                return process.wait()


@contextmanager
def _settings() -> Iterator[Mapping[str, str]]:
    """The environment with settings of ours: no news, which code may run by itself, and no server in the server."""
    page = {"disabledExtensions": {NEWS: True}, "credtoolsCells": _shipped_cells()}
    server = {"ServerApp": {"jpserver_extensions": {HANDS_OUT: False}}}
    with temporary.Folder() as folder:
        for name, settings_of in (("labconfig/page_config", page), ("jupyter_server_config.d/credtools", server)):
            file = folder.path / f"{name}.json"
            file.parent.mkdir()
            file.write_text(json.dumps(settings_of), "utf-8")
        places = os.pathsep.join(filter(None, (str(folder.path), os.environ.get("JUPYTER_CONFIG_PATH"))))
        yield {**os.environ, "JUPYTER_CONFIG_PATH": places}


def _shipped_cells() -> list[str]:
    """The code of the pages as shipped, apart from their parameters."""
    cells = [
        cell
        for name in PAGES
        for cell in json.loads((settings.documents("notebooks") / f"{name}.ipynb").read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", ())
    ]
    return ["".join(cell["source"]) for cell in cells]
