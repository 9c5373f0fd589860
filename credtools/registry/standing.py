"""Standing: which version of each credential counts today, and which of those expire soon."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

COUNTING = ("approved", "not_required")


def counting(credentials: pd.DataFrame) -> pd.DataFrame:
    """Of each credential the newest version that counts: approved, or in no need of it; a pending successor waits.

    `credentials`: standing versions in the order of their arrival, as `Registry.credentials` gives them.
    """
    found = credentials[credentials["decision"].isin(COUNTING)]
    issued = pd.to_datetime(found["issue_date"]).sort_values(kind="stable", na_position="first")
    return found.loc[issued.index].drop_duplicates("credential", keep="last")


def expiring(credentials: pd.DataFrame, today: date, days: int) -> pd.DataFrame:
    """The counting versions that expire today or within so many days, soonest first; what has expired is not among."""
    found = counting(credentials)
    until = pd.to_datetime(found["expiration_date"])
    soon = until[until.between(pd.Timestamp(today), pd.Timestamp(today + timedelta(days=days)))]
    return found.loc[soon.sort_values(kind="stable").index]
