"""What was stored before a file came: versions and words made for single rows, so that one warning each is due.

Only rows that go in and that are alone with their credential have a history; each says itself what must be told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from credtools.model import Content, Key, StoredVersion, Word
from tests.truth.faults import PLACEHOLDERS
from tests.truth.rows import EXPIRY, NUMBER, RECORD, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

SAID = frozenset({"issue_date", "expiration_date", "credential_number", "level"})
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Stored:
    """Versions, the words of the source, versions that others say, numbers that others hold (type, number, user)."""

    versions: list[StoredVersion] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    of_others: set[int] = field(default_factory=set)
    held: list[tuple[int, str, int]] = field(default_factory=list)
    credentials: int = 0

    def version(self, row: Row, content: Content, *, decision: str = "approved", withdrawn: str = "") -> int:
        number = len(self.versions) + 1
        key = self._key(row)
        self.versions.append(StoredVersion(self.credentials, 0, key, number, content, decision, withdrawn=withdrawn))
        return number

    def word(self, row: Row, version: int, state: str = "valid", *, newest: bool = True, silent: str = "") -> None:
        stored = self.versions[version - 1]
        content, decision = stored.content, stored.decision or ""
        told = (state, version, SAID - {silent}, content, decision, newest, stored.withdrawn, LONG_AGO)
        self.words.append(Word(self.credentials, 0, self._key(row), *told))

    def _key(self, row: Row) -> Key:
        assert row.user
        assert row.kind
        return Key(row.user.number, row.kind.number, row.number if row.kind.numbered else "")


def said_by(row: Row) -> Content:
    own = json.dumps({} if row.level is None else {"level": row.level})
    return Content(row.issue, row.expiry, row.cells[NUMBER], own)


def other_than(row: Row) -> Content | None:
    """Another content of the same issue date, with nothing that the row lacks."""
    content = said_by(row)
    if row.level is not None:
        return content._replace(own=json.dumps({"level": not row.level}))
    number = row.cells[NUMBER]
    return content._replace(number=f"{number}9") if row.kind and not row.kind.numbered and number else None


def _tell(row: Row, code: str, column: int = RECORD) -> bool:
    row.wrong.add((column, code))
    return True


def _unchanged(row: Row, stored: Stored) -> bool:
    stored.word(row, stored.version(row, said_by(row)))
    row.written = False
    return True


def _declined(row: Row, stored: Stored) -> bool:
    stored.version(row, said_by(row), decision="declined")
    row.written = False
    return _tell(row, "declined_before")


def _older(row: Row, stored: Stored) -> bool:
    if row.issue is None:
        return False
    stored.version(row, said_by(row)._replace(issue_date=row.issue + timedelta(400), expiration_date=None))
    return _tell(row, "older_than_stored")


def _older_too(row: Row, stored: Stored) -> bool:
    stored.version(row, said_by(row))
    row.written = False
    return _older(row, stored)


def _others(row: Row, stored: Stored) -> bool:
    if (other := other_than(row)) is None:
        return False
    stored.word(row, stored.version(row, said_by(row)), newest=False)
    stored.of_others.add(stored.version(row, other))
    row.written = False
    return _tell(row, "other_source_counts")


def _taken_over(row: Row, stored: Stored) -> bool:
    if (other := other_than(row)) is None:
        return False
    stored.of_others.add(stored.version(row, other))
    return _tell(row, "taken_over")


def _back(row: Row, stored: Stored) -> bool:
    if (other := other_than(row)) is None:
        return False
    stored.version(row, said_by(row))
    stored.word(row, stored.version(row, other))
    return _tell(row, "corrected_back")


def _reinstated(row: Row, stored: Stored) -> bool:
    stored.word(row, stored.version(row, said_by(row), withdrawn="source"), "withdrawn")
    row.written = False
    return _tell(row, "reinstated")


def _lost_number(row: Row, stored: Stored) -> bool:
    if row.cells[NUMBER]:
        return False
    stored.word(row, stored.version(row, said_by(row)._replace(number="N-old")))
    return _tell(row, "value_lost", NUMBER)


def _lost_expiry(row: Row, stored: Stored) -> bool:
    """Also where the date is computed: in place of a stated one."""
    if row.expires.how != "blank" or row.issue is None:
        return False
    stored.word(row, stored.version(row, said_by(row)._replace(expiration_date=row.issue + timedelta(77))))
    return _tell(row, "value_lost", EXPIRY)


def _kept(row: Row, stored: Stored) -> bool:
    """A date that was computed by another validity stays, whether or not the one of today has passed."""
    if not row.computed or row.issue is None:
        return False
    before = said_by(row)._replace(expiration_date=row.issue + timedelta(77))
    stored.word(row, stored.version(row, before), silent="expiration_date")
    row.wrong.discard((EXPIRY, "already_expired"))
    row.written = False
    return True


def _held(row: Row, stored: Stored) -> bool:
    assert row.user
    assert row.kind
    if not row.cells[NUMBER] or row.cells[NUMBER] in PLACEHOLDERS:
        return False
    stored.held.append((row.kind.number, row.cells[NUMBER].lower(), row.user.number + 1))
    return _tell(row, "number_shared", NUMBER)


def _date_corrected(row: Row, stored: Stored) -> bool:
    if row.issue is None:
        return False
    later = said_by(row)._replace(issue_date=row.issue + timedelta(40))
    stored.word(row, stored.version(row, later))
    return _tell(row, "issue_date_corrected")


PAST: tuple[Callable[[Row, Stored], bool], ...] = (
    *(_unchanged, _declined, _older, _older_too, _others, _taken_over, _back, _reinstated),
    *(_lost_number, _lost_expiry, _kept, _held),
)


def remember(rows: Iterable[Row], random: Random, share: float, *, full: bool) -> Stored:
    """A past for some of the rows; then what computed dates are told. `full`: the file lists all that stands."""
    stored = Stored()
    for row in rows:
        if row.ready and row.status == "valid":
            if not row.copies and random.random() < share:
                stored.credentials += 1
                (_date_corrected if full else random.choice(PAST))(row, stored)
            if row.written and row.computed:
                _tell(row, "expiry_computed", EXPIRY)
    return stored
