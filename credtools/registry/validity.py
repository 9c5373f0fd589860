"""Standing: which version of each credential counts today, which expire soon, which source is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from credtools.model import COUNTING
from credtools.recipe import Recipe


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


def states(credentials: pd.DataFrame, today: date, days: int) -> pd.Series[str]:
    """Of each version what it is today: pending, declined, expired, expiring soon (within so many days) or valid."""
    until = pd.to_datetime(credentials["expiration_date"])
    found = pd.Series("valid", credentials.index)
    found[until <= pd.Timestamp(today + timedelta(days=days))] = "expiring soon"
    found[until < pd.Timestamp(today)] = "expired"
    decided = credentials["decision"]
    return found.mask(decided.isin(("pending", "declined")), decided)


def totals(credentials: pd.DataFrame, today: date, days: int) -> dict[str, int]:
    """How many credentials have a version that waits for a decision, or count and have expired or soon will; and all.

    A credential whose successor waits can count as two of these.
    """
    state, counts = states(credentials, today, days), counting(credentials).index
    expires = {name: int((state[counts] == name).sum()) for name in ("expired", "expiring soon")}
    pending = credentials.loc[state == "pending", "credential"].nunique()
    return {"pending": pending, **expires, "total": credentials["credential"].nunique()}


def with_silence(runs: pd.DataFrame, uploads: Iterable[Any], now: datetime) -> pd.DataFrame:
    """The sources with what their recipes expect (`every`); where that has passed, since when they are `overdue`."""
    expected = {name: (at, Recipe.parse(text, source=name).expect) for name, at, text in uploads}
    due = {name: at + expect.interval for name, (at, expect) in expected.items() if expect.interval}
    every = [expected[name][1].every if name in expected else None for name in runs["source"]]
    late = [due[name] if name in due and due[name] < now else None for name in runs["source"]]
    return runs.assign(every=pd.Series(every, dtype="str"), overdue=pd.Series(late, dtype="datetime64[us, UTC]"))
