"""Withdrawals: an approved credential counts no longer, or counts again; acts on versions, in their order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, select

from credtools.errors import RegistryError
from credtools.model import COUNTING, JUDGED_STATES, Line, Lines, Place, parts
from credtools.store import tables
from credtools.store.frames import rows_in
from credtools.store.reads.batches import lines_of
from credtools.store.reads.credentials import replaced
from credtools.store.transaction import Write, write
from credtools.store.writes.acts import mark
from credtools.text import Shown, first_of, plural

EVENTS = {"withdrawn": "withdraw", "reinstated": "reinstate"}  # by act the event of a person's
MOST_NAMED = 10
At = tuple[int, Line]  # batch and line


@dataclass(frozen=True)
class Withdrawn(Shown):
    """What withdrawing or reinstating (`act`) did: to which lines.

    `newer`: lines whose credential has a newer approved version, with the (batch, line) that wrote it: what holds of
    the credential is up to that one.
    """

    act: str
    decided: tuple[Line, ...]
    newer: dict[Line, At]
    audit_seq: int | None
    audit_head: str

    def __str__(self) -> str:
        lines = [
            f"  line {line}: a newer version of this credential decides, batch {batch} line {at}"
            for line, (batch, at) in self.newer.items()
        ]
        return "\n".join([f"{plural(len(self.decided), 'credential')} {self.act}", *lines])


def withdraw(engine: Engine, batch_id: int, by: str, lines: Iterable[Line], reason: str) -> Withdrawn:
    """Withdraws the versions of which some lines of a batch speak, all or none: those that count, or once did.

    Raises RegistryError, naming the lines, when one of them has no row or no version, or when a version isn't
    approved (nor needs no approval), no longer stands, was erased or is withdrawn already.
    """
    return _act(engine, batch_id, by, lines, reason, "withdrawn")


def reinstate(engine: Engine, batch_id: int, by: str, lines: Iterable[Line], reason: str) -> Withdrawn:
    """Makes withdrawn versions count again, whoever withdrew them; lines and errors as in `withdraw`."""
    return _act(engine, batch_id, by, lines, reason, "reinstated")


def _act(engine: Engine, batch_id: int, by: str, lines: Iterable[Line], reason: str, act: str) -> Withdrawn:
    with write(engine) as work:
        batch = work.batch(batch_id)
        if batch.state not in JUDGED_STATES:  # of an undone one some versions may stand: others say the same
            raise RegistryError("batch_not_finished", batch=batch_id, state=batch.state, verb=act)
        of, wanted = lines_of(work.connection, batch_id), list(lines)
        found = _require(work, batch_id, of, wanted, act)
        if not found:
            return Withdrawn(act, (), {}, None, work.hash)
        ids = sorted({row.id for row in found})
        seq = work.event(EVENTS[act], by, batch_id, versions=ids, count=len(ids))
        acts = {"version_id": ids, "act": act, "reason": reason, "made_by": by, "made_at": work.at, "event_seq": seq}
        work.insert(tables.withdrawals, {"id": work.ids(tables.withdrawals, len(ids)), "stands": True, **acts})
        mark(work, ids)
        credential = tables.credentials.c  # whoever has read what holds of these must read it again
        work.change(credential.id, sorted({row.credential_id for row in found}), counter=credential.counter + 1)
        done = dict.fromkeys(of.written(_place(row)) for row in found)
        return Withdrawn(act, tuple(done), _newer(work, found, of), seq, work.hash)


def _place(row: Any) -> Place:
    return Place(row.sheet, row.line, row.piece)


def _require(work: Write, batch_id: int, of: Lines, lines: list[Line], act: str) -> list[Any]:
    """The rows on some lines of a batch, each with the version of which it speaks.

    Of a line with several pieces those that have one. Raises RegistryError, naming the lines, when the act isn't
    possible on one of them.
    """
    row, version = tables.ledger_rows.c, tables.credential_versions
    statement = (
        select(row.sheet, row.line, row.piece, version.c.id, version.c.credential_id, version.c.issue_date)
        .add_columns(
            version.c.decision, version.c.stands, version.c.withdrawn, version.c.salt.is_(None).label("erased")
        )
        .select_from(tables.ledger_rows.outerjoin(version, version.c.id == row.version_id))
        .where(row.batch_id == batch_id)
    )
    there = {
        _place(one): one for one in rows_in(work.connection, statement, row.line, {parts(one)[1] for one in lines})
    }
    if strange := of.chosen(lines, there)[1]:
        raise RegistryError("lines_without_row", batch=batch_id, lines=_lines(strange))
    chosen, strange = of.chosen(lines, [address for address, one in there.items() if one.id is not None])
    if strange:
        raise RegistryError("lines_without_credential", batch=batch_id, lines=_lines(strange))
    found = [there[address] for address in chosen]
    if problems := [f"line {of.written(_place(one))} {what}" for one in found if (what := _problem(one, act))]:
        reason = "not_withdrawn" if act == "withdrawn" else "not_reinstated"
        raise RegistryError(reason, batch=batch_id, why=first_of(problems, MOST_NAMED))
    return found


def _problem(row: Any, act: str) -> str:
    """Why the act isn't possible on a row; '' when it is."""
    if row.erased:
        return "was erased"
    if not row.stands:
        return "was undone"
    if act == "reinstated":
        return "" if row.withdrawn else "isn't withdrawn"
    if row.withdrawn:
        return "is withdrawn already"
    if row.decision in COUNTING:
        return ""
    return "is pending (decline it instead)" if row.decision == "pending" else f"is {row.decision}"


def _newer(work: Write, found: list[Any], of: Lines) -> dict[Line, At]:
    """Of each line whose version isn't the newest approved one of its credential, the place of that one."""
    version = tables.credential_versions.c
    statement = (
        select(version.id, version.credential_id, version.issue_date, version.batch_id)
        .add_columns(version.sheet, version.line, version.piece)
        .where(version.stands, version.decision.in_(COUNTING), ~replaced(version))
        .order_by(version.id)
    )
    stored = rows_in(work.connection, statement, version.credential_id, {row.credential_id for row in found})
    newest: dict[int, Any] = {}
    for row in sorted(stored, key=lambda row: (row.issue_date or date.min, row.id)):
        newest[row.credential_id] = row
    last = ((row, newest[row.credential_id]) for row in found)
    later = {_place(row): other for row, other in last if other.id != row.id}
    at = {number: lines_of(work.connection, number) for number in {other.batch_id for other in later.values()}}
    return {of.written(k): (one.batch_id, at[one.batch_id].written(_place(one))) for k, one in later.items()}


def _lines(lines: list[Line]) -> str:
    return ("line " if len(lines) == 1 else "lines ") + first_of(lines, MOST_NAMED)
