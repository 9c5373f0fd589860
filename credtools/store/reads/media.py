"""Media: the files of versions and of drafts, and which stored files are needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, select, union

from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import frame, rows, values
from credtools.store.values import ADDRESS, NO_ROW

CHUNK = 500  # keys per question


def media_of(at: At, batch_id: int) -> pd.DataFrame:
    """What is linked to the rows of a batch, or staged for them.

    Columns: sheet, line, piece, size (int64), file, media_type, sha256, added_by, added_at (datetime64[us, UTC]).
    """
    blob, ledger = tables.blobs, tables.ledger_rows
    linked, staged = tables.media, tables.staged_media
    names = ("file_name", "sha256", "added_by", "added_at")
    of_ledger = (
        select(*(ledger.c[name] for name in ADDRESS), *(linked.c[name] for name in names))
        .join(linked, linked.c.version_id == ledger.c.version_id)
        .where(ledger.c.batch_id == batch_id, linked.c.removed_at.is_(None), linked.c.file_name != "")  # "": erased
    )
    of_draft = select(*(staged.c[name] for name in (*ADDRESS, *names)))
    of_draft = of_draft.where(staged.c.batch_id == batch_id, staged.c.line != NO_ROW.line)
    both = union(of_ledger, of_draft).subquery()
    statement = (
        select(*(both.c[name] for name in ADDRESS), both.c.file_name.label("file"), blob.c.media_type, blob.c.size)
        .add_columns(both.c.sha256, both.c.added_by, both.c.added_at)
        .join(blob, blob.c.sha256 == both.c.sha256)
        .order_by(*(both.c[name] for name in ADDRESS), both.c.file_name)
    )
    return frame(at, statement)


def unplaced_of(at: At, batch_id: int) -> pd.DataFrame:
    """What a draft keeps that belongs to no row yet: file, media_type, sha256, size, in the order in which it came."""
    staged, blob = tables.staged_media.c, tables.blobs.c
    statement = (
        select(staged.file_name.label("file"), blob.media_type, blob.sha256, blob.size)
        .join(tables.blobs, blob.sha256 == staged.sha256)
        .where(staged.batch_id == batch_id, staged.line == NO_ROW.line)
        .order_by(staged.piece)
    )
    return frame(at, statement)


def all_media(at: At) -> pd.DataFrame:
    """The files of all standing versions: batch, sheet, line, piece that wrote the version, else as for one batch."""
    media, version, blob = tables.media.c, tables.credential_versions.c, tables.blobs.c
    statement = (
        select(version.batch_id.label("batch"), version.line, media.file_name.label("file"), blob.media_type, blob.size)
        .add_columns(media.sha256, media.added_by, media.added_at, version.sheet, version.piece)
        .select_from(tables.media.join(tables.credential_versions).join(tables.blobs))
        .where(version.stands, media.removed_at.is_(None), media.file_name != "")
        .order_by(media.id)
    )
    return frame(at, statement)


def rows_of(at: At, batch_id: int) -> pd.DataFrame:
    """The ledger of a finished batch with the credential of each row, by line; what no version has is missing.

    Columns: sheet, line, piece (int64), verdict, version_id (Int64), asked (bool: for media), user_email, external_id,
    credential_type, credential_number, issue_date (datetime64[s]).
    """
    ledger, version, credential = tables.ledger_rows, tables.credential_versions, tables.credentials
    user, kind = tables.users, tables.credential_types
    written = version.join(credential, credential.c.id == version.c.credential_id)
    statement = (
        select(
            *(ledger.c[name] for name in ADDRESS),
            ledger.c.verdict,
            ledger.c.version_id,
            _asked().label("asked"),
            user.c.email.label("user_email"),
            user.c.external_id,
            kind.c.name.label("credential_type"),
            version.c.number.label("credential_number"),
            version.c.issue_date,
        )
        .select_from(ledger.outerjoin(written, version.c.id == ledger.c.version_id))
        .outerjoin(tables.batches, tables.batches.c.id == version.c.batch_id)
        .outerjoin(user, user.c.id == credential.c.user_id)
        .outerjoin(kind, kind.c.id == credential.c.type_id)
        .where(ledger.c.batch_id == batch_id)
        .order_by(*(ledger.c[name] for name in ADDRESS))
    )
    return frame(at, statement)


def media_of_versions(at: At, ids: Iterable[int]) -> pd.DataFrame:
    """The files of some versions: version (int64), asked (bool: for media), file, sha256.

    A version without any has one row, without a file.
    """
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
    with snapshot(at) as connection:
        found = [frame(connection, statement.where(version.c.id.in_(part))) for part in parts]
    return pd.concat(found, ignore_index=True)


def _asked() -> ColumnElement[bool]:
    """Whether a version asks for media: its type does, its batch doesn't go without, and nobody has declined it."""
    needed = tables.credential_types.c.media_required
    free = func.coalesce(tables.batches.c.media_optional, False)
    return func.coalesce(and_(needed, ~free, tables.credential_versions.c.decision != "declined"), False)


def referenced_blobs(at: At) -> list[str]:
    """The SHA-256 of every file that a version or a draft refers to; what was erased on purpose isn't expected."""
    both = union(select(tables.media.c.sha256), select(tables.staged_media.c.sha256)).subquery()
    blob = tables.blobs.c
    needed = select(blob.sha256).where(blob.sha256.in_(select(both.c.sha256)), blob.erased_at.is_(None))
    return values(at, needed)


def erased_blobs(at: At) -> dict[str, datetime]:
    """By SHA-256 when each file was erased that hasn't come again."""
    blob = tables.blobs.c
    erased = rows(at, select(blob.sha256, blob.erased_at).where(blob.erased_at.is_not(None)))
    return {row.sha256: row.erased_at for row in erased}
