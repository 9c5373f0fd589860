"""Everything that credtools raises on purpose, and what it says.

CredtoolsError
├── FileError            the file as a whole is refused (code: file_readable, heading_required, row_limit)
│   └── MissingFileError there is no such file
├── LoadError            rows of users or types have errors
├── RecipeError          a recipe says something that can't be followed
├── SchemaError          a schema document can't be found, loaded or trusted
├── SettingError         a setting is unknown or has an unusable value
└── RegistryError        the registry refuses: not there, wrong state, nothing to decide
    ├── MovedError       what was shown is no longer so: look again, then repeat
    └── UnknownOutcomeError  the connection was lost during COMMIT: run the same command again

Every sentence stands in `sentences.toml`, under the reason that a program can act on: what happened, where, what to
do. What to do differs by face: `{remedy[…]}` names a command at the prompt, a call in Python, a button on the screen.
"""

from __future__ import annotations

import errno
import re
import tomllib
import traceback
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Face = Literal["python", "prompt", "screen", "stored"]  # stored: kept, and read anywhere; it names no remedy
MARK = re.compile("\ue000[a-z_]+\ue001")  # a remedy in a sentence whose face isn't known yet; no repr() shows such
OUTSIDE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
)  # no fault of ours
_face: Face = "python"


def speak(face: Face) -> None:
    """From now on sentences of this process name the remedies of this face, where no other is asked for."""
    global _face  # noqa: PLW0603 - a process has one face: the prompt sets it once
    _face = face


def face() -> Face:
    """The face on which this process speaks."""
    return _face


@lru_cache(maxsize=1)
def _document() -> dict[str, dict[str, Any]]:
    with (Path(__file__).parent / "sentences.toml").open("rb") as file:
        return tomllib.load(file)


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """Per reason: `sentence`, and `code` where it isn't the reason itself."""
    rooms = [entries.items() for room, entries in _document().items() if room != "remedy"]
    entries = {reason: entry for room in rooms for reason, entry in room}
    return {reason: entry if isinstance(entry, dict) else {"sentence": entry} for reason, entry in entries.items()}


def remedies() -> dict[str, dict[str, str]]:
    """What to do, by name and face."""
    return _document()["remedy"]


def sentence(reason: str, facts: Mapping[str, Any], face: Face | None = None, *, marked: bool = False) -> str:
    """The sentence of a reason with its facts, as it is said on a face; `marked`: to be a fact of another sentence."""
    remedy = Remedies() if marked else Remedies(face or _face)
    said = catalogue()[reason]["sentence"].format(**facts, remedy=remedy)
    return said if marked else remedied(said, face)


def remedied(text: str, face: Face | None = None) -> str:
    """A sentence with marks in it (see `Remedies`) as it is said on a face."""
    return MARK.sub(lambda found: remedies().get(found[0][1:-1], {}).get(face or _face, ""), text)


class Remedies:
    """What to do, by name: nothing where the face has no such remedy, a mark for `remedied` while no face is known."""

    def __init__(self, face: Face | None = None) -> None:
        self._face = face

    def __getitem__(self, name: str) -> str:
        by_face = remedies()[name]
        return by_face.get(self._face, "") if self._face else f"\ue000{name}\ue001"


class CredtoolsError(Exception):
    """The base of all errors that credtools raises on purpose.

    `reason` names its sentence in the catalogue (or is the sentence itself, where only that came across from another
    process), `facts` are what the sentence speaks of; `code` is what reports and `--json` call it.
    """

    usual_code = ""

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(sentence(reason, facts) if reason in catalogue() else reason)
        self.reason = reason
        self.facts = facts

    @property
    def code(self) -> str:
        return catalogue().get(self.reason, {}).get("code") or self.usual_code or self.reason

    def on(self, face: Face) -> str:
        """The sentence as it is said on a face."""
        return sentence(self.reason, self.facts, face) if self.reason in catalogue() else self.reason

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), self.reason, **self.facts), ()


class CredtoolsWarning(UserWarning):
    """Something that nobody asked about and somebody should know; `reason` and `facts` as of an error.

    Of what came across from another process the reason is the sentence itself.
    """

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(sentence(reason, facts) if reason in catalogue() else reason)
        self.reason = reason
        self.facts = facts


class FileError(CredtoolsError):
    """A file that is refused as a whole; nothing of it is judged or stored.

    `code` is `file_readable`, `heading_required` or `row_limit`; `line` the physical line, where one is to
    blame; `column` the schema's column, where one is missing.
    """

    usual_code = "file_readable"

    @property
    def line(self) -> int | None:
        return self.facts.get("line")

    @property
    def column(self) -> str:
        return str(self.facts.get("column", ""))


class MissingFileError(FileError):
    """There is no file where one was named."""


class LoadError(CredtoolsError):
    """A file of users or types with errors; `errors` is the frame of all of them. Nothing was loaded."""

    def __init__(self, reason: str, *, errors: pd.DataFrame, **facts: Any) -> None:
        super().__init__(reason, errors=errors, **facts)
        self.errors = errors


class RecipeError(CredtoolsError):
    """A recipe says something that can't be followed."""


class SchemaError(CredtoolsError):
    """A schema document can't be found, loaded or trusted."""


class SettingError(CredtoolsError):
    """A setting is unknown, or its value can't be used."""


class RegistryError(CredtoolsError):
    """The registry refuses: not there, in the wrong state, or nothing to decide."""


class MovedError(RegistryError):
    """What was shown before the last click is no longer so; nothing was written."""


class UnknownOutcomeError(RegistryError):
    """The connection was lost during COMMIT; the same command, run again, finds out and finishes."""


def unexpected(problem: BaseException) -> CredtoolsError:
    """The error about what should not happen: its kind and where, without its own words, which may quote a file."""
    frames = traceback.extract_tb(problem.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path(__file__).parent)]
    where = f" in {Path(own[-1].filename).relative_to(Path(__file__).parent)}, line {own[-1].lineno}" if own else ""
    why = f": {problem.strerror}" if isinstance(problem, OSError) and problem.strerror else ""
    outside = isinstance(problem, OSError) and problem.errno in OUTSIDE
    return CredtoolsError("unexpected_disk" if outside else "unexpected", what=f"{type(problem).__name__}{why}{where}")


def no_such_file(path: object) -> MissingFileError:
    """The error about a file that isn't there, or is a folder."""
    return MissingFileError("is_folder" if Path(str(path)).is_dir() else "no_such_file", path=str(path))
