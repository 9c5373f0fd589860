"""Shipped: recipes to begin with, for the exports of systems that are known; each says where its facts are from."""

from __future__ import annotations

from importlib.resources import files

from credtools.errors import RecipeError

FOLDER = files("credtools.recipe") / "ready"


def names() -> dict[str, str]:
    """The name of each recipe, and in one line what it is for."""
    found = sorted(one.name.removesuffix(".yaml") for one in FOLDER.iterdir() if one.name.endswith(".yaml"))
    return {name: text(name).partition("\n")[0].removeprefix("# ") for name in found}


def text(name: str) -> str:
    """A recipe as it is shipped, with comments. Raises RecipeError when there is none of this name."""
    file = FOLDER / f"{name}.yaml"
    if not name.replace("-", "").isalnum() or not file.is_file():
        known = sorted(one.name.removesuffix(".yaml") for one in FOLDER.iterdir())
        raise RecipeError("recipe_not_shipped", name=name, known=", ".join(known))
    return file.read_text("utf-8")
