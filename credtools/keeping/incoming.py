"""Incoming: the rows of a registry become those of a new one, in the transaction that makes it.

References between rows may point anywhere, also within a table: they are looked at when every row is there. At the end
the new registry is read again, and must give the very same text.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Connection, inspect, update

from credtools.errors import RegistryError
from credtools.keeping import lines
from credtools.keeping.archive import give_name
from credtools.keeping.outgoing import APART, POSTGRES, Head, Kept, Told, copying, head_of, written
from credtools.keeping.place import Place
from credtools.store import engine
from credtools.store.addresses import sqlite_path
from credtools.store.blobs import Blobs

VERSION_TABLE = "alembic_version"  # made with the tables
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"""


@contextmanager
def making(place: Place, layout: str, team: str | None) -> Iterator[Connection]:
    """The transaction that makes a registry of a layout; it is there when the block ends, whole, or not at all.

    `team`: of the roles that then keep its rights. An SQLite file is made beside its place, under another name.
    Raises RegistryError as `store.engine.making`.
    """
    path = sqlite_path(place.address)
    if path is None:
        with engine.making(place.address, place.seconds, layout, team) as connection:
            for statement in POSTGRES:
                connection.exec_driver_sql(statement)
            yield connection
        return
    if path.exists():
        raise RegistryError("registry_exists", path=path)
    new = path.with_name(f".{path.name[:100]}.new-{uuid.uuid4().hex[:8]}")
    try:
        with engine.making(URL.create("sqlite", database=str(new)), layout=layout, team=team) as connection:
            yield connection
        try:
            give_name(new, path)
        except FileExistsError:
            raise RegistryError("registry_exists", path=path) from None
        except OSError as problem:
            raise RegistryError("registry_not_made", place=path, why=problem.strerror) from problem
    finally:
        with suppress(OSError):
            new.unlink()


class Incoming:
    """A new registry that is being filled."""

    def __init__(self, connection: Connection, tables: Sequence[Kept]) -> None:
        self.connection = connection
        self.tables = tables
        self._digests: dict[str, str] = {}
        self._postgres = connection.dialect.name == "postgresql"
        self._require_same_shape()
        self._references = self._drop_references() if self._postgres else []

    def _require_same_shape(self) -> None:
        """The tables and columns that come are those that were made; from here on their names are known ones."""
        found = inspect(self.connection)
        there = {
            name: {column["name"] for column in found.get_columns(name)}
            for name in found.get_table_names()
            if name != VERSION_TABLE
        }
        if APART.table.name in there:
            there[APART.table.name].discard(APART.name)
        if there != {table.name: {name for name, _ in table.columns} for table in self.tables}:
            raise ValueError("The tables are other ones.")

    def _drop_references(self) -> list[str]:
        """Foreign keys go until every row is there; returns the statements that bring them back."""
        back = []
        for table, name, definition in self.connection.exec_driver_sql(FOREIGN_KEYS).all():
            self.connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            back.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        return back

    def fill(self, table: Kept, chunks: Iterable[bytes]) -> None:
        """Adds all rows of a table. Raises ValueError for text that isn't its rows."""
        digest = hashlib.sha256()
        noted = _noted(chunks, digest)
        if self._postgres:
            self._copy(table, noted)
        else:
            self._insert(table, noted)
        self._digests[table.name] = digest.hexdigest()

    def _copy(self, table: Kept, chunks: Iterable[bytes]) -> None:
        with copying(self.connection, f'COPY "{table.name}" ({table.names}) FROM STDIN') as copy:
            for chunk in chunks:
                copy.write(chunk)

    def _insert(self, table: Kept, chunks: Iterable[bytes]) -> None:
        marks = ", ".join("?" * len(table.columns))
        statement = f'INSERT INTO "{table.name}" ({table.names}) VALUES ({marks})'  # noqa: S608 - names of tables
        for some in lines.whole_lines(chunks):
            self.connection.exec_driver_sql(statement, lines.decode(table.kinds, some))

    def keep_file(self, sha256: str, content: bytes) -> None:
        """The bytes of an uploaded file, whose row is there."""
        row = APART.table.c.sha256
        self.connection.execute(update(APART.table).where(row == sha256).values({APART: content}))

    def finish(self, head: Head, told: Told) -> None:
        """References are back, every table reads as it came, the history ends where it should.

        On SQLite `verify` says whether references hold, so that a damaged registry can come back as it was.
        Raises RegistryError, ValueError; `told` counts the rows.
        """
        for statement in self._references:
            self.connection.exec_driver_sql(statement)
        if self._postgres:
            self.connection.exec_driver_sql("ANALYZE")  # else its plans are those of empty tables
        for table in self.tables:
            digest = hashlib.sha256()
            for chunk in told.rows(written(self.connection, table)):
                digest.update(chunk)
            if digest.hexdigest() != self._digests[table.name]:
                raise ValueError("A table reads otherwise than it came.")
        if head_of(self.connection) != head:
            raise ValueError("The history ends elsewhere.")


def _noted(chunks: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


class Adding:
    """Files that are being added to a folder."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self.new: list[str] = []

    def put(self, sha256: str, content: bytes) -> None:
        if not self._blobs.has(sha256):
            self.new.append(sha256)
        self._blobs.put(content)


@contextmanager
def adding(blobs: Blobs) -> Iterator[Adding]:
    """Adds files to a folder; when the block raises, those that weren't there before are taken away again."""
    added = Adding(blobs)
    try:
        yield added
        blobs.flush()
    except BaseException:
        for sha256 in added.new:
            with suppress(OSError):
                blobs.path(sha256).unlink()
        raise
