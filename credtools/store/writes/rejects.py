"""Rejects that nobody will fix are waived with a reason; without one they are open again."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine, select

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.transaction import write


def waive(engine: Engine, batch_id: int, by: str, lines: Iterable[int], reason: str | None) -> tuple[int, ...]:
    """Closes the open rejects on some lines of a batch, all or none; returns the lines. None opens waived ones again.

    Raises RegistryError, naming the lines, when one of them has no reject in the right state.
    """
    kind, before, state = ("reopen", "waived", "open") if reason is None else ("waive", "open", "waived")
    reject = tables.rejects.c
    with write(engine) as work:
        work.batch(batch_id)
        found = select(reject.line, reject.id).where(reject.batch_id == batch_id, reject.state == before)
        ids: dict[int, int] = {row.line: row.id for row in work.execute(found)}
        chosen = sorted(set(lines))
        if strange := [line for line in chosen if line not in ids]:
            shown = ", ".join(map(str, strange))
            raise RegistryError("lines_without_reject", batch=batch_id, state=before, lines=shown)
        if chosen:
            rejects = [ids[line] for line in chosen]
            work.change(reject.id, rejects, state=state, reason=reason, changed_at=work.at, changed_by=by)
            work.event(kind, by, batch_id, rejects=rejects)
        return tuple(chosen)
