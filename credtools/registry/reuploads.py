"""Following: a file that was corrected elsewhere and uploaded again settles the rejects of the one before.

It is such a file where its source's last file had rows that weren't rejected, and every one of them is in it again.
"""

from __future__ import annotations

from credtools import store
from credtools.checking import match
from credtools.checking.match import Wrong
from credtools.errors import CredtoolsError
from credtools.model import Changes, Review
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session


def corrected(session: Session, draft: Draft, review: Review, changes: Changes) -> dict[int, int]:
    """Rows that correct a record of the last file which is wrong there and came no more: row → reject (see `match`).

    Only accepted and unchanged rows that the last file didn't have. Nothing is linked by a correction file (it has the
    keys of its rows), nor where the bytes of the last file were erased.
    """
    table = review.table
    last = None if draft.answers else store.reads.last_file(session.at, draft.id)
    came = set(zip(table.record_digests, table.ordinals, strict=True))
    wrong = store.reads.open_rejects(session.at, last) if last is not None else {}
    gone = {number: one for number, one in wrong.items() if (one.record_digest, one.ordinal) not in came}
    if last is None or not gone:
        return {}
    try:
        before = reviewing.table(session, reviewing.opened(session, last))
    except CredtoolsError:
        return {}
    keys = list(zip(before.record_digests, before.ordinals, strict=True))
    known = set(keys)
    rejected = store.reads.rejected_lines(session.at, last)
    right = {key for key, line in zip(keys, before.lines.tolist(), strict=True) if line not in rejected}
    headings = list(before.frame.columns)
    if not right or not right <= came or headings != list(table.frame.columns):
        return {}
    new = [
        row
        for row, key in enumerate(zip(table.record_digests, table.ordinals, strict=True))
        if changes.verdict[row] != "rejected" and key not in known
    ]
    records = {
        number: Wrong(str(one.raw), match.right_places(headings, {error.heading for error in one.errors}))
        for number, one in gone.items()
    }
    return match.corrected(records, {row: table.raw[row] for row in new})
