"""Reads: everything that is asked of the database, as plain values and frames."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Row, and_, exists, func, select

from credtools.checking.lookups import TYPE_COLUMNS, USER_COLUMNS, Lookups
from credtools.errors import RegistryError
from credtools.model import OrganisationSettings, Patch, StoredVersions
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.erased import KEY
from credtools.store.finish import revision
from credtools.text import fold

CHUNK = 5_000  # keys per question
BEGUN = ("upload", "continue")  # the events of an attempt that has not come to an end
ATTEMPTED = (*BEGUN, "hold", "discard", "finish", "replay")


def settings_texts(at: At) -> dict[str, str]:
    """The settings that the organisation has changed, as stored texts."""
    with snapshot(at) as connection:
        return _settings_texts(connection)


def _settings_texts(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(tables.settings.c.key, tables.settings.c.value))
    return {row.key: row.value for row in rows}


def lookups(
    at: At,
    typed: Callable[[dict[str, str]], OrganisationSettings],
    by: str,
    known: Lookups | None = None,
) -> Lookups:
    """Users, types, settings and today, read in one snapshot; `typed` makes settings of their stored texts.

    What is `known` is given back as it is while its revision and its day are the latest.
    """
    with snapshot(at) as connection:
        latest = revision(connection)
        if known and (known.revision, known.today) == (latest, _today(known.settings)):
            return known
        settings = typed(_settings_texts(connection))
        return Lookups(
            users=_frame(
                connection, tables.users, USER_COLUMNS, func.substr(tables.users.c.email_key, 1, len(KEY)) != KEY
            ),
            types=_frame(connection, tables.credential_types, TYPE_COLUMNS),
            settings=settings,
            today=_today(settings),
            revision=latest,
            profile_date_format=_profile_date_format(connection, by),
        )


def profile_date_format(at: At, by: str) -> str | None:
    """The date format in the profile of who is at work, where there is one."""
    with snapshot(at) as connection:
        return _profile_date_format(connection, by)


def _profile_date_format(connection: Connection, by: str) -> str | None:
    return connection.execute(select(tables.users.c.date_format).where(tables.users.c.email_key == fold(by))).scalar()


def _today(settings: OrganisationSettings) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(settings.time_zone)).date()


def _frame(connection: Connection, table: Any, columns: Sequence[str], *some: Any) -> pd.DataFrame:
    rows = connection.execute(select(*(table.c[name] for name in columns)).where(*some).order_by(table.c.id)).all()
    return pd.DataFrame(
        dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else None, columns=list(columns)
    )


def batch(at: At, batch_id: int) -> Row[Any]:
    """The row of a batch, and: source (its name), erased (whether its bytes were), staged (whether files wait in it).

    Raises RegistryError when there is none of this number.
    """
    staged = tables.staged_media.c.batch_id == tables.batches.c.id
    with snapshot(at) as connection:
        found = connection.execute(
            select(
                tables.batches,
                tables.sources.c.name.label("source"),
                tables.source_files.c.content.is_(None).label("erased"),
                exists().where(staged).label("staged"),
            )
            .join(tables.sources)
            .join(tables.source_files)
            .where(tables.batches.c.id == batch_id)
        ).one_or_none()
    if found is None:
        raise RegistryError("batch_unknown", batch=batch_id)
    return found


def batch_of_attempt(at: At, attempt_id: str) -> tuple[str, Row[Any]] | None:
    """The last event of an attempt, and the batch it was about; None when it left nothing.

    Several attempts may have gone on with the same batch; only the events tell what each of them did.
    """
    event = tables.events.c
    naming = event.text.contains(f'"attempt": {json.dumps(attempt_id)}', autoescape=True)
    statement = (
        select(event.text, event.kind, event.batch_id)
        .where(event.kind.in_(ATTEMPTED), naming)
        .order_by(event.seq.desc())
    )
    with snapshot(at) as connection:
        for text, kind, batch_id in connection.execute(statement):
            if json.loads(text)["attempt"] == attempt_id:  # SQLite's LIKE makes no difference of case
                return kind, connection.execute(select(tables.batches).where(tables.batches.c.id == batch_id)).one()
    return None


def batches(at: At) -> pd.DataFrame:
    """All batches, newest first: batch, source, file, state, counts, uploaded_by, uploaded_at."""
    c = tables.batches.c
    names = (c.state, c.rows, c.new, c.new_versions, c.older, c.unchanged, c.rejected, c.waiting)
    statement = (
        select(c.id.label("batch"), tables.sources.c.name.label("source"), c.file_name.label("file"), *names)
        .add_columns(c.uploaded_by, c.uploaded_at)
        .join(tables.sources)
        .order_by(c.id.desc())
    )
    return _query(at, statement)


def source_bytes(at: At, sha256: str) -> bytes:
    """The bytes of an uploaded file. Raises RegistryError when they were erased."""
    with snapshot(at) as connection:
        content = connection.execute(
            select(tables.source_files.c.content).where(tables.source_files.c.sha256 == sha256)
        ).scalar()
    if content is None:
        raise RegistryError("file_erased")
    return bytes(content)


def is_erased(at: At, sha256: str) -> bool:
    """Whether the bytes of an uploaded file were erased."""
    file = tables.source_files.c
    with snapshot(at) as connection:
        return bool(connection.execute(select(file.content.is_(None)).where(file.sha256 == sha256)).scalar())


def patches(at: At, source: str) -> list[Patch]:
    """The corrections of single records that are in force for a source, oldest first."""
    c = tables.patches.c
    statement = (
        select(c.record_digest, c.ordinal, c.column_name, c.old_value, c.new_value)
        .join(tables.sources)
        .where(tables.sources.c.name == source, c.removed_at.is_(None), c.new_value.is_not(None))
        .order_by(c.id)
    )
    with snapshot(at) as connection:
        return [Patch(*row) for row in connection.execute(statement)]


def stored_versions(at: At, user_ids: Sequence[int]) -> StoredVersions:
    """The standing versions of all credentials of some users, oldest first.

    A credential without one has one entry with version_id None.
    """
    credential, version = tables.credentials, tables.credential_versions
    statement = (
        select(
            credential.c.id,
            credential.c.counter,
            credential.c.user_id,
            credential.c.type_id,
            credential.c.number,
            version.c.id,
            version.c.issue_date,
            version.c.expiration_date,
            func.coalesce(version.c.number, ""),
            func.coalesce(version.c.own, "{}"),
            version.c.decision,
        )
        .select_from(credential.outerjoin(version, and_(version.c.credential_id == credential.c.id, version.c.stands)))
        .order_by(version.c.id)
    )
    found: list[Any] = []
    with snapshot(at) as connection:
        for start in range(0, len(user_ids), CHUNK):
            some = list(user_ids[start : start + CHUNK])
            found += connection.execute(statement.where(credential.c.user_id.in_(some)))
    names = list(StoredVersions.__dataclass_fields__)
    return StoredVersions(**{name: [row[k] for row in found] for k, name in enumerate(names)})


def credentials(at: At, batch_id: int | None = None) -> pd.DataFrame:
    """Standing versions, as they arrived: credential, user, type, number, dates, own columns (JSON), decision, place.

    `newest`: whether it is the credential's newest version, by issue date. Without those of erased persons, of which
    nothing is left to show.
    """
    version, credential = tables.credential_versions, tables.credentials
    user, kind = tables.users, tables.credential_types
    statement = (
        select(
            version.c.batch_id.label("batch"),
            version.c.line,
            version.c.credential_id.label("credential"),
            user.c.email.label("user_email"),
            kind.c.name.label("credential_type"),
            version.c.number.label("credential_number"),
            version.c.issue_date,
            version.c.expiration_date,
            version.c.own,
            version.c.decision,
            (credential.c.head_version_id == version.c.id).label("newest"),
        )
        .select_from(version.join(credential, credential.c.id == version.c.credential_id).join(user).join(kind))
        .where(version.c.stands, version.c.salt.is_not(None))
        .order_by(version.c.id)
    )
    return _query(at, statement.where(version.c.batch_id == batch_id) if batch_id else statement)


def runs(at: At) -> pd.DataFrame:
    """Per source: its last run, verdict, file and how many runs there were."""
    run, source = tables.runs, tables.sources
    last = select(run.c.source_id, func.max(run.c.id).label("id"), func.count().label("runs")).group_by(run.c.source_id)
    newest = last.subquery()
    statement = (
        select(
            source.c.name.label("source"),
            newest.c.runs,
            run.c.at,
            run.c.verdict,
            run.c.file_name.label("file"),
        )
        .select_from(newest.join(run, run.c.id == newest.c.id).join(source, source.c.id == run.c.source_id))
        .order_by(source.c.name)
    )
    return _query(at, statement)


def _query(at: At, statement: Any) -> pd.DataFrame:
    with snapshot(at) as connection:
        result = connection.execute(statement)
        return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))
