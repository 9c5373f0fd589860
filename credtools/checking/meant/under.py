"""Under: the texts under one heading, each with how often it is there; a sample first, all of them where it matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from credtools.model import IntArray, Table

SAMPLE = 400  # rows, evenly spread over the file
MOST_FREQUENT = 5


class Under:
    """The cells under one heading."""

    def __init__(self, table: Table, heading: str) -> None:
        self.heading = heading
        self._texts: pd.Series = table.frame[heading]
        self.rows = len(self._texts)
        self.date_cells = table.date_cells.get(heading, {})
        self.shown = table.shown_dates.get(heading, {})

    @cached_property
    def some_rows(self) -> list[str]:
        """The cells of some rows, trimmed, evenly spread; of the same rows under each heading."""
        some = self._texts if self.rows <= SAMPLE else self._texts.iloc[_spread(self.rows)]
        return [str(text).strip() for text in some.tolist()]

    @cached_property
    def sample(self) -> dict[str, int]:
        """The filled ones of them, each with how often it is there."""
        found = Counter(self.some_rows)
        del found[""]
        return dict(found)

    @cached_property
    def counts(self) -> dict[str, int]:
        """All filled cells, likewise."""
        return _counted(self._texts)

    @cached_property
    def filled(self) -> int:
        return sum(self.counts.values())

    @cached_property
    def codes(self) -> tuple[IntArray, list[str]]:
        """Per row which of the texts it has (-1: blank), and the texts."""
        numbers, texts = pd.factorize(self._texts.str.strip())
        names = [str(text) for text in texts]
        if "" in names:
            numbers = np.where(numbers == names.index(""), -1, numbers)
        return np.asarray(numbers, dtype=np.int64), names

    def per_row(self, of_text: Mapping[str, int]) -> IntArray:
        """Per row the number of its text, -1 where it has none."""
        codes, names = self.codes
        known = np.array([*(of_text.get(name, -1) for name in names), -1], dtype=np.int64)
        return known[codes]

    def share(self, texts: Mapping[str, object]) -> float:
        """How much of the sample these texts are."""
        found = sum(count for text, count in self.sample.items() if text in texts)
        return found / max(1, sum(self.sample.values()))

    def said(self, texts: Mapping[str, object]) -> tuple[int, int]:
        """How many of all filled cells are among these texts, and how many are filled."""
        return sum(count for text, count in self.counts.items() if text in texts), self.filled


@dataclass(frozen=True)
class Statistics:
    """A column in numbers: `filled` of `rows` cells, `different` texts, `most` frequent ones with their cells."""

    rows: int
    filled: int
    different: int
    most: tuple[tuple[str, int], ...]
    shortest: int
    longest: int


def statistics(table: Table, heading: str) -> Statistics:
    """What is under a heading, in numbers. Raises KeyError when there is no such heading."""
    counts = Under(table, heading).counts
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_FREQUENT]
    lengths = [len(text) for text in counts] or [0]
    return Statistics(len(table.lines), sum(counts.values()), len(counts), tuple(most), min(lengths), max(lengths))


def _spread(rows: int) -> IntArray:
    return np.linspace(0, rows - 1, SAMPLE).astype(np.int64)


def _counted(texts: pd.Series) -> dict[str, int]:
    found: dict[str, int] = {}
    for text, count in texts.value_counts(sort=False).items():
        if plain := str(text).strip():
            found[plain] = found.get(plain, 0) + int(count)
    return found
