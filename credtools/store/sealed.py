"""Sealed: what the stored seals say, row by row; and the salts that go when something is erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Table, select, update

from credtools.store import tables
from credtools.store.digests import SALT_BYTES
from credtools.store.seals import AT_ONCE, DIGEST_BYTES, key_text


class Single(NamedTuple):
    """What a seal says of one row; `of`, `place`: the key of the seal, and which of its rows that is."""

    key: str
    event: int
    of: str
    place: int
    salt: bytes | None
    digest: bytes | None


def stored_seals(connection: Connection, table: Table, after: int = 0) -> CursorResult[Any]:
    """The seals of a table (those of events `after` one), in the order of their keys and events."""
    seal = tables.seals.c
    which = (seal.table_name == table.name, seal.event_seq > after)
    asked = select(seal.key, seal.event_seq, seal.salt, seal.digest).where(*which)
    return connection.execute(asked.order_by(seal.key, seal.event_seq).execution_options(yield_per=AT_ONCE))


def by_row(stored: Iterator[Any]) -> Iterator[list[Single]]:
    """Row by row all that seals say of it, the newest last; in the order of rows."""
    going: list[tuple[Single, Iterator[Single]]] = []
    coming = next(stored, None)
    while going or coming is not None:
        while coming is not None and not going:  # mostly a seal stands alone
            after = next(stored, None)
            if after is None or _span(coming.key)[1] < _span(after.key)[0]:
                yield from ([one] for one in _each(coming))
            else:
                _push(going, _each(coming))
            coming = after
        while coming is not None and (not going or _span(coming.key)[0] <= going[0][0].key):
            _push(going, _each(coming))
            coming = next(stored, None)
        several: list[Single] = []
        while going and (not several or going[0][0].key == several[0].key):
            one, more = heappop(going)
            several.append(one)
            _push(going, more)
        if several:
            yield several


def _push(going: list[tuple[Single, Iterator[Single]]], more: Iterator[Single]) -> None:
    if (one := next(more, None)) is not None:
        heappush(going, (one, more))  # no two of a key are of one event and one place


def _span(key: str) -> tuple[str, str]:
    """The keys of the first and the last row of which a seal speaks."""
    first, dash, last = key.partition("-")
    return (first, last) if dash and first.isdecimal() and last.isdecimal() else (key, key)


def _each(stored: Any) -> Iterator[Single]:
    """A seal row by row; if it has fewer digests than its key says rows, what is missing has no seal."""
    first, last = _span(stored.key)
    if first == last:
        yield Single(stored.key, stored.event_seq, stored.key, 0, stored.salt, stored.digest)
        return
    digests, salted = bytes(stored.digest or b""), bytes(stored.salt or b"")
    for k in range(min(len(digests) // DIGEST_BYTES, int(last) + 1 - int(first))):
        salt = salted[k * SALT_BYTES : (k + 1) * SALT_BYTES] if salted else None
        digest = digests[k * DIGEST_BYTES : (k + 1) * DIGEST_BYTES]
        yield Single(key_text((int(first) + k,)), stored.event_seq, stored.key, k, salt, digest)


def forget(connection: Connection) -> None:
    """Blanks the salts of all seals that don't hold any more: nothing can be guessed from what they once said."""
    seal, later = tables.seals, tables.seals.alias().c
    newer = select(later.event_seq).where(later.table_name == seal.c.table_name, later.key == seal.c.key)
    stale = newer.where(later.event_seq > seal.c.event_seq).exists()
    connection.execute(update(seal).where(seal.c.salt.is_not(None), stale).values(salt=None))
    together = select(seal.c.table_name).where(seal.c.key.contains("-"), seal.c.salt.is_not(None)).distinct()
    for name in connection.execute(together).scalars().all():
        _forget_rows(connection, name)


def _forget_rows(connection: Connection, name: str) -> None:
    """The same for rows of one table that share a seal, or whose seal is older than one that they share."""
    gone: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    with stored_seals(connection, tables.metadata.tables[name]) as stored:
        for several in by_row(stored):
            for one in several[:-1]:
                if one.salt is not None and any(one.salt):
                    gone[one.of, one.event].append(one.place)
    seal = tables.seals.c
    for (key, seq), places in gone.items():
        this = (seal.table_name == name, seal.key == key, seal.event_seq == seq)
        salt = bytearray(connection.execute(select(seal.salt).where(*this)).scalar_one())
        for place in places:
            salt[place * SALT_BYTES : (place + 1) * SALT_BYTES] = bytes(SALT_BYTES)
        blank = bytes(salt) if "-" in key and any(salt) else None
        connection.execute(update(tables.seals).where(*this).values(salt=blank))
