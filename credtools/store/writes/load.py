"""Load: users and types into the registry; settings of the organisation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.transaction import write
from credtools.store.values import Load
from credtools.text import Shown

TABLES = {"users": tables.users, "types": tables.credential_types}
Row = dict[str, Any]
LABELS = {"users": "email", "types": "name"}


@dataclass(frozen=True)
class Loaded(Shown):
    """What a load did: counts of rows, and of those who were absent and are deactivated now; notes on the file.

    `absent`: who these are, by e-mail or name.
    """

    added: int
    changed: int
    unchanged: int
    deactivated: int = 0
    notes: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = ("added", "changed", "unchanged", "deactivated")
        return "\n".join([" · ".join(f"{getattr(self, name):,} {name}" for name in names), *self.notes])


def load(engine: Engine, value: Load, *, dry_run: bool = False) -> Loaded:
    """Adds the rows whose key is new, and updates those whose values differ.

    Who is absent stays, or is deactivated when the value says so. Raises RegistryError, and writes nothing, when that
    would be too many, when a numbered switch of a type in use would change, or an external id is somebody else's.
    `dry_run` only says what would be done, however many are absent.
    """
    if dry_run:
        with snapshot(engine) as connection:
            return _compared(connection, replace(value, most_absent=1.0))[-1]
    table = TABLES[value.kind]
    with write(engine) as work:
        new, changed, gone, done = _compared(work.connection, value)
        if changed:
            values: dict[str, Any] = {name: bindparam(name) for name in value.columns}
            work.execute(update(table).where(table.c.id == bindparam("row_id")).values(values), changed)
        columns: dict[str, Any] = {name: [row[name] for row in new] for name in value.columns}
        work.insert(table, {"id": work.ids(table, len(new)), **columns})
        when = {"deactivated_on": value.absent_from} if value.kind == "users" else {}
        work.change(table.c.id, gone, status="deactivated", **when)
        if new or changed or gone:
            counts = {"added": done.added, "changed": done.changed, "deactivated": done.deactivated}
            work.event("load", value.by, None, what=value.kind, **counts)
        return done


def _compared(connection: Connection, value: Load) -> tuple[list[Row], list[Row], list[int], Loaded]:
    """The rows that are new, those that differ (with their `row_id`), who is deactivated, and that in counts."""
    stored = {getattr(row, value.key): row for row in connection.execute(select(TABLES[value.kind]))}
    names = list(value.columns)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*value.columns.values(), strict=True)]
    new = [row for row in rows if row[value.key] not in stored]
    changed = [
        {"row_id": stored[row[value.key]].id, **row}
        for row in rows
        if row[value.key] in stored and any(getattr(stored[row[value.key]], k) != row[k] for k in names)
    ]
    _refuse_numbered(connection, value, changed, stored)
    _refuse_taken_ids(value, rows, stored)
    given = set(value.columns[value.key])
    active = {key: row for key, row in stored.items() if row.status == "active"}
    gone = [row for key, row in active.items() if value.absent_from and key not in given]
    if len(gone) > value.most_absent * len(active):
        facts = {"absent": len(gone), "active": len(active), "kind": value.kind, "share": value.most_absent}
        raise RegistryError("too_many_absent", **facts)
    absent = tuple(getattr(row, LABELS[value.kind]) for row in gone)
    done = Loaded(len(new), len(changed), len(rows) - len(new) - len(changed), len(gone), value.notes, absent)
    return new, changed, [row.id for row in gone], done


def _refuse_numbered(connection: Connection, value: Load, changed: list[Row], stored: dict[str, Any]) -> None:
    """`numbered` is part of a credential's identity: it can't change while credentials of the type exist."""
    if "numbered" not in value.columns:
        return
    for row in changed:
        before = stored[row[value.key]]
        if bool(before.numbered) != bool(row["numbered"]):
            used = select(tables.credentials.c.id).where(tables.credentials.c.type_id == before.id).limit(1)
            if connection.execute(used).scalar() is not None:
                raise RegistryError("numbered_in_use", type=before.name)


def _refuse_taken_ids(value: Load, rows: list[Row], stored: dict[str, Any]) -> None:
    """An external id names one user; moving it from one to another must be two deliberate steps."""
    if "external_id" not in value.columns:
        return
    owner = {row.external_id: row for row in stored.values() if row.external_id}
    for row in rows:
        holder = owner.get(row["external_id"])
        if holder is not None and holder.email_key != row[value.key]:
            facts = {"external_id": row["external_id"], "user": row["email"], "holder": holder.email}
            raise RegistryError("external_id_taken", **facts)


def set_setting(engine: Engine, by: str, key: str, value: str) -> None:
    """Stores one setting of the organisation (its text is checked by the registry)."""
    with write(engine) as work:
        work.execute(delete(tables.settings).where(tables.settings.c.key == key))
        work.execute(insert(tables.settings).values(key=key, value=value))
        work.event("settings", by, None, key=key, value=value)
