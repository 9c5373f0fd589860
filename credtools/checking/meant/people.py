"""People: which columns name users of the organisation, by which of their names, and whether two name the same ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credtools.checking.lookups import Lookups
from credtools.checking.meant.under import Under
from credtools.checking.meant.words import names_persons
from credtools.model import IntArray
from credtools.recipe import USER_COLUMN

WAYS = ("email", "external_id", "name")
A_FEW, HALF = 0.1, 0.5  # shares of cells
SOME_ROWS = 5  # that two columns must both name somebody in, before they can disagree
AGREEING = 0.9
ONE_NAME = 1.5  # different texts beside one person, at most, on average
NAME = re.compile(r"[^\W\d_][\w'’.-]*,? [^\d@]{1,60}")
COUNTED = 40  # texts: fewer are no counter


@dataclass(frozen=True)
class Named:
    """A column that names users: by which of their names, how much of it, and per row the user (-1: nobody)."""

    under: Under
    way: str
    share: float
    known: Mapping[str, int]

    @property
    def heading(self) -> str:
        return self.under.heading

    @property
    def column(self) -> str:
        return USER_COLUMN[self.way]

    @property
    def because(self) -> str:
        said, filled = self.under.said(self.known)
        how = {"email": "users of this organisation", "external_id": "User IDs of this organisation"}
        return f"{said:,} of {filled:,} are {how.get(self.way, 'names of users of this organisation')}"

    @property
    def of_row(self) -> IntArray:
        return self.under.per_row(self.known)


def named(columns: Sequence[Under], lookups: Lookups) -> list[Named]:
    """The columns that name users in a part of their cells at least; each by the best of its ways."""
    found: dict[str, Named] = {}
    for way in WAYS:
        able = {one.heading: [text for text in one.sample if _may_be(text, way)] for one in columns}
        known = _users(_every(able.values()), way, lookups)
        for one in columns:
            mine = {text: known[text] for text in able[one.heading] if text in known}
            share = one.share(mine)
            if share < A_FEW or (way == "external_id" and _counts_rows(one)):
                continue
            if one.heading not in found or share > found[one.heading].share:
                found[one.heading] = Named(one, way, share, mine)
    return [_whole(one, lookups) for one in found.values()]


def _every(groups: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(text for group in groups for text in group))


def disagreeing(one: Named, others: Iterable[Named], columns: Iterable[Under]) -> str:
    """Why a column may name other people than the rows are about; '' where nothing speaks for that."""
    mine = one.of_row
    for other in others:
        if other.heading == one.heading:
            continue
        theirs = other.of_row
        both = (mine >= 0) & (theirs >= 0)
        rows = int(both.sum())
        same = int((mine[both] == theirs[both]).sum())
        if rows >= min(SOME_ROWS, int((mine >= 0).sum())) > 0 and same < AGREEING * rows:
            return f"‘{other.heading}’ names other users in {rows - same:,} of {rows:,} rows"
    for column in columns:
        if column.heading != one.heading and names_persons(column.heading) and _many_names(one, column):
            return f"‘{column.heading}’ holds several names beside one user"
    return ""


def _many_names(one: Named, column: Under) -> bool:
    users, (codes, _) = one.of_row, column.codes
    rows = (users >= 0) & (codes >= 0)
    if rows.sum() < SOME_ROWS:
        return False
    couples = len(np.unique(np.stack([users[rows], codes[rows]]), axis=1)[0])
    return bool(couples > ONE_NAME * len(np.unique(users[rows])))


def _whole(one: Named, lookups: Lookups) -> Named:
    """The same for all texts, not for the sample's only."""
    texts = [text for text in one.under.counts if _may_be(text, one.way)]
    known = _users(texts, one.way, lookups)
    said, filled = one.under.said(known)
    return Named(one.under, one.way, said / max(1, filled), known)


def _users(texts: Sequence[str], way: str, lookups: Lookups) -> dict[str, int]:
    if not texts:
        return {}
    places = lookups.names.find(texts) if way == "name" else lookups.find_users(texts, way)
    return {text: place for text, place in zip(texts, places.tolist(), strict=True) if place >= 0}


def _may_be(text: str, way: str) -> bool:
    if way == "email":
        return "@" in text
    if way == "name":
        return bool(NAME.fullmatch(text))
    return "@" not in text and len(text) <= 40 and any(c.isdigit() for c in text)


def _counts_rows(one: Under) -> bool:
    """Whether it only counts: 1, 2, 3 … – perhaps the IDs of users, but rather the numbers of rows."""
    numbers = [int(text) for text in one.sample if text.isascii() and text.isdecimal()]
    if len(numbers) < len(one.sample) or not numbers:
        return False
    whole = [int(text) for text in one.counts if text.isascii() and text.isdecimal()]
    return len(whole) > COUNTED and max(whole) - min(whole) + 1 <= 1.02 * len(whole)
