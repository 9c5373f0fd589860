"""Following: which rows of a file settle rejects of its source, though their records read otherwise now.

A record whose text changed is known again where exactly one row and one open reject agree in every mapped cell that had
no error, the person or the number among them. Rows that settle another reject by their own record are left out, as are
those whose credential another row of the reject's own file had said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from credtools import store
from credtools.checking import match
from credtools.model import ACCEPTED, Changes, Pair, Review
from credtools.recipe import MANUAL
from credtools.recipe.records import Records, digest, pair_of, same_pair
from credtools.recipe.shapes import Shapes
from credtools.registry import layouts, reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session


def corrected(
    session: Session, draft: Draft, review: Review, changes: Changes, followed: Sequence[store.reads.Followed]
) -> dict[int, int]:
    """Rows that correct a record which came no more: row → its open reject, one of these.

    Only rows that are accepted now, or unchanged where the source had not yet said their credential when the reject was
    last seen. A correction file has the keys of its rows, and settles nothing else.
    """
    records = Records(review.table, review.headings)
    places = {one.id: records.row(one.record) for one in followed}
    gone = [one.id for one in followed if one.state == "open" and places[one.id] is None]
    if draft.answers or not gone:
        return {}
    rejects = store.reads.rejected(session.at, gone)
    batches = {number: reviewing.opened(session, number) for number in {one.batch for one in rejects.values()}}
    wrong = _right_cells(session, rejects.values(), batches, review.table.pairs)
    known = {row for row in places.values() if row is not None}
    rows = [row for row in range(review.rows) if row not in known]
    said = match.cells_of(review.table, review.headings) | match.pairs_of(review.table)
    fitting = match.agreeing(wrong, said, rows)
    fits = Counter(row for some in fitting.values() for row in some)
    whose = _credentials(session, changes, fits)
    first_said = {} if draft.source == MANUAL else store.reads.first_said(session.at, draft.source, set(whose.values()))
    of_batch = cache(layouts.Records(session).addresses)

    def came(reject: store.reads.Rejected, row: int) -> bool:
        """Whether the record of a row was in the reject's own file."""
        known = reject.record
        return known is not None and (
            records.keys(known.kind, known.columns)[row] in of_batch(reject.batch, known.kind, known.columns)
        )

    fixes: dict[int, int] = {}
    for number, some in fitting.items():
        batch = batches[rejects[number].batch]
        if len(some) > 1:  # which of them is another record?
            some = [row for row in some if not came(rejects[number], row)]  # noqa: PLW2901 - the same, fewer
        if len(some) > 1:
            beside = store.reads.said_in(session.at, batch.id, {whose[row] for row in some if row in whose})
            some = [row for row in some if whose.get(row) not in beside]  # noqa: PLW2901 - the same, fewer
        if len(some) != 1 or fits[some[0]] != 1:
            continue
        row, verdict = some[0], changes.verdict[some[0]]
        first = first_said.get(whose.get(row, 0))
        late = draft.source != MANUAL and row in whose and (first is None or first > batch.row.finished_at)
        if verdict in ACCEPTED or (verdict == "unchanged" and late):
            fixes[row] = number
    return fixes


def _right_cells(
    session: Session, rejects: Iterable[store.reads.Rejected], batches: dict[int, Draft], pairs: Sequence[Pair]
) -> dict[int, dict[str, str]]:
    """What each reject's record says in the cells without error, and its pair (of these) as far as that is known."""
    where = {number: layouts.places(session, batch) for number, batch in batches.items()}
    right: dict[int, dict[str, str]] = {}
    for one in rejects:
        if one.raw is not None:
            cells = layouts.cells(where[one.batch], one.raw)
            said = cells | match.known_pair(_pair(one, cells, batches[one.batch].recipe.shapes, pairs))
            right[one.id] = match.right_cells(said, {error.column_name for error in one.errors})
    return right


def _pair(reject: store.reads.Rejected, cells: dict[str, str], shapes: Shapes, pairs: Sequence[Pair]) -> int | None:
    """Which of some pairs a reject's record was made of; None where its text was changed by a correction file."""
    known, raw = reject.record, reject.raw or ""
    if known is None:
        return None
    if pair := pair_of(known.columns):
        return same_pair(pair, pairs) if digest(*known[2:], raw, cells) == known.digest else None
    by_mark = zip(shapes.pairs, shapes.marks, strict=True)
    came = (one for one, mark in by_mark if digest(*known[2:], raw, cells, mark) == known.digest)
    found = {same_pair(one, pairs) for one in came}
    return found.pop() if len(found) == 1 else None


def _credentials(session: Session, changes: Changes, rows: Iterable[int]) -> dict[int, int]:
    """Of which credential each of some rows speaks, as far as it was stored before."""
    written: dict[int, Any] = {one.row: one.credential_id for one in changes.writes}
    found = {row: written[row] for row in rows if written.get(row) is not None}
    versions = {row: version for row in rows if (version := changes.equals[row]) is not None}
    of = store.reads.credentials_of(session.at, set(versions.values()))
    return found | {row: of[version] for row, version in versions.items()}
