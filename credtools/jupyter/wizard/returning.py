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
from credtools.registry import Batch

# Verbs that leave the file in hand as it is.
HARMLESS = {
    *("ready", "here", "go", "list", "template", "recipe", "encoding", "resume", "open", "file", "piece", "whole"),
    *("medium", "arrived", "thumbs", "close", "approve", "later", "rejects", "save"),
}


class ReturnStep(UploadsStep):
    """How the wizard begins in a browser, again and again."""

    _touched = 0  # the last event about the file in hand, as it is shown

    def do_ready(self, batch: int = 0, step: str = "") -> str:
        """A browser shows the page; `batch` and `step`: where its tab was before."""
        self.grid = None
        if self.files:
            if self._changed():
                self._as_it_is()
        elif batch and self.step == "home":
            with suppress(CredtoolsError):  # the credentials can always be shown
                return self._back(self.registry.batch(batch), step)
        return self._why_held()

    def before(self, verb: str) -> None:
        """Raises CredtoolsError when the file in hand was changed elsewhere; it is shown as it is now."""
        if verb not in HARMLESS and self.files and self._changed():
            name = self.file.batch.file
            self._as_it_is()
            raise CredtoolsError("changed_elsewhere", file=name)

    def after(self) -> None:
        self._touched = self.files[0].batch.touched if self.files else 0

    def _changed(self) -> bool:
        return bool(self._touched) and self.files[0].batch.touched != self._touched

    def _as_it_is(self) -> None:
        """The file in hand is opened again; one that no longer waits is left."""
        batch, step = self.registry.batch(self.file.batch.id), self.step
        if batch.state in WAITING_STATES:
            self.files[0] = OpenFile(batch)
            self._at(step)
            return
        self.leave_file()
        if batch.state == "finished" and not self.files:
            self.look_back(batch)

    def _back(self, batch: Batch, step: str) -> str:
        """To where a tab was with a batch, or as near as it is true."""
        if batch.state == "finished":
            self.look_back(batch)
        if batch.state not in WAITING_STATES:
            return ""
        said = self.do_open(batch.id)
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
