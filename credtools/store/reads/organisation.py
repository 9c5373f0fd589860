"""What an organisation has decided and knows: settings, users, types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import ScalarSelect, func, select, true

from credtools.checking.lookups import TYPE_COLUMNS, USER_COLUMNS
from credtools.store import tables
from credtools.store.engine import At
from credtools.store.erased import KEY
from credtools.store.frames import rows
from credtools.store.reads.lineage import MERGES
from credtools.text import fold

LOOKUP_EVENTS = ("load", "settings", "erase", "upgrade", *MERGES)


class Facts(NamedTuple):
    """What one question answers: the number of the last event, and of the last that changed users, types or settings.

    `settings`: those that the organisation has changed, as stored texts; `date_format`: in the profile of who asks.
    """

    seq: int
    revision: int
    settings: dict[str, str]
    date_format: str | None


def facts(at: At, by: str) -> Facts:
    """What is known at a moment, for who is at work."""
    head, setting, user = tables.audit_head, tables.settings, tables.users.c
    profile = select(user.date_format).where(user.email_key == fold(by), user.merged_into.is_(None)).scalar_subquery()
    statement = select(
        head.c.seq, revision().label("revision"), profile.label("profile"), setting.c.key, setting.c.value
    )
    found = rows(at, statement.select_from(head.outerjoin(setting, true())))
    texts = {row.key: row.value for row in found if row.key is not None}
    return Facts(found[0].seq, found[0].revision, texts, found[0].profile)


def revision() -> ScalarSelect[int]:
    """The number of the last event that changed users, types or settings."""
    changed = select(func.coalesce(func.max(tables.events.c.seq), 0)).where(tables.events.c.kind.in_(LOOKUP_EVENTS))
    return changed.scalar_subquery()


def users(at: At) -> pd.DataFrame:
    """All users but those who were erased, or merged into others: Python's own values, None where one is missing."""
    user = tables.users.c
    erased = func.substr(func.coalesce(user.email_key, ""), 1, len(KEY)) == KEY
    return _frame(at, tables.users, USER_COLUMNS, user.merged_into.is_(None), ~erased)


def types(at: At) -> pd.DataFrame:
    """All types, likewise."""
    return _frame(at, tables.credential_types, TYPE_COLUMNS, tables.credential_types.c.merged_into.is_(None))


def _frame(at: At, table: Any, columns: Sequence[str], *some: Any) -> pd.DataFrame:
    statement = select(*(table.c[name] for name in columns)).where(*some).order_by(table.c.id)
    found = rows(at, statement)
    return pd.DataFrame(
        dict(zip(columns, zip(*found, strict=True), strict=True)) if found else None, columns=list(columns)
    )
