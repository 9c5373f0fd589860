"""Attaching: media for the rows of a batch, finished or not. Blobs first, then the links."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError, FileError, RegistryError
from credtools.limited import collection_paused
from credtools.media import clashes, code_pages, matching
from credtools.media.files import File, gathered
from credtools.media.looked import Looked
from credtools.media.looking import Looker
from credtools.media.matching import Attached, Match, Medium, Row
from credtools.model import ACCEPTED, Place, Review, labels
from credtools.recipe import MEDIA_VALUES, Recipe, media_pattern
from credtools.registry import comparing, editing, reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.store import Kept, Link
from credtools.store.blobs import Blobs
from credtools.text import fold_name

Chosen = Mapping[str, matching.Lines]
Progress = Callable[[int, int], None]
Stored = list[tuple[int, str, str]]  # key, file and SHA-256 of media that are not the batch's own
UNPLACED = ("ambiguous", "unmatched")
LITTER = "{!r} is a system, lock or temporary file, or an unfinished download, and was skipped."


@collection_paused()
def attach(
    session: Session,
    draft: Draft,
    paths: str | Path | Sequence[str | Path],
    match: str | Chosen | None,
    progress: Progress | None = None,
) -> Attached:
    """Looks at every file, keeps and links those that belong to rows for certain; see `Batch.add_media`."""
    session.require("stage" if draft.waits else "media")
    paths = [paths] if isinstance(paths, str | Path) else paths
    by_name, recipe = match is None and not draft.recipe.media, draft.recipe
    if isinstance(match, str):
        recipe = replace(recipe, media=media_pattern(match, draft.source))
    if by_name or reviewing.refresh(session, draft).waits:
        reviewing.table(session, draft)  # before the moment begins
    elif not isinstance(match, Mapping) and draft.counts.rejected:
        with suppress(CredtoolsError):  # locked or erased by now, judged otherwise: rejected rows can't be named then
            reviewing.review(session, draft)
    with session.moment() as now:
        rows = rows_of(now, reviewing.refresh(now, draft), named=by_name)
    if isinstance(match, Mapping):
        require_lines(draft, match, rows)
        place = matching.by_hand(match, rows)
    else:
        place = matching.by_column(rows) if by_name else matching.by_pattern(recipe.media, rows)
    done, place_of = Attached(), {row.line: row.place for row in rows}
    blobs, waits, kept = session.blobs, reviewing.refresh(session, draft).waits, dict[str, Kept]()
    looker = Looker(refuse_attachments=session.settings.refuse_attachments)
    with gathered(paths) as found, looker, blobs.together():
        given, done.zips[:] = code_pages.settled(found, place.places)
        files = _named(match, given) if isinstance(match, Mapping) else given
        known = clashes.clashes(files)
        for k, file in enumerate(files, 1):
            where, medium, opened = _look(file, looker, known, place)
            getattr(done, where).append(medium)
            if opened and (waits or where not in UNPLACED):
                kept[medium.sha256] = _put(blobs, medium.sha256, *opened)
            if progress:
                progress(k, len(files))
    blobs.flush()
    _store(session, draft, done, kept, comparing.links(session, draft, done, kept, place_of))
    _keep(session, draft, recipe)
    done.missing.extend(matching.missing(rows, done.linked, by_name=by_name))
    return done


def _put(blobs: Blobs, sha256: str, content: bytes, looked: Looked) -> Kept:
    """Keeps a file and its copy; what the database will know of them."""
    copy = (blobs.put(looked.copy), len(looked.copy), looked.copy_type) if looked.copy else None
    notes, sha256 = " ".join(looked.notes), blobs.put(content, sha256)
    return Kept(sha256, len(content), looked.media_type, notes, copy, looked.said, looked.whole)


def _store(session: Session, draft: Draft, done: Attached, kept: Mapping[str, Kept], links: Sequence[Link]) -> None:
    """Links what belongs to rows; of the rest a draft keeps what a person may know the row of."""
    if links:
        store.add_media(session.engine, draft.id, session.by, links)
    if not draft.waits:
        return
    loose = [(medium.file, kept[medium.sha256]) for medium in done.ambiguous + done.unmatched if medium.sha256]
    store.keep_unplaced(session.engine, draft.id, session.by, loose, [medium.file for medium in done.linked])


def _look(file: File, looker: Looker, known: set[str], place: Match) -> tuple[str, Medium, tuple[bytes, Looked] | None]:
    """The list to which a file goes, with the rows that it belongs to, its bytes and what they are: these are kept."""
    if file.is_litter:
        return "skipped", Medium(file.name, reason=LITTER.format(file.name)), None
    try:
        content = file.read()
        looked = looker.look(file.name, content)
        sha256 = hashlib.sha256(content).hexdigest()
        where, rows, reason = place(file.short)
        clashes.require_free(file, sha256, known, [] if where in UNPLACED else rows)
    except FileError as refused:
        return "refused", Medium(file.name, reason=str(refused)), None
    shown = hashlib.sha256(looked.copy).hexdigest() if looked.copy else sha256
    medium = Medium(
        file=file.name,
        lines=tuple(row.line for row in rows),
        reason=reason,
        sha256=sha256,
        media_type=looked.media_type,
        size=len(content),
        notes=looked.notes,
        shown=shown,
        shown_type=looked.copy_type or looked.media_type,
    )
    return where, medium, (content, looked)


def _keep(session: Session, draft: Draft, recipe: Recipe) -> None:
    """The pattern belongs to the source: it goes into the recipe, kept with a batch that still waits."""
    if recipe != draft.recipe:
        draft.recipe = recipe
        if draft.waits:
            editing.keep_recipe(session, draft)


def require_lines(draft: Draft, match: Chosen, rows: list[Row]) -> None:
    """Raises RegistryError when a chosen line isn't one of them."""
    usable = [row for row in rows if row.usable]
    for chosen in match.values():
        if strange := matching.on_lines(chosen, usable)[1]:
            raise RegistryError("line_without_media", line=strange[0], batch=draft.id)


def _named(match: Chosen, given: list[File]) -> list[File]:
    """The files for which a line was chosen; all of them must be there."""
    names = {fold_name(name): name for name in match}
    if lost := names.keys() - {fold_name(file.short) for file in given}:
        raise RegistryError("chosen_file_absent", file=names[min(lost)])
    return [file for file in given if fold_name(file.short) in names]


# --- the rows that media may belong to ----------------------------------------------------------------------


def rows_of(session: Session, draft: Draft, *, named: bool) -> list[Row]:
    """The rows of a batch; `named`: with the files that they name."""
    if draft.state in ("undone", "discarded"):
        raise RegistryError("batch_without_media", batch=draft.id, state=draft.state)
    frame, stored = (_finished if draft.state == "finished" else _waiting)(session, draft)
    # A credential lacks its media once, however many rows of the file describe it.
    frame["required"] &= not session.settings.media_optional
    frame["required"] &= ~frame["key"].duplicated()
    names: dict[Place, tuple[str, ...]] = {}
    places = list(map(Place, *(frame[name].tolist() for name in Place._fields)))
    if named or (draft.review is not None and not frame["usable"].all()):
        review = reviewing.review(session, draft)
        cells = review.resolved["media"].fillna(review.resolved["media_text"]) if "media" in review.resolved else ()
        if named:
            names = {place: matching.names_in(cell) for place, cell in zip(review.table.places, cells, strict=False)}
        _say_themselves(frame, places, review)
    keys = dict(zip(places, frame["key"].tolist(), strict=True))
    there: dict[int, dict[str, str]] = defaultdict(dict)
    own = store.reads.media_of(session.at, draft.id)[[*Place._fields, "file", "sha256"]].itertuples(index=False)
    for key, file, sha256 in (*stored, *((keys[Place(*row[:3])], *row[3:]) for row in own)):
        there[key][fold_name(file)] = sha256
    return [
        Row(
            line=label,
            place=place,
            key=row["key"],
            values={name: _text(row[name]) for name in MEDIA_VALUES},
            names=names.get(place, ()),
            usable=row["usable"],
            left_out=row["left_out"],
            required=row["required"],
            has=there[row["key"]],
        )
        for row, place, label in zip(frame.to_dict("records"), places, labels(places), strict=True)
    ]


def _finished(session: Session, draft: Draft) -> tuple[pd.DataFrame, Stored]:
    """Its ledger's rows; all media of their versions count as the batch's own."""
    frame = store.reads.rows_of(session.at, draft.id)
    usable = frame["version_id"].notna()
    key = frame["version_id"].where(usable, -1 - frame.index.to_series())
    left_out, issued = frame["verdict"] == "left_out", frame["issue_date"].dt.date
    return frame.assign(usable=usable, left_out=left_out, key=key, required=frame["asked"], issue_date=issued), []


def _waiting(session: Session, draft: Draft) -> tuple[pd.DataFrame, Stored]:
    """The same for a draft, from its review: what its rows will be; and the media of those that are here already."""
    review, changes, lookups = reviewing.review(session, draft), reviewing.planned(session, draft), session.lookups()
    found = review.resolved
    users = found[["user_id"]].merge(lookups.users, how="left", left_on="user_id", right_on="id")
    types = found[["type_id"]].merge(lookups.types, how="left", left_on="type_id", right_on="id")
    first = [k if again is None else again for k, again in enumerate(changes.repeats)]
    version = [_stored(version) if version else row for version, row in zip(changes.equals, first, strict=True)]
    stored = store.reads.media_of_versions(session.at, {version for version in changes.equals if version})
    stored["key"] = stored["version"].map(_stored)
    accepted = pd.Series(changes.verdict).isin(ACCEPTED) & (not draft.row.media_optional)
    here = pd.Series(version).isin(stored.loc[stored["asked"].eq(True), "key"])
    frame = pd.DataFrame(
        {
            **{name: getattr(review.table, f"{name}s") for name in Place._fields},
            "key": version,
            "usable": review.passed,
            "left_out": review.left_out,
            "required": (accepted & types["media_required"].eq(True)) | here,  # None where the type isn't known
            "user_email": users["email"],
            "external_id": users["external_id"],
            "credential_type": types["name"],
            "credential_number": found["credential_number"],
            "issue_date": found["issue_date"].dt.date,
        }
    )
    files = stored.loc[stored["file"].notna(), ["key", "file", "sha256"]]
    return frame, list(files.itertuples(index=False, name=None))


def _say_themselves(frame: pd.DataFrame, places: Sequence[Place], review: Review) -> None:
    """Rows without a credential: their files are found by what they say themselves, to tell why they have no row."""
    said, at = review.resolved, {place: k for k, place in enumerate(review.table.places)}
    rows = [
        k for k, (usable, place) in enumerate(zip(frame["usable"], places, strict=True)) if not usable and place in at
    ]
    theirs = [at[places[k]] for k in rows]
    for name in MEDIA_VALUES if rows else ():
        texts = said["issue_date"].dt.date if name == "issue_date" else said.get(f"{name}_text")
        if texts is not None:
            column = frame[name].astype(object)
            column.iloc[rows] = texts.iloc[theirs].to_numpy(dtype=object)
            frame[name] = column


def _stored(version: int) -> int:
    """The key of a version that is stored; rows that will write one have their number."""
    return -1 - version


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def require_blobs(session: Session, draft: Draft) -> None:
    """Raises RegistryError when a staged file, or its copy, is no longer the one that was added."""
    if not draft.row.staged:
        return
    staged = store.reads.media_of(session.at, draft.id)[["line", "sha256", "shown"]].drop_duplicates("sha256")
    for line, *contents in staged.itertuples(index=False):
        try:
            for sha256 in dict.fromkeys(contents):
                session.blobs.read(sha256)
        except RegistryError as problem:
            raise RegistryError("medium_lost", batch=draft.id, problem=problem, line=line) from problem
