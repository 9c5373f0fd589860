"""Unread: what a source said in columns that its recipe no longer reads; no file says by silence that it is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from credtools import store
from credtools.errors import sentence
from credtools.model import Changes, FileWarning, Word
from credtools.recipe import Recipe
from credtools.recipe.shapes import Shapes
from credtools.recipe.whole import unread_pairs
from credtools.registry.session import Session
from credtools.text import first_of, plural

NAMED = 5
UNPIVOT = "unpivot:"  # in the text of a recipe


def unread(session: Session, recipe: Recipe, words: Sequence[Word]) -> dict[int, tuple[str, ...]]:
    """The credentials that were read last from pairs of columns that the recipe no longer has, with their headings.

    `words`: what the source said of those that may be absent now.
    """
    sources = session.family(recipe.source)
    texts = store.reads.recipes_of(session.at, sources) if recipe.shapes.unpivot and words else ()
    shapes = {text: Recipe.parse(text).shapes for text in texts if UNPIVOT in text}
    gone = {text: pairs for text, some in shapes.items() if (pairs := unread_pairs(some, recipe.shapes))}
    if not gone:
        return {}
    last = store.reads.said_last(session.at, sources, {word.version_id for word in words})
    found: dict[int, tuple[str, ...]] = {}
    for word in words:
        text, piece = last.get(word.version_id, ("", None))
        if headings := _from(gone.get(text, {}), shapes.get(text, Shapes()), piece):
            found[word.credential_id] = headings
    return found


def _from(gone: Mapping[int, tuple[str, ...]], shapes: Shapes, piece: int | None) -> tuple[str, ...]:
    """The columns of a piece of a record, if they are no longer read; None, of a correction: perhaps any."""
    if piece is None:
        return next(iter(gone.values()), ())
    return gone.get(shapes.pair_of(piece), ())


def warnings(changes: Changes) -> Iterator[FileWarning]:
    """That a full list counts as a part for what isn't read any more."""
    if changes.unread:
        headings = dict.fromkeys(name for names in changes.unread.values() for name in names)
        count = len(changes.unread)
        facts = {"credentials": plural(count, "credential"), "headings": first_of(map(repr, headings), NAMED)}
        yield FileWarning("pairs_unread", count, sentence("pairs_unread", facts, "stored"))
