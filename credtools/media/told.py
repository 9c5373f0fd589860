"""Told: what is known of a medium, in sentences for people – its notes, and what it says beside its row."""

from __future__ import annotations

from collections.abc import Iterable

from credtools.errors import sentence
from credtools.media.compared import Difference, Evidence

NOTES = ("restricted", "signed", "signed_part", "attachments", "repaired", "converted", "other_ending")
PDF = "application/pdf"


def noted(notes: Iterable[str]) -> list[str]:
    """A sentence for each note (by its code); one of a newer version is called by its code."""
    return [sentence(f"note_{note}", {}) if note in NOTES else note.replace("_", " ") for note in notes]


def differing(one: Difference, media_type: str) -> str:
    """What a medium says, and its row; days as YYYY-MM-DD."""
    return sentence("scan_says", _facts(one, media_type) | {"row": one.row})


def agreeing(one: Evidence, media_type: str) -> str:
    """What a medium and its row say."""
    return sentence("scan_says_so", _facts(one, media_type))


def _facts(one: Difference | Evidence, media_type: str) -> dict[str, str]:
    title = one.column.replace("_", " ").capitalize()
    return {"title": title, "what": "PDF" if media_type == PDF else "picture", "said": one.said}
