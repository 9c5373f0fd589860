"""Media: the files of versions and of drafts, and which stored files are needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, null, select, union

from credtools.model import WAITING_STATES, Place
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.erased import is_erased
from credtools.store.frames import frame, rows, rows_in, values
from credtools.store.reads.asking import ask_of
from credtools.store.reads.lineage import rooted
from credtools.store.values import ADDRESS, NO_ROW

CHUNK = 500  # keys per question


def media_of(at: At, batch_id: int) -> pd.DataFrame:
    """What is linked to the rows of a batch, or staged for them.

    Columns: sheet, line, piece, size (int64), file, media_type, sha256, added_by, notes (codes, separated by blanks),
    shown, shown_type (what is shown in its place, else itself), scan (agrees, differs, nothing; '': not compared, as
    what is staged), differs (str: where it differs, JSON as `Compared`, else ''), added_at (datetime64[us, UTC]).
    """
    ledger, linked, staged = tables.ledger_rows, tables.media, tables.staged_media
    names = ("file_name", "sha256", "added_by", "added_at")
    of_ledger = (
        select(*(ledger.c[name] for name in ADDRESS), *(linked.c[name] for name in names), linked.c.scan, _differs())
        .join(linked, linked.c.version_id == ledger.c.version_id)
        .where(ledger.c.batch_id == batch_id, linked.c.removed_at.is_(None), linked.c.file_name != "")  # "": erased
    )
    of_draft = select(*(staged.c[name] for name in (*ADDRESS, *names)), literal(""), literal(""))
    of_draft = of_draft.where(staged.c.batch_id == batch_id, staged.c.line != NO_ROW.line)
    both = union(of_ledger, of_draft).subquery()
    where = [both.c[name] for name in ADDRESS]
    statement = select(*where, both.c.file_name.label("file"), *_content(), both.c.added_by, both.c.added_at)
    statement = statement.add_columns(both.c.scan, both.c.differs).order_by(*where, both.c.file_name)
    with snapshot(at) as connection:
        ask_of(connection, batch_id)
        return frame(connection, _with_copy(statement.join(tables.blobs, tables.blobs.c.sha256 == both.c.sha256)))


def unplaced_of(at: At, batch_id: int) -> pd.DataFrame:
    """What a draft keeps that belongs to no row yet, in the order in which it came.

    Columns: file, media_type, size, sha256, notes, shown, shown_type.
    """
    staged = tables.staged_media.c
    statement = select(staged.file_name.label("file"), *_content())
    statement = statement.join(tables.blobs, tables.blobs.c.sha256 == staged.sha256)
    here = (staged.batch_id == batch_id, staged.line == NO_ROW.line)
    return frame(at, _with_copy(statement).where(*here).order_by(staged.piece))


def all_media(at: At) -> pd.DataFrame:
    """The files of all standing versions: batch, sheet, line, piece that wrote the version, else as for one batch."""
    media, version = tables.media.c, tables.credential_versions.c
    statement = (
        select(version.batch_id.label("batch"), version.line, media.file_name.label("file"), *_content())
        .add_columns(media.added_by, media.added_at, version.sheet, version.piece, media.scan, _differs())
        .select_from(tables.media.join(tables.credential_versions))
        .join(tables.blobs, tables.blobs.c.sha256 == media.sha256)
        .where(version.stands, media.removed_at.is_(None), media.file_name != "")
        .order_by(media.id)
    )
    return frame(at, _with_copy(statement))


COPY = tables.blobs.alias("copy")


def _content() -> list[ColumnElement[Any]]:
    """What is known of contents, and in what they are shown."""
    blob = tables.blobs.c
    shown = func.coalesce(blob.shown_as, blob.sha256).label("shown")
    kind = func.coalesce(COPY.c.media_type, blob.media_type).label("shown_type")
    return [blob.media_type, blob.size, blob.sha256, blob.notes, shown, kind]


def _with_copy(statement: Select[Any]) -> Select[Any]:
    return statement.outerjoin(COPY, COPY.c.sha256 == tables.blobs.c.shown_as)


def _differs() -> ColumnElement[str]:
    """What is read only of the few that differ."""
    media = tables.media.c
    return case((media.scan == "differs", media.compared), else_="").label("differs")


def comparisons(at: At, batch_id: int, place: Place) -> dict[str, str]:
    """Of the media of a row what each says beside it, as JSON, by SHA-256; of those that were compared."""
    ledger, media = tables.ledger_rows, tables.media
    here = (ledger.c[name] == number for name, number in zip(ADDRESS, place, strict=True))
    statement = select(media.c.sha256, media.c.compared).join(ledger, ledger.c.version_id == media.c.version_id)
    statement = statement.where(ledger.c.batch_id == batch_id, *here, media.c.removed_at.is_(None))
    with snapshot(at) as connection:
        ask_of(connection, batch_id)
        return {row.sha256: row.compared for row in connection.execute(statement) if row.compared}


def texts_of(at: At, contents: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """By SHA-256 what can be read in some files, as JSON, and whether to the end; of those that were looked at."""
    text = tables.blob_texts.c
    statement = select(text.sha256, text.pieces, text.whole)
    with snapshot(at) as connection:
        return {row.sha256: (row.pieces, row.whole) for row in rows_in(connection, statement, text.sha256, {*contents})}


def said_by(at: At, ids: Iterable[int]) -> dict[int, Any]:
    """By its id what some versions say: user_id, type_id, issue_date, expiration_date, number."""
    version, credential = tables.credential_versions.c, tables.credentials.c
    statement = select(version.id, credential.user_id, credential.type_id, version.issue_date, version.expiration_date)
    statement = statement.add_columns(version.number).join(tables.credentials, credential.id == version.credential_id)
    with snapshot(at) as connection:
        return {row.id: row for row in rows_in(connection, statement, version.id, {*ids})}


def uncompared(at: At, *, decided: bool = False) -> list[int]:
    """The batches with media at which nobody has looked: of drafts, or of credentials that wait for a decision.

    `decided`: of credentials that were decided already, too.
    """
    media, version, staged = tables.media.c, tables.credential_versions.c, tables.staged_media.c
    pending = select(version.batch_id).join(tables.media, media.version_id == version.id)
    pending = pending.where(version.stands, media.scan == "", media.file_name != "", media.removed_at.is_(None))
    pending = pending if decided else pending.where(version.decision == "pending")
    drafts = select(staged.batch_id).join(tables.batches, tables.batches.c.state.in_(WAITING_STATES))
    drafts = drafts.where(staged.sha256.not_in(select(tables.blob_texts.c.sha256)))
    return sorted(values(at, union(pending, drafts)))


def other_names(at: At) -> dict[int, list[str]]:
    """By user the names of those who were merged into them."""
    user, found = tables.users.c, defaultdict[int, list[str]](list)
    asked = select(user.id, user.merged_into, user.name).where(user.merged_into.is_not(None)).order_by(user.id)
    merged = rows(at, asked)
    root = rooted({row.id: row.merged_into for row in merged})
    for row in merged:
        found[root[row.id]] += [row.name] if row.name else []
    return dict(found)


def versions_of(at: At, batch_id: int) -> dict[Place, int]:
    """By place the versions to which the rows of a finished batch point."""
    ledger = tables.ledger_rows.c
    statement = select(*(ledger[name] for name in ADDRESS), ledger.version_id)
    statement = statement.where(ledger.batch_id == batch_id, ledger.version_id.is_not(None))
    return {Place(*row[:3]): row.version_id for row in rows(at, statement)}


def erased_media(at: At) -> pd.DataFrame:
    """Of each file of a standing version that was erased: batch, sheet, line, piece that wrote the version (int64)."""
    media, version = tables.media.c, tables.credential_versions.c
    statement = (
        select(version.batch_id.label("batch"), *(version[name] for name in ADDRESS))
        .select_from(tables.media.join(tables.credential_versions))
        .where(version.stands, media.removed_at.is_(None), media.file_name == "")
    )
    return frame(at, statement)


def rows_of(at: At, batch_id: int) -> pd.DataFrame:
    """The ledger of a finished batch with the credential of each row, by line; what no version has is missing.

    A version of somebody who was erased is nobody's: nothing of theirs may come to it again.

    Columns: sheet, line, piece (int64), verdict, version_id (Int64), asked (bool: for media), user_email, external_id,
    credential_type, credential_number, issue_date (datetime64[s]).
    """
    ledger, version, credential = tables.ledger_rows, tables.credential_versions, tables.credentials
    user, kind = tables.users, tables.credential_types
    statement = (
        select(
            *(ledger.c[name] for name in ADDRESS),
            ledger.c.verdict,
            case((is_erased(), null()), else_=ledger.c.version_id).label("version_id"),
            _asked().label("asked"),
            user.c.email.label("user_email"),
            user.c.external_id,
            kind.c.name.label("credential_type"),
            version.c.number.label("credential_number"),
            version.c.issue_date,
        )
        .select_from(ledger.outerjoin(version, version.c.id == ledger.c.version_id))
        .outerjoin(credential, credential.c.id == version.c.credential_id)
        .outerjoin(tables.batches, tables.batches.c.id == version.c.batch_id)
        .outerjoin(user, user.c.id == credential.c.user_id)
        .outerjoin(kind, kind.c.id == credential.c.type_id)
        .where(ledger.c.batch_id == batch_id)
        .order_by(*(ledger.c[name] for name in ADDRESS))
    )
    with snapshot(at) as connection:
        ask_of(connection, batch_id)
        return frame(connection, statement, optional=("version_id",))


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
    """The SHA-256 of every file, and its copy, to which a version or a draft refers; but what was erased on purpose."""
    both = union(select(tables.media.c.sha256), select(tables.staged_media.c.sha256)).subquery()
    blob = tables.blobs.c
    needed = (blob.sha256.in_(select(both.c.sha256)), blob.erased_at.is_(None))
    copies = select(blob.shown_as).where(*needed, blob.shown_as.is_not(None))
    return values(at, union(select(blob.sha256).where(*needed), copies))


def unneeded(connection: Connection, gone: Collection[str], others: Collection[str]) -> list[str]:
    """Of the files `gone`, and their copies, those that are here and to which then none of the `others` refers."""
    blob = tables.blobs.c
    here = connection.execute(select(blob.sha256, blob.shown_as).where(blob.erased_at.is_(None))).all()
    copies = {row.sha256: row.shown_as for row in here if row.shown_as}
    kept = {*others, *(copies[one] for one in others if one in copies)}
    left = {*gone} - kept
    return sorted({*left, *(copies[one] for one in left if one in copies)} & {row.sha256 for row in here} - kept)


def erased_blobs(at: At) -> dict[str, datetime]:
    """By SHA-256 when each file was erased that hasn't come again."""
    blob = tables.blobs.c
    erased = rows(at, select(blob.sha256, blob.erased_at).where(blob.erased_at.is_not(None)))
    return {row.sha256: row.erased_at for row in erased}
