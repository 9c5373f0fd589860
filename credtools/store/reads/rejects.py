"""Rejects: the rows that are followed, as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, func, or_, select

from credtools.model import Record
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import rows
from credtools.store.reads.sources import family
from credtools.store.tables.rows import ADDRESS

CHUNK = 5_000
reject = tables.rejects.c
NAMED = (reject.id, reject.batch_id, reject.line, reject.state, reject.superseded_by)
RECORD = (reject.record_digest, reject.ordinal, reject.digest_kind, reject.digest_columns)  # as in `Record`


@dataclass(frozen=True)
class Rejected:
    """A reject, its row as it came (None once erased), and its errors (code, column_name, heading, and sentences)."""

    id: int
    batch: int
    line: int
    state: str
    superseded_by: int | None
    record: Record | None
    digest: bytes
    raw: str | None
    piece: int = 1
    errors: tuple[Any, ...] = ()


class Followed(NamedTuple):
    """A reject that is settled when its record comes again: it is open, or waived for good."""

    id: int
    state: str
    record: Record


def rejected(at: At, ids: Iterable[int]) -> dict[int, Rejected]:
    """The rejects of these numbers, those that took their place included; numbers without one are left out."""
    found: dict[int, Rejected] = {}
    wanted = list(ids)
    while wanted:
        some = _where(at, tables.rejects.c.id.in_(wanted[:CHUNK]))
        found |= some
        later = [one.superseded_by for one in some.values() if one.superseded_by and one.superseded_by not in found]
        wanted = [*wanted[CHUNK:], *later]
    return found


def open_rejects(at: At, batch_id: int | None = None) -> dict[int, Rejected]:
    """The open rejects (of one batch) whose rows aren't erased."""
    of_batch = reject.batch_id == batch_id if batch_id is not None else reject.id.is_not(None)
    found = _where(at, and_(reject.state == "open", of_batch))
    return {number: one for number, one in found.items() if one.raw is not None}


def is_followed() -> ColumnElement[bool]:
    """Of a reject: it is settled when its record comes again."""
    return or_(reject.state == "open", and_(reject.state == "waived", reject.for_good))


def followed(at: At, sources: Sequence[int]) -> list[Followed]:
    """The rejects of a source and its family that are settled when their record comes again; not those erased."""
    statement = (
        select(reject.id, reject.state, *RECORD)
        .where(reject.source_id.in_(sources), is_followed(), reject.record_digest.is_not(None))
        .order_by(reject.id)
    )
    return [Followed(number, state, Record(*record)) for number, state, *record in rows(at, statement)]


def credentials_of(at: At, version_ids: Collection[int]) -> dict[int, int]:
    """The credential of each of some versions."""
    version = tables.credential_versions.c
    found = (
        rows(at, select(version.id, version.credential_id).where(version.id.in_(version_ids))) if version_ids else ()
    )
    return {row.id: row.credential_id for row in found}


def first_said(at: At, source: str, credential_ids: Collection[int]) -> dict[int, datetime]:
    """When a source first spoke of some credentials; those of which it doesn't are left out."""
    word = tables.words.c
    statement = select(word.credential_id, func.min(word.first_said).label("first"))
    mine = (word.source_id.in_(family(at, source)), word.credential_id.in_(credential_ids))
    found = rows(at, statement.where(*mine).group_by(word.credential_id)) if credential_ids else ()
    return {row.credential_id: row.first for row in found}


def said_in(at: At, batch_id: int, credential_ids: Collection[int]) -> set[int]:
    """Those of some credentials of which a row of a batch speaks."""
    version, row = tables.credential_versions.c, tables.ledger_rows.c
    statement = select(version.credential_id).join(tables.ledger_rows, row.version_id == version.id).distinct()
    asked = statement.where(row.batch_id == batch_id, version.credential_id.in_(credential_ids))
    return {number for (number,) in rows(at, asked)} if credential_ids else set()


def _where(at: At, condition: Any) -> dict[int, Rejected]:
    ledger, raw, error = tables.ledger, tables.ledger_values, tables.reject_errors
    found_by = select(*NAMED, *RECORD, ledger.c.digest, raw.c.raw, reject.piece).select_from(
        tables.rejects.join(ledger, _same_row(ledger)).outerjoin(raw, _same_row(raw))
    )
    said = select(error.c.reject_id, error.c.code, error.c.column_name, error.c.heading, error.c.resolution)
    said = said.add_columns(error.c.suggestion).join(tables.rejects).order_by(error.c.reject_id, error.c.position)
    errors: dict[int, list[Any]] = {}
    with snapshot(at) as connection:
        for row in connection.execute(said.where(condition)):
            errors.setdefault(row.reject_id, []).append(row)
        found = connection.execute(found_by.where(condition).order_by(reject.id)).all()
    return {
        row.id: Rejected(*row[:5], _record(row[5:9]), *row[9:], errors=tuple(errors.get(row.id, ()))) for row in found
    }


def _record(columns: Any) -> Record | None:
    return None if columns[0] is None else Record(*columns)


def _same_row(table: Table) -> ColumnElement[bool]:
    return and_(*(table.c[name] == reject[name] for name in ADDRESS))
