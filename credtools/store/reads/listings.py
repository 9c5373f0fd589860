"""Listings: what the full lists of a source hold, and the parts into which a file was divided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from credtools.checking.rows import Elsewhere
from credtools.model import JUDGED_STATES, SAYING
from credtools.store import tables
from credtools.store.blocks import places
from credtools.store.engine import At, snapshot
from credtools.store.frames import rows_in, values
from credtools.store.reads.lineage import roots
from credtools.store.reads.sources import corrects_rows, standing


def last_listing(at: At, source_ids: Sequence[int]) -> int:
    """How many rows the last full list of a source had, all parts of its file; 0 where there was none."""
    batches = standing(at, source_ids)
    last = next((batch.sha256 for batch in reversed(batches) if batch.listing == "full" and batch.whole), None)
    return sum({batch.part: batch.rows for batch in batches if batch.sha256 == last}.values())


def other_parts(at: At, source_ids: Sequence[int], this: Any) -> list[Any]:
    """The finished batches of the other parts of a batch's file, each part's last one."""
    ours = [batch for batch in standing(at, source_ids) if (batch.sha256, batch.parts) == (this.sha256, this.parts)]
    same = {batch.part: batch for batch in ours}
    return [batch for part, batch in sorted(same.items()) if part != this.part]


def earlier_parts(at: At, this: Any) -> list[int]:
    """The batches of the parts before a batch's own, each part's last one that was judged, in their order."""
    batch = tables.batches.c
    same = (batch.source_id == this.source_id, batch.sha256 == this.sha256, batch.parts == this.parts)
    judged = select(func.max(batch.id)).where(*same, batch.part < this.part, batch.state.in_(JUDGED_STATES))
    return values(at, judged.group_by(batch.part).order_by(batch.part))


def complete(batches: Sequence[Any]) -> set[int]:
    """Those of some batches (sha256, part, parts) of whose file all parts are among them."""
    found: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for batch in batches:
        found[batch.sha256, batch.parts].add(batch.part)
    return {batch.id for batch in batches if len(found[batch.sha256, batch.parts]) == batch.parts}


def held_in(at: At, batches: Sequence[Any]) -> Elsewhere:
    """What some batches hold, by their rows; of rows that were left out it isn't known what they are."""
    row, version, reject = tables.ledger_rows.c, tables.credential_versions.c, tables.rejects.c
    numbers = [batch.id for batch in batches]
    spoken = select(version.credential_id).join(tables.ledger_rows, row.version_id == version.id)
    wrong = select(reject.user_id, reject.type_id).where(reject.batch_id.in_(numbers))
    with snapshot(at) as connection:
        held = frozenset(connection.execute(spoken.where(row.batch_id.in_(numbers))).scalars())
        users, types = roots(connection, tables.users), roots(connection, tables.credential_types)
        rejected = [
            (users.get(row.user_id, row.user_id), types.get(row.type_id, row.type_id))
            for row in connection.execute(wrong)
        ]
    nobodys = [of_type for user, of_type in rejected if user is None]
    return Elsewhere(
        held,
        frozenset(user for user, _ in rejected) - {None},
        frozenset(nobodys) - {None},
        anything=None in nobodys or any(batch.left_out for batch in batches),
    )


def listed(at: At, source_ids: Sequence[int]) -> int:
    """How many credentials a source says are valid."""
    word = tables.words.c
    statement = select(func.count(word.credential_id.distinct()))
    return int(values(at, statement.where(word.source_id.in_(source_ids), word.state == "valid"))[0])


def recipes_of(at: At, source_ids: Sequence[int]) -> list[str]:
    """The recipes by which the standing files of a source were read."""
    batch = tables.batches.c
    ours = (batch.source_id.in_(source_ids), batch.state == "finished")
    return values(at, select(batch.recipe_text).where(*ours).distinct())


def said_last(at: At, source_ids: Sequence[int], version_ids: Collection[int]) -> dict[int, tuple[str, int | None]]:
    """By which recipe, and as which piece of a record, a source said some versions last.

    Of a correction the recipe of the file that it corrects; which piece that was isn't known then (None).
    """
    batch, ledger, before = tables.batches.c, tables.ledger.c, tables.batches.alias()
    recipe = func.coalesce(before.c.recipe_text, batch.recipe_text)
    files = (
        select(batch.id, recipe, before.c.id)
        .select_from(tables.batches)
        .outerjoin(before, (before.c.id == batch.follows_id) & corrects_rows())
        .where(batch.source_id.in_(source_ids), batch.state == "finished")
        .order_by(batch.finished_at.desc(), batch.id.desc())
    )
    says = select(ledger.batch_id, ledger.version_id, ledger.piece).where(ledger.verdict.in_(SAYING))
    found: dict[int, tuple[str, int | None]] = {}
    with snapshot(at) as connection:
        alone: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for number, version, piece in rows_in(connection, says, ledger.version_id, version_ids):
            alone[number][version] = piece
        for number, text, corrects in connection.execute(files).all():
            if not (left := set(version_ids) - found.keys()):
                break
            there = alone[number] | _together(connection, number)
            found |= {k: (text, None if corrects else there[k]) for k in left & there.keys()}
    return found


def _together(connection: Connection, batch_id: int) -> dict[int, int]:
    """By version the piece of the row of a block that says it."""
    ((_, rows),) = places(connection, [batch_id])
    return dict(zip(rows.version, rows.piece, strict=True))
