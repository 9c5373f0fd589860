"""A team's registry on a real server: people with logins of their own, made once, copied for each test.

    team = Team.built(server)          # roles t1_…, logins t1_eva …
    ana = team.copy().open("ana")      # who is an uploader

Roles and logins belong to the whole server: a test that gives `nobody` a role takes it back.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

import credtools as ct
from tests.builders import TYPES, USERS, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from credtools.registry import Registry
    from tests.postgres import PostgresServer

PEOPLE = {  # login, role, person
    "eva": ("admin", "eva@example.org"),
    "ana": ("uploader", "ana@example.org"),
    "ulf": ("uploader", "ulf@example.org"),
    "bea": ("approver", "bea@example.org"),
    "ulf2": ("approver", "Ulf@example.org"),
    "carl": ("auditor", "carl@example.org"),
    "cron": ("service", "cron@example.org"),
}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Team:
    """The registry of a team: its server and database, and what its roles and logins begin with."""

    server: PostgresServer
    database: str
    prefix: str

    @classmethod
    def built(
        cls,
        server: PostgresServer,
        folder: Path,
        people: Mapping[str, tuple[str, str]] = PEOPLE,
        users: str = USERS,
        types: str = TYPES,
    ) -> Team:
        """A new one with users and types; `people` have their roles, `{prefix}_nobody` has a login only."""
        prefix = f"t{next(_numbers)}"
        team = cls(server, server.create_database().partition("@/")[2].partition("?")[0], prefix)
        for name in (*people, "nobody"):
            team.sql(f"CREATE ROLE {prefix}_{name} LOGIN")
        owner = ct.init(server.url(team.database), team=True, prefix=prefix)
        for name, (role, person) in people.items():
            owner.grant(team.login(name), role, person)
        owner.close()
        with team.open("eva") as eva:
            load(eva, folder, users=users, types=types)
        return team

    def copy(self) -> Team:
        """The same in a database of its own, with the same roles and logins."""
        name = f"{self.database}_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {self.database} STRATEGY file_copy")
        self.sql(f"REVOKE TEMP, CREATE ON DATABASE {name} FROM PUBLIC")  # which copies don't take along
        return Team(self.server, name, self.prefix)

    def login(self, name: str) -> str:
        return f"{self.prefix}_{name}"

    def url(self, name: str) -> str:
        return self.server.url(self.database, user=self.login(name))

    def open(self, name: str, **given: str) -> Registry:
        """The registry as one of them."""
        return ct.open(self.url(name), **given)

    def sql(self, statement: str, database: str = "postgres") -> None:
        """A statement by who administers the server."""
        host = str(self.server.folder)
        with psycopg.connect(host=host, user="postgres", dbname=database, autocommit=True) as connection:
            connection.execute(statement.encode())
