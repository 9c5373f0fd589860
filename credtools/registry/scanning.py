"""Scanning: what media say beside what rows say, as values that are known already; nothing is looked up twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from credtools import store
from credtools.limited import collection_paused
from credtools.media import told
from credtools.media.compared import Compared, Facts
from credtools.media.looked import pieces_from
from credtools.model import Changes, NewVersion, Place, Review
from credtools.registry.draft import Draft
from credtools.registry.session import Session

Of = tuple[Place, str]  # a row, and the SHA-256 of one of its media
Texts = Mapping[str, tuple[str, bool]]  # by SHA-256 what can be read in a file, as JSON, and whether to the end


class Said(NamedTuple):
    """What a version that finishing would write says; as `store.reads.said_by` has it of stored ones."""

    user_id: int
    type_id: int
    issue_date: date | None
    expiration_date: date | None
    number: str

    @classmethod
    def of(cls, one: NewVersion) -> Said:
        content = one.content
        return cls(one.key.user_id, one.key.type_id, content.issue_date, content.expiration_date, content.number)


def compared(
    session: Session, draft: Draft, media: Collection[Of], said: Mapping[Place, Facts], fresh: Texts | None = None
) -> dict[Of, Compared]:
    """What each of some media says beside its row; `fresh`: what can be read in those that aren't stored yet.

    Without those at which nobody has looked, and those of whose row nothing is `said`.
    """
    keys = {of: (of[1], said[of[0]]) for of in media if of[0] in said}
    new: dict[str, set[Facts]] = {}
    for sha256, row in (key for key in keys.values() if key not in draft.compared):
        new.setdefault(sha256, set()).add(row)
    if not new:
        return {of: draft.compared[key] for of, key in keys.items()}
    from credtools.media.comparing import compare  # noqa: PLC0415 - words of thirty languages, of use only with media

    texts = {**store.reads.texts_of(session.at, new.keys() - (fresh or {}).keys()), **(fresh or {})}
    with collection_paused():
        for sha256, rows in new.items():
            if sha256 in texts:
                pieces, whole = pieces_from(texts[sha256][0]), texts[sha256][1]
                draft.compared |= {(sha256, row): compare(pieces, whole, row) for row in rows}
    return {of: draft.compared[key] for of, key in keys.items() if key in draft.compared}


def of_draft(session: Session, review: Review, changes: Changes, places: Collection[Place]) -> dict[Place, Facts]:
    """What rows of a draft say: what finishing would write, or the version that they equal."""
    rows = {place: row for row, place in enumerate(review.table.places) if place in places}
    first = {place: row if changes.repeats[row] is None else changes.repeats[row] for place, row in rows.items()}
    written = {one.row: Said.of(one) for one in changes.writes}
    equals = {place: changes.equals[row] for place, row in first.items() if row is not None}
    stored = store.reads.said_by(session.at, {version for version in equals.values() if version})
    said = {
        place: stored.get(equals.get(place) or 0) or written.get(row) for place, row in first.items() if row is not None
    }
    return facts_of(session, {place: row for place, row in said.items() if row is not None})


def facts_of(session: Session, said: Mapping[Place, Any]) -> dict[Place, Facts]:
    """With the names of users and types as they are now."""
    lookups, others = session.lookups(), store.reads.other_names(session.at)
    types = dict(zip(lookups.types["id"].tolist(), lookups.types["name"].tolist(), strict=True))
    users = lookups.users[lookups.users["id"].isin({row.user_id for row in said.values()})]
    names = dict(zip(users["id"].tolist(), users["name"].tolist(), strict=True))
    every = tuple(types.values())
    return {
        place: Facts(
            user_name=names.get(row.user_id) or "",
            other_names=tuple(others.get(row.user_id, ())),
            credential_type=types.get(row.type_id, ""),
            types=every,
            credential_number=row.number,
            issue_date=row.issue_date,
            expiration_date=row.expiration_date,
        )
        for place, row in said.items()
    }


def differing(
    session: Session, draft: Draft, review: Review, changes: Changes, staged: Collection[tuple[Of, str]]
) -> dict[tuple[int, int, int], str]:
    """By place what its media (with their media types) say otherwise, as sentences; of a draft."""
    dates = session.lookups().date_format
    said = of_draft(session, review, changes, {place for (place, _), _ in staged})
    found = compared(session, draft, [of for of, _ in staged], said)
    sentences: dict[tuple[int, int, int], list[str]] = {}
    for of, media_type in staged:
        for one in found[of].differs if of in found else ():
            sentences.setdefault(of[0], []).append(told.differing(one, media_type, dates))
    return {place: " ".join(some) for place, some in sentences.items()}
