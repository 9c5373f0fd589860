"""Told: what a source says of each credential, by all of its batches that stand, one after the other.

Nearly all that a batch says its source has said the night before. So of each credential it is known by which version
alone its source spoke of it last, and what repeats that isn't looked at: a night costs what is new in it, and nothing
is held of the nights before but what was said last.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from credtools.checking.words import said_now, unlike
from credtools.model import SAYING, Content, Entry
from credtools.recipe import MANUAL
from credtools.store import tables
from credtools.store.blocks import places
from credtools.store.digests import said_by
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import roots
from credtools.store.reads.sources import standing_batches
from credtools.store.writes.acts import Said

ALL = frozenset(("issue_date", "expiration_date", "credential_number"))  # said by files of which it isn't recorded
Spoken = dict[tuple[int, str], int]  # by version and state the piece of the row
How = tuple[str | None, bool]  # of which columns a batch speaks, and whether only of single rows


@dataclass(slots=True)
class Told:
    """What a source says of one credential, by all of its batches so far.

    `told`: its words, since `batch`; `since`: the batches of which each may be noted as that one, for when a file only
    adds a column to what its source speaks of, that is noted together with the next change; `out`: the versions that
    it has withdrawn; `acts`: how it came to that.
    """

    told: tuple[Entry, ...] = ()
    batch: int = 0
    since: tuple[int, ...] = ()
    first_said: datetime | None = None
    out: frozenset[int] = frozenset()
    acts: tuple[Said, ...] = ()

    def say(self, now: tuple[Entry, ...], batch: Any, *, remembers: bool) -> None:
        """Another batch speaks of it; a source that doesn't remember takes nothing back."""
        for entry in now:
            version = entry.version_id or 0
            if entry.state == "withdrawn" and version not in self.out:
                self._act("withdrawn", version, batch)
            elif entry.state == "valid" and version in self.out and remembers:
                self._act("reinstated", version, batch)
        if unlike(self.told, now):
            self.since = (*(self.since if _says(self.told) == _says(now) else ()), batch.id)
            self.told, self.batch = now, batch.id
        self.first_said = self.first_said or batch.finished_at

    def leave_out(self, batch: Any) -> None:
        """A full list doesn't hold it."""
        if batch.withdraws and self.told[0].state == "valid" and self.told[0].version_id not in self.out:
            self._act("withdrawn", self.told[0].version_id or 0, batch)
        now = tuple(one._replace(state="unlisted") if one.state == "valid" else one for one in self.told)
        if now != self.told:
            self.told, self.batch, self.since = now, batch.id, (batch.id,)

    def _act(self, act: str, version: int, batch: Any) -> None:
        self.out = self.out | {version} if act == "withdrawn" else self.out - {version}
        self.acts = (*self.acts, (batch.id, version, act))


def _says(words: Iterable[Entry]) -> list[tuple[Any, ...]]:
    return [(one.state, one.version_id, one.content) for one in words]


def remembers(connection: Connection, source_id: int) -> bool:
    """Whether a source has words: all but that of files that came without a recipe."""
    source = tables.sources.c
    return connection.execute(select(source.name).where(source.id == source_id)).scalar() != MANUAL


def replayed(connection: Connection, source_id: int, credential_ids: Collection[int] | None) -> dict[int, Told]:
    """What a source says about some credentials (None: all), by all of its batches that stand."""
    merged = roots(connection, tables.credentials)
    found: defaultdict[int, Told] = defaultdict(Told)
    lasting = remembers(connection, source_id)
    rows = _Rows(connection, credential_ids)
    wanted = None if credential_ids is None else set(credential_ids)
    for batch in standing_batches(connection, source_id):
        entries = rows.entries(batch)
        for credential, some in entries.items():
            found[credential].say(
                said_now(found[credential].told, some, partial=batch.partial), batch, remembers=lasting
            )
        gone = json.loads(batch.absent or "[]") if batch.whole else ()
        absent = found.keys() & {merged.get(number, number) for number in gone}
        for credential in absent if wanted is None else absent & wanted:
            if credential not in entries and not rows.repeats(credential):
                found[credential].leave_out(batch)
                rows.forget(credential)
    return found


class _Rows:
    """What batch after batch says that wasn't said just so the time before."""

    def __init__(self, connection: Connection, credential_ids: Collection[int] | None) -> None:
        self._c = connection
        self._versions = None if credential_ids is None else _versions(connection, credential_ids)
        self._alone = None if self._versions is None else _alone(connection, self._versions)
        self._nobodys: set[int] = set()  # erased versions
        self._last: dict[int, tuple[How, int]] = {}  # by credential the version of which alone it was spoken
        self._repeated: defaultdict[How, set[int]] = defaultdict(set)  # the same versions
        self._block: dict[int, int] = {}

    def entries(self, batch: Any) -> dict[int, list[Entry]]:
        """By credential what a batch says of it, in the order of its rows; nothing where it only repeats that."""
        alone = self._alone_of(batch.id)
        self._block = self._block_of(batch.id)
        how = _repeatable(batch)
        new = self._block.keys() - self._repeated[how] if how else self._block.keys()
        known = self._known(new | {version for version, _ in alone})
        beside = {
            last[1]
            for credential in {of for of, _ in known.values()}
            if (last := self._last.get(credential)) and last[0] == how and last[1] in self._block
        }
        known |= self._known(beside - known.keys())
        spoken = {key: piece for key, piece in alone.items() if key[0] in known}
        for version in (version for version in self._block if version in known):
            spoken.setdefault((version, "valid"), self._block[version])
        found: defaultdict[int, list[Entry]] = defaultdict(list)
        columns = {piece: _said(batch, piece) for piece in {*spoken.values()}}
        for (version, state), piece in spoken.items():
            credential, content = known[version]
            found[credential].append(Entry(state, None, version, columns[piece], content))
        for credential, entries in found.items():
            self.forget(credential)
            if how and len(entries) == 1 and entries[0].state == "valid":
                version = entries[0].version_id or 0
                self._last[credential] = how, version
                self._repeated[how].add(version)
        return found

    def repeats(self, credential: int) -> bool:
        """Whether the last batch said of a credential what was said before."""
        last = self._last.get(credential)
        return last is not None and last[1] in self._block

    def forget(self, credential: int) -> None:
        """What is said of it next has to be looked at."""
        if last := self._last.pop(credential, None):
            self._repeated[last[0]].discard(last[1])

    def _known(self, version_ids: Collection[int]) -> dict[int, tuple[int, Content]]:
        """By version its credential and content, of those that are wanted."""
        if self._versions is not None:
            return {number: self._versions[number] for number in self._versions.keys() & version_ids}
        asked = {*version_ids} - self._nobodys
        found = _contents(self._c, tables.credential_versions.c.id, asked)
        self._nobodys |= asked - found.keys()
        return found

    def _alone_of(self, batch_id: int) -> Spoken:
        return _spoken(self._c, batch_id) if self._alone is None else self._alone.get(batch_id, {})

    def _block_of(self, batch_id: int) -> dict[int, int]:
        """By version the piece of the first row that says it."""
        ((_, rows),) = places(self._c, [batch_id])
        found = dict(zip(rows.version, rows.piece, strict=True))
        if len(found) < len(rows.version):  # the first of those that say the same
            found = {}
            for version, piece in zip(rows.version, rows.piece, strict=True):
                found.setdefault(version, piece)
        return found


def _repeatable(batch: Any) -> How | None:
    """How a batch speaks, where saying the same again changes nothing; None where that depends on what was said.

    So it is where columns differ by the piece of a row, or issue dates aren't named.
    """
    if batch.said is None:
        return None, batch.partial
    return (batch.said, batch.partial) if ";" not in batch.said and "issue_date" in said_by(batch.said, 1) else None


def _said(batch: Any, piece: int) -> frozenset[str]:
    return ALL if batch.said is None else said_by(batch.said, piece)


def _versions(connection: Connection, credential_ids: Collection[int]) -> dict[int, tuple[int, Content]]:
    return _contents(connection, tables.credential_versions.c.credential_id, credential_ids)


def _contents(connection: Connection, key: Any, numbers: Collection[int]) -> dict[int, tuple[int, Content]]:
    """By version its credential and content, without erased ones."""
    version = tables.credential_versions.c
    statement = select(version.id, version.credential_id, *(version[name] for name in Content._fields))
    found = rows_in(connection, statement.where(version.salt.is_not(None)), key, numbers)
    return {row[0]: (row[1], Content(*row[2:])) for row in found}


LEDGER = tables.ledger.c
SAYS = (
    select(LEDGER.batch_id, LEDGER.version_id, LEDGER.verdict, LEDGER.rule, LEDGER.piece)
    .where(LEDGER.verdict.in_(SAYING))
    .order_by(LEDGER.batch_id, LEDGER.sheet, LEDGER.line, LEDGER.piece)
)


def _alone(connection: Connection, version_ids: Collection[int]) -> Mapping[int, Spoken]:
    """By batch its rows that say one of some versions and are in no block."""
    found: defaultdict[int, Spoken] = defaultdict(dict)
    for batch, version, state, piece in _stated(rows_in(connection, SAYS, LEDGER.version_id, version_ids)):
        found[batch].setdefault((version, state), piece)
    return found


def _spoken(connection: Connection, batch_id: int) -> Spoken:
    found: Spoken = {}
    for _, version, state, piece in _stated(connection.execute(SAYS.where(LEDGER.batch_id == batch_id))):
        found.setdefault((version, state), piece)
    return found


def _stated(rows: Iterable[Any]) -> Iterator[tuple[int, int, str, int]]:
    for batch, version, verdict, rule, piece in rows:
        yield batch, version, "withdrawn" if "withdrawn" in (verdict, rule) else "valid", piece
