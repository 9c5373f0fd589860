"""Uploading: a file becomes a table, and the table a draft."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from credtools import exports, reading, store
from credtools.errors import FileError
from credtools.model import Table
from credtools.recipe import Recipe
from credtools.registry.batch import Batch

if TYPE_CHECKING:
    from credtools.registry.registry import Registry

MAX_BYTES_DIVIDED = 1024**3  # of a file that is divided into batches on purpose


def upload(registry: Registry, path: str | Path, recipe: Recipe, part: int, attempt: str) -> Batch:
    """A file, or one part of it, as a new draft (or the held batch of the same bytes, continued)."""
    path = Path(path)
    content, table = _read_once(registry, path, recipe, divided=part > 0)
    if part:
        table = table.part(part, registry.settings.max_rows)
    value = store.Draft(
        attempt_id=attempt,
        by=registry.by,
        source=recipe.source,
        file_name=path.name.encode("utf-8", "backslashreplace").decode(),
        sha256=table.sha256,
        content=content,
        part=part or 1,
        schema_name=recipe.schema,
        recipe_text=recipe.text(),
        recipe_fingerprint=recipe.fingerprint,
    )
    return Batch(registry, store.draft(registry.engine, value), table, attempt)


def follow(registry: Registry, earlier: Batch, attempt: str) -> Batch:
    """The stored file of a batch as a new draft that follows it."""
    row = store.reads.batch(registry.engine, earlier.id)
    value = store.Draft(
        attempt_id=attempt,
        by=registry.by,
        source=earlier.source,
        file_name=earlier.file,
        sha256=earlier.sha256,
        content=store.reads.source_bytes(registry.engine, earlier.sha256),
        part=row.part,
        schema_name=earlier.recipe.schema,
        recipe_text=row.recipe_text,
        recipe_fingerprint=row.recipe_fingerprint,
        follows_id=earlier.id,
    )
    return registry.batch(store.draft(registry.engine, value))


def parts(registry: Registry, path: str | Path, recipe: Recipe) -> int:
    """How many batches a file makes when it is divided on purpose."""
    _, table = _read_once(registry, Path(path), recipe, divided=True)
    return max(1, math.ceil(len(table.lines) / registry.settings.max_rows))


def read(registry: Registry, content: bytes, name: str, recipe: Recipe) -> Table:
    """The table in a file, found with the recipe's options and the words of its schema."""
    columns = registry.schema(recipe.schema).columns
    titles = {word for column in columns for word in (column.title, column.name, *column.synonyms)}
    own = store.reads.profile_date_format(registry.engine, registry.by) or registry.settings.date_format
    formats = {own, *(text for texts in recipe.date_format.values() for text in texts)}
    instructions = {text for date_format in formats for text in exports.instructions(columns, date_format)}
    words = {"titles": {*titles, *recipe.headings}, "instructions": instructions}
    return reading.read_bytes(content, name, **recipe.read, **words)


def _read_once(registry: Registry, path: Path, recipe: Recipe, *, divided: bool) -> tuple[bytes, Table]:
    """What is stored is what was judged, even if the file is replaced meanwhile. Raises FileError (`row_limit`)."""
    content = reading.file_bytes(path, MAX_BYTES_DIVIDED if divided else reading.MAX_BYTES)
    table, limit = read(registry, content, path.name, recipe), registry.settings.max_rows
    if not divided and len(table.lines) > limit:
        raise FileError("too_many_rows", found=len(table.lines), allowed=limit)
    return content, table
