"""Corrected: what came of a correction file, also as the outcome of a run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from credtools.model import Corrected, Counts, FileWarning, Outcome
from credtools.registry import finishing, preflight, reviewing
from credtools.registry.session import Session
from credtools.text import plural

REWRITTEN = "A spreadsheet rewrote cells of the correction file, so their original values are used."


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
        problem=next(map(str, done.stopped), None),
        warnings=tuple(dict.fromkeys(warnings)),
        batches=batches,
        pending=finishing.pending(session, done.receipts),
    )
