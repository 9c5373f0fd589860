"""Steps: what the rules of a recipe do to the values of a column, and how they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from credtools.errors import RecipeError

CASES: dict[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower, "title": str.title}
LONGEST_PATTERN = 300


@dataclass(frozen=True)
class Replace:
    """In `column`, the value `old` becomes `new`."""

    column: str
    old: str
    new: str

    def written(self) -> dict[str, Any]:
        return {"replace": {"column": self.column, "from": self.old, "to": self.new}}


@dataclass(frozen=True)
class Map:
    """In `column`, each of some values becomes another: all at once, not one after the other."""

    column: str
    values: tuple[tuple[str, str], ...]

    def written(self) -> dict[str, Any]:
        return {"map": {"column": self.column, "values": dict(self.values)}}


@dataclass(frozen=True)
class Aliases:
    """In `column`, each value has other names; the same as a map, written from its end."""

    column: str
    names: tuple[tuple[str, tuple[str, ...]], ...]

    def written(self) -> dict[str, Any]:
        return {"aliases": {"column": self.column, "values": {new: list(old) for new, old in self.names}}}


@dataclass(frozen=True)
class Trim:
    """In `column`, these characters (and blanks) are taken off both ends."""

    column: str
    characters: str = ""

    def written(self) -> dict[str, Any]:
        more = {"characters": self.characters} if self.characters else {}
        return {"trim": {"column": self.column, **more}}


@dataclass(frozen=True)
class Case:
    """`column` is written in upper, lower or title case."""

    column: str
    to: str

    def written(self) -> dict[str, Any]:
        return {"case": {"column": self.column, "to": self.to}}


@dataclass(frozen=True)
class Extract:
    """Where a text of `column` matches `pattern`, each named group goes to the column of its name.

    To another column only where that is blank.
    """

    column: str
    pattern: str

    def written(self) -> dict[str, Any]:
        return {"extract": {"column": self.column, "pattern": self.pattern}}

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(field.name for field in matched([""], self.pattern).type)


Step = Replace | Map | Aliases | Trim | Case | Extract
WITH_VALUES = (Replace, Map, Aliases)  # these may not speak of columns that name a person


def columns_of(step: Step) -> tuple[str, ...]:
    """The columns that a step speaks of."""
    return (step.column, *step.targets) if isinstance(step, Extract) else (step.column,)


def matched(texts: Sequence[str], pattern: str) -> Any:
    """Per text a struct of the pattern's named groups, null where it doesn't match."""
    return pc.extract_regex(pa.array(texts, pa.string()), pattern=pattern)


# --- YAML ---------------------------------------------------------------------------------------------------

FORMS = {
    "replace": "{column: …, from: …, to: …}",
    "map": "{column: …, values: {old: new}}",
    "aliases": "{column: …, values: {new: [old, older]}}",
    "trim": "{column: …, characters: …}",
    "case": "{column: …, to: upper, lower or title}",
    "extract": "{column: …, pattern: …}",
}


KEYS: dict[str, tuple[set[str], ...]] = {
    "replace": ({"from", "to"},),
    "trim": (set(), {"characters"}),
    "case": ({"to"},),
    "extract": ({"pattern"},),
}


def parse(value: object, source: str) -> tuple[Step, ...]:
    """The rules of a recipe. Raises RecipeError, with the rule's number and the form that would do."""
    if not isinstance(value, list):
        raise RecipeError("rules_no_list", source=source, form=FORMS["replace"])
    steps = []
    for number, item in enumerate(value, 1):
        kind, keys = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else ("", None)
        step = _step(kind, keys) if kind in FORMS and isinstance(keys, dict) else None
        if step is None:
            forms = " or ".join(f"'{k}: {form}'" for k, form in FORMS.items() if kind in (k, "") or kind not in FORMS)
            raise RecipeError("rule_unusable", source=source, number=number, forms=forms)
        if isinstance(step, Extract):
            _require_pattern(step, number, source)
        steps.append(step)
    return tuple(steps)


def _step(kind: str, keys: dict[str, Any]) -> Step | None:
    """The step, or None where a key is missing, strange or has no usable value."""
    column, rest = keys.get("column"), {key: value for key, value in keys.items() if key != "column"}
    if not isinstance(column, str):
        return None
    if kind in ("map", "aliases"):
        values = rest.get("values")
        return _of_values(kind, column, values) if set(rest) == {"values"} and isinstance(values, dict) else None
    if set(rest) not in KEYS[kind] or not all(isinstance(value, str) for value in rest.values()):
        return None
    if kind == "case" and rest["to"] not in CASES:
        return None
    made: dict[str, Callable[..., Step]] = {"replace": Replace, "trim": Trim, "case": Case, "extract": Extract}
    return made[kind](column, *(rest[key] for key in ("from", "to", "characters", "pattern") if key in rest))


def _of_values(kind: str, column: str, values: dict[str, Any]) -> Step | None:
    if kind == "map":
        return Map(column, tuple(values.items())) if _texts(values.values()) else None
    names = [(new, tuple([old] if isinstance(old, str) else old)) for new, old in values.items()]
    return Aliases(column, tuple(names)) if all(_texts(old) for _, old in names) else None


def _texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


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
