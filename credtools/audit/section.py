"""Section: one question of an audit with its answer – a sentence, a table, a picture of the same figures."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from credtools.audit.plots import Plot

MOST_ROWS = 50
Row = tuple[Any, ...]
Links = tuple[Mapping[str, str] | None, ...]


@dataclass(frozen=True)
class Section:
    """One question with its answer; `plot` draws it (None: there is nothing to draw)."""

    name: str
    title: str
    sentence: str
    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    plot: Plot | None = None
    keys: tuple[Mapping[str, str], ...] = ()  # per row the filters that lead to what it counts
    links: tuple[Links, ...] = ()  # per row the same of its other cells (None: leads nowhere)

    @property
    def alternative(self) -> str:
        """The text in place of the picture where it can't be seen: the first rows of the table."""
        first = "; ".join(" ".join(str(cell) for cell in row[:3]) for row in self.rows[:3])
        return f"{self.title}: {first}. All figures are in the table below."

    def drawn(self, theme: str) -> str:
        """The picture as Base64, as pages and records keep it."""
        return base64.b64encode(self.plot(theme)).decode() if self.plot else ""


def rows_of(counts: pd.DataFrame) -> tuple[Row, ...]:
    """The key of each row and its counts."""
    return tuple((key, *map(int, row)) for key, *row in counts.itertuples(name=None))


def keys_of(name: str, values: Iterable[object], **more: str) -> tuple[Mapping[str, str], ...]:
    """Per row of a table the filter that chooses it."""
    return tuple({name: str(value), **more} for value in values)


def days(number: float) -> str:
    """A duration as people say it."""
    return "a day" if round(number) <= 1 else f"{number:,.0f} days"


def are(count: int) -> str:
    """The verb of so many."""
    return "is" if count == 1 else "are"
