"""Taking: files that come from the browser piece by piece, and media among them that are kept together until used."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from credtools.errors import CredtoolsError
from credtools.jupyter.receiving import Receiver
from credtools.jupyter.verbs import Verbs
from credtools.registry import Registry

MIME = {".csv": "text/csv", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class Taking(Verbs):
    """A widget to which files can be sent."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(registry)
        self._receiver = Receiver()
        self._come: list[Path] = []  # media that have arrived, to be matched together

    def do_piece(self, key: str, buffers: list[Any]) -> None:
        self.send({"type": "ack", "key": key, "pieces": self._receiver.piece(key, buffers[0])})

    def do_medium(self, key: str, name: str, size: int) -> None:
        """A medium is about to come."""
        self.begin(key, name, size)

    def do_arrived(self, key: str) -> None:
        self._come.append(self._receiver.end(key).path)
        self.send({"type": "received", "key": key})

    def begin(self, key: str, name: str, size: int) -> None:
        """A file is about to come; the browser hears at once when it can't be taken."""
        try:
            self._receiver.begin(key, name, size)
        except CredtoolsError:
            self.send({"type": "refused", "key": key})
            raise

    def hand_out(self, name: str, write: Callable[[Path], object]) -> None:
        """Sends a file to the browser, which saves it; `write` is given where to write it."""
        with tempfile.TemporaryDirectory(prefix="credtools-") as folder:
            path = Path(folder) / name
            write(path)
            self.send({"type": "download", "name": name, "mime": MIME[path.suffix]}, [path.read_bytes()])

    def come(self) -> list[Path]:
        """The media that have arrived since this was asked the last time."""
        come, self._come = self._come, []
        return come
