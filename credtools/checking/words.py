"""Words: what a source says of a credential takes the place of what it said before, column by column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from credtools.checking.content import PLACES, completed
from credtools.model import Entry, Word

Told = TypeVar("Told", bound="Word | Entry")


def of_date(words: Sequence[Told], issued: date | None, said: frozenset[str]) -> Told | None:
    """The word about an issue date; where the file names no issue dates, the newest."""
    dated = "issue_date" in said
    return next((one for one in words if not dated or one.content.issue_date == issued), None)


def said_now(words: Sequence[Word | Entry], entries: Sequence[Entry], *, partial: bool = False) -> tuple[Entry, ...]:
    """All that the source says now, the newest issue date first.

    `entries`: what its file says. Of columns on which that is silent the word of the same issue date goes on, if there
    was one; of issue dates only if the file names none. Where it is `partial`, a correction of single rows, the words
    of all other issue dates go on.
    """
    now = []
    for entry in entries:
        before = of_date(words, entry.content.issue_date, entry.said)
        if before and (silent := before.said - entry.said):
            spoken = frozenset(PLACES.keys() | json.loads(before.content.own).keys()) - silent
            told = completed(entry.content, spoken, before.content)
            entry = entry._replace(said=entry.said | before.said, content=told)  # noqa: PLW2901
        now.append(entry)
    if any("issue_date" not in entry.said for entry in entries):
        others: Sequence[Word | Entry] = words[1:]
    else:
        named = {entry.content.issue_date for entry in entries}
        others = [one for one in words if partial and one.content.issue_date not in named]
    now += [Entry(one.state, None, one.version_id, one.said, one.content) for one in others]
    return tuple(sorted(now, key=lambda one: one.content.issue_date or date.min, reverse=True))


def unlike(words: Sequence[Word | Entry], now: Sequence[Entry]) -> bool:
    """Whether that is something else than before."""
    before = [(one.state, one.version_id, one.said, one.content) for one in words]
    return [(one.state, one.version_id, one.said, one.content) for one in now] != before
