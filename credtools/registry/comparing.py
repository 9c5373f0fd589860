"""Comparing: what media say beside the rows to which they belong – of a draft beside its rows as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError
from credtools.media.compared import Compared, Facts
from credtools.media.comparing import compare
from credtools.media.looked import pieces_from
from credtools.media.matching import Attached, Differing, short
from credtools.model import Line, NewVersion, Place
from credtools.model.lines import Lines
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session

Of = tuple[Place, str]  # a row, and the SHA-256 of one of its media
Texts = Mapping[str, tuple[str, bool]]  # by SHA-256 what can be read in a file, as JSON, and whether to the end
VERDICTS = ("differs", "agrees", "nothing", "")  # of several the first one counts


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


def compared(session: Session, draft: Draft, media: Collection[Of], fresh: Texts | None = None) -> dict[Of, Compared]:
    """What each of some media says beside its row; `fresh`: what can be read in those that aren't stored yet.

    Without those at which nobody has looked, and those whose row has no version and will have none.
    """
    said = facts(session, draft, {place for place, _ in media})
    keys = {of: (of[1], said[of[0]]) for of in media if of[0] in said}
    new: dict[str, set[Facts]] = {}
    for sha256, row in (key for key in keys.values() if key not in draft.compared):
        new.setdefault(sha256, set()).add(row)
    texts = {**store.reads.texts_of(session.at, new.keys() - (fresh or {}).keys()), **(fresh or {})}
    for sha256, rows in new.items():
        if sha256 in texts:
            pieces, whole = pieces_from(texts[sha256][0]), texts[sha256][1]
            draft.compared |= {(sha256, row): compare(pieces, whole, row) for row in rows}
    return {of: draft.compared[key] for of, key in keys.items() if key in draft.compared}


def links(
    session: Session, draft: Draft, done: Attached, kept: Mapping[str, store.Kept], place_of: Mapping[Line, Place]
) -> list[store.Link]:
    """The links to be stored; each medium in `done` is told what it says beside the rows to which it belongs."""
    pairs = [(place_of[line], medium.sha256) for medium in done.linked for line in medium.lines]
    texts = {sha256: (one.texts, one.whole) for sha256, one in kept.items() if one.texts is not None}
    found, made = compared(session, draft, pairs, texts), list[store.Link]()
    for linked in (done.matched, done.shared):
        for k, medium in enumerate(linked):
            each = [(line, found.get((place_of[line], medium.sha256))) for line in medium.lines]
            verdict, differs = together(each)
            linked[k] = replace(medium, scan=verdict, differs=differs)
            about = (kept[medium.sha256], short(medium.file))
            made += [store.Link(place_of[line], *about, scan(one)) for line, one in each]
    return made


def scans(session: Session, draft: Draft) -> dict[Of, store.Scan]:
    """The same for all that is staged for a draft, as it is stored; what couldn't be compared says so."""
    if not draft.row.staged:
        return {}
    staged = _of(store.reads.media_of(session.at, draft.id))
    found = compared(session, draft, staged)
    return {of: scan(found.get(of)) for of in staged}


def scan(found: Compared | None) -> store.Scan:
    return store.Scan(found.verdict, found.as_json()) if found else store.Scan()


def media(session: Session, draft: Draft) -> pd.DataFrame:
    """The media of a batch; what is staged is compared now, if its file can be judged at all."""
    frame = store.reads.media_of(session.at, draft.id)
    if frame.empty or not draft.waits:
        return frame
    try:
        found = compared(session, draft, _of(frame))
    except CredtoolsError:  # without rows there is nothing beside which a medium says anything
        return frame
    each = [scan(found.get(of)) for of in _of(frame)]
    frame["scan"] = pd.Series([one.verdict for one in each], dtype="str")
    frame["differs"] = pd.Series([one.compared if one.verdict == "differs" else "" for one in each], dtype="str")
    return frame


def beside(session: Session, draft: Draft, line: Line) -> dict[str, Compared]:
    """By SHA-256 what the media of a row say beside it, with where they say it."""
    there = _of(store.reads.media_of(session.at, draft.id))
    places, _ = Lines().chosen([line], {place for place, _ in there})
    if draft.waits:
        found = compared(session, draft, [of for of in there if of[0] in places])
        return {sha256: one for (_, sha256), one in found.items()}
    stored = (store.reads.comparisons(session.at, draft.id, place) for place in places)
    return {sha256: Compared.from_json(text) for one in stored for sha256, text in one.items()}


def together(found: Iterable[tuple[Line, Compared | None]]) -> tuple[str, tuple[Differing, ...]]:
    """What a medium says beside the rows (by their lines) to which it belongs: one verdict, and all differences."""
    each = list(found)
    verdicts = {one.verdict if one else "" for _, one in each} or {""}
    differs = [Differing(line, **vars(two)) for line, one in each if one for two in one.differs]
    return min(verdicts, key=VERDICTS.index), tuple(differs)


def _of(frame: pd.DataFrame) -> list[Of]:
    rows = frame[[*Place._fields, "sha256"]].itertuples(index=False, name=None)
    return [(Place(*place), sha256) for *place, sha256 in rows]


# --- what rows say ------------------------------------------------------------------------------------------


def facts(session: Session, draft: Draft, places: Collection[Place]) -> dict[Place, Facts]:
    """What rows say: those of a draft by what finishing would write, those of a finished batch by their versions."""
    if not places:
        return {}
    if not draft.waits:
        with session.moment() as now:
            versions = store.reads.versions_of(now.at, draft.id)
            stored = store.reads.said_by(now.at, {versions[place] for place in places if place in versions})
            return _facts(now, {place: stored[versions[place]] for place in places if place in versions})
    with reviewing.moment(session, draft) as now:
        review, changes = reviewing.review(now, draft), reviewing.planned(now, draft)
        rows = {place: row for row, place in enumerate(review.table.places) if place in places}
        first = {place: row if changes.repeats[row] is None else changes.repeats[row] for place, row in rows.items()}
        written = {one.row: Said.of(one) for one in changes.writes}
        equals = {place: changes.equals[row] for place, row in first.items() if row is not None}
        stored = store.reads.said_by(now.at, {version for version in equals.values() if version})
        said = {
            place: stored.get(equals.get(place) or 0) or written.get(row)
            for place, row in first.items()
            if row is not None
        }
        return _facts(now, {place: row for place, row in said.items() if row is not None})


def _facts(session: Session, said: Mapping[Place, Any]) -> dict[Place, Facts]:
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
