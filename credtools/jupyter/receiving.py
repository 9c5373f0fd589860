"""Receiving: a file that comes from the browser in pieces, written straight to disk and hashed.

The server drops messages of more than 10 MiB without a word, so the browser cuts files into pieces of 1 MiB and waits
for the answer to earlier ones before it sends more.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from credtools.errors import CredtoolsError

MAX_BYTES = 1024**3


@dataclass(frozen=True)
class Received:
    """A file that has arrived whole."""

    path: Path
    size: int
    sha256: str


@dataclass
class _Arriving:
    path: Path
    file: BinaryIO
    size: int
    pieces: int = 0


class Receiver:
    """The files that are on their way; what has arrived lies in a folder of its own that goes with this object."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="credtools-")
        self._arriving: dict[str, _Arriving] = {}
        self._begun = 0

    def begin(self, key: str, name: str, size: int) -> None:
        """A file of this name and size is about to come. Raises CredtoolsError when it can't be taken."""
        if size > MAX_BYTES:
            raise CredtoolsError(f"{name} has {size / 1e6:,.0f} MB, but at most {MAX_BYTES / 1e6:,.0f} MB can be sent.")
        self._begun += 1
        folder = Path(self._folder.name) / str(self._begun)  # two files may have the same name
        folder.mkdir()
        path = folder / (PurePath(name.replace("\x00", "")).name or "upload.csv")
        try:
            self._arriving[key] = _Arriving(path, path.open("wb"), size)
        except (OSError, ValueError) as problem:
            raise CredtoolsError("The name of this file can't be used here; give it a shorter one.") from problem

    def piece(self, key: str, data: bytes | memoryview) -> int:
        """The next piece of a file; returns how many have come."""
        arriving = self._arriving[key]
        arriving.file.write(data)
        arriving.pieces += 1
        return arriving.pieces

    def end(self, key: str) -> Received:
        """The file is whole. Raises CredtoolsError when bytes are missing."""
        arriving = self._arriving.pop(key)
        arriving.file.close()
        size = arriving.path.stat().st_size
        if size != arriving.size:
            raise CredtoolsError(
                f"Of {arriving.path.name} only {size:,} of {arriving.size:,} bytes arrived; upload it again."
            )
        with arriving.path.open("rb") as file:
            return Received(arriving.path, size, hashlib.file_digest(file, "sha256").hexdigest())
