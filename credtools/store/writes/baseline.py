"""Baseline: what a registry that is upgraded would have kept, had it had the newest layout from its first day."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from credtools.recipe import MANUAL
from credtools.store import tables
from credtools.store.engine import GENESIS
from credtools.store.transaction import Write
from credtools.store.writes.words import rebuild


def words(connection: Connection) -> None:
    """What each source said last, by its batches that stand; within the transaction that changes the layout."""
    work = Write(connection, 0, GENESIS, datetime.now(UTC))  # no event: nothing was done but to find it out
    source, batch, row, version = tables.sources.c, tables.batches.c, tables.ledger_rows.c, tables.credential_versions.c
    remembering = select(source.id).where(source.name != MANUAL, source.merged_into.is_(None)).order_by(source.id)
    for source_id in connection.execute(remembering).scalars().all():
        spoken = (
            select(version.credential_id)
            .join(tables.ledger_rows, row.version_id == version.id)
            .join(tables.batches, batch.id == row.batch_id)
            .where(batch.source_id == source_id, batch.state == "finished")
        )
        rebuild(work, [source_id], set(connection.execute(spoken).scalars()))
