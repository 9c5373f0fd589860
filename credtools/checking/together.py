"""Together: the rows of a file that a rule judges as one, because they are equal in some columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from credtools.checking.resolve import content_columns
from credtools.model import IntArray, Table
from credtools.schema.words import Column, Rule
from credtools.text import fold_number

NAMED_LINES = 5  # of the rows that belong together, how many a sentence names


@dataclass(frozen=True)
class Together:
    """Rows (places in the table) that fail a rule, and those that share its `together` columns with them."""

    rule: Rule
    rows: IntArray
    frame: pd.DataFrame
    table: Table
    columns: Sequence[Column]

    def other_lines(self, row: int) -> str:
        """The lines of the rows that belong together with this one."""
        together = self._groups.get(row, [row])
        count = len(together) - 1
        some = [str(self.table.lines[other]) for other in together[: NAMED_LINES + 1] if other != row][:NAMED_LINES]
        shown = ", ".join(some) + (f" and {count - NAMED_LINES:,} more" if count > NAMED_LINES else "")
        return ("line " if count == 1 else "lines ") + shown if count else "another line"

    def differing(self, row: int) -> str:
        """The titles of the columns in which these rows say different things; numbers are compared by their keys."""
        return ", ".join(column.title for column in self._content if len(self._all_say(row, column.name)) > 1)

    def several_numbers(self, row: int) -> bool:
        """Whether they have different numbers; a blank one isn't counted."""
        return len(self._all_say(row, "credential_number") - {None}) > 1

    def _all_say(self, row: int, name: str) -> set[Any]:
        said = self._said.get(name, {})
        return {said[other] for other in self._groups.get(row, ()) if other in said}

    @cached_property
    def _content(self) -> list[Column]:
        names = content_columns(self.columns)
        return [column for column in self.columns if column.name in names or column.kind == "status"]

    @cached_property
    def _said(self) -> dict[str, dict[int, Any]]:
        rows = sorted(self._groups)
        said = {column.name: self.frame[column.name].iloc[rows].tolist() for column in self._content}
        if "credential_number" in said:
            said["credential_number"] = [
                fold_number(one) if isinstance(one, str) else None for one in said["credential_number"]
            ]
        return {name: dict(zip(rows, values, strict=True)) for name, values in said.items()}

    @cached_property
    def _groups(self) -> dict[int, list[int]]:
        """For each row of the finding the rows that share its `together` columns, itself among them."""
        if not self.rule.together:
            return {}
        numbers, known = np.zeros(len(self.frame), dtype=np.int64), np.ones(len(self.frame), dtype=np.bool_)
        for name in self.rule.together:
            codes, distinct = pd.factorize(self.frame[name])
            known &= codes >= 0
            numbers = pd.factorize(numbers * (len(distinct) + 1) + codes)[0].astype(np.int64)
        mine = self.rows[known[self.rows]]
        rows = np.flatnonzero(known & np.isin(numbers, numbers[mine]))
        groups: dict[int, list[int]] = {}
        for row, number in zip(rows.tolist(), numbers[rows].tolist(), strict=True):
            groups.setdefault(number, []).append(row)
        return {row: groups[number] for row, number in zip(rows.tolist(), numbers[rows].tolist(), strict=True)}
