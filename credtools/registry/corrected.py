"""Corrected: what came of a correction file, also as the outcome of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from credtools.model import Counts, FileWarning, Outcome, Receipt
from credtools.registry import preflight, reviewing
from credtools.registry.session import Session
from credtools.text import Shown, plural

REWRITTEN = "A spreadsheet rewrote cells of the correction file, so their original values are used."


@dataclass(frozen=True)
class Corrected(Shown):
    """What came of a correction file: numbers of rejects.

    `still_wrong` have an error that they had before, `newly_wrong` only others; `untouched`: rows of the file that
    nobody changed; `left_out`: open rejects of the same batches that the file doesn't hold. `repaired`: (line,
    heading) of cells that a spreadsheet had rewritten; `problems`: (line, sentence) of rows that could not be taken;
    `lines`: (reject, line of the file) of those that could; `errors`: what is wrong with them, a frame for each batch
    with the columns of `Batch.errors`, by the lines of the file.
    """

    fixed: tuple[int, ...] = ()
    still_wrong: tuple[int, ...] = ()
    newly_wrong: tuple[int, ...] = ()
    untouched: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()
    repaired: tuple[tuple[int, str], ...] = ()
    problems: tuple[tuple[int, str], ...] = ()
    receipts: tuple[Receipt, ...] = ()
    lines: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    errors: tuple[pd.DataFrame, ...] = field(default=(), compare=False, repr=False)

    @property
    def verdict(self) -> str:
        """`ok`, or `partial` where rows stay rejected or couldn't be taken."""
        return "partial" if self.still_wrong or self.newly_wrong or self.untouched or self.problems else "ok"

    def __add__(self, other: Corrected) -> Corrected:
        return Corrected(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __str__(self) -> str:
        names = ("fixed", "still_wrong", "newly_wrong", "untouched", "left_out")
        return " · ".join(f"{len(getattr(self, name)):,} {name.replace('_', ' ')}" for name in names)


def outcome(session: Session, path: Path, done: Corrected) -> Outcome:
    """What came of a correction file, as the outcome of a run; the first of its follow-ups and all others."""
    batches = tuple(receipt.batch for receipt in done.receipts)
    problems = Counter(sentence for _, sentence in done.problems)
    warnings = [
        FileWarning("rows_not_taken", count, f"{plural(count, 'row')} couldn't be taken. {sentence}")
        for sentence, count in problems.items()
    ]
    if done.repaired:
        warnings.append(FileWarning("cells_rewritten", len(done.repaired), REWRITTEN))
    for number in batches:
        warnings += preflight.warnings_of(session, reviewing.opened(session, number))
    return Outcome(
        str(path),
        done.verdict,
        batches[0] if batches else None,
        sum((receipt.counts for receipt in done.receipts), Counts()),
        receipt=done.receipts[0] if batches else None,
        warnings=tuple(dict.fromkeys(warnings)),
        batches=batches,
    )
