"""Team: who may do what, on a registry that PostgreSQL guards."""

from __future__ import annotations

import click

from credtools.cli.arguments import open_registry
from credtools.cli.output import Answer, command, records
from credtools.model.rights import ROLES

LOGIN = click.argument("login", help="A login of the database's server.")


@command(example="grant ana --role uploader --as ana@example.org")
@LOGIN
@click.option("--role", type=click.Choice(list(ROLES)), required=True, help="What the login may do from now on.")
@click.option("--as", "person", metavar="EMAIL", help="Whose login it is; without it this stays as it is.")
def grant(login: str, role: str, person: str | None) -> Answer:
    """Give a login a role.

    An uploader uploads and corrects files; a service does so for a scheduler, and never approves; an approver decides;
    an auditor reads everything; an admin grants roles, and changes settings, users, types and sources.
    """
    registry = open_registry()
    registry.grant(login, role, person)  # type: ignore[arg-type]  # click has compared it with the roles
    mine = registry.who().set_index("login").loc[login]
    whose, roles = str(mine["person"]), str(mine["roles"])
    data = {"login": login, "person": whose, "roles": roles.split(", ")}
    return Answer(data, [f"{login}{_whose(whose)} is {roles} now."])


@command(example="revoke ana --role uploader")
@LOGIN
@click.option("--role", type=click.Choice(list(ROLES)), help="Only this role; without it all that it has.")
def revoke(login: str, role: str | None) -> Answer:
    """Take a role from a login, or all of them.

    It holds from the next change on, also for who is connected. The login itself stays: the server's administrator
    drops it.
    """
    gone = open_registry().revoke(login, role)  # type: ignore[arg-type]  # as above
    return Answer({"login": login, "revoked": list(gone)}, [f"{login} is no longer {', '.join(gone)}."])


@command(example="who")
def who() -> Answer:
    """List who may do what."""
    registry = open_registry()
    found = registry.who()
    lists = ("roles", "sources")
    rows = [row | {k: row[k].split(", ") if row[k] else [] for k in lists} for row in records(found)]
    widest = max((len(row["login"]) for row in rows), default=0)
    lines = [
        f"{row['login']:{widest}}  {', '.join(row['roles']) or 'no role'}{_whose(row['person'], row['name'])}"
        + (f", formerly {row['formerly']}" if row["formerly"] else "")
        + (f" · sources: {', '.join(row['sources'])}" if row["sources"] else "")
        for row in rows
    ]
    return Answer(rows, [*lines, f"You are {registry.by}."])


def _whose(person: str, name: str = "") -> str:
    whose = f"{name} · {person}" if name else person
    return f" ({whose or 'nobody has said whose it is'})"


COMMANDS = (grant, revoke, who)
