"""Standing: which versions any finished batch still says, and what follows when that changes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, func, select

from credtools.model import SAYING
from credtools.store import tables
from credtools.store.blocks import places
from credtools.store.frames import rows_in


def said_by(connection: Connection, version_ids: Collection[int]) -> dict[int, int]:
    """Of some versions those that a finished batch says (it wrote them or found them unchanged), with the last such."""
    ledger, batch = tables.ledger.c, tables.batches.c
    says = (
        select(ledger.version_id, func.max(ledger.batch_id))
        .join(tables.batches, batch.id == ledger.batch_id)
        .where(batch.state == "finished", ledger.verdict.in_(SAYING))
        .group_by(ledger.version_id)
    )
    found: dict[int, int] = dict(rows_in(connection, says, ledger.version_id, version_ids))
    finished = connection.execute(select(batch.id).where(batch.state == "finished").order_by(batch.id)).scalars().all()
    for number, rows in places(connection, finished):
        unchanged = {version for version in rows.version if version in version_ids}
        found |= {version: max(number, found.get(version, 0)) for version in unchanged}
    return found
