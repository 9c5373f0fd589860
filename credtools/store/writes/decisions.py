"""Decisions: approve or decline pending versions of a batch, and put declined ones up for decision again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select

from credtools.errors import RegistryError
from credtools.model import SAYING, Line, Lines, Place
from credtools.store import tables
from credtools.store.reads import team
from credtools.store.reads.asking import ask_of
from credtools.store.reads.batches import lines_of
from credtools.store.tables.rows import ADDRESS
from credtools.store.transaction import Write, write
from credtools.store.writes.versions import move_replaced
from credtools.text import Shown, first_of, fold, plural

NO_MEDIA = "its type requires media and none has been added yet"
SAME_PERSON = "it was uploaded or finished by the same person, and the organisation asks for four eyes"
At = tuple[int, Line]  # batch and line


@dataclass(frozen=True)
class Decided(Shown):
    """What a decision did: the lines decided, and the pending lines that can't be decided yet, with the reason.

    `deactivated`: the lines approved whose user is deactivated by now. `differing`: those approved although a scan says
    something else than their row.
    """

    decided: tuple[Line, ...]
    blocked: dict[Line, str]
    audit_seq: int | None
    audit_head: str
    deactivated: tuple[Line, ...] = ()
    differing: tuple[Line, ...] = ()

    def __str__(self) -> str:
        lines = [f"  line {line}: {why}" for line, why in self.blocked.items()]
        counts = f"{plural(len(self.decided), 'credential')} decided · {len(lines):,} blocked"
        return "\n".join([counts, *([self.told] if self.told else []), *lines])

    @property
    def told(self) -> str:
        """What there is to know about the credentials decided."""
        return " ".join(said for said, _ in self.notices)

    @property
    def notices(self) -> list[tuple[str, tuple[Line, ...]]]:
        """The same, each sentence with the lines of which it speaks."""
        gone, other = len(self.deactivated), len(self.differing)
        whose = "belongs to a user who is" if gone == 1 else "belong to users who are"
        what = "has a scan that differs from its row" if other == 1 else "have scans that differ from their rows"
        said = [(f"{gone:,} of them {whose} deactivated by now.", self.deactivated)] if gone else []
        return said + ([(f"{other:,} of them {what}.", self.differing)] if other else [])

    @property
    def lacks_media(self) -> bool:
        """Whether a line is blocked because its media are missing."""
        return NO_MEDIA in self.blocked.values()


def decide(
    engine: Engine,
    batch_id: int,
    by: str,
    decision: str,
    *,
    reason: str,
    lines: Iterable[Line] | None,
    four_eyes: bool,
) -> Decided:
    """Decides versions of a batch, all or nothing: all that are pending and not blocked, or exactly the named lines.

    Raises RegistryError, naming the lines, when a named line isn't pending or is blocked; nothing is changed then.
    """
    with write(engine) as work:
        return _decide(work, batch_id, by, decision, reason=reason, lines=lines, four_eyes=four_eyes)


def decide_several(
    engine: Engine, by: str, decision: str, chosen: Mapping[int, Iterable[Line]], *, reason: str, four_eyes: bool
) -> dict[int, Decided]:
    """The same for the named lines of several batches, all of them or none."""
    with write(engine) as work:
        return {
            number: _decide(work, number, by, decision, reason=reason, lines=lines, four_eyes=four_eyes)
            for number, lines in sorted(chosen.items())
        }


def _decide(
    work: Write, batch_id: int, by: str, decision: str, *, reason: str, lines: Iterable[Line] | None, four_eyes: bool
) -> Decided:
    work.finished(batch_id, "decided")
    pending = _pending(work, batch_id)
    again = _resubmitters(work.connection)
    own = _own(work, by, pending.values(), again) if four_eyes else ()
    blocked = _blocked(decision, own, pending)
    of = lines_of(work.connection, batch_id)
    told = {of.written(address): why for address, why in blocked.items()}
    chosen, strange = (sorted(pending.keys() - blocked), []) if lines is None else of.chosen(lines, pending)
    if strange:
        raise RegistryError("lines_not_pending", batch=batch_id, lines=_lines(strange))
    if stopped := [address for address in chosen if address in blocked]:
        raise RegistryError("lines_blocked", lines=_lines(map(of.written, stopped)), why=blocked[stopped[0]])
    if not chosen:
        return Decided((), told, None, work.hash)
    ids = [pending[address].id for address in chosen]
    seq = work.event("decide", by, batch_id, decision=decision, versions=ids, count=len(ids))
    work.insert(
        tables.decisions,
        {
            "id": work.ids(tables.decisions, len(ids)),
            "version_id": ids,
            "decision": decision,
            "reason": reason,
            "uploaded_by": [again.get(pending[one].id, pending[one].uploaded_by) for one in chosen],
            "decided_by": by,
            "decided_at": work.at,
            "event_seq": seq,
            "four_eyes": four_eyes,
        },
    )
    work.change(tables.credential_versions.c.id, ids, decision=decision)
    move_replaced(work, tables.credential_versions.c.id, ids)
    approves = decision == "approved"
    gone = [one for one in chosen if approves and pending[one].user_status == "deactivated"]
    other = [one for one in chosen if approves and pending[one].differing]
    lines_of_each = [tuple(map(of.written, some)) for some in (gone, other)]
    return Decided(tuple(map(of.written, chosen)), told, seq, work.hash, *lines_of_each)


def _pending(work: Write, batch_id: int) -> dict[Place, Any]:
    """By address every pending version that the batch wrote: id, by whom, user_status, media needed, there, other.

    Also those that it found unchanged, if the batch that wrote them was undone: they stand because this one says them.
    """
    version, batch, credential = tables.credential_versions, tables.batches, tables.credentials
    said, writer = tables.ledger_rows.c, tables.batches.alias().c
    wrote = and_(version.c.batch_id == batch_id, *(version.c[name] == said[name] for name in ADDRESS))
    kind, user, media, settings = tables.credential_types, tables.users, tables.media, tables.settings
    linked = select(func.count()).where(media.c.version_id == version.c.id, media.c.removed_at.is_(None))
    optional = select(settings.c.value).where(settings.c.key == "media_optional")
    rows = work.execute(
        select(
            version.c.id,
            *(said.sheet, said.line, said.piece),
            batch.c.uploaded_by,
            batch.c.finished_by,
            kind.c.media_required,
            user.c.status.label("user_status"),
            func.coalesce(batch.c.media_optional, False).label("batch_optional"),
            optional.scalar_subquery().label("optional"),
            linked.scalar_subquery().label("linked"),
            linked.where(media.c.scan == "differs").scalar_subquery().label("differing"),
        )
        .select_from(
            version.join(tables.ledger_rows, said.version_id == version.c.id)
            .join(batch, batch.c.id == said.batch_id)
            .join(writer.id.table, writer.id == version.c.batch_id)
            .join(credential, credential.c.id == version.c.credential_id)
            .join(kind, kind.c.id == credential.c.type_id)
            .join(user, user.c.id == credential.c.user_id)
        )
        .where(said.batch_id == batch_id, version.c.decision == "pending", version.c.stands)
        .where(or_(wrote, and_(writer.state == "undone", said.verdict.in_(SAYING))))
        .where(version.c.salt.is_not(None))  # else erased
        .order_by(said.sheet, said.line, said.piece)
    )
    first: dict[int, Any] = {}  # of rows that repeat each other
    for row in rows:
        first.setdefault(row.id, row)
    return {Place(row.sheet, row.line, row.piece): row for row in first.values()}


def _own(work: Write, by: str, pending: Iterable[Any], again: dict[int, str]) -> set[int]:
    """Those of some versions that the person who decides has uploaded, finished or resubmitted, by whatever login."""
    persons = team.persons(work.connection)

    def person(login: str) -> str:
        return fold(persons.get(login, login))

    def brought(row: Any) -> set[str]:
        return {person(login) for login in (row.uploaded_by, row.finished_by, again.get(row.id)) if login}

    return {row.id for row in pending if person(by) in brought(row)}


def _blocked(decision: str, own: Collection[int], pending: dict[Place, Any]) -> dict[Place, str]:
    """By address why it can't be decided yet. A declined credential needs no media.

    `own`: the versions that whoever decides has brought, where the organisation asks for four eyes.
    """
    blocked: dict[Place, str] = {}
    for address, row in pending.items():
        needs_media = row.media_required and not row.batch_optional and row.optional != "true"
        if decision == "approved" and needs_media and not row.linked:
            blocked[address] = NO_MEDIA
        elif row.id in own:
            blocked[address] = SAME_PERSON
    return blocked


def _lines(lines: Iterable[Line]) -> str:
    named = list(lines)
    return ("line " if len(named) == 1 else "lines ") + first_of(named, 10)


def resubmit(engine: Engine, batch_id: int, by: str, lines: Iterable[Line]) -> dict[Line, At]:
    """Puts the declined versions that some unchanged rows of a batch equal up for decision again, all or none.

    The version stays the one that it is: its content is stored already, and a batch's versions are chained when it is
    finished. Only its decision is pending again; the declined one stays recorded, and whoever resubmits counts as an
    uploader where the organisation asks for four eyes.

    Returns for each line the (batch, line) that wrote the version, where it is decided. Raises RegistryError, naming
    the lines, when one of them equals no declined version, or the batch isn't finished.
    """
    ledger, version = tables.ledger_rows.c, tables.credential_versions.c
    with write(engine) as work:
        work.finished(batch_id, "resubmitted")
        ask_of(work.connection, batch_id)
        declined = (
            select(ledger.sheet, ledger.line, ledger.piece, version.id, version.batch_id)
            .add_columns(*(version[name].label(f"at_{name}") for name in ADDRESS[1:]))
            .join(tables.credential_versions, version.id == ledger.version_id)
            .where(ledger.batch_id == batch_id, ledger.verdict == "unchanged", version.decision == "declined")
            .where(version.stands, version.salt.is_not(None))
        )
        found = {Place(row.sheet, row.line, row.piece): row for row in work.execute(declined)}
        of = lines_of(work.connection, batch_id)
        chosen, strange = of.chosen(lines, found)
        if strange:
            raise RegistryError("lines_not_declined", batch=batch_id, lines=", ".join(map(str, strange)))
        if ids := sorted({found[one].id for one in chosen}):
            work.change(version.id, ids, decision="pending")
            move_replaced(work, version.id, ids)
            work.event("resubmit", by, batch_id, versions=ids, count=len(ids))
        at = {number: lines_of(work.connection, number) for number in {found[one].batch_id for one in chosen}}
        return {of.written(one): _written_at(found[one], at) for one in chosen}


def _written_at(row: Any, at: dict[int, Lines]) -> At:
    return row.batch_id, at[row.batch_id].written(Place(row.at_sheet, row.at_line, row.at_piece))


def _resubmitters(connection: Connection) -> dict[int, str]:
    """By version who put it up for decision last, of those that were resubmitted."""
    event = tables.events.c
    texts = connection.execute(select(event.text).where(event.kind == "resubmit").order_by(event.seq)).scalars()
    return {number: body["by"] for body in map(json.loads, texts) for number in body["versions"]}
