"""Verify: each row that is sealed must be as it was when it was written last, and each that isn't here must be gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection, Integer, Table

from credtools.store.digests import salted_digest
from credtools.store.row_texts import SEALED, key_columns, texts
from credtools.store.sealed import Single, by_row, stored_seals
from credtools.store.seals import AT_ONCE, key_text, texts_by_keys

Beside = tuple[str, str | None, Single | None]  # the key of a row, what it says, and its newest seal


def sealed_rows(connection: Connection) -> list[str]:
    """What isn't as it was written, a sentence per table, with the first of its rows."""
    return [problem for table in SEALED for problem in _told(table, _beside(connection, table))]


def later_rows(connection: Connection, seq: int) -> list[str]:
    """The same of the rows that were sealed after an event."""
    return [problem for table in SEALED for problem in _told(table, _later(connection, table, seq))]


def _told(table: Table, rows: Iterable[Beside]) -> list[str]:
    wrong, first = 0, ""
    for key, said, seal in rows:
        if not _agree(said, seal):
            wrong, first = wrong + 1, first or key
    if not wrong:
        return []
    shown = " ".join(str(int(part)) if part.isdecimal() and len(part) > 1 else part for part in first.split(" "))
    count = "1 row isn't" if wrong == 1 else f"{wrong:,} rows aren't"
    return [f"{count} as the events say in the table {table.name} (the first: {shown})."]


def _agree(said: str | None, seal: Single | None) -> bool:
    if said is None or seal is None or seal.digest is None:
        return said is None and (seal is None or seal.digest is None)
    return seal.salt is not None and salted_digest(seal.salt, said) == seal.digest


def _later(connection: Connection, table: Table, seq: int) -> Iterator[Beside]:
    """By key the newest seal of each row that was sealed after an event, and its text."""
    kind = key_columns(table)[0].type
    with stored_seals(connection, table, seq) as stored:
        newest = (several[-1] for several in by_row(stored))
        while some := list(islice(newest, AT_ONCE)):
            firsts = {one.key if len(key_columns(table)) == 1 else one.key.partition(" ")[0] for one in some}
            keys = [(int(first) if isinstance(kind, Integer) else first,) for first in firsts]
            said = {key_text(key): text for key, text in texts_by_keys(connection, table, keys)}
            yield from ((one.key, said.get(one.key), one) for one in some)


def _beside(connection: Connection, table: Table) -> Iterator[Beside]:
    """By key each row's text, and its newest seal; both come in the order of keys."""
    rows, seals = texts(connection, table, streamed=AT_ONCE), _latest(connection, table)
    row, seal = next(rows, None), next(seals, None)
    while row is not None or seal is not None:
        key = key_text(row[0]) if row else None
        if row is not None and key is not None and (seal is None or key <= seal.key):
            same = seal is not None and seal.key == key
            yield key, row[1], seal if same else None
            row, seal = next(rows, None), next(seals, None) if same else seal
        elif seal is not None:
            yield seal.key, None, seal
            seal = next(seals, None)


def _latest(connection: Connection, table: Table) -> Iterator[Single]:
    """The newest seal of each row, in the order of keys, whether it is one of its own or of several."""
    with stored_seals(connection, table) as stored:
        for several in by_row(stored):
            yield several[-1]
