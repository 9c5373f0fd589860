"""Grants: which login may do what; the roles are the database's own, and each change is an event in one's own name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Engine, text, update
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError
from credtools.model.rights import Me, Role
from credtools.store import tables
from credtools.store.reads import team
from credtools.store.team import TEAM, become_owner
from credtools.store.transaction import Write, write
from credtools.store.writes.sources import own_source

REASONS = (  # for which the database itself refuses, see people.sql
    *("login_unknown", "login_closed", "login_unbound", "login_of_another", "login_inherits_nothing", "roles_apart"),
    *("role_not_there", "role_inherited", "role_of_another_grant", "admin_last"),
)
_GRANT = text("SELECT ct_grant(:login, :role, :person)")
_FORGET = text("SELECT ct_forget(:person, :stand_in)")
_REVOKE = text("SELECT ct_revoke(:login, :role)")


def grant(engine: Engine, me: Me, login: str, role: Role, person: str) -> None:
    """Gives a login of the server a role; `person`: whose it is.

    Raises RegistryError for one of the `REASONS`, or when who asks may not grant.
    """
    with write(engine) as work:
        _as_owner(work, me)
        work.event("grant", me.login, None, login=login, role=role)
        with _reasoned(login, role):
            work.connection.execute(_GRANT, {"login": login, "role": role, "person": person})
        work.touched.note(tables.logins, [(login,)])  # what functions write has to be said


def revoke(engine: Engine, me: Me, login: str, roles: list[Role]) -> None:
    """Takes roles from a login, all or nothing. Raises RegistryError as `grant`."""
    with write(engine) as work:
        _as_owner(work, me)
        for role in roles:
            work.event("revoke", me.login, None, login=login, role=role)
            with _reasoned(login, role):
                work.connection.execute(_REVOKE, {"login": login, "role": role})


@contextmanager
def _reasoned(login: str, role: Role) -> Iterator[None]:
    """The reason for which the database refuses, by its own sentence."""
    try:
        yield
    except DBAPIError as problem:
        said = getattr(problem.orig, "diag", None)
        if said is None or said.constraint_name not in REASONS:
            raise
        about = said.message_detail
        raise RegistryError(said.constraint_name, login=login, role=f"the role {role}", about=about) from None


def share(engine: Engine, me: Me, source: str, login: str, *, shared: bool) -> None:
    """Lets a login upload under a source that others began, and see all of it; or no longer.

    Raises RegistryError when there is no such login or source, or nothing to take back.
    """
    with write(engine) as work:
        number, taken = own_source(work, source), team.shared(work.connection)
        if not team.is_known(work.connection, login):
            raise RegistryError("login_without_grant", login=login, source=source)
        if not shared and source not in taken.get(login, ()):
            raise RegistryError("source_not_shared", source=source, login=login)
        work.event("share_source" if shared else "unshare_source", me.login, source=number, login=login)


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
