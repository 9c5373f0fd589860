"""Connecting: on what terms a database is spoken to.

SQLite: WAL with synchronous=FULL (the answer asserted, since setting it can fail silently), foreign keys, a 20 s
wait for locks, BEGIN IMMEDIATE for writes (the default loses updates), and an application id, because an empty file
opens as a valid empty database. PostgreSQL: read committed.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError

APPLICATION_ID = 0x43524544  # "CRED"
FILE_LAYOUT = 1  # SQLite's user_version: how the file itself is used, apart from its tables
BUSY_MILLISECONDS = 20_000
WRITES = {"credtools_writes": True}


def reason(problem: DBAPIError) -> str:
    """The first line of what the database said, without a full stop.

    Later lines, and the text that SQLite couldn't decode, quote stored values: they go into no message, and the
    original error isn't chained (`from None`).
    """
    first = str(problem.orig).strip().splitlines()[0]
    return first.partition(" with text ")[0].rstrip(".")


def make_engine(url: URL, *, creating: bool = False) -> Engine:
    if url.get_backend_name() == "postgresql":
        # A connection that died over night is noticed before it is used.
        engine = create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)

        @event.listens_for(engine, "connect")
        def _wait(connection: Any, _record: Any) -> None:
            connection.execute(f"SET lock_timeout = {BUSY_MILLISECONDS}")
            connection.commit()

        return engine
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        if not creating:
            _check_file(connection, url)
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise RegistryError("log_impossible", file=url.database, mode=mode)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not only forgotten

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("credtools_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _check_file(connection: sqlite3.Connection, url: URL) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
            raise RegistryError("registry_empty", file=url.database)
        raise RegistryError("not_a_registry", place=url.database)
    layout = connection.execute("PRAGMA user_version").fetchone()[0]
    if layout != FILE_LAYOUT:
        raise RegistryError("file_layout_unknown", file=url.database, layout=layout, known=FILE_LAYOUT)
