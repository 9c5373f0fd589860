"""docs/recipe-reference.md: the tables name exactly what the code takes, and each example is a usable recipe."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields

import pytest

from credtools import settings
from credtools.reading import options
from credtools.recipe import Recipe
from credtools.recipe.expectations import Expect
from credtools.recipe.recipe import KEYS
from credtools.recipe.sending import Status
from credtools.recipe.steps import KINDS
from credtools.schema import loading
from tests.core import ROOT

PAGE = (ROOT / "docs" / "recipe-reference.md").read_text("utf-8")
CODE = re.compile(r"`([^`]+)`")


def table(title: str) -> dict[str, list[str]]:
    """The rows of the table under a title: its name, and what is written as code in its last cell."""
    rows = re.findall(
        r"^\| `(\w+)` \|(?:.*\|)? (.+) \|$", PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0], re.MULTILINE
    )
    return {name: CODE.findall(cell) for name, cell in rows}


def names(of: type) -> list[str]:
    return [one.name for one in fields(of)]


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("Keys", KEYS),
        ("Rules", KINDS),
        ("read", options.OPTIONS),
        ("expect", names(Expect)),
        ("status", names(Status)),
    ],
)
def test_every_key_and_nothing_else(title: str, known: Collection[str]) -> None:
    """Each table has a row for each key or rule that the code takes; each example is usable and holds its key."""
    rows = table(title)
    assert sorted(rows) == sorted(known)
    for name, examples in rows.items():
        text = "\n".join(examples) if title != "Rules" else f"rules: [{{{examples[0]}}}]"
        assert re.search(rf"\b{name}:", text)
        Recipe.parse(text)


def test_every_column() -> None:
    """The columns of each schema, all of them, under their names."""
    for schema, columns in table("Columns").items():
        known = {one.name for one in loading.load(schema, settings.documents("schemas")).columns}
        assert set(columns) - {"match_users_by"} == known
