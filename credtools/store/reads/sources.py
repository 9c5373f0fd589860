"""Sources: their runs, how long they have been silent, and the corrections of their records."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, select

from credtools.limited import collection_paused
from credtools.model import Patch, Record
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import frame, rows, rows_in, values
from credtools.store.reads.lineage import MERGES, current, members, rooted

SETTLED = ("ok", "partial")
MOVES = ("move", "rename_source", "merge_source", "unmerge_source")
TAKING_BACK = ("undo", "erase", *MOVES, *MERGES)


def came_from_source() -> ColumnElement[bool]:
    """Of a batch: its file is one of its source's, perhaps opened again; that of a correction is of our own making."""
    came = tables.batches.alias().c
    return tables.batches.c.sha256.in_(select(came.sha256).where(came.follows_id.is_(None)))


def corrects_rows() -> ColumnElement[bool]:
    """Of a batch: it is a correction of single rows, as of when it came; its bytes are none of a file before."""
    batch, came = tables.batches.c, tables.batches.alias().c
    before = select(came.id).where(came.sha256 == batch.sha256, came.follows_id.is_(None), came.id <= batch.id)
    return and_(batch.follows_id.is_not(None), ~before.exists())


def is_partial(at: At, batch_id: int) -> bool:
    """Whether a batch, or a draft, is a correction of single rows, silent about all others."""
    return bool(values(at, select(corrects_rows()).where(tables.batches.c.id == batch_id))[0])


def family(at: At, name: str) -> list[int]:
    """The source of a name (or into which it was merged) first, then all that were merged into it; [] if unknown."""
    source = tables.sources.c
    into = {row.id: (row.name, row.merged_into) for row in rows(at, select(source.id, source.name, source.merged_into))}

    merged = rooted({number: target for number, (_, target) in into.items() if target is not None})
    roots = {number: merged.get(number, number) for number in into}
    ours = next((roots[number] for number, (known, _) in into.items() if known == name), None)
    return sorted((k for k, of in roots.items() if of == ours), key=lambda k: (k != ours, k))


def seen(at: At, source_ids: Sequence[int]) -> tuple[int, int]:
    """The batch that a source has finished last (0: none), and the last event that took back or moved anything."""
    batch, event = tables.known_batches.c, tables.events.c
    last = (
        select(event.batch_id)
        .join(tables.known_batches, batch.id == event.batch_id)
        .where(event.kind == "finish", batch.source_id.in_(source_ids), batch.state == "finished")
        .order_by(event.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    back = select(func.max(event.seq)).where(event.kind.in_(TAKING_BACK)).scalar_subquery()
    (found,) = rows(at, select(func.coalesce(last, 0), func.coalesce(back, 0)))
    return found[0], found[1]


def said_by_others(at: At, source_ids: Sequence[int], version_ids: Collection[int]) -> set[int]:
    """Those of some versions that another source says are valid."""
    word = tables.words.c
    valid = select(word.version_id).where(word.state == "valid", word.source_id.not_in(source_ids))
    with snapshot(at) as connection:
        return set(next(zip(*rows_in(connection, valid, word.version_id, version_ids), strict=True), ()))


def standing_batches(at: At, source_id: int) -> Sequence[Any]:
    """The finished batches of a source and of those merged into it, in the order in which they were finished.

    Each: id, said, absent, withdraws, listing, whole, rows, sha256, part, parts, left_out, finished_at, seq (of
    its finishing), partial.
    """
    source = tables.sources.c
    (name,) = values(at, select(source.name).where(source.id == source_id))
    return standing(at, family(at, name))


def standing(at: At, source_ids: Sequence[int]) -> Sequence[Any]:
    """The same of these sources."""
    batch, event = tables.batches.c, tables.events.c
    statement = (
        select(batch.id, batch.said, batch.absent, batch.withdraws, batch.listing, batch.whole, batch.rows)
        .add_columns(batch.sha256, batch.part, batch.parts)
        .add_columns(batch.left_out, batch.finished_at, event.seq, corrects_rows().label("partial"))
        .join(tables.events, and_(event.batch_id == batch.id, event.kind == "finish"))
        .where(batch.source_id.in_(source_ids), batch.state == "finished")
        .order_by(event.seq)
    )
    return rows(at, statement)


def sources_of(at: At, sha256: str) -> list[str]:
    """From which sources a file with these bytes came, the last one first."""
    statement = (
        select(current.c.name)
        .join_from(current, tables.batches, tables.batches.c.source_id == current.c.id)
        .where(tables.batches.c.sha256 == sha256)
        .order_by(tables.batches.c.id.desc())
    )
    return list(dict.fromkeys(values(at, statement)))


def name_now(at: At, name: str) -> str:
    """What the source of a name is called now, or of which it is part; the name itself where it isn't known yet."""
    asked = select(current.c.name).join_from(tables.sources, current, tables.sources.c.id == current.c.id)
    return next(iter(values(at, asked.where(tables.sources.c.name == name))), name)


def came_before(at: At, sha256: str, source: str, *, elsewhere: bool) -> Sequence[Any]:
    """The finished batches with these bytes of a source (or of others), the last one first: id, source, finished_at."""
    batch, ours = tables.batches.c, members(source)
    statement = (
        select(batch.id, current.c.name.label("source"), batch.finished_at)
        .join_from(tables.batches, current, current.c.id == batch.source_id)
        .where(
            batch.sha256 == sha256,
            batch.state == "finished",
            batch.source_id.not_in(ours) if elsewhere else batch.source_id.in_(ours),
        )
        .order_by(batch.id.desc())
    )
    return rows(at, statement)


def last_runs(at: At, source: str, limit: int) -> list[str]:
    """The statistics of the last runs of a source whose batches are finished, the newest first.

    Follow-ups of correction files don't count: they hold only a few rows.
    """
    run, batch = tables.runs, tables.batches
    statement = (
        select(run.c.statistics)
        .select_from(run.join(batch, batch.c.id == run.c.batch_id))
        .where(run.c.source_id.in_(members(source)), run.c.verdict.in_(SETTLED), batch.c.state == "finished")
        .where(batch.c.follows_id.is_(None))
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    return values(at, statement)


def finished_looks(at: At, but: int, limit: int) -> Sequence[Any]:
    """The last finished files that still stand, of any source, without correction files: the newest first.

    Each: id, file_name, source, recipe_text, statistics; `but`: the batch that asks.
    """
    run, batch = tables.runs, tables.batches
    statement = (
        select(batch.c.id, batch.c.file_name, current.c.name.label("source"), batch.c.recipe_text, run.c.statistics)
        .select_from(run.join(batch, batch.c.id == run.c.batch_id).join(current, current.c.id == batch.c.source_id))
        .where(run.c.verdict.in_(SETTLED), batch.c.state == "finished", batch.c.follows_id.is_(None), batch.c.id != but)
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    return rows(at, statement)


def last_uploads(at: At) -> Sequence[Any]:
    """Per source: its name, when its last file was uploaded, and the recipe of that file."""
    batch = tables.batches
    newest = (
        select(func.max(batch.c.id).label("id"))
        .join_from(batch, current, current.c.id == batch.c.source_id)
        .where(batch.c.follows_id.is_(None))
        .group_by(current.c.root)
        .subquery()
    )
    statement = (
        select(current.c.name, batch.c.uploaded_at, batch.c.recipe_text)
        .select_from(newest.join(batch, batch.c.id == newest.c.id).join(current, current.c.id == batch.c.source_id))
        .order_by(current.c.name)
    )
    return rows(at, statement)


def look_of(at: At, batch_id: int, attempt: str = "", *, held: bool = False) -> str:
    """The statistics of a batch's file, as an attempt has noted them, else the run that finished (`held`: held) it.

    Those of nothing where no run did.
    """
    run = tables.runs.c
    noted = select(run.statistics).where(run.batch_id == batch_id)
    order = run.id.desc() if held else run.id
    usual = noted.where(run.verdict.in_(("held",) if held else SETTLED)).order_by(order).limit(1)
    mine = run.statistics.contains(f'"attempt": {json.dumps(attempt)}', autoescape=True)
    own = noted.where(mine).order_by(run.id.desc()).limit(1)
    return next(iter([*(values(at, own) if attempt else ()), *values(at, usual)]), "{}")


def runs(at: At) -> pd.DataFrame:
    """Per source: its last run (at: datetime64[us, UTC]; verdict, file) and how many there were (runs: int64).

    Those of correction files are none: their source has sent nothing.
    """
    run = tables.runs
    newest = (
        select(func.max(run.c.id).label("id"), func.count().label("runs"))
        .join_from(run, current, current.c.id == run.c.source_id)
        .outerjoin(tables.batches, tables.batches.c.id == run.c.batch_id)
        .where(~corrects_rows())
        .group_by(current.c.root)
        .subquery()
    )
    statement = (
        select(
            current.c.name.label("source"),
            newest.c.runs,
            run.c.at,
            run.c.verdict,
            run.c.file_name.label("file"),
        )
        .select_from(newest.join(run, run.c.id == newest.c.id).join(current, current.c.id == run.c.source_id))
        .order_by(current.c.name)
    )
    return frame(at, statement)


def patches(at: At, sources: Sequence[int]) -> list[Patch]:
    """The corrections of single records that are in force for a source (and those merged into it), oldest first."""
    c = tables.patches.c
    statement = (
        select(c.record_digest, c.ordinal, c.digest_kind, c.digest_columns, c.column_name, c.old_value, c.new_value)
        .where(c.source_id.in_(sources), c.removed_at.is_(None), c.new_value.is_not(None))
        .order_by(c.id)
    )
    with snapshot(at) as connection, collection_paused():
        found = connection.execute(statement).cursor.fetchall()  # the driver's own: texts and numbers
        return [Patch(Record._make(row[:4]), *row[4:]) for row in found]
