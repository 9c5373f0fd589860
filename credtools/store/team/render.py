"""Render: the script of the guards, for one schema and prefix."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from credtools.model.rights import KINDS, ROLES
from credtools.recipe import MANUAL
from credtools.store.columns import metadata
from credtools.store.team.changes import CHANGES, DELETE, INSERT, ONLY_FUNCTIONS, columns_of, rights_for
from credtools.store.team.policies import numbered, policies
from credtools.store.team.triggers import of_batch, triggers

FIELD = re.compile("«(.*?)»", re.DOTALL)  # a text as a field of a digest, see `store.digests`
PARTS = ("people", "events", "triggers", "check", "reads", "grants", "close")


def text_of(name: str) -> str:
    return files(__package__).joinpath(f"{name}.sql").read_text("utf-8")


def roles(schema: str, prefix: str) -> str:
    """What is done once: the roles, and everything handed to the owner."""
    return _filled(text_of("roles"), schema, prefix)


def script(schema: str, prefix: str) -> str:
    """The repeatable part; its first function, `ct_guards`, returns the version of all of it."""
    guards = (
        "CREATE OR REPLACE FUNCTION {schema}.ct_guards() RETURNS text LANGUAGE sql IMMUTABLE\n"
        f"SET search_path = pg_catalog, pg_temp AS $$ SELECT '{version()}' $$;\n"
    )
    return _filled(f"{guards}\n{_repeatable()}", schema, prefix)


@cache
def version() -> str:
    """By which these guards are told from those of another release: a digest, whatever schema and prefix."""
    return hashlib.sha256(_filled(_repeatable(), "s", "p").encode()).hexdigest()[:16]


@cache
def _repeatable() -> str:
    return "\n".join(triggers() if part == "triggers" else text_of(part) for part in PARTS)


def _filled(text: str, schema: str, prefix: str) -> str:
    groups = [f"{prefix}_{role}" for role in ROLES]
    kinds = [f"({_text(kind)}, {_array(sorted(rights))})" for kind, rights in KINDS.items()]
    changes = [
        f"({_text(table)}, {_text(what)}, {_array(kinds)}, {str(of_batch(table, what)).lower()})"
        for table, some in CHANGES.items()
        for what, kinds in some.items()
    ]
    values = {
        "policies": policies(),
        "numbered": ", ".join(map(_text, numbered())),
        "grants": "\n".join(_grants(prefix)),
        "tables": ", ".join(f"{{schema}}.{name}" for name in metadata.tables),
        "kinds": ",\n    ".join(kinds),
        "changes": ",\n    ".join(changes),
        "role_rights": ", ".join(
            f"({_text(role)}, {_text(one)})" for role, some in ROLES.items() for one in sorted(some)
        ),
        "roles": ", ".join(map(_text, ROLES)),
        "groups": ", ".join(groups),
        "owner": f"{prefix}_owner",
        "prefix": prefix,
        "manual": MANUAL,
        "schema": schema,
    }
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return FIELD.sub(r"coalesce(length(\1) || ':' || \1, '~')", text)


def _grants(prefix: str) -> Iterable[str]:
    """Who may INSERT into, DELETE from, or change which columns of each table."""
    for table, some in CHANGES.items():
        if table in ONLY_FUNCTIONS:
            continue
        for role, rights in ROLES.items():
            may = [what for what in some if rights & rights_for(table, what)]
            whole = [what for what in may if what in (INSERT, DELETE)]
            columns = [what for what in columns_of(table) if what in may]
            said = [*whole, *([f"UPDATE ({', '.join(columns)})"] if columns else [])]
            if said:
                yield f"GRANT {', '.join(said)} ON {{schema}}.{table} TO {prefix}_{role};"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _array(values: Iterable[str]) -> str:
    return f"ARRAY[{', '.join(map(_text, values))}]::text[]"
