"""Rules: what a recipe does to the values of a column, in the order in which they stand; and what each of them hits.

Values are compared after NFKC, trim, squeeze and case fold. A pattern is matched by RE2, in time that grows with the
length of a text and no faster, whatever the pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credtools.errors import RecipeError
from credtools.text import fold

CASES: dict[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower, "title": str.title}
LONGEST_PATTERN = 300


@dataclass(frozen=True)
class Replace:
    """In `column`, the value `old` becomes `new`."""

    column: str
    old: str
    new: str

    def told(self) -> dict[str, Any]:
        return {"replace": {"column": self.column, "from": self.old, "to": self.new}}


@dataclass(frozen=True)
class Map:
    """In `column`, each of some values becomes another: all at once, not one after the other."""

    column: str
    values: tuple[tuple[str, str], ...]

    def told(self) -> dict[str, Any]:
        return {"map": {"column": self.column, "values": dict(self.values)}}


@dataclass(frozen=True)
class Aliases:
    """In `column`, each value has other names; the same as a map, told from its end."""

    column: str
    names: tuple[tuple[str, tuple[str, ...]], ...]

    def told(self) -> dict[str, Any]:
        return {"aliases": {"column": self.column, "values": {new: list(old) for new, old in self.names}}}


@dataclass(frozen=True)
class Trim:
    """In `column`, these characters (and blanks) are taken off both ends."""

    column: str
    characters: str = ""

    def told(self) -> dict[str, Any]:
        more = {"characters": self.characters} if self.characters else {}
        return {"trim": {"column": self.column, **more}}


@dataclass(frozen=True)
class Case:
    """`column` is written in upper, lower or title case."""

    column: str
    to: str

    def told(self) -> dict[str, Any]:
        return {"case": {"column": self.column, "to": self.to}}


@dataclass(frozen=True)
class Extract:
    """Where a text of `column` matches `pattern`, each named group goes to the column of its name.

    To another column only where that is blank.
    """

    column: str
    pattern: str

    def told(self) -> dict[str, Any]:
        return {"extract": {"column": self.column, "pattern": self.pattern}}

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(field.name for field in _matched([""], self.pattern).type)


Rule = Replace | Map | Aliases | Trim | Case | Extract
WITH_VALUES = (Replace, Map, Aliases)  # these may not speak of columns that name a person


@dataclass(frozen=True)
class Hit:
    """What a rule did to a file: how many rows it changed, and (before, after, rows) of each value."""

    rule: Rule
    rows: int
    changes: tuple[tuple[str, str, int], ...]

    @property
    def label(self) -> str:
        """The rule as a recipe writes it, on one line."""
        kind, told = next(iter(self.rule.told().items()))
        return f"{kind}: {_flow(told)}"


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(one)}' for key, one in value.items())}}}"
    return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)


def columns_of(rule: Rule) -> tuple[str, ...]:
    """The columns that a rule speaks of."""
    return (rule.column, *rule.targets) if isinstance(rule, Extract) else (rule.column,)


# --- applying -----------------------------------------------------------------------------------------------


def follow(rules: Sequence[Rule], frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Hit]]:
    """The frame after all rules, and what each of them did. A rule on a column that the file lacks does nothing."""
    columns: dict[str, _Values] = {}
    hits = []
    for rule in rules:
        if rule.column not in frame:
            hits.append(Hit(rule, 0, ()))
            continue
        if isinstance(rule, Extract):
            frame = _written(frame, columns)
            columns = {}
            frame, hit = _extracted(rule, frame)
        else:
            if rule.column not in columns:
                columns[rule.column] = _Values(frame[rule.column])
            hit = columns[rule.column].follow(rule)
        hits.append(hit)
    return _written(frame, columns), hits


def _written(frame: pd.DataFrame, columns: Mapping[str, _Values]) -> pd.DataFrame:
    return frame.assign(**{name: values.series() for name, values in columns.items()}) if columns else frame


class _Values:
    """The distinct values of a column, changed rule by rule."""

    def __init__(self, series: pd.Series) -> None:
        self.index = series.index
        self.codes, uniques = pd.factorize(series)
        self.texts = [str(text) for text in uniques]
        self.rows = np.bincount(self.codes, minlength=len(self.texts)).tolist()
        self.places: dict[str, list[int]] | None = None  # by folded text, once it is asked for

    def series(self) -> pd.Series:
        return pd.Series(pd.array(self.texts, dtype="str").take(self.codes), index=self.index)

    def follow(self, rule: Rule) -> Hit:
        changes = []
        for place, new in self._changes(rule):
            old = self.texts[place]
            if new != old:
                changes.append((old, new, self.rows[place]))
                self.texts[place] = new
                if self.places is not None:
                    self.places[fold(old)].remove(place)
                    self.places.setdefault(fold(new), []).append(place)
        return Hit(rule, sum(rows for *_, rows in changes), tuple(changes))

    def _changes(self, rule: Rule) -> list[tuple[int, str]]:
        if isinstance(rule, Trim):
            return [(k, text.strip().strip(rule.characters + " ")) for k, text in enumerate(self.texts)]
        if isinstance(rule, Case):
            return [(k, CASES[rule.to](text)) for k, text in enumerate(self.texts)]
        if self.places is None:
            self.places = {}
            for place, text in enumerate(self.texts):
                self.places.setdefault(fold(text), []).append(place)
        known = self.places
        return [(place, new) for old, new in _pairs(rule) for place in list(known.get(fold(old), ()))]


def _pairs(rule: Rule) -> list[tuple[str, str]]:
    """(old, new) of a rule that speaks of single values."""
    if isinstance(rule, Replace):
        return [(rule.old, rule.new)]
    if isinstance(rule, Map):
        return list(rule.values)
    return [(old, new) for new, names in rule.names for old in names] if isinstance(rule, Aliases) else []


def _extracted(rule: Extract, frame: pd.DataFrame) -> tuple[pd.DataFrame, Hit]:
    codes, uniques = pd.factorize(frame[rule.column])
    found = _matched([str(text) for text in uniques], rule.pattern)
    matched = np.asarray(found.is_valid())
    changed = np.zeros(len(frame), dtype=np.bool_)
    for group in rule.targets:
        new = pd.Series(pd.array(pc.fill_null(pc.struct_field(found, group), "").to_pylist(), dtype="str").take(codes))
        new.index = frame.index
        old = frame[group] if group in frame else pd.Series("", index=frame.index, dtype="str")
        takes = matched[codes] & ((old.str.strip() == "").to_numpy() if group != rule.column else True)
        takes &= (new != old).to_numpy()
        frame = frame.assign(**{group: old.where(~takes, new)})
        changed |= takes
    rows = np.bincount(codes[changed], minlength=len(uniques)).tolist()
    told = found.to_pylist()
    changes = tuple(
        (str(text), " · ".join(map(str, (told[k] or {}).values())), rows[k])
        for k, text in enumerate(uniques)
        if rows[k]
    )
    return frame, Hit(rule, int(changed.sum()), changes)


def _matched(texts: Sequence[str], pattern: str) -> Any:
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


def parse(value: object, source: str) -> tuple[Rule, ...]:
    """The rules of a recipe. Raises RecipeError, with the rule's number and the form that would do."""
    if not isinstance(value, list):
        raise RecipeError(
            f"In the recipe {source!r} the value of 'rules' must be a list; each rule must be written as "
            f"'replace: {FORMS['replace']}'."
        )
    rules = []
    for number, item in enumerate(value, 1):
        kind, told = next(iter(item.items())) if isinstance(item, dict) and len(item) == 1 else ("", None)
        rule = _rule(kind, told) if kind in FORMS and isinstance(told, dict) else None
        if rule is None:
            forms = " or ".join(f"'{k}: {form}'" for k, form in FORMS.items() if kind in (k, "") or kind not in FORMS)
            raise RecipeError(
                f"In the recipe {source!r} rule {number} can't be followed; it must be written as {forms}."
            )
        if isinstance(rule, Extract):
            _require_pattern(rule, number, source)
        rules.append(rule)
    return tuple(rules)


def _rule(kind: str, told: dict[str, Any]) -> Rule | None:
    """The rule, or None where a key is missing, strange or has no usable value."""
    column, rest = told.get("column"), {key: value for key, value in told.items() if key != "column"}
    if not isinstance(column, str):
        return None
    if kind in ("map", "aliases"):
        values = rest.get("values")
        return _of_values(kind, column, values) if set(rest) == {"values"} and isinstance(values, dict) else None
    if set(rest) not in KEYS[kind] or not all(isinstance(value, str) for value in rest.values()):
        return None
    if kind == "case" and rest["to"] not in CASES:
        return None
    made: dict[str, Callable[..., Rule]] = {"replace": Replace, "trim": Trim, "case": Case, "extract": Extract}
    return made[kind](column, *(rest[key] for key in ("from", "to", "characters", "pattern") if key in rest))


def _of_values(kind: str, column: str, values: dict[str, Any]) -> Rule | None:
    if kind == "map":
        return Map(column, tuple(values.items())) if _texts(values.values()) else None
    names = [(new, tuple([old] if isinstance(old, str) else old)) for new, old in values.items()]
    return Aliases(column, tuple(names)) if all(_texts(old) for _, old in names) else None


def _texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _require_pattern(rule: Extract, number: int, source: str) -> None:
    where = f"In the recipe {source!r} the pattern of rule {number}"
    if len(rule.pattern) > LONGEST_PATTERN:
        raise RecipeError(f"{where} has {len(rule.pattern):,} characters, but at most {LONGEST_PATTERN} are followed.")
    try:
        named = rule.targets
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as problem:
        reason = str(problem).partition("\n")[0]
        raise RecipeError(
            f"{where} can't be followed ({reason}); it must be a regular expression (RE2), each group of which is "
            "named after a column, for example (?P<credential_number>[0-9]+)."
        ) from problem
    if not named:
        raise RecipeError(
            f"{where} has no group; name one after the column that it fills, for example (?P<credential_number>[0-9]+)."
        )
