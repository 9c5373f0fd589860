"""Sources: what their last runs looked like, and how long they have been silent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from credtools.store import tables
from credtools.store.engine import At, snapshot

SETTLED = ("ok", "partial")


def came_from_source() -> ColumnElement[bool]:
    """Of a batch: its file is one of its source's, perhaps opened again; that of a correction is of our own making."""
    came = tables.batches.alias().c
    return tables.batches.c.sha256.in_(select(came.sha256).where(came.follows_id.is_(None)))


def sources_of(at: At, sha256: str) -> list[str]:
    """From which sources a file with these bytes came, the last one first."""
    statement = (
        select(tables.sources.c.name)
        .join(tables.batches)
        .where(tables.batches.c.sha256 == sha256)
        .order_by(tables.batches.c.id.desc())
    )
    with snapshot(at) as connection:
        return list(dict.fromkeys(connection.execute(statement).scalars()))


def last_runs(at: At, source: str, limit: int) -> list[str]:
    """The statistics of the last runs of a source whose batches are finished, the newest first.

    Follow-ups of correction files don't count: they hold only a few rows.
    """
    run, batch = tables.runs, tables.batches
    statement = (
        select(run.c.statistics)
        .select_from(
            run.join(batch, batch.c.id == run.c.batch_id).join(tables.sources, tables.sources.c.id == run.c.source_id)
        )
        .where(tables.sources.c.name == source, run.c.verdict.in_(SETTLED), batch.c.state == "finished")
        .where(batch.c.follows_id.is_(None))
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    with snapshot(at) as connection:
        return [str(text) for text in connection.execute(statement).scalars()]


def last_uploads(at: At) -> Sequence[Any]:
    """Per source: its name, when its last file was uploaded, and the recipe of that file."""
    batch, source = tables.batches, tables.sources
    newest = (
        select(func.max(batch.c.id).label("id"))
        .where(batch.c.follows_id.is_(None))
        .group_by(batch.c.source_id)
        .subquery()
    )
    statement = (
        select(source.c.name, batch.c.uploaded_at, batch.c.recipe_text)
        .select_from(newest.join(batch, batch.c.id == newest.c.id).join(source, source.c.id == batch.c.source_id))
        .order_by(source.c.name)
    )
    with snapshot(at) as connection:
        return connection.execute(statement).all()


def look_of(at: At, batch_id: int) -> str:
    """The statistics of a finished batch's file, as its run noted them; those of nothing where no run did."""
    run = tables.runs.c
    noted = select(run.statistics).where(run.batch_id == batch_id, run.verdict.in_(SETTLED)).order_by(run.id)
    with snapshot(at) as connection:
        return connection.execute(noted.limit(1)).scalar() or "{}"


def field_counts(at: At, batch_id: int) -> set[int]:
    """How many fields those records of a batch have that weren't rejected for just that, as far as they are kept."""
    ledger, values = tables.ledger.c, tables.ledger_values.c
    kept = select(ledger.codes, values.raw).join(
        tables.ledger_values, and_(values.batch_id == ledger.batch_id, values.line == ledger.line)
    )
    with snapshot(at) as connection:
        found = connection.execute(kept.where(ledger.batch_id == batch_id)).all()
    return {len(json.loads(raw)) for codes, raw in found if "field_count" not in codes.split(",")}
