"""Words: what a source said last about each credential – written when it changes, found again from the ledger.

The words follow from the batches that stand, in the order in which they were finished: whatever is undone, merged or
moved, `rebuild` finds them as if only those had ever come.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from credtools.checking.words import said_now, unlike
from credtools.model import SAYING, Content, Entry
from credtools.recipe import MANUAL
from credtools.store import tables
from credtools.store.blocks import places
from credtools.store.digests import columns_text, said_by
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import roots
from credtools.store.reads.sources import standing_batches
from credtools.store.transaction import CHUNK, Write
from credtools.store.values import Finish
from credtools.store.writes.acts import Said, settle_acts

NAMES = ("source_id", "credential_id", "ordinal", "state", "version_id", "batch_id", "first_said", "said")
ALL = frozenset(("issue_date", "expiration_date", "credential_number"))  # said by files of which it isn't recorded


@dataclass
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
    out: set[int] = field(default_factory=set)
    acts: list[Said] = field(default_factory=list)

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
        (self.out.add if act == "withdrawn" else self.out.discard)(version)
        self.acts.append((batch.id, version, act))


def _says(words: Iterable[Entry]) -> list[tuple[Any, ...]]:
    return [(one.state, one.version_id, one.content) for one in words]


def write_words(
    work: Write, value: Finish, source_id: int, version_ids: dict[int, int], credential_ids: dict[int, int]
) -> None:
    """What the file says now takes the place of what its source said before.

    `version_ids`, `credential_ids`: of the rows that were written.
    """
    found: list[tuple[Any, ...]] = []
    for spoken in value.changes.words:
        rows = [entry.row for entry in spoken.entries if entry.row is not None]
        credential = spoken.credential_id or credential_ids[rows[0]]
        for ordinal, entry in enumerate(spoken.entries):
            version = entry.version_id if entry.row is None else version_ids[entry.row]
            since = spoken.first_said or work.at
            place = (source_id, credential, ordinal, entry.state, version, value.batch_id, since)
            found.append((*place, columns_text(entry.said), *entry.content))
    known = {spoken.credential_id or 0 for spoken in value.changes.words if spoken.first_said}
    _replace(work, source_id, known, found)
    unlisted = sorted({word.credential_id for word in value.changes.unlisted})
    word = tables.words.c
    for start in range(0, len(unlisted), CHUNK):
        some = (word.source_id == source_id, word.credential_id.in_(unlisted[start : start + CHUNK]))
        no_longer = update(tables.words).where(*some, word.state == "valid")
        work.execute(no_longer.values(state="unlisted", batch_id=value.batch_id))


def rebuild(work: Write, source_ids: Sequence[int], credential_ids: Collection[int]) -> None:
    """The words and acts of a source about some credentials, found anew from its batches that stand.

    `source_ids`: its own and those that were merged into it.
    """
    source_id, found = source_ids[0], replayed(work.connection, source_ids[0], credential_ids)
    rows = [
        (
            *(source_id, number, ordinal, one.state, one.version_id, of.batch, of.first_said),
            *(columns_text(one.said), *one.content),
        )
        for number, of in found.items()
        for ordinal, one in enumerate(of.told)
    ]
    _replace(work, source_id, credential_ids, rows if remembers(work.connection, source_id) else ())
    settle_acts(work, source_ids, credential_ids, [act for of in found.values() for act in of.acts])


def remembers(connection: Connection, source_id: int) -> bool:
    """Whether a source has words: all but that of files that came without a recipe."""
    source = tables.sources.c
    return connection.execute(select(source.name).where(source.id == source_id)).scalar() != MANUAL


def _replace(work: Write, source_id: int, credential_ids: Collection[int], rows: Sequence[tuple[Any, ...]]) -> None:
    word, gone = tables.words.c, sorted(credential_ids)
    for start in range(0, len(gone), CHUNK):
        some = (word.source_id == source_id, word.credential_id.in_(gone[start : start + CHUNK]))
        work.execute(delete(tables.words).where(*some))
    work.insert_rows(tables.words, (*NAMES, *Content._fields), rows)


def replayed(connection: Connection, source_id: int, credential_ids: Collection[int]) -> dict[int, Told]:
    """What a source says about some credentials, by all of its batches that stand, one after the other."""
    versions = _versions(connection, credential_ids)
    wanted, merged = set(credential_ids), roots(connection, tables.credentials)
    found: defaultdict[int, Told] = defaultdict(Told)
    lasting = remembers(connection, source_id)
    batches = standing_batches(connection, source_id)
    rows = _rows(connection, [batch.id for batch in batches], versions.keys())
    for batch in batches:
        entries: defaultdict[int, list[Entry]] = defaultdict(list)
        for version, state, piece in rows.get(batch.id, ()):
            said = ALL if batch.said is None else said_by(batch.said, piece)
            credential, content = versions[version]
            entries[credential].append(Entry(state, None, version, said, content))
        for credential, some in entries.items():
            found[credential].say(
                said_now(found[credential].told, some, partial=batch.partial), batch, remembers=lasting
            )
        gone = json.loads(batch.absent or "[]") if batch.whole else ()
        absent = {merged.get(number, number) for number in gone}
        for credential in (wanted & absent & found.keys()) - entries.keys():
            found[credential].leave_out(batch)
    return found


def _versions(connection: Connection, credential_ids: Collection[int]) -> dict[int, tuple[int, Content]]:
    """By version its credential and content, without erased ones."""
    version = tables.credential_versions.c
    statement = select(version.id, version.credential_id, *(version[name] for name in Content._fields))
    found = rows_in(connection, statement.where(version.salt.is_not(None)), version.credential_id, credential_ids)
    return {row[0]: (row[1], Content(*row[2:])) for row in found}


def _rows(
    connection: Connection, batch_ids: Sequence[int], version_ids: Collection[int]
) -> dict[int, list[tuple[int, str, int]]]:
    """By batch the (version, state, piece) of its rows that say one of some versions, each version and state once."""
    found: defaultdict[int, dict[tuple[int, str], int]] = defaultdict(dict)
    for batch_id, version, state, piece in _single(connection, batch_ids, version_ids):
        found[batch_id].setdefault((version, state), piece)
    for batch_id, rows in places(connection, batch_ids):
        for *_, piece, version in rows:
            if version in version_ids:
                found[batch_id].setdefault((version, "valid"), piece)
    return {batch: [(*key, piece) for key, piece in rows.items()] for batch, rows in found.items()}


def _single(
    connection: Connection, batch_ids: Sequence[int], version_ids: Collection[int]
) -> Iterator[tuple[int, int, str, int]]:
    ledger, ours = tables.ledger.c, set(batch_ids)
    statement = select(ledger.batch_id, ledger.version_id, ledger.verdict, ledger.rule, ledger.piece)
    says = statement.where(ledger.verdict.in_(SAYING)).order_by(
        ledger.batch_id, ledger.sheet, ledger.line, ledger.piece
    )
    for batch, version, verdict, rule, piece in rows_in(connection, says, ledger.version_id, version_ids):
        if batch in ours:
            yield batch, version, "withdrawn" if "withdrawn" in (verdict, rule) else "valid", piece
