"""Editing a draft: another recipe, and corrections of single cells, each addressed by the record that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace as with_

import numpy as np
import pandas as pd

from credtools import store
from credtools.checking.personal import naming
from credtools.errors import CredtoolsError, RegistryError
from credtools.model import Patch, Review, Table
from credtools.recipe import COMPLETE, Mapped, Recipe, apply, apply_patches, follow
from credtools.recipe.records import Records
from credtools.recipe.steps import Join, LeaveOut, Split
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.schema.words import RECORD, Column
from credtools.text import first_of, fold

NAMED = 5
At = int | str  # a line; where its rows are several, which one: '12.3'
Cell = tuple[At, str, str | None]


def replace(session: Session, draft: Draft, column: str, values: Mapping[str, str]) -> Review:
    """Old → new values of a column: by rules of the recipe, or cell by cell where they name a person."""
    cells = _cells_with(session, draft, column, values)
    if session.schema(draft.recipe.schema).model.column(column).kind == "user":
        return patch(session, draft, cells)
    named = naming((*values, *values.values()), session.lookups())
    rules = {old: new for old, new in values.items() if named.isdisjoint((old, new))}
    if len(rules) == len(values):
        return use(session, draft, draft.recipe.replacing(column, values))
    singly = _cells_with(session, draft, column, {old: values[old] for old in values.keys() - rules.keys()})
    if rules:  # may be refused; then nothing is changed
        use(session, draft, draft.recipe.replacing(column, rules))
    return patch(session, draft, singly)


def use(session: Session, draft: Draft, recipe: Recipe) -> Review:
    """Goes on with another recipe, if the file can be judged by it; else the draft stays as it was."""
    recipe = with_(recipe, source=draft.source)
    before = draft.recipe, draft.table, draft.review
    if _read_by(recipe) != _read_by(draft.recipe):
        draft.table = None
    draft.recipe = recipe
    try:
        review = reviewing.again(session, draft)
    except CredtoolsError:
        draft.recipe, draft.table, draft.review = before
        raise
    keep_recipe(session, draft)
    return review


def _read_by(recipe: Recipe) -> object:
    """What of a recipe makes the table; headings matter only to how it is shaped."""
    splits = [step for step in recipe.rules if isinstance(step, Split)]
    return recipe.read, recipe.shapes, splits, recipe.headings if recipe.reshapes else None


def keep_recipe(session: Session, draft: Draft) -> None:
    """Keeps the recipe with the batch, so that whoever opens it next goes on with it."""
    session.require("amend")
    store.amend(session.engine, draft.id, session.by, draft.recipe)


def count_again(session: Session, draft: Draft, *, yes: bool | None) -> None:
    """Whether rows that equal an older version count again; what was shown before no longer counts."""
    session.require("count_again")
    store.count_again(session.engine, draft.id, session.by, yes=yes)
    draft.shown = draft.plan = None
    reviewing.refresh(session, draft)


def patch(session: Session, draft: Draft, cells: Iterable[Cell]) -> Review:
    """Corrects cells (line, column, value); the file's own value, or None, takes a correction back.

    Raises RegistryError when a line isn't a record of the file, or is several rows, or a column not one of the schema.
    """
    table, mapped, records = _mapped(session, draft)
    given = {(_row_at(table, line, draft), column): value for line, column, value in cells}
    for column in dict.fromkeys(column for _, column in given if column != RECORD):
        _require_column(column, mapped.frame)
    stored = _stored(session, draft)
    parted: tuple[list[Patch], list[Patch]] = [], []
    for one, row in zip(stored, records.rows_of(one.record for one in stored), strict=True):
        parted[(row, one.column) in given].append(one)
    others, earlier = parted
    untouched = apply_patches(mapped, table, others).frame
    own = records.own(_columns(session, draft))
    texts = {column: untouched[column].tolist() for column in {name for _, name in given} - {RECORD}}
    changed: list[store.Correction] = []
    for (row, column), new in given.items():
        old = "" if column == RECORD else str(texts[column][row])
        changed.append(store.Correction(own[row], column, old, None if new == old else new))
    keep_patches(session, draft, changed, earlier)
    return reviewing.again(session, draft)


def complete(session: Session, draft: Draft, line: At, fields: Sequence[str]) -> list[Cell]:
    """The corrections by which a record with a wrong number of fields has these, one for each heading of the file.

    Nothing is changed yet. Raises RegistryError when the line isn't such a record, or there are other headings.
    """
    table, mapped, _ = _mapped(session, draft)
    row = _row_at(table, line, draft)
    names = list(table.frame.columns[: table.expected_fields])
    if table.shaped or table.fields[row] == table.expected_fields or len(fields) != len(names):
        raise RegistryError("fields_unusable", line=line, expected=len(names))
    texts = dict(zip(names, fields, strict=True))
    data = {name: [texts[heading]] for name, heading in mapped.sources.items() if heading in texts}
    rules = [step for step in draft.recipe.rules if not isinstance(step, (Split, LeaveOut, Join))]
    frame, _ = follow(rules, pd.DataFrame(data, dtype="str"))
    now = {str(name): str(frame[name].iloc[0]) for name in frame if name in mapped.frame}
    changed: list[Cell] = [(line, name, text) for name, text in now.items() if text != mapped.frame[name].iloc[row]]
    return [*changed, (line, RECORD, COMPLETE)]


def _row_at(table: Table, line: At, draft: Draft) -> int:
    row = table.row_at(line)
    if row is not None:
        return row
    first = min(table.lines.tolist(), default=0)
    if some := [str(label) for label, one in zip(table.labels, table.lines.tolist(), strict=True) if one == line]:
        raise RegistryError("line_of_rows", line=line, file=draft.file, rows=first_of(some, NAMED), first=some[0])
    raise RegistryError("line_without_record", line=line, file=draft.file, first=first)


def keep_patches(
    session: Session, draft: Draft, cells: Sequence[store.Correction], earlier: Sequence[Patch] = ()
) -> None:
    """Keeps corrections of records in the place of earlier ones of the same cells, however these know the record."""
    if cells or earlier:
        kept = {(one.record, one.column) for one in cells}
        other = [one for one in earlier if (one.record, one.column) not in kept]
        gone = [store.Correction(one.record, one.column, one.old, None) for one in other]
        session.require("patch")
        store.patch(session.engine, draft.id, session.by, [*gone, *cells])


def _cells_with(session: Session, draft: Draft, column: str, values: Mapping[str, str]) -> list[Cell]:
    """The cells of a column that hold one of the old values, with the new one."""
    table, mapped, _ = _mapped(session, draft)
    frame, labels = apply_patches(mapped, table, _stored(session, draft)).frame, table.labels
    _require_column(column, frame)
    keys = frame[column].map(fold)
    cells: list[Cell] = []
    for old, new in values.items():
        found = np.flatnonzero((keys == fold(old)).to_numpy()).tolist()
        if not found:
            raise RegistryError("value_absent", file=draft.file, value=old, column=column)
        cells += [(labels[row], column, new) for row in found]
    return cells


def _require_column(column: str, frame: pd.DataFrame) -> None:
    if column not in frame:
        raise RegistryError("column_absent", column=column, columns=", ".join(frame.columns))


def in_force(session: Session, draft: Draft) -> pd.DataFrame:
    """The corrections that apply to this file: line (text where rows share lines), column, old, new."""
    table, placed = reviewing.table(session, draft), _placed(session, draft)
    if draft.in_force is None or draft.in_force[0] is not placed:
        labels = table.labels
        found = [(labels[row], one.column, one.old, one.new) for one, row in placed if row is not None]
        lines = "str" if table.shaped and any(isinstance(label, str) for label in labels) else "int64"
        draft.in_force = placed, _frame(found, line=lines, column="str", old="str", new="str")
    return draft.in_force[1].copy()


def idle(session: Session, draft: Draft) -> pd.DataFrame:
    """The corrections of the source that do nothing in this file: column, old, new, why."""
    found: list[tuple[object, ...]] = []
    if not (placed := _placed(session, draft)):
        return _frame(found, column="str", old="str", new="str", why="str")
    frame = as_mapped(session, draft).frame
    texts = {name: frame[name].tolist() for name in {one.column for one, _ in placed} & set(frame)}
    for one, row in placed:
        held = texts[one.column][row] if row is not None and one.column in texts else None
        if row is None:
            found.append((one.column, one.old, one.new, "its record is not in this file"))
        elif one.column != RECORD and held != one.old:
            found.append((one.column, one.old, one.new, "its cell no longer holds the old value"))
    return _frame(found, column="str", old="str", new="str", why="str")


def _placed(session: Session, draft: Draft) -> list[tuple[Patch, int | None]]:
    """The corrections of the source, and the row of each in this file."""
    if not (stored := _stored(session, draft)):
        return []
    _, mapped, records = _mapped(session, draft)
    if draft.placed is None or draft.placed[0] is not stored or draft.placed[1] is not mapped:
        rows = records.rows_of(one.record for one in stored)
        draft.placed = stored, mapped, list(zip(stored, rows, strict=True))
    return draft.placed[2]


def _mapped(session: Session, draft: Draft) -> tuple[Table, Mapped, Records]:
    """The file as it came, in the schema's columns without corrections, and its records; kept as long as they hold."""
    basis = table, recipe, columns = reviewing.table(session, draft), draft.recipe, _columns(session, draft)
    if draft.mapped is None or any(old is not new for old, new in zip(draft.mapped, basis, strict=False)):
        mapped = apply(recipe, table, columns)
        draft.mapped = *basis, mapped, Records(table, mapped.headings)
    return table, *draft.mapped[3:]


def as_mapped(session: Session, draft: Draft) -> Mapped:
    """The file as it came, in the schema's columns without corrections."""
    return _mapped(session, draft)[1]


def _columns(session: Session, draft: Draft) -> Sequence[Column]:
    return session.schema(draft.recipe.schema).columns


def _stored(session: Session, draft: Draft) -> Sequence[Patch]:
    return session.patches(draft.source)


def _frame(rows: Sequence[tuple[object, ...]], **kinds: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
