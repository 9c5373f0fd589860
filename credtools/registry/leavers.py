"""Leavers: words of a list that usually mean that somebody is deactivated, under a heading that nobody has named.

Nobody is deactivated by them: which column is the status, and what its words mean, a person says in the recipe.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from credtools.errors import sentence
from credtools.model import FileWarning, Review
from credtools.text import first_of, fold, plural

# As directories and personnel systems write it (Entra, Google, Okta, Canvas, Workday, SAP; German, French, Spanish).
WORDS = frozenset(
    {
        *(
            "inactive",
            "deactivated",
            "deprovisioned",
            "suspended",
            "disabled",
            "terminated",
            "left",
            "leaver",
            "former",
        ),
        *("resigned", "retired", "dismissed", "archived", "deleted", "blocked", "locked"),
        *("inaktiv", "deaktiviert", "ausgeschieden", "gesperrt", "inactif", "suspendu", "parti", "inactivo", "baja"),
    }
)
GONE = re.compile(r"suspend|disabl|deactivat|inactiv|terminat|delet|archiv|block|gesperrt|inaktiv")
THERE = re.compile(r"\b(active|enabled|accountenabled|aktiv)\b")
YES, NO = frozenset({"true", "yes", "y", "1", "ja"}), frozenset({"false", "no", "n", "0", "nein"})
SHORT = 30  # distinct words, up to which a column may be a status
NAMED = 3


def unnamed(review: Review) -> Iterator[FileWarning]:
    """A warning per column that isn't read and holds such words, or a yes or no that says so under its heading."""
    reading, frame = review.table.reading, review.table.frame
    for heading, column in review.headings.items():
        if column is not None or heading not in frame:
            continue
        texts = frame[heading]
        distinct = {text: fold(text) for text in texts.unique().tolist() if text.strip()}
        meant = _meant(fold(heading), set(distinct.values()))
        words = [text for text, word in distinct.items() if word in meant]
        if words and len(distinct) <= SHORT:
            count = int(np.asarray(texts.isin(words)).sum())
            facts = {"heading": reading.quoted([heading], repr), "plain": reading.quoted([heading])}
            facts |= {"words": first_of(words, NAMED), "users": plural(count, "user")}
            yield FileWarning("status_unnamed", count, sentence("status_unnamed", facts))


def _meant(heading: str, words: set[str]) -> frozenset[str]:
    """Which of a column's words mean that somebody is gone."""
    if words <= YES | NO:
        return YES if GONE.search(heading) else NO if THERE.search(heading) else frozenset()
    return WORDS
