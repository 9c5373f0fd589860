"""Grants: which login may do what; the roles are the database's own, and each change is an event in one's own name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Engine, text, update

from credtools.errors import RegistryError
from credtools.model.rights import Me, Role
from credtools.store import tables
from credtools.store.reads import team
from credtools.store.team import TEAM, become_owner
from credtools.store.transaction import Write, write

_GRANT = text("SELECT ct_grant(:login, :role, :person)")
_FORGET = text("SELECT ct_forget(:person, :stand_in)")
_REVOKE = text("SELECT ct_revoke(:login, :role)")


def grant(engine: Engine, me: Me, login: str, role: Role, person: str) -> None:
    """Gives a login of the server a role; `person`: whose it is.

    Raises RegistryError when there is no such login, or who asks may not grant.
    """
    with write(engine) as work:
        _as_owner(work, me)
        if not team.is_login(work.connection, login):
            raise RegistryError("login_unknown", login=login)
        work.event("grant", me.login, None, login=login, role=role)
        work.connection.execute(_GRANT, {"login": login, "role": role, "person": person})
        work.touched.note(tables.logins, [(login,)])  # what functions write has to be said


def revoke(engine: Engine, me: Me, login: str, roles: list[Role]) -> None:
    """Takes roles from a login, all or nothing. Raises RegistryError when who asks may not."""
    with write(engine) as work:
        _as_owner(work, me)
        for role in roles:
            work.event("revoke", me.login, None, login=login, role=role)
            work.connection.execute(_REVOKE, {"login": login, "role": role})


def forget_person(work: Write, logins: Mapping[str, Collection[str]], stand_in: str) -> None:
    """Logins, by the address of the person who is erased by the last event, are `stand_in`'s from now on."""
    for person, theirs in logins.items():
        if work.connection.get_execution_options().get(TEAM):
            work.connection.execute(_FORGET, {"person": person, "stand_in": stand_in})
            work.touched.note(tables.logins, ((login,) for login in theirs))
        else:  # a copy of a team's registry that isn't a team's
            work.execute(update(tables.logins).where(tables.logins.c.person == person).values(person=stand_in))


def _as_owner(work: Write, me: Me) -> None:
    """Whoever makes the registry has no role in it, and grants as its owner."""
    if me.owner and not me.may("administer"):
        become_owner(work.connection, me.prefix)
