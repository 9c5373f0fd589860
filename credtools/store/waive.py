"""Waive: rejects that nobody will repair are closed with a reason; reopen takes that back."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine, bindparam, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.batches import state_of
from credtools.store.writing import Write, write


def waive(engine: Engine, batch_id: int, by: str, lines: Iterable[int], reason: str) -> tuple[int, ...]:
    """Closes the open rejects on some lines of a batch, all or none; returns the lines.

    Raises RegistryError, naming the lines, when one of them has no reject in the right state.
    """
    with write(engine) as work:
        return _move(work, "waive", batch_id, by, lines, before="open", state="waived", reason=reason)


def reopen(engine: Engine, batch_id: int, by: str, lines: Iterable[int]) -> tuple[int, ...]:
    """Opens the waived rejects on some lines of a batch again, all or none; as `waive`."""
    with write(engine) as work:
        return _move(work, "reopen", batch_id, by, lines, before="waived", state="open", reason=None)


def _move(
    work: Write, kind: str, batch_id: int, by: str, lines: Iterable[int], *, before: str, **becomes: str | None
) -> tuple[int, ...]:
    state_of(work, batch_id)
    reject = tables.rejects
    found = work.connection.execute(
        select(reject.c.line, reject.c.id).where(reject.c.batch_id == batch_id, reject.c.state == before)
    ).all()
    ids: dict[int, int] = {row.line: row.id for row in found}
    chosen = sorted(set(lines))
    if strange := [line for line in chosen if line not in ids]:
        raise RegistryError("lines_without_reject", batch=batch_id, state=before, lines=", ".join(map(str, strange)))
    change = update(reject).where(reject.c.id == bindparam("reject"))
    change = change.values(changed_at=work.at, changed_by=by, **becomes)
    if chosen:
        work.connection.execute(change, [{"reject": ids[line]} for line in chosen])
        work.event(kind, by, batch_id, rejects=[ids[line] for line in chosen])
    return tuple(chosen)
