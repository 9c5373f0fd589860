"""Standing: which version of each credential counts today, which expire soon, which source is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from credtools.model import COUNTING
from credtools.recipe import Recipe


def latest(credentials: pd.DataFrame) -> pd.DataFrame:
    """Of each credential the newest version that is approved, or in no need of it; a pending successor waits.

    None whose issue date another one corrects.
    `credentials`: standing versions in the order of their arrival, as `Registry.credentials` gives them.
    """
    found = credentials[credentials["decision"].isin(COUNTING) & ~credentials["replaced"]]
    issued = pd.to_datetime(found["issue_date"]).sort_values(kind="stable", na_position="first")
    return found.loc[issued.index].drop_duplicates("credential", keep="last")


def counting(credentials: pd.DataFrame) -> pd.DataFrame:
    """The versions that count: the latest ones. Where that is withdrawn none does: no older one takes its place."""
    found = latest(credentials)
    return found[~found["withdrawn"]]


def accepted(credentials: pd.DataFrame) -> pd.DataFrame:
    """What can be handed on: neither declined, nor withdrawn, nor older than what was withdrawn of its credential."""
    found = latest(credentials)
    gone = credentials["credential"].isin(found.loc[found["withdrawn"], "credential"])
    past = credentials["decision"].isin(COUNTING) & gone
    return credentials[~(past | credentials["withdrawn"] | (credentials["decision"] == "declined"))]


def expiring(credentials: pd.DataFrame, today: date, days: int) -> pd.DataFrame:
    """The counting versions that expire today or within so many days, soonest first; what has expired is not among."""
    found = counting(credentials)
    until = pd.to_datetime(found["expiration_date"])
    soon = until[until.between(pd.Timestamp(today), pd.Timestamp(today + timedelta(days=days)))]
    return found.loc[soon.sort_values(kind="stable").index]


def states(credentials: pd.DataFrame, today: date, days: int) -> pd.Series[str]:
    """Of each version what it is today: pending, declined, withdrawn, expired, expiring soon (in `days`), valid."""
    until = pd.to_datetime(credentials["expiration_date"])
    found = pd.Series("valid", credentials.index)
    found[until <= pd.Timestamp(today + timedelta(days=days))] = "expiring soon"
    found[until < pd.Timestamp(today)] = "expired"
    found[credentials["withdrawn"]] = "withdrawn"
    decided = credentials["decision"]
    return found.mask(decided.isin(("pending", "declined")), decided)


def totals(credentials: pd.DataFrame, today: date, days: int) -> dict[str, int]:
    """How many credentials wait with a version for a decision, have expired or soon will, or are withdrawn; and all.

    A credential whose successor waits can count as two of these.
    """
    state = states(credentials, today, days)
    counts = state[latest(credentials).index].value_counts()
    decided = {name: int(counts.get(name, 0)) for name in ("expired", "expiring soon", "withdrawn")}
    pending = credentials.loc[state == "pending", "credential"].nunique()
    return {"pending": pending, **decided, "total": credentials["credential"].nunique()}


def with_silence(runs: pd.DataFrame, uploads: Iterable[Any], now: datetime) -> pd.DataFrame:
    """The sources with what their recipes expect (`every`); where that has passed, since when they are `overdue`."""
    expected = {name: (at, Recipe.parse(text, source=name).expect) for name, at, text in uploads}
    due = {name: at + expect.interval for name, (at, expect) in expected.items() if expect.interval}
    every = [expected[name][1].every if name in expected else None for name in runs["source"]]
    late = [due[name] if name in due and due[name] < now else None for name in runs["source"]]
    return runs.assign(every=pd.Series(every, dtype="str"), overdue=pd.Series(late, dtype="datetime64[us, UTC]"))
