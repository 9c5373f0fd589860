"""Listing: which credentials a file holds in any of its rows – those that were rejected or left out, too.

Only a full list says by silence; and a row that couldn't be accepted may be any credential of its person, or, where the
person isn't known, any of its type or number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from credtools.checking.rows import Elsewhere, Row
from credtools.model import Key, Review, Word
from credtools.text import fold_number


@dataclass(frozen=True)
class Listing:
    """`held`: the credentials of rows that were accepted; of the others the persons, and of nobody's types, numbers.

    `elsewhere`: credentials that other parts of the file hold; `unread`: those that may be in columns that aren't read.
    """

    held: frozenset[Key]
    elsewhere: frozenset[int]
    unread: frozenset[int]
    persons: frozenset[int]
    types: frozenset[int]
    numbers: frozenset[str]
    anything: bool

    @classmethod
    def of(cls, review: Review, rows: Iterable[Row], parts: Elsewhere, unread: Iterable[int] = ()) -> Listing:
        """Of a file and its ready rows, of what its other parts hold, and what isn't read."""
        others = review.resolved.loc[review.rejected | review.left_out, ["user_id", "type_id", "credential_number"]]
        nobodys = others[others["user_id"] < 0]
        numbers = nobodys["credential_number"].fillna("")
        return cls(
            held=frozenset(row.key for row in rows),
            elsewhere=parts.credentials,
            unread=frozenset(unread),
            persons=parts.persons.union(others["user_id"].tolist()) - {-1},
            types=parts.types.union(nobodys["type_id"].tolist()) - {-1},
            numbers=frozenset(map(fold_number, numbers)) - {""},
            anything=parts.anything or bool(((nobodys["type_id"] < 0) & (numbers == "")).any()),
        )

    def may_hold(self, key: Key, number: str) -> bool:
        """Whether a row that wasn't accepted may be this credential."""
        known = key.user_id in self.persons or key.type_id in self.types
        return self.anything or known or fold_number(number) in self.numbers

    def absent(self, words: Iterable[Word], but: Key | None = None) -> tuple[Word, ...]:
        """The words of credentials of which no row can be, withdrawn ones among them: that may be taken back one day.

        `but`: a credential that counts as not held, whatever its row says of another issue date.
        """
        return tuple(one for one in self._not_held(words, but) if one.credential_id not in self.unread)

    def unread_ones(self, words: Iterable[Word]) -> list[int]:
        """Those credentials of words that are valid which would be absent if all that may hold them were read."""
        gone = (one for one in self._not_held(words) if one.state == "valid" and one.credential_id in self.unread)
        return list(dict.fromkeys(one.credential_id for one in gone))

    def _not_held(self, words: Iterable[Word], but: Key | None = None) -> Iterator[Word]:
        return (
            word
            for word in words
            if (word.key == but or word.key not in self.held)
            and word.credential_id not in self.elsewhere
            and not self.may_hold(word.key, word.content.number)
        )
