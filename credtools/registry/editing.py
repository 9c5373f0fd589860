"""Editing a draft: corrections of single cells, addressed by the record that they correct."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from credtools import store
from credtools.errors import RegistryError
from credtools.model import Patch
from credtools.recipe import apply, apply_patches
from credtools.text import fold

if TYPE_CHECKING:
    from credtools.registry.batch import Batch

Cell = tuple[int, str, str | None]


def patches(batch: Batch, cells: Iterable[Cell]) -> store.Patches:
    """What the store takes for cells (line, column, value); the file's own value, or None, takes a correction back.

    Raises RegistryError when a line isn't a record of the file or a column not one of the schema.
    """
    given = {(line, column): value for line, column, value in cells}
    untouched = _before(batch, set(given))
    rows = {int(line): row for row, line in enumerate(batch.table.lines)}
    value = store.Patches(batch.id, batch.registry.by)
    for (line, column), new in given.items():
        if line not in rows:
            raise RegistryError(
                f"Line {line} of {batch.file} holds no record; records begin on line {min(rows, default=0)}."
            )
        _require_column(column, untouched)
        row = rows[line]
        old = str(untouched[column].iloc[row])
        value.record_digest.append(batch.table.record_digests[row])
        value.ordinal.append(batch.table.ordinals[row])
        value.column.append(column)
        value.old.append(old)
        value.new.append(None if new == old else new)
    return value


def cells_with(batch: Batch, column: str, values: Mapping[str, str]) -> list[Cell]:
    """The cells of a column that hold one of the old values, with the new one.

    Raises RegistryError when there is no such column, or no row with one of the values.
    """
    frame = _before(batch, set())
    _require_column(column, frame)
    keys = frame[column].map(fold)
    cells: list[Cell] = []
    for old, new in values.items():
        lines = batch.table.lines[(keys == fold(old)).to_numpy()]
        if not len(lines):
            raise RegistryError(f"No row of {batch.file} has {old!r} in the column {column!r}; look at batch.causes.")
        cells += [(int(line), column, new) for line in lines]
    return cells


def _require_column(column: str, frame: pd.DataFrame) -> None:
    if column not in frame:
        raise RegistryError(f"There is no column {column!r} in this file; its columns: {', '.join(frame.columns)}.")


def in_force(batch: Batch) -> pd.DataFrame:
    """The corrections that apply to this file: line, column, old, new."""
    rows = {key: row for row, key in enumerate(zip(batch.table.record_digests, batch.table.ordinals, strict=True))}
    found = [
        (int(batch.table.lines[rows[patch.record_digest, patch.ordinal]]), patch.column, patch.old, patch.new)
        for patch in _stored(batch)
        if (patch.record_digest, patch.ordinal) in rows
    ]
    return pd.DataFrame(found, columns=["line", "column", "old", "new"])


def idle(batch: Batch) -> pd.DataFrame:
    """The corrections of the source that do nothing in this file: column, old, new, why."""
    table, stored, found = batch.table, _stored(batch), []
    if stored:
        mapped = apply(batch.recipe, table, batch.registry.schema(batch.recipe.schema).columns).frame
        rows = {key: row for row, key in enumerate(zip(table.record_digests, table.ordinals, strict=True))}
    for patch in stored:
        row = rows.get((patch.record_digest, patch.ordinal))
        held = mapped[patch.column].iloc[row] if row is not None and patch.column in mapped else None
        if row is None:
            found.append((patch.column, patch.old, patch.new, "its record is not in this file"))
        elif held != patch.old:
            found.append((patch.column, patch.old, patch.new, "its cell no longer holds the old value"))
    return pd.DataFrame(found, columns=["column", "old", "new", "why"])


def _before(batch: Batch, cells: set[tuple[int, str]]) -> pd.DataFrame:
    """The file in the schema's columns as it is without corrections of these cells."""
    table = batch.table
    mapped = apply(batch.recipe, table, batch.registry.schema(batch.recipe.schema).columns)
    lines = {int(line): row for row, line in enumerate(table.lines)}
    skipped = {
        (table.record_digests[lines[line]], table.ordinals[lines[line]], column)
        for line, column in cells
        if line in lines
    }
    others = [p for p in _stored(batch) if (p.record_digest, p.ordinal, p.column) not in skipped]
    return apply_patches(mapped, table, others).frame


def _stored(batch: Batch) -> Sequence[Patch]:
    return store.reads.patches(batch.registry.engine, batch.source)
