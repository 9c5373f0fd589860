"""Recipe changes: what of a source's rows a changed recipe has fixed and broken; reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, and_, func, select, true

from credtools.model import RecordKey
from credtools.recipe.records import of_all_pairs
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.reads.lineage import current, members
from credtools.store.reads.sources import came_from_source

reject, batch = tables.rejects.c, tables.batches.c

# Where in a batch each record is, by a digest over these columns, which another's recipe names; see `layouts.Records`.
Addresses = Callable[[int, int, str, int], Mapping[RecordKey, tuple[int, int, int]]]
RECIPE_CHANGES = {
    "source": "str",
    "before": "int64",
    "after": "int64",
    "at": "datetime64[us, UTC]",
    **dict.fromkeys(("recipe_before", "recipe_after"), "str"),
    "fixed": "int64",
    "broke": "Int64",
}


def recipe_changes(engine: Engine, addresses: Addresses, source: str | None = None) -> pd.DataFrame:
    """One row per change of a source's recipe from one finished file to the next: RECIPE_CHANGES, see `Audit`.

    Files that came with a correction file aren't files of their own source.
    """
    event = tables.events.c
    statement = (
        select(batch.id, batch.part, batch.recipe_fingerprint, batch.finished_at, current.c.name)
        .join_from(tables.batches, current, current.c.id == batch.source_id)
        .join(tables.events, and_(event.batch_id == batch.id, event.kind == "finish"))
        .where(batch.state == "finished", came_from_source())
        .order_by(current.c.name, batch.part, event.seq)
    )
    with snapshot(engine) as c:
        ours = batch.source_id.in_(members(source)) if source is not None else true()
        files = c.execute(statement.where(ours)).all()
        fixes = select(reject.fixed_batch_id, func.count()).where(reject.batch_id != reject.fixed_batch_id)
        fixed: dict[int, int] = dict(c.execute(fixes.group_by(reject.fixed_batch_id)).all())
        found = [
            (
                *(old.name, old.id, new.id, new.finished_at, old.recipe_fingerprint, new.recipe_fingerprint),
                *(fixed.get(new.id, 0), _broke(c, addresses, old.id, new)),
            )
            for old, new in pairwise(files)
            if (old.name, old.part) == (new.name, new.part) and old.recipe_fingerprint != new.recipe_fingerprint
        ]
    return pd.DataFrame(found, columns=list(RECIPE_CHANGES)).astype(RECIPE_CHANGES)


def _broke(c: Connection, addresses: Addresses, old: int, new: Any) -> int | None:
    """How many records are rejected now that weren't in the old batch, by the columns that mean something now.

    None where values were erased.
    """
    fresh = select(reject.record_digest, reject.ordinal, reject.digest_kind, reject.digest_columns)
    wanted = set(c.execute(fresh.where(reject.batch_id == new.id, reject.first_seen == new.finished_at)).all())
    if not wanted:
        return 0
    row = tables.ledger_rows.c
    said = c.execute(select(row.sheet, row.line, row.piece, row.verdict).where(row.batch_id == old))
    verdicts = {tuple(place): verdict for *place, verdict in said}
    if any(one.record_digest is None for one in wanted):
        return None
    right = set()
    for kind, columns in {one[2:] for one in wanted}:
        if len(addresses(old, *of_all_pairs(kind, columns), new.id)) < len(verdicts):
            return None
        there = addresses(old, kind, columns, new.id)
        right |= {(*key, kind, columns) for key, place in there.items() if verdicts[place] != "rejected"}
    return len(right & set(map(tuple, wanted)))
