"""Parts: a full list that was divided into batches says by silence what it says while all of them stand.

That a credential is absent, or that an issue date is corrected, only the whole file can say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select

from credtools.model import JUDGED_STATES
from credtools.store import tables
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import roots
from credtools.store.reads.listings import complete
from credtools.store.transaction import Write


def settle_parts(work: Write, source_ids: Sequence[int]) -> set[int]:
    """Notes of the divided files of a source (and those merged into it) whether all parts stand now.

    Returns the credentials about which that makes another statement: which are absent, or have another issue date.
    """
    batch, version = tables.batches.c, tables.credential_versions.c
    columns = select(batch.id, batch.sha256, batch.part, batch.parts, batch.state, batch.whole, batch.absent)
    judged = batch.state.in_(JUDGED_STATES)
    divided = work.execute(columns.where(batch.source_id.in_(source_ids), batch.parts > 1, judged)).all()
    whole = complete([row for row in divided if row.state == "finished"])
    whole |= {row.id for row in divided if row.state == "undone"}  # it says nothing any more
    turned = [row for row in divided if row.whole != (row.id in whole)]
    for now in (True, False):
        work.change(batch.id, [row.id for row in turned if row.whole is not now], whole=now)
    merged = roots(work.connection, tables.credentials) if turned else {}
    absent = {number for row in turned for number in json.loads(row.absent or "[]")}
    correcting = select(version.credential_id).where(version.replaces_id.is_not(None))
    found = rows_in(work.connection, correcting, version.batch_id, {row.id for row in turned})
    return {merged.get(number, number) for number in absent}.union(number for (number,) in found)
