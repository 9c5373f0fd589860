"""Connecting: on what terms a database is spoken to.

SQLite: WAL with synchronous=FULL (the answer asserted, since setting it can fail silently), foreign keys, a 20 s
wait for locks, BEGIN IMMEDIATE for writes (the default loses updates), and an application id, because an empty file
opens as a valid empty database. PostgreSQL: read committed, in UTF-8, in UTC, with dates and strings as the standard
has them, through a pooler, too; a server that stands still is noticed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from credtools.errors import RegistryError
from credtools.store import files

APPLICATION_ID = 0x43524544  # "CRED"
FILE_LAYOUT = 1  # SQLite's user_version: how the file itself is used, apart from its tables
BUSY_MILLISECONDS = 20_000
WRITES = {"credtools_writes": True}
PATIENT = {"credtools_patient": True}  # waits for ever: for locks, and for statements that change every row
# A receipt is printed after COMMIT, so COMMIT must wait for the disk; for more than that a server may be set.
DURABLE = "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
SCHEMA = "credtools_schema"  # the option of an engine that says in which schema names are looked for
SECONDS = 30.0  # for which a server may be silent, unless settings say otherwise
LONGEST = 20  # times as long may one statement take


def make_engine(url: URL, seconds: float = SECONDS, *, creating: bool = False) -> Engine:
    """An engine, which hasn't connected yet; `seconds`: how long a server may be silent (see `patience`)."""
    return _sqlite(url, creating=creating) if url.get_backend_name() == "sqlite" else _postgresql(url, seconds)


def _postgresql(url: URL, seconds: float) -> Engine:
    """Nothing is left to how the database, the login or a service file is set, nor to a session that a pooler shares.

    What is set lasts for one transaction: a pooler (PgBouncer, pool_mode = transaction) gives each transaction another
    session, takes few options when one connects (`options` isn't among them), and prepared statements of one client
    meet those of another. Isolation comes with BEGIN.
    """
    from credtools.store.patience import Patient  # noqa: PLC0415 - psycopg; SQLite doesn't need it

    engine = create_engine(
        url,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,  # a connection that died over night is noticed before it is used
        use_native_hstore=False,  # else each engine asks for it
    )
    of_network = {
        "connect_timeout": max(2, round(seconds)),  # libpq takes no less
        "keepalives": 1,
        "keepalives_idle": max(1, round(seconds)),
        "keepalives_interval": max(1, round(seconds / 3)),
        "keepalives_count": 3,
        "tcp_user_timeout": round(seconds * 1000),
        "fallback_application_name": "credtools",
    }

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, given: Any, more: dict[str, Any]) -> Patient:
        how = {**of_network, **more, "client_encoding": "utf8", "prepare_threshold": None}
        made = Patient.reach(seconds, *given, **how)
        try:
            made.autocommit = True
            made.execute("SET standard_conforming_strings = on")  # SQLAlchemy asks once, before any transaction
            made.autocommit = False
        except BaseException:
            made.close()
            raise
        return made

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        driver: Any = connection.connection.dbapi_connection
        driver.longest = None if options.get("credtools_patient") else LONGEST * seconds
        try:  # past SQLAlchemy, which would take three times as long to say it
            driver.execute(_terms(options, round((driver.longest or 0) * 1000)))
        except driver.Error as problem:
            raise OperationalError(None, None, problem) from None

    return engine


def _terms(options: Mapping[str, Any], longest: int) -> str:
    """What holds for one transaction; one question, for each takes a way to the server and back."""
    terms = [
        f"lock_timeout = {BUSY_MILLISECONDS if longest else 0}",
        f"statement_timeout = {longest}",
        # Each of these, set otherwise, changes without an error what is stored or read: backslashes in bytes, NULL in
        # arrays, day and month of dates.
        "standard_conforming_strings = on",
        "array_nulls = on",
        "datestyle = ISO",
        "timezone = 'UTC'",
        "jit = off",  # up to PostgreSQL 17 the guards' joins look so costly that each would be compiled, in seconds
    ]
    if schema := options.get(SCHEMA):
        terms.append(f"search_path = {schema}, pg_temp")  # last: what others left in a pooler's session hides nothing
    more = ""
    if options.get("credtools_writes"):
        terms.append(f"idle_in_transaction_session_timeout = {longest}")  # who is cut off keeps no others waiting
        more = f"; {DURABLE}"
    return "; ".join(f"SET LOCAL {term}" for term in terms) + more


def _sqlite(url: URL, *, creating: bool) -> Engine:
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, record: Any) -> None:
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
        files.know(record, str(url.database))

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("credtools_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        if writes and (place := files.file_of(connection)) is not None:
            place.require()

    return engine


def _check_file(connection: sqlite3.Connection, url: URL) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
            raise RegistryError("registry_empty", file=url.database)
        raise RegistryError("not_a_registry", place=url.database)
    layout = connection.execute("PRAGMA user_version").fetchone()[0]
    if layout != FILE_LAYOUT:
        raise RegistryError("file_layout_unknown", file=url.database, layout=layout, known=FILE_LAYOUT)
