"""Timeline: all that happened to a row, to a credential, to what is known of a person; reads only.

A row is followed over all appearances of its record: each with its file, verdict, codes and recipe, with what became of
its reject, and with what was done with the credential that it became.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, and_, false, func, or_, select, tuple_

from credtools.audit import withdrawals
from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.reads.events import events
from credtools.store.reads.lineage import current, current_types, kin, type_members
from credtools.store.reads.organisation import known_as
from credtools.text import fold, fold_number

CHUNK = 200  # places per question
SHOWN = 16  # characters of a fingerprint
CONTENT = ("issue_date", "expiration_date", "number", "own")
COLUMNS = ("at", "by", "what", "batch", "line", "told", "credential")
OF_CREDENTIAL = ("at", "by", "version", "batch", "line", "what", "before", "after")
DTYPES = {"at": "datetime64[us, UTC]", "batch": "int64", "line": "int64", "version": "int64"}  # all others: str
CLOSED = {"waive": "waived", "reopen": "reopened"}

Place = tuple[int, int]
reject, ledger, batch = tables.rejects.c, tables.ledger_rows.c, tables.batches.c
version, credential = tables.credential_versions.c, tables.credentials.c


class Act(NamedTuple):
    """One thing that happened at a place: `before` and `after` say what it changed, or `after` what it was."""

    at: datetime
    by: str
    what: str
    batch: int
    line: int
    after: str = ""
    before: str = ""
    version: int = 0
    credential: str = ""

    @property
    def told(self) -> str:
        return " → ".join(text for text in (self.before, self.after) if text)


def history(engine: Engine, batch_id: int, line: int) -> pd.DataFrame:
    """What was done with the credential of a line: OF_CREDENTIAL. Raises RegistryError when the line wrote none."""
    with snapshot(engine) as c:
        ours = select(version.credential_id).where(version.batch_id == batch_id, version.line == line)
        credential_id = c.execute(ours).scalar()
        if credential_id is None:
            raise RegistryError("no_credential_on_line", batch=batch_id, line=line)
        return _frame(_of_credential(c, credential_id), OF_CREDENTIAL)


def row(engine: Engine, batch_id: int, line: int) -> pd.DataFrame:
    """All that happened to the row on a line of a batch: COLUMNS. Raises RegistryError when no row was judged there."""
    with snapshot(engine) as c:
        if not list(_judged(c, {(batch_id, line)})):
            raise RegistryError("row_not_judged", batch=batch_id, line=line)
        here = and_(reject.batch_id == batch_id, reject.line == line)
        fixed_here = and_(reject.fixed_batch_id == batch_id, reject.fixed_line == line)
        return _frame(_story(c, _appearances(c, or_(here, fixed_here)), {(batch_id, line)}))


def of_credential(engine: Engine, email: str, type_name: str, number: str = "") -> pd.DataFrame:
    """All that happened to a credential: COLUMNS. Raises RegistryError when there is no such user or type."""
    with snapshot(engine) as c:
        user_id = _user(c, email)
        type_ids = c.execute(type_members(type_name)).scalars().all()
        if not type_ids:
            raise RegistryError("credential_of_no_type", type=type_name)
        if user_id is None:
            raise RegistryError("credential_of_nobody", user=email)
        mine = (
            credential.user_id == user_id,
            credential.type_id.in_(type_ids),
            credential.number_key == fold_number(number),
        )
        rows = _rows_of(select(credential.id).where(*mine))
        found = _appearances(c, or_(and_(_is_theirs(c, user_id), reject.type_id.in_(type_ids)), _fixed_by(rows)))
        return _frame(_story(c, found, {tuple(row) for row in c.execute(rows)}))


def of_person(engine: Engine, email: str) -> pd.DataFrame:
    """All that is known about a person: COLUMNS. Raises RegistryError when there is nothing."""
    with snapshot(engine) as c:
        user_id = _user(c, email)
        rows = _rows_of(select(credential.id).where(credential.user_id == user_id))
        theirs = or_(_is_theirs(c, user_id), _fixed_by(rows)) if user_id is not None else false()
        found = _appearances(c, or_(theirs, reject.id.in_(_unknown(c, email))))
        if user_id is None and not found:
            raise RegistryError("person_unknown", email=email)
        return _frame(_story(c, found, {tuple(row) for row in c.execute(rows)}))


def _frame(acts: Iterable[Act], names: Sequence[str] = COLUMNS) -> pd.DataFrame:
    """Acts, oldest first."""
    ordered = sorted(acts, key=lambda act: act.at)
    found = {name: pd.Series([getattr(act, name) for act in ordered], dtype=DTYPES.get(name, "str")) for name in names}
    return pd.DataFrame(found)


# --- which rejects and rows -----------------------------------------------------------------------------------


def _user(c: Connection, name: str) -> int | None:
    """The user with this address or External ID, or who had it before."""
    return known_as(c, name, name)


def _is_theirs(c: Connection, user_id: int) -> ColumnElement[bool]:
    """Of a reject: its row resolved to a user, or to somebody who was merged into them."""
    return reject.user_id.in_(kin(c, tables.users, user_id))


def _unknown(c: Connection, email: str) -> list[int]:
    """The rejects whose row named this address when no user had it."""
    error = tables.reject_errors.c
    named = c.execute(select(error.reject_id, error.value).where(error.code == "user_exists"))
    return [number for number, value in named if value is not None and fold(value) == fold(email)]


def _rows_of(credentials: Any) -> Any:
    """The rows that wrote a version of these credentials, or equalled one, as a question."""
    versions = select(version.id).where(version.credential_id.in_(credentials))
    return select(ledger.batch_id, ledger.line).where(ledger.version_id.in_(versions))


def _fixed_by(rows: Any) -> ColumnElement[bool]:
    return tuple_(reject.fixed_batch_id, reject.fixed_line).in_(rows)


def _appearances(c: Connection, condition: Any) -> list[Any]:
    """These rejects, and those of the same records in other files: by digest, and by links where it is erased."""
    found = {row.id: row for row in c.execute(select(tables.rejects).where(condition))}
    one = _families(c)
    records = {
        (source, row.record_digest, row.ordinal)
        for row in found.values()
        if row.record_digest is not None
        for source in one[row.source_id]
    }
    for some in _chunks(records):
        alike = _one_of([reject.source_id, reject.record_digest, reject.ordinal], some)
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


def _one_of(columns: list[Any], values: list[Any]) -> ColumnElement[bool]:
    """Whether the columns are one of these tuples; SQLite uses its index only when it is written like this."""
    return or_(*(and_(*(c == part for c, part in zip(columns, value, strict=True))) for value in values))


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


# --- what happened to them ------------------------------------------------------------------------------------


def _story(c: Connection, rejects: list[Any], places: set[Place]) -> Iterator[Act]:
    """Everything about these rejects and rows, and about the credentials that they became."""
    places |= {(row.batch_id, row.line) for row in rejects}
    places |= {(row.fixed_batch_id, row.fixed_line) for row in rejects if row.fixed_batch_id is not None}
    judged = list(_judged(c, places))
    credentials = _credential_names(c, {row.credential_id for row in judged if row.credential_id is not None})
    types = dict(c.execute(select(current_types.c.id, current_types.c.name)).all())
    named = {(row.batch_id, row.line): types.get(row.type_id, "") for row in rejects}
    for row in judged:
        name = credentials.get(row.credential_id) or named.get((row.batch_id, row.line), "")
        named[row.batch_id, row.line] = name
        place = {"batch": row.batch_id, "line": row.line, "credential": name}
        came = f"{row.file_name} · source {row.source}"
        yield Act(row.uploaded_at, row.uploaded_by, "uploaded", after=came, **place)
        marks = f"recipe {row.recipe_fingerprint[:SHOWN]} · schema {row.schema_fingerprint[:SHOWN]}"
        codes = f"{row.codes} · " if row.codes else ""
        yield Act(row.finished_at, row.finished_by, row.verdict, after=codes + marks, **place)
    for number, name in credentials.items():
        for act in _of_credential(c, number, name):
            if act.what != "uploaded" or (act.batch, act.line) not in places:
                named[act.batch, act.line] = name
                yield act
    yield from _settled(c, rejects, named)
    yield from _erased(c, named)


def _judged(c: Connection, places: Collection[Place]) -> Iterator[Any]:
    """The ledger's rows at these places, with their batch, source and credential, in order."""
    statement = (
        select(tables.ledger_rows, version.credential_id, current.c.name.label("source"))
        .add_columns(batch.file_name, batch.uploaded_at, batch.uploaded_by, batch.finished_at, batch.finished_by)
        .add_columns(batch.recipe_fingerprint, batch.schema_fingerprint)
        .join_from(tables.ledger_rows, tables.batches, batch.id == ledger.batch_id)
        .join(current, current.c.id == batch.source_id)
        .outerjoin(tables.credential_versions, version.id == ledger.version_id)
        .order_by(ledger.batch_id, ledger.line)
    )
    for some in _chunks(places):
        yield from c.execute(statement.where(_one_of([ledger.batch_id, ledger.line], some)))


def _credential_names(c: Connection, ids: set[int]) -> dict[int, str]:
    kind = tables.credential_types.c
    written = func.coalesce(func.nullif(credential.number, ""), credential.number_key)  # the type may be numbered since
    statement = select(credential.id, kind.name, written).join(tables.credential_types, kind.id == credential.type_id)
    found = [row for some in _chunks(ids) for row in c.execute(statement.where(credential.id.in_(some)))]
    return {number: f"{name} {key}".strip() for number, name, key in found}


def _of_credential(c: Connection, credential_id: int, name: str = "") -> Iterator[Act]:
    """What was done with a credential, version by version."""
    statement = select(tables.credential_versions, batch.file_name, batch.uploaded_by, batch.uploaded_at)
    statement = statement.add_columns(batch.finished_by, batch.finished_at).join(tables.batches)
    versions = c.execute(statement.where(version.credential_id == credential_id).order_by(version.id)).all()
    places: dict[int, Any] = {
        row.id: {"batch": row.batch_id, "line": row.line, "version": k, "credential": name}
        for k, row in enumerate(versions, 1)
    }
    for before, row in zip([None, *versions], versions, strict=False):
        when, place = (row.finished_at or row.uploaded_at, row.finished_by or row.uploaded_by), places[row.id]
        yield Act(*when, "uploaded", after=row.file_name, **place)
        for column in CONTENT:
            if (old := _text(before, column)) != (new := _text(row, column)):
                yield Act(*when, column, before=old, after=new, **place)
    yield from _decided(c, places)
    for told in withdrawals.told(c, {number: place["version"] for number, place in places.items()}):
        yield Act(told.at, told.by, told.what, after=told.why, **places[told.version_id])


def _decided(c: Connection, places: dict[int, Any]) -> Iterator[Act]:
    """Decisions about versions, media that were added and removed, undone batches, resubmitted versions."""
    decision, medium = tables.decisions, tables.media
    for row in c.execute(select(decision).where(decision.c.version_id.in_(places))):
        yield Act(row.decided_at, row.decided_by, row.decision, after=row.reason, **places[row.version_id])
    for row in c.execute(select(medium).where(medium.c.version_id.in_(places))):
        yield Act(row.added_at, row.added_by, "medium", after=row.file_name, **places[row.version_id])
        if row.removed_at:
            yield Act(row.removed_at, "", "medium", before=row.file_name, **places[row.version_id])
    for done in events(c, ["undo"], {place["batch"] for place in places.values()}):
        for place in places.values():
            if place["batch"] == done["batch"]:
                yield Act(done["at"], done["by"], "undone", **place)
    for done in events(c, ["resubmit"]):
        for number in done["versions"]:
            if number in places:
                yield Act(done["at"], done["by"], "resubmitted", **places[number])


def _text(row: Any, column: str) -> str:
    value = getattr(row, column, None)
    return "" if value is None or value == "{}" else str(value)


def _settled(c: Connection, rejects: list[Any], named: dict[Place, str]) -> Iterator[Act]:
    """What became of rejects: superseded and fixed by their links, waived and reopened by the events."""
    where = {row.id: f"batch {row.batch_id} line {row.line}" for row in rejects}
    closed: defaultdict[int, list[Any]] = defaultdict(list)
    for done in events(c, CLOSED, {row.batch_id for row in rejects}):
        for number in where.keys() & set(done["rejects"]):
            closed[number].append(done)
    for row in rejects:
        place = {"batch": row.batch_id, "line": row.line, "credential": named[row.batch_id, row.line]}
        reason = row.reason if row.state == "waived" or row.for_good else ""
        for k, done in enumerate(closed[row.id], 1):
            last = k == len(closed[row.id])
            yield Act(done["at"], done["by"], CLOSED[done["kind"]], after=reason if last else "", **place)
        if row.state == "superseded":
            yield Act(row.changed_at, row.changed_by, "superseded", after=f"by {where[row.superseded_by]}", **place)
        elif row.state == "fixed":
            by = f"by batch {row.fixed_batch_id} line {row.fixed_line}"
            yield Act(row.changed_at, row.changed_by, "fixed", after=by, **place)
        elif row.state == "waived" and not closed[row.id]:  # by what was decided about its record for good
            yield Act(row.changed_at, row.changed_by, "waived", after=reason, **place)
        elif row.state == "void":
            yield Act(row.changed_at, row.changed_by, "undone", after=f"Batch {row.batch_id} was undone.", **place)


def _erased(c: Connection, named: dict[Place, str]) -> Iterator[Act]:
    """When the values of these rows were erased, and why."""
    for done in events(c, ["erase"]):
        for (number, line), name in named.items():
            beside = ((at, at) for _, at, _ in done.get("places", {}).get(str(number), ()))
            if any(first <= line <= last for first, last in (*done["lines"].get(str(number), ()), *beside)):
                yield Act(done["at"], done["by"], "erased", number, line, after=done["reason"], credential=name)
