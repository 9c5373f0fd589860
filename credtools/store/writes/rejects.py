"""Rejects: opened by finishing, settled when their record comes again, waived with a reason, opened again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine, bindparam, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.transaction import Write, write
from credtools.store.values import Finish


def write_rejects(work: Write, value: Finish, source_id: int) -> None:
    """Opens a reject per rejected row; settles the open ones of this source whose record came again or is fixed."""
    settled = _settled(work, value, source_id)
    rejected = [row for row, verdict in enumerate(value.changes.verdict) if verdict == "rejected"]
    ids = dict(zip(rejected, work.ids(tables.rejects, len(rejected)), strict=True))
    work.insert(
        tables.rejects,
        {
            "id": list(ids.values()),
            "batch_id": value.batch_id,
            "line": [value.line[row] for row in rejected],
            "source_id": source_id,
            "record_digest": [value.record_digest[row] for row in rejected],
            "ordinal": [value.ordinal[row] for row in rejected],
            "state": "open",
            "first_seen": [min((old.first_seen for old in settled.get(row, ())), default=work.at) for row in rejected],
            "changed_at": work.at,
            "changed_by": value.by,
            "type_id": value.rejected_type,
            "user_id": value.rejected_user,
        },
    )
    _write_errors(work, value.errors, ids)
    changes: dict[str, list[dict[str, Any]]] = {"fixed": [], "superseded": []}
    for row, olds in settled.items():
        fixed = {"fixed_batch_id": value.batch_id, "fixed_line": value.line[row]}
        state, link = ("superseded", {"superseded_by": ids[row]}) if row in ids else ("fixed", fixed)
        changes[state] += [{"reject": old.id, **link} for old in olds]
    for state, links in changes.items():
        if links:
            linked: dict[str, Any] = {name: bindparam(name) for name in links[0] if name != "reject"}
            settle = update(tables.rejects).where(tables.rejects.c.id == bindparam("reject"))
            settle = settle.values(state=state, changed_at=work.at, changed_by=value.by, **linked)
            work.execute(settle, links)


def _settled(work: Write, value: Finish, source_id: int) -> dict[int, list[Any]]:
    """Per row the open rejects of its record, and the one that it fixes."""
    reject = tables.rejects.c
    rows = {key: row for row, key in enumerate(zip(value.record_digest, value.ordinal, strict=True))}
    fixed_by = {number: row for row, number in value.fixes.items()}
    found: dict[int, list[Any]] = {}
    for old in work.execute(
        select(reject.id, reject.record_digest, reject.ordinal, reject.first_seen)
        .where(reject.source_id == source_id, reject.state == "open")
        .order_by(reject.id)
    ):
        row = rows.get((old.record_digest, old.ordinal), fixed_by.get(old.id))
        if row is not None:
            found.setdefault(row, []).append(old)
    return found


def _write_errors(work: Write, errors: dict[str, list[Any]], ids: dict[int, int]) -> None:
    positions: list[int] = []
    last = -1
    for row in errors["row"]:
        positions.append(positions[-1] + 1 if row == last else 0)
        last = row
    said = {name: errors[name] for name in ("code", "heading", "title", "value", "resolution", "suggestion")}
    place = {"reject_id": [ids[row] for row in errors["row"]], "position": positions}
    work.insert(tables.reject_errors, place | {"column_name": errors["column"]} | said)


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
