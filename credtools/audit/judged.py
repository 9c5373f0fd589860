"""Judged: the rows of the ledger at some places, or that say some versions; blocks aren't taken apart for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from credtools.audit.appearances import Address, chunks, one_of
from credtools.store import tables
from credtools.store.blocks import places_of, places_saying
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import current
from credtools.store.tables.rows import ADDRESS

ledger, batch, version = tables.ledger.c, tables.batches.c, tables.credential_versions.c
AT = tuple(ledger[name] for name in ADDRESS)
OF_BATCH = (
    *(batch.file_name, batch.uploaded_at, batch.uploaded_by, batch.finished_at, batch.finished_by),
    *(batch.recipe_fingerprint, batch.schema_fingerprint),
)
Said = tuple[str, str, int | None]  # verdict, codes, version


class Judged(NamedTuple):
    """A row, with its batch, source and credential."""

    batch_id: int
    sheet: int
    line: int
    piece: int
    verdict: str
    codes: str
    credential_id: int | None
    source: str
    file_name: str
    uploaded_at: datetime
    uploaded_by: str
    finished_at: datetime
    finished_by: str
    recipe_fingerprint: str
    schema_fingerprint: str


def rows_of(c: Connection, credentials: Any) -> set[Address]:
    """Where the rows stand that wrote a version of these credentials (a question for their ids), or equalled one."""
    asked = select(version.id).where(version.credential_id.in_(credentials))
    versions = set(c.execute(asked).scalars())
    alone = {(row[0], row[1], row[2], row[3]) for row in rows_in(c, select(*AT), ledger.version_id, versions)}
    return alone | {(number, *place) for number, place in places_saying(c, versions)}


def judged(c: Connection, places: Collection[Address]) -> list[Judged]:
    """The rows at these places, in order."""
    asked = select(*AT, ledger.verdict, ledger.codes, ledger.version_id)
    found = [row for some in chunks(places) for row in c.execute(asked.where(one_of(AT, some)))]
    said: dict[Address, Said] = {(row[0], row[1], row[2], row[3]): (row[4], row[5], row[6]) for row in found}
    left: defaultdict[int, set[tuple[int, int, int]]] = defaultdict(set)
    for number, *place in set(places) - said.keys():
        left[number].add((place[0], place[1], place[2]))
    for number, some in left.items():
        block = places_of(c, number)
        here = [(block.at(row), block.version(row)) for row in block.rows(some)] if block else []
        said |= {(number, *place): ("unchanged", "", of) for place, of in here}
    return _completed(c, said)


def _completed(c: Connection, said: dict[Address, Said]) -> list[Judged]:
    of_versions, wanted = select(version.id, version.credential_id), {of for *_, of in said.values() if of}
    credentials: dict[int | None, int] = dict(rows_in(c, of_versions, version.id, wanted))
    of_batches = select(batch.id, current.c.name, *OF_BATCH).join(current, current.c.id == batch.source_id)
    batches = {row[0]: tuple(row[1:]) for row in rows_in(c, of_batches, batch.id, {place[0] for place in said})}
    return [
        Judged(*place, verdict, codes, credentials.get(of), *batches[place[0]])
        for place, (verdict, codes, of) in sorted(said.items())
    ]
