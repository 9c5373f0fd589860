"""What a file is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pandas as pd

from credtools.model.files import BoolArray, StateArray, Table
from credtools.text import plural


@dataclass(frozen=True, repr=False)
class Review:
    """What a file is worth: a pure function of (bytes, recipe, patches, schema, lookups).

    `resolved`: the named, typed columns on which the rules were judged, one row per record; `rejected`: which rows
    have a blocking error; `states`: per rule and column, 0 passed, 1 failed, 2 not judged; `headings`: each heading
    of the file and the column it stands for; `explain` makes (errors, causes) when they are first asked for,
    `explain_blocking` the same without warnings; `hits`: per rule of the recipe the rows that it changed.
    """

    table: Table
    headings: Mapping[str, str | None]
    resolved: pd.DataFrame
    rejected: BoolArray
    codes: list[tuple[str, ...]]
    states: Mapping[tuple[str, str], StateArray]
    judgement: str
    today: date
    revision: int
    date_formats: Mapping[str, tuple[str, ...]]
    date_formats_from: Mapping[str, str]
    explain: Callable[[], tuple[pd.DataFrame, pd.DataFrame]]
    explain_blocking: Callable[[], tuple[pd.DataFrame, pd.DataFrame]]
    hits: Mapping[str, int] = field(default_factory=dict)
    basis: object = None  # what the next review of the same table may keep; only `checking` looks into it

    @cached_property
    def _explained(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self.explain()

    @property
    def errors(self) -> pd.DataFrame:
        """One row per finding: line, heading, column, value, code, title, resolution, suggestion, blocks, row."""
        return self._explained[0]

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """The blocking ones of `errors`, told without looking at warnings."""
        if "_explained" in vars(self):
            return self.errors[self.errors["blocks"]].reset_index(drop=True)
        return self.explain_blocking()[0]

    @property
    def causes(self) -> pd.DataFrame:
        """Errors that one decision can settle, largest first.

        Columns: code, column, value, pattern, count, suggestion, title, resolution, blocks.
        """
        return self._explained[1]

    @property
    def rows(self) -> int:
        return len(self.rejected)

    @property
    def ready(self) -> int:
        return int((~self.rejected).sum())

    def __repr__(self) -> str:
        causes = int(self.causes["blocks"].sum())
        return f"{self.ready:,} ready · {self.rows - self.ready:,} rejected · {plural(causes, 'cause')}"
