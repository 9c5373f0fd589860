"""Audit: questions about rejected rows → DataFrames. Reads only."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Engine

from credtools.errors import CredtoolsError
from credtools.store import reads

GROUPS = ("code", "column", "source")
STATES = ("open", "fixed", "waived", "superseded")


class Audit:
    """What became of rejected rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rejects(
        self, by: str | None = None, *, batch: int | None = None, since: str | date | None = None
    ) -> pd.DataFrame:
        """Rejected rows, one row per error; with `by` (code, column or source) counts of rejects per state.

        `since`: first seen on this day (UTC) or later.
        """
        found = reads.reject_rows(self._engine, batch)
        if since is not None:
            found = found[pd.to_datetime(found["first_seen"], utc=True) >= pd.Timestamp(since, tz="UTC")]
        if by is None:
            return found
        if by not in GROUPS:
            raise CredtoolsError(f"Rejects can't be counted by {by!r}; choose one of: {', '.join(GROUPS)}.")
        once = found.drop_duplicates(["reject", by])
        counts = pd.crosstab(once[by], once["state"]).reindex(columns=list(STATES), fill_value=0)
        return counts.sort_values("open", ascending=False, kind="stable").rename_axis(columns=None)
