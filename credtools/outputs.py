"""Outputs: files for people – whole under their name or not there, and for nobody to read or change who shouldn't.

Whatever the umask says: what may hold personal data is its owner's, and at most its group may read it; what belongs to
a team (recipes, notebooks, templates) nobody else can change.
"""

from __future__ import annotations

import fcntl
import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

PRIVATE, SHARED = 0o600, 0o644  # of a new file, from which the umask takes more away
KEPT = {PRIVATE: 0o640, SHARED: 0o775}  # what is left of the rights of a file that is replaced
FOLDER = 0o755


@contextmanager
def writing(path: Path, mode: int = PRIVATE) -> Iterator[Path]:
    """A new file beside a path, which takes its place at the end, and is gone when the block raises. Raises OSError.

    Folders are made if need be; a link stays one; a file that was there keeps its rights, as far as `KEPT` allows.
    """
    make_folder(path.parent)
    path = path.resolve()
    with beside(path, mode) as new:
        if path.exists():
            new.chmod(stat.S_IMODE(path.stat().st_mode) & KEPT[mode] | 0o600)
        yield new
        new.replace(path)


@contextmanager
def beside(path: Path, mode: int = PRIVATE) -> Iterator[Path]:
    """A new file beside a path until the block ends, whose name is its own. Raises OSError.

    It is locked meanwhile: what a killed process left of the same path is held by nobody, and is removed here.
    """
    start, end = f".{path.stem[:100]}.new-", path.suffix
    for left in path.parent.glob(f"{escape(start)}{'[0-9a-f]' * 8}{escape(end)}"):
        if (lock := locked(left)) is not None:
            left.unlink(missing_ok=True)
            os.close(lock)
    lock = None
    while lock is None:
        new = path.with_name(f"{start}{uuid.uuid4().hex[:8]}{end}")
        made = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        lock = locked(new)
        if lock is None and new.exists():
            lock = os.dup(made)  # a file system without locks, where nobody removes it either
        os.close(made)
    try:
        yield new
    finally:
        new.unlink(missing_ok=True)
        os.close(lock)


def locked(place: Path) -> int | None:
    """The lock of a file or folder of this user; None where another process holds it, or it isn't there any more."""
    with suppress(OSError):
        lock = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(lock)
            if found.st_uid == os.geteuid() and os.path.samestat(found, place.lstat()):
                return lock
        except OSError:
            os.close(lock)
            raise
        os.close(lock)
    return None


def write(path: Path, content: str | bytes, mode: int = PRIVATE) -> None:
    """A whole file. Raises OSError."""
    with writing(path, mode) as new:
        new.write_bytes(content.encode() if isinstance(content, str) else content)


def make_folder(folder: Path, mode: int = FOLDER) -> None:
    """A folder and those above it, none of which others can write to. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=mode, exist_ok=True)
