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
from credtools.store.reads.sources import came_from_source

DTYPES = {
    "source": "str",
    "before": "int64",
    "after": "int64",
    "at": "datetime64[us, UTC]",
    "recipe_before": "str",
    "recipe_after": "str",
    "fixed": "int64",
    "broke": "Int64",
}
reject, batch, ledger, values = tables.rejects.c, tables.batches.c, tables.ledger.c, tables.ledger_values.c


def recipe_changes(engine: Engine, source: str | None = None) -> pd.DataFrame:
    """One row per change of a source's recipe from one finished file to the next: DTYPES, see `Audit.recipe_changes`.

    Files that came with a correction file aren't files of their own source.
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
        found = [
            (
                *(old.name, old.id, new.id, new.finished_at, old.recipe_fingerprint, new.recipe_fingerprint),
                *(fixed.get(new.id, 0), _broke(c, old.id, new)),
            )
            for old, new in pairwise(files)
            if (old.name, old.part) == (new.name, new.part) and old.recipe_fingerprint != new.recipe_fingerprint
        ]
    return pd.DataFrame(found, columns=list(DTYPES)).astype(DTYPES)


def _broke(c: Connection, old: int, new: Any) -> int | None:
    """How many records are rejected in the new batch that weren't in the old one; None where values were erased."""
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
    return len(right & {(digest, ordinal) for digest, ordinal in wanted})
