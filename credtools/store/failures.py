"""Failures: what a database's errors become – a RegistryError with a sentence of ours."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError

READ_ONLY = "25006"  # SQLSTATE, PostgreSQL's appendix A: read_only_sql_transaction


def failure(problem: DBAPIError, otherwise: str, **facts: Any) -> RegistryError:
    """The error to raise, `from None`: one that the database's state explains, else `otherwise` with its reason."""
    if getattr(problem.orig, "sqlstate", None) == READ_ONLY:
        return RegistryError("read_only_copy")
    if (seconds := getattr(problem.orig, "silent_for", None)) is not None:
        return RegistryError("write_unanswered" if otherwise == "write_refused" else "database_silent", seconds=seconds)
    return RegistryError(otherwise, why=reason(problem), **facts)


def reason(problem: DBAPIError) -> str:
    """The first line of what the database said, without a full stop.

    Later lines, and the text that SQLite couldn't decode, quote stored values: they go into no message, and the
    original error isn't chained (`from None`).
    """
    first = str(problem.orig).strip().splitlines()[0]
    return first.partition(" with text ")[0].rstrip(".")
