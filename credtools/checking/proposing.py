"""Proposing: which patterns hold for a file – before → after of every value, judged as the rows would be.

A pattern that changes a good cell is no proposal. A cell is good if it passes as it is; where the examples pass, too
(a column of free text), nothing tells good cells from others, and each change is only shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from credtools.checking.judge import FAILED, rejected_in
from credtools.checking.lookups import Lookups
from credtools.model import BoolArray, IntArray, Review, Table
from credtools.recipe import Recipe, Shapes, Split, apply, shape
from credtools.recipe.date_blocks import day_of, readers
from credtools.recipe.examples import cost, patterns, same
from credtools.recipe.pattern import Pattern
from credtools.schema.dates import NEVER
from credtools.schema.loading import SchemaFile
from credtools.schema.words import Column
from credtools.text import fold, plural

MOST_JUDGED = 8  # patterns of one question; each is judged value by value
MOST_OFFERED = 5


@dataclass(frozen=True)
class ValueChange:
    """What becomes of one value: `rows` have it; `passes`: whether its cells pass then; `passed`: whether they do now.

    `new`: the text; of dates the day as YYYY-MM-DD; of a split cell its parts with ` · ` between them; `never`.
    """

    old: str
    new: str
    rows: int
    passes: bool
    passed: bool = False


@dataclass(frozen=True)
class Proposal:
    """An offer: the values of a column that it would change, before → after, largest first.

    `pattern`: what is added to the recipe; None where the values can only be corrected one by one, because a recipe
    names no person. `kind`: that of its first rule, `date_format`, `never`, or `values`.
    """

    column: str
    pattern: Pattern | None
    changes: tuple[ValueChange, ...]

    @property
    def rows(self) -> int:
        """How many rows it changes."""
        return sum(one.rows for one in self.changes)

    @property
    def passing(self) -> int:
        """How many rows pass in this column that don't now."""
        return sum(one.rows for one in self.changes if one.passes and not one.passed)

    @property
    def replacements(self) -> dict[str, str]:
        """Old → new."""
        return {one.old: one.new for one in self.changes}

    @property
    def kind(self) -> str:
        if self.pattern is None:
            return "values"
        if self.pattern.formats:
            return "date_format"
        return "never" if self.pattern.never else self.pattern.rules[0].kind

    @property
    def sentence(self) -> str:
        """The pattern and what it does here."""
        said = f"{self.pattern}: " if self.pattern else ""
        changed = f"{plural(len(self.changes), 'value')} in {plural(self.rows, 'row')}"
        failing = self.rows - sum(one.rows for one in self.changes if one.passes)
        left = f"; {failing:,} of them still can’t be accepted" if failing else ""
        return f"{said}changes {changed}{left}."


@dataclass(frozen=True)
class Known:
    """What is asked: a file as a recipe reads it, and what is known of it.

    `failed`: per row whether the column rejects it; `judged`: whether that is known.
    """

    table: Table
    recipe: Recipe
    schema: SchemaFile
    lookups: Lookups
    column: Column
    formats: tuple[str, ...]
    texts: pd.Series
    failed: BoolArray
    judged: BoolArray

    @classmethod
    def of(
        cls, review: Review, recipe: Recipe, schema: SchemaFile, lookups: Lookups, name: str, ignored: IntArray
    ) -> Known:
        """`recipe`: by which the column is read; `ignored`: rows that are corrected one by one."""
        column, table = schema.model.column(name), review.table
        mapped = apply(recipe, table, schema.columns)
        failed = np.zeros(len(table.lines), dtype=np.bool_)
        judged = ~review.left_out & (table.fields == table.expected_fields)
        blocking = {rule.code for rule in schema.rules if rule.blocks}
        for (code, on), state in review.states.items():
            if on == name and code in blocking:
                failed |= state == FAILED
        judged[ignored] = False
        texts = mapped.frame[name] if name in mapped.frame else pd.Series("", index=mapped.frame.index, dtype="str")
        formats = recipe.formats(name) or (lookups.date_format,)
        return cls(table, recipe, schema, lookups, column, formats, texts, failed, judged)

    @cached_property
    def distinct(self) -> Distinct:
        """The distinct texts of the rows that are judged."""
        rows = np.flatnonzero(self.judged)
        codes, distinct = pd.factorize(self.texts.iloc[rows])
        failed = self.failed[rows]
        count = np.bincount(codes, minlength=len(distinct))
        bad = np.bincount(codes[failed], minlength=len(distinct))
        first = np.zeros(len(distinct), dtype=np.int64)
        first[codes[::-1]] = rows[::-1]
        shown = np.flatnonzero(failed)
        first[codes[shown[::-1]]] = rows[shown[::-1]]  # a rejected row, where there is one
        return Distinct([str(text) for text in distinct], count, bad == count, first)


@dataclass(frozen=True)
class Distinct:
    """Distinct texts; per text how many rows have it, whether each of them is rejected for it, and one of them."""

    texts: list[str]
    count: IntArray
    bad: BoolArray
    first: IntArray


def like(known: Known, examples: Mapping[str, str]) -> list[Proposal]:
    """The proposals that fit all examples and change no good cell: what helps most rows first, then the simplest."""
    found = patterns(known.column, examples, known.formats, known.recipe.notation)
    olds = {fold(old) for old in examples}
    here = [place for place, text in enumerate(known.distinct.texts) if fold(text) in olds]
    protects = not here or bool(known.distinct.bad[here].any())
    bad = known.distinct.bad if protects else np.ones(len(known.distinct.texts), dtype=np.bool_)
    offered = [(one, places) for one in found if (places := changed(known, one, bad, olds)) is not None]
    offered.sort(key=lambda one: (-int(known.distinct.count[one[1]].sum()) if protects else 0, cost(one[0])))
    proposals = [judged(known, one, places) for one, places in offered[:MOST_JUDGED]]
    rank = {one: place for place, one in enumerate(proposals)}
    ordered = sorted(proposals, key=lambda one: (-worth(one), cost(one.pattern or Pattern("")), rank[one]))
    helping = [one for one in ordered if one.passing] if protects else proposals
    return _distinct(helping)[:MOST_OFFERED]


def worth(proposal: Proposal) -> int:
    """The rows that it helps, less those that it changes in vain."""
    return 2 * proposal.passing - proposal.rows


def _distinct(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Of those that do the same here the first, which is the simplest."""
    return list({one.changes: one for one in reversed(proposals) if one.changes}.values())[::-1]


def changed(known: Known, pattern: Pattern, bad: BoolArray, examples: set[str] | None = None) -> IntArray | None:
    """The places of the values that a pattern changes; None where a good one is among them."""
    values, column = known.distinct, known.column
    if pattern.never:
        words = {fold(word) for word in pattern.never}
        places = [k for k, text in enumerate(values.texts) if fold(text) in words]
        return np.array(places, dtype=np.int64) if bad[places].all() else None
    after = pattern.rewritten(values.texts)
    moved = np.array([not same(old, new, column) for old, new in zip(values.texts, after, strict=True)], dtype=np.bool_)
    if (moved & ~bad & ~_of(values.texts, examples)).any():
        return None
    if pattern.formats:
        forms = readers(pattern.formats, known.recipe.notation.and_also(pattern.notation))
        reads = [k for k in np.flatnonzero(bad).tolist() if day_of(after[k], forms)]
        moved[reads] = True
    return np.flatnonzero(moved)


def _of(texts: Sequence[str], examples: set[str] | None) -> BoolArray:
    if not examples:
        return np.zeros(len(texts), dtype=np.bool_)
    return np.array([fold(text) in examples for text in texts], dtype=np.bool_)


def judged(known: Known, pattern: Pattern, places: IntArray) -> Proposal:
    """A pattern with each value that it changes, before → after, and whether its cells pass then."""
    values = known.distinct
    after = _after(known, pattern, [values.texts[place] for place in places.tolist()])
    recipe = pattern.added_to(known.recipe, known.formats)
    rows = values.first[places]
    rejected = _rejected(known, recipe, rows)
    changes = [
        ValueChange(values.texts[place], new, int(values.count[place]), not bad, not bool(values.bad[place]))
        for place, new, bad in zip(places.tolist(), after, rejected.tolist(), strict=True)
    ]
    return Proposal(known.column.name, pattern, tuple(sorted(changes, key=lambda one: (-one.rows, one.old))))


def _after(known: Known, pattern: Pattern, texts: Sequence[str]) -> list[str]:
    """What becomes of each text, as it is shown."""
    if pattern.never:
        return [NEVER] * len(texts)
    after = pattern.rewritten(texts)
    if known.column.kind != "date":
        return after
    notation = known.recipe.notation.and_also(pattern.notation)
    forms = readers((*known.formats, *pattern.formats), notation)
    return [f"{day:%Y-%m-%d}" if (day := day_of(text, forms)) else text for text in after]


def _rejected(known: Known, recipe: Recipe, rows: IntArray) -> BoolArray:
    """Which of some rows would be rejected for the column by another recipe; of one that is split any of its parts."""
    if not len(rows):
        return np.zeros(0, dtype=np.bool_)
    order = np.argsort(rows, kind="stable")
    table, more = taken(known.table, rows[order]), [rule for rule in recipe.rules if isinstance(rule, Split)]
    divides = [rule for rule in more if rule not in known.recipe.rules]
    place = np.arange(len(rows))
    if divides:
        table = shape(
            replace(recipe, shapes=Shapes(), rules=tuple(divides)), replace(table, shaped=None), known.schema.columns
        )
        place = table.shaped.record if table.shaped else place
    failed = rejected_in(known.column.name, table, recipe, known.schema, known.lookups)
    found = np.zeros(len(rows), dtype=np.bool_)
    np.logical_or.at(found, order[place], failed)
    return found


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
