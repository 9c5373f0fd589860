"""One transaction for each write: the audit head locked first, an event chained last.

The chain: hash = SHA-256(previous hash + stored text). Whoever changes an old text, or drops the tail, no longer
arrives at the head that receipts have printed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, LargeBinary, Table, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError, UnknownOutcomeError
from credtools.store import tables
from credtools.store.engine import BUSY_MILLISECONDS, WRITES, reason


@dataclass
class Write:
    """A transaction under way: its connection, and the audit head."""

    connection: Connection
    seq: int
    hash: str
    at: datetime

    def event(self, kind: str, by: str, batch_id: int | None = None, **facts: Any) -> int:
        """Appends an event; `facts` hold no personal values, only counts, ids and digests."""
        self.seq += 1
        body = {"seq": self.seq, "at": self.at.isoformat(), "kind": kind, "by": by, "batch": batch_id, **facts}
        text = json.dumps(body, sort_keys=True)
        previous, self.hash = self.hash, chain(self.hash, text)
        row = {"seq": self.seq, "kind": kind, "batch_id": batch_id, "text": text}
        self.connection.execute(insert(tables.events).values(**row, previous=previous, hash=self.hash))
        return self.seq

    def next_id(self, table: Table) -> int:
        """The first free id of a table; safe, because the writers stand in line at the audit head."""
        return (self.connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1


def chain(previous: str, text: str) -> str:
    """The hash of an event."""
    return hashlib.sha256((previous + text).encode()).hexdigest()


@contextmanager
def write(engine: Engine) -> Iterator[Write]:
    """A writing transaction; committed when the block ends, rolled back when it raises.

    Raises UnknownOutcomeError when the connection is lost during COMMIT, RegistryError when the database refuses.
    """
    try:
        with engine.connect().execution_options(**WRITES) as connection:
            transaction = connection.begin()
            try:
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_MILLISECONDS}")
                head = connection.execute(select(tables.audit_head).with_for_update()).one()
                work = Write(connection, head.seq, head.hash, datetime.now(UTC))
                yield work
                connection.execute(update(tables.audit_head).values(seq=work.seq, hash=work.hash))
            except BaseException:
                transaction.rollback()
                raise
            _commit(transaction)
    except DBAPIError as problem:
        raise RegistryError("write_refused", why=reason(problem)) from None


def _commit(transaction: Any) -> None:
    try:
        transaction.commit()
    except DBAPIError:
        raise UnknownOutcomeError("outcome_unknown") from None


def insert_columns(connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """Many rows at once, column by column.

    SQLite: the driver's executemany (3 times faster than the compiled statement); PostgreSQL: one statement over
    arrays, as the definer functions will take them.
    """
    if not columns or not next(iter(columns.values())):
        return
    dialect = connection.dialect
    names = ", ".join(columns)
    values = []
    for name, column in columns.items():
        kind = table.c[name].type
        process = None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)
        bound = {value: process(value) for value in set(column)} if process else {}  # dates and flags repeat
        values.append([bound[value] for value in column] if process else list(column))
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, list(zip(*values, strict=True)))
        return
    arrays = ", ".join(f"%s::{table.c[name].type.compile(dialect)}[]" for name in columns)
    statement = f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - our own names
    connection.exec_driver_sql(statement, tuple(values))
