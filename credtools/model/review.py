"""What a file is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import pandas as pd

from credtools.errors import Face, face, remedied
from credtools.model.files import BoolArray, StateArray, Table
from credtools.text import escape, plural, table

Frames = tuple[pd.DataFrame, pd.DataFrame]  # errors, causes


class Explanation(Protocol):
    """Makes errors and causes when they are first asked for, with marks in place of remedies."""

    def frames(self, *, warnings: bool = True) -> Frames: ...


@dataclass(frozen=True)
class Said:
    """An explanation that was made already: what a review takes along when it is pickled."""

    errors: pd.DataFrame
    causes: pd.DataFrame

    def frames(self, *, warnings: bool = True) -> Frames:
        if warnings:
            return self.errors, self.causes
        errors, causes = (frame[frame["blocks"]].reset_index(drop=True) for frame in (self.errors, self.causes))
        return errors, causes


@dataclass(frozen=True, repr=False, eq=False)
class Review:
    """What a file is worth: a pure function of (bytes, recipe, patches, schema, lookups).

    `resolved`: the named, typed columns on which the rules were judged, one row per record; `rejected`: which rows
    have a blocking error; `states`: per rule and column, 0 passed, 1 failed, 2 not judged; `headings`: each heading
    of the file and the column it stands for; `hits`: per step of the recipe the rows that it changed; `face`: where its
    sentences are read (None: on the face of the process).

    Two reviews are equal when they judge the same table alike and say the same about it.
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
    explanation: Explanation
    hits: Mapping[str, int] = field(default_factory=dict)
    face: Face | None = None

    def on(self, face: Face) -> Review:
        """The same review, its sentences naming the remedies of a face."""
        return replace(self, face=face)

    @cached_property
    def errors(self) -> pd.DataFrame:
        """One row per finding, in the order of the rows.

        Columns: line (int), heading, column, value, code, title, resolution, suggestion, blocks (bool), row (int, from
        0), cause (int: the row of `causes`).
        """
        return self._on_face(self.explanation.frames()[0])

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """The blocking ones of `errors`; made without looking at warnings."""
        return self._on_face(self.explanation.frames(warnings=False)[0])

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Errors that one decision can settle, largest first, warnings last.

        Columns: code, column, value, pattern, count (int), suggestion, title, resolution, blocks (bool), cause (int).
        """
        return self._on_face(self.explanation.frames()[1])

    def _on_face(self, frame: pd.DataFrame) -> pd.DataFrame:
        """With the remedies of the face in place of their marks."""
        sentences = frame["resolution"].array.copy()
        marked = frame["resolution"].str.contains("\ue000", regex=False).to_numpy(dtype=bool)
        sentences[marked] = [remedied(text, self.face or face()) for text in sentences[marked]]
        return frame.assign(resolution=sentences)

    @property
    def rows(self) -> int:
        return len(self.rejected)

    @property
    def ready(self) -> int:
        return int((~self.rejected).sum())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Review):
            return NotImplemented
        names = ("table", "judgement", "headings", "today", "revision", "date_formats", "date_formats_from", "hits")
        same = all(getattr(self, name) == getattr(other, name) for name in names)
        frames = zip(self.explanation.frames(), other.explanation.frames(), strict=True) if same else ()
        return same and all(one.equals(another) for one, another in frames)

    def __hash__(self) -> int:
        return hash(self.judgement)

    def __getstate__(self) -> dict[str, Any]:
        """Its values; what was said, but not what it was made of: neither users nor the schema's code go along."""
        state = {one.name: getattr(self, one.name) for one in fields(self)}
        return state | {"explanation": Said(*self.explanation.frames())}

    def __repr__(self) -> str:
        causes = int(self.causes["blocks"].sum())
        return f"{self.ready:,} ready · {self.rows - self.ready:,} rejected · {plural(causes, 'cause')}"

    def _repr_html_(self) -> str:
        """Counts and causes, without any value of the file: what a notebook shows is kept."""
        shown = self.causes.groupby(["code", "title", "column", "blocks"], sort=False)["count"].sum().reset_index()
        rows = [
            (one["count"], one["title"], one["column"], "rejected" if one["blocks"] else "warning")
            for one in shown.to_dict("records")
        ]
        return f"<p>{escape(self)}</p>" + (table(("Rows", "Error", "Column", ""), rows) if rows else "")
