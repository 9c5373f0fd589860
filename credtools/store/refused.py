"""Refused: what a team's database, or what asks it first, says to who may not do something."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError
from credtools.model.rights import KINDS, RIGHTS, Me, Right, roles_for
from credtools.store.engine import At
from credtools.store.failures import failure, reason
from credtools.store.reads import team
from credtools.text import either, first_of

DENIED = "42501"  # SQLSTATE insufficient_privilege, which our guards raise, too
NAMED = 5  # people in one sentence
DOING: dict[Right, str] = {
    "upload": "upload and correct files",
    "approve": "decide about credentials",
    "audit": "read what others uploaded",
    "administer": "change people, settings, users, types or sources",
}


def is_denied(problem: DBAPIError) -> bool:
    """Whether the database says that a right is missing."""
    return getattr(problem.orig, "sqlstate", None) == DENIED


def not_allowed(at: At, me: Me, enough: Collection[Right]) -> RegistryError:
    """The error about what takes one of these rights: what is missing, which roles have it, who can grant it."""
    rights = [right for right in RIGHTS if right in enough]
    if not rights:
        return RegistryError("only_the_owner", login=me.login, owner=f"{me.prefix}_owner")
    facts = {"login": me.login, "doing": either(DOING[right] for right in rights), "admins": administrators(at, me)}
    roles = either(dict.fromkeys(role for right in rights for role in roles_for(right)))
    return RegistryError("not_allowed", rights=rights, roles=roles, has=_has(me), **facts)


def _has(me: Me) -> str:
    return ", ".join(me.roles) or "no role"


def no_role(at: At, login: str, prefix: str) -> RegistryError:
    """The error of a login that has no role of a registry."""
    return RegistryError("no_role", login=login, admins=administrators(at, Me(login, login, prefix=prefix)))


# The owner of tables that are there, but which this login may not read: it has no role of their team.
_UNREADABLE = text(
    "SELECT o.rolname AS owner, session_user::text AS login FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner"
    " WHERE c.relname = 'audit_head' AND c.oid = coalesce(to_regclass('audit_head'), c.oid)"
    r" AND c.relkind = 'r' AND o.rolname LIKE '%\_owner' AND NOT"
    " (has_schema_privilege(c.relnamespace, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))"
)


def without_role(connection: Connection) -> RegistryError | None:
    """The error of who is connected, where that has no role of the registry in sight."""
    found = connection.execute(_UNREADABLE).first()
    return no_role(connection, found.login, found.owner.removesuffix("_owner")) if found else None


def administrators(at: At, me: Me) -> str:
    """Who can grant roles, for a sentence."""
    named = team.members(at, me.prefix, ["admin"])
    return first_of(named, NAMED) if named else f"Whoever may become {me.prefix}_owner"


def refused(at: At, problem: DBAPIError, kinds: list[str]) -> RegistryError:
    """What a write becomes that the database refused; `kinds`: of the events that it was about to chain."""
    if not is_denied(problem) or not (me := team.me(at, "")).prefix:
        return failure(problem, "write_refused")
    lacking = next((kind for kind in kinds if not me.may_write(kind)), None)
    if lacking is None:
        return RegistryError("guard_refused", login=me.login, has=_has(me), why=reason(problem))
    return not_allowed(at, me, KINDS[lacking])
