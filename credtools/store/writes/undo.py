"""Undo: takes a finished batch back by compensating; nothing of the history is removed."""

from __future__ import annotations

from sqlalchemy import Engine, delete, or_, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.transaction import Write, write
from credtools.store.writes.versions import move_heads


def undo(engine: Engine, batch_id: int, by: str) -> int:
    """Withdraws the versions of a batch, reopens the rejects that it settled; returns how many versions fell.

    Raises RegistryError, naming the later batches, when any of them builds on this one; nothing is changed then.
    """
    with write(engine) as work:
        work.finished(batch_id, "undone")
        if later := _later(work, batch_id):
            raise RegistryError("batch_built_on", batch=batch_id, later=", ".join(map(str, later)))
        fallen = _withdraw(work, batch_id)
        _reopen(work, batch_id, by)
        work.execute(delete(tables.batch_keys).where(tables.batch_keys.c.batch_id == batch_id))
        work.change(tables.batches.c.id, [batch_id], state="undone")
        work.event("undo", by, batch_id, versions=fallen)
        return fallen


def _later(work: Write, batch_id: int) -> list[int]:
    """Batches finished later that wrote, or found unchanged, credentials of this one, or settled its rejects.

    Later by their events, since numbers are given at upload.
    """
    version, ledger, reject, event = tables.credential_versions, tables.ledger, tables.rejects, tables.events.c
    touched = select(version.c.credential_id).where(version.c.batch_id == batch_id)
    same_credential = select(version.c.batch_id).where(version.c.credential_id.in_(touched), version.c.stands)
    written = select(version.c.id).where(version.c.batch_id == batch_id)
    points_here = select(ledger.c.batch_id).where(ledger.c.version_id.in_(written))
    fixed_ours = select(reject.c.fixed_batch_id).where(reject.c.batch_id == batch_id)
    newer = reject.alias()
    replaced_ours = (
        select(newer.c.batch_id).join(reject, reject.c.superseded_by == newer.c.id).where(reject.c.batch_id == batch_id)
    )
    ours = select(event.seq).where(event.kind == "finish", event.batch_id == batch_id).scalar_subquery()
    after = select(event.batch_id).where(event.kind == "finish", event.seq > ours)
    batch = tables.batches.c
    builds = or_(*(batch.id.in_(some) for some in (same_credential, points_here, fixed_ours, replaced_ours)))
    found = select(batch.id).where(batch.id != batch_id, batch.state == "finished", builds, batch.id.in_(after))
    return list(work.execute(found.order_by(batch.id)).scalars())


def _withdraw(work: Write, batch_id: int) -> int:
    version, credential = tables.credential_versions.c, tables.credentials.c
    rows = work.execute(select(version.credential_id).where(version.batch_id == batch_id)).scalars().all()
    work.change(version.batch_id, [batch_id], stands=False)
    ids = sorted(set(rows))
    work.change(credential.id, ids, counter=credential.counter + 1)
    move_heads(work, ids)
    return len(rows)


def _reopen(work: Write, batch_id: int, by: str) -> None:
    """What this batch had fixed or superseded is open again; its own rejects are closed, since its rows are void."""
    reject = tables.rejects
    changed = {"changed_at": work.at, "changed_by": by}
    opened = {"state": "open", "fixed_batch_id": None, "fixed_line": None, "superseded_by": None, **changed}
    ours = select(reject.c.id).where(reject.c.batch_id == batch_id)
    settled = or_(reject.c.fixed_batch_id == batch_id, reject.c.superseded_by.in_(ours))
    work.execute(update(reject).where(settled).values(**opened))
    void = {"state": "waived", "reason": f"Batch {batch_id} was undone.", **changed}
    still_open = (reject.c.batch_id == batch_id, reject.c.state == "open")
    work.execute(update(reject).where(*still_open).values(**void))
