"""Numbering: a type becomes numbered, or no longer is, while it has credentials.

The number of the newest version becomes part of what identifies a credential; nothing is written anew, and what digests
cover stays as it was. A credential of which nothing stands (its batches were undone, its person was erased) has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from credtools.errors import RegistryError
from credtools.model import Place
from credtools.schema.placeholders import is_placeholder
from credtools.store import tables
from credtools.store.reads.batches import lines_of
from credtools.store.transaction import Write
from credtools.store.writes.identity import regroup
from credtools.text import fold_number

credential, version = tables.credentials.c, tables.credential_versions.c


def require(connection: Connection, changed: Iterable[tuple[Any, dict[str, Any]]]) -> None:
    """Raises RegistryError for a type that can't become numbered, or not numbered, as (stored row, values) say.

    Each of its credentials must have a number; the other way round nobody may hold several of them.
    """
    for before, numbered in _switched(changed):
        rows = _standing(connection, before.id)
        if not numbered:
            several = sum(count > 1 for count in Counter(row.user_id for row in rows).values())
            if several:
                raise RegistryError("numbered_held", type=before.name, people=several)
            continue
        missing = is_placeholder(pd.Series([row.number for row in rows], dtype="str"))
        without = [row for row, none in zip(rows, missing, strict=True) if none or not row.number]
        if without:
            facts = {
                "count": len(without),
                "have": "has" if len(without) == 1 else "have",
                "batch": without[0].batch_id,
                "line": lines_of(connection, without[0].batch_id).written(Place(*without[0][-3:])),
            }
            raise RegistryError("numbered_in_use", type=before.name, **facts)


def follow(work: Write, changed: Iterable[tuple[Any, dict[str, Any]]]) -> None:
    """Gives the credentials of such types another key; those that were merged into one go with it.

    One of which nothing stands keeps its key, and is one with whoever has that now.
    """
    for before, numbered in _switched(changed):
        keys = {row.id: fold_number(row.number) if numbered else "" for row in _standing(work.connection, before.id)}
        owned = select(credential.id, func.coalesce(credential.merged_into, credential.id).label("root"))
        found = work.execute(owned.where(credential.type_id == before.id)).all()
        numbers = {row.id: keys[row.root] for row in found if row.root in keys}
        regroup(work, {row.id for row in found}, numbers)


def _switched(changed: Iterable[tuple[Any, dict[str, Any]]]) -> Iterable[tuple[Any, bool]]:
    for before, row in changed:
        if "numbered" in row and bool(row["numbered"]) != bool(before.numbered):
            yield before, bool(row["numbered"])


def _standing(connection: Connection, type_id: int) -> list[Any]:
    """The credentials of a type of which a version stands, with the number of the newest one."""
    statement = (
        select(credential.id, credential.user_id, version.number, version.batch_id)
        .add_columns(version.sheet, version.line, version.piece)
        .join_from(tables.credentials, tables.credential_versions, version.id == credential.head_version_id)
        .where(credential.type_id == type_id, credential.merged_into.is_(None), version.salt.is_not(None))
        .order_by(credential.id)
    )
    return list(connection.execute(statement).all())
