"""Settled: what became of rejected rows, by when that happened; and which wrong values are behind them. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Engine, distinct, func, select

from credtools.audit import figures
from credtools.audit.filters import LATEST
from credtools.audit.questions import Chosen, counts, error, of_errors, of_rejects, reject
from credtools.store import tables
from credtools.store.frames import frame

SETTLED = ("fixed", "waived", "superseded")  # superseded: rejected again later, and followed there
PERIODS = ("month", "week")  # by when a row changed


def settled(engine: Engine, by: str, which: Chosen) -> pd.DataFrame:
    """Counts of SETTLED per group, or per week or month (like "2026-01") in which it happened, the newest first."""
    found = counts(engine, ["changed_at" if by in PERIODS else by, "state"], which, SETTLED)
    if by == "week":
        found["week"] = figures.mondays(found["changed_at"])
    elif by == "month":
        found["month"] = found["changed_at"].dt.strftime("%Y-%m").astype("str")
    table = figures.cross(found, by, "state").reindex(columns=list(SETTLED), fill_value=0)
    if by in PERIODS:
        return table.sort_index(ascending=False).rename_axis(columns=None)
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[order].rename_axis(columns=None)


def values(engine: Engine, most: int, which: Chosen, states: Sequence[str] = LATEST) -> pd.DataFrame:
    """The most frequent wrong values of each code and column; see `Audit.values`. Erased ones are nowhere in it."""
    count = func.count(distinct(reject.id))
    still = func.count(distinct(reject.id)).filter(reject.state == "open")
    cause = [error.code, error.column_name]
    of_value = (
        select(error.code, error.column_name.label("column"), error.value, count.label("rows"), still.label("open"))
        .select_from(tables.rejects.join(tables.reject_errors, error.reject_id == reject.id))
        .where(error.value.is_not(None), reject.state.in_(states), *of_rejects(which), *of_errors(which))
        .group_by(*cause, error.value)
        .subquery()
        .c
    )
    alike = [of_value.code, of_value.column]
    place = func.row_number().over(partition_by=alike, order_by=[of_value.rows.desc(), of_value.value])
    ranked = select(
        *(of_value.code, of_value.column, of_value.value, of_value.rows, of_value.open),
        func.count().over(partition_by=alike).label("different"),
        func.sum(of_value.rows).over(partition_by=alike).label("all"),
        place.label("place"),
    ).subquery()
    c = ranked.c
    asked = (
        select(c.code, c.column, c.value, c.rows, c.open, c.different)
        .where(c.place <= most)
        .order_by(c.all.desc(), c.code, c.column, c.place)
    )
    return frame(engine, asked)
