"""What an organisation has decided and knows: settings, users, types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, ScalarSelect, func, literal, select, true

from credtools.checking.lookups import TYPE_COLUMNS, USER_COLUMNS, Former
from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.engine import At
from credtools.store.erased import KEY
from credtools.store.frames import rows
from credtools.store.reads.lineage import MERGES, rooted
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


def facts(at: At, person: str) -> Facts:
    """What is known at a moment, for the person at work (an e-mail address)."""
    head, setting, user = tables.audit_head, tables.settings, tables.users.c
    profile = (
        select(user.date_format).where(user.email_key == fold(person), user.merged_into.is_(None)).scalar_subquery()
    )
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


def former(at: At) -> Former:
    """By which names users and types were known before, or were known who were merged into others, and whose they are.

    Folded addresses, External IDs, folded names of types; each to an id of now, the last one who had it.
    """
    old, user, kind = tables.former_names.c, tables.users.c, tables.credential_types.c
    none, nothing = literal(0), literal("")
    told = select(literal("former"), old.key, nothing, old.user_id, old.type_id, old.event_seq, old.id)
    people = select(literal("user"), user.email, user.external_id, user.id, user.merged_into, none, none)
    kinds = select(literal("type"), kind.name_key, nothing, kind.id, kind.merged_into, none, none)
    gone = people.where(user.merged_into.is_not(None)), kinds.where(kind.merged_into.is_not(None))
    answer: defaultdict[str, list[Any]] = defaultdict(list)
    for what, *row in rows(at, told.union_all(*gone).order_by("event_seq", "id")):
        answer[what].append(row[:4])
    merged = rooted({number: into for _, _, number, into in answer["user"]})
    types = rooted({number: into for _, _, number, into in answer["type"]})
    addresses: dict[str, int] = {key: number for key, _, number, _ in answer["former"] if number}
    addresses |= {fold(email): number for email, _, number, _ in answer["user"]}
    of_types: dict[str, int] = {key: number for key, _, _, number in answer["former"] if number}
    of_types |= {name: number for name, _, number, _ in answer["type"]}
    return Former(
        {key: merged.get(number, number) for key, number in addresses.items() if key},
        {external: merged[number] for _, external, number, _ in answer["user"] if external},
        {key: types.get(number, number) for key, number in of_types.items()},
    )


def known_as(connection: Connection, email: str, external_id: str = "") -> int | None:
    """The user with this address or External ID, else who had it last. Raises RegistryError where several share it."""
    user, name, number = tables.users.c, fold(email), external_id.strip()
    now = select(user.id, user.email).where(user.merged_into.is_(None)).order_by(user.id)
    if name and (own := connection.execute(now.where(user.email_key == name)).first()):
        return int(own.id)
    sharing = [
        row.id for row in connection.execute(now.where(user.email_key.is_(None))) if fold(row.email) == name != ""
    ]
    if sharing:
        raise RegistryError("person_shared", name=email, count=len(sharing))
    if number and (own := connection.execute(now.where(user.external_id == number)).first()):
        return int(own.id)
    before = former(connection)
    return before.addresses.get(name) or before.ids.get(number)


def _frame(at: At, table: Any, columns: Sequence[str], *some: Any) -> pd.DataFrame:
    statement = select(*(table.c[name] for name in columns)).where(*some).order_by(table.c.id)
    found = rows(at, statement)
    return pd.DataFrame(
        dict(zip(columns, zip(*found, strict=True), strict=True)) if found else None, columns=list(columns)
    )
