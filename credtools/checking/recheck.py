"""Checking again: what a review may keep of an earlier one of the same table, so that one fix costs little."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from credtools.checking.causes import Explained, Explanation
from credtools.checking.lookups import Lookups
from credtools.checking.resolve import Resolved
from credtools.model import BoolArray, Review, Table
from credtools.recipe import Recipe
from credtools.schema.loading import SchemaFile

GROUPS = ("credential", "version", "content")  # numbers that only say which rows belong together


def earlier(
    before: Review | None, table: Table, recipe: Recipe, schema: SchemaFile, lookups: Lookups
) -> Explanation | None:
    """The explanation of an earlier review, if it is of the same table, schema, lookups and columns."""
    known = before.explanation if before else None
    if not isinstance(known, Explanation):
        return None
    basis = known.basis
    same = basis.table is table and basis.lookups is lookups and basis.schema.fingerprint == schema.fingerprint
    return known if same and basis.resolved.used == recipe.columns_in_use(schema.columns) else None


def kept(known: Explanation | None, after: Resolved) -> dict[tuple[str, str], Explained]:
    """What stays true of the rows that are the same; sentences that name other rows are written again."""
    if known is None:
        return {}
    same = _same_rows(known.basis.resolved, after)
    lasting = {key: one for key, one in known.explained.items() if not one.finding.rule.together}
    return {key: one.of(same) for key, one in (known.kept | lasting).items()}


def _same_rows(before: Resolved, after: Resolved) -> BoolArray:
    """The rows that are the same in both, whatever rules and sentences read of them."""
    formats = (before.date_formats, before.date_formats_from) == (after.date_formats, after.date_formats_from)
    same = np.full(len(after.frame), formats and before.data.keys() == after.data.keys())
    for name in after.data if same.any() else ():
        old, new = before.data[name], after.data[name]
        if old is not new and name not in GROUPS:
            same &= _equal(old, new)
    return same


def _equal(old: Any, new: Any) -> BoolArray:
    """Where two columns of a frame hold the same, nothing being the same as nothing."""
    if isinstance(old, pd.Categorical):  # of the same names: see `category`
        old, new = old.codes, new.codes
    if isinstance(old, np.ndarray):
        days = old.dtype.kind == "M"  # no day is not equal to no day
        return np.asarray(old.view("i8") == new.view("i8") if days else old == new, dtype=np.bool_)
    equal = np.asarray(pd.array(old == new).fillna(value=False), dtype=np.bool_)
    return np.asarray(equal | (pd.isna(old) & pd.isna(new)))
