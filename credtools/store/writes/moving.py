"""Moving: a batch that came without a recipe belongs to a source from when a recipe was saved from it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, select

from credtools.model import SAYING
from credtools.recipe import MANUAL
from credtools.store import tables
from credtools.store.frames import rows_in
from credtools.store.reads.asking import ask_of
from credtools.store.reads.lineage import current
from credtools.store.transaction import Write, write
from credtools.store.writes.drafts import require_own, source
from credtools.store.writes.sources import told_anew

batch = tables.batches.c


def move(
    engine: Engine, batch_id: int, by: str, name: str, *, rejects: Collection[int] = (), records: Collection[str] = ()
) -> None:
    """Moves a batch of `manual` to the source of this name, made if it is new; nothing happens to one of a source.

    With it go the batches that follow it or that it follows (corrections of its rows, its file opened again), their
    rejects, patches and notes of runs; of other batches the `rejects` (ids) and patches of `records` (digests) that
    its file holds, too. What the source said last is found out again.
    """
    with write(engine) as work:
        if work.batch(batch_id).source != MANUAL:
            return
        require_own(work, name)
        manual, target = source(work, MANUAL), source(work, name)
        ours = _together(work, manual, batch_id)
        for number in ours:
            ask_of(work.connection, number)
        work.change(batch.id, ours, source_id=target)
        work.change(tables.runs.c.batch_id, ours, source_id=target)
        moved = {"rejects": _rejects(work, manual, target, ours, rejects)}
        moved["patches"] = _patches(work, manual, target, ours, records)
        root = int(work.execute(select(current.c.root).where(current.c.id == target)).scalar_one())
        key = tables.batch_keys.c
        # No batch of the source came right before it, so that no other one is in the way.
        work.change(key.batch_id, ours, source_id=root, previous_id=-key.batch_id)
        told_anew(work, [root, manual], _spoken(work, ours))
        work.event("move", by, batch_id, source=target, batches=ours, **moved)


def _together(work: Write, manual: int, batch_id: int) -> list[int]:
    """The batches of `manual` that are linked with this one, itself among them."""
    linked = work.execute(select(batch.id, batch.follows_id).where(batch.source_id == manual)).all()
    near: dict[int, set[int]] = {row.id: set() for row in linked}
    for row in linked:
        if row.follows_id in near:
            near[row.id].add(row.follows_id)
            near[row.follows_id].add(row.id)
    found: set[int] = set()
    new = {batch_id}
    while new:
        found |= new
        new = {other for number in new for other in near[number]} - found
    return sorted(found)


def _rejects(work: Write, manual: int, target: int, batches: list[int], more: Collection[int]) -> int:
    reject = tables.rejects.c
    ours = set(work.execute(select(reject.id).where(reject.batch_id.in_(batches))).scalars())
    going = sorted(ours | set(more))
    known = select(reject.id).where(reject.source_id == manual)
    found = [row.id for row in rows_in(work.connection, known, reject.id, going)]
    work.change(reject.id, found, source_id=target)
    return len(found)


def _patches(work: Write, manual: int, target: int, batches: list[int], records: Collection[str]) -> int:
    patch = tables.patches.c
    found = work.execute(select(patch.id, patch.batch_id, patch.record_digest).where(patch.source_id == manual))
    going = [row.id for row in found if row.batch_id in batches or row.record_digest in records]
    work.change(patch.id, going, source_id=target)
    return len(going)


def _spoken(work: Write, batches: list[int]) -> set[int]:
    """The credentials of which these batches speak."""
    row, version = tables.ledger_rows.c, tables.credential_versions.c
    said = select(version.credential_id).join(tables.ledger_rows, row.version_id == version.id)
    return set(work.execute(said.where(row.batch_id.in_(batches), row.verdict.in_(SAYING))).scalars())
