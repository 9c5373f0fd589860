"""Team: who may do what, as PostgreSQL keeps it; on SQLite, and without `init --team`, everybody may do everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import pandas as pd
from sqlalchemy import Connection, select, text

from credtools.errors import RegistryError
from credtools.model.rights import ROLES, Me, Role
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import rows, rows_in
from credtools.store.reads.organisation import former, known_as
from credtools.store.team import TEAM
from credtools.text import fold

login = tables.logins.c

# The roles are called after their registry, whose tables belong to {prefix}_owner. Who has one is asked of the server's
# own lists, which everybody may read; whoever made the roles may hand them on, and has none.
_TEAM = text("SELECT to_regprocedure('ct_guards()') IS NOT NULL")
_ME = text(
    "SELECT session_user::text AS login, o.rolname AS owner, ct_rights() AS rights,"
    " (SELECT person FROM logins WHERE login = ct_granted(session_user)) AS person,"
    " pg_has_role(session_user, o.oid, 'MEMBER') AS deploys,"
    " ARRAY(SELECT one FROM unnest(CAST(:roles AS text[])) one JOIN pg_roles r"
    "  ON r.rolname = regexp_replace(o.rolname, '_owner$', '_') || one JOIN pg_roles l ON l.rolname = session_user"
    "  WHERE l.rolcanlogin AND NOT l.rolsuper AND pg_has_role(l.oid, r.oid, 'USAGE')) AS roles"
    " FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner WHERE c.oid = to_regclass('audit_head')"
)
_MEMBERS = (
    "SELECT {what} FROM pg_roles l JOIN pg_roles r ON r.rolname = ANY (:roles)"
    " WHERE l.rolcanlogin AND NOT l.rolsuper AND pg_has_role(l.oid, r.oid, 'USAGE')"
)
_LOGINS = text(_MEMBERS.format(what="DISTINCT l.rolname") + " ORDER BY l.rolname")
_WHO = text("SELECT * FROM ct_who()")
_RENAMED = text("SELECT * FROM ct_renamed()")
_GRANTED = text("SELECT ct_granted(:login)")
_TAKEN = text("SELECT ct_taken(:source)")
_SHARED = text(
    "SELECT s.name, e.text::jsonb ->> 'login' AS login, e.kind = 'share_source' AS shared FROM events e"
    " JOIN sources s ON s.id = (e.text::jsonb ->> 'source')::bigint"
    " WHERE e.kind IN ('share_source', 'unshare_source') ORDER BY e.seq"
)
_ADDRESS = text("SELECT email FROM users WHERE id = :number")


def is_team(connection: Connection) -> bool:
    """Whether the database keeps the rights, as was found when it was opened."""
    options = connection.get_execution_options()
    if TEAM in options:
        return bool(options[TEAM])
    return connection.dialect.name == "postgresql" and bool(connection.execute(_TEAM).scalar())


def me(at: At, by: str) -> Me:
    """Who is at work: the login of the connection where the database keeps rights, else `by`, who may do everything."""
    if at.dialect.name != "postgresql" or not at.get_execution_options().get(TEAM, True):
        return Me(by, by)
    with snapshot(at) as connection:
        if not is_team(connection):
            return Me(by, by)
        found = connection.execute(_ME, {"roles": list(ROLES)}).one()
        roles, prefix = tuple(role for role in ROLES if role in found.roles), found.owner.removesuffix("_owner")
        return Me(found.login, found.person or found.login, roles, frozenset(found.rights), prefix, found.deploys)


def members(at: At, prefix: str, roles: Collection[Role]) -> list[str]:
    """The logins that have one of these roles; everybody may know that."""
    with snapshot(at) as connection:
        asked = {"roles": [f"{prefix}_{role}" for role in roles]}
        return list(connection.execute(_LOGINS, asked).scalars())


def who(at: At) -> pd.DataFrame:
    """The logins with a role or a person: login, person, name, roles, by, sources, at, formerly; see `registry.who`."""
    with snapshot(at) as connection:
        there, sources = connection.execute(_WHO).all(), shared(connection)
        names = _names(connection, {row.login: row.person for row in there if row.person})
    found = [
        (
            *(row.login, row.person or "", names.get(row.login, ""), _listed(row.roles), row.granted_by or ""),
            ", ".join(sources.get(row.login, ())),
        )
        for row in there
    ]
    frame = pd.DataFrame(found, columns=["login", "person", "name", "roles", "by", "sources"], dtype="str")
    formerly = pd.Series([row.formerly or "" for row in there], dtype="str")
    return frame.assign(at=pd.Series([row.granted_at for row in there], dtype="datetime64[us, UTC]"), formerly=formerly)


def _listed(roles: Collection[str]) -> str:
    return ", ".join(role for role in ROLES if role in roles)


def address(at: At, person: str) -> str:
    """The address that a person has now, who may have had another one when a login was granted."""
    with snapshot(at) as connection:
        try:
            number = known_as(connection, person)
        except RegistryError:  # several share it
            number = None
        return person if number is None else str(connection.execute(_ADDRESS, {"number": number}).scalar_one())


def called(at: At) -> dict[str, str]:
    """How the people behind logins are called, by login: their name, else their address; nobody where none is known."""
    if at.dialect.name != "postgresql":  # where there are no logins
        return {}
    with snapshot(at) as connection:
        known = persons(connection)
        return known | _names(connection, known) if known else {}


def persons(at: At) -> dict[str, str]:
    """Whose the logins are, by login: the e-mail address of now of that person, where one was given.

    The same as `ct_known` of the database: whoever got another address, or was merged, is still the same person.
    """
    if at.dialect.name != "postgresql":  # where there are no logins
        return {}
    with snapshot(at) as connection:
        told = {row.login: row.person for row in rows(connection, select(login.login, login.person)) if row.person}
        if connection.get_execution_options().get(TEAM):  # who was renamed since
            told |= {row.login: row.person for row in connection.execute(_RENAMED)}
        keys, user = {fold(person) for person in told.values()}, tables.users.c
        here = select(user.email_key).where(user.merged_into.is_(None))
        lacking = keys - {row.email_key for row in rows_in(connection, here, user.email_key, keys)}
        before = former(connection).addresses if lacking else {}
        numbers = {key: before[key] for key in lacking if key in before}
        now = dict(map(tuple, rows_in(connection, select(user.id, user.email), user.id, set(numbers.values()))))
        return {name: now.get(numbers.get(fold(person), 0)) or person for name, person in told.items()}


def _names(connection: Connection, known: dict[str, str]) -> dict[str, str]:
    """The names of these persons, by login, as far as they are users with a name."""
    user, keys = tables.users.c, {name: fold(person) for name, person in known.items()}
    named = select(user.email_key, user.name).where(user.merged_into.is_(None), user.name != "")
    names: dict[str, str] = dict(map(tuple, rows_in(connection, named, user.email_key, set(keys.values()))))
    before = select(tables.former_names.c.key, user.name).join(tables.users, user.id == tables.former_names.c.user_id)
    lacking = set(keys.values()) - names.keys()
    names |= dict(map(tuple, rows_in(connection, before.where(user.name != ""), tables.former_names.c.key, lacking)))
    return {name: names[key] for name, key in keys.items() if key in names}


def shared(connection: Connection) -> dict[str, list[str]]:
    """The sources in which an administrator has let each login."""
    found: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for row in connection.execute(_SHARED):
        found[row.login][row.name] = row.shared
    return {login: sorted(name for name, now in some.items() if now) for login, some in found.items()}


def is_known(connection: Connection, name: str) -> bool:
    """Whether a login was ever granted anything here."""
    return connection.execute(_GRANTED, {"login": name}).scalar() is not None


def taken(connection: Connection, source: str) -> str | None:
    """Who began the source of a name, if that takes an administrator's leave; None where one may upload under it."""
    if not connection.get_execution_options().get(TEAM):
        return None
    found: str | None = connection.execute(_TAKEN, {"source": source}).scalar()
    return found
