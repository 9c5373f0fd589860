"""Waivers: what persons said of rejects, found anew from the events: closed, closed for good, opened again.

What was said of a reject whose batch is undone holds for the same record in earlier files: by what their own columns
say it is the same. So the order in which batches are undone makes no difference.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from credtools.model import RecordKey
from credtools.store import tables
from credtools.store.blocks import Address
from credtools.store.frames import rows_in
from credtools.store.transaction import Write

Known = Callable[[int, int, str], Mapping[RecordKey, Address]]  # by batch, kind and columns; see `layouts.Records`
reject = tables.rejects.c


class Said(NamedTuple):
    """That a reject was waived (for good), or opened again; by which event."""

    seq: int
    waived: bool
    for_good: bool
    reject: int


class Waivers:
    """All that persons said.

    `touched`: of which rejects, and which stand for one since a batch or source left; `heirs`: since a source did.
    """

    def __init__(self, work: Write) -> None:
        self.work = work
        self.touched: set[int] = set()
        self.heirs: set[int] = set()
        self._said: defaultdict[int, list[Said]] = defaultdict(list)
        event = tables.events.c
        kinds = event.kind.in_(("waive", "reopen", "undo", "unmerge_source"))
        told: Iterable[Any] = work.execute(select(event.seq, event.kind, event.text).where(kinds).order_by(event.seq))
        for seq, kind, text in told:
            body = json.loads(text)
            self.touched.update(body.get("rejects", ()))
            self.heirs.update(body.get("rejects", ()) if kind == "unmerge_source" else ())
            for number in body.get("rejects", ()) if kind in ("waive", "reopen") else ():
                self._said[number].append(Said(seq, kind == "waive", bool(body.get("for_good")), number))

    def of_later(self, rows: Iterable[Any], source_ids: Collection[int], known: Known) -> dict[int, list[Said]]:
        """What was said of some rejects and of the same records in later files that are undone, in its order.

        Only of those of which something was said in such a file.
        """
        named = rows_in(self.work.connection, select(tables.rejects), reject.id, self._said.keys())
        void = [row for row in named if row.state == "void" and row.record_digest and row.source_id in source_ids]
        found = {}
        for row in rows:
            if same := [one.id for one in void if one.id > row.id and _is_same(row, one, known)]:
                found[row.id] = sorted(said for number in (row.id, *same) for said in self._said[number])
        return found

    def as_of(self, row: Any, said: Iterable[Said], seq: int | None = None) -> dict[str, Any]:
        """State, reason and for_good of a reject that nothing settles, by what was said before an event (None: now)."""
        state, by = _state(row, said, seq)
        reason = self._reason(by) if by else row.reason
        how = {"reason": None if state == "open" else reason, "for_good": state == "for_good"}
        return {"state": "open" if state == "open" else "waived"} | how

    def _reason(self, said: Said) -> str | None:
        return self.work.execute(select(reject.reason).where(reject.id == said.reject)).scalar()


def _is_same(row: Any, later: Any, known: Known) -> bool:
    """Whether a later reject is of the same record, by the columns of the earlier one."""
    if (row.digest_kind, row.digest_columns) == (later.digest_kind, later.digest_columns):
        return (row.record_digest, row.ordinal) == (later.record_digest, later.ordinal)
    there = known(later.batch_id, row.digest_kind, row.digest_columns)
    return there.get((row.record_digest, row.ordinal)) == (later.sheet, later.line, later.piece)


def _state(row: Any, said: Iterable[Said], seq: int | None) -> tuple[str, Said | None]:
    """Whether it is open, waived or waived for good, and by which word."""
    acts = list(said)
    own = [one for one in acts if one.reject == row.id]
    came_so = (own and not own[0].waived) or (row.for_good and not any(one.for_good for one in acts))
    state, by = ("for_good" if came_so else "open"), None
    for one in acts:
        if (seq is None or one.seq < seq) and one.waived == (state == "open"):
            state, by = ("for_good" if one.for_good else "waived") if one.waived else "open", one
    return state, by
