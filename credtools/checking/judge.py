"""Judging: Table × recipe × schema × lookups → Review.

First every cell is resolved into named, typed columns; then each rule of the schema judges all rows at once. A rule
that raises refuses the file: a row must never pass because a rule broke.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credtools.checking.arrow_texts import text_bytes
from credtools.checking.causes import Explanation
from credtools.checking.expiry import DATE_OF_TYPE, EXPIRES, needs_of
from credtools.checking.hints import hints
from credtools.checking.lookups import Lookups
from credtools.checking.messages import Basis, Finding
from credtools.checking.parse import STATE, Cells
from credtools.checking.resolve import NEEDED_BY_TYPE, Resolved, content_columns, resolve
from credtools.errors import FileError, SchemaError
from credtools.model import FAILED, NOT_JUDGED, PASSED, BoolArray, Patch, Review, StateArray, Table
from credtools.recipe import USER_COLUMN, Mapped, Recipe, apply, apply_patches
from credtools.schema.loading import SchemaFile
from credtools.schema.words import RECORD, USER, Column, Rule

PIECES = 10  # rows that may be made of each record, on average


def review(
    table: Table,
    recipe: Recipe,
    schema: SchemaFile,
    lookups: Lookups,
    patches: Sequence[Patch] = (),
    before: Review | None = None,
) -> Review:
    """What the file is worth.

    `before`: an earlier review of the same table, by another recipe or other patches; what is still the same is kept,
    and nothing of the result depends on it. Raises FileError (`row_limit`, `heading_required`), RecipeError, and
    SchemaError when a rule itself fails.
    """
    require_size(table, lookups.settings.max_rows)
    known = _earlier(before, table, recipe, schema, lookups)
    mapped = apply_patches(apply(recipe, table, schema.columns), table, patches)
    resolved = resolve(table, mapped, recipe, schema.columns, lookups, known.basis.resolved if known else None)
    _require_headings(table, mapped, resolved, schema.columns, recipe, lookups)
    findings, states = _judge(schema, resolved)
    basis = Basis(table, mapped, resolved, schema, lookups)
    reasons = _reasons(findings, len(table.lines))
    rejected = np.logical_or.reduce([*reasons.values(), np.zeros(len(table.lines), dtype=np.bool_)])
    said = tuple(name for name in content_columns(schema.columns) if name in mapped.frame)
    return Review(
        table=table,
        headings=mapped.headings,
        resolved=resolved.frame,
        rejected=rejected,
        left_out=resolved.standing.left_out,
        left_out_by=mapped.left_out_by,
        withdrawn=resolved.standing.withdrawn,
        codes=_codes_by_row(reasons, rejected),
        states=states,
        judgement=_judgement(table, resolved, reasons | resolved.standing.verdicts),
        today=lookups.today,
        revision=lookups.revision,
        date_formats=resolved.date_formats,
        date_formats_from=resolved.date_formats_from,
        explanation=Explanation(basis, findings, known.still_true(resolved) if known else {}),
        said_columns=said,
        unsaid={name: rows for name in said if (rows := resolved.cells[name].is_("absent")).any()},
        hits={hit.label: hit.rows for hit in mapped.hits},
    )


def rejected_in(
    column: str, table: Table, mapped: Mapped, recipe: Recipe, schema: SchemaFile, lookups: Lookups
) -> BoolArray:
    """Which rows of a table would be rejected for what is in a column: by the rules that blame it, as in a review.

    What a rule says of rows beside each other (that they repeat) is only said of rows that are there.
    """
    rows = resolve(table, mapped, recipe, schema.columns, lookups).frame
    failed = np.zeros(len(table.lines), dtype=np.bool_)
    for rule in schema.rules:
        if rule.blocks and column in rule.columns and not rule.reads_stored:
            failed |= failing(schema, rule, column, rows)
    return failed


def require_size(table: Table, most: int) -> None:
    """Raises FileError (`row_limit`) for more records than one batch takes, or more than ten rows of each."""
    if table.records > most:
        raise FileError("too_many_rows", found=table.records, allowed=most)
    if len(table.lines) > PIECES * most:
        raise FileError("too_many_pieces", found=len(table.lines), allowed=PIECES * most)


def _earlier(
    before: Review | None, table: Table, recipe: Recipe, schema: SchemaFile, lookups: Lookups
) -> Explanation | None:
    """The explanation of an earlier review, if it is of the same table, schema, lookups, columns and words."""
    known = before.explanation if before else None
    if not isinstance(known, Explanation):
        return None
    basis = known.basis
    same = basis.table is table and basis.lookups is lookups and basis.schema.fingerprint == schema.fingerprint
    words = {cells.made_of.status for cells in basis.resolved.cells.values() if cells.kind == "status"}
    same = same and words <= {recipe.status}  # the sentences name them
    return known if same and basis.resolved.used == recipe.columns_in_use(schema.columns) else None


def _judge(schema: SchemaFile, resolved: Resolved) -> tuple[list[Finding], dict[tuple[str, str], StateArray]]:
    rows = resolved.frame
    no_record = (rows["fields"] != rows["expected_fields"]).to_numpy()
    cell_failed: dict[str, BoolArray] = {}
    findings: list[Finding] = []
    states: dict[tuple[str, str], StateArray] = {}
    for rule, column in [(one, column) for one in schema.rules for column in one.columns]:
        if rule.reads_stored or (column != RECORD and column not in resolved.used):
            continue
        failed = failing(schema, rule, column, rows) & ~resolved.standing.left_out
        state = np.full(len(rows), PASSED, dtype=np.int8)
        about = {column, *(resolved.user_column if name == USER else name for name in rule.needs)} & resolved.used
        if about:
            state[no_record] = NOT_JUDGED
        for name in about & cell_failed.keys():
            state[cell_failed[name]] = NOT_JUDGED
        state[resolved.standing.left_out] = NOT_JUDGED
        states[rule.code, column] = state
        if failed.any():
            state[failed] = FAILED
            findings.append(Finding(rule, column, np.flatnonzero(failed)))
            if rule.blocks and not rule.needs:
                cell_failed[column] = cell_failed.get(column, False) | failed
    return findings, states


def failing(schema: SchemaFile, rule: Rule, column: str, rows: pd.DataFrame) -> BoolArray:
    """Which rows fail a rule: its function, called directly. Raises SchemaError when the function fails.

    Pandera's lazy `validate` finds the same (a property test proves it), but takes many times longer.
    """
    try:
        output = getattr(schema.model, rule.code)(rows, column=column)
        if not isinstance(output, pd.Series) or output.dtype != bool or len(output) != len(rows):
            raise TypeError("it must give one true or false per row")  # noqa: TRY301 - said like what it raises itself
        if not output.index.equals(rows.index):  # sorted, perhaps
            output = output.loc[rows.index]
    except Exception as problem:
        name = type(problem).__name__
        raise SchemaError("rule_failed", code=rule.code, name=name, problem=str(problem)) from problem
    return ~np.asarray(output, dtype=np.bool_)


def _reasons(findings: Sequence[Finding], rows: int) -> dict[str, BoolArray]:
    """For each blocking code the rows that it rejects, in the order of the rules."""
    reasons: dict[str, BoolArray] = {}
    for finding in findings:
        if finding.rule.blocks:
            failed = reasons.setdefault(finding.rule.code, np.zeros(rows, dtype=np.bool_))
            failed[finding.rows] = True
    return reasons


def _codes_by_row(reasons: Mapping[str, BoolArray], rejected: BoolArray) -> list[tuple[str, ...]]:
    places = np.flatnonzero(rejected)
    kinds = np.zeros(len(places), dtype=np.int64)  # rows rejected for the same codes share one
    seen: list[tuple[str, ...]] = [()]
    for code, failed in reasons.items():
        kinds, pairs = pd.factorize(kinds * 2 + failed[places])
        seen = [(*seen[pair // 2], code) if pair % 2 else seen[pair // 2] for pair in pairs.tolist()]
    codes: list[tuple[str, ...]] = [()] * len(rejected)
    for place, kind in zip(places.tolist(), kinds.tolist(), strict=True):
        codes[place] = seen[kind]
    return codes


def _judgement(table: Table, resolved: Resolved, verdicts: Mapping[str, BoolArray]) -> str:
    """SHA-256 of line, verdict, blocking codes, resolved values of every row; no warnings, no today, nothing stored.

    Column by column: the distinct texts and what they mean, then which row has which.
    """
    digest = hashlib.sha256()

    def add(name: str, *arrays: npt.NDArray[Any]) -> None:
        for array in arrays:
            small = array.astype(np.min_scalar_type(array.max(initial=0)), copy=False)  # fewer bytes, the same numbers
            digest.update(f"{name} {len(array)} {small.dtype.itemsize} ".encode())
            digest.update(np.ascontiguousarray(small, dtype=small.dtype.newbyteorder("<")).data.cast("B"))

    add("line", table.lines)
    if table.shaped:
        add("sheet", table.sheets)
        add("piece", table.pieces)
    for verdict in sorted(verdicts):
        add(verdict, verdicts[verdict])
    for name in ("user_id", "type_id"):
        if name in resolved.frame:
            add(name, resolved.frame[name].to_numpy() + 1)
    if "type_number" in resolved.frame:  # whether the number belongs to the identity
        add("numbered", (resolved.frame["type_number"] == "required").to_numpy())
    add("computed", *_computed(resolved.frame))
    for name, cells in _judged_cells(resolved).items():
        ends, data = text_bytes(cells.texts)
        state = np.asarray(resolved.frame[f"{name}_state"].cat.codes)
        add(name, np.diff(ends), data, cells.codes, np.where(state == STATE["absent"], STATE["blank"], state))
        if cells.kind == "date":  # the same text is another day in another format
            add(name, np.asarray(cells.values, dtype="M8[D]").astype(np.int64).view(np.uint64))
    return digest.hexdigest()


def _computed(frame: pd.DataFrame) -> tuple[npt.NDArray[Any], ...]:
    """The rows whose expiration date is computed, and their dates; nothing where there is none."""
    if f"{EXPIRES}_state" not in frame or not (rows := frame[f"{EXPIRES}_state"] == "computed").any():
        return ()
    days = frame.loc[rows, EXPIRES].to_numpy("M8[D]").astype(np.int64)
    return np.flatnonzero(rows), days.view(np.uint64)


def _judged_cells(resolved: Resolved) -> dict[str, Cells]:
    """The cells by column, without a status or name that the recipe doesn't speak of: such files are judged as ever."""
    idle = {name for name, one in resolved.cells.items() if one.kind == "status" or name == USER_COLUMN["name"]}
    return {name: one for name, one in resolved.cells.items() if name in resolved.used or name not in idle}


def _require_headings(
    table: Table, mapped: Mapped, resolved: Resolved, columns: Sequence[Column], recipe: Recipe, lookups: Lookups
) -> None:
    """A heading is required when the schema says so, or when every row needs the value."""
    for column in columns:
        if column.name in mapped.sources or column.name not in resolved.used:
            continue
        said = column.kind == "status" and resolved.cells[column.name].made_of.status is not None
        if column.required or said or _needed_by_every_row(column, resolved, lookups):
            raise heading_missing(column, table, mapped.headings, columns, recipe, lookups)


def heading_missing(
    column: Column,
    table: Table,
    headings: Mapping[str, str | None],
    columns: Sequence[Column],
    recipe: Recipe,
    lookups: Lookups | None = None,
) -> FileError:
    """What is said where a file lacks the heading of a column, and what it looks like instead."""
    line = table.reading.heading_line
    return FileError(
        "heading_missing",
        column=column.name,
        title=column.title,
        line=line,
        where=f"The heading row (line {line})" if line else "The file",
        names=table.reading.quoted(table.frame.columns),
        perhaps="".join(f"{hint} " for hint in hints(column, table, headings, columns, recipe, lookups)),
    )


def _needed_by_every_row(column: Column, resolved: Resolved, lookups: Lookups) -> bool:
    """Whether the types of all rows need it; where no type is known, whether all types do.

    Rows that are left out need nothing, those that are withdrawn no dates, and no date that is computed is needed.
    """
    name = NEEDED_BY_TYPE.get(column.name)
    if name is None or name not in resolved.frame:
        return False
    idle = resolved.standing.left_out | (resolved.standing.withdrawn if column.name in DATE_OF_TYPE else False)
    idle |= (resolved.frame[f"{column.name}_state"] == "computed").to_numpy()
    if idle.any() and idle.all():
        return False
    needs = resolved.frame.loc[~idle, name].dropna()
    if needs.empty:
        needs = needs_of(lookups.types[lookups.types["status"] == "active"])[name]
    return len(needs) > 0 and bool((needs == "required").all())
