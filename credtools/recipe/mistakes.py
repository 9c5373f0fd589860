"""Mistakes: what is wrong with a rule of a recipe that can't be followed, and how one of its kind is written."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from credtools.recipe import yaml
from credtools.recipe.step import Step

MUST_BE = {
    ("map", "values"): "old values, each with its new one",
    ("aliases", "values"): "new values, each with a list of the old ones",
    ("case", "to"): "upper, lower or title",
    ("pad", "to"): "a number of digits from 1 to 30",
    ("join", "from"): "a list of two headings or more",
    ("spellings", "of"): "a list of values that have letters or digits",
    ("leave_out", "values"): "a list of values",
}
LONGEST = 60  # of what is shown of a value
TEXT = "a text that isn't blank"
OPTIONAL = frozenset({("trim", "characters"), ("take", "after"), ("take", "before"), ("join", "by")})


def mistake(item: object, kinds: Mapping[str, type[Step]]) -> dict[str, str]:
    """What is wrong with a rule (`why`), and how one of its kind is written (`example`)."""
    if not isinstance(item, dict):
        return _told(f"{_shown(item)} is no rule with its keys", kinds["replace"])
    if len(item) != 1:
        several = f"it has the keys {', '.join(map(repr, item))}"
        return _told(f"{several}, but each rule is an entry of its own", kinds["replace"])
    kind, keys = next(iter(item.items()))
    if kind not in kinds:
        near = get_close_matches(str(kind), kinds, 1)
        perhaps = f"perhaps {near[0]!r} is meant" if near else f"rules are: {', '.join(kinds)}"
        return _told(f"there is no rule {kind!r}; {perhaps}", kinds[near[0] if near else "replace"])
    step = kinds[kind]
    return _told(_of_keys(keys, step) if isinstance(keys, dict) else f"{_shown(keys)} isn't its keys", step)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _told(why: str, step: type[Step]) -> dict[str, str]:
    return {"why": why, "example": f"{step.kind}: {step.example}"}


def _example(step: type[Step]) -> dict[str, Any]:
    """The keys of the example."""
    found: dict[str, Any] = yaml.load(f"{step.kind}: {step.example}", step.kind)[step.kind]
    return found


def _of_keys(keys: Mapping[str, Any], step: type[Step]) -> str:
    """The first key that is unknown or missing, else that whose value can't be used."""
    kind, known = step.kind, _example(step)
    if unknown := [key for key in keys if key not in known]:
        near = get_close_matches(str(unknown[0]), known, 1)
        perhaps = f"; perhaps {near[0]!r} is meant" if near else ""
        return f"{kind!r} has no key {unknown[0]!r}{perhaps}"
    if missing := [key for key in known if key not in keys and (kind, key) not in OPTIONAL]:
        return f"{missing[0]!r} is missing"
    if not isinstance(keys["column"], str):
        return f"'column' is {_shown(keys['column'])}, but must be the name of one column"
    for key in keys:
        tried = {**keys, key: known[key]}
        if key != "column" and step.read(tried["column"], {k: v for k, v in tried.items() if k != "column"}):
            return f"{key!r} is {_shown(keys[key])}, but must be {MUST_BE.get((kind, key), TEXT)}"
    return "it needs 'after', 'before' or both" if kind == "take" else "its keys can't be used together"
