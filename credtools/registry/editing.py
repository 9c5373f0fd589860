"""Editing a draft: another recipe, corrections of single cells, and causes whose rows stay rejected.

A cell is addressed by the record that it belongs to. A cause is named by its value, which may be a person's address,
so it is kept as a digest, salted by the bytes of the file: who lacks the file can't try addresses, and once its bytes
are erased nobody can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace as with_

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError, RegistryError
from credtools.model import Patch, Review
from credtools.recipe import Recipe, apply, apply_patches
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.schema.words import Column
from credtools.text import fold

Cell = tuple[int, str, str | None]


def replace(session: Session, draft: Draft, column: str, values: Mapping[str, str]) -> Review:
    """Old → new values of a column: by rules of the recipe, or cell by cell where they name a person."""
    cells = _cells_with(session, draft, column, values)
    if session.schema(draft.recipe.schema).model.column(column).kind == "user":
        return patch(session, draft, cells)
    return use(session, draft, draft.recipe.replacing(column, values))


def use(session: Session, draft: Draft, recipe: Recipe) -> Review:
    """Goes on with another recipe, if the file can be judged by it; else the draft stays as it was."""
    recipe = with_(recipe, source=draft.source)
    before = draft.recipe, draft.table, draft.review
    if recipe.read != draft.recipe.read:
        draft.table = None
    draft.recipe = recipe
    try:
        review = reviewing.again(session, draft)
    except CredtoolsError:
        draft.recipe, draft.table, draft.review = before
        raise
    keep_recipe(session, draft)
    return review


def keep_recipe(session: Session, draft: Draft) -> None:
    """Keeps the recipe with the batch, so that whoever opens it next goes on with it."""
    store.amend(session.engine, draft.id, session.by, draft.recipe)


def patch(session: Session, draft: Draft, cells: Iterable[Cell]) -> Review:
    """Corrects cells (line, column, value); the file's own value, or None, takes a correction back.

    Raises RegistryError when a line isn't a record of the file or a column not one of the schema.
    """
    given = {(line, column): value for line, column, value in cells}
    untouched = _before(session, draft, set(given))
    table = reviewing.table(session, draft)
    rows = {int(line): row for row, line in enumerate(table.lines)}
    changed = []
    for (line, column), new in given.items():
        if line not in rows:
            raise RegistryError("line_without_record", line=line, file=draft.file, first=min(rows, default=0))
        _require_column(column, untouched)
        row = rows[line]
        old = str(untouched[column].iloc[row])
        changed.append((table.record_digests[row], table.ordinals[row], column, old, None if new == old else new))
    keep_patches(session, draft, changed)
    return reviewing.again(session, draft)


def keep_patches(session: Session, draft: Draft, cells: Sequence[tuple[str, int, str, str, str | None]]) -> None:
    """Keeps corrections of records: (digest, ordinal, column, old, new; None takes one back)."""
    if cells:
        store.patch(session.engine, draft.id, session.by, cells)


def _cells_with(session: Session, draft: Draft, column: str, values: Mapping[str, str]) -> list[Cell]:
    """The cells of a column that hold one of the old values, with the new one."""
    frame = _before(session, draft, set())
    _require_column(column, frame)
    lines = reviewing.table(session, draft).lines
    keys = frame[column].map(fold)
    cells: list[Cell] = []
    for old, new in values.items():
        found = lines[(keys == fold(old)).to_numpy()]
        if not len(found):
            raise RegistryError("value_absent", file=draft.file, value=old, column=column)
        cells += [(int(line), column, new) for line in found]
    return cells


def _require_column(column: str, frame: pd.DataFrame) -> None:
    if column not in frame:
        raise RegistryError("column_absent", column=column, columns=", ".join(frame.columns))


def in_force(session: Session, draft: Draft) -> pd.DataFrame:
    """The corrections that apply to this file: line, column, old, new."""
    table = reviewing.table(session, draft)
    lines = {key: int(line) for key, line in zip(_keys(session, draft), table.lines, strict=True)}
    found = [
        (lines[one.record_digest, one.ordinal], one.column, one.old, one.new)
        for one in _stored(session, draft)
        if (one.record_digest, one.ordinal) in lines
    ]
    return _frame(found, line="int64", column="str", old="str", new="str")


def idle(session: Session, draft: Draft) -> pd.DataFrame:
    """The corrections of the source that do nothing in this file: column, old, new, why."""
    stored, found = _stored(session, draft), []
    if stored:
        mapped = apply(draft.recipe, reviewing.table(session, draft), _columns(session, draft)).frame
        rows = {key: row for row, key in enumerate(_keys(session, draft))}
    for one in stored:
        row = rows.get((one.record_digest, one.ordinal))
        held = mapped[one.column].iloc[row] if row is not None and one.column in mapped else None
        if row is None:
            found.append((one.column, one.old, one.new, "its record is not in this file"))
        elif held != one.old:
            found.append((one.column, one.old, one.new, "its cell no longer holds the old value"))
    return _frame(found, column="str", old="str", new="str", why="str")


def _before(session: Session, draft: Draft, cells: set[tuple[int, str]]) -> pd.DataFrame:
    """The file in the schema's columns as it is without corrections of these cells."""
    table = reviewing.table(session, draft)
    mapped = apply(draft.recipe, table, _columns(session, draft))
    keys = dict(zip(table.lines.tolist(), _keys(session, draft), strict=True))
    skipped = {(*keys[line], column) for line, column in cells if line in keys}
    others = [p for p in _stored(session, draft) if (p.record_digest, p.ordinal, p.column) not in skipped]
    return apply_patches(mapped, table, others).frame


def _keys(session: Session, draft: Draft) -> list[tuple[str, int]]:
    table = reviewing.table(session, draft)
    return list(zip(table.record_digests, table.ordinals, strict=True))


def _columns(session: Session, draft: Draft) -> Sequence[Column]:
    return session.schema(draft.recipe.schema).columns


def _stored(session: Session, draft: Draft) -> Sequence[Patch]:
    return store.reads.patches(session.at, draft.source)


def _frame(rows: Sequence[tuple[object, ...]], **kinds: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


# --- causes whose rows stay rejected ------------------------------------------------------------------------


def leave(session: Session, draft: Draft, causes: Iterable[str]) -> None:
    """Keeps these causes, by any names that will be the same again, instead of those kept before."""
    store.leave(session.engine, draft.id, session.by, _sealed(session, draft, causes).values())


def left(session: Session, draft: Draft, causes: Iterable[str]) -> frozenset[str]:
    """Those of these causes that are kept as left rejected."""
    kept = store.reads.left(session.engine, draft.id)
    return frozenset(name for name, seal in _sealed(session, draft, causes if kept else ()).items() if seal in kept)


def _sealed(session: Session, draft: Draft, causes: Iterable[str]) -> dict[str, str]:
    names = list(causes)
    if not names:
        return {}
    salt = hashlib.sha256(b"left rejected\0" + store.reads.source_bytes(session.at, draft.sha256)).digest()
    return {name: hashlib.sha256(salt + name.encode("utf-8", "replace")).hexdigest() for name in names}
