"""News: what a file says beside what its source said before, and what is stored."""

from __future__ import annotations

from dataclasses import replace

from credtools import store
from credtools.checking.changes import BY_SOURCE, classify
from credtools.checking.holders import numbers_of, other_holders
from credtools.checking.rows import Sending, repeats, rows_of
from credtools.model import Act, Changes, Review, Table
from credtools.recipe import MANUAL, Recipe
from credtools.recipe.whole import unread as not_read
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.registry.unread import unread


def changes(session: Session, found: Review, recipe: Recipe, sending: Sending) -> Changes:
    """What finishing would do to each row of a review, by what is stored."""
    sources = session.family(recipe.source)
    rows = rows_of(found, sending)
    users = sorted({row.key.user_id for row in rows})
    words = []
    if sending.remembers and sources:
        words = store.reads.words(session.at, sources[:1], None if sending.full else users)
    again = repeats(rows, words)
    if sending.full:
        repeated = {word.version_id for word in again.values()}
        left = [word for word in words if word.state == "valid" and word.version_id not in repeated]
        sending = replace(sending, unread=unread(session, recipe, left))
    some = sorted({row.key.user_id for row in rows if row.number not in again})
    stored = store.reads.stored_versions(session.at, some, sources)
    done = classify(found, stored, words, sending, rows, again)
    theirs = store.reads.said_by_others(session.at, sources, set(done.over.values()))
    held = store.reads.holders(session.at, *numbers_of(done.writes))
    taken_over = tuple(row for row, version in done.over.items() if version in theirs)
    done = replace(done, taken_over=taken_over, shared=other_holders(found, done, held))
    if recipe.absent != "withdraw" or not done.unlisted:
        return done
    newest = {word.credential_id: word for word in reversed(done.unlisted)}
    gone = [Act("withdrawn", word.version_id, None) for word in newest.values() if word.withdrawn != BY_SOURCE]
    return replace(done, acts=(*done.acts, *gone))


def sending(session: Session, found: Review, draft: Draft) -> Sending:
    """How the file of a draft is taken."""
    partial = draft.row.follows_id is not None and store.reads.is_partial(session.at, draft.id)
    return replace(_sent(session, found, draft), partial=partial)


def _sent(session: Session, found: Review, draft: Draft) -> Sending:
    again = draft.unattended if draft.row.count_again is None else bool(draft.row.count_again)
    if draft.answers or draft.recipe.export != "full":
        return as_sent(session, draft.recipe, found.table, None, again=again)
    sources = session.family(draft.recipe.source)
    others = store.reads.other_parts(session.at, sources, draft.row) if draft.row.parts > 1 else []
    if len(others) < draft.row.parts - 1:  # the part that is finished last speaks for all
        return as_sent(session, draft.recipe, found.table, None, again=again)
    rows = found.rows + sum(part.rows for part in others)
    taken = as_sent(session, draft.recipe, found.table, rows, again=again)
    return replace(taken, parts=store.reads.held_in(session.at, others)) if others and taken.full else taken


def as_sent(session: Session, recipe: Recipe, table: Table, rows: int | None, *, again: bool) -> Sending:
    """How a file is taken by its recipe; `rows`: of the whole file, None where it is only a part or a correction."""
    manual = recipe.source == MANUAL
    return Sending(
        remembers=not manual,
        full=recipe.export == "full" and rows is not None and _is_whole(session, recipe, table, rows),
        blanks=recipe.blanks,
        counts_again=again and manual,
    )


def _is_whole(session: Session, recipe: Recipe, table: Table, rows: int) -> bool:
    """Whether a file that should be a full list was read wholly and isn't far shorter than the last one."""
    if not_read(recipe, table.reading):
        return False
    sources = session.family(recipe.source)
    return rows >= recipe.full_share * store.reads.last_listing(session.at, sources)
