"""Suggesting: what the headings of a file may mean, by what lies under them and by earlier files like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credtools import store
from credtools.checking.meant import Earlier, Statistics, Suggested, statistics, suggest
from credtools.checking.meant.earlier import is_like
from credtools.errors import FileError, RecipeError
from credtools.model import Table
from credtools.recipe import Recipe
from credtools.recipe.expectations import Look
from credtools.recipe.headings import match_headings
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from credtools.schema.words import Column

MOST_FILES, MOST_ALIKE = 50, 5  # earlier files: looked at, and used


def suggested(session: Session, draft: Draft, recipe: Recipe) -> Suggested:
    """What the headings of a draft may mean that neither a recipe nor their words say; nothing is changed.

    While two headings mean the same column nothing of it is settled.
    """
    with reviewing.moment(session, draft) as now:
        table = reviewing.table(now, draft)
        columns = now.schema(recipe.schema).columns
        used = recipe.columns_in_use(columns)
        before = list(_earlier(now, draft, table))
        try:
            known = match_headings(recipe, table, [column for column in columns if column.name in used])
        except FileError:
            known = dict.fromkeys(table.frame.columns[: table.expected_fields])
            found = suggest(table, known, columns, recipe, now.lookups(), before)
            return replace(found, settled=False)
        return suggest(table, known, columns, recipe, now.lookups(), before)


def under(session: Session, draft: Draft, heading: str) -> Statistics:
    """What is under a heading of a draft, in numbers. Raises KeyError when there is no such heading."""
    return statistics(reviewing.table(session, draft), heading)


def _earlier(session: Session, draft: Draft, table: Table) -> Iterator[Earlier]:
    """The last finished files with like headings, of any source, and what their headings stood for."""
    columns = session.schema(draft.recipe.schema).columns
    names = list(table.frame.columns[: table.expected_fields])
    taken = 0
    for row in store.reads.finished_looks(session.at, draft.id, MOST_FILES):
        look = Look.from_json(row.statistics)
        headings = look.of_file or look.headings[: look.expected_fields or None]
        if taken == MOST_ALIKE or not is_like(names, headings):
            continue
        try:
            recipe = Recipe.parse(row.recipe_text, source=row.source)
        except RecipeError:  # a key that only an older release knew
            continue
        if recipe.schema == draft.recipe.schema:
            taken += 1
            yield Earlier(row.id, row.file_name, headings, _meant(recipe, columns), recipe.match_users_by)


def _meant(recipe: Recipe, columns: tuple[Column, ...]) -> dict[str, str]:
    known = {column.name for column in columns}
    return {heading: column for heading, column in recipe.headings.items() if column in known}
