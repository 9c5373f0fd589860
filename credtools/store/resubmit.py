"""Resubmit: a row that equals a declined version puts that version up for decision again.

The version stays the one that it is: its content is stored already, and a batch's versions are chained when it is
finished. Only its decision is pending again; the declined one stays recorded, and whoever resubmits counts as an
uploader where the organisation asks for four eyes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, Engine, bindparam, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.batches import require_finished
from credtools.store.writing import write

Place = tuple[int, int]


def resubmit(engine: Engine, batch_id: int, by: str, lines: Iterable[int]) -> dict[int, Place]:
    """Puts the declined versions that some unchanged rows of a batch equal up for decision again, all or none.

    Returns for each line the (batch, line) that wrote the version, where it is decided. Raises RegistryError, naming
    the lines, when one of them equals no declined version, or the batch isn't finished.
    """
    ledger, version = tables.ledger.c, tables.credential_versions.c
    with write(engine) as work:
        require_finished(work, batch_id, "resubmitted")
        declined = (
            select(ledger.line, version.id, version.batch_id, version.line.label("at"))
            .join(tables.credential_versions, version.id == ledger.version_id)
            .where(ledger.batch_id == batch_id, ledger.verdict == "unchanged", version.decision == "declined")
            .where(version.stands, version.salt.is_not(None))
        )
        found = {row.line: row for row in work.connection.execute(declined)}
        chosen = sorted(set(lines))
        if strange := [line for line in chosen if line not in found]:
            raise RegistryError("lines_not_declined", batch=batch_id, lines=", ".join(map(str, strange)))
        ids = sorted({found[line].id for line in chosen})
        if ids:
            change = update(tables.credential_versions).where(version.id == bindparam("version"))
            work.connection.execute(change.values(decision="pending"), [{"version": number} for number in ids])
            work.event("resubmit", by, batch_id, versions=ids, count=len(ids))
        return {line: (found[line].batch_id, found[line].at) for line in chosen}


def resubmitters(connection: Connection) -> dict[int, str]:
    """By version who put it up for decision last, of those that were resubmitted."""
    event = tables.events.c
    texts = connection.execute(select(event.text).where(event.kind == "resubmit").order_by(event.seq)).scalars()
    return {number: told["by"] for told in map(json.loads, texts) for number in told["versions"]}
