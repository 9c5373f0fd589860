"""Statuses: a heading whose words say whether credentials stand, while nobody has said what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from credtools.checking.meant import StatusSaid, status_said
from credtools.errors import sentence
from credtools.model import FileWarning, Review
from credtools.recipe import Recipe
from credtools.text import first_of, plural

NAMED = 5


def unused(found: Review, recipe: Recipe) -> StatusSaid | None:
    """Such a heading of a file of credentials whose recipe names no status."""
    return None if recipe.status or "type_id" not in found.resolved else status_said(found.table, found.headings)


def warnings(found: Review, recipe: Recipe) -> Iterator[FileWarning]:
    """That it isn't used: rows that say *revoked* count as valid."""
    if said := unused(found, recipe):
        words = first_of([f"{word} ({count:,})" for word, count, meaning in said.words if meaning != "valid"], NAMED)
        facts = {"heading": said.heading, "rows": plural(said.doubtful, "row"), "words": words}
        yield FileWarning("status_unused", said.doubtful, sentence("status_unused", facts, marked=True))
