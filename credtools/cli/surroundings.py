"""Surroundings: what a command finds where nobody is at home – a container, cron – and sets right for itself."""

from __future__ import annotations

import os
from pathlib import Path

from credtools import temporary

OTHERS_WRITE = 0o022
# What Jupyter, IPython and matplotlib would write to somebody's home; settings there are still read.
WRITTEN_AT_HOME = {"JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib"}
INSTEAD: list[temporary.Folder] = []  # of a home; it goes with the process


def settle() -> None:
    """For this process and those that it starts: open streams, no file that others may change, a place to write to."""
    _keep_numbers()
    os.umask(os.umask(OTHERS_WRITE) | OTHERS_WRITE)
    _find_home()


def _keep_numbers() -> None:
    """Opens stdin, stdout and stderr where they are closed, for else the next file gets the number of one of them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _find_home() -> None:
    """Where there is no home, or none that can be written, a folder that goes with the process takes its place."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises for a user without a name
    there = home.is_absolute() and home.is_dir()
    if there and os.access(home, os.W_OK):
        return
    INSTEAD.append(temporary.Folder())
    folder = INSTEAD[-1].path
    if not there:
        os.environ["HOME"] = str(folder)
    for name, inside in WRITTEN_AT_HOME.items():
        os.environ.setdefault(name, str(folder / inside))
