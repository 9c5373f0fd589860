"""Examples: from a few decisions old → new of one column the patterns that they may follow, the simplest first.

A small search over building blocks – the rules that a recipe has – as in programming by example: each block reads off
the examples how it would have to be written, and what doesn't give each example exactly is dropped. Two blocks may
follow each other: the first takes away what is around a value, the second changes what is left. No model, no guessing:
whether a pattern holds for other values is judged elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from credtools.recipe import date_blocks, text_blocks
from credtools.recipe.pattern import Pattern
from credtools.recipe.rewriting import Rewriting
from credtools.recipe.step import Step
from credtools.recipe.steps import Replace, Split
from credtools.schema.dates import NEVER
from credtools.schema.notation import Notation
from credtools.schema.words import Column
from credtools.text import fold

EXPIRES = "expiration_date"
PARTS = ("\n", " · ")  # between the values that a cell is divided into
FOLDED = ("user", "credential_type", "choice", "status", "flag")  # whose values are the same in any case
MOST_EXAMPLES, MOST = 20, 60
Examples = Mapping[str, str]


def patterns(column: Column, examples: Examples, formats: Sequence[str], notation: Notation) -> list[Pattern]:
    """The patterns that fit all examples, the simplest first; none of them holds a personal value.

    `formats`: how dates of the column are written now, `notation`: what is declared of years and names.
    """
    examples = {old.strip(): new.strip() for old, new in itertools.islice(examples.items(), MOST_EXAMPLES)}
    examples = {old: new for old, new in examples.items() if old and old != new}
    if not examples:
        return []
    found: dict[Pattern, None] = {}
    for pattern in _all(column, examples, formats, notation):
        if pattern not in found and fits(pattern, column, examples, formats, notation):
            found[pattern] = None
    return sorted(found, key=cost)[:MOST]


def fits(pattern: Pattern, column: Column, examples: Examples, formats: Sequence[str], notation: Notation) -> bool:
    """Whether a pattern gives each example."""
    if pattern.never:
        return {fold(word) for word in pattern.never} >= {fold(old) for old in examples}
    given = pattern.rewritten(list(examples))
    if any(isinstance(rule, Split) for rule in pattern.rules):
        return given == [PARTS[1].join(parts_of(new)) for new in examples.values()]
    if pattern.formats:
        declared = date_blocks.readers(pattern.formats, notation.and_also(pattern.notation))
        return all(
            date_blocks.day_of(text, declared) == date_blocks.meant(new, formats, notation) is not None
            for text, new in zip(given, examples.values(), strict=True)
        )
    return all(same(text, new, column) for text, new in zip(given, examples.values(), strict=True))


def same(one: str, other: str, column: Column) -> bool:
    """Whether two texts are the same value of a column."""
    if column.kind in FOLDED:
        return fold(one) == fold(other)
    return " ".join(one.split()) == " ".join(other.split())


def cost(pattern: Pattern) -> tuple[int, int]:
    """The simpler the less: what is said of dates, then rules by their kind, shorter ones first."""
    of_rules = sum(text_blocks.cost(rule) for rule in pattern.rules)
    letters = sum(len(label) for label in pattern.labels)
    declared = 2 * bool(pattern.notation.months) + bool(pattern.notation.years)
    return of_rules + len(pattern.formats) + declared, letters


def _all(column: Column, examples: Examples, formats: Sequence[str], notation: Notation) -> Iterator[Pattern]:
    name = column.name
    if name == EXPIRES and {fold(new) for new in examples.values()} == {NEVER}:
        yield Pattern(name, never=tuple(examples))
        return
    if column.kind == "date":
        yield from date_blocks.patterns(name, examples, formats, notation)
    whole = {old: parts_of(new) for old, new in examples.items()}
    if all(len(parts) > 1 for parts in whole.values()):
        yield from (Pattern(name, (Split(name, by),)) for by in text_blocks.dividers(whole))
        return
    for rules in text_rules(column, examples):
        yield Pattern(name, rules)
    if column.kind != "user":
        yield Pattern(name, tuple(Replace(name, old, new) for old, new in examples.items()))


def text_rules(column: Column, examples: Examples) -> Iterator[tuple[Step, ...]]:
    """One block, or one that takes something away and another for what is left."""
    pairs = list(examples.items())
    for rule in usable(text_blocks.rules(column, pairs), column):
        yield (rule,)
    for first in usable(text_blocks.around(column, [old for old, _ in pairs]), column):
        left = [(rewrite(first, old), new) for old, new in pairs]
        if all(text != old for (text, _), (old, _) in zip(left, pairs, strict=True)):
            yield (first,)
            for rule in usable(text_blocks.rules(column, left), column):
                yield (first, rule)


def rewrite(rule: Step, text: str) -> str:
    """A text after one rule."""
    return rule.rewritten(text) if isinstance(rule, Rewriting) else Pattern(rule.column, (rule,)).rewritten([text])[0]


def usable(rules: Iterable[Step], column: Column) -> Iterator[Step]:
    """Those that may be in a recipe: of columns that name persons only what can't be a personal value."""
    for rule in dict.fromkeys(rules):
        if column.kind != "user" or not isinstance(rule, Rewriting) or rule.names_nobody:
            yield rule


def parts_of(new: str, mark: str = "") -> list[str]:
    """The values into which a cell is divided, as an example says it."""
    mark = mark or next((mark for mark in PARTS if mark in new), PARTS[0])
    return [part.strip() for part in new.split(mark) if part.strip()]
