"""What recipes say of files: what each rule does, which rows another would judge otherwise, which source is silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from credtools import reading
from credtools.checking.plan import ready_rows
from credtools.model import Review
from credtools.recipe import Recipe, apply
from credtools.recipe.steps import Hit

if TYPE_CHECKING:
    from credtools.registry.registry import Registry


@dataclass(frozen=True)
class ChangedRow:
    """A row that two recipes judge differently: 'ready', 'ready with other values', 'rejected (codes)' or 'absent'."""

    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.before} → {self.after}"


@dataclass(frozen=True)
class RecipeDiff:
    """The rows that change; how many are ready and rejected by the second recipe."""

    rows: tuple[ChangedRow, ...]
    ready: int
    rejected: int


def hits(registry: Registry, path: str | Path, recipe: Recipe) -> Sequence[Hit]:
    """What each rule of a recipe does to a file."""
    table = registry.read(reading.file_bytes(path), Path(path).name, recipe)
    return apply(recipe, table, registry.schema(recipe.schema).columns).hits


def compare(registry: Registry, path: str | Path, first: Recipe, second: Recipe) -> RecipeDiff:
    """Which rows the second recipe would judge otherwise than the first, by line."""
    review = registry.check(path, second)
    before, after = _judged(registry.check(path, first)), _judged(review)
    rows = []
    for line in sorted(before.keys() | after.keys()):
        old, new = before.get(line, ("absent", None)), after.get(line, ("absent", None))
        if old != new:
            same_word = old[0] == new[0] == "ready"
            rows.append(ChangedRow(line, old[0], "ready with other values" if same_word else new[0]))
    return RecipeDiff(tuple(rows), review.ready, review.rows - review.ready)


def _judged(review: Review) -> dict[int, tuple[str, object]]:
    content = {row: (key, said) for row, key, said in ready_rows(review)}
    lines = review.table.lines.tolist()
    return {
        line: ("ready", content[row]) if row in content else (f"rejected ({', '.join(review.codes[row])})", None)
        for row, line in enumerate(lines)
    }


def with_silence(runs: pd.DataFrame, uploads: Iterable[Any]) -> pd.DataFrame:
    """The sources with what their recipes expect (`every`); where that has passed, since when they are `overdue`."""
    now = datetime.now(UTC)
    expected = {name: (at, Recipe.parse(text, source=name).expect) for name, at, text in uploads}
    due = {name: at + expect.interval for name, (at, expect) in expected.items() if expect.interval}
    every = [expected[name][1].every if name in expected else None for name in runs["source"]]
    late = [due[name] if name in due and due[name] < now else None for name in runs["source"]]
    return runs.assign(every=pd.Series(every, dtype=object), overdue=pd.Series(late, dtype=object))
