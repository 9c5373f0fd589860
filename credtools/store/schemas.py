"""Schemas: in which of PostgreSQL's a registry lies – whichever the login's search_path finds, and only that one."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.connecting import SCHEMA

VISIBLE = text(
    "SELECT DISTINCT relnamespace::regnamespace::text FROM pg_catalog.pg_class"
    " WHERE relname = ANY(:names) AND relkind IN ('r', 'p', 'v') AND relpersistence <> 't'"
    " AND pg_catalog.pg_table_is_visible(oid) ORDER BY 1"
)
ONLY = text("SELECT set_config('search_path', :schema || ', pg_temp', true)")  # temporary tables hide no others
ENCODING = "UTF8"


def for_a_new_one(connection: Connection, database: str) -> None:
    """Until the transaction ends, everything is made and looked for in the schema where a new table would lie.

    Raises RegistryError when there is none, or when the database can't hold every text.
    """
    if connection.dialect.name != "postgresql":
        return
    encoding, schema = connection.execute(
        text("SELECT current_setting('server_encoding'), quote_ident(current_schema())")
    ).one()
    if encoding != ENCODING:
        raise RegistryError("encoding_unsupported", database=database, encoding=encoding)
    if schema is None:
        raise RegistryError("schema_missing", database=database)
    connection.execute(ONLY, {"schema": schema})


def only(connection: Connection, registry: str) -> None:
    """Until the transaction ends, names mean the registry's own schema, in which `alembic_version` is found."""
    if connection.dialect.name == "postgresql":
        connection.execute(ONLY, {"schema": _of(connection, registry, ["alembic_version"])})


def settle(engine: Engine, connection: Connection, registry: str) -> None:
    """From now on, names mean the schema of the registry in each transaction of the engine, and in this one.

    Raises RegistryError when its tables are found in several schemas.
    """
    if connection.dialect.name == "postgresql":
        names = ["alembic_version", *(table.name for table in tables.metadata.sorted_tables)]
        schema = _of(connection, registry, names)
        connection.execute(ONLY, {"schema": schema})
        engine.update_execution_options(**{SCHEMA: schema})


def _of(connection: Connection, registry: str, names: list[str]) -> str:
    found: list[str] = list(connection.execute(VISIBLE, {"names": names}).scalars())
    if len(found) > 1:
        raise RegistryError("schemas_mixed", registry=registry, schemas=", ".join(found))
    if not found:
        raise RegistryError("not_a_registry", place=registry)
    return found[0]
