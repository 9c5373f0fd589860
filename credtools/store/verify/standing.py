"""Verify: what counts must follow from the batches that stand – versions, heads, words, keys, links of rejects."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from credtools.model import Content, Entry
from credtools.recipe import MANUAL
from credtools.store import tables
from credtools.store.digests import said_by
from credtools.store.reads.credentials import replaced
from credtools.store.reads.listings import complete
from credtools.store.reads.sources import family
from credtools.store.writes.told import Told, replayed
from credtools.store.writes.words import NAMES

KEPT = (*NAMES[1:-1], *Content._fields, NAMES[-1])  # of a word; last the columns of which its source ever spoke


def standing(connection: Connection, said: set[int]) -> list[str]:
    """`said`: the versions that finished batches wrote or found unchanged."""
    version = tables.credential_versions.c
    stands = set(connection.execute(select(version.id).where(version.stands)).scalars())
    problems = [
        f"Version {number} stands, but no finished batch says it."
        if number in stands
        else f"Version {number} fell, but a finished batch says it."
        for number in sorted(stands ^ said)[:1]
    ]
    return problems + _keys(connection) + _heads(connection) + _parts(connection) + _words(connection)


def _parts(connection: Connection) -> list[str]:
    """A divided file may say what only the whole can say while all of its parts stand."""
    batch, source = tables.batches.c, tables.sources.c
    divided = select(batch.id, batch.sha256, batch.part, batch.parts, batch.whole).where(batch.state == "finished")
    problems = []
    for name in connection.execute(select(source.name).where(source.merged_into.is_(None))).scalars():
        ours = connection.execute(divided.where(batch.source_id.in_(family(connection, name)))).all()
        whole = complete(ours)
        wrong = [row.id for row in ours if row.whole != (row.id in whole)]
        problems += [
            f"Whether all parts of the file of batch {number} stand isn't what is noted." for number in wrong[:1]
        ]
    return problems


def _words(connection: Connection) -> list[str]:
    """The words and acts of each source must be those that its batches leave, one after the other."""
    word, source, act, batch = tables.words.c, tables.sources.c, tables.withdrawals.c, tables.batches.c
    version = tables.credential_versions.c
    problems = []
    for number, name in connection.execute(select(source.id, source.name).where(source.merged_into.is_(None))).all():
        columns = select(*(word[name] for name in KEPT)).where(word.source_id == number)
        stored = connection.execute(columns.order_by(word.credential_id, word.ordinal)).all()
        told = replayed(connection, number, None)
        said = [
            (k, place, one, of)
            for k, of in (sorted(told.items()) if name != MANUAL else ())
            for place, one in enumerate(of.told)
        ]
        if len(stored) != len(said) or not all(map(_follows, stored, said)):
            problems.append(f"What the source {name!r} said last isn't what its batches say.")
        acts = select(act.batch_id, act.version_id, act.act).join(tables.batches, batch.id == act.batch_id)
        acts = acts.join(tables.credential_versions, version.id == act.version_id).where(version.salt.is_not(None))
        ours = acts.where(act.stands, batch.source_id.in_(family(connection, name)))
        if {tuple(row) for row in connection.execute(ours)} != {one for of in told.values() for one in of.acts}:
            problems.append(f"What the source {name!r} withdrew and reinstated isn't what its batches say.")
    return problems


def _follows(word: Row[Any], said: tuple[int, int, Entry, Told]) -> bool:
    """Whether a word is what its batches say.

    A file that only adds a column to what its source ever spoke of changes no word until something else does. A row
    that withdraws points to the version that counted, perhaps another source's: what else its file said is nowhere.
    """
    credential, place, one, of = said
    known = (credential, place, one.state, one.version_id, of.first_said)
    if tuple(word[name] for name in (0, 1, 2, 3, 5)) != known:
        return False
    if one.state == "withdrawn":
        return True
    return word.batch_id in of.since and tuple(word[6:-1]) == tuple(one.content) and said_by(word.said, 1) <= one.said


def _keys(connection: Connection) -> list[str]:
    """Each finished batch must be known by its key, or its file would go in twice."""
    batch, key = tables.batches.c, tables.batch_keys.c
    same = (key.batch_id == batch.id) & (key.sha256 == batch.sha256) & (key.judgement == batch.judgement)
    unknown = connection.execute(
        select(batch.id)
        .select_from(tables.batches.outerjoin(tables.batch_keys, same))
        .where(batch.state == "finished", key.batch_id.is_(None))
        .order_by(batch.id)
    ).scalars()
    return [f"The key of batch {number} is missing, so its file could go in twice." for number in unknown]


def _heads(connection: Connection) -> list[str]:
    """The head of each credential must be its newest standing version that isn't replaced."""
    version, credential = tables.credential_versions, tables.credentials
    ranked = select(
        version.c.id,
        version.c.credential_id,
        func.row_number()
        .over(
            partition_by=version.c.credential_id,
            order_by=(version.c.issue_date.desc().nulls_last(), version.c.id.desc()),
        )
        .label("place"),
    ).where(version.c.stands, ~replaced(version.c))
    newest = ranked.subquery()
    wrong = connection.execute(
        select(func.count())
        .select_from(credential.outerjoin(newest, (newest.c.credential_id == credential.c.id) & (newest.c.place == 1)))
        .where(credential.c.head_version_id.is_distinct_from(newest.c.id))
    ).scalar()
    return [f"{wrong} credentials don't point to their newest version."] if wrong else []
