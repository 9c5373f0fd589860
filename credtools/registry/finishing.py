"""Finishing: from review and changes to the one value that the store writes; and what a batch says of itself."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from credtools import store
from credtools.errors import CredtoolsError
from credtools.model import Changes, Counts, Outcome, Receipt, Review
from credtools.recipe import Recipe
from credtools.registry import following, preflight
from credtools.text import plural

if TYPE_CHECKING:
    from credtools.registry.batch import Batch


def value(batch: Batch, review: Review, changes: Changes) -> store.Finish:
    """The columnar value of a batch that is ready to be written."""
    table = review.table
    errors = review.reasons
    return store.Finish(
        batch_id=batch.id,
        attempt_id=batch.attempt,
        by=batch.registry.by,
        today=review.today,
        revision=review.revision,
        judgement=review.judgement,
        schema_fingerprint=batch.registry.schema(batch.recipe.schema).fingerprint,
        recipe_text=batch.recipe.text(),
        recipe_fingerprint=batch.recipe.fingerprint,
        counts=changes.counts,
        statistics=statistics(batch),
        line=table.lines.tolist(),
        verdict=changes.verdict,
        codes=[",".join(codes) for codes in review.codes],
        raw=table.raw,
        record_digest=table.record_digests,
        ordinal=table.ordinals,
        equals=changes.equals,
        repeats=changes.repeats,
        row=changes.row,
        credential_id=changes.credential_id,
        counter=changes.counter,
        user_id=[key.user_id for key in changes.keys],
        type_id=[key.type_id for key in changes.keys],
        number_key=[key.number for key in changes.keys],
        issue_date=[content.issue_date for content in changes.contents],
        expiration_date=[content.expiration_date for content in changes.contents],
        number=[content.number for content in changes.contents],
        own=[content.own for content in changes.contents],
        decision=_decisions(batch, [key.type_id for key in changes.keys]),
        rejected_user=_known(review, "user_id"),
        rejected_type=_known(review, "type_id"),
        error_row=errors["row"].tolist(),
        error_code=errors["code"].tolist(),
        error_column=errors["column"].tolist(),
        error_heading=errors["heading"].tolist(),
        error_title=errors["title"].tolist(),
        error_value=[_storable(text) for text in errors["value"]],
        error_resolution=[_storable(text) for text in errors["resolution"]],
        error_suggestion=errors["suggestion"].tolist(),
        answers=batch.answers,
        mends=following.mended(batch, review, changes),
    )


def _known(review: Review, column: str) -> list[int | None]:
    """Per rejected row the id that it resolved to, None where nobody of that name is known."""
    return [None if number < 0 else number for number in review.resolved.loc[review.rejected, column].tolist()]


def _decisions(batch: Batch, type_ids: list[int]) -> list[str]:
    """The decision each version begins with, by (batch switch →) type → organisation."""
    lookups = batch.registry.lookups()
    switch = batch._row.approval_required  # noqa: SLF001 - the batch's own half
    decisions: dict[int, str] = {}
    for type_id, of_type in zip(lookups.types["id"].tolist(), lookups.types["approval_required"].tolist(), strict=True):
        choices = (switch, of_type, lookups.settings.approval_required)
        required = next(choice for choice in choices if choice is not None)
        decisions[type_id] = "pending" if required else "not_required"
    return [decisions[type_id] for type_id in type_ids]


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL: such characters are kept visibly escaped, on both databases alike."""
    return text.encode("unicode_escape").decode() if "\x00" in text else text


def statistics(batch: Batch) -> str:
    """What this run looked like, as JSON: the yardstick for the next file of its source; no personal values."""
    return preflight.look(batch).as_json()


def outcome_of_attempt(engine: Engine, attempt: str) -> Outcome | None:
    """How an attempt ended, by what the database says; None when it didn't."""
    kind, row = store.reads.batch_of_attempt(engine, attempt) or ("", None)
    if row is None or kind in store.reads.BEGUN:
        return None
    file = row.file_name
    if row.state == "discarded" and row.follows_id is not None:  # for a batch that went before
        row = store.reads.batch(engine, row.follows_id)
    if row.state == "held" and row.held_because:  # without a reason: continued, but not held again
        counts = Counts(rows=row.rows, waiting=row.waiting)
        return Outcome(file, "held", row.id, counts, held_because=row.held_because)
    if row.state == "finished":
        return outcome_of_receipt(file, replace(store.stored_receipt(row), replayed=kind == "replay"))
    return None


def outcome_of_receipt(file: str, receipt: Receipt) -> Outcome:
    """The verdict: ok when nothing was rejected, else partial."""
    verdict = "partial" if receipt.counts.rejected else "ok"
    return Outcome(file, verdict, receipt.batch, receipt.counts, receipt=receipt)


def complete_recipe(batch: Batch) -> Recipe:
    """The batch's recipe with everything written out that was detected or inherited: it replays alone.

    Headings that this file lacks stay: an older file may come again.
    """
    review, recipe = batch.review(), batch.recipe
    read = {**review.table.reading.options(), **recipe.read}
    found = {heading: column for heading, column in review.headings.items() if column}
    headings = {**recipe.headings, **found}
    given = {name: formats for name, formats in review.date_formats.items() if name in found.values()}
    if len(set(given.values())) == 1:
        given = {"*": next(iter(given.values()))}
    return replace(recipe, read=read, headings=headings, date_format=given)


def recipe_changes(batch: Batch, path: Path) -> list[str]:
    """The lines of a recipe that saving the batch's over it takes out (-) and adds (+), in the order of the file."""
    before = path.read_text("utf-8").splitlines()
    after = complete_recipe(batch).text_over(path).splitlines()
    return [
        line
        for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if kind != "equal"
        for line in (*(f"- {gone}" for gone in before[i:j]), *(f"+ {new}" for new in after[k:m]))
    ]


def describe(batch: Batch) -> str:
    """One line: rows, what was assumed to read them, how many headings are matched; state and counts."""
    if batch.erased:
        return f"batch {batch.id} · {batch.state} · {batch.file} · its bytes were erased · {batch.counts}"
    try:
        review = batch.review() if batch.state in ("draft", "held") else None
    except CredtoolsError as problem:
        return f"batch {batch.id} · {batch.state} · {problem}"
    parts = [f"batch {batch.id}", batch.state, batch.file, plural(len(batch.table.lines), "row")]
    parts.append(str(batch.table.reading))
    if review is not None:
        matched = sum(column is not None for column in review.headings.values())
        parts.append(f"{matched} of {len(review.headings)} headings matched")
    return " · ".join(parts) if review is not None else " · ".join([*parts, str(batch.counts)])
