"""Audit: questions about rejected rows → DataFrames. Reads only."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

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
        first = None if since is None else _midnight(since)
        if by is None:
            return reads.reject_rows(self._engine, batch, first)
        if by not in GROUPS:
            raise CredtoolsError(f"Rejects can't be counted by {by!r}; choose one of: {', '.join(GROUPS)}.")
        found = reads.reject_counts(self._engine, "day" if by == "week" else by, batch, first)
        if by == "week":
            found["key"] = [_monday(day) for day in found["key"]]
        counts = found.pivot_table("count", "key", "state", aggfunc="sum", fill_value=0)
        counts = counts.reindex(columns=list(STATES), fill_value=0).astype(int)
        counts = (
            counts.sort_index(ascending=False)
            if by == "week"
            else counts.sort_values("open", ascending=False, kind="stable")
        )
        return counts.rename_axis(index=by, columns=None)


def _midnight(day: str | date) -> datetime:
    try:
        found = day if isinstance(day, date) else date.fromisoformat(day)
    except ValueError as problem:
        raise CredtoolsError(f"{day!r} is no day; write it like 2026-01-31.") from problem
    return datetime.combine(found, time(), UTC)


def _monday(day: str) -> str:
    found = date.fromisoformat(day)
    return (found - timedelta(days=found.weekday())).isoformat()
