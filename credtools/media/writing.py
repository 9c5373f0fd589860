"""Writing: files written out to a folder or to zips; what is there under its name is whole, and nothing is replaced.

All is written beside under another name and renamed at the end: who is interrupted leaves nothing that looks finished.
"""

from __future__ import annotations

import re
import shutil
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from credtools import outputs
from credtools.errors import CredtoolsError
from credtools.media import files

Written = tuple[str, datetime, bytes]  # name, since when it is kept, content
HEADERS = 30 + 46  # bytes of a zip for an entry, besides its name (APPNOTE.TXT 4.3.7, 4.3.12)
NEW = ".credtools-new-"  # the folder of what isn't finished; it may be deleted when nobody writes
FILE = re.compile(r"\.(?!\d+\Z)([a-z0-9]{2,5}|parquet)", re.IGNORECASE)  # an ending, not a day or a version
ROOM = 1 << 16  # bytes of a zip that are left free


def require_free(target: Path) -> None:
    """Raises CredtoolsError when something is there already that writing to this place would change.

    And when a folder would be made under the name of a file: who writes `a.csv` expects a table.
    """
    if target.suffix.lower() != ".zip" and FILE.fullmatch(target.suffix) and not target.exists():
        raise CredtoolsError("scans_to_a_file", name=target.name)
    if target.suffix.lower() == ".zip":
        taken = target.exists() or target.is_symlink()
    else:
        taken = target.exists() and (not target.is_dir() or not all(map(_is_rest, target.iterdir())))
    if taken:
        raise CredtoolsError("scans_in_the_way", path=target)


def _is_rest(path: Path) -> bool:
    """What is left of a process that was killed."""
    return path.name.startswith(NEW)


def write(target: Path, given: Iterable[Written]) -> list[Path]:
    """Writes files to a new or empty folder, or to F.zip, F-2.zip …, each no larger than what `add_media` takes.

    One file is in memory at a time. Returns the folder or the zips. Raises CredtoolsError.
    """
    require_free(target)
    try:
        with _beside(target) as new:
            if target.suffix.lower() != ".zip":
                for name, _, content in given:
                    outputs.write(new / name, content)
                _place(new, target)
                return [target]
            parts = _zips(new, target, given)
            targets = [target.with_name(part.name) for part in parts]
            for path in targets:
                require_free(path)
            return [part.rename(path) for part, path in zip(parts, targets, strict=True)]
    except OSError as problem:
        raise CredtoolsError("export_not_written", path=target, why=problem.strerror) from problem


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new folder on the same disk that is gone afterwards, unless it was renamed: in an empty one, else beside."""
    above = target if target.is_dir() else target.parent
    outputs.make_folder(above)
    new = above / f"{NEW}{uuid.uuid4().hex[:8]}"
    new.mkdir(mode=0o700)
    try:
        yield new
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _place(new: Path, target: Path) -> None:
    """A whole folder, or all its files into one that was there, with its rights and whatever it is a link to."""
    if not target.is_dir():
        new.rename(target)
        return
    for file in new.iterdir():
        file.rename(target / file.name)


def _zips(folder: Path, target: Path, given: Iterable[Written]) -> list[Path]:
    parts: list[Path] = []
    archive: zipfile.ZipFile | None = None
    size = directory = entries = 0
    try:
        for name, at, content in given:
            more = HEADERS + 2 * len(name.encode()) + len(content)
            listed = HEADERS + len(name.encode())
            full = size + more > files.MAX_ZIP - ROOM or directory + listed > files.MAX_DIRECTORY - ROOM
            if archive is None or full or entries == files.MAX_ENTRIES:
                if archive:
                    archive.close()
                stem = target.stem if not parts else f"{target.stem}-{len(parts) + 1}"
                parts.append(folder / f"{stem}{target.suffix}")
                parts[-1].touch(outputs.PRIVATE)
                archive, size, directory, entries = zipfile.ZipFile(parts[-1], "w"), 0, 0, 0
            entry = zipfile.ZipInfo(name, max(at.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)  # stored: pictures and PDFs are packed already
            size, directory, entries = size + more, directory + listed, entries + 1
    finally:
        if archive:
            archive.close()
    return parts or [_empty(folder / target.name)]


def _empty(path: Path) -> Path:
    path.touch(outputs.PRIVATE)
    with zipfile.ZipFile(path, "w"):
        return path
