"""Install: a registry becomes a team's, or its guards those of this release; in the transaction of who asks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError
from credtools.model.rights import ROLES
from credtools.store.failures import driven, failure
from credtools.store.team.render import roles, script, version

TEAM = "credtools_team"  # of an engine's options: the prefix of the roles, where rights are kept
PREFIX = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Guards:
    """The guards of a registry: whose roles they name, and of which release they are; `current`: of this one."""

    prefix: str
    version: str

    @property
    def current(self) -> bool:
        return self.version == version()


def install(connection: Connection, prefix: str = "ct") -> None:
    """Makes the registry in this schema a team's, or renews its guards; all of it or nothing, as the transaction ends.

    The connection's login must be able to make roles, the first time, and afterwards to become the owner.
    Raises RegistryError when the prefix can't be used, or its roles are there already and belong to another registry.
    """
    schema = _schema(connection)
    if guards(connection) is None:
        require_free(connection, prefix)
        _run(connection, roles(schema, prefix))
    # Each time: a database that was restored or copied has the rights of a new one. As who is connected, for an upgrade
    # acts as the owner of the tables, who doesn't own the database.
    connection.exec_driver_sql("RESET ROLE")
    _run(connection, f"REVOKE TEMP, CREATE ON DATABASE {_database(connection)} FROM PUBLIC")
    become_owner(connection, prefix)
    _run(connection, script(schema, prefix))
    connection.exec_driver_sql("RESET ROLE")
    if wrong := lint(connection):
        raise RegistryError("guards_open", what=", ".join(wrong))


def require_free(connection: Connection, prefix: str) -> None:
    """Raises RegistryError when a prefix can't be used, or a role of it is there already."""
    if not PREFIX.fullmatch(prefix):
        raise RegistryError("prefix_unusable", prefix=prefix)
    taken = connection.execute(
        text("SELECT rolname FROM pg_roles WHERE rolname = ANY (:names) ORDER BY rolname"),
        {"names": [f"{prefix}_{role}" for role in ("owner", *ROLES)]},
    ).scalars()
    if first := next(iter(taken), None):
        raise RegistryError("roles_exist", prefix=prefix, role=first)


def become_owner(connection: Connection, prefix: str) -> None:
    """For the rest of the transaction: guards bind neither those who may do this, nor what they do then."""
    connection.exec_driver_sql(f"SET LOCAL ROLE {prefix}_owner")


def guards(connection: Connection) -> Guards | None:
    """The guards of the registry in this schema; None where there are none."""
    if connection.dialect.name != "postgresql":
        return None
    owner = connection.execute(
        text(
            "SELECT r.rolname FROM pg_proc p"
            " JOIN pg_class c ON c.relnamespace = p.pronamespace AND c.relname = 'events'"
            " JOIN pg_roles r ON r.oid = c.relowner"
            " WHERE p.proname = 'ct_guards' AND p.pronamespace = quote_ident(current_schema())::regnamespace"
        )
    ).scalar()
    if owner is None:
        return None
    made = connection.exec_driver_sql("SELECT ct_guards()").scalar_one()
    return Guards(str(owner).removesuffix("_owner"), str(made))


def prefix_of(connection: Connection) -> str | None:
    """The prefix of the roles of a team's registry; None where there is no team."""
    found = guards(connection)
    return found.prefix if found else None


def lint(connection: Connection) -> list[str]:
    """What would let somebody past the guards, by name: functions, and rights that everybody has."""
    open_functions = text(
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = quote_ident(current_schema())::regnamespace AND"
        " (has_function_privilege('public', p.oid, 'EXECUTE') OR NOT coalesce('search_path=pg_catalog, pg_temp'"
        " = ANY (p.proconfig), false)) ORDER BY p.proname"
    )
    rights = text(
        "SELECT one FROM unnest(ARRAY['TEMP', 'CREATE']) one"
        " WHERE has_database_privilege('public', current_database(), one) UNION ALL"
        " SELECT 'CREATE IN SCHEMA' WHERE has_schema_privilege('public', current_schema(), 'CREATE')"
    )
    return [*connection.execute(open_functions).scalars(), *connection.execute(rights).scalars()]


def _run(connection: Connection, statements: str) -> None:
    """Many statements at once, which the driver sends as they are: SQLAlchemy would bind parameters."""
    try:
        with driven(connection) as driver:
            driver.execute(statements)
    except DBAPIError as problem:
        raise failure(problem, "guards_refused") from None


def _schema(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one())


def _database(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT quote_ident(current_database())").scalar_one())
