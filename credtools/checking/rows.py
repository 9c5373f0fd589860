"""Rows: what those that are ready say of credentials, and of which columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import NamedTuple

import numpy as np

from credtools.checking.content import alike, lost, value
from credtools.checking.expiry import EXPIRES
from credtools.model import Content, Key, Review, StoredVersion, Word
from credtools.schema.dates import NEVER


@dataclass(frozen=True)
class Elsewhere:
    """What the other parts of a divided file hold: credentials by id, and the persons and nobody's types of rejects."""

    credentials: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()
    types: frozenset[int] = frozenset()
    anything: bool = False


@dataclass(frozen=True)
class Sending:
    """How a file is taken.

    `remembers`: whether its source has words; `full`: whether it lists all that stands there; `blanks`: what a blank
    cell over a stored value does (keep | clear; None: nobody said); `counts_again`: whether what equals an older
    version of the same issue date counts again, for want of a word; `partial`: whether it only corrects single rows;
    `parts`: what the other parts of a divided file hold; `unread`: credentials that were read last from columns that
    aren't read any more, with their headings.
    """

    remembers: bool = False
    full: bool = False
    blanks: str | None = None
    counts_again: bool = False
    partial: bool = False
    parts: Elsewhere = Elsewhere()
    unread: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


class Row(NamedTuple):
    """A row that speaks of a credential: what it says, and whether it says that the credential is withdrawn.

    `never`: it says that the credential doesn't expire; `computed`: its expiration date follows from the validity of
    its type.
    """

    number: int
    key: Key
    content: Content
    said: frozenset[str]
    withdrawn: bool = False
    never: bool = False
    computed: bool = False


def ready_rows(review: Review) -> list[tuple[int, Key, Content]]:
    """(row, identity, content) of every row that is ready, in the order of the file."""
    columns = ("user_id", "type_id", "number_key", "issue_date", "expiration_date", "credential_number", "own")
    frame = review.resolved.loc[review.passed, list(columns)]
    keys = map(Key._make, zip(*(frame[name].tolist() for name in columns[:3]), strict=True))
    dates = (frame[name].to_numpy().astype("M8[D]").astype(object).tolist() for name in columns[3:5])
    numbers = frame["credential_number"].fillna("").tolist()
    contents = map(Content._make, zip(*dates, numbers, frame["own"].tolist(), strict=True))
    return list(zip(frame.index.tolist(), keys, contents, strict=True))


def rows_of(review: Review, sending: Sending) -> list[Row]:
    """The rows that are ready, with the columns of which each speaks."""
    all_said = frozenset(review.said_columns)
    keeps = sending.blanks == "keep"
    can_be_blank = all_said - {"issue_date"}
    expires = review.resolved[f"{EXPIRES}_state"]
    never, computed = (expires == "never").tolist(), (expires == "computed").tolist()
    unsaid: defaultdict[int, set[str]] = defaultdict(set)
    for name, silent in review.unsaid.items():
        for number in np.flatnonzero(silent).tolist():
            unsaid[number].add(name)
    if not (keeps or unsaid):  # as most files: each row speaks of all columns
        some = ready_rows(review)
        numbers = [number for number, _, _ in some]
        which = (np.array(one, dtype=np.bool_)[numbers].tolist() for one in (review.withdrawn, never, computed))
        said = repeat(all_said, len(some))
        return list(map(Row._make, zip(*zip(*some, strict=True), said, *which, strict=True))) if some else []
    rows = []
    for number, key, content in ready_rows(review):
        blank = {name for name in can_be_blank if not value(content, name)} if keeps else set()
        blank |= {EXPIRES} if computed[number] and keeps else set()
        blank -= {EXPIRES} if never[number] else set()
        blank |= unsaid.get(number, set())
        how = bool(review.withdrawn[number]), never[number], computed[number]
        rows.append(Row(number, key, content, all_said - blank if blank else all_said, *how))
    return rows


def beside(row: Row, word: Word) -> frozenset[str]:
    """The columns of which a row speaks, beside what its source said before.

    A blank cell says nothing over a date that was computed for it before: that stays, whatever the validity is now.
    """
    stays = row.computed and word.content.expiration_date and EXPIRES not in word.said
    return row.said - {EXPIRES} if stays else row.said


def stated(row: Row, word: Word | None) -> frozenset[str]:
    """The columns that a version of the row states: a computed date only in place of one that its source stated."""
    return row.said if not row.computed or (word and EXPIRES in word.said) else row.said - {EXPIRES}


def says_never(row: Row, content: Content, same: StoredVersion | None, blanks: str | None) -> bool:
    """Whether it is said that a version of this content doesn't expire: by the row, or before and not taken back.

    `same`: the stored version of its issue date; `blanks`: as of `Sending`. It makes no version of its own: beside a
    blank it says nothing new.
    """
    if content.expiration_date is not None:
        return False
    taken_back = EXPIRES in row.said and blanks == "clear"
    return row.never or (same is not None and same.never and not taken_back)


def losing(row: Row, content: Content, before: Content, words: Sequence[Word] = ()) -> dict[str, str]:
    """By column what was said before of the same card and a blank cell of the row takes away.

    To say *never* is no blank. Of a column that the row doesn't speak of nothing is lost, except where its issue date
    is corrected: nothing is taken over then. `words`: the source's own of other issue dates, where another one said
    this; what was blank in these it doesn't lose.
    """
    found = dict(lost(content, before))
    if row.never:
        found.pop(EXPIRES, None)
    same_date = before.issue_date == content.issue_date
    if row.computed and EXPIRES in row.said and same_date and before.expiration_date != content.expiration_date:
        found[EXPIRES] = str(before.expiration_date or NEVER)
    found = {name: old for name, old in found.items() if name in row.said or not same_date}
    return {name: old for name, old in found.items() if all(value(word.content, name) for word in words)}


def repeats(rows: Iterable[Row], words: Iterable[Word]) -> dict[int, Word]:
    """Of the rows that just repeat their source's word that word, by the number of the row."""
    known: defaultdict[Key, list[Word]] = defaultdict(list)
    for word in words:
        known[word.key].append(word)
    found = {}
    for row in rows:
        for word in known.get(row.key, ()):
            if word.state == "valid" and not row.withdrawn and alike(row.content, word.content, beside(row, word)):
                found[row.number] = word
                break
    return found
