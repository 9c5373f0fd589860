"""Drop zone: files that come from the browser in pieces, written straight to disk.

The server drops messages of more than 10 MiB without a word, so the browser cuts files into pieces of 1 MiB and waits
for the answer to earlier ones before it sends more.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.page import Page
from credtools.registry import Registry

MAX_BYTES = 1024**3


class DropZone(Page):
    """A page to which files can be sent; they lie in a folder that goes with it, media until they are used."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._folder = tempfile.TemporaryDirectory(prefix="credtools-")
        self._incoming: dict[str, tuple[BinaryIO, int]] = {}  # by key: where it is written, and its size
        self._media: list[Path] = []

    def do_piece(self, key: str, buffers: list[Any]) -> None:
        self._incoming[key][0].write(buffers[0])
        self.send({"type": "ack", "key": key})

    def do_medium(self, key: str, name: str, size: int) -> None:
        self.expect(key, name, size)

    def do_arrived(self, key: str) -> None:
        """A medium has arrived; all are matched together later."""
        self._media.append(self.arrived(key))
        self.send({"type": "received", "key": key})

    def expect(self, key: str, name: str, size: int) -> None:
        """A file is about to come. Raises CredtoolsError when it can't be taken, and the browser sends none of it."""
        try:
            self._incoming[key] = self._begun(name, size), size
        except CredtoolsError:
            self.send({"type": "refused", "key": key})
            raise

    def arrived(self, key: str) -> Path:
        """Where the file lies, now that it is whole. Raises CredtoolsError when bytes are missing."""
        file, size = self._incoming.pop(key)
        file.close()
        path = Path(file.name)
        if (found := path.stat().st_size) != size:
            raise CredtoolsError("arrived_incomplete", name=path.name, found=found, expected=size)
        return path

    def arrivals(self) -> list[Path]:
        """The media that have arrived since this was asked the last time."""
        arrivals, self._media = self._media, []
        return arrivals

    def _begun(self, name: str, size: int) -> BinaryIO:
        if size > MAX_BYTES:
            raise CredtoolsError("too_large_to_send", name=name, found=size / 1e6, allowed=MAX_BYTES / 1e6)
        folder = tempfile.mkdtemp(dir=self._folder.name)  # two files may have the same name
        path = Path(folder) / (PurePath(name.replace("\x00", "")).name or "upload.csv")
        try:
            return path.open("wb")
        except (OSError, ValueError) as problem:
            raise CredtoolsError("file_name_unusable") from problem
