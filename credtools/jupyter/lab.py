"""Lab: the working folder's own copies of the notebooks, and JupyterLab on the loopback address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from credtools import settings

FIRST = "upload.ipynb"


def copy_notebooks(folder: Path) -> list[Path]:
    """Copies the notebooks into `folder`, beside its registry; a copy that is there already is never overwritten."""
    copies = []
    for shipped in sorted(settings.documents("notebooks").glob("*.ipynb")):
        copy = folder / shipped.name
        if not copy.exists():
            copy.write_bytes(shipped.read_bytes())
        copies.append(copy)
    return copies


def open_lab(folder: Path, arguments: Sequence[str] = ()) -> int:
    """Starts JupyterLab on the upload notebook; returns its exit code when it is stopped."""
    copy_notebooks(folder)
    # In a container everybody is root, which Jupyter refuses unless asked; it listens on this machine only.
    root = ["--allow-root"] if os.geteuid() == 0 else []
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", *root, *arguments, FIRST]
    return subprocess.call(command, cwd=folder)
