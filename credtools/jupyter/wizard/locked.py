"""Locked: files that are protected by a password wait for it; it opens them in this session, and is stored nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credtools.errors import CredtoolsError, FileError
from credtools.jupyter.wizard.steps import Steps

REASONS = ("password_needed", "password_wrong")


@dataclass
class Locked:
    """A file that waits: how its password becomes known, how it is gone on with then, and what is said meanwhile.

    `path`: where a file lies that goes once it was read.
    """

    name: str
    know: Callable[[str], object]
    go_on: Callable[[], str]
    said: str
    path: Path | None = None

    def done(self) -> None:
        if self.path:
            self.path.unlink(missing_ok=True)


class LockedStep(Steps):
    """The verbs about the password of a file; whichever page is shown, the browser asks for it."""

    def _unless_locked(
        self, name: str, know: Callable[[str], object], go_on: Callable[[], str], path: Path | None = None
    ) -> str:
        """Goes on with a file; one that is protected waits for its password, unless the browser's user gives it up."""
        waits = Locked(name, know, go_on, "", path)
        try:
            told = go_on()
        except FileError as problem:
            if problem.reason not in REASONS:
                waits.done()
                raise
            waits.said = problem.on("screen")
            self.locked.append(waits)
            return ""
        except CredtoolsError:
            waits.done()
            raise
        waits.done()
        return told

    def locked_facts(self) -> dict[str, Any] | None:
        return {"file": self.locked[0].name, "said": self.locked[0].said} if self.locked else None

    def do_unlock(self, password: str) -> str:
        """The password of the file that waits first; a wrong one is asked for again."""
        waits = self._first()
        waits.know(str(password))
        return self._unless_locked(waits.name, waits.know, waits.go_on, waits.path)

    def do_stay_locked(self) -> str:
        """The file that waits first is given up."""
        waits = self._first()
        waits.done()
        return f"{waits.name} was not opened."

    def _first(self) -> Locked:
        if not self.locked:
            raise CredtoolsError("no_open_file")
        return self.locked.pop(0)
