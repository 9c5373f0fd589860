"""Mapping: a table in the schema's columns – headings matched, constants filled in, rules followed, cells corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from credtools.errors import FileError, RecipeError
from credtools.model import Patch, Table
from credtools.recipe import steps
from credtools.recipe.follow import Hit, follow
from credtools.recipe.recipe import Recipe
from credtools.schema.words import Column
from credtools.text import fold


@dataclass(frozen=True)
class Mapped:
    """A table in the schema's columns: after headings, constants and rules, before any judgement.

    `frame`: text columns named by the schema; `headings`: each heading of the file and its column (None:
    kept in the raw record only); `sources`: per schema column its heading ('' for a constant); `hits`: what each rule
    did.
    """

    frame: pd.DataFrame
    headings: Mapping[str, str | None]
    sources: Mapping[str, str]
    hits: Sequence[Hit] = ()


def apply(recipe: Recipe, table: Table, columns: Sequence[Column]) -> Mapped:
    """The table in the schema's columns: headings matched, constants filled in, rules followed.

    Raises FileError (`heading_required`) when two headings mean one column, and RecipeError when the recipe
    names a column that the schema doesn't have.
    """
    known = {column.name: column for column in columns}
    usable = {name: column for name, column in known.items() if name in recipe.columns_in_use(columns)}
    formats = [name for name in recipe.date_format if name != "*"]
    of_rules = [name for step in recipe.rules for name in step.columns]
    for name in [*recipe.headings.values(), *recipe.constants, *of_rules, *formats]:
        if name not in usable:
            raise RecipeError("recipe_column_unknown", source=recipe.source, name=name, columns=", ".join(usable))
    for step in recipe.rules:
        if known[step.column].kind == "user" and isinstance(step, steps.WITH_VALUES):
            raise RecipeError("recipe_names_person", source=recipe.source, column=step.column)
    headings = _match_headings(recipe, table, list(usable.values()))
    sources = {column: heading for heading, column in headings.items() if column}
    data: dict[str, pd.Series] = {}
    for name in usable:
        if name in sources:
            data[name] = table.frame[sources[name]]
        elif name in recipe.constants:
            sources[name] = ""
            data[name] = pd.Series([recipe.constants[name]] * len(table.lines), dtype="str")
    frame = pd.DataFrame(data, index=table.frame.index)
    frame, hits = follow(recipe.rules, frame)
    for step in recipe.rules:
        if step.column in sources:
            sources |= {name: sources[step.column] for name in step.columns if name not in sources}
    return Mapped(frame, headings, sources, hits)


def apply_patches(mapped: Mapped, table: Table, patches: Sequence[Patch]) -> Mapped:
    """The mapped table with single cells corrected: where the record is the same and still holds the old value."""
    if not patches:
        return mapped
    rows = {key: row for row, key in enumerate(zip(table.record_digests, table.ordinals, strict=True))}
    frame = mapped.frame.copy()
    for patch in patches:
        row = rows.get((patch.record_digest, patch.ordinal))
        if row is not None and patch.column in frame and frame[patch.column].iloc[row] == patch.old:
            frame.loc[row, patch.column] = patch.new
    return replace(mapped, frame=frame)


def _match_headings(recipe: Recipe, table: Table, columns: Sequence[Column]) -> dict[str, str | None]:
    """Each heading's column: by the recipe, else by the schema's titles, else by its synonyms; never by likeness.

    A constant takes the place of a heading that the recipe doesn't name, or that the file lacks.
    """
    titles = {column.name: column.title for column in columns}
    ways: list[dict[str, str]] = [
        {fold(heading): column for heading, column in recipe.headings.items()},
        {fold(name): c.name for c in columns for name in (c.title, c.name, c.name.replace("_", " "))},
        {fold(name): c.name for c in columns for name in c.synonyms},
    ]
    headings = list(table.frame.columns[: table.expected_fields])  # what lies beyond them has no heading
    found: dict[str, str | None] = dict.fromkeys(headings)
    taken: set[str] = set()
    for names in ways:
        matched: dict[str, str] = {}
        for heading, as_it_stands in zip(headings, table.reading.headings, strict=True):
            column = names.get(fold(heading)) or names.get(fold(as_it_stands))
            if column is None or column in taken or found[heading]:
                continue
            if column in matched:
                line = table.reading.heading_line
                raise FileError(
                    "heading_twice",
                    column=column,
                    title=titles[column],
                    first=matched[column],
                    second=heading,
                    line=line,
                )
            matched[column] = heading
            found[heading] = column
        taken |= matched.keys() | recipe.constants.keys()
    return found
