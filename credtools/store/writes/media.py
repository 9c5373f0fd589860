"""Media: files linked to versions, or staged for the rows of a draft until it is finished."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Engine, delete, select

from credtools.errors import RegistryError
from credtools.model import WAITING_STATES, Place, labels
from credtools.store import tables
from credtools.store.digests import media_digest
from credtools.store.transaction import Write, write
from credtools.store.values import ADDRESS, NO_ROW


def add_media(engine: Engine, batch_id: int, by: str, files: Sequence[tuple[Place, str, str, str, int]]) -> int:
    """Links files to the versions of a finished batch, or stages them for a draft or held one; how many are new.

    `files`: (place, SHA-256, file name, media type, size); their blobs are on the disk already. What is linked or
    staged already is left as it is. Raises RegistryError when the batch is none of these, or a line has no accepted or
    unchanged row.
    """
    with write(engine) as work:
        state = _require_open(work, batch_id)
        _keep_blobs(work, {sha256: (sha256, size, media_type) for _, sha256, _, media_type, size in files})
        rows = list(dict.fromkeys(file[:3] for file in files))
        return (_stage if state in WAITING_STATES else _link)(work, batch_id, by, rows)


def keep_unplaced(
    engine: Engine, batch_id: int, by: str, files: Sequence[tuple[str, str, str, int]], placed: Collection[str] = ()
) -> None:
    """Keeps files of a draft or held batch that belong to no row yet: (SHA-256, file name, media type, size).

    Their blobs are on the disk already. They have the place of no row (line 0), each its own piece of it. `placed`: the
    names of those that have a row by now.
    """
    staged = tables.staged_media
    loose = (staged.c.batch_id == batch_id, staged.c.line == NO_ROW.line)
    with write(engine) as work:
        work.waiting(batch_id)
        there = work.execute(select(staged.c.piece, staged.c.file_name, staged.c.sha256).where(*loose)).all()
        gone = sorted({row.file_name for row in there} & {*placed})
        for name in gone:
            work.execute(delete(staged).where(*loose, staged.c.file_name == name))
        if gone:
            work.event("unstage", by, batch_id, count=len(gone))
        known, last = {(row.file_name, row.sha256) for row in there}, max((row.piece for row in there), default=0)
        if new := [file[:2] for file in files if (file[1], file[0]) not in known]:
            _keep_blobs(work, {sha256: (sha256, size, media_type) for sha256, _, media_type, size in files})
            _stage(work, batch_id, by, [(NO_ROW._replace(piece=last + k), *file) for k, file in enumerate(new, 1)])


def remove_staged(engine: Engine, batch_id: int, by: str, names: Iterable[str]) -> int:
    """Takes files of these names away from a draft or held batch again; returns from how many rows."""
    staged = tables.staged_media
    with write(engine) as work:
        state = work.batch(batch_id).state
        if state not in WAITING_STATES:
            raise RegistryError("media_settled", batch=batch_id, state=state)
        gone = 0
        for name in names:
            ours = (staged.c.batch_id == batch_id, staged.c.file_name == name, staged.c.line != NO_ROW.line)
            gone += work.execute(delete(staged).where(*ours)).rowcount
        work.event("unstage", by, batch_id, count=gone)
        return gone


def switch_media(engine: Engine, batch_id: int, by: str, *, optional: bool | None) -> None:
    """Lets the credentials of a batch go without required media; None: type and organisation decide again."""
    with write(engine) as work:
        _require_open(work, batch_id)
        work.change(tables.batches.c.id, [batch_id], media_optional=optional)
        work.event("media_switch", by, batch_id, optional=optional)


def link_staged(work: Write, from_batch: int, into_batch: int, by: str) -> None:
    """Makes what was staged for a draft media of the versions to which the ledger's rows point; within a finish."""
    staged = tables.staged_media
    where = tuple(staged.c[name] for name in ADDRESS)
    ours = select(*where, staged.c.sha256, staged.c.file_name).where(staged.c.batch_id == from_batch)
    if rows := [
        (Place(row.sheet, row.line, row.piece), *row[3:])
        for row in work.execute(ours.order_by(*where, staged.c.sha256))
    ]:
        _link(work, into_batch, by, rows, strict=False)
        work.execute(delete(staged).where(staged.c.batch_id == from_batch))  # the blobs are swept later


def _require_open(work: Write, batch_id: int) -> str:
    state = str(work.batch(batch_id).state)
    if state not in (*WAITING_STATES, "finished"):
        raise RegistryError("batch_without_media", batch=batch_id, state=state)
    return state


def _keep_blobs(work: Write, given: dict[str, tuple[str, int, str]]) -> None:
    blob = tables.blobs
    known = {row.sha256: row.erased_at for row in work.execute(select(blob.c.sha256, blob.c.erased_at))}
    again = [sha256 for sha256 in given if known.get(sha256)]  # erased before, and here again
    work.change(blob.c.sha256, again, erased_at=None)
    new = [row for sha256, row in given.items() if sha256 not in known]
    work.insert_rows(blob, ("sha256", "size", "media_type"), new)


def _stage(work: Write, batch_id: int, by: str, rows: list[tuple[Any, ...]]) -> int:
    staged = tables.staged_media
    there = select(*(staged.c[name] for name in ADDRESS), staged.c.sha256).where(staged.c.batch_id == batch_id)
    known = {(Place(row.sheet, row.line, row.piece), row.sha256) for row in work.execute(there)}
    new = {row[:2]: row for row in rows if row[:2] not in known}
    if new:
        added = {"batch_id": batch_id, "added_by": by, "added_at": work.at}
        flat = [(*place, *rest) for place, *rest in new.values()]
        work.insert_rows(staged, (*ADDRESS, "sha256", "file_name"), flat, **added)
        work.event("stage", by, batch_id, count=len(new))
    return len(new)


def _link(work: Write, batch_id: int, by: str, rows: list[tuple[Any, ...]], *, strict: bool = True) -> int:
    """The rows' versions are those of the ledger; `strict`: a line without one refuses all."""
    if not rows:
        return 0
    ledger, media = tables.ledger_rows.c, tables.media
    ours = select(*(ledger[name] for name in ADDRESS), ledger.version_id)
    ours = ours.where(ledger.batch_id == batch_id, ledger.version_id.is_not(None))
    versions = {Place(row.sheet, row.line, row.piece): row.version_id for row in work.execute(ours)}
    if strict and (strange := sorted({place for place, *_ in rows} - versions.keys())):
        raise RegistryError("line_without_version", line=labels(strange)[0], batch=batch_id)
    ids = ours.with_only_columns(ledger.version_id)
    there = select(media.c.version_id, media.c.sha256).where(media.c.version_id.in_(ids), media.c.removed_at.is_(None))
    known = {tuple(row) for row in work.execute(there)}
    new = {(versions[place], sha256): name for place, sha256, name in rows if place in versions}
    new = {key: name for key, name in new.items() if key not in known}
    if not new:
        return 0
    numbers = work.ids(media, len(new))
    columns: dict[str, Any] = {
        "id": list(numbers),
        "version_id": [version for version, _ in new],
        "sha256": [sha256 for _, sha256 in new],
        "file_name": list(new.values()),
    }
    blobs = work.execute(select(tables.blobs.c.sha256, tables.blobs.c.media_type))
    types = {row.sha256: row.media_type for row in blobs}
    kinds = [types[sha256] for sha256 in columns["sha256"]]
    digest = media_digest(columns["id"], columns["version_id"], columns["sha256"], kinds, [by] * len(new))
    work.insert(media, columns | {"added_by": by, "added_at": work.at})
    work.event("media", by, batch_id, first=numbers[0], count=len(new), links=digest)
    return len(new)
