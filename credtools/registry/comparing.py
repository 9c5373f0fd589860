"""Comparing: what media say beside the rows to which they belong – of a draft beside its rows as they are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError
from credtools.media.compared import Compared, Facts
from credtools.media.looking import of_names
from credtools.media.matching import Attached, Differing, short
from credtools.model import Line, Place
from credtools.model.lines import Lines
from credtools.registry import reviewing, scanning
from credtools.registry.draft import Draft
from credtools.registry.scanning import Of
from credtools.registry.session import Session

VERDICTS = ("differs", "agrees", "nothing", "")  # of several the first one counts


def links(
    session: Session, draft: Draft, done: Attached, kept: Mapping[str, store.Kept], place_of: Mapping[Line, Place]
) -> list[store.Link]:
    """The links to be stored; each medium in `done` is told what it says beside the rows to which it belongs."""
    pairs = [(place_of[line], medium.sha256) for medium in done.linked for line in medium.lines]
    texts = {sha256: (one.texts, one.whole) for sha256, one in kept.items() if one.texts is not None}
    found, made = scanning.compared(session, draft, pairs, facts(session, draft, pairs), texts), list[store.Link]()
    for linked in (done.matched, done.shared):
        for k, medium in enumerate(linked):
            each = [(line, found.get((place_of[line], medium.sha256))) for line in medium.lines]
            verdict, differs = together(each)
            linked[k] = replace(medium, scan=verdict, differs=differs)
            about = (kept[medium.sha256], short(medium.file))
            stored = ((line, None if draft.waits else one) for line, one in each)  # a draft's row may still change
            made += [store.Link(place_of[line], *about, scan(one)) for line, one in stored]
    return made


def scans(session: Session, draft: Draft) -> dict[Of, store.Scan]:
    """The same for all that is staged for a draft, as it is stored; what couldn't be compared says so."""
    if not draft.row.staged:
        return {}
    staged = _of(store.reads.media_of(session.at, draft.id))
    found = scanning.compared(session, draft, staged, facts(session, draft, staged))
    return {of: scan(found.get(of)) for of in staged}


def scan(found: Compared | None) -> store.Scan:
    return store.Scan(found.verdict, found.as_json()) if found else store.Scan()


def media(session: Session, draft: Draft) -> pd.DataFrame:
    """The media of a batch; what is staged is compared now, if its file can be judged at all."""
    frame = of_names(store.reads.media_of(session.at, draft.id))
    if frame.empty or not draft.waits:
        return frame
    try:
        found = scanning.compared(session, draft, _of(frame), facts(session, draft, _of(frame)))
    except CredtoolsError:  # without rows there is nothing beside which a medium says anything
        return frame
    each = [found.get(of) for of in _of(frame)]
    frame["scan"] = pd.Series([one.verdict if one else "" for one in each], dtype="str")
    frame["differs"] = pd.Series([one.as_json() if one and one.differs else "" for one in each], dtype="str")
    return frame


def beside(session: Session, draft: Draft, line: Line) -> dict[str, Compared]:
    """By SHA-256 what the media of a row say beside it, with where they say it."""
    there = _of(store.reads.media_of(session.at, draft.id))
    places, _ = Lines().chosen([line], {place for place, _ in there})
    if draft.waits:
        staged = [of for of in there if of[0] in places]
        found = scanning.compared(session, draft, staged, facts(session, draft, staged))
        return {sha256: one for (_, sha256), one in found.items()}
    stored = (store.reads.comparisons(session.at, draft.id, place) for place in places)
    return {sha256: Compared.from_json(text) for one in stored for sha256, text in one.items()}


def together(found: Iterable[tuple[Line, Compared | None]]) -> tuple[str, tuple[Differing, ...]]:
    """What a medium says beside the rows (by their lines) to which it belongs: one verdict, and all differences."""
    each = list(found)
    verdicts = {one.verdict if one else "" for _, one in each} or {""}
    differs = [Differing(**vars(two), line=line) for line, one in each if one for two in one.differs]
    return min(verdicts, key=VERDICTS.index), tuple(differs)


def _of(frame: pd.DataFrame) -> list[Of]:
    rows = frame[[*Place._fields, "sha256"]].itertuples(index=False, name=None)
    return [(Place(*place), sha256) for *place, sha256 in rows]


def facts(session: Session, draft: Draft, media: Collection[Of]) -> dict[Place, Facts]:
    """What the rows of some media say: those of a draft when it is finished, of a finished batch by their versions."""
    if not (places := {place for place, _ in media}):
        return {}
    if draft.waits:
        with reviewing.moment(session, draft) as now:
            return scanning.of_draft(now, reviewing.review(now, draft), reviewing.planned(now, draft), places)
    with session.moment() as now:
        store.reads.ask_of(now.at, draft.id)
        versions = store.reads.versions_of(now.at, draft.id)
        stored = store.reads.said_by(now.at, {versions[place] for place in places if place in versions})
        return scanning.facts_of(now, {place: stored[versions[place]] for place in places if place in versions})
