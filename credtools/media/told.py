"""Told: what is known of a medium, in sentences for people – its notes, and what it says beside its row."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from credtools.errors import sentence
from credtools.media.compared import Difference, Evidence
from credtools.schema.dates import date_format

NOTES = ("restricted", "signed", "signed_part", "attachments", "repaired", "converted", "other_ending")
PDF = "application/pdf"
ISO = "YYYY-MM-DD"


def noted(notes: Iterable[str]) -> list[str]:
    """A sentence for each note (by its code); one of a newer version is called by its code."""
    return [sentence(f"note_{note}", {}) if note in NOTES else note.replace("_", " ") for note in notes]


def differing(one: Difference, media_type: str, dates: str = ISO) -> str:
    """What a medium says, and its row; days in the format `dates`."""
    return sentence("scan_says", _facts(one, media_type, dates) | {"row": _day(one.column, one.row, dates)})


def agreeing(one: Evidence, media_type: str, dates: str = ISO) -> str:
    """What a medium and its row say; days in the format `dates`."""
    return sentence("scan_says_so", _facts(one, media_type, dates))


def _day(column: str, said: str, dates: str) -> str:
    """A day as people write it; what is none (a month, `never`, a day that reads both ways) as it is."""
    if column.endswith("_date"):
        with suppress(ValueError):
            return date_format(dates).write(date.fromisoformat(said))
    return said


def _facts(one: Difference | Evidence, media_type: str, dates: str) -> dict[str, str]:
    title = one.column.replace("_", " ").capitalize()
    return {
        "title": title,
        "what": "PDF" if media_type == PDF else "picture",
        "said": _day(one.column, one.said, dates),
    }
