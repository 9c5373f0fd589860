"""Recipes: how one source's export becomes the organisation's file."""

from credtools.recipe.mapping import Mapped, apply, apply_patches
from credtools.recipe.recipe import MANUAL, MEDIA_VALUES, USER_COLUMN, Recipe, media_pattern

__all__ = ["MANUAL", "MEDIA_VALUES", "USER_COLUMN", "Mapped", "Recipe", "apply", "apply_patches", "media_pattern"]
