"""Returning: a page that is opened again, or whose file was changed elsewhere, asks the registry what is true.

The browser knows where its tab was: a batch and a step. A draft comes back at its step with all that was decided, a
finished batch at its last page; what is given up leads to the credentials. No verb acts on a file that has changed
since it was shown.
"""

from __future__ import annotations

from contextlib import suppress

from credtools.errors import CredtoolsError
from credtools.jupyter.wizard import read_as
from credtools.jupyter.wizard.open_file import OpenFile
from credtools.jupyter.wizard.uploads import UploadsStep
from credtools.model import WAITING_STATES

IN_HAND = ("headings", "review", "media", "finish")  # the pages about the file in hand
HARMLESS = ("ready", "here", "go", "close", "thumbs", "piece", "arrived", "medium")  # verbs that leave it as it is


class ReturnStep(UploadsStep):
    """How the wizard begins in a browser, again and again."""

    _seen = (0, 0)  # the batch of the file in hand, and the last event about it that is shown
    _acts = False  # whether the verb is one about the file in hand

    def do_ready(self, batch: int = 0, step: str = "") -> str:
        """A browser shows the page; `batch` and `step`: where its tab was before."""
        self.grid = None
        if self.files:
            if self._changed():
                self._as_it_is()
        elif self.step == "home":
            with suppress(CredtoolsError):  # the credentials can always be shown
                return self._back(batch, step)
        return self._why_held()

    def before(self, verb: str) -> None:
        """Raises CredtoolsError when the file in hand was changed elsewhere; it is shown as it is now."""
        self._acts = verb == "resume" or (self.step in IN_HAND and verb not in HARMLESS)
        if self._acts and self.files and self._changed():
            name = self.file.batch.file
            self._as_it_is()
            raise CredtoolsError("changed_elsewhere", file=name)

    def after(self) -> None:
        """What was done here isn't done elsewhere."""
        if not self.files:
            self._seen = (0, 0)
        elif self._acts or self.files[0].batch.id != self._seen[0]:
            self._mark()

    def _mark(self) -> None:
        batch = self.files[0].batch
        self._seen = batch.id, batch.touched

    def _changed(self) -> bool:
        batch = self.files[0].batch
        return self._seen[0] == batch.id and self._seen[1] != batch.touched

    def _as_it_is(self) -> None:
        """The file in hand is opened again; one that no longer waits is left."""
        batch, step = self.registry.batch(self.file.batch.id), self.step
        if batch.state in WAITING_STATES:
            self.files[0] = OpenFile(batch)
            self._mark()
            self._at(step)
            return
        self.leave_file()
        if batch.state == "finished" and not self.files:
            self.do_batch(batch.id)
            self.look_back(batch)

    def _back(self, number: int, step: str) -> str:
        """To where a tab was, or as near as it is true."""
        if step in ("uploads", "upload"):
            self.step = step
        if step == "batch":
            return self.do_batch(number)
        if not number:
            return ""
        batch = self.registry.batch(number)
        if batch.state == "finished":
            self.do_batch(number)  # from its last page it goes there
            self.look_back(batch)
        if batch.state not in WAITING_STATES:
            return ""
        said = self.do_open(number)
        if self.files:  # its password isn't asked for
            self._at(step)
        return said

    def _at(self, step: str) -> None:
        """At a step of the file in hand, if that can be shown."""
        self.grid = None
        self.go_on()
        if self.step == "review" and (
            step in ("media", "finish") or (step == "headings" and read_as.matched(self.file))
        ):
            self.step = step
