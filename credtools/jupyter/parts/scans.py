"""Scans: what media say beside their rows, as a browser shows it – sentences, and marks on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from credtools.media import told
from credtools.media.compared import Compared, Difference, Evidence

DIFFERS = "differs"
SCANS = {DIFFERS: "differs", "agrees": "agrees", "nothing": "nothing to read", "": "not compared"}  # worst first


def worst(verdicts: Iterable[str]) -> str:
    """Of several media the verdict that counts."""
    return min(verdicts, key=list(SCANS).index, default="")


def says(compared: Compared, media_type: str, dates: str) -> list[str]:
    """A sentence for each difference; days in the format `dates`."""
    return [told.differing(one, media_type, dates) for one in compared.differs]


def marks(compared: Compared, media_type: str, dates: str) -> list[dict[str, Any]]:
    """What is marked on the pages, differences first: where, and what it is in words, days in the format `dates`."""
    differs = [_mark("differs", told.differing(one, media_type, dates), one) for one in compared.differs]
    return differs + [_mark("agrees", told.agreeing(one, media_type, dates), one) for one in compared.agrees]


def _mark(kind: str, words: str, one: Difference | Evidence) -> dict[str, Any]:
    return {"kind": kind, "words": words, "page": one.page, "box": one.box}
