"""Media: files linked to versions, or staged for the rows of a draft until it is finished."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Engine, Select, and_, delete, func, select, union, update

from credtools.errors import RegistryError
from credtools.model import WAITING_STATES
from credtools.store import tables
from credtools.store.batches import state_of
from credtools.store.digests import media_digest
from credtools.store.engine import At, snapshot
from credtools.store.values import Media
from credtools.store.writing import Write, insert_columns, write

CHUNK = 500


def add_media(engine: Engine, value: Media) -> int:
    """Links files to the versions of a finished batch, or stages them for a draft or held one; how many are new.

    What is linked or staged already is left as it is. Raises RegistryError when the batch is none of these, or a line
    holds no accepted or unchanged row.
    """
    with write(engine) as work:
        staged = _require_open(work, value.batch_id) in WAITING_STATES
        _keep_blobs(work, value)
        rows = list(dict.fromkeys(zip(value.line, value.sha256, value.file_name, strict=True)))
        return _stage(work, value, rows) if staged else _link(work, value.batch_id, value.by, rows)


def remove_staged(engine: Engine, batch_id: int, by: str, names: Iterable[str]) -> int:
    """Takes files of these names away from a draft or held batch again; returns from how many rows."""
    staged = tables.staged_media
    with write(engine) as work:
        state = state_of(work, batch_id)
        if state not in WAITING_STATES:
            raise RegistryError("media_settled", batch=batch_id, state=state)
        gone = 0
        for name in names:
            ours = (staged.c.batch_id == batch_id, staged.c.file_name == name)
            gone += work.connection.execute(delete(staged).where(*ours)).rowcount
        work.event("unstage", by, batch_id, count=gone)
        return gone


def switch_media(engine: Engine, batch_id: int, by: str, *, optional: bool | None) -> None:
    """Lets the credentials of a batch go without required media; None: type and organisation decide again."""
    with write(engine) as work:
        _require_open(work, batch_id)
        this = update(tables.batches).where(tables.batches.c.id == batch_id)
        work.connection.execute(this.values(media_optional=optional))
        work.event("media_switch", by, batch_id, optional=optional)


def link_staged(work: Write, from_batch: int, into_batch: int, by: str) -> None:
    """Makes what was staged for a draft media of the versions to which the ledger's rows point; within a finish."""
    staged = tables.staged_media
    columns = (staged.c.line, staged.c.sha256, staged.c.file_name)
    ours = select(*columns).where(staged.c.batch_id == from_batch).order_by(staged.c.line, staged.c.sha256)
    _link(work, into_batch, by, [tuple(row) for row in work.connection.execute(ours)], strict=False)
    drop_staged(work, from_batch)


def drop_staged(work: Write, batch_id: int) -> None:
    """Forgets what was staged; the blobs are swept later."""
    work.connection.execute(delete(tables.staged_media).where(tables.staged_media.c.batch_id == batch_id))


def _require_open(work: Write, batch_id: int) -> str:
    state = state_of(work, batch_id)
    if state not in (*WAITING_STATES, "finished"):
        raise RegistryError("batch_without_media", batch=batch_id, state=state)
    return state


def _keep_blobs(work: Write, value: Media) -> None:
    c, blob = work.connection, tables.blobs
    given = {row[0]: row for row in zip(value.sha256, value.size, value.media_type, strict=True)}
    known = {row.sha256: row.erased_at for row in c.execute(select(blob.c.sha256, blob.c.erased_at))}
    if again := [sha256 for sha256 in given if known.get(sha256)]:  # erased before, and here again
        c.execute(update(blob).where(blob.c.sha256.in_(again)).values(erased_at=None))
    new = [row for sha256, row in given.items() if sha256 not in known]
    columns = zip(*new, strict=True) if new else ([], [], [])
    insert_columns(c, blob, dict(zip(("sha256", "size", "media_type"), map(list, columns), strict=True)))


def _stage(work: Write, value: Media, rows: list[tuple[int, str, str]]) -> int:
    staged = tables.staged_media
    held = select(staged.c.line, staged.c.sha256).where(staged.c.batch_id == value.batch_id)
    known = {tuple(row) for row in work.connection.execute(held)}
    new = {row[:2]: row for row in rows if row[:2] not in known}
    if not new:
        return 0
    line, sha256, name = (list(column) for column in zip(*new.values(), strict=True))
    columns = {"batch_id": [value.batch_id] * len(new), "line": line, "sha256": sha256, "file_name": name}
    columns |= {"added_by": [value.by] * len(new), "added_at": [work.at] * len(new)}
    insert_columns(work.connection, staged, columns)
    work.event("stage", value.by, value.batch_id, count=len(new))
    return len(new)


def _link(work: Write, batch_id: int, by: str, rows: list[tuple[Any, ...]], *, strict: bool = True) -> int:
    """The rows' versions are those of the ledger; `strict`: a line without one refuses all."""
    if not rows:
        return 0
    c, ledger, media = work.connection, tables.ledger.c, tables.media
    ours = select(ledger.line, ledger.version_id).where(ledger.batch_id == batch_id, ledger.version_id.is_not(None))
    versions: dict[int, int] = dict(c.execute(ours).all())
    if strict and (strange := sorted({line for line, *_ in rows} - versions.keys())):
        raise RegistryError("line_without_version", line=strange[0], batch=batch_id)
    ids = ours.with_only_columns(ledger.version_id)
    there = select(media.c.version_id, media.c.sha256).where(media.c.version_id.in_(ids), media.c.removed_at.is_(None))
    known = {tuple(row) for row in c.execute(there)}
    new = {(versions[line], sha256): name for line, sha256, name in rows if line in versions}
    new = {key: name for key, name in new.items() if key not in known}
    if not new:
        return 0
    first = work.next_id(media)
    columns: dict[str, list[Any]] = {
        "id": list(range(first, first + len(new))),
        "version_id": [version for version, _ in new],
        "sha256": [sha256 for _, sha256 in new],
        "file_name": list(new.values()),
        "added_by": [by] * len(new),
        "added_at": [work.at] * len(new),
    }
    types = dict(c.execute(select(tables.blobs.c.sha256, tables.blobs.c.media_type)).all())
    said = [types[sha256] for sha256 in columns["sha256"]]
    digest = media_digest(columns["id"], columns["version_id"], columns["sha256"], said, columns["added_by"])
    insert_columns(c, media, columns)
    work.event("media", by, batch_id, first=first, count=len(new), links=digest)
    return len(new)


# --- reads --------------------------------------------------------------------------------------------------


def media_of(at: At, batch_id: int) -> pd.DataFrame:
    """What is linked to the rows of a batch, or staged for them: line, file, media_type, size, sha256, added by, at."""
    blob, ledger = tables.blobs, tables.ledger
    linked, staged = tables.media, tables.staged_media
    names = ("file_name", "sha256", "added_by", "added_at")
    of_ledger = (
        select(ledger.c.line, *(linked.c[name] for name in names))
        .join(linked, linked.c.version_id == ledger.c.version_id)
        .where(ledger.c.batch_id == batch_id, linked.c.removed_at.is_(None), linked.c.file_name != "")  # "": erased
    )
    of_draft = select(staged.c.line, *(staged.c[name] for name in names)).where(staged.c.batch_id == batch_id)
    both = union(of_ledger, of_draft).subquery()
    statement = (
        select(both.c.line, both.c.file_name.label("file"), blob.c.media_type, blob.c.size, both.c.sha256)
        .add_columns(both.c.added_by, both.c.added_at)
        .join(blob, blob.c.sha256 == both.c.sha256)
        .order_by(both.c.line, both.c.file_name)
    )
    return _frame(at, statement)


def all_media(at: At) -> pd.DataFrame:
    """The files of all standing versions: batch and line that wrote the version, else as for one batch."""
    media, version, blob = tables.media.c, tables.credential_versions.c, tables.blobs.c
    statement = (
        select(version.batch_id.label("batch"), version.line, media.file_name.label("file"), blob.media_type, blob.size)
        .add_columns(media.sha256, media.added_by, media.added_at)
        .select_from(tables.media.join(tables.credential_versions).join(tables.blobs))
        .where(version.stands, media.removed_at.is_(None), media.file_name != "")
        .order_by(media.id)
    )
    return _frame(at, statement)


def rows_of(at: At, batch_id: int) -> pd.DataFrame:
    """The ledger of a finished batch with the credential of each row, by line; what no version has is None."""
    ledger, version, credential = tables.ledger, tables.credential_versions, tables.credentials
    user, kind = tables.users, tables.credential_types
    statement = (
        select(
            ledger.c.line,
            ledger.c.verdict,
            ledger.c.version_id,
            _asked().label("asked"),
            user.c.email.label("user_email"),
            user.c.external_id,
            kind.c.name.label("credential_type"),
            version.c.number.label("credential_number"),
            version.c.issue_date,
        )
        .select_from(ledger.outerjoin(version.join(credential, credential.c.id == version.c.credential_id)))
        .outerjoin(tables.batches, tables.batches.c.id == version.c.batch_id)
        .outerjoin(user, user.c.id == credential.c.user_id)
        .outerjoin(kind, kind.c.id == credential.c.type_id)
        .where(ledger.c.batch_id == batch_id)
        .order_by(ledger.c.line)
    )
    return _frame(at, statement)


def media_of_versions(at: At, ids: Iterable[int]) -> pd.DataFrame:
    """The files of some versions: version, asked, file, sha256; a version without any has one row, without a file."""
    version, credential = tables.credential_versions, tables.credentials
    kind, media = tables.credential_types, tables.media
    there = and_(media.c.version_id == version.c.id, media.c.removed_at.is_(None))
    statement = (
        select(version.c.id.label("version"), _asked().label("asked"), media.c.file_name.label("file"), media.c.sha256)
        .select_from(version.join(tables.batches).join(credential, credential.c.id == version.c.credential_id))
        .join(kind, kind.c.id == credential.c.type_id)
        .outerjoin(media, there)
        .order_by(version.c.id, media.c.id)
    )
    wanted = list(ids)
    parts = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)] or [[]]
    return pd.concat([_frame(at, statement.where(version.c.id.in_(part))) for part in parts], ignore_index=True)


def _asked() -> ColumnElement[bool]:
    """Whether a version asks for media: its type does, its batch doesn't go without, and nobody has declined it."""
    needed = tables.credential_types.c.media_required
    free = func.coalesce(tables.batches.c.media_optional, False)
    return and_(needed, ~free, tables.credential_versions.c.decision != "declined")


def types_with_media(at: At) -> dict[int, str]:
    """The names, by id, of the types that require media."""
    kind = tables.credential_types.c
    with snapshot(at) as connection:
        return dict(connection.execute(select(kind.id, kind.name).where(kind.media_required)).all())


def referenced_blobs(at: At) -> list[str]:
    """The SHA-256 of every file that a version or a draft refers to."""
    with snapshot(at) as connection:
        return list(connection.execute(referenced_files()).scalars())


def referenced_files() -> Select[Any]:
    """The same as a question; what was erased on purpose isn't expected to be there."""
    both = union(select(tables.media.c.sha256), select(tables.staged_media.c.sha256)).subquery()
    blob = tables.blobs.c
    return select(blob.sha256).where(blob.sha256.in_(select(both.c.sha256)), blob.erased_at.is_(None))


def erased_blobs(at: At) -> dict[str, datetime]:
    """By SHA-256 when each file was erased that hasn't come again."""
    blob = tables.blobs.c
    with snapshot(at) as connection:
        return dict(connection.execute(select(blob.sha256, blob.erased_at).where(blob.erased_at.is_not(None))).all())


def _frame(at: At, statement: Any) -> pd.DataFrame:
    with snapshot(at) as connection:
        result = connection.execute(statement)
        return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
