"""Acts: versions that are withdrawn and reinstated, by a person or by what a batch says."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from credtools.store import tables
from credtools.store.digests import acts_digest
from credtools.store.frames import rows_in
from credtools.store.transaction import Write
from credtools.store.values import Finish


def write_acts(work: Write, value: Finish, version_ids: dict[int, int]) -> str:
    """Writes what a finishing batch withdraws and reinstates; returns the digest of it, which is chained."""
    acts = [(one.act, one.version_id or version_ids[one.row or 0], one.carries) for one in value.changes.acts]
    if acts:
        ids = work.ids(tables.withdrawals, len(acts))
        made = {"batch_id": value.batch_id, "made_by": value.by, "made_at": work.at, "stands": True}
        work.insert_rows(tables.withdrawals, ("act", "version_id", "carries_id"), acts, id=ids, **made)
        mark(work, {version for _, version, _ in acts})
    return acts_digest((act, version) for act, version, _ in acts)


def mark(work: Write, version_ids: Collection[int]) -> None:
    """Sets of each version whether it is withdrawn, by the last act on it that stands."""
    act = tables.withdrawals.c
    acts = select(act.version_id, act.act).where(act.stands).order_by(act.id)
    last: dict[int, str] = dict(rows_in(work.connection, acts, act.version_id, version_ids))
    withdrawn = {version for version, name in last.items() if name == "withdrawn"}
    key = tables.credential_versions.c.id
    work.change(key, sorted(withdrawn), withdrawn=True)
    work.change(key, sorted(set(version_ids) - withdrawn), withdrawn=False)
