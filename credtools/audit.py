"""Audit: questions about rejected rows → DataFrames. Reads only."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Engine

from credtools.errors import CredtoolsError
from credtools.store import reads

GROUPS = ("code", "column", "source", "week")
STATES = ("open", "fixed", "waived", "superseded")


class Audit:
    """What became of rejected rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rejects(
        self, by: str | None = None, *, batch: int | None = None, since: str | date | None = None
    ) -> pd.DataFrame:
        """Rejected rows, one row per error; with `by` (code, column, source or week) counts of rejects per state.

        `since`: first seen on this day (UTC) or later. A week is named by its Monday (UTC) and counts what was first
        seen in it. Raises CredtoolsError when the question means nothing.
        """
        found = reads.reject_rows(self._engine, batch)
        seen = pd.to_datetime(found["first_seen"], utc=True)
        if since is not None:
            found = found[seen >= _day(since)]
        if by is None:
            return found
        if by not in GROUPS:
            raise CredtoolsError(f"Rejects can't be counted by {by!r}; choose one of: {', '.join(GROUPS)}.")
        if by == "week":
            monday = seen.dt.normalize() - pd.to_timedelta(seen.dt.day_of_week, unit="D")
            found = found.assign(week=monday.loc[found.index].dt.strftime("%Y-%m-%d"))
        once = found.drop_duplicates(["reject", by])
        counts = pd.crosstab(once[by], once["state"]).reindex(columns=list(STATES), fill_value=0)
        return counts.sort_values("open", ascending=False, kind="stable").rename_axis(columns=None)


def _day(day: str | date) -> pd.Timestamp:
    try:
        return pd.Timestamp(day if isinstance(day, date) else date.fromisoformat(day), tz="UTC")
    except ValueError as problem:
        raise CredtoolsError(f"{day!r} is no day; write it like 2026-01-31.") from problem
