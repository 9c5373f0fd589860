"""Uploads: batches as people look for them – those that fit, a page at a time, each with what still waits of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, func, or_, select

from credtools.model import COUNTED
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import frame, values
from credtools.store.reads.batches import for_another
from credtools.store.reads.events import events
from credtools.store.reads.lineage import current, members

batch = tables.batches.c
OPTIONAL = ("follows", "finished_by", "finished_at", "held_because")


class Uploads(NamedTuple):
    """How many batches fit, and those of one page of them, newest first; columns as `Registry.uploads`."""

    found: int
    rows: pd.DataFrame


def uploads(at: At, which: Mapping[str, Any], most: int, skip: int) -> Uploads:
    """One page of the batches that fit, in one question. `which`: text, source, state, sha256, batch, as far as asked.

    What is counted for a batch is counted for those of the page only.
    """
    names = (batch.file_name.label("file"), batch.state, batch.part, batch.parts, batch.follows_id.label("follows"))
    page = (
        select(batch.id.label("batch"), current.c.name.label("source"), *names, batch.sha256, batch.held_because)
        .add_columns(batch.rows, *(batch[name] for name in COUNTED))
        .add_columns(batch.uploaded_by, batch.uploaded_at, batch.finished_by, batch.finished_at)
        .add_columns(func.count().over().label("found"))
        .join_from(tables.batches, current, current.c.id == batch.source_id)
        .where(~for_another(), *_fitting(which))
        .order_by(batch.id.desc())
        .limit(most)
        .offset(skip)
        .subquery("page")
    )
    file = tables.source_files.c
    statement = (
        select(*page.c)
        .add_columns(_pending(page.c.batch).label("pending"), _open(page.c.batch).label("open"))
        .add_columns(file.content.is_(None).label("erased"))
        .join_from(page, tables.source_files, file.sha256 == page.c.sha256)
        .order_by(page.c.batch.desc())
    )
    rows = frame(at, statement, optional=OPTIONAL)
    if rows.empty and skip:  # others have discarded some since: the first page says how many there are
        return uploads(at, which, most, 0)
    return Uploads(int(rows["found"].iloc[0]) if len(rows) else 0, rows.drop(columns="found"))


def sources_with_uploads(at: At) -> list[str]:
    """The names of the sources, as they are called now, from which a batch came."""
    came = select(batch.source_id).distinct()
    return sorted(set(values(at, select(current.c.name).where(current.c.id.in_(came)))))


def events_of(at: At, batch_id: int) -> pd.DataFrame:
    """What was done with a batch, oldest first; columns as `Registry.events`."""
    with snapshot(at) as connection:
        kinds = connection.execute(select(tables.events.c.kind).where(tables.events.c.batch_id == batch_id).distinct())
        found = [(one["at"], one["by"], one["kind"]) for one in events(connection, kinds.scalars().all(), [batch_id])]
    frame = pd.DataFrame(found, columns=["at", "by", "kind"])
    return frame.astype({"at": "datetime64[us, UTC]", "by": "str", "kind": "str"})


def rejected_rows(at: At, batch_id: int, state: str, most: int) -> pd.DataFrame:
    """The first rejected rows of a batch in a state ('' for any), a line per error: see `Registry.rejected_rows`."""
    reject, error = tables.rejects.c, tables.reject_errors.c
    place = (reject.sheet, reject.line, reject.piece)
    these = (reject.batch_id == batch_id, *([reject.state == state] if state else []))
    some = select(reject.id).where(*these).order_by(*place).limit(most)
    statement = (
        select(reject.id.label("reject"), reject.batch_id.label("batch"), *place, reject.state, reject.reason)
        .add_columns(reject.fixed_batch_id.label("fixed_batch"), error.title, error.resolution)
        .join_from(tables.rejects, tables.reject_errors, error.reject_id == reject.id)
        .where(reject.id.in_(some))
        .order_by(*place, error.position)
    )
    return frame(at, statement)


def _fitting(which: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """What the batches must be."""
    found: list[ColumnElement[bool]] = []
    if text := str(which.get("text") or "").strip():
        number = [batch.id == int(text)] if text.isdecimal() and len(text) < 19 else []
        found.append(or_(*number, *(_like(column, text) for column in (batch.file_name, batch.uploaded_by))))
    if source := which.get("source"):
        found.append(batch.source_id.in_(members(source)))
    found += [batch[name] == which[name] for name in ("state", "sha256") if which.get(name)]
    found += [batch.id == which["batch"]] if which.get("batch") else []
    return found


def _like(column: Any, text: str) -> ColumnElement[bool]:
    """Whether a column contains a text, whatever the case: databases fold the letters of English only."""
    lower = text.lower()
    forms = dict.fromkeys((lower, text, text.upper(), lower.title()))
    return or_(
        func.lower(column).contains(lower, autoescape=True), *(column.contains(one, autoescape=True) for one in forms)
    )


def _pending(number: Any) -> Any:
    version = tables.credential_versions.c
    waits = (version.batch_id == number, version.decision == "pending", version.stands)
    return select(func.count()).select_from(tables.credential_versions).where(*waits).scalar_subquery()


def _open(number: Any) -> Any:
    reject = tables.rejects.c
    waits = (reject.batch_id == number, reject.state == "open")
    return select(func.count()).select_from(tables.rejects).where(*waits).scalar_subquery()
