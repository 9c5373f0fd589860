"""Rates: how many of the rows that were judged were rejected, week by week; and which source gets worse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Engine, func, select

from credtools.audit.figures import mondays
from credtools.audit.filters import OF_REJECTS
from credtools.audit.questions import Chosen, between, of_batches, of_everything
from credtools.store import tables
from credtools.store.engine import snapshot
from credtools.store.frames import frame
from credtools.store.reads.lineage import current, members
from credtools.store.reads.sources import came_from_source

batch, reject = tables.batches.c, tables.rejects.c

GROUPS = ("source", "uploader", "recipe")  # what files can be told apart by
SPREAD, LEAST = 2, 2  # standard errors, and rows, that are more than chance
COUNTS = ("rows", "rejected")


def weekly(engine: Engine, by: str, which: Chosen) -> pd.DataFrame:
    """Rows that were judged and rejected, per week and group: files of a source that stand, no correction files.

    Columns: the group, week, files, rows, rejected (int64), rate (float64), by group and week. What only rejected rows
    have (a code, a type, …) chooses among these; `rows` are all that were judged.
    """
    batches = (
        select(batch.id.label("batch"), current.c.name.label("source"), batch.uploaded_by.label("uploader"))
        .add_columns(batch.recipe_fingerprint.label("recipe"), batch.finished_at, batch.rejected)
        .add_columns((batch.rows - batch.left_out).label("rows"))
        .join_from(tables.batches, current, current.c.id == batch.source_id)
        .where(batch.state == "finished", came_from_source(), *of_batches(which), *between(batch.finished_at, which))
    )
    if "batch" in which:
        batches = batches.where(batch.id == which["batch"])
    if "source" in which:
        batches = batches.where(batch.source_id.in_(members(which["source"])))
    only = {name: value for name, value in which.items() if name in ("type", *OF_REJECTS)}
    some = select(reject.batch_id, func.count().label("count")).where(*of_everything(only)).group_by(reject.batch_id)
    with snapshot(engine) as connection:
        found = frame(connection, batches)
        if only:
            counted = frame(connection, some).set_index("batch_id")["count"]
            found["rejected"] = found["batch"].map(counted).fillna(0).astype(np.int64)
    found["week"] = mondays(found["finished_at"])
    grouped = found.groupby([by, "week"])
    table = grouped.agg(files=("batch", "size"), rows=("rows", "sum"), rejected=("rejected", "sum")).reset_index()
    table = table.astype({by: "str", "week": "str", "files": np.int64, **dict.fromkeys(COUNTS, np.int64)})
    return table.assign(rate=_rate(table["rejected"], table["rows"]))


def worsening(found: pd.DataFrame, by: str, weeks: int) -> pd.DataFrame:
    """Of each group its last week with files beside as many as `weeks` such weeks before; see `Audit.worsening`."""
    rank = found.groupby(by)["week"].rank(ascending=False).astype(np.int64)
    table = found[rank == 1].set_index(by)[["week", *COUNTS, "rate"]]
    earlier = found[(rank > 1) & (rank <= weeks + 1)].groupby(by)[list(COUNTS)].sum()
    earlier = earlier.reindex(table.index, fill_value=0).add_suffix("_before")
    table = table.join(earlier)
    table["rate_before"] = _rate(table["rejected_before"], table["rows_before"])
    table["change"] = table["rate"] - table["rate_before"]
    table["worse"] = _is_worse(table)
    return table.sort_values("change", ascending=False, kind="stable")


def _is_worse(table: pd.DataFrame) -> pd.Series[Any]:
    """Whether there are more rejected rows than the rate before and chance explain; nothing before: no."""
    rows, before = table["rows"].astype(float), table["rows_before"].astype(float)
    whole = _rate(table["rejected"] + table["rejected_before"], rows + before)
    spread = np.sqrt(whole * (1 - whole) * (1 / rows.where(rows > 0) + 1 / before.where(before > 0)))
    more = table["rejected"] - table["rate_before"] * rows
    return pd.Series((table["change"] > SPREAD * spread) & (more >= LEAST), dtype="bool")


def _rate(part: pd.Series[Any], whole: pd.Series[Any]) -> pd.Series[Any]:
    return part.astype(float) / whole.astype(float).where(whole > 0)
