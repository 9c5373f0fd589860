"""Step: what each rule of a recipe is, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

PART = "."  # between a column and the number of a text that it is joined of; no column has it in its name


def all_texts(values: Iterable[Any]) -> bool:
    """Whether all of some values of a rule are texts."""
    return all(isinstance(value, str) for value in values)


def column_of(name: str) -> str:
    """The column of the schema to which a mapped one belongs: itself, or what is joined of it."""
    return name.partition(PART)[0]


@dataclass(frozen=True)
class Step:
    """What one rule does to `column`.

    A recipe writes it as `kind: {…}`; `keys` are its names for the fields, `example` is one that can be followed.
    """

    column: str
    kind: ClassVar[str] = ""
    example: ClassVar[str] = ""
    keys: ClassVar[Mapping[str, str]] = {}
    optional: ClassVar[frozenset[str]] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it speaks of."""
        return (self.column,)

    def written(self) -> dict[str, Any]:
        """The rule as a recipe writes it."""
        values = {key: getattr(self, name) for key, name in self.keys.items()}
        return {self.kind: {"column": self.column} | {k: v for k, v in values.items() if v or k not in self.optional}}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Step | None:
        """What the keys of a rule mean, or None where one is missing, strange or has no usable value."""
        if not cls.keys.keys() - cls.optional <= values.keys() <= cls.keys.keys() or not all_texts(values.values()):
            return None
        return cls(column, **{cls.keys[key]: value for key, value in values.items()})
