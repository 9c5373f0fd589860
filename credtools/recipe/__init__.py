"""Recipes: how one source's export becomes the organisation's file."""

from credtools.recipe.hits import Hit
from credtools.recipe.mapping import COMPLETE, REJECTED, Mapped, apply, apply_patches, follow, single_values
from credtools.recipe.naming import proposed_name
from credtools.recipe.pattern import Pattern
from credtools.recipe.recipe import MANUAL, MEDIA_VALUES, USER_COLUMN, Recipe, media_pattern
from credtools.recipe.rewriting import Rewriting
from credtools.recipe.sending import BLANKS, MEANINGS, Status
from credtools.recipe.shapes import Shapes, Stack
from credtools.recipe.shaping import shape
from credtools.recipe.step import Step, column_of
from credtools.recipe.steps import LeaveOut, Replace, Split

__all__ = [
    "BLANKS",
    "COMPLETE",
    "MANUAL",
    "MEANINGS",
    "MEDIA_VALUES",
    "REJECTED",
    "USER_COLUMN",
    "Hit",
    "LeaveOut",
    "Mapped",
    "Pattern",
    "Recipe",
    "Replace",
    "Rewriting",
    "Shapes",
    "Split",
    "Stack",
    "Status",
    "Step",
    "apply",
    "apply_patches",
    "column_of",
    "follow",
    "media_pattern",
    "proposed_name",
    "shape",
    "single_values",
]
