"""Standing: what counts of what sources once said, and they no longer do."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Engine, select

from credtools.store import tables
from credtools.store.engine import At
from credtools.store.frames import frame
from credtools.store.reads.lineage import members


def unlisted(at: At | Engine, source: str | None = None) -> pd.DataFrame:
    """The newest words of credentials that a full list no longer holds, of one source or all; see `Audit.unlisted`."""
    word, version, credential = tables.words.c, tables.credential_versions.c, tables.credentials.c
    batch, user = tables.batches.c, tables.users.c
    columns: list[Any] = [
        tables.sources.c.name.label("source"),
        user.email.label("user_email"),
        tables.credential_types.c.name.label("credential_type"),
        version.number.label("credential_number"),
        *(version.issue_date, version.expiration_date),
        *(word.batch_id.label("batch"), batch.finished_at.label("since"), version.withdrawn),
    ]
    statement = (
        select(*columns)
        .select_from(tables.words)
        .join(tables.sources, tables.sources.c.id == word.source_id)
        .join(tables.credential_versions, version.id == word.version_id)
        .join(tables.credentials, credential.id == word.credential_id)
        .join(tables.users, user.id == credential.user_id)
        .join(tables.credential_types, tables.credential_types.c.id == credential.type_id)
        .join(tables.batches, batch.id == word.batch_id)
        .where(word.state == "unlisted", word.ordinal == 0)
        .order_by(tables.sources.c.name, user.email, tables.credential_types.c.name)
    )
    return frame(at, statement if source is None else statement.where(word.source_id.in_(members(source))))
