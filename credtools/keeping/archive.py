"""Archive: a moment of a registry in one file.

A zip, in which `tables/NAME` are rows (see `lines`), `files/SHA256` uploaded files, `media/SHA256` media, and the last
member, `manifest.json`, says what all of them should be. Nothing in it is ever used as a path.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from credtools import outputs
from credtools.errors import RegistryError
from credtools.keeping.manifest import Files, Manifest, Part
from credtools.keeping.outgoing import Kept

MANIFEST = "manifest.json"
MEMBER = re.compile(r"(?:tables/[a-z0-9_]{1,63}|(?:files|media)/[0-9a-f]{64}|manifest\.json)")
LARGEST_MANIFEST = 2**24  # bytes
QUICK = 1  # of zlib's levels: most of the gain for a third of the time
CHUNK = 2**18
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may need as much memory as they like
ENCRYPTED = 1  # a flag of a member
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError, TypeError, ArithmeticError),
    *(AttributeError, NotImplementedError, RuntimeError),
)


@dataclass
class Writing:
    """An archive that is being written."""

    zip: zipfile.ZipFile
    parts: list[Part] = field(default_factory=list)

    def table(self, table: Kept, chunks: Iterable[bytes]) -> None:
        """Adds the rows of a table."""
        digest, rows = hashlib.sha256(), 0
        with self.zip.open(f"tables/{table.name}", "w", force_zip64=True) as out:
            for chunk in chunks:
                out.write(chunk)
                digest.update(chunk)
                rows += chunk.count(b"\n")
        self.parts.append(Part(table, rows, digest.hexdigest()))

    def files(self, folder: str, files: Iterable[tuple[str, bytes]], *, packed: bool) -> Files:
        """Adds files under their SHA-256."""
        names = []
        for sha256, content in files:
            self.zip.writestr(f"{folder}/{sha256}", content, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)
            names.append(sha256)
        return Files.of(names)

    def manifest(self, manifest: Manifest) -> None:
        self.zip.writestr(MANIFEST, manifest.as_text())


@contextmanager
def writing(path: Path, *, force: bool) -> Iterator[Writing]:
    """A new archive; it is under its name only when it is whole. Raises RegistryError, also where a file is there.

    Only its owner may read it: it holds everything.
    """
    path = path.absolute()
    if path.is_dir() or (path.exists() and not force):
        raise RegistryError("backup_exists", path=path)
    try:
        with outputs.beside(path) as new:
            with new.open("wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as archive:
                    yield Writing(archive)
                file.flush()
                os.fsync(file.fileno())
            give_name(new, path, force=force)
    except FileExistsError:
        raise RegistryError("backup_exists", path=path) from None
    except OSError as problem:
        raise RegistryError("backup_not_written", path=path, why=problem.strerror) from problem


def give_name(new: Path, path: Path, *, force: bool = False) -> None:
    """A file that is whole gets its name. Raises OSError, FileExistsError where one is there without `force`."""
    if force:
        new.replace(path)
    else:
        try:
            os.link(new, path)  # unlike a rename it replaces nothing
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if path.exists():
                raise FileExistsError(path) from None
            new.rename(path)
    if os.name != "nt":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass
class Reading:
    """An archive that is read; whatever isn't as its manifest says is a RegistryError (`backup_damaged`)."""

    path: Path
    zip: zipfile.ZipFile
    manifest: Manifest

    def lines(self, part: Part) -> Iterator[bytes]:
        """The rows of a table; its digest is checked at the end, so that nothing may be kept before."""
        digest, rows = hashlib.sha256(), 0
        with damage(self.path), self.zip.open(f"tables/{part.table.name}") as member:
            while chunk := member.read(CHUNK):
                digest.update(chunk)
                rows += chunk.count(b"\n")
                yield chunk
            if (digest.hexdigest(), rows) != (part.sha256, part.rows):
                raise ValueError(part.table.name)

    def files(self, folder: str) -> Iterator[tuple[str, bytes]]:
        """The files of a folder of the archive, with their SHA-256."""
        for name in self._names(folder):
            with damage(self.path):
                content = self.zip.read(f"{folder}/{name}")
                if hashlib.sha256(content).hexdigest() != name:
                    raise ValueError(name)
            yield name, content

    def _names(self, folder: str) -> list[str]:
        start = f"{folder}/"
        return sorted(name.removeprefix(start) for name in self.zip.namelist() if name.startswith(start))

    def check(self) -> None:
        """Raises ValueError where its members aren't those that the manifest names."""
        named = [part.table.name for part in self.manifest.parts]
        if self._names("tables") != sorted(named):
            raise ValueError("tables")
        for folder, files in (("files", self.manifest.files), ("media", self.manifest.media)):
            if Files.of(self._names(folder)) != files:
                raise ValueError(folder)

    def sizes(self, folder: str) -> dict[str, int]:
        """By name the bytes of what is in a folder, unpacked, as it says; more than that is never read."""
        return {name: self.zip.getinfo(f"{folder}/{name}").file_size for name in self._names(folder)}


@contextmanager
def damage(path: Path, reason: str = "backup_damaged") -> Iterator[None]:
    """Turns what a damaged archive leads to into one sentence."""
    try:
        yield
    except DAMAGED:
        raise RegistryError(reason, file=path) from None  # the cause may quote what is in it
    except OSError as problem:
        if problem.errno == errno.EINVAL:  # it names a place that no file has
            raise RegistryError(reason, file=path) from None
        raise RegistryError("backup_unreadable", file=path, why=problem.strerror) from problem


@contextmanager
def reading(path: Path) -> Iterator[Reading]:
    """An archive. Raises RegistryError for a file that isn't one, or isn't whole."""
    try:
        file: BinaryIO = path.open("rb")
    except OSError as problem:
        raise RegistryError("backup_unreadable", file=path, why=problem.strerror) from problem
    with file:
        with damage(path, "not_a_backup"):
            archive = zipfile.ZipFile(file)
        with archive:
            yield _opened(path, archive)


def _opened(path: Path, archive: zipfile.ZipFile) -> Reading:
    names = archive.namelist()
    foreign = [one for one in names if not MEMBER.fullmatch(one)]
    if foreign or MANIFEST not in names or len({*names}) != len(names):
        raise RegistryError("not_a_backup", file=path)
    if any(one.compress_type not in PACKED or one.flag_bits & ENCRYPTED for one in archive.infolist()):
        raise RegistryError("backup_repacked", file=path)
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise RegistryError("backup_damaged", file=path)
    with damage(path):
        found = Reading(path, archive, Manifest.from_text(archive.read(MANIFEST).decode()))
        found.check()
    return found


def require_room(needed: Iterable[tuple[Path, int]]) -> None:
    """Raises RegistryError where a disk has no room for all that goes into these folders, which may share it."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in needed:
        there = next(one for one in (folder, *folder.absolute().parents) if one.is_dir())
        first, before = disks.get(disk := there.stat().st_dev, (there, 0))
        disks[disk] = first, before + size
    for folder, size in disks.values():
        if size > (free := shutil.disk_usage(folder).free):
            raise RegistryError("no_room", folder=folder, needed=size, free=free)
