"""Sending: how a source sends – all or a part, what a blank cell and an absent row mean, the words of its status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, NamedTuple

from credtools.errors import RecipeError
from credtools.text import fold

FULL, PART = "full", "part"
FULL_SHARE = 0.9  # of the last listing's rows; a shorter file counts as a part
BLANKS = ("keep", "clear")
ABSENT = ("report", "withdraw")


@dataclass(frozen=True)
class Status:
    """What the words of a source's status mean; they are compared folded, and '' is a blank cell.

    Of credentials *valid* and *withdrawn*, of users *active* and *deactivated*; of both *leave_out*. `column`: the
    heading under which they stand; '' for the schema's own.
    """

    column: str = ""
    valid: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    deactivated: tuple[str, ...] = ()

    @property
    def said(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each meaning that has words, and its words as they are written."""
        return ((name, getattr(self, name)) for name in MEANINGS if getattr(self, name))

    @cached_property
    def meanings(self) -> dict[str, str]:
        """The meaning of each folded word."""
        return {fold(word): meaning for meaning, words in self.said for word in words}

    @property
    def words(self) -> list[str]:
        """The words as they are written, without the blank."""
        return [word for _, words in self.said for word in words if fold(word)]

    def meaning(self, word: str, meaning: str) -> Status:
        """The same, where a word means this and nothing else."""
        words = {name: [one for one in getattr(self, name) if fold(one) != fold(word)] for name in MEANINGS}
        words[meaning].append(word)
        return Status(self.column, **{name: tuple(some) for name, some in words.items()})

    def __str__(self) -> str:
        """The words in one line, for people: `valid (Held), withdrawn (Revoked, "")`."""
        return ", ".join(f"{name} ({', '.join(map(_shown, words))})" for name, words in self.said)

    def written(self) -> dict[str, Any]:
        return ({"column": self.column} if self.column else {}) | {name: list(words) for name, words in self.said}


def _shown(word: str) -> str:
    return word or '""'


MEANINGS = tuple(one.name for one in fields(Status) if one.name != "column")
OF_CREDENTIALS = ("valid", "withdrawn")  # what a schema doesn't know whose status has no words of its own


class Export(NamedTuple):
    """What a file of the source lists: all that stands there (`full`), or a part of it."""

    export: str
    full_share: float


def export(value: object, source: str) -> Export:
    """The `export` of a recipe: full, part, or {full: SHARE}. Raises RecipeError."""
    if value in (FULL, PART):
        return Export(str(value), FULL_SHARE)
    share = value[FULL] if isinstance(value, dict) and value.keys() == {FULL} else None
    try:
        number = float(str(share))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise RecipeError("recipe_export", source=source, value=value)
    return Export(FULL, number)


def blanks(value: object, source: str) -> str:
    """The `blanks` of a recipe: what becomes of a stored value where the cell is blank. Raises RecipeError."""
    if value not in BLANKS:
        raise RecipeError("recipe_blanks", source=source, value=value, ways=", ".join(BLANKS))
    return str(value)


def absent(value: object, source: str) -> str:
    """The `absent` of a recipe: what becomes of what is no longer listed. Raises RecipeError."""
    if value not in ABSENT:
        raise RecipeError("recipe_absent", source=source, value=value, ways=", ".join(ABSENT))
    return str(value)


def status(value: object, source: str) -> Status:
    """The `status` of a recipe. Raises RecipeError, also for a word that means two things."""
    known = ("column", *MEANINGS)
    if not isinstance(value, dict) or not value.keys() <= set(known):
        raise RecipeError("recipe_status_keys", source=source, known=", ".join(known))
    column = value.get("column", "")
    if not isinstance(column, str):
        raise RecipeError("recipe_status_column", source=source)
    lists = {name: value[name] for name in MEANINGS if name in value}
    for name, words in lists.items():
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise RecipeError("recipe_status_words", source=source, name=name)
    meaning: dict[str, str] = {}
    for name, word in ((name, word) for name, words in lists.items() for word in words):
        first = meaning.setdefault(fold(word), name)
        if first != name:
            raise RecipeError("recipe_status_twice", source=source, word=word, first=first, second=name)
    if not meaning:
        raise RecipeError("recipe_status_empty", source=source, known=", ".join(MEANINGS))
    return Status(column, **{name: tuple(words) for name, words in lists.items()})
