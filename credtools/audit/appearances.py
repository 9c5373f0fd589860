"""Appearances: which rejects and rows a story is about. Each is known by its whole address, for a line has pieces."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from credtools.store import tables
from credtools.store.reads.lineage import current, kin
from credtools.store.reads.organisation import known_as
from credtools.store.tables.rows import ADDRESS
from credtools.text import fold

CHUNK = 200  # addresses per question

Address = tuple[int, int, int, int]  # batch, sheet, line, piece
reject, ledger, version = tables.rejects.c, tables.ledger_rows.c, tables.credential_versions.c
AT = tuple(reject[name] for name in ADDRESS)
FIXED = tuple(reject[f"fixed_{name}"] for name in ADDRESS)


def user(c: Connection, name: str) -> int | None:
    """The user with this address or External ID, or who had it before."""
    return known_as(c, name, name)


def is_theirs(c: Connection, user_id: int) -> ColumnElement[bool]:
    """Of a reject: its row resolved to a user, or to somebody who was merged into them."""
    return reject.user_id.in_(kin(c, tables.users, user_id))


def unknown(c: Connection, email: str) -> list[int]:
    """The rejects whose row named this address when no user had it."""
    error = tables.reject_errors.c
    named = c.execute(select(error.reject_id, error.value).where(error.code == "user_exists"))
    return [number for number, value in named if value is not None and fold(value) == fold(email)]


def fixed_by(c: Connection, rows: Collection[Address]) -> ColumnElement[bool]:
    """Of a reject: one of these rows fixed it."""
    asked = (select(reject.id).where(one_of(FIXED, some)) for some in chunks(rows))
    return reject.id.in_([number for statement in asked for number in c.execute(statement).scalars()])


def appearances(c: Connection, condition: Any) -> list[Any]:
    """These rejects, and those of the same records in other files: by digest, and by links where it is erased."""
    found = {row.id: row for row in c.execute(select(tables.rejects).where(condition))}
    one = _families(c)
    records = {
        (source, row.record_digest, row.ordinal)
        for row in found.values()
        if row.record_digest is not None
        for source in one[row.source_id]
    }
    for some in chunks(records):
        alike = one_of([reject.source_id, reject.record_digest, reject.ordinal], some)
        found |= {row.id: row for row in c.execute(select(tables.rejects).where(alike))}
    new = list(found.values())
    while new:
        later = [row.superseded_by for row in new if row.superseded_by not in found]
        linked = or_(reject.superseded_by.in_([row.id for row in new]), reject.id.in_(later))
        new = [row for row in c.execute(select(tables.rejects).where(linked)) if row.id not in found]
        found |= {row.id: row for row in new}
    return [found[number] for number in sorted(found)]


def _families(c: Connection) -> dict[int, list[int]]:
    """By each source all that are one with it by now."""
    roots = {row.id: row.root for row in c.execute(select(current.c.id, current.c.root))}
    return {number: [other for other, root in roots.items() if root == mine] for number, mine in roots.items()}


def one_of(columns: Sequence[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether some columns are one of these tuples; SQLite uses its index only when it is written like this."""
    return or_(*(and_(*(c == part for c, part in zip(columns, value, strict=True))) for value in values))


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
