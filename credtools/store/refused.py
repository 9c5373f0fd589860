"""Refused: what a team's database, or what asks it first, says to who may not do something."""

from __future__ import annotations

from collections.abc import Collection

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


def administrators(at: At, me: Me) -> str:
    """Who can grant roles, for a sentence."""
    named = team.members(at, me.prefix, ["admin"])
    return first_of(named, NAMED) if named else f"whoever may become {me.prefix}_owner"


def refused(at: At, problem: DBAPIError, kinds: list[str]) -> RegistryError:
    """What a write becomes that the database refused; `kinds`: of the events that it was about to chain."""
    if not is_denied(problem) or not (me := team.me(at, "")).prefix:
        return failure(problem, "write_refused")
    lacking = next((kind for kind in kinds if not me.may_write(kind)), None)
    if lacking is None:
        return RegistryError("guard_refused", login=me.login, has=_has(me), why=reason(problem))
    return not_allowed(at, me, KINDS[lacking])
