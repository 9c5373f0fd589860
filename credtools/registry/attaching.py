"""Attaching: media for the rows of a batch, finished or not. Blobs first, then the links."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from credtools import media, store
from credtools.errors import FileError, RegistryError
from credtools.media import Attached, File, Medium, Row
from credtools.model import ACCEPTED, Changes, Review
from credtools.recipe import MEDIA_VALUES, Recipe, media_pattern
from credtools.text import fold

if TYPE_CHECKING:
    from credtools.registry.batch import Batch
    from credtools.registry.registry import Registry

Chosen = Mapping[str, int | Sequence[int]]
Progress = Callable[[int, int], None]
LITTER = "{!r} is an operating-system file and was skipped."
MISSING = (
    *("media_missing", "Required media missing"),
    (
        "The type {type!r} requires media and none is there yet; the row is accepted, but can't be approved. Add its "
        "file (credtools media BATCH PATH), or make media optional."
    ),
)


def attach(
    batch: Batch, paths: Sequence[str | Path], match: str | Chosen | None, progress: Progress | None = None
) -> Attached:
    """Looks at every file, keeps and links those that belong to rows for certain; see `Batch.add_media`."""
    by_name, recipe = match is None and not batch.recipe.media, batch.recipe
    if isinstance(match, str):
        recipe = replace(recipe, media=media_pattern(match, batch.source))
    rows = _rows(batch, named=by_name)
    if isinstance(match, Mapping):
        _require_lines(batch, match, rows)
        place = media.by_hand(match, rows)
    else:
        place = media.by_column(rows) if by_name else media.by_pattern(recipe.media, rows)
    done = Attached()
    value = store.Media(batch.id, batch.registry.by)
    blobs = batch.registry.blobs
    with media.gathered(paths) as given, media.Looker() as looker:
        files = _named(match, given) if isinstance(match, Mapping) else given
        clashes = _clashes(files)
        for k, file in enumerate(files, 1):
            where, medium, content = _look(file, looker, clashes, place)
            getattr(done, where).append(medium)
            if where in ("matched", "shared"):
                blobs.put(content)
                _note(value, medium, file.short)
            if progress:
                progress(k, len(files))
    blobs.flush()
    if value.line:
        store.add_media(batch.registry.engine, value)
    _keep(batch, recipe)
    done.missing.extend(media.missing_media(rows, done.linked, by_name=by_name))
    return done


def _look(file: File, looker: media.Looker, clashes: set[str], place: media.Match) -> tuple[str, Medium, bytes]:
    """The list in which a file stands, with the rows that it belongs to, and its bytes: what was judged is kept."""
    if file.is_litter:
        return "unmatched", Medium(file.name, reason=LITTER.format(file.name)), b""
    try:
        content = file.read()
        media_type = looker.media_type(file.name, content)
        sha256 = hashlib.sha256(content).hexdigest()
        where, rows, reason = place(file.short)
        _require_free(file, sha256, clashes, rows if where != "ambiguous" else [])
    except FileError as refused:
        return "refused", Medium(file.name, reason=str(refused)), b""
    lines = tuple(row.line for row in rows)
    return where, Medium(file.name, lines, reason, sha256, media_type, len(content)), content


def _require_free(file: File, sha256: str, clashes: set[str], rows: list[Row]) -> None:
    """Under one name a row has one content, now and later."""
    name = fold(file.short)
    if name in clashes:
        raise FileError("same_name", file=file.name)
    for row in rows:
        if row.has.get(name, sha256) != sha256:
            raise FileError("name_taken", file=file.name, line=row.line)


def _clashes(files: list[File]) -> set[str]:
    """The names under which different contents were given."""
    counts = Counter(fold(file.short) for file in files)
    contents: dict[str, set[str]] = defaultdict(set)
    for file in files:
        if counts[fold(file.short)] > 1 and not file.is_litter:
            try:
                contents[fold(file.short)].add(hashlib.sha256(file.read()).hexdigest())
            except FileError as refused:
                contents[fold(file.short)].add(refused.reason)
    return {name for name, digests in contents.items() if len(digests) > 1}


def _note(value: store.Media, medium: Medium, name: str) -> None:
    for line in medium.lines:
        value.line.append(line)
        value.sha256.append(medium.sha256)
        value.file_name.append(name)
        value.media_type.append(medium.media_type)
        value.size.append(medium.size)


def _keep(batch: Batch, recipe: Recipe) -> None:
    """The pattern belongs to the source: it goes into the recipe, kept with a batch that still waits."""
    if recipe == batch.recipe:
        return
    batch.recipe = recipe
    if batch.state in ("draft", "held"):
        store.amend(batch.registry.engine, batch.id, batch.registry.by, recipe)


def _require_lines(batch: Batch, match: Chosen, rows: list[Row]) -> None:
    known = {row.line for row in rows if row.usable}
    for chosen in match.values():
        for line in chosen if isinstance(chosen, Sequence) else [chosen]:
            if line not in known:
                raise RegistryError(
                    f"Nothing was added: line {line} of batch {batch.id} holds no accepted or unchanged row."
                )


def _named(match: Chosen, given: list[File]) -> list[File]:
    """The files for which a line was chosen; all of them must be there."""
    names = {fold(name): name for name in match}
    if lost := names.keys() - {fold(file.short) for file in given}:
        raise RegistryError(f"Nothing was added: {names[min(lost)]!r} is not among the files that were given.")
    return [file for file in given if fold(file.short) in names]


# --- the rows that media may belong to ----------------------------------------------------------------------


def _rows(batch: Batch, *, named: bool) -> list[Row]:
    row = batch._row  # noqa: SLF001 - the batch's own half
    if row.state in ("undone", "discarded"):
        raise RegistryError(f"Batch {batch.id} is {row.state}; media belong to a draft, held or finished batch.")
    frame, stored = _finished(batch) if row.state == "finished" else _waiting(batch, batch._changes())  # noqa: SLF001
    # A credential lacks its media once, however many rows of the file stand for it.
    frame["required"] &= not batch.registry.settings.media_optional
    frame["required"] &= ~frame["key"].duplicated()
    names: dict[int, tuple[str, ...]] = {}
    if named:
        review = batch.review()
        cells = review.resolved["media"].fillna("") if "media" in review.resolved else ()
        names = {line: media.names_in(cell) for line, cell in zip(review.table.lines.tolist(), cells, strict=False)}
    keys = dict(zip(frame["line"].tolist(), frame["key"].tolist(), strict=True))
    there: dict[int, dict[str, str]] = defaultdict(dict)
    staged = batch.media[["line", "file", "sha256"]].itertuples(index=False)
    for key, file, sha256 in (*stored, *((keys[line], *rest) for line, *rest in staged)):
        there[key][fold(file)] = sha256
    return [
        Row(
            line=told["line"],
            key=told["key"],
            values={name: _text(told[name]) for name in MEDIA_VALUES},
            names=names.get(told["line"], ()),
            usable=told["usable"],
            required=told["required"],
            has=there[told["key"]],
        )
        for told in frame.to_dict("records")
    ]


def _asks(registry: Registry, batch: Batch | None) -> bool:
    """Whether required media are asked for: (batch switch →) type → organisation."""
    return not ((batch and batch.media_optional) or registry.settings.media_optional)


Stored = list[tuple[int, str, str]]  # key, file and SHA-256 of media that are not the batch's own


def _finished(batch: Batch) -> tuple[pd.DataFrame, Stored]:
    """Its ledger's rows; all media of their versions count as the batch's own."""
    frame = store.rows_of(batch.registry.engine, batch.id)
    usable = frame["version_id"].notna()
    required = frame["asked"].eq(True)  # None where there is no version
    key = frame["version_id"].where(usable, -frame["line"])
    return frame.assign(usable=usable, key=key, required=required), []


def _waiting(batch: Batch, changes: Changes) -> tuple[pd.DataFrame, Stored]:
    """The same for a draft, from its review: what its rows will be; and the media of those that are here already."""
    review, lookups = batch.review(), batch.registry.lookups()
    found = review.resolved
    users = found[["user_id"]].merge(lookups.users, how="left", left_on="user_id", right_on="id")
    types = found[["type_id"]].merge(lookups.types, how="left", left_on="type_id", right_on="id")
    first = [k if again is None else again for k, again in enumerate(changes.repeats)]
    version = [_stored(version) if version else row for version, row in zip(changes.equals, first, strict=True)]
    stored = store.media_of_versions(batch.registry.engine, {version for version in changes.equals if version})
    stored["key"] = stored["version"].map(_stored)
    accepted = pd.Series(changes.verdict).isin(ACCEPTED) & (not batch.media_optional)
    here = pd.Series(version).isin(stored.loc[stored["asked"].eq(True), "key"])
    frame = pd.DataFrame(
        {
            "line": review.table.lines,
            "key": version,
            "usable": ~review.rejected,
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


def _stored(version: int) -> int:
    """The key of a version that is stored; rows that will write one have their number."""
    return -1 - version


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


# --- what else a batch is asked about its media -------------------------------------------------------------


def with_warnings(registry: Registry, review: Review, changes: Changes, batch: Batch | None = None) -> Review:
    """The review with the warning `media_missing` on rows that will be accepted, but not approvable yet."""
    types = store.types_with_media(registry.engine)
    kinds = review.resolved["type_id"].map(types)
    lacking = pd.DataFrame({"line": review.table.lines, "type": kinds})
    lacking = lacking[kinds.notna() & pd.Series(changes.verdict).isin(ACCEPTED)]
    if batch and not lacking.empty:
        lacking = lacking[~lacking["line"].isin(set(batch.media["line"]))]
    if lacking.empty or not _asks(registry, batch):
        return review
    return replace(review, explain=lambda: _explained(review, lacking))


def _explained(review: Review, lacking: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    code, title, sentence = MISSING
    errors, causes = review.errors, review.causes
    blank = dict.fromkeys(("heading", "column", "value", "suggestion", "pattern"), "")
    for number, (kind, rows) in enumerate(lacking.groupby("type", sort=True), len(causes)):
        told = {**blank, "code": code, "title": title, "blocks": False, "cause": number, "count": len(rows)}
        told["resolution"] = sentence.format(type=kind)
        found = [{**told, "row": row, "line": int(line)} for row, line in rows["line"].items()]
        errors = pd.concat([errors, pd.DataFrame(found)[list(errors.columns)]])
        causes = pd.concat([causes, pd.DataFrame([told])[list(causes.columns)]], ignore_index=True)
    return errors.sort_values("row", kind="stable", ignore_index=True), causes


def require_blobs(batch: Batch) -> None:
    """Raises RegistryError when a staged file is no longer the one that was added: nothing is finished then."""
    for line, sha256 in batch.media[["line", "sha256"]].drop_duplicates("sha256").itertuples(index=False):
        try:
            batch.registry.blobs.read(sha256)
        except RegistryError as problem:
            raise RegistryError(f"Batch {batch.id} wasn't finished. {problem} It belongs to line {line}.") from problem
