"""Temporary: folders that go with their process, however that ends.

Files that people send to a page, and how to reach a kernel, lie in the system's folder for temporary files, readable by
their owner only. A process that is killed can't clear up: each folder is locked as long as its process lives, and
whoever makes the next one removes those that nobody holds.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Self

from credtools import outputs

PREFIX = "credtools-tmp-"
LONGEST = 45  # of a folder in which sockets of kernels have room: a path of one may have about 100 characters


class Folder:
    """A folder of this process: `path`. Removed by `close`, with the last reference, or when the process ends."""

    def __init__(self) -> None:
        clear()
        lock = None
        while lock is None:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            lock = outputs.locked(self.path)
            if lock is None and self.path.exists():
                lock = os.open(self.path, os.O_RDONLY)  # a file system without locks; nobody else can get one either
        self.close = weakref.finalize(self, _remove, self.path, lock)

    @property
    def transport(self) -> str:
        """How to speak to a kernel whose connection file lies here: by sockets that others can't open, if they fit.

        On a port of this machine whoever works on it, too, can listen to what a kernel says.
        """
        return "ipc" if len(str(self.path)) <= LONGEST else "tcp"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def clear() -> None:
    """Removes the folders of this user that killed processes have left."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if path.is_dir() and (lock := outputs.locked(path)) is not None:
            _remove(path, lock)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
