"""Pattern: what a decision about one value says of all values like it, as an addition to a recipe.

A value: it can be kept, shown, and added to any recipe. It holds no personal value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow.compute as pc

from credtools.recipe.hits import Hit
from credtools.recipe.recipe import Recipe
from credtools.recipe.rewriting import Rewriting
from credtools.recipe.step import Step
from credtools.recipe.steps import Extract, Replace, Split, matched
from credtools.schema.notation import PLAIN, Notation, plainly
from credtools.text import first_of, fold

NAMED = 3


@dataclass(frozen=True)
class Pattern:
    """What is added to a recipe for one column; `notation`: what must be declared for the date formats.

    `rules` come after those of the recipe, `formats` after the date formats in force, `never` are words that say that
    a credential doesn't expire.
    """

    column: str
    rules: tuple[Step, ...] = ()
    formats: tuple[str, ...] = ()
    notation: Notation = PLAIN
    never: tuple[str, ...] = ()

    @property
    def of_values(self) -> bool:
        """Whether it speaks of single values only: then it can do without some of them."""
        return bool(self.never or self.rules) and all(isinstance(rule, Replace) for rule in self.rules)

    def only(self, values: Sequence[str]) -> Pattern:
        """One of single values with these alone."""
        keys = {fold(value) for value in values}
        rules = tuple(rule for rule in self.rules if isinstance(rule, Replace) and fold(rule.old) in keys)
        return replace(self, rules=rules, never=tuple(word for word in self.never if fold(word) in keys))

    def added_to(self, recipe: Recipe, in_force: Sequence[str] = ()) -> Recipe:
        """The recipe with it; `in_force`: the column's date formats where the recipe says nothing of them.

        A rule for a single value that it makes needless gives way.
        """
        single = {rule.old: rule.new for rule in self.rules if isinstance(rule, Replace)}
        if single:
            recipe = recipe.replacing(self.column, single)
        more = [rule for rule in self.rules if not isinstance(rule, Replace) and rule not in recipe.rules]
        kept = (rule for rule in recipe.rules if not (more and self._gives(rule)))
        recipe = replace(recipe, rules=(*kept, *more))
        if self.formats:
            known = recipe.formats(self.column) or tuple(in_force)
            formats = {**recipe.date_format, self.column: tuple(dict.fromkeys((*known, *self.formats)))}
            recipe = replace(recipe, date_format=formats, **vars(recipe.notation.and_also(self.notation)))
        return recipe.never_expires(self.never) if self.never else recipe

    def _gives(self, rule: Step) -> bool:
        """Whether it does what a rule for a single value does."""
        mine = isinstance(rule, Replace) and rule.column == self.column
        return isinstance(rule, Replace) and mine and self.rewritten([rule.old]) == [rule.new]

    def rewritten(self, texts: Sequence[str]) -> list[str]:
        """Each of some texts after its rules; one that is divided shows its parts (a property test proves it equal)."""
        found = list(texts)
        for rule in self.rules:
            found = _followed(rule, found)
        return found

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of which its rules speak."""
        of_rules = [rule.texts for rule in self.rules if isinstance(rule, Rewriting)]
        values = [(rule.old, rule.new) for rule in self.rules if isinstance(rule, Replace)]
        return tuple(text for some in (*of_rules, *values, self.never) for text in some)

    @property
    def labels(self) -> tuple[str, ...]:
        """What it adds, each as a recipe writes it on one line."""
        found = [Hit(rule, 0, ()).label for rule in self.rules]
        found += [f"date_format: {{{self.column}: {text}}}{self.notation}" for text in self.formats]
        return (*found, *([f"never: [{', '.join(self.never)}]"] if self.never else []))

    def __str__(self) -> str:
        """What it does, as a sentence without its end."""
        values = [rule for rule in self.rules if isinstance(rule, Replace)]
        said = [rule.said for rule in self.rules if isinstance(rule, Rewriting)]
        said += [f"a row for each value, divided at {rule.by!r}" for rule in self.rules if isinstance(rule, Split)]
        taken = [rule for rule in self.rules if isinstance(rule, Extract)]
        said += [f"only the {'address' if '@' in rule.pattern else 'date or number'} is taken" for rule in taken]
        for new in dict.fromkeys(rule.new for rule in values):
            olds = first_of([f"‘{rule.old}’" for rule in values if rule.new == new], NAMED)
            said.append(f"{olds} → {f'‘{new}’' if new else 'blank'}")
        if self.formats:
            said.append(plainly(f"dates are also written {' or '.join(self.formats)}{self.notation}"))
        if self.never:
            said.append(f"{first_of([f'‘{word}’' for word in self.never], NAMED)} → never expires")
        return first_of(said, NAMED)


def _followed(rule: Step, texts: list[str]) -> list[str]:
    if isinstance(rule, Rewriting):
        return [rule.rewritten(text) for text in texts]
    if isinstance(rule, Split):
        return [rule.shown(text) for text in texts]
    if isinstance(rule, Replace):
        key = fold(rule.old)
        return [rule.new if fold(text) == key else text for text in texts]
    if isinstance(rule, Extract) and rule.targets == (rule.column,):
        taken = pc.struct_field(matched(texts, rule.pattern), rule.column).to_pylist()
        return [text if new is None else str(new) for text, new in zip(texts, taken, strict=True)]
    raise TypeError(rule.kind)
