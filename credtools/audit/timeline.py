"""Timeline: all that happened to a row, to a credential, to what is known of a person; reads only.

A row is followed over all appearances of its record: each with its file, verdict, codes and recipe, with what became of
its reject, and with what was done with the credential that it became.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, and_, false, func, or_, select

from credtools.audit import decided, withdrawals
from credtools.audit.acts import COLUMNS, OF_CREDENTIAL, Act, as_frame
from credtools.audit.appearances import (
    AT,
    FIXED,
    Address,
    appearances,
    chunks,
    fixed_by,
    is_theirs,
    one_of,
    unknown,
    user,
)
from credtools.audit.judged import judged, rows_of
from credtools.errors import RegistryError
from credtools.model import Line, Place, parts
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.reads.batches import lines_of
from credtools.store.reads.events import events
from credtools.store.reads.lineage import current, current_types, type_members
from credtools.store.tables.rows import ADDRESS
from credtools.text import fold_number

SHOWN = 16  # characters of a fingerprint
CONTENT = ("issue_date", "expiration_date", "number", "own")
Titles = Mapping[str, str]
NO_TITLES: Titles = {}
CLOSED = {"waive": "waived", "reopen": "reopened"}

reject, ledger, batch = tables.rejects.c, tables.ledger_rows.c, tables.batches.c
version, credential = tables.credential_versions.c, tables.credentials.c


def history(engine: Engine, batch_id: int, line: Line) -> pd.DataFrame:
    """What was done with the credential of a row: OF_CREDENTIAL.

    Raises RegistryError when none was written there, or pieces of the line wrote several.
    """
    with snapshot(engine) as c:
        there = select(version.sheet, version.line, version.piece, version.credential_id)
        there = there.where(version.batch_id == batch_id, version.line == parts(line)[1])
        wrote = {Place(*place): number for *place, number in c.execute(there)}
        of = lines_of(c, batch_id)
        chosen = {place: wrote[place] for place in of.chosen([line], wrote)[0]}
        if not chosen:
            raise RegistryError("no_credential_on_line", batch=batch_id, line=line)
        if len(set(chosen.values())) > 1:
            rows = ", ".join(str(of.written(place)) for place in chosen)
            raise RegistryError("credentials_on_line", batch=batch_id, line=line, rows=rows)
        return as_frame(_of_credential(c, min(chosen.values())), OF_CREDENTIAL, {})


def row(engine: Engine, batch_id: int, line: Line, titles: Titles = NO_TITLES) -> pd.DataFrame:
    """All that happened to the rows that are meant: COLUMNS. Raises RegistryError when no row was judged there."""
    with snapshot(engine) as c:
        there = select(ledger.sheet, ledger.line, ledger.piece)
        judged = c.execute(there.where(ledger.batch_id == batch_id, ledger.line == parts(line)[1]))
        chosen = lines_of(c, batch_id).chosen([line], [Place(*place) for place in judged])[0]
        if not chosen:
            raise RegistryError("row_not_judged", batch=batch_id, line=line)
        places: set[Address] = {(batch_id, *place) for place in chosen}
        here = or_(one_of(AT, places), one_of(FIXED, places))
        return as_frame(_story(c, appearances(c, here), places), COLUMNS, titles)


def of_credential(
    engine: Engine, email: str, type_name: str, number: str = "", titles: Titles = NO_TITLES
) -> pd.DataFrame:
    """All that happened to a credential: COLUMNS. Raises RegistryError when there is no such user or type."""
    with snapshot(engine) as c:
        user_id = user(c, email)
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
        rows = rows_of(c, select(credential.id).where(*mine))
        found = appearances(c, or_(and_(is_theirs(c, user_id), reject.type_id.in_(type_ids)), fixed_by(c, rows)))
        return as_frame(_story(c, found, rows), COLUMNS, titles)


def of_person(engine: Engine, email: str, titles: Titles = NO_TITLES) -> pd.DataFrame:
    """All that is known about a person: COLUMNS. Raises RegistryError when there is nothing."""
    with snapshot(engine) as c:
        user_id = user(c, email)
        rows = rows_of(c, select(credential.id).where(credential.user_id == user_id))
        theirs = or_(is_theirs(c, user_id), fixed_by(c, rows)) if user_id is not None else false()
        found = appearances(c, or_(theirs, reject.id.in_(unknown(c, email))))
        if user_id is None and not found:
            raise RegistryError("person_unknown", email=email)
        return as_frame(_story(c, found, rows), COLUMNS, titles)


# --- what happened to them ------------------------------------------------------------------------------------


def _story(c: Connection, rejects: list[Any], places: set[Address]) -> Iterator[Act]:
    """Everything about these rejects and rows, and about the credentials that they became."""
    places |= {_address(row) for row in rejects} | {_fixed(row) for row in rejects if row.fixed_batch_id is not None}
    rows = judged(c, places)
    credentials = _credential_names(c, {row.credential_id for row in rows if row.credential_id is not None})
    types = dict(c.execute(select(current_types.c.id, current_types.c.name)).all())
    named = {_address(row): types.get(row.type_id, "") for row in rejects}
    recipes = _recipe_names(c)
    for row in rows:
        name = named[_address(row)] = credentials.get(row.credential_id or 0) or named.get(_address(row), "")
        place = _place(row, name)
        came = f"{row.file_name} · source {row.source}"
        yield Act(row.uploaded_at, row.uploaded_by, "uploaded", after=came, **place)
        marks = f"recipe {row.recipe_fingerprint[:SHOWN]} · schema {row.schema_fingerprint[:SHOWN]}"
        codes = f"{row.codes} · " if row.codes else ""
        told: dict[str, Any] = {"codes": row.codes, "recipe": recipes[row.batch_id]}
        yield Act(row.finished_at, row.finished_by, row.verdict, after=codes + marks, **told, **place)
    for number, name in credentials.items():
        for act in _of_credential(c, number, name):
            where = (act.batch, act.sheet, act.line, act.piece)
            if act.what != "uploaded" or where not in places:
                named[where] = name
                yield act
    yield from _settled(c, rejects, named)
    yield from _erased(c, named)


def _recipe_names(c: Connection) -> dict[int, str]:
    """By batch what people call its recipe: that of its source, and which of its versions, where there are several."""
    asked = select(batch.id, current.c.name, batch.recipe_fingerprint).join(current, current.c.id == batch.source_id)
    rows = c.execute(asked.order_by(batch.id)).all()
    versions: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for _, source, mark in rows:
        versions[source].setdefault(mark, len(versions[source]) + 1)
    return {
        number: f"recipe {source}" + (f", version {versions[source][mark]}" if len(versions[source]) > 1 else "")
        for number, source, mark in rows
    }


def _address(row: Any) -> Address:
    """Of a row of any table that has one."""
    return (row.batch_id, row.sheet, row.line, row.piece)


def _fixed(row: Any) -> Address:
    """Where the row is that fixed a reject."""
    return (row.fixed_batch_id, row.fixed_sheet, row.fixed_line, row.fixed_piece)


def _place(row: Any, name: str, **more: int) -> dict[str, Any]:
    """Where an act belongs."""
    return dict(zip(("batch", *ADDRESS[1:]), _address(row), strict=True)) | {"credential": name} | more


def _told(c: Connection, addresses: Iterable[Address]) -> dict[Address, str]:
    """Each as people call it: `batch 3 line 2.1`."""
    every = set(addresses)
    of = {number: lines_of(c, number) for number in {address[0] for address in every}}
    return {one: f"batch {one[0]} line {of[one[0]].written(Place(*one[1:]))}" for one in every}


def _credential_names(c: Connection, ids: set[int]) -> dict[int, str]:
    kind = tables.credential_types.c
    written = func.coalesce(func.nullif(credential.number, ""), credential.number_key)  # the type may be numbered since
    statement = select(credential.id, kind.name, written).join(tables.credential_types, kind.id == credential.type_id)
    found = [row for some in chunks(ids) for row in c.execute(statement.where(credential.id.in_(some)))]
    return {number: f"{name} {key}".strip() for number, name, key in found}


def _of_credential(c: Connection, credential_id: int, name: str = "") -> Iterator[Act]:
    """What was done with a credential, version by version."""
    statement = select(tables.credential_versions, batch.file_name, batch.uploaded_by, batch.uploaded_at)
    statement = statement.add_columns(batch.finished_by, batch.finished_at).join(tables.batches)
    versions = c.execute(statement.where(version.credential_id == credential_id).order_by(version.id)).all()
    places: dict[int, Any] = {row.id: _place(row, name, version=k) for k, row in enumerate(versions, 1)}
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
    """Decisions about versions, media that were added and removed, undone batches."""
    medium = tables.media
    for told in decided.told(c, places):
        yield Act(told.at, told.by, told.what, before=told.before, after=told.after, **places[told.version_id])
    for row in c.execute(select(medium).where(medium.c.version_id.in_(places))):
        yield Act(row.added_at, row.added_by, "medium", after=row.file_name, **places[row.version_id])
        if row.removed_at:
            yield Act(row.removed_at, "", "medium", before=row.file_name, **places[row.version_id])
    for done in events(c, ["undo"], {place["batch"] for place in places.values()}):
        for place in places.values():
            if place["batch"] == done["batch"]:
                yield Act(done["at"], done["by"], "undone", **place)


def _text(row: Any, column: str) -> str:
    value = getattr(row, column, None)
    return "" if value is None or value == "{}" else str(value)


def _settled(c: Connection, rejects: list[Any], named: dict[Address, str]) -> Iterator[Act]:
    """What became of rejects: superseded and fixed by their links, waived and reopened by the events."""
    fixed = [_fixed(row) for row in rejects if row.state == "fixed"]
    told = _told(c, [*map(_address, rejects), *fixed])
    where = {row.id: told[_address(row)] for row in rejects}
    closed: defaultdict[int, list[Any]] = defaultdict(list)
    for done in events(c, CLOSED, {row.batch_id for row in rejects}):
        for number in where.keys() & set(done["rejects"]):
            closed[number].append(done)
    for row in rejects:
        place = _place(row, named[_address(row)])
        reason = row.reason if row.state == "waived" or row.for_good else ""
        for k, done in enumerate(closed[row.id], 1):
            last = k == len(closed[row.id])
            yield Act(done["at"], done["by"], CLOSED[done["kind"]], after=reason if last else "", **place)
        if row.state == "superseded":
            yield Act(row.changed_at, row.changed_by, "superseded", after=f"by {where[row.superseded_by]}", **place)
        elif row.state == "fixed":
            yield Act(row.changed_at, row.changed_by, "fixed", after=f"by {told[_fixed(row)]}", **place)
        elif row.state == "waived" and not closed[row.id]:  # by what was decided about its record for good
            yield Act(row.changed_at, row.changed_by, "waived", after=reason, **place)
        elif row.state == "void":
            yield Act(row.changed_at, row.changed_by, "undone", after=f"Batch {row.batch_id} was undone.", **place)


def _erased(c: Connection, named: dict[Address, str]) -> Iterator[Act]:
    """When the values of these rows were erased, and why."""
    for done in events(c, ["erase"]):
        for (number, *place), name in named.items():
            sheet, line, piece = place
            lines = done["lines"].get(str(number), ()) if sheet == piece == 1 else ()
            beside = done.get("places", {}).get(str(number), ())
            if place in beside or any(first <= line <= last for first, last in lines):
                where: dict[str, Any] = {
                    "batch": number,
                    "sheet": sheet,
                    "line": line,
                    "piece": piece,
                    "credential": name,
                }
                yield Act(done["at"], done["by"], "erased", after=done["reason"], **where)
