"""Failures: what a database's errors become – a RegistryError with a sentence of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError

# SQLSTATE, PostgreSQL's appendix A, and SQLite's names: the reasons that have a remedy of their own.
READ_ONLY = "25006"  # read_only_sql_transaction
OF_STATE = {"53100": "disk_full", "58030": "disk_failed", "XX001": "registry_damaged", "XX002": "registry_damaged"}
OF_SQLITE = {
    "SQLITE_FULL": "disk_full",
    "SQLITE_IOERR": "disk_failed",
    "SQLITE_CORRUPT": "registry_damaged",
    "SQLITE_READONLY": "registry_read_only",
    "SQLITE_CANTOPEN": "registry_read_only",
    "SQLITE_PERM": "registry_read_only",
}
UNSURE_STATES = ("08", "57")  # the server said that it goes, or lost sight of us: it may have written


def failure(problem: DBAPIError, otherwise: str, **facts: Any) -> RegistryError:
    """The error to raise, `from None`: one that the database's state explains, else `otherwise` with its reason."""
    state, name = sqlstate(problem), getattr(problem.orig, "sqlite_errorname", None) or ""
    if state == READ_ONLY:
        return RegistryError("read_only_copy")
    if (seconds := getattr(problem.orig, "silent_for", None)) is not None:
        return RegistryError("write_unanswered" if otherwise == "write_refused" else "database_silent", seconds=seconds)
    if known := OF_STATE.get(state) or OF_SQLITE.get("_".join(name.split("_")[:2])):
        return RegistryError(known, why=f"{reason(problem)} ({name or state})")
    return RegistryError(otherwise, why=reason(problem), **facts)


def sqlstate(problem: DBAPIError) -> str:
    """PostgreSQL's code of an error; '' where the server didn't send one."""
    return getattr(problem.orig, "sqlstate", None) or ""


def is_answer(problem: DBAPIError) -> bool:
    """Whether a server has said itself that a COMMIT failed: then nothing was written."""
    return sqlstate(problem)[:2] not in ("", *UNSURE_STATES)


def reason(problem: DBAPIError) -> str:
    """The first line of what the database said, without a full stop.

    Later lines, and the text that SQLite couldn't decode, quote stored values: they go into no message, and the
    original error isn't chained (`from None`).
    """
    first = str(problem.orig).strip().splitlines()[0]
    return first.partition(" with text ")[0].rstrip(".")


@contextmanager
def driven(connection: Connection) -> Iterator[Any]:
    """The driver's own cursor, for what SQLAlchemy can't say; its errors become those of SQLAlchemy.

    That learns of a connection that has ended: else rolling back there would fail, and only that be told.
    """
    cursor = connection.connection.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as problem:
        if cursor.connection.closed:
            connection.invalidate(problem)
        raise DBAPIError(None, None, problem) from None
