"""Seals: a salted digest of each row that an event wrote, where nothing else that is chained covers it.

Every write notes which rows it touches; when it ends their texts are read again and sealed under its last event, and
the head that follows covers these seals:

    head after event N = SHA-256(hash of N, SHA-256(fields of table, key and digest of each seal of N)), both in hex;
    the hash of N itself where it has no seals

in the order of tables and keys (by code point, as `COLLATE "C"`). The next event's `previous`, and `audit_head`, are
that head. A seal is `SHA-256(salt, row text)`, see `row_texts`; a row that is gone has one without digest. Numbered
rows that follow each other share a seal (key `FIRST-LAST`), with their digests and salts one after the other. The
newest seal of a row holds. Only erasing changes seals: it blanks the salts of all that don't hold any more.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    insert,
    select,
    true,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression

from credtools.store import tables
from credtools.store.digests import fields, salted_digest, salts
from credtools.store.row_texts import SEALED, Said, is_numbered, key_columns, texts, texts_of_few

DIGEST_BYTES = 32
TOGETHER = 4_096  # rows in one seal
AT_ONCE = 1_000  # rows in the memory
CHUNK = 500  # keys per question
MANY = 50  # rows that follow each other, from which on they are asked for by the first and the last
DIGITS = 19  # of a number in a key, so that keys are in the order of numbers
Key = tuple[Any, ...]
ALONE = frozenset(table.name for table in SEALED)


class Seal(NamedTuple):
    """As it is stored; `digest` None: the row is gone."""

    table_name: str
    key: str
    salt: bytes | None
    digest: bytes | None


def key_text(key: Iterable[Any]) -> str:
    """A row's key as one text."""
    return " ".join(f"{one:0{DIGITS}}" if isinstance(one, int) else str(one) for one in key)


def sealed_digest(seals: Iterable[tuple[str, str, bytes | None]]) -> str:
    """SHA-256 over (table, key, digest) of the seals of one event, which are in their order."""
    told = hashlib.sha256()
    for seal in seals:
        told.update(fields(*seal).encode())
    return told.hexdigest()


@dataclass
class Touched:
    """The rows that a transaction has written so far, by their keys; `gone`: those that it may have deleted.

    What was written and can't be seen afterwards is sealed by nobody: on a team's registry somebody else has it.
    """

    keys: defaultdict[Table, set[Key]] = field(default_factory=lambda: defaultdict(set))
    gone: defaultdict[Table, set[Key]] = field(default_factory=lambda: defaultdict(set))

    def note(self, table: Table, keys: Iterable[Key]) -> None:
        """Rows of a table, by the columns of their seals' keys."""
        if table.name in ALONE:
            self.keys[table].update(keys)

    def chosen(self, column: Any, values: Iterable[Any]) -> bool:
        """The rows with these values in a column; False where that isn't the column by which they are known."""
        known = column.name in (keys := [one.name for one in key_columns(column.table)]) and len(keys) == 1
        if known:
            self.note(column.table, ((value,) for value in values))
        return known

    def columns(self, table: Table, columns: Mapping[str, Any]) -> None:
        """Rows that are added column by column; a value that isn't a list is that of all rows."""
        if table.name not in ALONE:
            return
        wanted = [columns[column.name] for column in key_columns(table)]
        count = max((len(one) for one in wanted if isinstance(one, list | range)), default=1)
        self.note(table, zip(*(one if isinstance(one, list | range) else [one] * count for one in wanted), strict=True))

    def statement(
        self, connection: Connection, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]] | None
    ) -> None:
        """The rows that a statement is about to write (or more: a seal of a row that stays as it is does no harm)."""
        table: Any = statement.table
        if table.name in ALONE:
            keys = set(_keys(connection, statement, rows))
            self.note(table, keys)
            if isinstance(statement, Delete):
                self.gone[table] |= keys

    def take(self) -> tuple[dict[Table, set[Key]], dict[Table, set[Key]]]:
        """All that was noted, and what of it may be gone; it is forgotten here."""
        taken, self.keys, gone, self.gone = self.keys, defaultdict(set), self.gone, defaultdict(set)
        return {table: keys for table, keys in taken.items() if keys}, gone


def _keys(
    connection: Connection, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]] | None
) -> Iterator[Key]:
    """Those of the rows that a statement is about to write."""
    known = key_columns(statement.table)  # type: ignore[arg-type]
    names = [column.name for column in known]
    if isinstance(statement, Insert):
        yield from (tuple(row[name] for name in names) for row in rows or [statement.compile().params])
        return
    where: Any = true() if statement.whereclause is None else statement.whereclause
    if rows is not None and (given := _given(where, names)):
        yield from (tuple(row[name] for name in given) for row in rows)
        return
    asked: Select[Any] = select(*known).where(where)
    for row in rows if rows is not None else [{}]:
        yield from map(tuple, connection.execute(asked, dict(row)))


def _given(where: Any, names: Sequence[str]) -> list[str]:
    """The parameters to which a statement says that the columns of a key are equal; none where it finds rows otherwise.

    Only conditions of which all must hold.
    """
    found: dict[str, str] = {}
    for part in where.clauses if getattr(where, "operator", None) is operators.and_ else (where,):
        equal = isinstance(part, BinaryExpression) and part.operator is operators.eq
        if equal and isinstance(part.right, BindParameter) and part.right.required:
            found[getattr(part.left, "name", "")] = str(part.right.key)
    return [found[name] for name in names] if all(name in found for name in names) else []


def seals_of(
    connection: Connection, touched: Mapping[Table, Collection[Key]], gone: Mapping[Table, Collection[Key]]
) -> list[Seal]:
    """The seals of some rows as they are now, in the order in which they are chained; `gone`: as in `Touched`."""
    found: list[Seal] = []
    few = {table: [number for (number,) in keys] for table, keys in touched.items() if _are_few(table, keys)}
    texts_of: defaultdict[Table, dict[Key, str]] = defaultdict(dict)
    for table, (key, text) in texts_of_few(connection, few) if few else ():
        texts_of[table][key] = text
    for table, keys in touched.items():
        said = texts_of[table] if table in few else dict(texts_by_keys(connection, table, keys))
        found += _sealed(table, {key: said[key] for key in said.keys() & keys})
        found += [Seal(table.name, key_text(key), None, None) for key in gone.get(table, ()) if key not in said]
    return sorted(found, key=lambda seal: seal[:2])


def _are_few(table: Table, keys: Collection[Key]) -> bool:
    return is_numbered(table) and len(keys) <= MANY


def _sealed(table: Table, said: Mapping[Key, str]) -> Iterator[Seal]:
    """The seals of rows, by their texts."""
    if not is_numbered(table):
        for (key, text), salt in zip(said.items(), salts(len(said)), strict=True):
            yield Seal(table.name, key_text(key), salt, salted_digest(salt, text))
        return
    for first, last in runs(sorted(number for (number,) in said)):
        fresh = salts(last - first + 1)
        digests = [salted_digest(salt, said[first + k,]) for k, salt in enumerate(fresh)]
        numbers = key_text((first,)) + (f"-{key_text((last,))}" if last > first else "")
        yield Seal(table.name, numbers, b"".join(fresh), b"".join(digests))


def texts_by_keys(connection: Connection, table: Table, keys: Collection[Key]) -> Iterator[Said]:
    """The texts of those rows that are there, by the first column of their keys (and of others that have the same)."""
    firsts = sorted({key[0] for key in keys})
    few: list[Any] = []
    for first, last in runs(firsts) if isinstance(firsts[0], int) else ():
        if last - first >= MANY:
            yield from texts(connection, table, partial(_between, first, last))
        else:
            few += range(first, last + 1)
    few = few if isinstance(firsts[0], int) else firsts
    for start in range(0, len(few), CHUNK):
        yield from texts(connection, table, partial(_among, few[start : start + CHUNK]))


def _between(first: int, last: int, column: Any) -> Any:
    return column.between(first, last)


def _among(some: list[Any], column: Any) -> Any:
    return column.in_(some)


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each unbroken run of numbers, which are in their order; at most TOGETHER in one."""
    first = last = None
    for number in numbers:
        if first is None or last is None or number != last + 1 or number - first >= TOGETHER:
            if first is not None and last is not None:
                yield first, last
            first = number
        last = number
    if first is not None and last is not None:
        yield first, last


def seal_all(connection: Connection, seq: int) -> str | None:
    """Seals every row that is here under one event, when a registry is upgraded; the digest over these seals."""
    seals = _of_all(connection, seq)
    first = next(seals, None)
    return None if first is None else sealed_digest(chain([first], seals))


def _of_all(connection: Connection, seq: int) -> Iterator[tuple[str, str, bytes | None]]:
    """Writes the seals and yields (table, key, digest) of each, in their order, with few rows in the memory."""
    for table in sorted(SEALED, key=lambda table: table.name):
        rows = texts(connection, table, streamed=AT_ONCE)
        while some := dict(islice(rows, TOGETHER)):
            seals = sorted(_sealed(table, some))
            insert_seals(connection, seq, seals)
            yield from ((one.table_name, one.key, one.digest) for one in seals)


def insert_seals(connection: Connection, seq: int, seals: Sequence[Seal]) -> None:
    """Writes seals under an event."""
    named = [{**one._asdict(), "event_seq": seq} for one in seals]
    connection.execute(insert(tables.seals), named)
