"""Files: whether those of an SQLite registry are still the ones that were opened.

A file that is deleted, renamed or replaced stays open, and takes writes that nobody will ever read: so a write looks
whether the path still leads to what it writes to, before it begins and before it is committed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from credtools.errors import RegistryError

BESIDE = ("", "-wal", "-shm")  # the registry, its log, and by what several processes find their way in that
KEY = "credtools_file"


@dataclass(frozen=True)
class OpenFile:
    """The files of a registry by their path: (device, inode) of when it was opened, None where there was none."""

    path: str
    known: tuple[tuple[int, int] | None, ...]

    def require(self) -> None:
        """Raises RegistryError (`registry_gone`, `registry_replaced`, `log_gone`) when the path leads elsewhere."""
        for ending, known in zip(BESIDE, self.known, strict=True):
            now = _identity(f"{self.path}{ending}")
            if known is not None and now != known:
                reason = "log_gone" if ending else "registry_replaced" if now else "registry_gone"
                raise RegistryError(reason, path=f"{self.path}{ending}")


def know(record: Any, path: str) -> None:
    """Remembers with a connection which files it has opened."""
    path = os.path.abspath(path)  # noqa: PTH100 - whoever works may change the folder
    record.info[KEY] = OpenFile(path, tuple(_identity(f"{path}{ending}") for ending in BESIDE))


def file_of(connection: Connection) -> OpenFile | None:
    """The files that a connection has opened; None on a server."""
    found: OpenFile | None = connection.connection.info.get(KEY)
    return found


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - at every write, and a Path is made in ten times as long
    except OSError:
        return None
    return found.st_dev, found.st_ino
