"""Outgoing: one moment of a registry as a stream of rows, table by table, in an order that both databases share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Table, select

from credtools.errors import RegistryError
from credtools.keeping import lines
from credtools.store import owning, snapshot, tables
from credtools.store import team as guarding
from credtools.store.blobs import Blobs
from credtools.store.failures import driven
from credtools.store.reads.media import erased_blobs, referenced_blobs

Found = TypeVar("Found")
Progress = Callable[[int, int], None]  # (done, all) rows and files
APART = tables.source_files.c.content  # as large as files are: kept as files, under the SHA-256 of their row
ROWS = 2_000  # of SQLite at once
CHUNK = 2**18  # bytes that are gathered from PostgreSQL, which sends row by row
POSTGRES = ("SET LOCAL timezone = 'UTC'", "SET LOCAL bytea_output = 'hex'", "SET LOCAL datestyle = 'ISO, YMD'")


class Head(NamedTuple):
    """The end of the chain of events: what receipts print."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class Kept:
    """A table as it is kept: its columns, each with its kind (see `lines`), and those by which its rows are ordered."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def kinds(self) -> list[str]:
        return [kind for _, kind in self.columns]

    @property
    def names(self) -> str:
        """The columns as SQL names them."""
        return ", ".join(_quoted(name) for name, _ in self.columns)

    def selected(self, dialect: str) -> str:
        """The statement that reads its rows; text is ordered byte by byte on both databases."""
        kinds = dict(self.columns)
        bytewise = ' COLLATE "C"' if dialect == "postgresql" else ""
        order = ", ".join(_quoted(name) + bytewise * (kinds[name] == "text") for name in self.key)
        return f"SELECT {self.names} FROM {_quoted(self.name)} ORDER BY {order}"  # noqa: S608 - names of tables


def every_table() -> list[Kept]:
    """Every table of a registry of the newest layout; views are made of them."""
    return [_kept(table) for _, table in sorted(tables.metadata.tables.items())]


def _kept(table: Table) -> Kept:
    columns = tuple((one.name, lines.kind_of(one)) for one in table.columns if one is not APART)
    key = tuple(one.name for one in table.primary_key) or tuple(name for name, _ in columns)
    return Kept(table.name, columns, key)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@dataclass
class Told:
    """How far something has come, for whoever waits."""

    progress: Progress | None
    total: int
    done: int = 0

    def add(self, count: int) -> None:
        self.done += count
        if self.progress:
            self.progress(self.done, self.total)

    def rows(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same text; its lines are counted as they pass."""
        for chunk in chunks:
            yield chunk
            self.add(chunk.count(b"\n"))

    def each(self, things: Iterable[Found]) -> Iterator[Found]:
        """The same things; they are counted as they pass."""
        for thing in things:
            yield thing
            self.add(1)


@dataclass
class Outgoing:
    """A moment of a registry that leaves: `lines` of each table, then `files`; `lost` fills on the way."""

    connection: Connection
    blobs: Blobs
    progress: Progress | None = None
    lost: list[str] = field(default_factory=list)  # files that aren't here or aren't what they should be

    def __post_init__(self) -> None:
        self.tables = every_table()
        self.head = head_of(self.connection)
        self.team = guarding.prefix_of(self.connection)  # of the roles that keep its rights
        self.rows = {table.name: count(self.connection, table) for table in self.tables}
        sources = tables.source_files.c
        named = select(sources.sha256).where(sources.content.is_not(None))
        self.sources = sorted(self.connection.execute(named).scalars())
        self.media = sorted(referenced_blobs(self.connection))
        self.told = Told(self.progress, sum(self.rows.values()) + len(self.sources) + len(self.media))

    def lines(self, table: Kept) -> Iterator[bytes]:
        """The rows of a table as text. Raises RegistryError where one can't be written."""
        return self.told.rows(written(self.connection, table))

    def source_files(self) -> Iterator[tuple[str, bytes]]:
        """The uploaded files that aren't erased, with their SHA-256, one by one."""
        for sha256 in self.sources:
            content = bytes(self.connection.execute(select(APART).where(APART.table.c.sha256 == sha256)).scalar_one())
            if hashlib.sha256(content).hexdigest() == sha256:
                yield sha256, content
            else:
                self.lost.append(sha256)
            self.told.add(1)

    def media_files(self, engine: Engine) -> Iterator[tuple[str, bytes]]:
        """The stored media. After the moment, which hours of reading must not hold.

        Raises RegistryError where one was erased since: its rows are in what was read already.
        """
        for sha256 in self.media:
            try:
                yield sha256, self.blobs.read(sha256)
            except RegistryError:
                if sha256 in erased_blobs(engine):
                    raise RegistryError("erased_while_kept") from None
                self.lost.append(sha256)
            self.told.add(1)


@contextmanager
def moment(engine: Engine, blobs: Blobs, progress: Progress | None = None) -> Iterator[Outgoing]:
    """One moment of a whole registry, whatever others write meanwhile.

    Raises RegistryError when the login may not read all of it, or the database can't be read.
    """
    with snapshot(engine, patient=True) as connection:
        prepare(connection)
        yield Outgoing(connection, blobs, progress)


def prepare(connection: Connection) -> None:
    """On PostgreSQL: as the owner, and with values written in one way. Raises RegistryError (`not_the_owner`)."""
    if connection.dialect.name == "postgresql":
        owning.become(connection)
        for statement in (*POSTGRES, "SET LOCAL row_security = off"):  # rows that would be missing are an error
            connection.exec_driver_sql(statement)


def head_of(connection: Connection) -> Head:
    head = tables.audit_head.c
    return Head(*connection.execute(select(head.seq, head.hash)).one())


def count(connection: Connection, table: Kept) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {_quoted(table.name)}").scalar_one())  # noqa: S608


def written(connection: Connection, table: Kept) -> Iterator[bytes]:
    """The rows of a table as text, some at a time, each piece with whole lines."""
    statement = table.selected(connection.dialect.name)
    if connection.dialect.name == "sqlite":
        yield from _encoded(connection, table, statement)
        return
    gathered: list[bytes] = []
    size = 0
    with copying(connection, f"COPY ({statement}) TO STDOUT") as copy:
        for row in copy:
            gathered.append(bytes(row))
            size += len(row)
            if size >= CHUNK:
                yield b"".join(gathered)
                gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def _encoded(connection: Connection, table: Kept, statement: str) -> Iterator[bytes]:
    result = connection.exec_driver_sql(statement, execution_options={"stream_results": True})
    for rows in result.partitions(ROWS):
        yield _line_by_line(table, rows)


def _line_by_line(table: Kept, rows: Sequence[Sequence[Any]]) -> bytes:
    try:
        return lines.encode(table.kinds, rows)
    except ValueError:
        raise RegistryError("value_not_of_its_kind", table=table.name) from None  # the cause may quote the value


@contextmanager
def copying(connection: Connection, statement: str) -> Iterator[Any]:
    """PostgreSQL's COPY, by its driver. Raises DBAPIError, ValueError for values that it doesn't take."""
    with driven(connection) as driver:
        try:
            with driver.copy(statement) as copy:
                yield copy
        except connection.dialect.loaded_dbapi.DataError:  # whose first line quotes the value
            raise ValueError("A value can't be taken.") from None
