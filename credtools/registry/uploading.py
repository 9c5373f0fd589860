"""Uploading: what is given becomes bytes, the bytes a table, and the table a draft."""

from __future__ import annotations

import hashlib
import math
import re
import uuid
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from credtools import reading, store
from credtools.checking.judge import require_size
from credtools.errors import CredtoolsError, RecipeError
from credtools.model import UNSURE_SUFFIXES, Table
from credtools.reading import Source
from credtools.reading.delimited.dialect import BLANK, BLANKS, COLUMNS, COMMA_BLANK
from credtools.reading.kinds import column_kinds
from credtools.recipe import Recipe, apply
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.layouts import READ
from credtools.registry.session import Session

BETWEEN_WORDS = re.compile(rf",|{COMMA_BLANK}|{BLANK}|{BLANKS}|{COLUMNS.pattern}")
LISTS = {"users": "users", "types": "credential_types"}  # what is loaded, not uploaded: its kind and schema
MAX_BYTES_DIVIDED = 1024**3  # of a file that is divided into batches on purpose


class Given(NamedTuple):
    """A file, what it is called here (None: by its own name), and its password where it is protected by one."""

    source: Source
    name: str | None = None
    password: str | None = None


def given(
    source: Source, recipe: Recipe, name: str | None = None, most: int = reading.MAX_BYTES
) -> tuple[bytes, str, Recipe]:
    """The bytes of what was given, its name, and the recipe by which they are read. Raises FileError."""
    content = reading.file_bytes(source, most)
    if name and isinstance(source, pd.DataFrame):  # by its own name it would be taken for somebody's CSV file
        recipe = replace(recipe, read=READ)
    return content, name or reading.file_name(source), recipe


def table_of(
    session: Session, source: Source, recipe: Recipe, name: str | None = None, *, password: str | None = None
) -> tuple[Table, Recipe]:
    """The table in what was given, and the recipe by which it is read; before a moment, for a file takes its time."""
    content, name, recipe = given(source, recipe, name)
    session.know(content, password)
    return reviewing.read(session, content, name, recipe, session.lookups()), recipe


def holds_table(session: Session, path: Path, recipe: Recipe) -> bool:
    """Whether a file of a folder is a table; of some endings (`UNSURE_SUFFIXES`) only by its content.

    A text is none that has no heading known here, and one column or prose: no column that holds plainly numbers, dates
    or addresses, and what divides it divides words, too. What is called .txt and can't be read counts as a table, for
    whoever reads it says what is wrong; of the other endings many files are nobody's export.
    """
    suffix = path.suffix.lower()
    if suffix not in UNSURE_SUFFIXES:
        return True
    try:
        table, recipe = table_of(session, path, recipe)
        headings = apply(recipe, table, session.schema(recipe.schema).columns).headings
    except CredtoolsError:
        return suffix == ".txt"
    frame = table.frame
    alike = column_kinds(frame.to_numpy(dtype=object).tolist(), frame.shape[1])
    prose = frame.shape[1] == 1 or (BETWEEN_WORDS.fullmatch(str(table.reading.delimiter)) and not alike)
    return any(headings.values()) or not prose


def upload(session: Session, file: Given, recipe: Recipe, part: int, attempt: str | None) -> Draft:
    """A file, or one part of it, as a new draft (or the held batch of the same bytes, continued)."""
    session.require("upload")
    content, name, recipe, table, limit = _read_once(session, file, recipe, divided=part > 0)
    parts = math.ceil(table.records / limit) if part else 1
    draft = begin(session, content, name, recipe, part=(part or 1, max(1, parts)), attempt=attempt)
    draft.table = table.part(part, limit) if part else table
    return draft


def begin(
    session: Session,
    content: bytes,
    name: str,
    recipe: Recipe,
    *,
    part: tuple[int, int] = (1, 1),
    attempt: str | None = None,
    follows: int | None = None,
) -> Draft:
    """Keeps the bytes and opens a batch for them; `part`: which of how many."""
    value = store.Upload(
        attempt_id=attempt or uuid.uuid4().hex,
        by=session.by,
        source=recipe.source,
        file_name=name.encode("utf-8", "backslashreplace").decode(),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        part=part[0],
        parts=part[1],
        schema_name=recipe.schema,
        recipe_text=recipe.text(),
        recipe_fingerprint=recipe.fingerprint,
        follows_id=follows,
    )
    return reviewing.opened(session, store.draft(session.engine, value), value.attempt_id)


def follow(session: Session, earlier: Draft) -> Draft:
    """The stored file of a batch as a new draft that follows it. Raises RegistryError when its bytes are erased."""
    session.require("upload")
    content = store.reads.source_bytes(session.at, earlier.sha256)
    part = earlier.row.part, earlier.row.parts
    return begin(session, content, earlier.file, earlier.recipe, part=part, follows=earlier.id)


def parts(session: Session, source: Source, recipe: Recipe) -> int:
    """How many batches a file makes when it is divided on purpose."""
    *_, table, limit = _read_once(session, Given(source), recipe, divided=True)
    return max(1, math.ceil(table.records / limit))


def _read_once(
    session: Session, file: Given, recipe: Recipe, *, divided: bool
) -> tuple[bytes, str, Recipe, Table, int]:
    """What is stored is what was judged, even if the file is replaced in between; and how many rows a batch may have.

    Raises FileError (`row_limit`), and RecipeError for a recipe of a list of users or types.
    """
    most = MAX_BYTES_DIVIDED if divided else reading.MAX_BYTES
    content, name, recipe = given(file.source, recipe, file.name, most)
    session.know(content, file.password)
    if recipe.schema in LISTS.values():
        raise RecipeError("recipe_of_list", source=recipe.source, has=recipe.schema)
    lookups = session.lookups()
    table, limit = reviewing.read(session, content, name, recipe, lookups), lookups.settings.max_rows
    if not divided:
        require_size(table, limit)
    return content, name, recipe, table, limit
