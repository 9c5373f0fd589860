"""Causes: what blocks the rows of a review, as a person can settle it – each with its rows and their values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.decisions import Cell
from credtools.model import IntArray, Review
from credtools.schema.words import Column
from credtools.text import fold


class Cause:
    """One cause of errors in the review at hand: its rows, their values, and what may be proposed."""

    def __init__(self, told: dict[str, object], errors: pd.DataFrame, places: IntArray, column: Column | None) -> None:
        self.code, self.title = str(told["code"]), str(told["title"])
        self.value, self.pattern = str(told["value"]), str(told["pattern"])
        self.resolution, self.suggestion = str(told["resolution"]), str(told["suggestion"])
        self.count = int(str(told["count"]))
        self.column = column
        self.place = int(str(told["cause"]))
        self._errors, self._places = errors, places
        name = f"{self.code}\n{told['column']}\n{self.pattern or fold(self.value)}"
        self.key = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]

    @cached_property
    def errors(self) -> pd.DataFrame:
        """The errors of this cause, one per row of the file."""
        return self._errors.iloc[self._places]

    def cells(self, new: str | None = None) -> tuple[Cell, ...]:
        """The cells of this cause, each with its new value (None: what is suggested for each)."""
        if self.column is None:
            raise CredtoolsError("This error is about whole rows; correct them in the file or reject them.")
        lines, values = self.errors["line"].tolist(), self.errors["value"].tolist()
        each = self.errors["suggestion"].tolist() if new is None else [new] * len(lines)
        name = self.column.name
        return tuple(Cell(int(a), name, str(b), str(c)) for a, b, c in zip(lines, values, each, strict=True) if c != b)


def blocking(review: Review, columns: Mapping[str, Column]) -> list[Cause]:
    """The causes that block rows, largest first; `columns`: those of the schema in use, by name."""
    by_cause = _places(review.errors["cause"].to_numpy())
    told = review.causes[review.causes["blocks"]].to_dict("records")
    return [
        Cause(
            {str(key): value for key, value in one.items()},
            review.errors,
            by_cause[int(one["cause"])],
            columns.get(str(one["column"])),
        )
        for one in told
    ]


def _places(causes: IntArray) -> Sequence[IntArray]:
    """For each cause the places of its errors."""
    order = np.argsort(causes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(causes))[:-1]) if len(causes) else []
