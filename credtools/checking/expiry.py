"""Expiry: what the type of a row says of its dates – which it never has, and which follows from its validity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credtools.checking.days import NOT_A_DAY
from credtools.checking.parse import STATE, Cells, category
from credtools.checking.standing import Standing
from credtools.model import BoolArray, IntArray
from credtools.schema.words import STATES

EXPIRES = "expiration_date"
DATE_OF_TYPE = {"issue_date": "type_issue", EXPIRES: "type_expiry"}
LAST_DAY = np.datetime64("9999-12-31", "D")  # that a database can hold


def drop_unused_dates(data: dict[str, Any], by_name: Mapping[str, Cells]) -> dict[str, BoolArray]:
    """A date that the type never has is neither judged nor stored (the schema warns of it)."""
    found = {}
    for name, of_type in DATE_OF_TYPE.items():
        unused = np.asarray(data[of_type] == "never") & by_name[name].is_("given", "malformed", "damaged", "incomplete")
        found[name] = unused
        if unused.any():
            for part in (name, f"{name}_other", f"{name}_swapped"):
                data[part] = data[part].copy()
                data[part][unused] = NOT_A_DAY
            data[f"{name}_state"] = category(np.where(unused, STATE["unused"], by_name[name].state), STATES)
    return found


def needs_of(types: pd.DataFrame) -> pd.DataFrame:
    """What each type needs, in the names that rules read: one of NEEDS in each column.

    Where a type has a validity from which nothing is computed the expiration date must be stated.
    """
    months, computes = validity(types)
    expiry = types["expiry"].mask((months > 0) & ~computes & (types["expiry"] == "optional"), "required")
    number = types["numbered"].map({True: "required"}).fillna("optional")
    return pd.DataFrame({"type_issue": types["issue"], "type_expiry": expiry, "type_number": number})


def validity(types: pd.DataFrame) -> tuple[IntArray, BoolArray]:
    """Per type its validity in months, 0 for none, and whether a blank expiration date is computed from it."""
    months = pd.to_numeric(types["validity_months"]).fillna(0).to_numpy(np.int64)
    return months, (months > 0) & types["expiry_computed"].ne(other=False).to_numpy(np.bool_)


def compute(data: Mapping[str, Any], standing: Standing) -> dict[str, Any]:
    """The date that each row has by its issue date and the validity of its type, and where none is said that one.

    Rows that are left out, or say that their credential no longer stands, need none.
    """
    issued, months = np.asarray(data["issue_date"], "M8[D]"), np.asarray(data["type_validity"].fillna(0), np.int64)
    usual = np.full(len(issued), NOT_A_DAY, "M8[D]")
    known = ~np.isnat(issued) & (months > 0) & np.asarray(data["type_expiry"] != "never")
    usual[known] = months_after(issued[known], months[known])
    found: dict[str, Any] = {"usual_expiry": usual.astype("M8[s]")}
    states = data[f"{EXPIRES}_state"].codes
    fills = ~np.isnat(usual) & np.isin(states, [STATE["blank"], STATE["absent"]]) & data["type_computes"]
    fills &= ~(standing.withdrawn | standing.left_out)
    if fills.any():
        days = data[EXPIRES].copy()
        days[fills] = found["usual_expiry"][fills]
        states = np.where(fills, STATE["computed"], states)
        found |= {EXPIRES: days, f"{EXPIRES}_state": category(states, STATES)}
    return found


def months_after(days: npt.NDArray[np.datetime64], months: IntArray) -> npt.NDArray[np.datetime64]:
    """The same day of the month so many months later, or that month's last: 31 January + 1 month = 28 or 29 February.

    NaT beyond the year 9999.
    """
    first = days.astype("M8[M]")
    then = first + months.astype("m8[M]")
    last = (then + np.timedelta64(1, "M")).astype("M8[D]") - np.timedelta64(1, "D")
    day = np.minimum(then.astype("M8[D]") + (days - first.astype("M8[D]")), last)
    return np.where(day > LAST_DAY, NOT_A_DAY, day)
