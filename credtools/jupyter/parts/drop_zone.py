"""Drop zone: files that come from the browser in pieces, written straight to disk.

The server drops messages of more than 10 MiB without a word, so the browser cuts files into pieces of 1 MiB and waits
for the answer to earlier ones before it sends more.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.page import Page
from credtools.registry import Registry

MAX_BYTES = 1024**3


@dataclass
class _Incoming:
    path: Path
    file: BinaryIO
    size: int
    pieces: int = 0


class DropZone(Page):
    """A page to which files can be sent; they lie in a folder that goes with it, media until they are used."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._folder = tempfile.TemporaryDirectory(prefix="credtools-")
        self._incoming: dict[str, _Incoming] = {}
        self._begun = 0
        self._media: list[Path] = []

    def do_piece(self, key: str, buffers: list[Any]) -> None:
        incoming = self._incoming[key]
        incoming.file.write(buffers[0])
        incoming.pieces += 1
        self.send({"type": "ack", "key": key, "pieces": incoming.pieces})

    def do_medium(self, key: str, name: str, size: int) -> None:
        """A medium is about to come."""
        self.expect(key, name, size)

    def do_arrived(self, key: str) -> None:
        """A medium has arrived; all are matched together later."""
        self._media.append(self.arrived(key))
        self.send({"type": "received", "key": key})

    def expect(self, key: str, name: str, size: int) -> None:
        """A file is about to come. Raises CredtoolsError when it can't be taken, and the browser sends none of it."""
        try:
            self._incoming[key] = self._begin(name, size)
        except CredtoolsError:
            self.send({"type": "refused", "key": key})
            raise

    def arrived(self, key: str) -> Path:
        """Where the file lies, now that it is whole. Raises CredtoolsError when bytes are missing."""
        incoming = self._incoming.pop(key)
        incoming.file.close()
        path, found = incoming.path, incoming.path.stat().st_size
        if found != incoming.size:
            raise CredtoolsError("arrived_incomplete", name=path.name, found=found, expected=incoming.size)
        return path

    def arrivals(self) -> list[Path]:
        """The media that have arrived since this was asked the last time."""
        arrivals, self._media = self._media, []
        return arrivals

    def _begin(self, name: str, size: int) -> _Incoming:
        if size > MAX_BYTES:
            raise CredtoolsError("too_large_to_send", name=name, found=size / 1e6, allowed=MAX_BYTES / 1e6)
        self._begun += 1
        folder = Path(self._folder.name) / str(self._begun)  # two files may have the same name
        folder.mkdir()
        path = folder / (PurePath(name.replace("\x00", "")).name or "upload.csv")
        try:
            return _Incoming(path, path.open("wb"), size)
        except (OSError, ValueError) as problem:
            raise CredtoolsError("file_name_unusable") from problem
