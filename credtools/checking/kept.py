"""Kept: the families of the columns that a decision hasn't touched, which are those of the review before.

Nothing of the result depends on it: what they follow from is compared, not who changed what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from credtools.checking.one_column import Known
from credtools.checking.parse import judge
from credtools.checking.resolve import made_of
from credtools.model import IntArray
from credtools.recipe import Recipe, Replace, Rewriting
from credtools.schema.words import Column

if TYPE_CHECKING:
    from credtools.checking.families import Family

OF_RULES = {"overruled", "overruled_as"}  # what rules of a schema may know of those of a recipe
OF_ERRORS = ["row", "code", "value", "suggestion"]


@dataclass(frozen=True)
class Basis:
    """What the families of a column follow from: what is known of it, and its errors."""

    known: Known
    errors: pd.DataFrame

    def renumbered(self, before: Basis) -> Mapping[int, int] | None:
        """The causes then → now, where nothing else has changed, nor their order; else None."""
        one, other = before.known, self.known
        arrays = ("failed", "damaged", "judged")
        if any(getattr(one, name) is not getattr(other, name) for name in ("lookups", "table", "column")):
            return None
        if not all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays):
            return None
        if one.mapped is not other.mapped and not _reads_the_same(one, other):
            return None
        errors = (some[OF_ERRORS].reset_index(drop=True) for some in (before.errors, self.errors))
        if not next(errors).equals(next(errors)):
            return None
        then, order = np.unique(before.errors["cause"].to_numpy(), return_inverse=True)
        now, order_now = np.unique(self.errors["cause"].to_numpy(), return_inverse=True)
        return dict(zip(then.tolist(), now.tolist(), strict=True)) if np.array_equal(order, order_now) else None


def _reads_the_same(one: Known, other: Known) -> bool:
    """Whether the column holds the same, and what its rejected rows hold elsewhere, by recipes that judge it alike.

    Other values in other columns matter only to the rows that are judged with another value in their cell.
    """
    if _about(one) != _about(other) or (one.mapped.headings, one.mapped.sources) != (
        other.mapped.headings,
        other.mapped.sources,
    ):
        return False
    rows = np.flatnonzero(one.failed)
    frames = (known.mapped.frame.take(rows) for known in (one, other))
    return one.texts.equals(other.texts) and next(frames).equals(next(frames)) and _same_dates(one, other)


def _same_dates(one: Known, other: Known) -> bool:
    """Whether the other columns hold the same dates in the rows by which values are judged, however they are read."""
    rows = other.distinct.first[other.distinct.bad]
    for column in other.schema.columns:
        formats = [known.recipe.formats(column.name) for known in (one, other)]
        if column.kind == "date" and column.name != other.column.name and formats[0] != formats[1]:
            then, now = (_read(known, column, rows) for known in (one, other))
            if not then.equals(now):
                return False
    return True


def _read(known: Known, column: Column, rows: IntArray) -> pd.DataFrame:
    """What rules may read of the dates of a column in some rows."""
    mapped = replace(known.mapped, frame=known.mapped.frame.take(rows))
    formats = known.recipe.formats(column.name) or (known.lookups.date_format,)
    cells = judge(column, made_of(column, known.table, mapped, known.recipe, formats), np.ones(len(rows), np.bool_))
    return pd.DataFrame(cells.columns(column.name))


def _about(known: Known) -> Recipe:
    """The recipe without what only makes or reads other values of other columns."""
    name, read = known.column.name, {need for rule in known.schema.rules if rule.blocks for need in rule.needs}
    if not read.isdisjoint(OF_RULES):
        return known.recipe
    rules = known.recipe.rules
    return replace(
        known.recipe,
        date_format={name: known.recipe.formats(name)},
        rules=tuple(r for r in rules if name in r.columns or not isinstance(r, (Replace, Rewriting))),
    )


class Kept:
    """The families of one file, by column, and what they followed from."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[Basis, list[Family]]] = {}

    def families(self, basis: Basis, make: Callable[[], Iterable[Family]]) -> list[Family]:
        """Those of a column: as they were, under the numbers that their causes have now, or made anew."""
        name = basis.known.column.name
        before, families = self._found.get(name, (None, []))
        numbers = basis.renumbered(before) if before else None
        if numbers is None:
            found = list(make())
        else:
            found = [replace(one, causes=tuple(numbers[cause] for cause in one.causes)) for one in families]
        self._found[name] = basis, found
        return found
