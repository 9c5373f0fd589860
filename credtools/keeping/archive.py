"""Archive: a moment of a registry in one file.

A zip, in which `tables/NAME` are rows (see `lines`), `files/SHA256` uploaded files, `media/SHA256` media, and the last
member, `manifest.json`, says what all of them should be. Nothing in it is ever used as a path.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from credtools.errors import RegistryError
from credtools.keeping.lines import KINDS
from credtools.keeping.outgoing import Head, Kept
from credtools.settings import VERSION

FORMAT = "credtools backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
MEMBER = re.compile(r"(?:tables/[a-z0-9_]{1,63}|(?:files|media)/[0-9a-f]{64}|manifest\.json)")
LARGEST_MANIFEST = 2**24  # bytes
QUICK = 1  # of zlib's levels: most of the gain for a third of the time
CHUNK = 2**18
DAMAGED = (zipfile.BadZipFile, EOFError, ValueError, KeyError, TypeError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Part:
    """A table in the archive: how many rows, and what its text is."""

    table: Kept
    rows: int
    sha256: str


@dataclass(frozen=True)
class Files:
    """Files in the archive: how many, and the digest over their names, which are their digests."""

    count: int
    sha256: str

    @classmethod
    def of(cls, names: Sequence[str]) -> Files:
        return cls(len(names), hashlib.sha256("".join(names).encode()).hexdigest())


@dataclass(frozen=True)
class Manifest:
    """What an archive says about itself."""

    made: datetime
    layout: str
    database: str  # the kind from which it came: sqlite, postgresql
    head: Head
    parts: tuple[Part, ...]
    files: Files
    media: Files
    team: str | None = None  # the prefix of the roles that kept its rights
    lost: tuple[str, ...] = ()  # files that were missing or changed when it was made
    credtools: str = VERSION

    def as_text(self) -> str:
        data = asdict(self) | {"format": FORMAT, "version": FORMAT_VERSION}
        data |= {"made": self.made.isoformat(), "head": self.head._asdict()}
        return json.dumps(data, indent=1)

    @classmethod
    def from_text(cls, text: str) -> Manifest:
        """Raises ValueError, KeyError, TypeError for one that isn't ours; RegistryError for a newer one."""
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError("The format is another one.")
        if data["version"] != FORMAT_VERSION:
            raise RegistryError("backup_newer", version=data["version"], known=FORMAT_VERSION)
        del data["format"], data["version"]
        data |= {"made": datetime.fromisoformat(data["made"]), "head": Head(**data["head"])}
        data |= {"files": Files(**data["files"]), "media": Files(**data["media"]), "lost": tuple(data["lost"])}
        return cls(**data | {"parts": tuple(_part(**part) for part in data["parts"])})


def _part(table: dict[str, Any], rows: int, sha256: str) -> Part:
    columns = tuple((str(name), str(kind)) for name, kind in table["columns"])
    if {kind for _, kind in columns} - KINDS.keys() or {*table["key"]} - {name for name, _ in columns}:
        raise ValueError("A column is of an unknown kind, or isn't there.")
    return Part(Kept(str(table["name"]), columns, tuple(table["key"])), rows, sha256)


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
    new = path.with_name(f".{path.name[:100]}.new-{uuid.uuid4().hex[:8]}")
    try:
        try:
            with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as archive:
                    yield Writing(archive)
                file.flush()
                os.fsync(file.fileno())
            give_name(new, path, force=force)
        finally:
            new.unlink(missing_ok=True)
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

    def size(self, folder: str = "") -> int:
        """Bytes of what is in it, unpacked, as it says; more than that is never read."""
        return sum(one.file_size for one in self.zip.infolist() if one.filename.startswith(folder))


@contextmanager
def damage(path: Path) -> Iterator[None]:
    """Turns what a damaged archive leads to into one sentence."""
    try:
        yield
    except DAMAGED:
        raise RegistryError("backup_damaged", file=path) from None  # the cause may quote what is in it
    except Exception as problem:
        if type(problem).__module__ == "zlib":
            raise RegistryError("backup_damaged", file=path) from None
        raise


@contextmanager
def reading(path: Path) -> Iterator[Reading]:
    """An archive. Raises RegistryError for a file that isn't one, or isn't whole."""
    try:
        file: BinaryIO = path.open("rb")
    except OSError as problem:
        raise RegistryError("backup_unreadable", file=path, why=problem.strerror) from problem
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except DAMAGED:
            raise RegistryError("not_a_backup", file=path) from None
        with archive:
            yield _opened(path, archive)


def _opened(path: Path, archive: zipfile.ZipFile) -> Reading:
    names = archive.namelist()
    foreign = [one for one in names if not MEMBER.fullmatch(one)]
    if foreign or MANIFEST not in names or len({*names}) != len(names):
        raise RegistryError("not_a_backup", file=path)
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise RegistryError("backup_damaged", file=path)
    with damage(path):
        found = Reading(path, archive, Manifest.from_text(archive.read(MANIFEST).decode()))
        found.check()
    return found


def require_room(folder: Path, needed: int) -> None:
    """Raises RegistryError where a disk has no room for what an archive says it holds."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.is_dir())
    if needed > (free := shutil.disk_usage(there).free):
        raise RegistryError("no_room", folder=folder, needed=needed, free=free)
