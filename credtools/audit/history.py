"""History: the versions of one credential, and what was done with them; reads only."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, select

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.engine import snapshot

CONTENT = ("issue_date", "expiration_date", "number", "own")
Act = dict[str, Any]


def history(engine: Engine, batch_id: int, line: int) -> pd.DataFrame:
    """What was done with the credential of a line, oldest first: at, by, version, batch, line, what, before, after.

    `what`: uploaded, a changed column, a medium, approved, declined (`after`: the reason), resubmitted, undone.
    Raises RegistryError when the line wrote no credential.
    """
    version = tables.credential_versions.c
    with snapshot(engine) as c:
        ours = select(version.credential_id).where(version.batch_id == batch_id, version.line == line)
        credential_id = c.execute(ours).scalar()
        if credential_id is None:
            raise RegistryError("no_credential_on_line", batch=batch_id, line=line)
        found = acts(c, credential_id)
    names = ["at", "by", "version", "batch", "line", "what", "before", "after"]
    return pd.DataFrame(found, columns=names).sort_values("at", kind="stable", ignore_index=True)


def acts(c: Connection, credential_id: int) -> list[Act]:
    """What was done with a credential, version by version, as `history` tells it."""
    version, batch = tables.credential_versions, tables.batches
    statement = (
        select(version, batch.c.file_name, batch.c.uploaded_by, batch.c.uploaded_at)
        .add_columns(batch.c.finished_by, batch.c.finished_at)
        .join(batch)
        .where(version.c.credential_id == credential_id)
        .order_by(version.c.id)
    )
    versions = c.execute(statement).all()
    ids = [row.id for row in versions]
    decided = c.execute(select(tables.decisions).where(tables.decisions.c.version_id.in_(ids))).all()
    media = c.execute(select(tables.media).where(tables.media.c.version_id.in_(ids))).all()
    fallen = {row.batch_id for row in versions if not row.stands}
    events = tables.events.c
    undone = c.execute(select(events.batch_id, events.text).where(events.kind == "undo")).all() if fallen else []
    places = {row.id: {"version": k, "batch": row.batch_id, "line": row.line} for k, row in enumerate(versions, 1)}
    found: list[Act] = []
    before: Any = None
    for row in versions:
        at = {"at": row.finished_at or row.uploaded_at, "by": row.finished_by or row.uploaded_by, **places[row.id]}
        found.append({**at, "what": "uploaded", "before": "", "after": row.file_name})
        found += [{**at, **changed} for changed in _changed(before, row)]
        before = row
    for row in decided:
        told = {"what": row.decision, "before": "", "after": row.reason}
        found.append({"at": row.decided_at, "by": row.decided_by, **places[row.version_id], **told})
    for row in media:
        at = {"by": row.added_by, **places[row.version_id], "what": "medium"}
        found.append({**at, "at": row.added_at, "before": "", "after": row.file_name})
        if row.removed_at:
            found.append({**at, "at": row.removed_at, "by": "", "before": row.file_name, "after": ""})
    again = c.execute(select(events.batch_id, events.text).where(events.kind == "resubmit")).all()
    for row in (*(row for row in undone if row.batch_id in fallen), *again):
        told = json.loads(row.text)
        of_batch = [version.id for version in versions if version.batch_id == row.batch_id]
        what, which = ("resubmitted", told["versions"]) if told["kind"] == "resubmit" else ("undone", of_batch)
        at = {"at": datetime.fromisoformat(told["at"]), "by": told["by"], "what": what, "before": "", "after": ""}
        found += [{**at, **places[number]} for number in which if number in places]
    return found


def _changed(before: Any, row: Any) -> list[Act]:
    """The columns in which a version differs from the one that came before it; of the first one all that it has."""
    return [
        {"what": name, "before": _text(before, name), "after": _text(row, name)}
        for name in CONTENT
        if _text(before, name) != _text(row, name)
    ]


def _text(row: Any, name: str) -> str:
    value = getattr(row, name, None)
    return "" if value is None or value == "{}" else str(value)
