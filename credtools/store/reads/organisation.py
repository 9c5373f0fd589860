"""What an organisation has decided and knows: settings, users, types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, func, select

from credtools.checking.lookups import TYPE_COLUMNS, USER_COLUMNS, Lookups
from credtools.model import OrganisationSettings
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.erased import KEY
from credtools.text import fold

LOOKUP_EVENTS = ("load", "settings", "erase")


def settings_texts(at: At) -> dict[str, str]:
    """The settings that the organisation has changed, as stored texts."""
    with snapshot(at) as connection:
        rows = connection.execute(select(tables.settings.c.key, tables.settings.c.value))
        return {row.key: row.value for row in rows}


def lookups(
    at: At,
    typed: Callable[[dict[str, str]], OrganisationSettings],
    by: str,
    known: Lookups | None = None,
) -> Lookups:
    """Users, types, settings and today, read in one snapshot; `typed` makes settings of their stored texts.

    What is `known` is given back as it is while its revision and its day are the latest.
    """
    with snapshot(at) as connection:
        latest = revision(connection)
        if known and (known.revision, known.today) == (latest, _today(known.settings)):
            return known
        settings = typed(settings_texts(connection))
        not_erased = func.substr(tables.users.c.email_key, 1, len(KEY)) != KEY
        return Lookups(
            users=_frame(connection, tables.users, USER_COLUMNS, not_erased),
            types=_frame(connection, tables.credential_types, TYPE_COLUMNS),
            settings=settings,
            today=_today(settings),
            revision=latest,
            profile_date_format=profile_date_format(connection, by),
        )


def profile_date_format(at: At, by: str) -> str | None:
    """The date format in the profile of who is at work, where there is one."""
    user = tables.users.c
    with snapshot(at) as connection:
        return connection.execute(select(user.date_format).where(user.email_key == fold(by))).scalar()


def revision(connection: Connection) -> int:
    """The number of the last event that changed users, types or settings."""
    changed = select(func.max(tables.events.c.seq)).where(tables.events.c.kind.in_(LOOKUP_EVENTS))
    return int(connection.execute(changed).scalar() or 0)


def _today(settings: OrganisationSettings) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(settings.time_zone)).date()


def _frame(connection: Connection, table: Any, columns: Sequence[str], *some: Any) -> pd.DataFrame:
    """Values as checking takes them: Python's own, None where one is missing."""
    rows = connection.execute(select(*(table.c[name] for name in columns)).where(*some).order_by(table.c.id)).all()
    return pd.DataFrame(
        dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else None, columns=list(columns)
    )
