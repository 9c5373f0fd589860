"""Batches: their rows, their bytes, and what attempts have left behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Row, and_, exists, func, select

from credtools.errors import RegistryError
from credtools.model import COUNTED, Lines
from credtools.store import tables
from credtools.store.blocks import Address, raw_values
from credtools.store.engine import At, snapshot
from credtools.store.frames import frame, rows, values
from credtools.store.reads.asking import ask_of
from credtools.store.reads.lineage import current
from credtools.store.reads.organisation import revision

OF_MEDIA = ("stage", "unstage", "media", "compare", "media_switch")
BEGUN = ("upload", "continue")  # the events of an attempt that has not come to an end
ATTEMPTED = (*BEGUN, "hold", "discard", "finish", "replay")


def batch(at: At, batch_id: int) -> Row[Any]:
    """The row of a batch, with more columns about it.

    source (to which it belongs now), came_as (under which name), erased (whether its bytes were), staged (whether files
    wait in it).
    And of the moment: seq (its last event), revision (the last event that changed users, types or settings).
    Raises RegistryError when there is none of this number.
    """
    staged = tables.staged_media.c.batch_id == tables.batches.c.id
    statement = (
        select(
            tables.batches,
            current.c.name.label("source"),
            tables.sources.c.name.label("came_as"),
            tables.source_files.c.content.is_(None).label("erased"),
            exists().where(staged).label("staged"),
            select(tables.audit_head.c.seq).scalar_subquery().label("seq"),
            revision().label("revision"),
        )
        .select_from(tables.batches.join(tables.sources).join(tables.source_files))
        .join(current, current.c.id == tables.batches.c.source_id)
    )
    found: Sequence[Row[Any]] = rows(at, statement.where(tables.batches.c.id == batch_id))
    if not found:
        raise RegistryError("batch_unknown", batch=batch_id)
    return found[0]


def touched(at: At, batch_id: int) -> int:
    """The number of the last event about a batch; media come and go without changing what else was decided."""
    event = tables.events.c
    last = select(func.max(event.seq)).where(event.batch_id == batch_id, event.kind.not_in(OF_MEDIA))
    return int(values(at, last)[0] or 0)


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
    """All batches, newest first, but drafts given up for another batch; columns as `Registry.batches`."""
    c = tables.batches.c
    names = (c.state, c.rows, *(c[name] for name in COUNTED))
    statement = (
        select(c.id.label("batch"), current.c.name.label("source"), c.file_name.label("file"), *names)
        .add_columns(c.uploaded_by, c.uploaded_at, func.coalesce(c.finished_by, "").label("finished_by"))
        .join_from(tables.batches, current, current.c.id == c.source_id)
        .where(~for_another())
        .order_by(c.id.desc())
    )
    return frame(at, statement)


def for_another() -> ColumnElement[bool]:
    """Of a batch: a draft that was given up because another one was judged equally, or held the same bytes before."""
    batch, event = tables.batches.c, tables.events.c
    # A person's own discard names no other batch.
    names_one = (event.kind == "discard") & event.text.contains('"follows": ', autoescape=True)
    given_up = exists().where(event.batch_id == batch.id, (event.kind == "replay") | names_one)
    return and_(batch.state == "discarded", batch.follows_id.is_not(None), given_up)


def pending(at: At, batch_id: int) -> int:
    """How many versions that a batch wrote wait for a decision."""
    version = tables.credential_versions.c
    waits = (version.batch_id == batch_id, version.decision == "pending", version.stands)
    return int(values(at, select(func.count()).select_from(tables.credential_versions).where(*waits))[0])


def source_bytes(at: At, sha256: str) -> bytes:
    """The bytes of an uploaded file. Raises RegistryError when they were erased."""
    file = tables.source_files.c
    (content,) = values(at, select(file.content).where(file.sha256 == sha256)) or [None]
    if content is None:
        raise RegistryError("file_erased")
    return bytes(content)


def acts_of(at: At, batch_id: int) -> tuple[int, int, int, int]:
    """How many credentials a finished batch has withdrawn by their status or by absence, reinstated, found unlisted.

    Those that were withdrawn as no longer listed aren't counted again as unlisted.
    """
    act, version, ledger, word = tables.withdrawals.c, tables.credential_versions.c, tables.ledger.c, tables.words.c
    said = exists().where(
        ledger.batch_id == batch_id, ledger.verdict == "withdrawn", ledger.version_id == act.version_id
    )
    ours = (
        select(act.act, version.credential_id, said)
        .join(tables.credential_versions, version.id == act.version_id)
        .where(act.batch_id == batch_id, act.stands)
    )
    unlisted = select(word.credential_id).where(word.batch_id == batch_id, word.state == "unlisted")
    with snapshot(at) as connection:
        ask_of(connection, batch_id)
        acts = connection.execute(ours).all()
        gone = set(connection.execute(unlisted).scalars())
    found = [
        {credential for name, credential, by_status in acts if (name, bool(by_status)) == kind}
        for kind in (("withdrawn", True), ("withdrawn", False))
    ]
    reinstated = {credential for name, credential, _ in acts if name == "reinstated"}
    return len(found[0]), len(found[1]), len(reinstated), len(gone - found[1])


def field_counts(at: At, batch_id: int) -> set[int]:
    """How many fields those records of a batch have that weren't rejected for just that, as far as they are kept."""
    ledger = tables.ledger.c
    wrong = select(ledger.sheet, ledger.line, ledger.piece).where(
        ledger.batch_id == batch_id, ("," + ledger.codes + ",").contains(",field_count,")
    )
    with snapshot(at) as connection:
        without = {tuple(row) for row in connection.execute(wrong)}
        kept = raw_values(connection, batch_id)
        return {len(json.loads(raw)) for address, raw in kept if address not in without}


def lines_of(at: At, batch_id: int) -> Lines:
    """How the rows of a batch are written."""
    row = tables.ledger_rows.c
    (found,) = rows(at, select(func.max(row.sheet), func.max(row.piece)).where(row.batch_id == batch_id))
    return Lines(stacked=(found[0] or 1) > 1, pieced=(found[1] or 1) > 1)


def raw_rows(at: At, batch_id: int) -> list[tuple[Address, str]]:
    """(sheet, line, piece) and raw text of each row of a batch whose values are kept, in the order of the file."""
    with snapshot(at) as connection:
        return sorted(raw_values(connection, batch_id))
