"""Finishing: review and plan become the one value that the store writes; or the batch is held for a person."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from credtools import store
from credtools.errors import CredtoolsError, MovedError, RegistryError, UnknownOutcomeError
from credtools.limited import collection_paused
from credtools.model import Counts, FileWarning, Outcome, Preview, Receipt, Review
from credtools.recipe import MANUAL
from credtools.recipe.expectations import Look
from credtools.recipe.records import Records
from credtools.registry import attaching, comparing, news, preflight, previewing, reuploads, reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.store.digests import said_text

TRIES = 20  # how often a write is repeated when others write at the same time
PAUSE = 0.05  # seconds, at most, before each repeat: whoever was in the way gets on


def preview(session: Session, draft: Draft) -> Preview:
    """What finishing would do now; remembered, so that finishing asks again when it has changed."""
    draft.shown = made = previewing.preview(session, draft)
    return made


def finish(session: Session, draft: Draft, value: store.Finish | None = None) -> Receipt:
    """Writes the batch in one transaction; `value`: what was made of it a moment ago, for the first try.

    Raises MovedError when the counts are no longer those of the last preview, or others keep changing the same
    credentials; UnknownOutcomeError when the connection was lost and can't be had again.
    """
    session.require("finish")
    with collection_paused():
        for _ in range(TRIES):
            value = value or _value(session, draft)
            try:
                receipt = store.finish(session.engine, value)
            except MovedError:
                draft.review = None
                time.sleep(random.random() * PAUSE)  # noqa: S311 - no secret
            except UnknownOutcomeError as lost:
                return _after_silence(session, draft, value.judgement, lost)
            else:
                draft.pending = None if receipt.replayed else value.decision.count("pending")
                return receipt
            value = None
    raise MovedError("others_keep_writing")


def _after_silence(session: Session, draft: Draft, judgement: str, lost: UnknownOutcomeError) -> Receipt:
    """After a COMMIT without an answer: the receipt, if the batch was written."""
    try:
        written = store.settled(session.engine, draft.id, judgement)
        row = reviewing.refresh(session, draft).row
    except RegistryError:
        raise lost from None
    if written:
        return store.stored_receipt(row)
    raise RegistryError("nothing_written")


def settle(session: Session, draft: Draft, max_reject_rate: float | None = None) -> Outcome:
    """Finishes, or holds the batch with one sentence why; a draft that fails is discarded."""
    if draft.plan and draft.plan[2].again:  # what a person would be asked counts again
        draft.plan = None
    draft.unattended = True
    try:
        with reviewing.moment(session, draft) as now:
            reasons = preflight.why_hold(now, draft, max_reject_rate)
            value = None if reasons else _value(now, draft)
        if reasons:
            return hold(session, draft, " ".join(said for _, said in reasons), [reason for reason, _ in reasons])
        receipt = finish(session, draft, value)
        return outcome(session, draft.file, receipt, draft.noted, draft.pending)
    except UnknownOutcomeError:
        raise
    except CredtoolsError:
        if reviewing.refresh(session, draft).state == "draft":
            discard(session, draft)
        raise


def hold(session: Session, draft: Draft, because: str, held_by: Sequence[str] = ()) -> Outcome:
    look = replace(preflight.noted(session, draft), held_by=tuple(held_by))
    held = store.hold(
        *(session.engine, draft.id, session.by),
        attempt_id=draft.attempt,
        rows=look.rows,
        because=because,
        statistics=look.as_json(),
    )
    counts = Counts(rows=look.rows, waiting=look.rows)
    told = _told(session, draft.recipe.schema, look)
    return Outcome(draft.file, "held", held, counts, held_because=because, warnings=look.warnings, **told)


def _told(session: Session, schema: str, look: Look) -> dict[str, Any]:
    return {"held_by": look.held_by, "rejected_for": preflight.most_rejected(session, schema, look)}


def discard(session: Session, draft: Draft) -> None:
    session.require("discard")
    store.discard(session.engine, draft.id, session.by)


def outcome(
    session: Session,
    file: str,
    receipt: Receipt,
    warnings: tuple[FileWarning, ...] = (),
    waits: int | None = None,
) -> Outcome:
    """The verdict: ok when nothing was rejected, else partial. `waits`: how many wait for a decision, where known."""
    verdict = "partial" if receipt.counts.rejected else "ok"
    told = pending(session, [receipt]) if waits is None else ((receipt.batch, waits),) * bool(waits)
    return Outcome(file, verdict, receipt.batch, receipt.counts, receipt=receipt, warnings=warnings, pending=told)


def pending(session: Session, receipts: Iterable[Receipt]) -> tuple[tuple[int, int], ...]:
    """(batch, credentials) that wait for a decision, where any do."""
    counted = ((one.batch, store.reads.pending(session.at, one.batch)) for one in receipts)
    return tuple(one for one in counted if one[1])


def _warnings(session: Session, number: int, attempt: str) -> tuple[FileWarning, ...]:
    with session.moment() as now:
        return preflight.warnings_of(now, reviewing.opened(now, number), attempt)


def _value(session: Session, draft: Draft) -> store.Finish:
    """The columnar value of a batch that is ready to be written. Raises MovedError when the counts have changed."""
    with reviewing.moment(session, draft) as now:
        attaching.require_blobs(now, reviewing.refresh(now, draft))
        scans = comparing.scans(now, draft)
        review, changes = reviewing.review(now, draft), reviewing.planned(now, draft)
        if draft.shown is not None and draft.shown.moved(foreseen := previewing.preview(now, draft)):
            before, draft.shown = draft.shown, None
            raise MovedError("counts_moved", before=before, now=foreseen)
        look = preflight.noted(now, draft)
        draft.noted = look.warnings
        followed = store.reads.followed(now.at, now.family(draft.source))
        fixes = reuploads.corrected(now, draft, review, changes, followed)
        decision = _decisions(now, draft, [one.key.type_id for one in changes.writes])
        schema = now.schema(draft.recipe.schema)
        taken = news.sending(now, review, draft)
        sources = now.family(draft.source)
        previous, history = store.reads.seen(now.at, sources)
        seen = now.facts().seq
    table, errors = review.table, review.on("stored").reasons
    records = Records(table, review.headings)
    wrong = np.flatnonzero(review.rejected).tolist()
    known = records.own(schema.columns) if wrong else []
    return store.Finish(
        batch_id=draft.id,
        attempt_id=draft.attempt,
        by=session.by,
        today=review.today,
        revision=review.revision,
        judgement=review.judgement,
        schema_fingerprint=schema.fingerprint,
        recipe_text=draft.recipe.text(),
        recipe_fingerprint=draft.recipe.fingerprint,
        statistics=look.as_json(),
        changes=changes,
        said=_said(review, len(draft.recipe.shapes.unpivot) or 1),
        listing="full" if taken.full else "part",
        withdraws=taken.full and draft.recipe.absent == "withdraw",
        sources=tuple(sources),
        previous=previous,
        history=history,
        seen=seen,
        sheet=table.sheets.tolist(),
        line=table.lines.tolist(),
        piece=table.pieces.tolist(),
        rules=dict.fromkeys(np.flatnonzero(review.left_out).tolist(), "status") | dict(review.left_out_by),
        codes=[",".join(codes) for codes in review.codes],
        raw=table.raw,
        records=[known[row] for row in wrong],
        known={kind: records.rows(*kind) for kind in {(one.record.kind, one.record.columns) for one in followed}},
        followed=frozenset(one.id for one in followed),
        people=review.people | {word.key.user_id for word in changes.unlisted},
        decision=decision,
        rejected_user=_known(review, "user_id"),
        rejected_type=_known(review, "type_id"),
        errors={str(name): list(map(_storable, column.tolist())) for name, column in errors.items()},
        answers=draft.answers,
        fixes=fixes,
        scans=scans,
    )


def _said(review: Review, pairs: int) -> str:
    """Of which columns the file speaks, pair by pair: in any row that is ready, else wherever none is silent."""
    if not review.unsaid:
        return said_text([review.said_columns])
    none = np.zeros(review.rows, dtype=np.bool_)
    silent = {name: review.unsaid.get(name, none) for name in review.said_columns}
    pair = (review.table.pieces - 1) % pairs
    return said_text(
        [
            [n for n, rows in silent.items() if (of & ~rows & review.passed).any() or not (of & rows).any()]
            for of in (pair == k for k in range(pairs))
        ]
    )


def _known(review: Review, column: str) -> list[int | None]:
    """Per rejected row the id that it resolved to, None where nobody of that name is known."""
    return [None if number < 0 else number for number in review.resolved.loc[review.rejected, column].tolist()]


def _decisions(session: Session, draft: Draft, type_ids: list[int]) -> list[str]:
    """The decision each version begins with, by (batch switch →) type → organisation."""
    lookups, decisions = session.lookups(), {}
    for type_id, of_type in zip(lookups.types["id"].tolist(), lookups.types["approval_required"].tolist(), strict=True):
        choices = (draft.row.approval_required, of_type, lookups.settings.approval_required)
        required = next(choice for choice in choices if choice is not None)
        decisions[type_id] = "pending" if required else "not_required"
    return [decisions[type_id] for type_id in type_ids]


def _storable(value: Any) -> Any:
    """PostgreSQL stores no NUL: such characters are kept visibly escaped, on both databases alike."""
    return value.encode("unicode_escape").decode() if isinstance(value, str) and "\x00" in value else value


# --- how a run without a person ended, by what the database says: for `runs` and schedulers --------------------


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
        with session.moment() as now:
            draft = reviewing.opened(now, row.id)
            look = preflight.noted_by(now, draft, attempt)
            told = _told(now, draft.recipe.schema, look)
        return Outcome(file, "held", row.id, counts, held_because=row.held_because, warnings=look.warnings, **told)
    if row.state == "finished":
        receipt = replace(store.stored_receipt(row), replayed=kind == "replay")
        return outcome(session, file, receipt, _warnings(session, row.id, attempt))
    return None


def give_up(session: Session, attempt: str) -> None:
    """Discards the draft that a run with this attempt id left behind, if there is one."""
    _, row = store.reads.batch_of_attempt(session.engine, attempt) or ("", None)
    if row is not None and row.state == "draft":
        store.discard(session.engine, row.id, session.by)


def note_failure(session: Session, file: str, source: str = MANUAL) -> None:
    """Keeps that a run on a source failed."""
    store.note_failure(session.engine, session.by, source, file)
