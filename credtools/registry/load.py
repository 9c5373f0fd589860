"""Loading users and types: the same reading and checking as for credentials, then one transaction."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from credtools import reading, store
from credtools.checking import judge
from credtools.checking.resolve import as_date
from credtools.errors import CredtoolsError, LoadError
from credtools.model import Review, Table
from credtools.recipe import Recipe, apply
from credtools.text import fold

if TYPE_CHECKING:
    from credtools.registry.registry import Registry

MOST_ROWS = 1_000_000  # `max_rows` is about uploads of credentials, not about the size of an organisation
MOST_ABSENT = 0.1  # of the active, who may be deactivated by one load without being asked
SCHEMAS = {"users": "users", "types": "credential_types"}
KEYS = {"users": ("email", "email_key"), "types": ("name", "name_key")}
BLANK = {"name": "", "status": "active", "expiry": "optional", "issue": "required"}
BLANK |= {"numbered": False, "media_required": False}  # type: ignore[dict-item]


def value(
    registry: Registry, kind: str, file: str | Path | pd.DataFrame, *, replace: bool = False, yes: bool = False
) -> store.Load:
    """The rows of a file or frame as the store takes them. Raises FileError, LoadError."""
    if kind not in SCHEMAS:
        raise CredtoolsError(f"There is nothing called {kind!r} to load; load users or types.")
    name = SCHEMAS[kind]
    table = registry.read(reading.file_bytes(file), reading.file_name(file), Recipe(schema=name))
    lookups = registry.lookups()
    everybody = dataclasses.replace(lookups, settings=dataclasses.replace(lookups.settings, max_rows=MOST_ROWS))
    _refuse_the_other_kind(registry, kind, table)
    review = judge.review(table, Recipe(schema=name), registry.schema(name), everybody)
    if review.rejected.any():
        first = review.errors[review.errors["blocks"]].iloc[0]
        count = int(review.rejected.sum())
        found = {"count": count, "rows": review.rows, "line": first["line"], "resolution": first["resolution"]}
        raise LoadError("rows_with_errors", errors=review.errors, **found)
    label, key = KEYS[kind]
    columns = _columns(review, label)
    columns[key] = [fold(text) for text in columns[label]]
    if "status" not in columns and (replace or kind == "types"):  # who stands on the list is active
        columns["status"] = ["active"] * review.rows
        columns |= {"deactivated_on": [None] * review.rows} if kind == "users" else {}
    day = lookups.today if replace else None
    if replace and not review.rows:
        raise CredtoolsError(
            "The file has headings, but no rows, so everybody would be deactivated; nothing was loaded."
        )
    ignored = [heading for heading, column in review.headings.items() if column is None]
    notes = (*table.reading.warnings, *([f"Headings that mean nothing here: {', '.join(ignored)}."] if ignored else ()))
    return store.Load(kind, registry.by, key, columns, day, 1.0 if yes else MOST_ABSENT, notes)


def _refuse_the_other_kind(registry: Registry, kind: str, table: Table) -> None:
    """Users loaded as types would be hard to get rid of: only the name is required of a type."""
    columns = registry.schema(SCHEMAS["users"]).columns
    if kind == "types" and "email" in apply(Recipe(schema="users"), table, columns).sources:
        raise CredtoolsError(
            "The file has a heading for e-mail addresses, so it holds users, not types; nothing was loaded. Use "
            "credtools load users."
        )


def _columns(review: Review, label: str) -> dict[str, list[Any]]:
    """The columns that the file has, as values for the table; a blank cell means the default."""
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys(column for column in review.headings.values() if column):
        values = review.resolved[name]
        if values.dtype.kind == "M":
            columns[name] = [as_date(value) for value in values]
        else:
            blank = BLANK.get(name) if name != label else None
            columns[name] = [blank if pd.isna(value) else _plain(value) for value in values]
    return columns


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
