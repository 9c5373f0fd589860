"""Checking: Table × recipe × schema × lookups → Review.

First every cell is resolved into named, typed columns; then each rule of the schema judges all rows at once. A rule
that raises refuses the file: a row must never pass because a rule broke.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from credtools import errors, recipes
from credtools.errors import SchemaError
from credtools.explaining import Finding, explain
from credtools.fields import RECORD, USER, Column, Rule
from credtools.lookups import Lookups
from credtools.model import BoolArray, Patch, Review, StateArray, Table
from credtools.recipes import Mapped, Recipe
from credtools.resolving import Resolved, resolve
from credtools.schema_files import SchemaFile

PASSED, FAILED, NOT_JUDGED = 0, 1, 2


def review(table: Table, recipe: Recipe, schema: SchemaFile, lookups: Lookups, patches: Sequence[Patch] = ()) -> Review:
    """What the file is worth.

    Raises FileError (`row_limit`, `heading_required`), RecipeError, and SchemaError when a rule itself fails.
    """
    if len(table.lines) > lookups.settings.max_rows:
        raise errors.too_many_rows(len(table.lines), lookups.settings.max_rows)
    mapped = recipes.apply(recipe, table, schema.columns)
    mapped = recipes.apply_patches(mapped, table, patches)
    resolved = resolve(table, mapped, recipe, schema.columns, lookups)
    _require_headings(table, mapped, resolved, schema.columns)
    findings, states = _judge(schema, resolved)
    blocked = [f.rows for f in findings if f.rule.blocks]
    rejected = np.zeros(len(table.lines), dtype=np.bool_)
    for rows in blocked:
        rejected[rows] = True
    codes = _codes_by_row(findings, len(table.lines))
    return Review(
        table=table,
        headings=mapped.headings,
        resolved=resolved.frame,
        rejected=rejected,
        codes=codes,
        states=states,
        judgement=_judgement(table, resolved.frame, rejected, codes, schema.columns),
        today=lookups.today,
        revision=lookups.revision,
        date_formats=resolved.date_formats,
        date_formats_from=resolved.date_formats_from,
        explain=lambda: _explain(findings, table, mapped, resolved, schema, lookups),
    )


def _explain(
    findings: Sequence[Finding], table: Table, mapped: Mapped, resolved: Resolved, schema: SchemaFile, lookups: Lookups
) -> tuple[pd.DataFrame, pd.DataFrame]:
    try:
        return explain(findings, table, mapped, resolved, schema.columns, lookups)
    except Exception as problem:
        codes = ", ".join(dict.fromkeys(finding.rule.code for finding in findings))
        raise SchemaError(
            f"A sentence of the schema can't be told ({type(problem).__name__}: {problem}); look at the resolutions of "
            f"the rules {codes}."
        ) from problem


def _judge(schema: SchemaFile, resolved: Resolved) -> tuple[list[Finding], dict[tuple[str, str], StateArray]]:
    rows = resolved.frame
    cell_failed: dict[str, BoolArray] = {}
    findings: list[Finding] = []
    states: dict[tuple[str, str], StateArray] = {}
    for rule, column in [(told, column) for told in schema.rules for column in told.columns]:
        if column != RECORD and column not in resolved.used:
            continue
        failed = ~_passed(schema, rule, column, rows)
        about = [column, *(resolved.user_column if name == USER else name for name in rule.needs)]
        unjudged = np.zeros(len(rows), dtype=np.bool_)
        for name in about:
            if name in resolved.used:
                unjudged |= cell_failed.get(name, False) | (rows[f"{name}_state"] == "unjudged").to_numpy()
        states[rule.code, column] = np.where(failed, FAILED, np.where(unjudged, NOT_JUDGED, PASSED)).astype(np.int8)
        if failed.any():
            findings.append(Finding(rule, column, np.flatnonzero(failed)))
            if rule.blocks and not rule.needs:
                cell_failed[column] = cell_failed.get(column, False) | failed
    return findings, states


def _passed(schema: SchemaFile, rule: Rule, column: str, rows: pd.DataFrame) -> BoolArray:
    """Which rows pass: the rule's function, called directly.

    Pandera's lazy `validate` finds the same (a property test proves it), but takes many times longer.
    """
    try:
        output = getattr(schema.model, rule.code)(rows, column=column)
        if not isinstance(output, pd.Series) or output.dtype != bool or len(output) != len(rows):
            raise TypeError("it must give one true or false per row")  # noqa: TRY301 - told like what it raises itself
        if not output.index.equals(rows.index):  # sorted, perhaps
            output = output.loc[rows.index]
    except Exception as problem:
        raise SchemaError(
            f"The rule {rule.code!r} of the schema failed on this file ({type(problem).__name__}: {problem}); "
            "nothing was judged. Correct the rule."
        ) from problem
    return np.asarray(output, dtype=np.bool_)


def _codes_by_row(findings: Sequence[Finding], rows: int) -> list[tuple[str, ...]]:
    codes: list[tuple[str, ...]] = [()] * rows
    for finding in findings:
        if finding.rule.blocks:
            for row in finding.rows.tolist():
                if finding.rule.code not in codes[row]:
                    codes[row] = (*codes[row], finding.rule.code)
    return codes


def _judgement(
    table: Table,
    rows: pd.DataFrame,
    rejected: BoolArray,
    codes: list[tuple[str, ...]],
    columns: Sequence[Column],
) -> str:
    """SHA-256 of line, verdict, blocking codes, resolved values of every row; no warnings, no today, nothing stored."""
    values = [_texts(rows[name]) for column in columns for name in (column.name, f"{column.name}_text")]
    known = [rows[name].tolist() for name in ("user_id", "type_id", "number_key", "own") if name in rows]
    digest = hashlib.sha256()
    for line, bad, why, *rest in zip(table.lines.tolist(), rejected.tolist(), codes, *known, *values, strict=True):
        digest.update("\x1f".join([str(line), str(bad), ",".join(why), *map(str, rest)]).encode())
        digest.update(b"\x1e")
    return digest.hexdigest()


def _texts(values: pd.Series) -> list[str]:
    if values.dtype.kind == "M":
        return [str(day) for day in values.to_numpy("datetime64[D]")]
    return [str(value) for value in values.tolist()]


def _require_headings(table: Table, mapped: Mapped, resolved: Resolved, columns: Sequence[Column]) -> None:
    """A heading is required when the schema says so, or when every row needs the value."""
    for column in columns:
        if column.name in mapped.sources or column.name not in resolved.used:
            continue
        if column.required or _needed_by_every_row(column, resolved):
            raise errors.heading_missing(
                column.name, column.title, table.reading.heading_line, list(table.frame.columns)
            )


def _needed_by_every_row(column: Column, resolved: Resolved) -> bool:
    needs = resolved.needed_by_type.get(column.name)
    if needs is None:
        return False
    known = resolved.frame[needs].dropna()
    return bool((known == "required").all()) if len(known) else resolved.needed_by_every_type[column.name]


__all__ = ["FAILED", "NOT_JUDGED", "PASSED", "Rule", "review"]
