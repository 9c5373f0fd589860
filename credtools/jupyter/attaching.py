"""Attaching: the verbs of the step *Add media*."""

from __future__ import annotations

import time
from contextlib import suppress

from credtools.errors import CredtoolsError
from credtools.jupyter.attachments import SHOWN_MORE
from credtools.jupyter.frame import Frame
from credtools.jupyter.pictures import thumbnail
from credtools.registry import Registry
from credtools.text import plural

THUMB = 96
EVERY = 0.2  # seconds between two words about progress


class Attaching(Frame):
    """Files for the rows of the file in hand; a draft keeps them until it is finished."""

    def __init__(self, registry: Registry, recipe: str = "") -> None:
        super().__init__(registry, recipe)
        self._said = 0.0

    def do_media_step(self) -> None:
        """To the step, also where nothing asks for it."""
        self.step = "media"
        self.show()

    def do_media(self, pattern: str, line: int = 0) -> None:
        """What has arrived since the last time is matched together: two files of one name are seen as such."""
        self.tell(self.attached.deliver(self.come(), pattern.strip(), line, self._progress))
        self.show()

    def do_assign(self, file: str, line: str) -> None:
        self.attached.assign(file, int(line))
        self.tell(f"{file} belongs to line {line} now.")
        self.show()

    def do_detach(self, file: str) -> None:
        rows = self.journey.batch.remove_media(file)
        self.tell(f"{file} was taken from {plural(rows, 'row')}.")
        self.show()

    def do_more_media(self) -> None:
        self.attached.shown += SHOWN_MORE
        self.show()

    def do_optional(self, *, optional: bool) -> None:
        self.journey.batch.make_media_optional(optional=optional)
        self.tell("Media are optional for this file now." if optional else "Media are required as the types say again.")
        self.show()

    def do_rows_like(self, text: str, file: str, *, first: bool = False) -> None:
        """Rows to choose from for a file; `first`: with what the dialog says."""
        choices = self.attached.rows_like(text, file)
        if not first:
            self.send({"type": "found", "choices": choices})
            return
        _, medium, _ = self.attached.left(file)
        told = {"kind": "search", "choices": choices, "resolution": medium.reason, "find": "Find a row by user or type"}
        self.send({"type": "options", "file": file, "name": f"Which row does {file} belong to?", **told})

    def do_thumbs(self, keys: list[str]) -> None:
        """Small views of some of the files shown, one by one; of one that was just taken away there is none."""
        for key in keys:
            with suppress(CredtoolsError):
                picture, told = thumbnail(*self.attached.content(key), THUMB)
                self.send({"type": "thumb", "key": key, "told": told}, [picture] if picture else None)

    def _progress(self, done: int, of: int) -> None:
        now = time.monotonic()
        if done == of or now - self._said > EVERY:
            self._said = now
            self.send({"type": "work", "words": f"Looked at {done:,} of {plural(of, 'file')}", "share": done / of})
