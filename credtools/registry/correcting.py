"""Correcting: a file of rejected rows comes back corrected; each batch that they came from gets a follow-up.

Whatever can fail of files does so before the first follow-up is finished.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from credtools import store
from credtools.errors import CredtoolsError
from credtools.exports.corrections import KEY, key_of, read_corrections
from credtools.model import Corrected
from credtools.recipe import Recipe
from credtools.registry import layouts, reviewing
from credtools.registry.follow_ups import HIDDEN, NOT_OURS, CorrectionFile, FollowUp
from credtools.registry.session import Session

WIDTH_GONE = (
    "The file of batch {} was erased, and it is no longer known how many fields its rows should have, so the row can't "
    "be corrected here; send the record again in a file of its source."
)


def correct(session: Session, path: str | Path, recipe: Recipe | None = None, *, dry_run: bool = False) -> Corrected:
    """Takes a correction file back: judges its rows again, and finishes those that were changed or are right now.

    `recipe`: instead of the one that each batch was judged by; `dry_run`: nothing is stored.

    Raises FileError when it is no correction file, or a file of a batch can't be read, RegistryError when somebody else
    settles the same rejects in the same moment. What fails once a batch is finished is told beside it (`stopped`).
    """
    file = CorrectionFile(read_corrections(path), NOT_OURS if session.me.may("audit") else HIDDEN)
    keys = filter(None, map(key_of, file.table.frame[KEY]))
    found = store.reads.rejected(session.engine, [number for number, _ in keys])
    by_batch: defaultdict[int, list[tuple[int, store.reads.Rejected]]] = defaultdict(list)
    for row, reject in file.rows(found):
        by_batch[reject.batch].append((row, reject))
    follow_ups = []
    for number, rows in by_batch.items():
        before = reviewing.opened(session, number)
        if table := layouts.table(session, before):
            follow_ups.append(FollowUp(session, before, table, file, recipe))
            follow_ups[-1].judge(rows, found)
            continue
        for row, _ in rows:
            file.problem(row, WIDTH_GONE.format(number))
    done = Corrected()
    for follow_up in follow_ups:
        try:
            done += follow_up.settle(None if dry_run else Path(path).name)
        except CredtoolsError as problem:
            if not done.receipts:
                raise
            done = replace(done, stopped=(problem,))
            break
    seen = {row.reject.id for follow_up in follow_ups for row in follow_up.rows}
    still_open = (number for batch in by_batch for number in store.reads.open_rejects(session.engine, batch))
    return replace(
        done,
        left_out=tuple(number for number in still_open if number not in seen),
        repaired=tuple(file.repaired),
        problems=tuple(sorted(file.problems)),
    )
