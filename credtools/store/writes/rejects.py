"""Rejects: opened by finishing, settled when their record comes again, waived with a reason, opened again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, select

from credtools.errors import MovedError, RegistryError
from credtools.model import Line, Place
from credtools.store import tables
from credtools.store.reads.batches import lines_of
from credtools.store.reads.rejects import RECORD, is_followed
from credtools.store.transaction import Write, write
from credtools.store.values import ADDRESS, Finish

reject = tables.rejects.c


def write_rejects(work: Write, value: Finish, source_id: int, sources: Sequence[int]) -> None:
    """Opens a reject per rejected row; settles those of the source and its family whose record came again or is fixed.

    A record that was waived for good is waived again. Raises MovedError when the rejects of the source have changed so
    that this is to be found out again.
    """
    settled = _settled(work, value, sources)
    rejected = [row for row, verdict in enumerate(value.changes.verdict) if verdict == "rejected"]
    ids = dict(zip(rejected, work.ids(tables.rejects, len(rejected)), strict=True))
    olds = [settled.get(row, []) for row in rejected]
    waived = [next((old for old in some if old.for_good), None) for some in olds]
    work.insert_rows(
        tables.rejects,
        ("record_digest", "ordinal", "digest_kind", "digest_columns"),
        value.records,
        id=list(ids.values()),
        batch_id=value.batch_id,
        **{name: [getattr(value, name)[row] for row in rejected] for name in ADDRESS},
        source_id=source_id,
        state=["waived" if old else "open" for old in waived],
        reason=[old.reason if old else None for old in waived],
        for_good=[old is not None for old in waived],
        first_seen=[min((old.first_seen for old in some), default=work.at) for some in olds],
        changed_at=work.at,
        changed_by=value.by,
        type_id=value.rejected_type,
        user_id=value.rejected_user,
    )
    _write_errors(work, value.errors, ids)
    fixed: list[dict[str, Any]] = []
    superseded: list[dict[str, Any]] = []
    for row, some in settled.items():
        if row in ids:
            superseded += [{"id": old.id, "superseded_by": ids[row]} for old in some]
        else:
            place = {f"fixed_{name}": getattr(value, name)[row] for name in ADDRESS}
            fixed += [{"id": old.id, "fixed_batch_id": value.batch_id, **place} for old in some]
    for state, links in {"fixed": fixed, "superseded": superseded}.items():
        if links:
            work.change_each(tables.rejects, links, state=state, changed_at=work.at, changed_by=value.by)


def _settled(work: Write, value: Finish, sources: Sequence[int]) -> dict[int, list[Any]]:
    """Per row the rejects of its record, and the one that it fixes.

    A row that is left out decides nothing, and what is waived for good stays so when its record is right one day.
    """
    if not value.followed and work.seq == value.seen:
        return {}
    named = (reject.id, reject.state, reject.for_good, reject.reason, reject.first_seen)
    statement = select(*named, *RECORD).where(reject.source_id.in_(sources), is_followed()).order_by(reject.id)
    olds = work.execute(statement).all()
    whole = [old for old in olds if old.record_digest is not None]  # of which nothing was erased
    strange = {(old.digest_kind, old.digest_columns) for old in whole} - value.known.keys()
    if strange or (value.fixes and {old.id for old in whole} != value.followed):
        raise MovedError("rejects_changed")
    fixed_by = {number: row for row, number in value.fixes.items()}
    found: dict[int, list[Any]] = {}
    for old in olds:
        known = value.known.get((old.digest_kind, old.digest_columns), {})
        row = known.get((old.record_digest, old.ordinal), fixed_by.get(old.id))
        verdict = None if row is None else value.changes.verdict[row]
        if row is not None and verdict != "left_out" and (old.state == "open" or verdict == "rejected"):
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


def waive(
    engine: Engine, batch_id: int, by: str, lines: Iterable[Line], reason: str | None, *, for_good: bool = False
) -> tuple[Line, ...]:
    """Closes the open rejects on some lines of a batch, all or none; returns the lines. None opens waived ones again.

    `for_good`: their records are waived again when they come again, until somebody opens the last of them.
    Raises RegistryError, naming the lines, when one of them has no reject in the right state.
    """
    kind, before, state = ("reopen", "waived", "open") if reason is None else ("waive", "open", "waived")
    with write(engine) as work:
        work.batch(batch_id)
        found = select(reject.sheet, reject.line, reject.piece, reject.id)
        rows = work.execute(found.where(reject.batch_id == batch_id, reject.state == before))
        ids: dict[Place, int] = {Place(row.sheet, row.line, row.piece): row.id for row in rows}
        of = lines_of(work.connection, batch_id)
        chosen, strange = of.chosen(lines, ids)
        if strange:
            shown = ", ".join(map(str, strange))
            raise RegistryError("lines_without_reject", batch=batch_id, state=before, lines=shown)
        if chosen:
            rejects = [ids[address] for address in chosen]
            said = {"state": state, "reason": reason, "for_good": for_good}
            work.change(reject.id, rejects, **said, changed_at=work.at, changed_by=by)
            work.event(kind, by, batch_id, rejects=rejects, **({"for_good": True} if for_good else {}))
        return tuple(map(of.written, chosen))
