"""Standing: what the words of a row's status make of it, by what the recipe says they mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from credtools.checking.parse import Cells
from credtools.model import BoolArray


@dataclass(frozen=True)
class Standing:
    """Which rows are left out, speak of a credential that no longer stands, or have a word that means nothing."""

    left_out: BoolArray
    withdrawn: BoolArray
    unclear: BoolArray

    @classmethod
    def of(cls, columns: Sequence[Cells], rows: int, left_out: Iterable[int] = ()) -> Standing:
        """By the cells of the columns that count, and the rows that rules leave out, which are nothing else."""
        found = np.zeros((3, rows), dtype=np.bool_)
        for cells in columns:
            if cells.kind == "status":
                values = pd.Series(cells.values)
                kinds = [values == "leave_out", values == "withdrawn", values.isna()]
                found |= np.array([kind.to_numpy(dtype=np.bool_)[cells.codes] for kind in kinds])
        by_rule = list(left_out)
        found[:, by_rule] = [[True], [False], [False]]
        return cls(*found)

    @property
    def verdicts(self) -> dict[str, BoolArray]:
        """What a judgement covers beside the codes of errors: each that some row has."""
        named = {"status.leave_out": self.left_out, "status.withdrawn": self.withdrawn}
        return {name: rows for name, rows in named.items() if rows.any()}
