"""Verify: each row that is sealed must be as it was when it was written last, and each that isn't here must be gone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Table

from credtools.store.digests import salted_digest
from credtools.store.row_texts import SEALED, texts
from credtools.store.sealed import Single, by_row, stored_seals
from credtools.store.seals import AT_ONCE, key_text


def sealed_rows(connection: Connection) -> list[str]:
    """What isn't as it was written, a sentence per table, with the first of its rows."""
    return [problem for table in SEALED for problem in _of_table(connection, table)]


def _of_table(connection: Connection, table: Table) -> list[str]:
    wrong, first = 0, ""
    for key, said, seal in _beside(connection, table):
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


def _beside(connection: Connection, table: Table) -> Iterator[tuple[str, str | None, Single | None]]:
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
