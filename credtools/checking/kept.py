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

if TYPE_CHECKING:
    from credtools.checking.families import Family

OF_ERRORS = ["row", "code", "value", "suggestion"]


@dataclass(frozen=True)
class Basis:
    """What the families of a column follow from: what is known of it, and its errors."""

    known: Known
    errors: pd.DataFrame

    def renumbered(self, before: Basis) -> Mapping[int, int] | None:
        """The causes then → now, where nothing else has changed, nor their order; else None."""
        one, other = before.known, self.known
        objects = ("mapped", "recipe", "lookups", "table", "column")
        arrays = ("failed", "damaged", "judged")
        if any(getattr(one, name) is not getattr(other, name) for name in objects) or one.formats != other.formats:
            return None
        if not all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays):
            return None
        errors = (some[OF_ERRORS].reset_index(drop=True) for some in (before.errors, self.errors))
        if not next(errors).equals(next(errors)):
            return None
        then, order = np.unique(before.errors["cause"].to_numpy(), return_inverse=True)
        now, order_now = np.unique(self.errors["cause"].to_numpy(), return_inverse=True)
        return dict(zip(then.tolist(), now.tolist(), strict=True)) if np.array_equal(order, order_now) else None


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
