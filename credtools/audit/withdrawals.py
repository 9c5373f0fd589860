"""Withdrawals: who withdrew and reinstated which credentials, when, and why; reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.frames import frame
from credtools.store.reads.lineage import current, members, type_members

act, version, batch, event = tables.withdrawals.c, tables.credential_versions.c, tables.batches.c, tables.events.c


class Told(NamedTuple):
    """One act on a version (or `undone`, when the batch that did it was): by whom, and why, or because of what."""

    at: datetime
    by: str
    what: str
    why: str
    version_id: int


def told(connection: Connection, versions: Mapping[int, int]) -> Iterator[Told]:
    """All acts on some versions, each named by its number among those of its credential."""
    chosen = select(tables.withdrawals).where(act.version_id.in_(versions)).order_by(act.id)
    rows = connection.execute(chosen).all()
    void = [row.batch_id for row in rows if not row.stands]
    texts = select(event.text).where(event.kind == "undo", event.batch_id.in_(void))
    undone = {body["batch"]: body for body in map(json.loads, connection.execute(texts).scalars())}
    for row in rows:
        why = [row.reason, row.batch_id and f"batch {row.batch_id}"]
        yield Told(row.made_at, row.made_by, row.act, " · ".join(filter(None, why)), row.version_id)
        if not row.stands and (body := undone.get(row.batch_id)):
            at = datetime.fromisoformat(body["at"])
            yield Told(at, body["by"], "undone", f"{row.act} by batch {row.batch_id}", row.version_id)


def acts(engine: Engine, which: Mapping[str, Any]) -> pd.DataFrame:
    """All acts on credentials that fit the filters, oldest first; columns as `Audit.withdrawals`."""
    credential, kind = tables.credentials, tables.credential_types
    says = act.stands & ((act.act == "withdrawn") == version.withdrawn)
    last = func.max(act.id).filter(says).over(partition_by=act.version_id)
    conditions = [
        column == which[name]
        for name, column in (
            ("batch", version.batch_id),
            ("uploader", batch.uploaded_by),
            ("recipe", batch.recipe_fingerprint),
        )
        if name in which
    ]
    if "source" in which:
        conditions.append(batch.source_id.in_(members(which["source"])))
    if "type" in which:
        conditions.append(kind.c.id.in_(type_members(which["type"])))
    asked = (
        select(
            version.batch_id.label("batch"),
            version.line,
            current.c.name.label("source"),
            kind.c.name.label("type"),
            act.act,
            act.made_at.label("at"),
            act.made_by.label("by"),
            act.batch_id.label("by_batch"),
            act.reason,
            ((act.id == func.coalesce(last, 0)) & version.stands).label("holds"),
            *(version.sheet, version.piece),
        )
        .select_from(
            tables.withdrawals.join(tables.credential_versions, version.id == act.version_id)
            .join(credential, credential.c.id == version.credential_id)
            .join(kind, kind.c.id == credential.c.type_id)
            .join(tables.batches, batch.id == version.batch_id)
            .join(current, current.c.id == batch.source_id)
        )
        .where(*conditions)
        .order_by(act.id)
    )
    with snapshot(engine) as connection:
        found = frame(connection, asked, optional=["by_batch"])
    # Afterwards: what holds is known only when all acts on a version are seen.
    if "since" in which:
        found = found[found["at"] >= which["since"]]
    if "until" in which:
        found = found[found["at"] < which["until"]]
    return found.reset_index(drop=True)
