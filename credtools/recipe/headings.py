"""Headings: which column each of a file means, by its recipe and the words of its schema."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from credtools.errors import FileError, RecipeError, sentence
from credtools.model import Table
from credtools.recipe.recipe import USER_COLUMN, Recipe
from credtools.recipe.sending import OF_CREDENTIALS
from credtools.recipe.steps import Join
from credtools.schema.words import Column
from credtools.text import fold

# What `bare` leaves out of a heading.
FORM = re.compile(r"\s*\[[^\]]*\](\s*required\b)?|\s*(\*|\(required\))\s*$", re.IGNORECASE)


def match_headings(recipe: Recipe, table: Table, columns: Sequence[Column]) -> dict[str, str | None]:
    """Each heading's column: by the recipe, else by the schema's titles, else by its synonyms; never by likeness.

    Headings that are none of these are compared once more without what a form adds to them (`bare`). A constant takes
    the place of a heading that the recipe doesn't name, or that the file lacks.
    """
    titles = {column.name: column.title for column in columns}
    named = recipe.status.column if recipe.status else ""
    by_name = [c for c in columns if not named or c.kind != "status"]  # a heading that is named is the only one
    ways: list[dict[str, str]] = [
        {fold(named): c.name for c in columns if named and c.kind == "status"}
        | {fold(heading): column for heading, column in recipe.headings.items()}
        | {
            fold(heading): name
            for step in recipe.rules
            if isinstance(step, Join)
            for heading, name in step.names.items()
        }
        | {fold(name): name for name in recipe.shapes.columns},
        {fold(name): c.name for c in by_name for name in (c.title, c.name, c.name.replace("_", " "))},
        {fold(name): c.name for c in by_name for name in c.synonyms},
    ]
    headings = list(table.frame.columns[: table.expected_fields])  # what lies beyond them has no heading
    found: dict[str, str | None] = dict.fromkeys(headings)
    taken: set[str] = set()
    for names, spoken in [(names, spoken) for spoken in (str, bare) for names in ways]:
        matched: dict[str, str] = {}
        for heading, as_it_stands in zip(headings, table.reading.headings, strict=True):
            column = names.get(fold(spoken(heading))) or names.get(fold(spoken(as_it_stands)))
            if column is None or column in taken or found[heading]:
                continue
            if column in matched:
                line = table.reading.heading_line
                raise FileError(
                    "heading_twice",
                    column=column,
                    title=titles.get(column, column),
                    first=table.reading.quoted([matched[column]]),
                    second=table.reading.quoted([heading]),
                    line=line,
                )
            matched[column] = heading
            found[heading] = column
        taken |= matched.keys() | recipe.constants.keys()
    return found


def bare(heading: str) -> str:
    """A heading as people say it: 'User name' of 'User name [userPrincipalName] Required', 'Email' of 'Email *'.

    Without what is in square brackets and a mark of required columns; the word *Required* is one only beside such
    brackets, or in brackets itself: 'Media required' is another heading than 'Media'.
    """
    return " ".join(FORM.sub(" ", heading).split()) or heading


def require_status(recipe: Recipe, columns: Sequence[Column]) -> None:
    """Raises RecipeError when the schema has no status, or not such meanings, or its heading is another column's."""
    if not recipe.status:
        return
    names = {column.name: column.choices or OF_CREDENTIALS for column in columns if column.kind == "status"}
    if not names:
        raise RecipeError("recipe_status_unused", source=recipe.source, schema=recipe.schema)
    usable = ["leave_out", *next(iter(names.values()))]
    for meaning, _ in recipe.status.said:
        if meaning not in usable:
            facts = {"meaning": meaning, "schema": recipe.schema, "known": ", ".join(usable)}
            raise RecipeError("recipe_status_meaning", source=recipe.source, **facts)
    for heading, column in recipe.headings.items():
        if column not in names and fold(heading) == fold(recipe.status.column):
            raise RecipeError("recipe_status_heading", source=recipe.source, heading=heading, column=column)


def unknown_column(recipe: Recipe, name: str, known: Collection[str], usable: Iterable[str]) -> RecipeError:
    """That a recipe names what is no column; or one of those that name a user, but not the one that it matches by."""
    ways = [way for way, column in USER_COLUMN.items() if column == name in known]
    otherwise = "".join(sentence("recipe_column_otherwise", {"way": way}) for way in ways)
    facts = {"name": name, "columns": ", ".join(usable), "otherwise": otherwise}
    return RecipeError("recipe_column_unknown", source=recipe.source, **facts)
