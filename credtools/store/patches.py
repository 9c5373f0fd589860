"""Patches: corrections of single cells of a source's records; kept while the same records keep coming."""

from __future__ import annotations

from sqlalchemy import Engine, bindparam, update

from credtools.store import tables
from credtools.store.batches import require_waiting, source_of
from credtools.store.values import Patches
from credtools.store.writing import insert_columns, write


def patch(engine: Engine, value: Patches) -> None:
    """Puts corrections in force, each in the place of an earlier one of the same cell; `new` None only removes it.

    Raises RegistryError when the batch is no longer a draft or held.
    """
    with write(engine) as work:
        require_waiting(work, value.batch_id)
        source_id = source_of(work, value.batch_id)
        c = tables.patches.c
        places = zip(value.record_digest, value.ordinal, value.column, strict=True)
        earlier = (
            update(tables.patches)
            .where(
                c.source_id == source_id,
                c.record_digest == bindparam("digest"),
                c.ordinal == bindparam("place"),
                c.column_name == bindparam("name"),
                c.removed_at.is_(None),
            )
            .values(removed_at=work.at)
        )
        work.connection.execute(earlier, [{"digest": d, "place": o, "name": n} for d, o, n in places])
        kept = [k for k, new in enumerate(value.new) if new is not None]
        first = work.next_id(tables.patches)
        insert_columns(
            work.connection,
            tables.patches,
            {
                "id": list(range(first, first + len(kept))),
                "source_id": [source_id] * len(kept),
                "record_digest": [value.record_digest[k] for k in kept],
                "ordinal": [value.ordinal[k] for k in kept],
                "column_name": [value.column[k] for k in kept],
                "old_value": [value.old[k] for k in kept],
                "new_value": [value.new[k] for k in kept],
                "batch_id": [value.batch_id] * len(kept),
                "made_by": [value.by] * len(kept),
                "made_at": [work.at] * len(kept),
            },
        )
        work.event("patch", value.by, value.batch_id, cells=len(kept), removed=len(value.new) - len(kept))
