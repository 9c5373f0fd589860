"""Retention: what is older than the organisation keeps it. Reads only; what is found is erased by `erase`.

Open rejects, waiting batches, corrections in force and versions that count are never emptied; but what came back to
somebody who was erased always goes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, func, or_, select

from credtools.model import COUNTING, JUDGED_STATES, WAITING_STATES, OrganisationSettings
from credtools.privacy import media as of_media
from credtools.store import tables
from credtools.store.blocks import block_of
from credtools.store.engine import snapshot
from credtools.store.erased import is_erased
from credtools.store.reads.media import unneeded
from credtools.store.tables.rows import ADDRESS
from credtools.store.values import Erase

OF_VERSION = tables.credentials.c.id == tables.credential_versions.c.credential_id


def expired(engine: Engine, keep: OrganisationSettings, by: str, now: datetime, runs: int) -> Erase:
    """What goes by the settings `keep_…_days` (0: nothing), with so many folders of `runs`."""
    with snapshot(engine) as c:
        seen = c.execute(select(tables.audit_head.c.seq)).scalar_one()
        files = _files(c, _before(now, keep.keep_source_days))
        rows, rejects, patches = _values(c, _before(now, keep.keep_values_days))
        media, blobs = _media(c, _before(now, keep.keep_media_days))
        scans = of_media.scans(c, media)
    return Erase(
        by,
        reason="kept long enough",
        seen=seen,
        rows=rows,
        rejects=rejects,
        patches=patches,
        media=media,
        scans=scans,
        blobs=blobs,
        files=files,
        runs=runs,
    )


def _before(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _files(c: Connection, before: datetime | None) -> list[str]:
    """Files whose batches are all settled, the last one long ago."""
    if before is None:
        return []
    file, batch = tables.source_files, tables.batches.c
    settled = func.max(func.coalesce(batch.finished_at, batch.uploaded_at), type_=batch.uploaded_at.type)
    waiting = select(batch.sha256).where(batch.state.in_(WAITING_STATES))
    old = (
        select(file.c.sha256)
        .join(tables.batches, batch.sha256 == file.c.sha256)
        .where(file.c.content.is_not(None), file.c.sha256.not_in(waiting))
        .group_by(file.c.sha256)
        .having(settled < before)
        .order_by(file.c.sha256)
    )
    return list(c.execute(old).scalars())


def _values(c: Connection, before: datetime | None) -> tuple[list[tuple[int, int, int, int]], list[int], list[int]]:
    """Rows of the ledger that were settled long ago, rejects that were closed, corrections that were taken back."""
    if before is None:
        return [], [], []
    values, batch, reject, patch = tables.ledger_values, tables.batches, tables.rejects, tables.patches.c
    of_row = and_(*(reject.c[name] == values.c[name] for name in ADDRESS))
    settled = or_(reject.c.id.is_(None), and_(reject.c.state != "open", reject.c.changed_at < before))
    rows = (
        select(*(values.c[name] for name in ADDRESS))
        .select_from(values.join(batch, batch.c.id == values.c.batch_id).outerjoin(reject, of_row))
        .where(batch.c.state.in_(JUDGED_STATES), batch.c.finished_at < before, settled)
    )
    closed = select(reject.c.id).where(
        *(reject.c.state != "open", reject.c.changed_at < before, reject.c.record_digest.is_not(None)),
        reject.c.batch_id.in_(select(batch.c.id).where(batch.c.finished_at < before)),
    )
    back = select(patch.id).where(patch.removed_at < before, patch.record_digest != "")
    blocks = select(batch.c.id).where(batch.c.state.in_(JUDGED_STATES), batch.c.finished_at < before)
    together = [
        (number, *address)
        for number in c.execute(blocks.order_by(batch.c.id)).scalars().all()
        if (block := block_of(c, number)) is not None
        for address, _ in block.kept()
    ]
    return (
        sorted([*((batch, *place) for batch, *place in c.execute(rows)), *together]),
        list(c.execute(closed.order_by(reject.c.id)).scalars()),
        list(c.execute(back.order_by(patch.id)).scalars()),
    )


def _media(c: Connection, before: datetime | None) -> tuple[list[int], list[str]]:
    """Media that go, and blobs to which then nobody refers."""
    media, staged = tables.media.c, tables.staged_media.c
    gone = _of_erased(c) | (_past(c, before) if before else {})
    if not gone:
        return [], []
    others = {
        sha
        for number, sha in c.execute(select(media.id, media.sha256).where(media.file_name != ""))
        if number not in gone
    }
    others |= set(c.execute(select(staged.sha256)).scalars())
    return sorted(gone), unneeded(c, {*gone.values()}, others)


def _of_erased(c: Connection) -> dict[int, str]:
    """Media of people who were erased, with their contents: earlier releases let them come back with a file."""
    media, version, credential = tables.media, tables.credential_versions, tables.credentials
    found = select(media.c.id, media.c.sha256).select_from(media.join(version).join(credential, OF_VERSION))
    found = found.join(tables.users, tables.users.c.id == credential.c.user_id)
    return dict(c.execute(found.where(is_erased(), media.c.file_name != "")).all())


def _past(c: Connection, before: datetime) -> dict[int, str]:
    """Media that were added long ago to versions which no longer count, with their contents."""
    media, version = tables.media.c, tables.credential_versions.c
    good = version.decision.in_(COUNTING)
    place = (
        func.row_number()
        .over(partition_by=version.credential_id, order_by=(version.issue_date.desc().nulls_last(), version.id.desc()))
        .label("place")
    )
    ranked = select(version.id, place).where(version.stands, good).subquery()
    counting = select(ranked.c.id).where(ranked.c.place == 1)
    past = or_(~version.stands, version.decision == "declined", and_(good, version.id.not_in(counting)))
    old = (
        select(media.id, media.sha256)
        .select_from(tables.media.join(tables.credential_versions))
        .where(media.file_name != "", media.added_at < before, past)
        .order_by(media.id)
    )
    return dict(c.execute(old).all())
