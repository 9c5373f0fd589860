"""Attempts: how a run without a person ended, by what the database says; for `runs` and schedulers."""

from __future__ import annotations

from dataclasses import replace

from credtools import store
from credtools.model import Counts, Outcome
from credtools.recipe import MANUAL
from credtools.registry import finishing
from credtools.registry.session import Session


def outcome_of(session: Session, attempt: str) -> Outcome | None:
    """How the upload with this attempt id ended; None when it didn't."""
    kind, row = store.reads.batch_of_attempt(session.engine, attempt) or ("", None)
    if row is None or kind in store.reads.BEGUN:
        return None
    file = row.file_name
    if row.state == "discarded" and row.follows_id is not None:  # for a batch that went before
        row = store.reads.batch(session.engine, row.follows_id)
    if row.state == "held" and row.held_because:  # without a reason: continued, but not held again
        counts = Counts(rows=row.rows, waiting=row.waiting)
        return Outcome(file, "held", row.id, counts, held_because=row.held_because)
    if row.state == "finished":
        return finishing.outcome(file, replace(store.stored_receipt(row), replayed=kind == "replay"))
    return None


def give_up(session: Session, attempt: str) -> None:
    """Discards the draft that a run with this attempt id left behind, if there is one."""
    _, row = store.reads.batch_of_attempt(session.engine, attempt) or ("", None)
    if row is not None and row.state == "draft":
        store.discard(session.engine, row.id, session.by)


def note_failure(session: Session, file: str, source: str = MANUAL) -> None:
    """Keeps that a run on a source failed."""
    store.note_failure(session.engine, source, file)
