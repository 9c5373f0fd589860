"""Acts: versions that are withdrawn and reinstated, by a person or by what the batches of a source say.

A source's acts follow from its batches that stand: it withdraws a version when it says so first, and reinstates it when
it says again that it is valid. What persons do holds for all versions of the credential's issue date: only a person
reinstates what a person has withdrawn, and what a person reinstates the sources have withdrawn for naught so far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, and_, select

from credtools.model import Act
from credtools.store import tables
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import current
from credtools.store.transaction import Write

Said = tuple[int, int, str]  # batch, version, act


def write_acts(work: Write, batch_id: int, by: str, seq: int, acts: Iterable[Act], written: Collection[int]) -> None:
    """Writes what a finishing batch withdraws and reinstates, by its event.

    `written`: its new versions of credentials that were there before.
    """
    said = [(batch_id, one.version_id, one.act) for one in acts]
    _insert(work, said, by, {batch_id: seq})
    mark(work, {version for _, version, _ in said}.union(_of_persons(work.connection, written)))


def settle_acts(
    work: Write, source_ids: Collection[int], credential_ids: Collection[int], said: Iterable[Said]
) -> None:
    """Makes the acts of a source on some credentials those that its batches say now.

    `source_ids`: it and those merged into it. What no batch says any more is kept, but stands no longer.
    """
    act, batch, version = tables.withdrawals.c, tables.batches.c, tables.credential_versions.c
    statement = (
        select(act.id, act.batch_id, act.version_id, act.act, act.stands)
        .join(tables.batches, batch.id == act.batch_id)
        .join(tables.credential_versions, version.id == act.version_id)
        .where(batch.source_id.in_(source_ids), version.salt.is_not(None))  # what was erased stays as it is
        .order_by(act.id)
    )
    there = {tuple(row[1:4]): row for row in rows_in(work.connection, statement, version.credential_id, credential_ids)}
    wanted = set(said)
    changed = {row.id: key in wanted for key, row in there.items() if row.stands != (key in wanted)}
    for stands in (True, False):
        work.change(act.id, [number for number, now in changed.items() if now is stands], stands=stands)
    new = sorted(wanted - there.keys())
    events = {batch: (by, seq) for batch, by, seq in _finished(work.connection, {batch for batch, *_ in new})}
    for number, (by, seq) in events.items():
        _insert(work, [one for one in new if one[0] == number], by, {number: seq})
    mark(work, {version for _, version, _ in (*there, *wanted)})


def _finished(connection: Connection, batch_ids: Collection[int]) -> Iterable[Any]:
    """(batch, by, event) of the finishing of some batches."""
    batch, event = tables.batches.c, tables.events.c
    finish = and_(event.batch_id == batch.id, event.kind == "finish")
    statement = select(batch.id, batch.finished_by, event.seq).join(tables.events, finish)
    return rows_in(connection, statement, batch.id, batch_ids)


def _insert(work: Write, said: Collection[Said], by: str, events: dict[int, int]) -> None:
    rows = [(*one, events[one[0]]) for one in said]
    ids = work.ids(tables.withdrawals, len(rows)) if rows else ()
    made = {"made_by": by, "made_at": work.at, "stands": True}
    work.insert_rows(tables.withdrawals, ("batch_id", "version_id", "act", "event_seq"), rows, id=ids, **made)


def _of_persons(connection: Connection, version_ids: Collection[int]) -> set[int]:
    """Those of some versions on whose credential a person has acted."""
    act, version, acted = tables.withdrawals.c, tables.credential_versions.c, tables.credential_versions.alias().c
    credentials = select(acted.credential_id).join(tables.withdrawals, act.version_id == acted.id)
    theirs = select(version.id).where(version.credential_id.in_(credentials.where(act.batch_id.is_(None))))
    return {number for (number,) in rows_in(connection, theirs, version.id, version_ids)}


def mark(work: Write, version_ids: Collection[int]) -> None:
    """Sets of these versions, and of others of their credentials' issue dates, whether they are withdrawn."""
    version = tables.credential_versions.c
    named = select(version.credential_id)
    credentials = {number for (number,) in rows_in(work.connection, named, version.id, version_ids)}
    holds = withdrawn(work.connection, credentials)
    flags = select(version.id, version.withdrawn)
    for number, flag in list(rows_in(work.connection, flags, version.credential_id, credentials)):
        if flag != (number in holds):
            work.change(version.id, [number], withdrawn=number in holds)


def withdrawn(connection: Connection, credential_ids: Collection[int]) -> set[int]:
    """The versions of some credentials that are withdrawn by the acts that stand."""
    act, version = tables.withdrawals.c, tables.credential_versions.c
    columns = select(version.id, version.credential_id, version.issue_date, version.salt.is_(None))
    alike: defaultdict[tuple[int, Any], list[int]] = defaultdict(list)
    place: dict[int, tuple[int, Any]] = {}
    for number, of, issued, erased in rows_in(connection, columns, version.credential_id, credential_ids):
        place[number] = (of, number if erased else issued)  # without their dates nobody knows which are alike
        alike[place[number]].append(number)
    acts = (
        select(act.version_id, act.act, current.c.root)
        .select_from(tables.withdrawals)
        .outerjoin(tables.known_batches, tables.known_batches.c.id == act.batch_id)
        .outerjoin(current, current.c.id == tables.known_batches.c.source_id)
        .where(act.stands)
        .order_by(act.event_seq, act.id)
    )
    by_persons: set[tuple[int, Any]] = set()
    by_sources: defaultdict[int, set[int]] = defaultdict(set)
    for number, name, of_source in rows_in(connection, acts, act.version_id, place):
        if of_source is not None:
            (by_sources[number].add if name == "withdrawn" else by_sources[number].discard)(of_source)
        elif name == "withdrawn":
            by_persons.add(place[number])
        else:
            by_persons.discard(place[number])
            for other in alike[place[number]]:
                by_sources[other].clear()
    held = {number for one in by_persons for number in alike[one]}
    return held | {number for number, sources in by_sources.items() if sources}
