"""Steps: what the rules of a recipe do to the values of a column, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from credtools.errors import RecipeError
from credtools.recipe.mistakes import mistake
from credtools.recipe.rewriting import REWRITING
from credtools.recipe.step import PART, Step, all_texts

LONGEST_PATTERN = 300


@dataclass(frozen=True)
class Replace(Step):
    """In `column`, the value `old` becomes `new`."""

    old: str
    new: str
    kind, example = "replace", "{column: credential_type, from: Frist Aid, to: First Aid}"
    keys: ClassVar = {"from": "old", "to": "new"}


@dataclass(frozen=True)
class Map(Step):
    """In `column`, each of some values becomes another: all at once, not one after the other."""

    values: tuple[tuple[str, str], ...]
    kind, example = "map", "{column: credential_type, values: {FA: First Aid, FL: Forklift}}"

    def written(self) -> dict[str, Any]:
        return {"map": {"column": self.column, "values": dict(self.values)}}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Map | None:
        pairs = values.get("values")
        if values.keys() != {"values"} or not isinstance(pairs, dict) or not all_texts(pairs.values()):
            return None
        return cls(column, tuple(pairs.items()))


@dataclass(frozen=True)
class Aliases(Step):
    """In `column`, each value has other names; the same as a map, written from its end."""

    names: tuple[tuple[str, tuple[str, ...]], ...]
    kind, example = "aliases", "{column: credential_type, values: {First Aid: [FA, 1st aid]}}"

    def written(self) -> dict[str, Any]:
        return {"aliases": {"column": self.column, "values": {new: list(old) for new, old in self.names}}}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Aliases | None:
        names = values.get("values")
        if values.keys() != {"values"} or not isinstance(names, dict):
            return None
        lists = {new: (old,) if isinstance(old, str) else tuple(old) for new, old in names.items()}
        return cls(column, tuple(lists.items())) if all(map(all_texts, lists.values())) else None


@dataclass(frozen=True)
class Extract(Step):
    """Where a text of `column` matches `pattern`, each named group goes to the column of its name.

    To another column only where that is blank.
    """

    pattern: str
    kind, example = "extract", r"{column: credential_type, pattern: '(?P<credential_type>.+) \(renewal\)'}"
    keys: ClassVar = {"pattern": "pattern"}

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(field.name for field in matched([""], self.pattern).type)

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, *self.targets)


@dataclass(frozen=True)
class Join(Step):
    """`column` is the texts under several headings, one after the other; only where it is blank itself.

    While a file is mapped, each of these texts is a column of its own (`names`): a record is known by all of them.
    """

    parts: tuple[str, ...]
    by: str = " "
    kind, example = "join", "{column: user_name, from: [First name, Last name], by: ' '}"

    @property
    def names(self) -> dict[str, str]:
        """Under which name each heading is mapped."""
        return {heading: f"{self.column}{PART}{number}" for number, heading in enumerate(self.parts, 1)}

    def written(self) -> dict[str, Any]:
        return {"join": {"column": self.column, "from": list(self.parts)} | ({"by": self.by} if self.by != " " else {})}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Join | None:
        parts, by = values.get("from"), values.get("by", " ")
        if not values.keys() <= {"from", "by"} or not isinstance(parts, list) or len(parts) < 2:
            return None
        return cls(column, tuple(parts), by) if all_texts([*parts, by]) and all(map(str.strip, parts)) else None


@dataclass(frozen=True)
class Split(Step):
    """A row whose cell in `column` holds several values becomes one row for each; before all other rules."""

    by: str
    kind, example = "split", "{column: credential_type, by: ';'}"
    keys: ClassVar = {"by": "by"}

    def parts(self, text: str) -> list[str]:
        """The values of a cell."""
        return [part.strip() for part in text.split(self.by) if part.strip()]

    def shown(self, text: str) -> str:
        """The values of a cell, as it is shown what a rule did."""
        return " · ".join(self.parts(text)) if self.by in text else text

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Step | None:
        return super().read(column, values) if values.get("by") else None


@dataclass(frozen=True)
class LeaveOut(Step):
    """Rows with one of these values in `column` – of the schema, or a heading of the file – are left out."""

    words: tuple[str, ...]
    kind, example = "leave_out", "{column: State, values: [Draft, Cancelled]}"

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    @property
    def label(self) -> str:
        """Why a row was left out, as the ledger says it."""
        return f"leave_out: {self.column}"

    def written(self) -> dict[str, Any]:
        return {"leave_out": {"column": self.column, "values": list(self.words)}}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> LeaveOut | None:
        words = values.get("values")
        if values.keys() != {"values"} or not isinstance(words, list) or not words or not all_texts(words):
            return None
        return cls(column, tuple(words))


WITH_VALUES = (Replace, Map, Aliases, LeaveOut)  # these may not speak of columns that name a person
ALL: tuple[type[Step], ...] = (Replace, Map, Aliases, *REWRITING, Extract, Join, Split, LeaveOut)
KINDS = {one.kind: one for one in ALL}


def matched(texts: Sequence[str], pattern: str) -> Any:
    """Per text a struct of the pattern's named groups, null where it doesn't match."""
    return pc.extract_regex(pa.array(texts, pa.string()), pattern=pattern)


def parse(value: object, source: str) -> tuple[Step, ...]:
    """The rules of a recipe. Raises RecipeError, with the rule's number, what is wrong with it, and an example."""
    if not isinstance(value, list):
        raise RecipeError("rules_no_list", source=source, form=Replace.example)
    steps = []
    for number, item in enumerate(value, 1):
        kind, keys = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else ("", None)
        values = dict(keys) if isinstance(keys, dict) else {}
        column = values.pop("column", None)
        step = KINDS[kind].read(column, values) if kind in KINDS and isinstance(column, str) else None
        if step is None:
            raise RecipeError("rule_unusable", source=source, number=number, **mistake(item, KINDS))
        if isinstance(step, Extract):
            _require_pattern(step, number, source)
        steps.append(step)
    return tuple(steps)


def _require_pattern(step: Extract, number: int, source: str) -> None:
    if len(step.pattern) > LONGEST_PATTERN:
        found = len(step.pattern)
        raise RecipeError("pattern_too_long", source=source, number=number, found=found, allowed=LONGEST_PATTERN)
    try:
        named = step.targets
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as problem:
        why = str(problem).partition("\n")[0]
        raise RecipeError("pattern_unusable", source=source, number=number, why=why) from problem
    if not named:
        raise RecipeError("pattern_without_group", source=source, number=number)
