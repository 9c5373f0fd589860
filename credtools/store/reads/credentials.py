"""Credentials: their versions, as values for comparing and as frames for people."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import and_, func, select

from credtools.model import Content, Key, StoredVersion
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import frame

CHUNK = 5_000  # keys per question


def stored_versions(at: At, user_ids: Sequence[int]) -> list[StoredVersion]:
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
    found: list[StoredVersion] = []
    with snapshot(at) as connection:
        for start in range(0, len(user_ids), CHUNK):
            some = list(user_ids[start : start + CHUNK])
            found += [
                StoredVersion(row[0], row[1], Key(*row[2:5]), row[5], Content(*row[6:10]), row[10])
                for row in connection.execute(statement.where(credential.c.user_id.in_(some)))
            ]
    return found


def credentials(at: At, batch_id: int | None = None) -> pd.DataFrame:
    """Standing versions, as they arrived, without those of erased persons; columns as `Registry.credentials`."""
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
            func.coalesce(credential.c.head_version_id == version.c.id, False).label("newest"),
        )
        .select_from(version.join(credential, credential.c.id == version.c.credential_id).join(user).join(kind))
        .where(version.c.stands, version.c.salt.is_not(None))
        .order_by(version.c.id)
    )
    return frame(at, statement.where(version.c.batch_id == batch_id) if batch_id else statement)
