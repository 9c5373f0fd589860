"""Media: files linked to versions, or staged for the rows of a draft until it is finished."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, Select, delete, select

from credtools.errors import MovedError, RegistryError
from credtools.model import WAITING_STATES, Place, labels
from credtools.store import tables
from credtools.store.digests import CHAINED, media_digest, salted_digest, salts
from credtools.store.erased import is_erased, ranges
from credtools.store.frames import rows_in
from credtools.store.reads.asking import ask_of
from credtools.store.transaction import Write, write
from credtools.store.values import ADDRESS, NO_ROW, Finish, Kept, Link, Scan


def add_media(engine: Engine, batch_id: int, by: str, links: Sequence[Link]) -> int:
    """Links files to the versions of a finished batch, or stages them for a draft or held one; how many are new.

    What is linked or staged already is left as it is. Raises RegistryError when the batch is none of these, or a line
    has no accepted or unchanged row.
    """
    with write(engine) as work:
        state = _require_open(work, batch_id)
        ask_of(work.connection, batch_id)
        _keep_blobs(work, [link.kept for link in links])
        if state in WAITING_STATES:
            new = _stage(work, batch_id, by, [(link.place, link.kept.sha256, link.file_name) for link in links])
        else:
            found = [(link.place, link.kept.sha256, link.file_name, link.scan) for link in links]
            new = _link(work, batch_id, by, found)
        _tell_kept(work, batch_id, by)
        return new


def keep_unplaced(
    engine: Engine, batch_id: int, by: str, files: Sequence[tuple[str, Kept]], placed: Collection[str] = ()
) -> None:
    """Keeps files of a draft or held batch that belong to no row yet, by their names.

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
        _keep_blobs(work, [kept for _, kept in files])
        known, last = {(row.file_name, row.sha256) for row in there}, max((row.piece for row in there), default=0)
        if new := [(kept.sha256, name) for name, kept in files if (name, kept.sha256) not in known]:
            _stage(work, batch_id, by, [(NO_ROW._replace(piece=last + k), *file) for k, file in enumerate(new, 1)])
        _tell_kept(work, batch_id, by)


def _tell_kept(work: Write, batch_id: int, by: str) -> None:
    """Files may be kept, or looked at for the first time, although nothing is linked anew."""
    if work.touched.keys and not work.done:
        work.event("keep", by, batch_id)


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


def link_staged(work: Write, from_batch: int, into_batch: int, value: Finish) -> None:
    """Makes what was staged for a draft media of the versions to which the ledger's rows point; within a finish.

    Raises MovedError when something was staged since it was compared with its row.
    """
    staged = tables.staged_media
    where = tuple(staged.c[name] for name in ADDRESS)
    ours = select(*where, staged.c.sha256, staged.c.file_name).where(staged.c.batch_id == from_batch)
    found = work.execute(ours.order_by(*where, staged.c.sha256)).all()
    rows = [(Place(row.sheet, row.line, row.piece), row.sha256, row.file_name) for row in found]
    if any(row[:2] not in value.scans for row in rows if row[0].line != NO_ROW.line):
        raise MovedError("media_changed")
    if rows:
        _link(work, into_batch, value.by, [(*row, value.scans.get(row[:2], Scan())) for row in rows], strict=False)
        work.execute(delete(staged).where(staged.c.batch_id == from_batch))  # the blobs are swept later


def _require_open(work: Write, batch_id: int) -> str:
    state = str(work.batch(batch_id).state)
    if state not in (*WAITING_STATES, "finished"):
        raise RegistryError("batch_without_media", batch=batch_id, state=state)
    return state


def _keep_blobs(work: Write, files: Sequence[Kept]) -> None:
    """Keeps what is known of some contents, and their copies.

    Of what is here already the first copy stays, so that it is shown as it was when it was linked; what was never
    looked at is so now.
    """
    blob, text = tables.blobs.c, tables.blob_texts.c
    given = {one.sha256: one for one in files}
    some = {*given, *(one.copy[0] for one in files if one.copy)}
    asked = rows_in(work.connection, select(blob.sha256, blob.erased_at), blob.sha256, some)
    erased = {row.sha256: row.erased_at is not None for row in asked}
    looked = {row.sha256 for row in rows_in(work.connection, select(text.sha256), text.sha256, given)}
    fresh = {sha256: one for sha256, one in given.items() if erased.get(sha256, True)}
    copies = (Kept(*one.copy) for one in fresh.values() if one.copy)
    fresh |= {one.sha256: one for one in copies if one.sha256 not in given and erased.get(one.sha256, True)}
    new = [one for sha256, one in fresh.items() if sha256 not in erased]
    new.sort(key=lambda one: one.copy is not None)  # what others refer to comes first
    rows = [(one.sha256, one.size, one.media_type, one.notes, one.copy and one.copy[0]) for one in new]
    work.insert_rows(tables.blobs, ("sha256", "size", "media_type", "notes", "shown_as"), rows)
    for one in (one for sha256, one in fresh.items() if sha256 in erased):  # here again
        work.change(blob.sha256, [one.sha256], erased_at=None, notes=one.notes, shown_as=one.copy and one.copy[0])
    read = [one for sha256, one in given.items() if one.texts is not None and sha256 not in looked]
    for one in (one for one in read if one.sha256 not in fresh):
        work.change(blob.sha256, [one.sha256], notes=one.notes)
    texts = [(one.sha256, one.whole, one.texts) for one in read]
    work.insert_rows(tables.blob_texts, ("sha256", "whole", "pieces"), texts)


def _stage(work: Write, batch_id: int, by: str, rows: Sequence[tuple[Place, str, str]]) -> int:
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


def _link(
    work: Write, batch_id: int, by: str, rows: Sequence[tuple[Place, str, str, Scan]], *, strict: bool = True
) -> int:
    """The rows' versions are those of the ledger; `strict`: a line without one refuses all."""
    if not rows:
        return 0
    ledger, media = tables.ledger_rows.c, tables.media
    ours = select(*(ledger[name] for name in ADDRESS), ledger.version_id)
    ours = ours.where(ledger.batch_id == batch_id, ledger.version_id.is_not(None))
    ours = ours.where(ledger.version_id.not_in(_of_nobody(batch_id)))
    versions = {Place(row.sheet, row.line, row.piece): row.version_id for row in work.execute(ours)}
    if strict and (strange := sorted({place for place, *_ in rows} - versions.keys())):
        raise RegistryError("line_without_version", line=labels(strange)[0], batch=batch_id)
    ids = ours.with_only_columns(ledger.version_id)
    there = select(media.c.id, media.c.version_id, media.c.sha256, media.c.scan_digest)
    there = there.where(media.c.version_id.in_(ids), media.c.removed_at.is_(None), media.c.file_name != "")
    known = {(row.version_id, row.sha256): row for row in work.execute(there)}
    found: dict[tuple[int, str], tuple[str, Scan]] = {}
    late: dict[int, Scan] = {}
    for place, sha256, name, scan in rows:
        if place in versions and (key := (versions[place], sha256)) not in known:
            found.setdefault(key, (name, scan))
        elif place in versions and scan.verdict and known[key].scan_digest is None:
            late.setdefault(known[key].id, scan)
    if late:
        _compare(work, batch_id, by, late)
    if not found:
        return 0
    columns = _links(work, found) | {"added_by": [by] * len(found)}
    kinds = columns.pop("media_type")
    work.insert(media, columns | {"added_at": work.at})
    digest = media_digest(columns | {"media_type": kinds})
    work.event("media", by, batch_id, first=columns["id"][0], count=len(found), links=digest)
    return len(found)


def _of_nobody(batch_id: int) -> Select[Any]:
    """The versions of a batch whose user was erased."""
    version, credential, ledger = tables.credential_versions, tables.credentials, tables.ledger_rows.c
    found = select(version.c.id).join(credential, credential.c.id == version.c.credential_id)
    found = found.join(tables.users, tables.users.c.id == credential.c.user_id)
    ours = select(ledger.version_id).where(ledger.batch_id == batch_id, ledger.version_id.is_not(None))
    return found.where(is_erased(), version.c.id.in_(ours))


def _compare(work: Write, batch_id: int, by: str, late: Mapping[int, Scan]) -> None:
    """What links say beside their rows that weren't compared when they were made."""
    media, blob = tables.media, tables.blobs.c
    for (number, scan), salt in zip(late.items(), salts(len(late)), strict=True):
        said = {"scan": scan.verdict, "compared": scan.compared, "scan_salt": salt}
        work.change(media.c.id, [number], **said, scan_digest=salted_digest(salt, scan.compared))
    asked = select(media, blob.media_type).join(tables.blobs, blob.sha256 == media.c.sha256).order_by(media.c.id)
    rows = [row._mapping for row in rows_in(work.connection, asked, media.c.id, late)]  # noqa: SLF001 - public
    digest = media_digest({name: [row[name] for row in rows] for name in CHAINED})
    work.event("compare", by, batch_id, media=ranges(late), links=digest)


def _links(work: Write, found: Mapping[tuple[int, str], tuple[str, Scan]]) -> dict[str, list[Any]]:
    """The columns of links, by version and content, with the content's media type."""
    blob, scans = tables.blobs.c, [scan for _, scan in found.values()]
    asked = select(blob.sha256, blob.media_type, blob.shown_as)
    about = {row.sha256: row for row in rows_in(work.connection, asked, blob.sha256, {sha256 for _, sha256 in found})}
    salted = [salt if scan.verdict else None for salt, scan in zip(salts(len(scans)), scans, strict=True)]
    return {
        "id": list(work.ids(tables.media, len(found))),
        "version_id": [version for version, _ in found],
        "sha256": [sha256 for _, sha256 in found],
        "file_name": [name for name, _ in found.values()],
        "media_type": [about[sha256].media_type for _, sha256 in found],
        "shown_as": [about[sha256].shown_as for _, sha256 in found],
        "scan": [scan.verdict for scan in scans],
        "compared": [scan.compared for scan in scans],
        "scan_salt": salted,
        "scan_digest": [
            salted_digest(salt, scan.compared) if salt else None for salt, scan in zip(salted, scans, strict=True)
        ],
    }
