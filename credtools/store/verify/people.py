"""Verify: which users and types are one, and whose each credential is by now, must follow from the events."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from credtools.store import tables
from credtools.store.erased import number_token
from credtools.store.reads.lineage import roots
from credtools.store.writes.facts import USER_FACTS
from credtools.text import fold_number

WHAT = {"person": tables.users, "type": tables.credential_types}


def people(connection: Connection, events: list[dict[str, Any]]) -> list[str]:
    """What doesn't agree, as whole sentences. `events`: all that were chained."""
    merged: dict[str, dict[int, int]] = {what: {} for what in WHAT}
    for event in events:
        verb, _, what = event["kind"].partition("_")
        if what in merged and verb == "merge":
            merged[what][event[what]] = event["into"]
        elif what in merged and verb == "unmerge":
            merged[what].pop(event[what], None)
    problems = []
    for what, table in WHAT.items():
        stored = connection.execute(select(table.c.id, table.c.merged_into).where(table.c.merged_into.is_not(None)))
        if {row.id: row.merged_into for row in stored} != merged[what]:
            problems.append(f"Which {what}s were merged into others isn't what the events say.")
    return problems + _credentials(connection) + _numbers(connection) + _facts(connection)


def _facts(connection: Connection) -> list[str]:
    """What was recorded last of each user must be what is stored; erased ones have no history."""
    user, fact = tables.users.c, tables.user_facts.c
    told = select(fact.user_id, fact.name, fact.value).order_by(fact.event_seq, fact.id)
    last = {(row.user_id, row.name): row.value for row in connection.execute(told)}
    stored = connection.execute(select(user.id, user.status, user.groups, user.manager).order_by(user.id)).all()
    known = {number for number, _ in last}
    wrong = [
        row.id
        for row in stored
        if row.id in known and any(last.get((row.id, name), "") != getattr(row, name) for name in USER_FACTS)
    ]
    return [f"What was recorded last of user {number} isn't what is stored." for number in wrong[:1]]


def _credentials(connection: Connection) -> list[str]:
    """Each belongs to whom its user and type were merged into, and those with one identity are one."""
    credential, into = tables.credentials.c, tables.credentials.alias().c
    users, types = roots(connection, tables.users), roots(connection, tables.credential_types)
    columns = [credential[name] for name in ("id", "user_id", "type_id", "written_user_id", "written_type_id")]
    moved = or_(credential.written_user_id.is_not(None), credential.written_type_id.is_not(None))
    astray = or_(credential.user_id.in_(users), credential.type_id.in_(types), moved)
    wrong = [
        row.id
        for row in connection.execute(select(*columns).where(astray).order_by(credential.id))
        if (users.get(row.written_user_id or row.user_id, row.user_id) != row.user_id)
        or (types.get(row.written_type_id or row.type_id, row.type_id) != row.type_id)
        or row.user_id == row.written_user_id  # it stands beside only where it is another one
        or row.type_id == row.written_type_id
    ]
    version = tables.credential_versions.c
    same = [into[name] == credential[name] for name in ("user_id", "type_id", "number_key")]
    joined = select(credential.id).outerjoin(into.id.table, into.id == credential.merged_into)
    not_one = joined.where(credential.merged_into.is_not(None), ~and_(into.merged_into.is_(None), *same))
    wrong += connection.execute(not_one).scalars().all()
    of = func.coalesce(version.written_id, version.credential_id)
    elsewhere = select(credential.id).join(tables.credential_versions, of == credential.id)
    counts = func.coalesce(credential.merged_into, credential.id)
    astray = or_(version.credential_id != counts, version.written_id == version.credential_id)
    wrong += connection.execute(elsewhere.where(astray)).scalars().all()
    return [f"Credential {number} belongs elsewhere than into what it was merged." for number in wrong[:1]]


def _numbers(connection: Connection) -> list[str]:
    """What identifies a credential beside user and type: nothing, or the number of one of its versions, folded."""
    credential, version, kind = tables.credentials.c, tables.credential_versions.c, tables.credential_types.c
    said: defaultdict[int, set[str]] = defaultdict(set)
    erased: set[int] = set()
    written = select(version.credential_id, version.written_id, version.number, version.salt.is_(None))
    for number, of, text, gone in connection.execute(written.where((version.number != "") | version.salt.is_(None))):
        for one in {number, of} - {None}:
            said[one].add(fold_number(text))
            erased |= {one} if gone else set()
    asked = (
        select(credential.id, credential.number, credential.number_key, credential.merged_into)
        .add_columns(kind.numbered, credential.head_version_id)
        .join_from(tables.credentials, tables.credential_types, kind.id == credential.type_id)
        .where(kind.numbered | (credential.number_key != ""), credential.merged_into.is_(None))
    )
    anywhere = set().union(*said.values())
    for row in connection.execute(asked.order_by(credential.id)):
        # One that only held others for a while, of merged users or types, has no version of its own.
        known = said.get(row.id, anywhere) | {fold_number(row.number), number_token(row.id)}
        lacks = row.numbered and row.head_version_id and not row.number_key
        if row.id not in erased and (lacks or row.number_key not in known):
            return [f"Credential {row.id} is known by another number than its versions say."]
    return []
