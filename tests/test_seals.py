"""Seals: whatever is changed past the program is found – table by table, column by column, without a list to keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from credtools.model import BATCH_STATES, DECISIONS, REJECT_STATES, VERDICTS, WORDS
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.row_texts import SEALED
from credtools.store.sealed import by_row, stored_seals
from tests.builders import long_on_a_server
from tests.conftest import Home
from tests.sealed_history import everything, opened_in

TABLES = {table.name: table for table in tables.metadata.sorted_tables}
# What may be changed without being found, and why that does no harm. Nothing else.
HARMLESS = {
    "credentials.counter": "writers compare it with what they have read; it says nothing",
    "seals.salt": "of a seal that doesn't hold any more; it goes when something is erased",
}
CHOICES = (*BATCH_STATES, *DECISIONS, *REJECT_STATES, *VERDICTS, *WORDS, "withdrawn", "reinstated", "full", "part")


@pytest.fixture(scope="module")
def lived(home: Home) -> Iterator[Registry]:
    """The registry in which everything has happened; each change is taken back."""
    registry = opened_in(home.copy_of(everything), home.folder)
    yield registry
    registry.engine.dispose()


class Tampering:
    """Changes past the program, each verified and taken back."""

    def __init__(self, registry: Registry, table: Table) -> None:
        self.registry, self.table = registry, table
        self.keys = list(table.primary_key.columns)

    def rows(self) -> list[Any]:
        with self.registry.engine.connect() as connection:
            return list(connection.execute(select(self.table).order_by(*self.keys)).mappings().all())

    def where(self, row: Any) -> list[Any]:
        return [key == row[key.name] for key in self.keys]

    def done(self, *statements: Any) -> bool:
        """Whether the database let it happen; nothing that could be switched off stands in the way."""
        engine = self.registry.engine
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                driver: Any = connection.connection.dbapi_connection
                driver.execute("PRAGMA foreign_keys=OFF")
                driver.execute("PRAGMA ignore_check_constraints=ON")
            try:
                with connection.begin():
                    if engine.dialect.name == "postgresql":
                        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                    for statement in statements:
                        connection.execute(statement)
            except IntegrityError:
                return False
            finally:
                if engine.dialect.name == "sqlite":
                    driver.execute("PRAGMA ignore_check_constraints=OFF")
                    driver.execute("PRAGMA foreign_keys=ON")
        return True

    def unseen(self, row: Any) -> list[str]:
        """The columns of a row whose change nobody finds."""
        return [column.name for column in self.table.c if self.is_unseen(row, column)]

    def is_unseen(self, row: Any, column: Column[Any]) -> bool:
        for value in others(column, row[column.name]):
            changed = dict(row) | {column.name: value}
            if not self.done(update(self.table).where(*self.where(row)).values({column.name: value})):
                continue
            try:
                return not self.registry.verify()
            finally:
                back = update(self.table).where(*self.where(changed)).values({column.name: row[column.name]})
                assert self.done(back)
        return False  # no other value is possible


def others(column: Column[Any], value: Any) -> Iterator[Any]:
    """Values that a column might be given instead."""
    kind = getattr(column.type, "impl", column.type)  # what is packed, and moments
    if isinstance(kind, Boolean):
        yield not value
    elif isinstance(kind, Integer):
        yield from (number for number in (1, 2, 3, 4, (value or 0) + 1) if number != value)
    elif isinstance(kind, Date):
        yield value + timedelta(days=400) if value else date(2020, 1, 1)
    elif isinstance(kind, LargeBinary):
        yield bytes([value[0] ^ 1]) + value[1:] if value else b"x" * 32
    elif isinstance(kind, DateTime):
        yield value + timedelta(microseconds=1) if value else datetime.now(UTC)
    else:
        yield from (text for text in ((value or "") + "x", *CHOICES) if text != value)
    if column.nullable and value is not None:
        yield None


@long_on_a_server
@pytest.mark.parametrize("name", TABLES)
def test_no_change_is_unseen(lived: Registry, name: str) -> None:
    """A row of each table changed in one column, one added, one removed: verify finds each, whatever the table."""
    tampering = Tampering(lived, TABLES[name])
    rows = tampering.rows()
    assert rows, "This table has no row that could be changed."
    unseen = {f"{name}.{column}" for row in rows[-1:] for column in tampering.unseen(row)}
    assert sorted(unseen - HARMLESS.keys()) == []
    assert lived.verify() == []


def test_erasing_leaves_no_salt_of_before(home: Home) -> None:
    """After an erasure only the newest seal of each row has a salt: nothing can be guessed from what rows once said."""
    registry = opened_in(home.copy_of(everything), home.folder)
    registry.erase("ana@example.org", "asked for it")
    salted = 0
    with registry.engine.connect() as connection:
        for table in SEALED:
            with stored_seals(connection, table) as stored:
                for *older, newest in by_row(stored):
                    assert not any(any(one.salt or b"") for one in older), (table.name, newest.key)
                    salted += any(newest.salt or b"")
    assert salted
    assert [problem for problem in registry.verify() if "stored media" not in problem] == []
    registry.engine.dispose()
