"""Rejects that nobody will fix are waived with a reason; reopen takes that back."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Engine, select

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.transaction import Write, write


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
    work.batch(batch_id)
    reject = tables.rejects.c
    found = select(reject.line, reject.id).where(reject.batch_id == batch_id, reject.state == before)
    ids: dict[int, int] = {row.line: row.id for row in work.execute(found)}
    chosen = sorted(set(lines))
    if strange := [line for line in chosen if line not in ids]:
        raise RegistryError("lines_without_reject", batch=batch_id, state=before, lines=", ".join(map(str, strange)))
    if chosen:
        rejects = [ids[line] for line in chosen]
        work.change(reject.id, rejects, changed_at=work.at, changed_by=by, **becomes)
        work.event(kind, by, batch_id, rejects=rejects)
    return tuple(chosen)
