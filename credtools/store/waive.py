"""Waive: rejects that nobody will repair are closed with a reason; reopen takes that back."""

from __future__ import annotations

from sqlalchemy import Engine, bindparam, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.batches import state_of
from credtools.store.values import Waive
from credtools.store.writing import write

BEFORE = {"waive": "open", "reopen": "waived"}
AFTER = {"waive": "waived", "reopen": "open"}


def waive(engine: Engine, value: Waive) -> tuple[int, ...]:
    """Closes (or reopens) the rejects on some lines of a batch, all or none; returns the lines.

    Raises RegistryError, naming the lines, when one of them has no reject in the right state.
    """
    with write(engine) as work:
        state_of(work, value.batch_id)
        reject = tables.rejects
        found = work.connection.execute(
            select(reject.c.line, reject.c.id).where(
                reject.c.batch_id == value.batch_id, reject.c.state == BEFORE[value.verb]
            )
        ).all()
        ids: dict[int, int] = {row.line: row.id for row in found}
        lines = sorted(set(value.lines))
        if strange := [line for line in lines if line not in ids]:
            named = ", ".join(map(str, strange))
            raise RegistryError(
                f"Nothing was changed: batch {value.batch_id} has no {BEFORE[value.verb]} reject on line {named}; "
                f"credtools rejects --batch {value.batch_id} lists them."
            )
        told = {"state": AFTER[value.verb], "reason": value.reason, "changed_at": work.at, "changed_by": value.by}
        change = update(reject).where(reject.c.id == bindparam("reject")).values(told)
        if lines:
            work.connection.execute(change, [{"reject": ids[line]} for line in lines])
            work.event(value.verb, value.by, value.batch_id, rejects=[ids[line] for line in lines])
        return tuple(lines)
