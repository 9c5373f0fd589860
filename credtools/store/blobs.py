"""Blobs: files kept under the SHA-256 of their content, so that none is stored twice and a changed one is noticed.

A blob is written to a temporary file, flushed to the disk, renamed, and its folder flushed; only what `flush` has
returned for may be referenced (TRUST: blobs first, then the database). Many files are flushed one after the other once
all of them are written (`together`): that is half the work for a disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from credtools.errors import RegistryError
from credtools.text import plural

NAME = re.compile(r"[0-9a-f]{64}")
REST = 86_400.0  # seconds for which nothing is swept: somebody may be about to reference it
MANY = 32  # files that are open at a time


class Blobs:
    """The files in one folder, which only its owner may read (0700, files 0600)."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._unflushed: set[Path | str] = set()
        self._written: dict[str, tuple[IO[bytes], str]] = {}  # by path: a file without its name yet, and what it has
        self._most = 1

    def path(self, sha256: str) -> Path:
        """Where the file with this content lies, if it is there."""
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether a file of this name is here, whatever is in it. Raises RegistryError when that can't be looked up."""
        with self._usable():
            return self.path(sha256).exists()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is put in the meantime is there when this ends, and nothing of it may be read before."""
        self._most = MANY
        try:
            yield
            with self._usable():
                self._name()
        finally:
            self._most = 1
            self._drop()

    def put(self, content: bytes, sha256: str = "") -> str:
        """Keeps the content and returns its SHA-256, which may be known already; a damaged copy is replaced.

        Raises RegistryError when it can't be written. To be referenced only after `flush`.
        """
        sha256 = sha256 or hashlib.sha256(content).hexdigest()
        folder = f"{self.folder}/{sha256[:2]}"  # a text: a Path takes as long as its system call
        path = f"{folder}/{sha256}"
        with self._usable():
            if path not in self._written:
                if self._holds(path, content):
                    os.utime(path)  # fresh again, so that no sweep takes it before it is referenced
                else:
                    self._write(path, folder, content)
        self._unflushed.add(folder)
        return sha256

    def flush(self) -> None:
        """Returns when everything that was put will be there after a loss of power."""
        with self._usable():
            for folder in sorted(self._unflushed, key=str):
                _flush_folder(folder)
        self._unflushed.clear()

    def read(self, sha256: str) -> bytes:
        """The content. Raises RegistryError when it isn't there any more, or is another."""
        with self._usable():
            try:
                content = self.path(sha256).read_bytes()
            except FileNotFoundError as problem:
                raise RegistryError("stored_file_missing", file=sha256[:16], folder=self.folder) from problem
        if hashlib.sha256(content).hexdigest() != sha256:
            raise RegistryError("stored_file_changed", file=sha256[:16], folder=self.folder)
        return content

    def problems(self, expected: Collection[str]) -> list[str]:
        """What is wrong with the files that should be here, as whole sentences: at most one of each kind."""
        found: dict[str, list[str]] = {}
        for sha256 in expected:
            try:
                self.read(sha256)
            except RegistryError as problem:
                kind = "missing" if isinstance(problem.__cause__, FileNotFoundError) else "changed or unreadable"
                found.setdefault(kind, []).append(sha256)
        return [
            f"{_files(len(several))} {kind} in {self.folder} (the first: {several[0]})."
            for kind, several in sorted(found.items())
        ]

    def erase(self, gone: Mapping[str, datetime]) -> None:
        """Removes files that were erased, unless the same content has been put here since (by SHA-256: when)."""
        with self._usable():
            for sha256, at in gone.items():
                path = self.path(sha256)
                if path.exists() and path.stat().st_mtime <= at.timestamp():
                    path.unlink()
                    _flush_folder(path.parent)

    def remains(self, gone: Mapping[str, datetime]) -> list[str]:
        """At most one sentence, about files that were erased and are still here."""
        still = sum(self.path(sha256).exists() for sha256 in gone)
        return [str(RegistryError("erased_files_left", files=_files(still), folder=self.folder))] if still else []

    def sweep(self, referenced: Collection[str], rest: float = REST) -> int:
        """Removes what nothing refers to and what interrupted writes left; returns how many files went."""
        known, before, gone = set(referenced), time.time() - rest, 0
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            ours = NAME.fullmatch(path.name) or path.name.startswith(".new-")
            if ours and path.name not in known and path.lstat().st_mtime < before:
                path.unlink()
                gone += 1
        return gone

    def _make(self, folder: Path) -> None:
        for made in (self.folder, folder):
            if not made.is_dir():
                made.mkdir(mode=0o700, parents=made is self.folder, exist_ok=True)
                self._unflushed.add(made.parent)

    @staticmethod
    def _holds(path: str, content: bytes) -> bool:
        try:
            return os.stat(path).st_size == len(content) and Path(path).read_bytes() == content  # noqa: PTH116 - as above
        except FileNotFoundError:
            return False

    def _write(self, path: str, folder: str, content: bytes) -> None:
        part = f"{folder}/.new-{uuid.uuid4().hex}"
        try:
            file = self._opened(part, folder)
            self._written[path] = file, part
            file.write(content)
            file.flush()
            if len(self._written) >= self._most:
                self._name()
        except BaseException:
            self._drop(part)
            raise

    def _name(self) -> None:
        """Gives what was written its names, once all of it is on the disk."""
        for file, _ in self._written.values():
            os.fsync(file.fileno())
        while self._written:
            path, (file, part) = next(iter(self._written.items()))
            file.close()
            os.replace(part, path)  # noqa: PTH105 - as above
            del self._written[path]

    def _drop(self, *parts: str) -> None:
        """Takes away what has no name yet."""
        gone, self._written = self._written, {}
        for file, _ in gone.values():
            with suppress(OSError):
                file.close()
        for part in {*parts, *(part for _, part in gone.values())}:
            with suppress(OSError):
                os.unlink(part)  # noqa: PTH108 - as above

    def _opened(self, part: str, folder: str) -> IO[bytes]:
        """A new file; its folder is made where there is none."""
        try:
            return _new(part)
        except FileNotFoundError:
            self._make(Path(folder))
            return _new(part)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise RegistryError("stored_files_unusable", folder=self.folder, why=problem.strerror) from problem


def _files(count: int) -> str:
    return f"{plural(count, 'stored media file')} {'is' if count == 1 else 'are'}"


def _new(path: str) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")


def _flush_folder(folder: Path | str) -> None:
    if os.name == "nt":  # Windows opens no folders; a rename is in its journal at once
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
