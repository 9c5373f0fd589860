"""Figures: counted groups → the tables that people read; pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

AGES = {"up to 7 days": 7, "8 to 30": 30, "31 to 90": 90, "over 90": np.inf}  # days, both included
DAY = 86_400  # seconds
FLOW = ("rows", "accepted", "unchanged", "rejected", "left_out", "open", "fixed", "waived", "superseded")
SHARES = ("median", "90th percentile")  # nothing has none


def cross(found: pd.DataFrame, rows: str, columns: str) -> pd.DataFrame:
    """Counts as a table of one key × another, 0 where there is none."""
    return found.pivot_table("count", rows, columns, aggfunc="sum", fill_value=0).astype(np.int64)


def mondays(moments: pd.Series[Any]) -> pd.Series[Any]:
    """The Monday (UTC) of each moment, as YYYY-MM-DD."""
    days = moments.dt.normalize()
    return pd.Series(days - pd.to_timedelta(days.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")


def trend(found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Week × key, every week from the first to the last."""
    table = cross(found, "week", by)
    if table.empty:
        return table
    first, last = date.fromisoformat(table.index.min()), date.fromisoformat(table.index.max())
    weeks = [(first + timedelta(weeks=k)).isoformat() for k in range((last - first).days // 7 + 1)]
    return table.reindex(pd.Index(weeks, name="week"), fill_value=0)


def ageing(found: pd.DataFrame, by: str | None, now: datetime) -> pd.DataFrame:
    """How many are how old, by whole days between the days (UTC) of `first_seen` and `now`."""
    days = (pd.Timestamp(now).normalize() - found["first_seen"].dt.normalize()).dt.days
    ages = pd.cut(days, [-np.inf, *AGES.values()], labels=list(AGES)).astype("str")
    table = cross(pd.DataFrame({"key": _keys(found, by), "age": ages, "count": found["count"]}), "key", "age")
    return _named(table.reindex(columns=list(AGES), fill_value=0), by)


def time_to_fix(found: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """Count, median and 90th percentile of the days from `first_seen` to `changed_at`."""
    days = (found["changed_at"] - found["first_seen"]).dt.total_seconds() / DAY
    each = pd.DataFrame({"key": _keys(found, by), "days": days})
    grouped = each.loc[each.index.repeat(found["count"])].groupby("key")["days"]
    table = pd.DataFrame(
        {"count": grouped.size(), "median": grouped.median(), "90th percentile": grouped.quantile(0.9)}
    )
    return _named(table.astype({"count": np.int64}), by)


def flow(found: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """The sums of all batches, or of those of each source or week."""
    keys = mondays(found["finished_at"]) if by == "week" else _keys(found, by)
    return _named(found[list(FLOW)].groupby(keys).sum(), by)


def _keys(found: pd.DataFrame, by: str | None) -> pd.Series[Any]:
    return pd.Series("all", found.index, dtype="str") if by is None else found[by]


def _named(table: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """The table with its keys named; without any it has one row, also where nothing was found."""
    if by is not None:
        return table.rename_axis(index=by, columns=None)
    whole = [name for name in table.columns if name not in SHARES]
    row = table.reindex(["all"]).fillna(dict.fromkeys(whole, 0)).astype(dict.fromkeys(whole, np.int64))
    return row.reset_index(drop=True).rename_axis(columns=None)
