"""Explaining: findings → errors (a whole sentence each) and causes (what one decision can settle)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from credtools.dates import date_format, shape
from credtools.fields import Column, Rule
from credtools.lookups import Lookups, fold
from credtools.model import IntArray, Table
from credtools.recipes import Mapped
from credtools.resolving import Resolved

ERROR_COLUMNS = (
    *(
        "line",
        "heading",
        "column",
        "value",
        "code",
        "title",
        "resolution",
        "suggestion",
        "blocks",
        "row",
        "cause",
    ),
)
CAUSE_COLUMNS = (
    *("code", "column", "value", "pattern", "count", "suggestion", "title", "resolution", "blocks", "cause"),
)


NAMED_LINES = 5  # of the rows that belong together, how many a sentence names
MOST_SUGGESTIONS = 200  # per rule and column: each costs a comparison with every active user


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
    errors: list[tuple[Any, ...]] = []
    causes: dict[tuple[str, str, str], list[Any]] = {}
    spellings: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for order, finding in enumerate(findings):
        rule, column = finding.rule, by_name.get(finding.column)
        name = finding.column if column else ""
        rows = finding.rows.tolist()
        values = resolved.frame[f"{name}_text"].iloc[rows].tolist() if name else [""] * len(rows)
        context = _Context(finding, column, table, resolved, lookups)
        records = resolved.frame.iloc[rows].to_dict("records")
        for row, value, record in zip(rows, values, records, strict=True):
            pattern = {"value": fold(value), "shape": shape(value), "rule": ""}[rule.groups]
            key = (rule.code, name, pattern)
            suggestion, nearest = context.nearest(pattern, value, record)
            sentence = context.sentence(row, value, nearest, record)
            if key not in causes:
                shown = value if rule.groups != "rule" else ""
                of_shape = pattern if rule.groups == "shape" else ""
                causes[key] = [
                    rule.code,
                    name,
                    shown,
                    of_shape,
                    0,
                    suggestion,
                    rule.title,
                    sentence,
                    rule.blocks,
                    key,
                ]
            causes[key][4] += 1
            spellings[key][value] += 1
            heading = mapped.sources.get(name, "")
            errors.append(
                (
                    *(row, order, int(table.lines[row]), heading, name, value, rule.code),
                    *(rule.title, sentence, suggestion, rule.blocks, row, key),
                )
            )
    errors.sort(key=lambda e: (e[0], e[1]))
    number = {key: k for k, key in enumerate(sorted(causes, key=lambda k: (not causes[k][8], -causes[k][4], k)))}
    error_rows = [(*e[2:-1], number[e[-1]]) for e in errors]
    for key, cause in causes.items():
        if cause[2]:
            cause[2] = spellings[key].most_common(1)[0][0]
    cause_rows = sorted(((*c[:-1], number[c[-1]]) for c in causes.values()), key=lambda c: c[-1])
    return (
        # An empty column has no type of its own, and a mask must be boolean even then.
        pd.DataFrame(error_rows, columns=list(ERROR_COLUMNS)).astype({"blocks": bool, "line": int, "row": int}),
        pd.DataFrame(cause_rows, columns=list(CAUSE_COLUMNS)).astype({"blocks": bool, "count": int}),
    )


class _Context:
    """What the sentences of one finding may speak of, beside the resolved columns of the row."""

    def __init__(
        self, finding: Finding, column: Column | None, table: Table, resolved: Resolved, lookups: Lookups
    ) -> None:
        self.rule, self.column, self.lookups = finding.rule, column, lookups
        self.title = column.title if column else "The row"
        self.lines = table.lines.tolist()
        self.together = _rows_together(finding, resolved.frame)
        self.fixed: dict[str, Any] = {"title": self.title}
        if column and column.kind == "date":
            formats = resolved.date_formats[column.name]
            self.fixed["date_format"] = " or ".join(formats)
            self.fixed["date_format_from"] = resolved.date_formats_from[column.name]
            self.fixed["date_example"] = date_format(formats[0]).write(date(lookups.today.year, 12, 31))
        if column:
            self.fixed["choices"] = _choices(column)
        self._nearest: dict[str, tuple[str, str]] = {}

    def nearest(self, pattern: str, value: str, record: Mapping[str, Any]) -> tuple[str, str]:
        """(best suggestion, sentence that names the nearest), looked up once per cause."""
        if self.rule.groups != "value" or self.column is None or not value:
            return "", ""
        if pattern not in self._nearest:
            if len(self._nearest) >= MOST_SUGGESTIONS:
                return "", ""
            found: list[str] = []
            if self.column.kind == "user" and self.rule.code == "value_readable":
                imitated = self.lookups.imitated_user(value)
                self._nearest[pattern] = ("", f"It only looks like {imitated!r}. " if imitated else "")
                return self._nearest[pattern]
            if self.column.kind == "credential_type":
                found = self.lookups.nearest_types(value)
            elif self.column.kind == "user" and "@" in value and record["user_status"] == "unknown":
                found = self.lookups.nearest_users(value)
            names = ", ".join(repr(name) for name in found)
            self._nearest[pattern] = (found[0], f"The nearest: {names}. ") if found else ("", "")
        return self._nearest[pattern]

    def sentence(self, row: int, value: str, nearest: str, record: Mapping[str, Any]) -> str:
        told: dict[str, Any] = {**record, **self.fixed, "value": value, "nearest": nearest}
        told["value_escaped"] = ascii(value)
        told["shape"] = shape(value)
        told["other_lines"] = self._other_lines(row)
        resolution = self.rule.resolution
        return resolution(told) if callable(resolution) else resolution.format_map(told)

    def _other_lines(self, row: int) -> str:
        together = self.together.get(row, [row])
        count = len(together) - 1
        some = [str(self.lines[other]) for other in together[: NAMED_LINES + 1] if other != row][:NAMED_LINES]
        shown = ", ".join(some) + (f" and {count - NAMED_LINES:,} more" if count > NAMED_LINES else "")
        return ("line " if count == 1 else "lines ") + shown if count else "another line"


def _rows_together(finding: Finding, frame: pd.DataFrame) -> dict[int, list[int]]:
    """For each row of the finding the rows that share its `together` columns."""
    if not finding.rule.together:
        return {}
    names = list(finding.rule.together)
    groups: defaultdict[Any, list[int]] = defaultdict(list)
    known = frame[frame[names[0]].notna()]
    if "content" in frame:
        known = known[known["content"].notna()]
    numbers = known.groupby(names, dropna=False, sort=False).ngroup()
    of_row = dict(zip(numbers.index.tolist(), numbers.tolist(), strict=True))
    wanted = {of_row[row] for row in finding.rows.tolist() if row in of_row}
    for row, group in of_row.items():
        if group in wanted:
            groups[group].append(row)
    return {row: groups[of_row[row]] for row in finding.rows.tolist() if row in of_row}


def _choices(column: Column) -> str:
    if column.kind == "flag":
        return "yes, no"
    if column.kind == "whole":
        return "a whole number, for example 24"
    if column.kind == "format":
        return "a date format with day, month and four-digit year, for example DD/MM/YYYY"
    return ", ".join(column.choices)
