"""One column: what is asked about the values of a column of a file, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from credtools.checking.lookups import Lookups
from credtools.model import FAILED, BoolArray, IntArray, Review, Table
from credtools.recipe import Mapped, Recipe
from credtools.schema.loading import SchemaFile
from credtools.schema.words import Column

DAMAGED = "value_damaged"


@dataclass(frozen=True)
class Known:
    """What is asked: a file as a recipe reads it, and what is known of it.

    `failed`: per row whether the column rejects it, `damaged`: because a spreadsheet has destroyed the value; `judged`:
    whether that is known.
    """

    table: Table
    recipe: Recipe
    schema: SchemaFile
    lookups: Lookups
    column: Column
    formats: tuple[str, ...]
    mapped: Mapped
    texts: pd.Series
    failed: BoolArray
    damaged: BoolArray
    judged: BoolArray

    @classmethod
    def of(
        cls,
        review: Review,
        recipe: Recipe,
        schema: SchemaFile,
        lookups: Lookups,
        name: str,
        mapped: Mapped,
        ignored: IntArray,
    ) -> Known:
        """`mapped`: the file as a recipe reads it, without corrections; `ignored`: rows that are corrected singly."""
        column, table = schema.model.column(name), review.table
        failed, damaged = (np.zeros(len(table.lines), dtype=np.bool_) for _ in range(2))
        judged = ~review.left_out & (table.fields == table.expected_fields)
        blocking = {rule.code for rule in schema.rules if rule.blocks}
        for (code, on), state in review.states.items():
            if on == name and code in blocking:
                failed |= state == FAILED
                damaged |= (state == FAILED) & (code == DAMAGED)
        judged[ignored] = False
        texts = mapped.frame[name] if name in mapped.frame else pd.Series("", index=mapped.frame.index, dtype="str")
        formats = recipe.formats(name) or (lookups.date_format,)
        return cls(table, recipe, schema, lookups, column, formats, mapped, texts, failed, damaged, judged)

    @cached_property
    def distinct(self) -> Distinct:
        """The distinct texts of the rows that are judged."""
        rows = np.flatnonzero(self.judged)
        codes, distinct = pd.factorize(self.texts.iloc[rows])
        failed = self.failed[rows]
        count = np.bincount(codes, minlength=len(distinct))
        bad = np.bincount(codes[failed], minlength=len(distinct)) == count
        damaged = np.bincount(codes[self.damaged[rows]], minlength=len(distinct)) > 0
        first = np.zeros(len(distinct), dtype=np.int64)
        first[codes[::-1]] = rows[::-1]
        shown = np.flatnonzero(failed)
        first[codes[shown[::-1]]] = rows[shown[::-1]]  # a rejected row, where there is one
        return Distinct([str(text) for text in distinct], count, bad, bad & ~damaged, first)

    @cached_property
    def verdicts(self) -> dict[tuple[int, str], bool]:
        """Whether a value (its place among the distinct ones) would be rejected with another text, as far as asked."""
        return {}


@dataclass(frozen=True)
class Distinct:
    """Distinct texts; per text how many rows have it, whether each of them is rejected for it, and one of them.

    `bad`: those that a pattern may change: rejected, but not because a spreadsheet destroyed them – of such a value
    nothing is left that could be made right.
    """

    texts: list[str]
    count: IntArray
    failed: BoolArray
    bad: BoolArray
    first: IntArray


def taken(table: Table, rows: IntArray) -> Table:
    """Some rows of a table, as they would be judged by themselves."""
    return replace(
        table,
        frame=table.frame.take(rows).reset_index(drop=True),
        lines=table.lines[rows],
        fields=table.fields[rows],
        reading=replace(table.reading, repaired_lines=()),
        whole=None,
        first=0,
        corrects=(),
        shaped=table.shaped and table.shaped.take(rows),
    )
