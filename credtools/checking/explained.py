"""Explained: one finding with what is said about its rows – sentences, suggestions, causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from credtools.checking.messages import Basis, Finding, ObjectArray, Writer
from credtools.model import BoolArray, IntArray
from credtools.schema.words import Column


@dataclass(frozen=True)
class Explained:
    """A finding with what is said; per row its text (`codes`: the place among the distinct ones) and its cause.

    `sentences`: those that were written so far, None elsewhere (see `told`); `sought`: whether a suggestion was looked
    for. Of an earlier review (`whole`: whether all of its rows are still the same) only rows and what was said about
    them are looked at otherwise. `basis`: what it follows from.
    """

    finding: Finding
    column: Column | None
    rows: IntArray
    texts: ObjectArray
    codes: IntArray
    cause: IntArray
    patterns: Sequence[str]
    sentences: ObjectArray
    suggestions: ObjectArray
    sought: BoolArray
    basis: Basis
    whole: bool = True

    def suggest(self, places: IntArray) -> None:
        """Finds what is suggested in some places; sentences that block are written with it: most name what is near."""
        writer = self._writer(places)
        self.suggestions[places] = writer.suggestions()
        if self.finding.rule.blocks:
            self.sentences[places] = writer.sentences()

    def told(self, places: IntArray) -> ObjectArray:
        """The sentences in some places; each is written when it is asked for the first time."""
        missing = places[[sentence is None for sentence in self.sentences[places]]]
        if len(missing):
            self.sentences[missing] = self._writer(missing).sentences()
        return self.sentences[places]

    def _writer(self, places: IntArray) -> Writer:
        some = Finding(self.finding.rule, self.finding.column, self.rows[places])
        return Writer(some, self.column, self.texts[places].tolist(), self.sought[places], self.basis)

    @cached_property
    def titles(self) -> ObjectArray:
        """Per row the title of the rule, or that which its row gives it (see `rule`)."""
        rule = self.finding.rule
        if not rule.titles:
            return np.full(len(self.rows), rule.title, dtype=object)
        column, titles = rule.titles
        of = self.basis.resolved.frame[column].iloc[self.rows].tolist()
        return np.array([*(titles.get(one, rule.title) for one in of), ""], dtype=object)[:-1]

    def of(self, same: BoolArray) -> Explained:
        """What can be kept of it where some rows of the table are the same."""
        some = same[self.rows]
        if some.all():
            return self
        said = {name: getattr(self, name)[some] for name in ("rows", "sentences", "suggestions", "sought")}
        return replace(self, **said, whole=False)

    def places(self, rows: IntArray, sought: BoolArray) -> IntArray:
        """For each of these rows its place here if the same would be said, else -1."""
        place = np.searchsorted(self.rows, rows)
        inside = np.where(place < len(self.rows), place, 0)
        alike = (self.rows[inside] == rows) & (self.sought[inside] == sought) if len(self.rows) else rows < 0
        return np.where(alike, inside, -1)

    def ranks(self) -> list[tuple[Any, ...]]:
        """By what its causes are sorted, in the order of their first rows."""
        rule, name = self.finding.rule, self.column.name if self.column else ""
        counts = zip(self.patterns, self._counts, strict=True)
        return [(not rule.blocks, -count, rule.code, name, pattern) for pattern, count in counts]

    def causes(self) -> list[tuple[Any, ...]]:
        """Their rows of the frame of causes, without their numbers; in the same order."""
        rule, name = self.finding.rule, self.column.name if self.column else ""
        first, usual = np.unique(self.cause, return_index=True)[1], self._usual_rows()
        last = len(self.cause) - 1 - np.unique(self.cause[::-1], return_index=True)[1]
        said = self.told(usual if rule.groups == "shape" else first)  # about the value that is shown
        titles, found = self.titles[last], []
        for place, (pattern, count) in enumerate(zip(self.patterns, self._counts, strict=True)):
            value = self.texts[usual[place]] if rule.groups != "rule" else ""
            suggestion = self.suggestions[first[place]] if rule.groups == "value" else ""
            shown = (rule.code, name, value, pattern if rule.groups == "shape" else "", count, suggestion)
            found.append((*shown, titles[place], said[place], rule.blocks))
        return found

    @property
    def _counts(self) -> list[int]:
        counts: list[int] = np.bincount(self.cause, minlength=len(self.patterns)).tolist()
        return counts

    def _usual_rows(self) -> IntArray:
        """For each cause a row with the spelling that it has most often, of several the first."""
        _, first, count = np.unique(self.codes, return_index=True, return_counts=True)
        cause = self.cause[first]
        best = np.lexsort((first, -count, cause))
        return first[best[np.unique(cause[best], return_index=True)[1]]]


def grouped(codes: IntArray, names: Sequence[str]) -> tuple[IntArray, list[str]]:
    """Rows by the name of their distinct text: per row a number, in the order of first rows, and the names."""
    numbers, found = pd.factorize(np.array([*names, ""], dtype=object)[:-1])
    return numbers[codes], found.tolist()
