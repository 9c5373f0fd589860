"""Whole: whether all credentials that a file holds are read, so that it can count as a full list."""

from __future__ import annotations

from dataclasses import replace

from credtools.model import Reading, Table
from credtools.recipe.recipe import Recipe
from credtools.recipe.records import same_pair
from credtools.recipe.sending import FULL
from credtools.recipe.shapes import Shapes

AS_PART = " So this file counts as a part: what isn't in it isn't taken as gone."


def unread(recipe: Recipe, reading: Reading) -> list[str]:
    """Which warnings say that columns or sheets weren't read that may hold credentials."""
    stacks_all = recipe.shapes.sheets is not None and not recipe.shapes.sheets.names
    codes = {"unpivot_incomplete", *(("sheets_unused", "sheets_hidden") if stacks_all else ())}
    return [one.code for one in reading.noted if one.code in codes]


def as_part(table: Table, recipe: Recipe) -> Table:
    """The table, its warnings saying that it is no full list where it should be one."""
    if recipe.export != FULL or not (codes := unread(recipe, table.reading)):
        return table
    noted = (replace(one, sentence=one.sentence + AS_PART) if one.code in codes else one for one in table.reading.noted)
    return replace(table, reading=replace(table.reading, noted=tuple(noted)))


def unread_pairs(before: Shapes, now: Shapes) -> dict[int, tuple[str, ...]]:
    """The pairs of a recipe of before that are no longer read, by number, each with its headings."""
    if not now.unpivot:
        return {}
    gone = [number for number, pair in enumerate(before.pairs) if same_pair(pair, now.pairs) is None]
    return {number: tuple(before.unpivot[number][1].values()) for number in gone}
