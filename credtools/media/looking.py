"""Looking: what a file really is, found out by opening it in a child with limits."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from credtools.errors import FileError
from credtools.limited import Limited, Refused, Unanswered
from credtools.media import naming
from credtools.media.looked import Looked

if TYPE_CHECKING:
    from pandas import DataFrame

PARSER = Path(__file__).with_name("parser")  # by its path: importing it here would load the parsers unlimited
# The endings of each kind; which of them a file has matters no more than that it is one that says what is in it.
ENDINGS = {
    "pdf": (".pdf",),
    "jpeg": (".jpg", ".jpeg", ".jfif", ".jpe", ".jif", ".mpo"),
    "png": (".png",),
    "heif": (".heic", ".heif", ".hif"),
    "avif": (".avif",),
    "webp": (".webp",),
    "tiff": (".tif", ".tiff"),
}
KINDS = {ending: kind for kind, endings in ENDINGS.items() for ending in endings}
MEMORY = 1 << 30  # bytes of address space
OTHER = "other_ending"
SECONDS = 30.0  # per file
LIMITS = {"pixels": 250_000_000, "pages": 500, "objects": 500_000}  # a phone's camera makes up to 200 million


def ending_of(name: str) -> str:
    """The ending of a name, without the blanks that some programs leave behind it."""
    return PurePath(name.rstrip()).suffix.lower()


def noted(name: str, media_type: str, notes: str) -> str:
    """The notes of a content under this name, separated by blanks: only a name has an ending, and one may have many."""
    kind = "heif" if media_type == "image/heic" else media_type.rpartition("/")[2]
    others = [note for note in notes.split() if note != OTHER]
    return " ".join(others + [OTHER] * (KINDS.get(ending_of(name), kind) != kind))


def of_names(media: DataFrame) -> DataFrame:
    """The same media (file, media_type, notes) with the notes that each has under its name."""
    columns = (media[column].tolist() for column in ("file", "media_type", "notes"))
    return media.assign(notes=[noted(*one) for one in zip(*columns, strict=True)]).astype({"notes": "str"})


class Looker(Limited):
    """One parsing process for many files. `refuse_attachments`: a PDF that holds other files isn't taken."""

    def __init__(self, *, refuse_attachments: bool = False) -> None:
        super().__init__(PARSER, MEMORY, SECONDS)
        self.refuse_attachments = refuse_attachments

    def look(self, name: str, content: bytes) -> Looked:
        """What is known of a proper file. Raises FileError with what is wrong."""
        ending = ending_of(name)
        if ending not in KINDS:
            raise naming.by_content(name, content) or _without_ending(name, ending)
        if not content:
            raise FileError("empty_file", file=name)
        promised = KINDS[ending]
        try:
            found = self.ask({"limits": LIMITS, "refuse_attachments": self.refuse_attachments}, content)
        except Refused as refused:
            named = naming.by_content(name, content) if refused.reason == "not_its_kind" else None
            raise named or FileError(refused.reason, file=name, **refused.facts) from refused
        except Unanswered as problem:
            if problem.limit:
                raise FileError("medium_too_costly", file=name, limit=problem.limit) from problem
            raise FileError("damaged", file=name, kind=promised.upper()) from problem
        notes = found["notes"] + ([OTHER] if found["kind"] != promised else [])
        return Looked(
            media_type=found["media_type"],
            notes=tuple(notes),
            copy=b64decode(found["copy"]),
            copy_type=found["copy_type"],
            said=found["said"],
            whole=found["whole"],
        )


def _without_ending(name: str, ending: str) -> FileError:
    return FileError("not_a_medium", file=name, ending=ending) if ending else FileError("no_ending", file=name)
