"""Who: who waived which rows and why, and who uploaded what; reads only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, func, select

from credtools.audit.questions import Chosen, batch, between, ledger, of_batches, of_everything
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.frames import frame
from credtools.store.reads.events import events
from credtools.store.reads.lineage import current, current_types, members, type_members

reject, version, credential = tables.rejects.c, tables.credential_versions.c, tables.credentials.c

WAIVED = ("reject", "batch", "source", "line", "type", "at", "by", "reason", "for_good", "again", "sheet", "piece")


def waivers(engine: Engine, which: Chosen) -> pd.DataFrame:
    """Every row that is waived now, with who decided it, the last first: WAIVED; see `Audit.waivers`."""
    asked = (
        select(reject.id.label("reject"), reject.batch_id.label("batch"), reject.source_id, reject.type_id, reject.line)
        .add_columns(reject.changed_at.label("at"), reject.changed_by, reject.reason, reject.for_good)
        .add_columns(reject.sheet, reject.piece)
        .where(*of_everything(which), reject.state == "waived")
        .order_by(reject.changed_at.desc(), reject.id.desc())
    )
    with snapshot(engine) as connection:
        found = frame(connection, asked)
        by = _who_decided(connection, set(found["reject"].tolist()))
        sources: dict[Any, str] = dict(connection.execute(select(current.c.id, current.c.name)).all())
        types: dict[Any, str] = dict(connection.execute(select(current_types.c.id, current_types.c.name)).all())
    found["source"] = found["source_id"].map(sources).astype("str")
    found["type"] = found["type_id"].map(types).fillna("").astype("str")
    found["again"] = ~found["reject"].isin([number for number, (own, _) in by.items() if own])
    decided = found["reject"].map({number: who for number, (_, who) in by.items()})
    found["by"] = decided.fillna(found["changed_by"]).astype("str")
    found["reason"] = found["reason"].fillna("").astype("str")
    return found[list(WAIVED)]


def _who_decided(connection: Connection, waived: Collection[int]) -> dict[int, tuple[bool, str]]:
    """By reject whether a person waived that very one, and who; else who waived its record for good before."""
    if not waived:
        return {}
    said: dict[int, str] = {}
    for done in events(connection, ["waive"]):
        said.update(dict.fromkeys(done["rejects"], done["by"]))
    links = select(reject.id, reject.superseded_by).where(reject.for_good, reject.superseded_by.is_not(None))
    before = {later: number for number, later in connection.execute(links.order_by(reject.id))}  # the last of each
    found = {}
    for number in waived:
        place = number
        while place not in said and place in before:
            place = before[place]
        if place in said:
            found[number] = (place == number, said[place])
    return found


def uploads(engine: Engine, which: Chosen) -> pd.DataFrame:
    """Who uploaded rows of which type: uploader, type, files, accepted, rejected, last; see `Audit.uploads`."""
    these = [batch.state == "finished", *of_batches(which), *between(batch.finished_at, which)]
    these += [batch.id == which["batch"]] if "batch" in which else []
    these += [batch.source_id.in_(members(which["source"]))] if "source" in which else []
    wanted = select(batch.id).where(*these)
    wrote = (
        select(version.batch_id.label("batch"), credential.type_id.label("type"), func.count().label("accepted"))
        .join_from(tables.credential_versions, tables.credentials, credential.id == version.credential_id)
        .where(version.batch_id.in_(wanted))
        .group_by(version.batch_id, credential.type_id)
    )
    withdrew = (  # rows that wrote no version; few batches have any, and only theirs are looked through
        select(ledger.batch_id.label("batch"), credential.type_id.label("type"), func.count().label("accepted"))
        .select_from(tables.ledger.join(tables.credential_versions, version.id == ledger.version_id))
        .join(tables.credentials, credential.id == version.credential_id)
        .where(ledger.verdict == "withdrawn", ledger.batch_id.in_(wanted.where(batch.withdrawn > 0)))
        .group_by(ledger.batch_id, credential.type_id)
    )
    rejected = (
        select(reject.batch_id.label("batch"), reject.type_id.label("type"), func.count().label("rejected"))
        .where(reject.batch_id.in_(wanted))
        .group_by(reject.batch_id, reject.type_id)
    )
    if "type" in which:
        ours = type_members(which["type"])
        wrote, withdrew = (some.where(credential.type_id.in_(ours)) for some in (wrote, withdrew))
        rejected = rejected.where(reject.type_id.in_(ours) if which["type"] else reject.type_id.is_(None))
    with snapshot(engine) as connection:
        parts = [frame(connection, some) for some in (wrote, withdrew, rejected)]
        about = frame(connection, select(batch.id.label("batch"), batch.uploaded_by, batch.finished_at).where(*these))
        names: dict[Any, str] = dict(connection.execute(select(current_types.c.id, current_types.c.name)).all())
    for part in parts:
        part["type"] = part["type"].map(names).fillna("").astype("str")
    found = pd.concat(parts, ignore_index=True).merge(about, on="batch")
    found["uploader"] = found["uploaded_by"].astype("str")
    for name in ("accepted", "rejected"):
        found[name] = found[name].fillna(0).astype(np.int64)
    table = found.groupby(["uploader", "type"], as_index=False).agg(
        files=("batch", "nunique"),
        accepted=("accepted", "sum"),
        rejected=("rejected", "sum"),
        last=("finished_at", "max"),
    )
    table = table.astype({"files": np.int64, "accepted": np.int64, "rejected": np.int64})
    return table.sort_values(["uploader", "accepted"], ascending=[True, False], kind="stable", ignore_index=True)
