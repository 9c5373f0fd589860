"""Traces: all that happened to a row, to a credential, to what is known of a person; reads only.

A row is followed over all appearances of its record; each is told with its file, verdict, codes and recipe, with what
became of its reject, and with what was done with the credential that it became.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, and_, false, or_, select, tuple_

from credtools.audit.history import Act, acts
from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.text import fold

CHUNK = 200  # places per question
COLUMNS = ("at", "by", "what", "batch", "line", "told")
SHOWN = 16  # characters of a fingerprint

Place = tuple[int, int]
reject, ledger, batch = tables.rejects.c, tables.ledger.c, tables.batches.c
version, credential = tables.credential_versions.c, tables.credentials.c


def row(engine: Engine, batch_id: int, line: int) -> pd.DataFrame:
    """All that happened to the row on a line of a batch, oldest first: COLUMNS.

    `what`: uploaded, a verdict, superseded, fixed, waived, reopened, undone, erased; then of its credential what
    `history` tells. Raises RegistryError when no row was judged there.
    """
    with snapshot(engine) as c:
        if not list(_judged(c, {(batch_id, line)})):
            raise RegistryError("row_not_judged", batch=batch_id, line=line)
        here = and_(reject.batch_id == batch_id, reject.line == line)
        fixed_here = and_(reject.fixed_batch_id == batch_id, reject.fixed_line == line)
        return _frame(_story(c, _appearances(c, or_(here, fixed_here)), {(batch_id, line)}))


def of_credential(engine: Engine, email: str, type_name: str, number: str = "") -> pd.DataFrame:
    """All that happened to a credential, oldest first: COLUMNS; rejected rows of its user and type (any number) too.

    Raises RegistryError when there is no such user or type.
    """
    with snapshot(engine) as c:
        user_id, type_id = _user(c, email), _type(c, type_name)
        if user_id is None:
            raise RegistryError("credential_of_nobody", user=email)
        mine = (credential.user_id == user_id, credential.type_id == type_id, credential.number == number)
        rows = _rows_of(select(credential.id).where(*mine))
        found = _appearances(c, or_(and_(reject.user_id == user_id, reject.type_id == type_id), _fixed_by(rows)))
        return _frame(_story(c, found, _places(c, rows)))


def of_person(engine: Engine, email: str) -> pd.DataFrame:
    """All that is known about a person, oldest first: COLUMNS and `credential`.

    Rows that were rejected because nobody had this address are among them. Raises RegistryError when there is nothing.
    """
    with snapshot(engine) as c:
        user_id = _user(c, email)
        rows = _rows_of(select(credential.id).where(credential.user_id == user_id))
        theirs = or_(reject.user_id == user_id, _fixed_by(rows)) if user_id is not None else false()
        found = _appearances(c, or_(theirs, reject.id.in_(_unknown(c, email))))
        if user_id is None and not found:
            raise RegistryError("person_unknown", email=email)
        return _frame(_story(c, found, _places(c, rows)), (*COLUMNS, "credential"))


def _user(c: Connection, email: str) -> int | None:
    return c.execute(select(tables.users.c.id).where(tables.users.c.email_key == fold(email))).scalar()


def _type(c: Connection, name: str) -> int:
    types = tables.credential_types.c
    found = c.execute(select(types.id).where(types.name_key == fold(name))).scalar()
    if found is None:
        raise RegistryError("credential_of_no_type", type=name)
    return int(found)


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


def _places(c: Connection, rows: Any) -> set[Place]:
    return {(number, line) for number, line in c.execute(rows)}


def _appearances(c: Connection, condition: Any) -> list[Any]:
    """These rejects, and those of the same records in other files: by digest, and by links where it is erased."""
    same = ("source_id", "record_digest", "ordinal")
    found = {row.id: row for row in c.execute(select(tables.rejects).where(condition))}
    records = {tuple(getattr(row, name) for name in same) for row in found.values() if row.record_digest is not None}
    for some in _chunks(records):
        alike = _one_of([reject[name] for name in same], some)
        found |= {row.id: row for row in c.execute(select(tables.rejects).where(alike))}
    new = list(found.values())
    while new:
        later = [row.superseded_by for row in new if row.superseded_by not in found]
        linked = or_(reject.superseded_by.in_([row.id for row in new]), reject.id.in_(later))
        new = [row for row in c.execute(select(tables.rejects).where(linked)) if row.id not in found]
        found |= {row.id: row for row in new}
    return [found[number] for number in sorted(found)]


def _story(c: Connection, rejects: list[Any], places: set[Place]) -> list[Act]:
    """Everything about these rejects and rows, and about the credentials that they became."""
    places |= {(row.batch_id, row.line) for row in rejects}
    places |= {(row.fixed_batch_id, row.fixed_line) for row in rejects if row.fixed_batch_id is not None}
    judged = list(_judged(c, places))
    names = _credential_names(c, {row.credential_id for row in judged if row.credential_id is not None})
    kinds = dict(c.execute(select(tables.credential_types.c.id, tables.credential_types.c.name)).all())
    of_reject = {(row.batch_id, row.line): kinds.get(row.type_id, "") for row in rejects}
    story: list[Act] = []
    for row in judged:
        at = {"batch": row.batch_id, "line": row.line}
        at["credential"] = names.get(row.credential_id) or of_reject.get((row.batch_id, row.line), "")
        came = f"{row.file_name} · source {row.source}"
        story.append({**at, "at": row.uploaded_at, "by": row.uploaded_by, "what": "uploaded", "told": came})
        marks = (("recipe", row.recipe_fingerprint), ("schema", row.schema_fingerprint))
        told = " · ".join([*filter(None, [row.codes]), *(f"{word} {mark[:SHOWN]}" for word, mark in marks)])
        story.append({**at, "at": row.finished_at, "by": row.finished_by, "what": row.verdict, "told": told})
    for number, name in names.items():
        for act in acts(c, number):
            if act["what"] != "uploaded" or (act["batch"], act["line"]) not in places:
                told = " → ".join(text for text in (act["before"], act["after"]) if text)
                story.append({**act, "credential": name, "told": told})
    named = {(act["batch"], act["line"]): act["credential"] for act in story}
    return [*story, *_settled(c, rejects, of_reject), *_erased(c, named)]


def _judged(c: Connection, places: Iterable[Place]) -> Iterator[Any]:
    """The ledger's rows at these places, with their batch, source and credential, in order."""
    statement = (
        select(tables.ledger, version.credential_id, tables.sources.c.name.label("source"))
        .add_columns(batch.file_name, batch.uploaded_at, batch.uploaded_by, batch.finished_at, batch.finished_by)
        .add_columns(batch.recipe_fingerprint, batch.schema_fingerprint)
        .join(tables.batches, batch.id == ledger.batch_id)
        .join(tables.sources)
        .outerjoin(tables.credential_versions, version.id == ledger.version_id)
        .order_by(ledger.batch_id, ledger.line)
    )
    for some in _chunks(places):
        yield from c.execute(statement.where(_one_of([ledger.batch_id, ledger.line], some)))


def _credential_names(c: Connection, ids: set[int]) -> dict[int, str]:
    statement = select(credential.id, tables.credential_types.c.name, credential.number).join(tables.credential_types)
    found = [row for some in _chunks(ids) for row in c.execute(statement.where(credential.id.in_(some)))]
    return {number: f"{name} {key}".strip() for number, name, key in found}


def _settled(c: Connection, rejects: list[Any], names: dict[Place, str]) -> Iterator[Act]:
    """What became of rejects: superseded and fixed by their links, waived and reopened by the events."""
    places = {row.id: f"batch {row.batch_id} line {row.line}" for row in rejects}
    closed = _closings(c, rejects)
    for row in rejects:
        at = {"batch": row.batch_id, "line": row.line, "credential": names[row.batch_id, row.line]}
        now = {**at, "at": row.changed_at, "by": row.changed_by}
        waivings = closed[row.id]
        for k, (kind, when, by) in enumerate(waivings, 1):
            told = row.reason if row.state == "waived" and k == len(waivings) else ""
            word = {"waive": "waived", "reopen": "reopened"}[kind]
            yield {**at, "at": when, "by": by, "what": word, "told": told or ""}
        if row.state == "superseded":
            yield {**now, "what": "superseded", "told": f"by {places[row.superseded_by]}"}
        elif row.state == "fixed":
            yield {**now, "what": "fixed", "told": f"by batch {row.fixed_batch_id} line {row.fixed_line}"}
        elif row.state == "waived" and not waivings:
            yield {**now, "what": "undone", "told": row.reason}


def _erased(c: Connection, names: dict[Place, str]) -> Iterator[Act]:
    """When the values of these rows were erased, and why."""
    event = tables.events.c
    for text in c.execute(select(event.text).where(event.kind == "erase").order_by(event.seq)).scalars():
        told = json.loads(text)
        act = {"at": datetime.fromisoformat(told["at"]), "by": told["by"], "what": "erased", "told": told["reason"]}
        for (number, line), name in names.items():
            if any(first <= line <= last for first, last in told["lines"].get(str(number), ())):
                yield {**act, "batch": number, "line": line, "credential": name}


def _closings(c: Connection, rejects: list[Any]) -> dict[int, list[tuple[str, datetime, str]]]:
    """Per reject when it was waived and reopened by whom, oldest first."""
    found: dict[int, list[tuple[str, datetime, str]]] = {row.id: [] for row in rejects}
    event = tables.events.c
    of_batches = select(event.kind, event.text).where(event.kind.in_(("waive", "reopen"))).order_by(event.seq)
    for some in _chunks({row.batch_id for row in rejects}):
        for kind, text in c.execute(of_batches.where(event.batch_id.in_(some))):
            told = json.loads(text)
            for number in found.keys() & set(told["rejects"]):
                found[number].append((kind, datetime.fromisoformat(told["at"]), told["by"]))
    return found


def _one_of(columns: list[Any], values: list[Any]) -> ColumnElement[bool]:
    """Whether the columns are one of these tuples; SQLite finds them by its index only when it is said like this."""
    return or_(*(and_(*(c == part for c, part in zip(columns, value, strict=True))) for value in values))


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def _frame(story: list[Act], names: tuple[str, ...] = COLUMNS) -> pd.DataFrame:
    return pd.DataFrame(story, columns=list(names)).sort_values("at", kind="stable", ignore_index=True)
