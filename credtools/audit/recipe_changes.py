"""Recipe changes: what the first file under another recipe fixed and broke; reads only."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import pairwise
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, and_, func, select

from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.sources import came_from_source

COLUMNS = ("source", "before", "after", "at", "recipe_before", "recipe_after", "fixed", "broke")
reject, batch, ledger, values = tables.rejects.c, tables.batches.c, tables.ledger.c, tables.ledger_values.c


def recipe_changes(engine: Engine, source: str | None = None) -> pd.DataFrame:
    """One row per change of a source's recipe from one finished file to the next: COLUMNS.

    `before`, `after`: the two batches, the second finished `at` that moment. `fixed`: rejects of earlier batches that
    the second one fixed (a user who was added meanwhile fixes, too). `broke`: its rejected rows whose very record was
    accepted or unchanged in the first; None where the values of the first were erased. Follow-ups of correction files
    are no files of their own source.
    """
    event = tables.events.c
    statement = (
        select(batch.id, batch.part, batch.recipe_fingerprint, batch.finished_at, tables.sources.c.name)
        .join(tables.sources)
        .join(tables.events, and_(event.batch_id == batch.id, event.kind == "finish"))
        .where(batch.state == "finished", came_from_source())
        .order_by(tables.sources.c.name, batch.part, event.seq)
    )
    with snapshot(engine) as c:
        files = c.execute(statement if source is None else statement.where(tables.sources.c.name == source)).all()
        fixes = select(reject.fixed_batch_id, func.count()).where(reject.batch_id != reject.fixed_batch_id)
        fixed: dict[int, int] = dict(c.execute(fixes.group_by(reject.fixed_batch_id)).all())
        told = []
        for old, new in pairwise(files):
            if (old.name, old.part) == (new.name, new.part) and old.recipe_fingerprint != new.recipe_fingerprint:
                recipes = (old.recipe_fingerprint, new.recipe_fingerprint)
                worth = (fixed.get(new.id, 0), _broke(c, old.id, new))
                told.append((old.name, old.id, new.id, new.finished_at, *recipes, *worth))
    return pd.DataFrame(told, columns=list(COLUMNS)).astype({"broke": "Int64"})


def _broke(c: Connection, old: int, new: Any) -> int | None:
    """How many records are rejected in the new batch that weren't in the old one; None where that can't be told."""
    fresh = select(reject.record_digest, reject.ordinal).where(reject.batch_id == new.id)
    wanted = set(c.execute(fresh.where(reject.first_seen == new.finished_at)).all())
    if not wanted:
        return 0
    rows = c.execute(
        select(ledger.verdict, values.raw)
        .select_from(tables.ledger.outerjoin(tables.ledger_values))
        .where(ledger.batch_id == old)
        .order_by(ledger.line)
    ).all()
    if any(row.raw is None for row in rows) or any(digest is None for digest, _ in wanted):
        return None
    seen: Counter[str] = Counter()
    right = set()
    for verdict, raw in rows:
        digest = hashlib.sha256(raw.encode()).hexdigest()
        if verdict != "rejected":
            right.add((digest, seen[digest]))
        seen[digest] += 1
    return sum((digest, ordinal) in right for digest, ordinal in wanted)
