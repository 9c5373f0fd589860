"""Undecide: within a minute whoever decided takes it back, all or nothing; the credentials wait again, as before.

The decision stays recorded, and so does that it was taken back. What was built on it meanwhile stands in the way: a
newer version of the credential, a withdrawal, media that were removed because nobody needed them any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select

from credtools.errors import RegistryError
from credtools.model import Line, Lines, Place
from credtools.store import tables
from credtools.store.frames import rows_in
from credtools.store.reads.batches import lines_of
from credtools.store.reads.decided import SECONDS, made_on, places, seconds_left
from credtools.store.transaction import Write, write
from credtools.store.writes.versions import move_replaced
from credtools.text import Shown, first_of, fold, plural

MOST_NAMED = 10


@dataclass(frozen=True)
class Undecided(Shown):
    """What was taken back: the lines whose credentials wait for a decision again, by batch."""

    lines: Mapping[int, tuple[Line, ...]]
    audit_seq: int
    audit_head: str

    @property
    def count(self) -> int:
        """How many credentials wait again."""
        return sum(map(len, self.lines.values()))

    def __str__(self) -> str:
        return f"{plural(self.count, 'credential')} {'waits' if self.count == 1 else 'wait'} for a decision again"


def undecide(engine: Engine, by: str, chosen: Mapping[int, Iterable[Line] | None]) -> Undecided:
    """Takes back decisions that somebody has made on some lines of some batches (None: the last one on the batch).

    Raises RegistryError when one of them isn't theirs, is older than SECONDS, or was built on; nothing is changed then.
    """
    with write(engine) as work:
        done = {number: _undecide(work, by, number, lines) for number, lines in sorted(chosen.items())}
        return Undecided(done, work.seq, work.hash)


def _undecide(work: Write, by: str, number: int, lines: Iterable[Line] | None) -> tuple[Line, ...]:
    work.finished(number, "decided")
    made, of = made_on(work.connection, number), lines_of(work.connection, number)
    at = places(work.connection, number, {row.version_id for row in made})
    rows = _last(made, by, number) if lines is None else _named(made, at, number, of, lines)
    called = {row.version_id: of.written(at[row.version_id]) for row in rows}
    _require_own(rows, by, number, called)
    _require_fresh(work, rows, number)
    if problems := [f"line {called[one]} {why}" for one, why in _built_on(work, rows, made)]:
        raise RegistryError("decision_built_on", batch=number, why=first_of(problems, MOST_NAMED))
    ids = sorted(called)
    work.event("undecide", by, number, versions=ids, count=len(ids))
    work.change(tables.credential_versions.c.id, ids, decision="pending")
    move_replaced(work, tables.credential_versions.c.id, ids)
    return tuple(map(of.written, sorted(at[one] for one in ids)))


def _last(made: list[Any], by: str, number: int) -> list[Any]:
    """What somebody decided last on a batch, as far as it isn't taken back yet."""
    last = {row.version_id: row for row in made}
    mine = [row for row in made if row.batch_id == number and fold(row.decided_by) == fold(by)]
    standing = [row.event_seq for row in mine if row is last[row.version_id] and row.now != "pending"]
    if not standing:
        raise RegistryError("nothing_to_undecide", batch=number)
    return [row for row in mine if row.event_seq == max(standing) and row.now != "pending"]


def _named(made: list[Any], at: dict[int, Place], number: int, of: Lines, lines: Iterable[Line]) -> list[Any]:
    """The last decisions on some lines of a batch."""
    decided = {at[row.version_id]: row for row in made if row.now != "pending" and row.batch_id == number}
    found, strange = of.chosen(lines, decided)
    if strange:
        raise RegistryError("lines_not_decided", batch=number, lines=_lines(strange))
    if not found:
        raise RegistryError("nothing_to_undecide", batch=number)
    return [decided[place] for place in found]


def _require_own(rows: list[Any], by: str, number: int, called: dict[int, Line]) -> None:
    if others := [row for row in rows if fold(row.decided_by) != fold(by)]:
        those = _lines([called[row.version_id] for row in others])
        raise RegistryError("decided_by_another", batch=number, lines=those, who=others[0].decided_by)


def _require_fresh(work: Write, rows: list[Any], number: int) -> None:
    left = min(seconds_left(row.decided_at, work.at) for row in rows)
    if left < 0:
        raise RegistryError("decision_too_old", batch=number, seconds=SECONDS, age=round(SECONDS - left))


def _built_on(work: Write, rows: list[Any], made: list[Any]) -> Iterator[tuple[int, str]]:
    """The versions that can't wait again as they did, each with why."""
    since = min(row.event_seq for row in rows)
    last = {row.version_id: row.event_seq for row in made}
    newer = _newer_versions(work, rows, since)
    acts, erased = _acts(work, rows), _without_media(work, rows, since)
    for row in rows:
        if last[row.version_id] > row.event_seq:
            yield row.version_id, "was decided again"
        elif row.erased:
            yield row.version_id, "was erased"
        elif not row.stands:
            yield row.version_id, "was undone"
        elif batches := [number for number, seq in newer[row.credential_id] if seq > row.event_seq]:
            yield row.version_id, f"has a newer version from batch {batches[0]}"
        elif acts.get(row.credential_id, 0) > row.event_seq:
            yield row.version_id, "was withdrawn or reinstated"
        elif row.credential_id in erased:
            yield row.version_id, "has lost media"


def _newer_versions(work: Write, rows: list[Any], since: int) -> Mapping[int, list[tuple[int, int]]]:
    """Of each credential the batches that wrote a version which stands, and by which event, after some event."""
    version, event = tables.credential_versions.c, tables.events.c
    statement = (
        select(version.credential_id, version.batch_id, event.seq)
        .join(tables.events, event.batch_id == version.batch_id)
        .where(event.kind == "finish", event.seq > since, version.stands)
        .order_by(event.seq)
    )
    found: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in rows_in(work.connection, statement, version.credential_id, {row.credential_id for row in rows}):
        found[row.credential_id].append((row.batch_id, row.seq))
    return found


def _acts(work: Write, rows: list[Any]) -> dict[int, int]:
    """Of each credential the last event by which one of its versions was withdrawn or reinstated."""
    act, version = tables.withdrawals.c, tables.credential_versions.c
    statement = (
        select(version.credential_id, act.event_seq)
        .join(tables.withdrawals, act.version_id == version.id)
        .where(act.stands)
        .order_by(act.event_seq)
    )
    found = rows_in(work.connection, statement, version.credential_id, {row.credential_id for row in rows})
    return {row.credential_id: row.event_seq for row in found}


def _without_media(work: Write, rows: list[Any], since: int) -> set[int]:
    """The credentials of which media were erased, if anything was erased after some event.

    Also those of other versions: an approval lets the version before count no longer, and its media may go.
    """
    event, medium, version = tables.events.c, tables.media.c, tables.credential_versions.c
    if not work.execute(select(event.seq).where(event.kind == "erase", event.seq > since).limit(1)).first():
        return set()
    statement = select(version.credential_id).join(tables.media, medium.version_id == version.id)
    statement = statement.where(medium.file_name == "")
    found = rows_in(work.connection, statement, version.credential_id, {row.credential_id for row in rows})
    return {number for (number,) in found}


def _lines(lines: Iterable[Line]) -> str:
    named = list(lines)
    return ("line " if len(named) == 1 else "lines ") + first_of(named, MOST_NAMED)
