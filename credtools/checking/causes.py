"""Causes: findings → errors (a whole sentence each) and causes (what one decision can settle).

Finding by finding, and only what somebody asks for: of most warnings that is their causes. What was said about a row is
kept for the next review of the same table, where the row is still the same: so one fix costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from credtools.checking import parse
from credtools.checking.dates_read import dates_read
from credtools.checking.explained import Explained, grouped
from credtools.checking.messages import Basis, Finding, ObjectArray
from credtools.checking.resolve import Resolved
from credtools.errors import Remedies, SchemaError
from credtools.model import BoolArray, FileWarning, IntArray
from credtools.schema.dates import shape
from credtools.schema.words import Rule
from credtools.text import fold, plural

MOST_SUGGESTIONS = 500  # values per rule and column: each costs comparisons with many users
PATTERNS: Mapping[str, Callable[[str], str]] = {"value": fold, "shape": shape, "rule": lambda _: ""}
GROUPS = ("credential", "version", "content")  # numbers that only say which rows belong together
CAUSE_COLUMNS = ("code", "column", "value", "pattern", "count", "suggestion", "title", "resolution", "blocks", "cause")
CAUSE_DTYPES = {**dict.fromkeys(CAUSE_COLUMNS, "str"), "count": "int64", "blocks": "bool", "cause": "int64"}


class Explanation:
    """The findings of one review, and what was said about them so far.

    `kept`: per rule and column what an earlier review said about rows that are the same in this one.
    """

    def __init__(
        self,
        basis: Basis,
        findings: Sequence[Finding],
        kept: dict[tuple[str, str], Explained],
    ) -> None:
        self.basis, self.findings, self.kept = basis, findings, kept
        self.explained: dict[tuple[str, str], Explained] = {}
        self._columns = {column.name: column for column in basis.schema.columns}
        self._errors: dict[bool, pd.DataFrame] = {}  # by whether warnings are among them
        self._causes: dict[bool, pd.DataFrame] = {}

    def still_true(self, after: Resolved) -> dict[tuple[str, str], Explained]:
        """What stays true of the rows that are the same; sentences that name other rows are written again.

        So are those about a column whose dates are read in other ways: they speak of these.
        """
        before = self.basis.resolved
        same = _same_rows(before, after)
        lasting = {key: one for key, one in self.explained.items() if not one.finding.rule.together}
        other = {name for name in after.cells if before.read_by(name) != after.read_by(name)}
        return {key: one.of(same) for key, one in (self.kept | lasting).items() if one.finding.column not in other}

    def with_more(self, findings: Sequence[Finding], frame: pd.DataFrame) -> Explanation:
        """With findings that came later, about further columns; what was said so far isn't looked for again."""
        basis = replace(self.basis, resolved=replace(self.basis.resolved, frame=frame))
        more = Explanation(basis, [*self.findings, *findings], self.kept)
        more.explained = self.explained
        return more

    def without(self, column: str, rows: Sequence[int]) -> Explanation:
        """Without what warnings say of a column in these rows."""
        found = []
        for one in self.findings:
            left = np.setdiff1d(one.rows, rows) if one.column == column and not one.rule.blocks else one.rows
            found += [replace(one, rows=left)] if len(left) else []
        return Explanation(self.basis, found, self.kept | self.explained)

    def dates(self) -> list[dict[str, Any]]:
        """Per date column the evidence for its formats."""
        return dates_read(self.basis.resolved.cells, self.basis.mapped)

    def warned(self) -> list[FileWarning]:
        """Per warning of the schema how many rows have it, and what it says about all of them; remedies are marks.

        Raises SchemaError when that can't be made.
        """
        rows: dict[str, IntArray] = {}
        rules = {}
        for one in self.findings:
            if not one.rule.blocks:
                rules[one.rule.code] = one.rule
                rows[one.rule.code] = np.union1d(rows.get(one.rule.code, one.rows), one.rows)
        with self._saying():
            return [_about_all(rule, len(rows[code])) for code, rule in rules.items()]

    def errors(self, *, warnings: bool = True) -> pd.DataFrame:
        """By row, and in the order of the rules. Raises SchemaError when a sentence of the schema can't be made."""
        if warnings not in self._errors:
            with self._saying():
                self._errors[warnings] = self._errors_of(*self._found(warnings=warnings))
        return self._errors[warnings]

    def errors_of(self, codes: Collection[str]) -> pd.DataFrame:
        """Those of these codes among all, under the same numbers of causes. Raises SchemaError likewise."""
        with self._saying():
            return self._errors_of(*self._found(warnings=True), codes)

    def causes(self, *, warnings: bool = True) -> pd.DataFrame:
        """Largest first, warnings last. Raises SchemaError likewise."""
        if warnings not in self._causes:
            with self._saying():
                explained, order = self._found(warnings=warnings)
                causes = [cause for one in explained for cause in one.causes()]
                shown = [(*causes[k], place) for place, k in enumerate(order)]
                self._causes[warnings] = pd.DataFrame(shown, columns=list(CAUSE_COLUMNS)).astype(CAUSE_DTYPES)
        return self._causes[warnings]

    @contextmanager
    def _saying(self) -> Iterator[None]:
        try:
            yield
        except Exception as problem:
            codes = ", ".join(dict.fromkeys(finding.rule.code for finding in self.findings))
            facts = {"name": type(problem).__name__, "problem": str(problem), "codes": codes}
            raise SchemaError("sentence_failed", **facts) from problem

    def _found(self, *, warnings: bool) -> tuple[list[Explained], list[int]]:
        """What is explained, and in which order its causes are shown."""
        explained = [self._explained(finding) for finding in self.findings if warnings or finding.rule.blocks]
        ranks = [rank for one in explained for rank in one.ranks()]
        return explained, sorted(range(len(ranks)), key=ranks.__getitem__)

    def _errors_of(
        self, explained: Sequence[Explained], order_of_causes: Sequence[int], codes: Collection[str] | None = None
    ) -> pd.DataFrame:
        number = np.zeros(len(order_of_causes), dtype=np.int64)
        number[order_of_causes] = np.arange(len(order_of_causes))
        numbers = np.split(number, np.cumsum([len(one.patterns) for one in explained])[:-1]) if explained else []
        some = [one.finding.rule.code in codes if codes is not None else True for one in explained]
        explained, numbers = list(compress(explained, some)), list(compress(numbers, some))
        counts = np.array([len(one.rows) for one in explained], dtype=np.int64)
        rows = _joined([one.rows for one in explained])
        order = np.argsort(rows, kind="stable")
        which = np.repeat(np.arange(len(explained)), counts)[order]
        causes = _joined([mine[one.cause] for one, mine in zip(explained, numbers, strict=True)])
        rules, table = [one.finding.rule for one in explained], self.basis.table
        names = [one.column.name if one.column else "" for one in explained]

        def same(texts: Sequence[str]) -> object:
            return parse.column(pa.array(texts, pa.large_string()).take(pa.array(which)))

        def headings() -> object:
            """As the file has them, cell by cell where a column was made of several."""
            shaped, sources = self.basis.table.shaped, self.basis.mapped.sources
            if not shaped or not shaped.cells:
                return same([sources.get(name, "") for name in names])
            made = [shaped.cells.get(sources.get(name, "")) for name in names]
            found = [
                np.array(one[0], dtype=object)[one[1][some.rows]]
                if one
                else np.full(len(some.rows), sources.get(name, ""), dtype=object)
                for one, name, some in zip(made, names, explained, strict=True)
            ]
            return each(found)

        def each(parts: Sequence[ObjectArray]) -> object:
            texts = np.concatenate([*parts, np.zeros(0, dtype=object)])[order]
            return parse.column(pa.array(texts, pa.large_string()))

        return pd.DataFrame(
            {
                **{name: getattr(table, f"{name}s")[rows[order]] for name in ("sheet", "line", "piece")},
                "heading": headings(),
                "column": same(names),
                "value": each([one.texts for one in explained]),
                "code": same([rule.code for rule in rules]),
                "title": each([one.titles for one in explained]),
                "resolution": each([one.told(np.arange(len(one.rows))) for one in explained]),
                "suggestion": each([one.suggestions for one in explained]),
                "blocks": np.array([rule.blocks for rule in rules], dtype=bool)[which],
                "row": rows[order],
                "cause": causes[order],
            }
        )

    def _explained(self, finding: Finding) -> Explained:
        if finding.rule.reads_stored:  # true only once
            return self._explain(finding, None)
        if finding.key not in self.explained:
            before = self.kept.get(finding.key)
            unchanged = before is not None and before.whole and np.array_equal(before.rows, finding.rows)
            kept = replace(before, basis=self.basis) if before and unchanged else None
            self.explained[finding.key] = kept or self._explain(finding, before)
        return self.explained[finding.key]

    def _explain(self, finding: Finding, before: Explained | None) -> Explained:
        """What was said before where it is still true, the rest new."""
        rows, column, texts = finding.rows, self._columns.get(finding.column), self._texts(finding)
        groups = finding.rule.groups
        codes, distinct = pd.factorize(texts if groups != "rule" else np.full(len(texts), "", dtype=object))
        cause, patterns = grouped(codes, [PATTERNS[groups](text) for text in distinct])
        keys = grouped(codes, [fold(text) for text in distinct])[0] if groups == "shape" else cause
        sought = (keys < MOST_SUGGESTIONS) & (texts != "")
        place = before.places(rows, sought) if before else np.full(len(rows), -1)
        sentences, suggestions = np.empty(len(rows), dtype=object), np.empty(len(rows), dtype=object)
        fresh, again = np.flatnonzero(place < 0), np.flatnonzero(place >= 0)
        if before:
            sentences[again], suggestions[again] = before.sentences[place[again]], before.suggestions[place[again]]
        made = Explained(
            *(finding, column, rows, texts, codes, cause, patterns, sentences, suggestions, sought),
            basis=self.basis,
        )
        if len(fresh):
            made.suggest(fresh)
        return made

    def _texts(self, finding: Finding) -> ObjectArray:
        """Per row the cell as it was read."""
        if finding.column not in self._columns:
            return np.full(len(finding.rows), "", dtype=object)
        return self.basis.resolved.frame[f"{finding.column}_text"].iloc[finding.rows].to_numpy(dtype=object)


def _about_all(rule: Rule, count: int) -> FileWarning:
    said = rule.about_all.format(remedy=Remedies())
    return FileWarning(rule.code, count, f"{rule.title} ({plural(count, 'row')})." + (f" {said}" if said else ""))


def _joined(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate([*parts, np.zeros(0, dtype=np.int64)])


def _same_rows(before: Resolved, after: Resolved) -> BoolArray:
    """The rows that are the same in both, whatever rules and sentences read of them."""
    same = np.full(len(after.frame), before.data.keys() == after.data.keys())
    for name in after.data if same.any() else ():
        old, new = before.data[name], after.data[name]
        if old is not new and name not in GROUPS:
            same &= _equal(old, new)
    return same


def _equal(old: Any, new: Any) -> BoolArray:
    """Where two columns of a frame hold the same, nothing being the same as nothing."""
    if isinstance(old, pd.Categorical):  # of the same names: see `category`
        old, new = old.codes, new.codes
    if isinstance(old, np.ndarray):
        days = old.dtype.kind == "M"  # no day is not equal to no day
        return np.asarray(old.view("i8") == new.view("i8") if days else old == new, dtype=np.bool_)
    equal = np.asarray(pd.array(old == new).fillna(value=False), dtype=np.bool_)
    return np.asarray(equal | (pd.isna(old) & pd.isna(new)))
