"""One transaction for each write: the audit head locked first, an event chained last.

The chain: hash = SHA-256(head before + stored text); the head after an event covers its seals, too (see `seals`).
Whoever changes an old text or a sealed row, or drops the tail, no longer arrives at the head that receipts printed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Connection,
    CursorResult,
    Delete,
    Engine,
    Executable,
    Insert,
    LargeBinary,
    Row,
    Table,
    Update,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError, UnknownOutcomeError
from credtools.model import WAITING_STATES
from credtools.store import clock, tables
from credtools.store.connecting import WRITES
from credtools.store.failures import is_answer, reason
from credtools.store.files import file_of
from credtools.store.heads import HEADS, Head, tell
from credtools.store.reads.batches import batch
from credtools.store.refused import refused
from credtools.store.seals import Touched, insert_seals, sealed_digest, seals_of
from credtools.store.team import TEAM
from credtools.store.team.policies import numbered

CHUNK = 500  # keys per statement
UNSEEN = numbered()  # of a team's registry not everybody sees all rows of these, and so their last ids
WRITTEN = "credtools_written"  # among the options of an engine: the events that its writes have chained


class Done(NamedTuple):
    """An event that is chained: its number, its kind, and the batch that it is about."""

    audit_seq: int
    event: str
    batch: int | None


@dataclass
class Write:
    """A transaction under way: its connection, and the audit head."""

    connection: Connection
    seq: int
    last: str  # the hash after that event, without what is to be sealed yet
    at: datetime
    free: dict[Table, int] = field(default_factory=dict)  # the last id of tables, those handed out included
    done: list[Done] = field(default_factory=list)  # its events
    touched: Touched = field(default_factory=Touched)
    given: bool = False  # whether the head after its last event was given out

    @property
    def hash(self) -> str:
        """The head as it is after this transaction: everything that is written must be by now."""
        self.seal()
        self.given = True
        return self.last

    def execute(self, statement: Executable, rows: list[dict[str, Any]] | None = None) -> CursorResult[Any]:
        if isinstance(statement, Insert | Update | Delete):
            self.touched.statement(self.connection, statement, rows)
        return self.connection.execute(statement, rows)

    def insert(self, table: Table, columns: Mapping[str, Any]) -> None:
        """Many rows at once, see `insert_columns`."""
        self.touched.columns(table, columns)
        insert_columns(self.connection, table, columns)

    def insert_rows(self, table: Table, names: Sequence[str], rows: Collection[Sequence[Any]], **shared: Any) -> None:
        """The same for rows of these columns; `shared`: further columns, or one value that all rows share."""
        if rows:
            columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
            self.insert(table, columns | shared)

    def change(self, key: Any, numbers: Collection[Any], **values: Any) -> None:
        """Sets columns of the rows whose `key` is one of some numbers."""
        wanted = list(numbers)
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            statement = update(key.table).where(key.in_(some)).values(**values)
            (self.connection if self.touched.chosen(key, some) else self).execute(statement)

    def change_each(
        self, table: Table, rows: Sequence[Mapping[str, Any]], still: Sequence[str] = (), **shared: Any
    ) -> int:
        """Sets columns of some rows, of each its own values beside those that all share; returns how many there were.

        `rows`: values by column, with the row's id; `still`: the columns of these that must be as they say. One
        statement on PostgreSQL, where each one asks anew who may see what.
        """
        names, given, many = list(rows[0]), dict[str, Any](), None
        if self.connection.dialect.name == "sqlite":
            given = {name: bindparam(f"given_{name}") for name in names}
            many = [{f"given_{name}": row[name] for name in names} for row in rows]
        else:
            arrays = {name: literal([row[name] for row in rows], ARRAY(table.c[name].type)) for name in names}
            asked = select(*(func.unnest(array).label(name) for name, array in arrays.items())).subquery("given")
            given = dict(asked.c.items())
        where = (table.c[name] == given[name] for name in ("id", *still))
        own = {name: given[name] for name in names if name not in ("id", *still)}
        self.touched.note(table, ((row["id"],) for row in rows))
        return self.connection.execute(update(table).where(*where).values(own | shared), many).rowcount

    def derive(self, key: Any, number: Any, **values: Any) -> None:
        """Sets columns of one row of which nothing is sealed, as they follow from what is chained."""
        self.connection.execute(update(key.table).where(key == number).values(**values))

    def seal(self) -> None:
        """Seals what was written so far under the last event, and moves the head on."""
        touched, gone = self.touched.take()
        seals = seals_of(self.connection, touched, gone)
        if not seals:
            return
        if self.given or not self.done:
            raise RuntimeError(f"Without an event of its own: {', '.join({one.table_name for one in seals})}.")
        insert_seals(self.connection, self.seq, seals)
        self.last = chain(self.last, sealed_digest((one.table_name, one.key, one.digest) for one in seals))
        self.given = True

    def event(self, kind: str, by: str, batch_id: int | None = None, **facts: Any) -> int:
        """Appends an event; `facts` hold no personal values, only counts, ids and digests."""
        self.seq += 1
        self.done.append(Done(self.seq, kind, batch_id))
        body = {"seq": self.seq, "at": self.at.isoformat(), "kind": kind, "by": by, "batch": batch_id, **facts}
        text = json.dumps(body, sort_keys=True)
        previous, self.last = self.last, chain(self.last, text)
        row = {"seq": self.seq, "kind": kind, "batch_id": batch_id, "text": text}
        self.execute(insert(tables.events).values(**row, previous=previous, hash=self.last))
        self.given = False
        return self.seq

    def add(self, table: Table, **values: Any) -> int:
        """Adds one row under the first free id, and returns that; safe, as the writers stand in line at the head."""
        if table in self.free or self._unseen(table):
            (number,) = self.ids(table, 1)
            self.execute(insert(table).values(id=number, **values))
            return number
        row = insert(table).values(id=self._last(table) + 1, **values).returning(table.c.id)  # one question, not two
        number = int(self.connection.execute(row).scalar_one())
        self.touched.note(table, [(number,)])
        return number

    def find_free(self, *some: Table) -> None:
        """Finds out the free ids of several tables at once, before `ids` are asked for."""
        last = (self._last(table) for table in some)
        self.free |= zip(some, self.execute(select(*last)).one(), strict=True)

    def _last(self, table: Table) -> Any:
        if self._unseen(table):
            return func.ct_last(table.name)
        return select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()

    def _unseen(self, table: Table) -> bool:
        """Whether its last row may be one that isn't seen here."""
        return table.name in UNSEEN and bool(self.connection.get_execution_options().get(TEAM))

    def ids(self, table: Table, count: int) -> range:
        """So many free ids of a table."""
        if table not in self.free:
            self.find_free(table)
        first = self.free[table] + 1
        self.free[table] += count
        return range(first, first + count)

    def batch(self, batch_id: int) -> Row[Any]:
        """The row of a batch, see `reads.batch`. Raises RegistryError when there is none of this number."""
        return batch(self.connection, batch_id)

    def waiting(self, batch_id: int) -> Row[Any]:
        """The row of a batch. Raises RegistryError unless it is a draft or held."""
        return require_waiting(self.batch(batch_id))

    def finished(self, batch_id: int, verb: str) -> Row[Any]:
        """The row of a batch. Raises RegistryError unless it is finished, as for what is done to it (`decided` …)."""
        found = self.batch(batch_id)
        if found.state != "finished":
            raise RegistryError("batch_not_finished", batch=batch_id, state=found.state, verb=verb)
        return found


def require_waiting(batch: Row[Any]) -> Row[Any]:
    """The batch itself. Raises RegistryError unless it is a draft or held."""
    if batch.state not in WAITING_STATES:
        raise RegistryError("batch_settled", batch=batch.id, state=batch.state)
    return batch


def chain(previous: str, text: str) -> str:
    return hashlib.sha256((previous + text).encode()).hexdigest()


@contextmanager
def write(engine: Engine, *, trial: bool = False) -> Iterator[Write]:
    """A writing transaction; committed when the block ends, rolled back when it raises, or is only a `trial`.

    Raises UnknownOutcomeError when the connection is lost during COMMIT, RegistryError when the database refuses (of a
    team's one with who may do it: `not_allowed`, `guard_refused`), or SQLite's file is no longer in its place.
    """
    done: list[Done] = []
    work: Write | None = None
    try:
        with engine.connect().execution_options(**WRITES) as connection:
            transaction = connection.begin()
            try:
                head = connection.execute(select(tables.audit_head).with_for_update()).one()
                work = Write(connection, head.seq, head.hash, clock.now(), done=done)
                yield work
                if not trial:
                    work.seal()
                connection.execute(update(tables.audit_head).values(seq=work.seq, hash=work.last))
            except BaseException:
                transaction.rollback()
                raise
            if trial:
                transaction.rollback()
            else:
                _commit(transaction, work)
    except DBAPIError as problem:
        raise refused(engine, problem, [one.event for one in done]) from None
    if work is None or not done or trial:
        return
    options = engine.get_execution_options()
    options.get(WRITTEN, []).extend(done)
    if path := options.get(HEADS):
        tell(path, Head(work.seq, work.last), work.at)


def _commit(transaction: Any, work: Write) -> None:
    """COMMIT. Raises what the database says where nothing was written, else UnknownOutcomeError."""
    place = file_of(work.connection)
    if place is not None:
        place.require()
    try:
        transaction.commit()
    except DBAPIError as problem:
        if place is None:
            if is_answer(problem):  # what is only looked at in the end, for example
                raise
            raise UnknownOutcomeError("outcome_unknown") from None
        if not _written(work, problem):
            raise


def _written(work: Write, problem: DBAPIError) -> bool:
    """Whether SQLite, whose COMMIT failed, has what was written all the same: its head says so."""
    driver: Any = work.connection.connection.dbapi_connection
    try:
        driver.rollback()
        head = driver.execute("SELECT seq, hash FROM audit_head").fetchone()
    except driver.Error:
        raise UnknownOutcomeError("outcome_unread", why=reason(problem)) from None
    return tuple(head) == (work.seq, work.last)


def insert_columns(connection: Connection, table: Table, columns: Mapping[str, Any]) -> None:
    """Many rows at once, column by column: a list each, or one value that all rows share.

    SQLite: the driver's executemany (3 times faster than the compiled statement); PostgreSQL: one statement over
    arrays, as the definer functions will take them.
    """
    count = max((len(column) for column in columns.values() if isinstance(column, list | range)), default=0)
    if not count:
        return
    dialect = connection.dialect
    names = ", ".join(columns)
    values: list[Any] = []
    for name, column in columns.items():
        kind = table.c[name].type
        process = None if isinstance(kind, LargeBinary) else kind.dialect_impl(dialect).bind_processor(dialect)
        if not isinstance(column, list | range):
            values.append(list(repeat(process(column) if process else column, count)))
        else:
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
