"""Previewing: what finishing does, in counts, and in sentences where stored values or what counts are at stake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import NamedTuple

from credtools import store
from credtools.errors import sentence
from credtools.model import Changes, Preview, Review
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.text import plural

KEY = ["user_id", "type_id", "number_key"]  # what a credential is, in a review


class Standing(NamedTuple):
    """How many credentials a batch withdraws by their status or as no longer listed, reinstates, only reports."""

    by_status: int = 0
    by_absence: int = 0
    reinstated: int = 0
    unlisted: int = 0


def preview(session: Session, draft: Draft) -> Preview:
    """What finishing would do now."""
    with reviewing.moment(session, draft) as now:
        found = reviewing.planned(now, draft)
        told = (*_losing(now, draft, found), *_told(_standing(reviewing.review(now, draft), found)))
        return Preview(**asdict(found.counts), remarks=told)


def done(session: Session, draft: Draft) -> tuple[str, ...]:
    """What a finished batch has done to what counts, in sentences."""
    return tuple(_told(Standing(*store.reads.acts_of(session.at, draft.id))))


def lost(session: Session, draft: Draft, found: Changes) -> dict[str, int]:
    """Per column, by its title, how many rows would lose the stored value to a blank cell."""
    titles = {column.name: column.title for column in session.schema(draft.recipe.schema).columns}
    return dict(Counter(titles[name] for _, name in found.lost))


def _losing(session: Session, draft: Draft, found: Changes) -> Iterator[str]:
    for title, rows in lost(session, draft, found).items():
        yield sentence("values_lost", {"rows": plural(rows, "row"), "title": title})


def _standing(review: Review, found: Changes) -> Standing:
    withdrawn = [act for act in found.acts if act.act == "withdrawn"]
    gone = {act.version_id for act in withdrawn if act.row is None}
    unlisted = {word.credential_id for word in found.unlisted}
    by_absence = {word.credential_id for word in found.unlisted if word.version_id in gone}
    return Standing(
        _credentials(review, (act.row for act in withdrawn)),
        len(by_absence),
        _credentials(review, (act.row for act in found.acts if act.act == "reinstated")),
        len(unlisted - by_absence),
    )


def _credentials(review: Review, rows: Iterable[int | None]) -> int:
    """Of how many credentials some rows speak."""
    return len(review.resolved[KEY].iloc[[row for row in rows if row is not None]].drop_duplicates())


def _told(standing: Standing) -> Iterator[str]:
    for name, count in standing._asdict().items():
        if count:
            facts = {"credentials": plural(count, "credential"), "are": "is" if count == 1 else "are"}
            yield sentence(f"standing_{name}", facts)
