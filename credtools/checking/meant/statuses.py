"""Statuses: a column of few words that say whether a credential stands, which nobody has named as its status yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from credtools.checking.meant.under import Under
from credtools.checking.meant.words import names_persons, of_something_else, status_words
from credtools.model import Table
from credtools.recipe import Status
from credtools.text import fold

MOST_WORDS = 12  # different ones
NEARLY_ALL = 0.8  # of the filled cells are words that are known
OF_PEOPLE = re.compile(r"\b(user|account|employment|hr|staff|personal|benutzer|konto|compte|cuenta)\b")
ASKED = "asked"


@dataclass(frozen=True)
class StatusSaid:
    """A heading with words of a status below it: each word, how many cells say it, and what it may mean.

    The meaning is one of `valid`, `withdrawn` and `leave_out`, or `asked`, where only a person knows.
    """

    heading: str
    words: tuple[tuple[str, int, str], ...]

    @property
    def status(self) -> Status:
        """As a recipe says it; words of which only a person knows are left to be asked."""
        by = {name: tuple(w for w, _, meaning in self.words if meaning == name) for name in ("withdrawn", "leave_out")}
        return Status(self.heading, tuple(w for w, _, meaning in self.words if meaning == "valid"), **by)

    @property
    def doubtful(self) -> int:
        """How many cells say something else than that the credential stands."""
        return sum(count for _, count, meaning in self.words if meaning != "valid")


def status_said(table: Table, headings: Mapping[str, str | None]) -> StatusSaid | None:
    """The only unused heading of such words, with one at least that says something else than *valid*; else None."""
    unused = [heading for heading, column in headings.items() if column is None and heading in table.frame]
    found = [one for heading in unused if _may_be(heading) and (one := _said(Under(table, heading)))]
    return found[0] if len(found) == 1 else None


def status_under(table: Table, heading: str) -> StatusSaid:
    """What is under a heading as words of a status, blank cells ('') too; however many there are.

    Words that differ only in case are one. Raises KeyError when there is no such heading.
    """
    under, known = Under(table, heading), status_words()
    spellings: dict[str, dict[str, int]] = {}
    for word, count in under.counts.items():
        spellings.setdefault(fold(word), {})[word] = count
    if blank := under.rows - under.filled:
        spellings[""] = {"": blank}
    words = ((max(some, key=lambda one: some[one]), sum(some.values()), key) for key, some in spellings.items())
    ordered = sorted(words, key=lambda one: (-one[1], one[0]))
    return StatusSaid(heading, tuple((word, count, known.get(key, ASKED)) for word, count, key in ordered))


def _may_be(heading: str) -> bool:
    return not (names_persons(heading) or of_something_else(heading) or OF_PEOPLE.search(fold(heading)))


def _said(under: Under) -> StatusSaid | None:
    known = status_words()
    if len(under.sample) > MOST_WORDS or not any(fold(word) in known for word in under.sample):
        return None
    counts = under.counts
    meant = {word: known.get(fold(word), ASKED) for word in counts}
    sure = sum(count for word, count in counts.items() if fold(word) in known)
    fits = 1 < len(counts) <= MOST_WORDS and sure >= NEARLY_ALL * under.filled and 2 * under.filled >= under.rows
    if not fits or "valid" not in meant.values() or set(meant.values()) == {"valid"}:
        return None
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return StatusSaid(under.heading, tuple((word, count, meant[word]) for word, count in ordered))
