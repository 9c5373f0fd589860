"""Verify: each event must be the one that was chained, and so must the seals that it covers, up to the head."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from credtools.store import tables
from credtools.store.engine import GENESIS
from credtools.store.seals import sealed_digest
from credtools.store.transaction import chain
from credtools.store.verify.shapes import wrong

AT_ONCE = 1_000  # rows in the memory


@dataclass
class Chain:
    """The bodies of all events that are as they were chained, each with its `head`; and what isn't.

    `heads`: the head after each event.
    """

    events: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    heads: dict[int, str] = field(default_factory=dict)


def chain_of(connection: Connection) -> Chain:
    """All events, the oldest first."""
    events = select(tables.events).order_by(tables.events.c.seq).execution_options(yield_per=AT_ONCE)
    with connection.execute(events) as rows, closing(_Seals(connection)) as seals:
        return _followed(connection, rows, seals)


def _followed(connection: Connection, rows: Iterable[Any], seals: _Seals) -> Chain:
    found, head, seq, intact, sealed = Chain(), GENESIS, 0, True, False
    for row in rows:
        seq += 1
        if row.seq != seq:
            found.problems.append(f"Event {seq} is missing from the chain.")
            return found
        own = row.hash == chain(row.previous, row.text)
        follows = row.previous == head or not intact
        if not own or not (follows or sealed):
            found.problems.append(f"Event {seq} isn't what was chained.")
        elif not follows:
            found.problems.append(f"The seals of event {seq - 1} aren't those that were chained.")
        trusted, intact = own and (follows or sealed), own
        told = seals.of(seq)
        sealed, head = told is not None, row.hash if told is None else chain(row.hash, told)
        found.heads[seq] = head
        if trusted and (body := _body(row, found.problems)) is not None:
            found.events.append(body | {"head": head})
    stored = connection.execute(select(tables.audit_head)).one_or_none()
    if stored is None or (stored.seq, stored.hash) != (seq, head):
        found.problems.append(f"The audit head isn't the end of the chain (event {seq}).")
    return found


def _body(row: Any, problems: list[str]) -> dict[str, Any] | None:
    """What an event says; None where that can't be, which is added to the problems."""
    try:
        body = json.loads(row.text)
    except ValueError:
        problems.append(f"The text of event {row.seq} can't be read.")
        return None
    columns = {"seq": row.seq, "kind": row.kind, "batch": row.batch_id}
    if not isinstance(body, dict) or {name: body.get(name, ...) for name in columns} != columns:
        problems.append(f"The columns of event {row.seq} contradict its text.")
        return None
    if name := wrong(body):
        problems.append(f"Event {row.seq} doesn't say what an event says that is called {row.kind!r} ({name}).")
        return None
    return body


class _Seals:
    """The seals of event after event, never more than a few in the memory."""

    def __init__(self, connection: Connection) -> None:
        seal = tables.seals.c
        asked = select(seal.event_seq, seal.table_name, seal.key, seal.digest)
        ordered = asked.order_by(seal.event_seq, seal.table_name, seal.key).execution_options(yield_per=AT_ONCE)
        self._rows = connection.execute(ordered)
        self._groups = groupby(self._rows, key=lambda row: row.event_seq)
        self._next = next(self._groups, None)

    def close(self) -> None:
        self._rows.close()

    def of(self, seq: int) -> str | None:
        """The digest over those of an event; None where it has none. To be asked in the order of events."""
        while self._next is not None and self._next[0] < seq:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != seq:
            return None
        told = sealed_digest((row.table_name, row.key, row.digest) for row in self._next[1])
        self._next = next(self._groups, None)
        return told
