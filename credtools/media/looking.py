"""Looking: whether a file is what its name promises, found out by really opening it in a child with limits."""

from __future__ import annotations

from pathlib import Path, PurePath

from credtools.errors import FileError
from credtools.limited import Limited, Refused, Unanswered
from credtools.media.looked import Looked

PARSER = Path(__file__).with_name("parser")  # by its path: importing it here would load the parsers unlimited
KINDS = {".pdf": "pdf", ".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}
MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
MEMORY = 1 << 30  # bytes of address space; 64 million pixels of a progressive JPEG need 0.6 GiB
SECONDS = 30.0  # per file
LIMITS = {"pixels": 64_000_000, "pages": 500, "objects": 500_000}  # a phone's 48 MP camera makes 50.3 million


def kind_of(name: str) -> str:
    """pdf, jpeg or png, by the ending. Raises FileError for any other."""
    ending = PurePath(name).suffix.lower()
    if not ending:
        raise FileError("no_ending", file=name)
    if ending not in KINDS:
        raise FileError("not_a_medium", file=name, ending=ending)
    return KINDS[ending]


class Looker(Limited):
    """One parsing process for many files."""

    def __init__(self) -> None:
        super().__init__(PARSER, MEMORY, SECONDS)

    def look(self, name: str, content: bytes) -> Looked:
        """What is known of a proper file. Raises FileError with what is wrong."""
        kind = kind_of(name)
        if not content:
            raise FileError("empty_file", file=name)
        try:
            self.ask({"kind": kind, "limits": LIMITS}, content)
        except Refused as refused:
            raise FileError(refused.reason, file=name, **refused.facts) from refused
        except Unanswered as problem:
            if problem.limit:
                raise FileError("medium_too_costly", file=name, limit=problem.limit) from problem
            raise FileError("damaged", file=name, kind=kind.upper()) from problem
        return Looked(MEDIA_TYPES[kind])
