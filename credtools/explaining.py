"""Explaining: findings → errors (a whole sentence each) and causes (what one decision can settle).

Finding by finding and column by column: what a sentence doesn't speak of is never looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd

from credtools.cells import ALPHABETS, UNREADABLE
from credtools.dates import DateFormat, date_format, shape
from credtools.fields import Column, Rule
from credtools.lookups import Lookups, fold
from credtools.model import IntArray, Table
from credtools.recipes import Mapped
from credtools.resolving import Resolved

ERROR_COLUMNS = (
    *("line", "heading", "column", "value", "code", "title", "resolution", "suggestion", "blocks", "row", "cause"),
)
CAUSE_COLUMNS = (
    *("code", "column", "value", "pattern", "count", "suggestion", "title", "resolution", "blocks", "cause"),
)
NAMED_LINES = 5  # of the rows that belong together, how many a sentence names
NAMED_LETTERS = 3  # of the characters that nobody sees, how many a sentence names
MOST_SUGGESTIONS = 500  # per rule and column: each costs comparisons with many users
MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")  # what a database adds to a date
SEPARATORS = ("-", "/", ".", " ")
CLEAR_FORMATS = ("YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "D MMM YYYY", "D. MMM YYYY", "D-MMM-YYYY", "MMM D, YYYY")
EITHER_ORDER = tuple(s.join(order) for s in SEPARATORS for order in (("D", "M", "YYYY"), ("M", "D", "YYYY")))


@dataclass(frozen=True)
class Finding:
    """The rows (places in the table) that fail one rule in one column."""

    rule: Rule
    column: str
    rows: IntArray


def explain(
    findings: Sequence[Finding],
    table: Table,
    mapped: Mapped,
    resolved: Resolved,
    columns: Sequence[Column],
    lookups: Lookups,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(errors, causes) as frames: errors by row and in the order of the rules; causes largest first, warnings last."""
    by_name = {column.name: column for column in columns}
    errors: dict[str, list[Any]] = {name: [] for name in ERROR_COLUMNS}
    causes: list[tuple[Any, ...]] = []
    for finding in findings:
        rule, column = finding.rule, by_name.get(finding.column)
        name = column.name if column else ""
        telling = _Telling(finding, column, table, resolved, lookups)
        count = len(finding.rows)
        sentences = telling.sentences()
        for cause, rows in enumerate(telling.rows_of_causes):
            value = telling.usual_value(rows) if rule.groups != "rule" else ""
            pattern = telling.patterns[cause]
            suggestion = telling.suggestions[rows[0]] if rule.groups == "value" else ""
            of_shape = pattern if rule.groups == "shape" else ""
            told = (rule.code, name, value, of_shape, len(rows), suggestion)
            order = (not rule.blocks, -len(rows), rule.code, name, pattern, len(causes))
            causes.append((*order, (*told, rule.title, sentences[rows[0]], rule.blocks)))
        errors["line"] += table.lines[finding.rows].tolist()
        errors["row"] += finding.rows.tolist()
        errors["value"] += telling.texts
        errors["resolution"] += sentences
        errors["suggestion"] += telling.suggestions
        errors["cause"] += (telling.causes + len(causes) - len(telling.patterns)).tolist()
        constant = {"heading": mapped.sources.get(name, ""), "column": name, "code": rule.code}
        for key, same in {**constant, "title": rule.title, "blocks": rule.blocks}.items():
            errors[key] += [same] * count
    causes.sort()
    number = np.zeros(len(causes), dtype=np.int64)
    number[[cause[5] for cause in causes]] = np.arange(len(causes))
    errors["cause"] = number[errors["cause"]].tolist()
    # An empty column has no type of its own, and a mask must be boolean even then.
    found = pd.DataFrame(errors).astype({"blocks": bool, "line": int, "row": int, "cause": int})
    rows_of_causes = [(*cause[6], k) for k, cause in enumerate(causes)]
    return (
        found.sort_values("row", kind="stable", ignore_index=True),
        pd.DataFrame(rows_of_causes, columns=list(CAUSE_COLUMNS)).astype({"blocks": bool, "count": int}),
    )


class _Telling:
    """What the sentences of one finding may speak of; everything by place in the finding, not in the table."""

    def __init__(
        self, finding: Finding, column: Column | None, table: Table, resolved: Resolved, lookups: Lookups
    ) -> None:
        self.rule, self.column, self.lookups, self.table = finding.rule, column, lookups, table
        self.rows, self.frame = finding.rows, resolved.frame
        self._columns: dict[str, list[Any]] = {}
        self.texts = self.of_frame(f"{column.name}_text") if column else [""] * len(self.rows)
        patterns_of: dict[str, Callable[[str], str]] = {"value": fold, "shape": shape, "rule": lambda _: ""}
        pattern_of = patterns_of[self.rule.groups]
        codes, distinct = pd.factorize(pd.Index(self.texts, dtype="str"))
        causes, patterns = pd.factorize(pd.Index([pattern_of(str(value)) for value in distinct], dtype="str"))
        self.causes: IntArray = causes[codes]
        self.patterns: list[str] = patterns.tolist()
        self.fixed: dict[str, Any] = {"title": column.title if column else "The row"}
        if column:
            self.fixed["choices"] = _choices(column)
            self.formats = resolved.date_formats.get(column.name, ())
        if column and column.kind == "date":
            self.fixed["date_format"] = " or ".join(self.formats)
            self.fixed["date_format_from"] = resolved.date_formats_from[column.name]
            self.fixed["date_example"] = date_format(self.formats[0]).write(date(lookups.today.year, 12, 31))
        self.made: dict[str, Callable[[int], str]] = {
            "value": lambda k: str(self.texts[k]),
            "value_escaped": lambda k: ascii(self.texts[k]),
            "confusable": lambda k: confusable(self.texts[k]),
            "shape": lambda k: shape(self.texts[k]),
            "nearest": lambda k: self.nearest[k],
            "other_lines": self.other_lines,
            "date_taken": lambda k: f"{self.of_frame(self.column.name)[k]:%Y-%m-%d}" if self.column else "",
            "date_other": lambda k: f"{self.of_frame(f'{self.column.name}_other')[k]:%Y-%m-%d}" if self.column else "",
        }

    def __getitem__(self, at: tuple[str, int]) -> Any:
        name, k = at
        if name in self.fixed:
            return self.fixed[name]
        return self.made[name](k) if name in self.made else self.of_frame(name)[k]

    def of_frame(self, name: str) -> list[Any]:
        """A resolved column at the finding's rows."""
        if name not in self._columns:
            self._columns[name] = self.frame[name].iloc[self.rows].tolist()
        return self._columns[name]

    def sentences(self) -> list[str]:
        """The resolution of each row."""
        resolution, count = self.rule.resolution, len(self.rows)
        if callable(resolution):
            return [resolution(_Row(self, k)) for k in range(count)]
        names = {name for _, name, _, _ in Formatter().parse(resolution) if name is not None}
        if names <= self.fixed.keys():
            return [resolution.format_map(self.fixed)] * count
        return [resolution.format_map(_Row(self, k)) for k in range(count)]

    @cached_property
    def rows_of_causes(self) -> list[IntArray]:
        """The rows of each cause, in the order of the file."""
        order = np.argsort(self.causes, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.causes))[:-1])

    def usual_value(self, rows: IntArray) -> str:
        """The spelling that a cause has most often."""
        return str(Counter(self.texts[k] for k in rows.tolist()).most_common(1)[0][0])

    # --- suggestions ----------------------------------------------------------------------------------------

    @property
    def suggestions(self) -> list[str]:
        return self._suggested[0]

    @property
    def nearest(self) -> list[str]:
        """A sentence that names what is nearest, or nothing."""
        return self._suggested[1]

    @cached_property
    def _suggested(self) -> tuple[list[str], list[str]]:
        suggestions, sentences = [""] * len(self.rows), [""] * len(self.rows)
        suggest = self._suggester()
        if suggest is not None:
            by_value: dict[str, tuple[str, str]] = {}
            for k, value in enumerate(self.texts):
                key = fold(value)
                if key not in by_value:
                    by_value[key] = suggest(k, value) if value and len(by_value) < MOST_SUGGESTIONS else ("", "")
                suggestions[k], sentences[k] = by_value[key]
        return suggestions, sentences

    def _suggester(self) -> Callable[[int, str], tuple[str, str]] | None:
        kind = self.column.kind if self.column and self.rule.groups != "rule" else ""
        if kind == "date" and self.rule.groups == "shape":
            return self._suggest_date
        if kind == "user" and self.rule.groups == "value":
            return self._suggest_user
        if kind == "credential_type" and self.rule.groups == "value":
            return lambda _, value: _named(self.lookups.nearest_types(value))
        return None

    def _suggest_user(self, k: int, value: str) -> tuple[str, str]:
        if self.rule.code == "value_readable":
            imitated = self.lookups.imitated_user(value)
            return "", f"It only looks like {imitated!r}. " if imitated else ""
        if "@" not in value or self["user_status", k] != "unknown":
            return "", ""
        return _named(self.lookups.nearest_users(value))

    def _suggest_date(self, _: int, value: str) -> tuple[str, str]:
        if any(date_format(text).fits(value) for text in self.formats):
            return "", "The calendar has no such day. "
        suggestion = nearest_date(value, self.formats)
        return suggestion, f"Perhaps {suggestion!r} is meant. " if suggestion else ""

    # --- rows that belong together --------------------------------------------------------------------------

    def other_lines(self, k: int) -> str:
        """The lines of the rows that share the rule's `together` columns."""
        row = int(self.rows[k])
        together = self._together.get(row, [row])
        count = len(together) - 1
        some = [str(self.table.lines[other]) for other in together[: NAMED_LINES + 1] if other != row][:NAMED_LINES]
        shown = ", ".join(some) + (f" and {count - NAMED_LINES:,} more" if count > NAMED_LINES else "")
        return ("line " if count == 1 else "lines ") + shown if count else "another line"

    @cached_property
    def _together(self) -> dict[int, list[int]]:
        """For each row of the finding the rows that share its `together` columns, itself among them."""
        names = list(self.rule.together)
        if not names:
            return {}
        known = self.frame[names].dropna()
        numbers = known.groupby(names, sort=False).ngroup()
        numbers = numbers[numbers.isin(numbers[numbers.index.intersection(pd.Index(self.rows))])]
        groups = {number: rows.tolist() for number, rows in numbers.groupby(numbers).groups.items()}
        return {int(row): groups[number] for row, number in zip(numbers.index, numbers, strict=True)}


class _Row(Mapping[str, Any]):
    """What a sentence may speak of in one row."""

    def __init__(self, telling: _Telling, place: int) -> None:
        self._telling, self._place = telling, place

    def __getitem__(self, name: str) -> Any:
        return self._telling[name, self._place]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._telling.fixed, *self._telling.made, *self._telling.frame.columns])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _named(found: Sequence[str]) -> tuple[str, str]:
    names = ", ".join(repr(name) for name in found)
    return (found[0], f"The nearest: {names}. ") if found else ("", "")


def confusable(text: str) -> str:
    """The characters that nobody sees or that pass for Latin ones, by name: ` (U+200B ZERO WIDTH SPACE)`."""
    letters = dict.fromkeys(
        c
        for c in text
        if UNREADABLE.match(c) or (not c.isascii() and c.isalpha() and _alphabet(c) in ALPHABETS - {"LATIN"})
    )
    named = [f"U+{ord(c):04X} {unicodedata.name(c, 'a control character')}" for c in letters]
    more = f" and {len(named) - NAMED_LETTERS} more" if len(named) > NAMED_LETTERS else ""
    return f" ({', '.join(named[:NAMED_LETTERS])}{more})" if named else ""


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def nearest_date(text: str, formats: Sequence[str]) -> str:
    """The date that `text` can only mean, written in the first of `formats`; '' where it could mean several.

    Other separators in the order in force count as meant; otherwise every usual reading must give the same day.
    """
    text = MIDNIGHT.sub("", text)
    form = date_format(formats[0])
    for day in (_only_day(text, _with_separators(form)), _only_day(text, (*CLEAR_FORMATS, *EITHER_ORDER))):
        if day is not None:
            return form.write(day)
    return ""


def _with_separators(form: DateFormat) -> list[str]:
    tokens = [token for token in form.tokens if token.isalpha()]
    return [separator.join(tokens) for separator in SEPARATORS]


def _only_day(text: str, formats: Sequence[str]) -> date | None:
    days = {day for form in formats if (day := date_format(form).parse(text)) is not None}
    return days.pop() if len(days) == 1 else None


def _choices(column: Column) -> str:
    if column.kind == "flag":
        return "yes, no"
    if column.kind == "whole":
        return "a whole number, for example 24"
    if column.kind == "format":
        return "a date format with day, month and four-digit year, for example DD/MM/YYYY"
    return ", ".join(column.choices)
