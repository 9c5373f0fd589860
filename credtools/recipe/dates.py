"""Dates: what a recipe says of how dates are written – formats, the years of YY, languages, words that say *never*."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from credtools.errors import RecipeError
from credtools.schema.dates import DateFormat
from credtools.schema.notation import Notation, names, window
from credtools.text import fold


def formats(value: object, _: str) -> dict[str, tuple[str, ...]]:
    """The `date_format` of a recipe, by column (`*`: each); see `require` for whether they can be used."""
    by_column = value if isinstance(value, dict) else {"*": value}
    several = {str(column): texts if isinstance(texts, list) else [texts] for column, texts in by_column.items()}
    return {column: tuple(str(text).strip() for text in texts) for column, texts in several.items()}


def require(formats: Mapping[str, Sequence[str]], notation: Notation, source: str) -> None:
    """Raises RecipeError where a format can't be used, or needs something that isn't declared."""
    try:
        for text in itertools.chain.from_iterable(formats.values()):
            DateFormat(text, notation)
    except ValueError as problem:
        raise RecipeError("recipe_date_format", source=source, problem=str(problem)) from problem


def years(value: object, source: str) -> tuple[int, int]:
    """The `years` of a recipe: the first and the last that YY means. Raises RecipeError."""
    try:
        return window(str(value))
    except ValueError as problem:
        raise RecipeError("recipe_years", source=source, value=value) from problem


def months(value: object, source: str) -> tuple[str, ...]:
    """The `months` of a recipe: the languages of its month names. Raises RecipeError."""
    languages = tuple(map(str, value if isinstance(value, list) else [value]))
    try:
        names(languages)
    except ValueError as problem:
        raise RecipeError("recipe_months", source=source, problem=str(problem)) from problem
    return languages


def never(value: object, source: str) -> tuple[str, ...]:
    """The `never` of a recipe: words that say *doesn't expire*, '' for a blank cell. Raises RecipeError."""
    words: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(word, str) for word in words):
        raise RecipeError("recipe_never", source=source)
    return distinct(words)


def as_in_file(text: str, formats: Sequence[DateFormat]) -> str:
    """A day (YYYY-MM-DD) as a file has to write it: in the first of its formats; another text as it is."""
    day = DateFormat("YYYY-MM-DD").parse(text)
    return formats[0].write(day) if day and formats else text


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """The words, of those that are the same when folded the first."""
    return tuple({fold(word): word for word in reversed([*words])}.values())[::-1]
