"""Unplaced: the media that a draft keeps and that belong to no row yet, until a person says to which."""

from __future__ import annotations

from typing import Any

import pandas as pd

from credtools import store
from credtools.errors import FileError, RegistryError
from credtools.media import matching
from credtools.media.looking import noted
from credtools.media.matching import Match, Medium
from credtools.registry import attaching, reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.text import first_of, fold_name

NAMED = 3


def listed(session: Session, draft: Draft) -> list[tuple[str, Medium]]:
    """What a draft keeps that belongs to no row yet: its list (ambiguous, unmatched) and why, by the rows as they are.

    What would have a row by now is unmatched, too: nothing is linked that nobody saw.
    """
    kept = store.reads.unplaced_of(session.at, draft.id) if draft.waits else pd.DataFrame()
    if kept.empty:
        return []
    by_name = not draft.recipe.media
    reviewing.table(session, draft)
    with session.moment() as now:
        rows = attaching.rows_of(now, draft, named=by_name)
    match = matching.by_column(rows) if by_name else matching.by_pattern(draft.recipe.media, rows)
    return [_listed(match, one) for one in kept.itertuples(index=False)]


def _listed(match: Match, kept: Any) -> tuple[str, Medium]:
    name = kept.file
    where, rows, reason = match(matching.short(name))
    lines = tuple(row.line for row in rows)
    if where not in attaching.UNPLACED:
        where, reason = "unmatched", f"{name!r} fits line {first_of(map(str, lines), NAMED)} now. Choose the row."
    about = {field: getattr(kept, field) for field in ("sha256", "media_type", "size", "shown", "shown_type")}
    return where, Medium(name, lines, reason, notes=tuple(noted(name, kept.media_type, kept.notes).split()), **about)


def place(session: Session, draft: Draft, name: str, line: int | str) -> None:
    """Links such a file to the row of a line. Raises RegistryError when either isn't there, FileError as `attach`."""
    session.require("stage" if draft.waits else "media")
    loose = store.reads.unplaced_of(session.at, draft.id)
    found = loose[loose["file"] == name]
    if found.empty:
        raise RegistryError("chosen_file_absent", file=name)
    one: Any = next(found.itertuples(index=False))
    sha256, short = str(one.sha256), matching.short(name)
    reviewing.table(session, draft)
    with session.moment() as now:
        rows = attaching.rows_of(now, draft, named=False)
    attaching.require_lines(draft, {short: line}, rows)
    _, chosen, _ = matching.by_hand({short: line}, rows)(short)
    for row in chosen:
        if row.has.get(fold_name(short), sha256) != sha256:
            raise FileError("name_taken", file=name, line=row.line)
    kept = store.Kept(sha256, int(one.size), one.media_type)  # what else is known of it is stored already
    links = [store.Link(row.place, kept, short) for row in chosen]
    store.add_media(session.engine, draft.id, session.by, links)
    store.keep_unplaced(session.engine, draft.id, session.by, [], [name])
