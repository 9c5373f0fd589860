"""Files: what was given (files, folders, zips) as single files, read one by one; nothing is unpacked to disk.

A zip given by name is opened; one inside a folder or another zip is refused. Names are only ever compared and shown,
never used as a path. Where a zip doesn't tell the code page of its names their bytes are kept: see `code_pages`.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import IO

from credtools.checking.parse import UNREADABLE
from credtools.errors import FileError, no_such_file
from credtools.media.litter import is_litter
from credtools.text import JOINERS, fold

MAX_BYTES = 25 << 20  # of one file
MAX_ZIP = 200 << 20  # DESIGN §4: 200 MB per media zip
MAX_ENTRIES, MAX_UNPACKED = 50_000, 1 << 30
MAX_DIRECTORY = 8 << 20  # bytes of a zip's table of contents: 160 for each entry
MAX_RATIO, SMALL = 200, 1 << 20  # bytes per packed byte; of a small file no ratio is alarming
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others take memory that the packer chooses
ENCRYPTED, UTF8 = 0x1, 0x800  # flags of an entry
FOLDER = 0x10  # attribute of an entry
EXTRA = struct.Struct("<2sH")  # kind and size of an extra field
UNICODE_PATH = b"up"  # the kind that holds the name in UTF-8 (APPNOTE.TXT 4.6.9)
PLAIN = re.compile(r"(?:[\w@+(-][\w@+()., -]*/)*[\w@+(-][\w@+()., -]*", re.ASCII)  # most names: nothing to look for
DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)
STREAM = re.compile(  # x.pdf:stream, x:$DATA
    r"\.(pdf|jpe?g|jfif|png|hei[cf]|webp|avif|tiff?|txt|docx?|xlsx?|html?|exe|zip):|:\$\w+(/|$)", re.IGNORECASE
)
UNSTORABLE = re.compile("[\ud800-\udfff\\n\\t]")  # halves of characters
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Packed:
    """Where a name came from that may be read in several ways: the zip, the name's bytes, the same file by a name."""

    zip: Path
    name: bytes
    called: Callable[[str], File]


@dataclass(frozen=True)
class File:
    """One file as it was given: its name within what was given, and how to read it.

    `read` gives all bytes, or raises FileError. `packed`: of a name that doesn't tell its code page.
    """

    name: str
    read: Callable[[], bytes]
    packed: Packed | None = None

    @cached_property
    def short(self) -> str:
        """The name without folders."""
        return PurePosixPath(self.name.replace("\\", "/")).name

    @property
    def is_litter(self) -> bool:
        return is_litter(self.name)


@contextmanager
def gathered(paths: Sequence[str | Path]) -> Iterator[list[File]]:
    """All files in what was given, in the order of their names; to be read while the context is open.

    A zip with nothing to read in it, and a folder with nothing at all, is listed itself like a file that can't be read.

    Raises MissingFileError when there is nothing under one of the paths.
    """
    with ExitStack() as opened:
        found: list[File] = []
        for path in map(Path, paths):
            if path.is_dir():
                found += list(_folder(path)) or [_without_files(path)]
            elif not path.exists():
                raise no_such_file(path)
            elif path.suffix.lower() == ".zip":
                inside = _zip(path, opened)
                found += inside if not all(file.is_litter for file in inside) else [*inside, _without_files(path)]
            else:
                found.append(_file(path, path.name, follow=True))
        yield sorted(found, key=lambda file: file.name)


def _folder(folder: Path) -> Iterator[File]:
    closed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        for path in (Path(place, name) for name in names + folders):
            if path.is_symlink() or not path.is_dir():
                yield _file(path, path.relative_to(folder).as_posix(), follow=False)
    for problem in closed:  # what can't be looked into is listed like a file that can't be read
        name = Path(problem.filename).relative_to(folder).as_posix()
        yield _unread(FileError("unreadable_file", file=name, why=problem.strerror))


def _without_files(path: Path) -> File:
    return _unread(FileError("without_files", file=path.resolve().name))


def _unread(refused: FileError) -> File:
    def read() -> bytes:
        raise refused

    return File(refused.facts["file"], read)


def _file(path: Path, name: str, *, follow: bool) -> File:
    def read() -> bytes:
        _require_plain(name)
        try:
            if not stat.S_ISREG((path.stat() if follow else path.lstat()).st_mode):
                raise FileError("is_link", file=name)
            with path.open("rb") as file:
                return _content(file, name)
        except OSError as problem:
            raise FileError("unreadable_file", file=name, why=problem.strerror) from problem

    return File(name, read)


def _content(file: IO[bytes], name: str) -> bytes:
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise FileError("medium_too_large", file=name)
    return content


def _require_plain(name: str) -> None:
    """No way out of the folder, no letters that can't be seen or stored; no archive that hides others."""
    if not PLAIN.fullmatch(name):
        _require_no_harm(name)
    if fold(name).endswith((".zip", ".7z", ".rar", ".tar", ".gz", ".tgz")):
        raise FileError("inner_archive", file=name)


def _require_no_harm(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or "" in parts or DRIVE.match(name) or STREAM.search("/".join(parts)):
        raise FileError("outside_folder", file=name)
    if UNREADABLE.search(name.translate(JOINERS)) or UNSTORABLE.search(name):
        raise FileError("invisible_name", file=name)


# --- zips ---------------------------------------------------------------------------------------------------


class _Bounded(io.FileIO):
    """A file of which nothing large is read at once, whatever a zip's table of contents claims of its own size."""

    most = MAX_DIRECTORY

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = max(0, os.fstat(self.fileno()).st_size - self.tell())
        if size > self.most:
            raise FileError("zip_entries", file=Path(str(self.name)).name)
        return super().read(size) or b""


def _zip(path: Path, opened: ExitStack) -> list[File]:
    try:
        return _entries(path, opened)
    except FileError as refused:
        return [_unread(refused)]
    except DAMAGED:
        return [_unread(FileError("zip_damaged", file=path.name))]


def _entries(path: Path, opened: ExitStack) -> list[File]:
    if not path.is_file():
        raise FileError("is_link", file=path.name)
    size = path.stat().st_size
    if size > MAX_ZIP:
        raise FileError("zip_size", file=path.name)
    file = opened.enter_context(_Bounded(path))
    archive = opened.enter_context(zipfile.ZipFile(file))
    file.most = MAX_BYTES + 1
    entries = [entry for entry in archive.infolist() if not _is_folder(entry)]
    if len(entries) > MAX_ENTRIES:
        raise FileError("zip_entries", file=path.name)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise FileError("zip_bytes", file=path.name)
    if sum(entry.compress_size for entry in entries) > size:
        raise FileError("zip_overlap", file=path.name)
    return [_entry(path, archive, entry) for entry in entries]


def _is_folder(entry: zipfile.ZipInfo) -> bool:
    """Some packers of Windows end the name of a folder in a backslash."""
    if not entry.filename.endswith("\\"):
        return entry.is_dir()
    return not entry.file_size and (entry.filename.isascii() or bool(entry.external_attr & FOLDER))


def _entry(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> File:
    name, packed = _name(entry)
    file = _called(archive, entry, name)
    return replace(file, packed=Packed(path, packed, partial(_called, archive, entry))) if packed else file


def _called(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> File:
    def read() -> bytes:
        _require_plain(name)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise FileError("is_link", file=name)
        if entry.flag_bits & ENCRYPTED:
            raise FileError("inner_locked", file=name)
        if entry.compress_type not in METHODS:
            raise FileError("inner_method", file=name)
        if entry.file_size > MAX_BYTES:
            raise FileError("medium_too_large", file=name)
        if entry.file_size > SMALL and entry.file_size > MAX_RATIO * entry.compress_size:
            raise FileError("inner_ratio", file=name)
        try:
            with archive.open(entry) as file:  # gives no more than the promised size, and compares the checksum
                return _content(file, name)
        except DAMAGED as problem:
            raise FileError("inner_damaged", file=name) from problem

    return File(name, read)


def _name(entry: zipfile.ZipInfo) -> tuple[str, bytes]:
    """The name as it was packed and, where its code page isn't told, its bytes.

    Many packers write UTF-8 without saying so; what can't be that is read as cp437, which the format says.
    """
    name = entry.orig_filename  # `filename` has lost what follows a NUL
    unsaid = not name.isascii() or UNICODE_PATH in entry.extra
    if entry.flag_bits & UTF8 or not unsaid:
        return name, b""
    packed = name.encode("cp437")
    if told := _unicode_path(entry.extra, packed):
        return told, b""
    if packed.isascii():
        return name, b""
    try:
        return packed.decode("utf-8"), packed
    except UnicodeError:
        return name, packed


def _unicode_path(extra: bytes, packed: bytes) -> str:
    """The name in UTF-8 that WinRAR, Gmail and others add; '' when there is none, or it belongs to another name."""
    while len(extra) >= EXTRA.size:
        kind, size = EXTRA.unpack_from(extra)
        content, extra = extra[EXTRA.size : EXTRA.size + size], extra[EXTRA.size + size :]
        if kind == UNICODE_PATH and content[:5] == struct.pack("<BL", 1, zlib.crc32(packed)):
            with suppress(UnicodeError):
                return content[5:].decode("utf-8")
    return ""
