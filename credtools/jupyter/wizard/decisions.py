"""Decisions: what a person made of the causes, as values that can be listed, changed and taken back.

A decision is never applied by itself: the recipe and the corrections always follow from all of them together, so any
one can be undone at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from credtools.recipe import Pattern, Recipe, Status, Step
from credtools.registry import SamePerson, ValueChange
from credtools.schema.notation import PLAIN, Notation
from credtools.schema.words import Column
from credtools.text import fold, plural

Scope = Literal["rule", "patch"]


@dataclass(frozen=True)
class Cell:
    """One cell that a decision changes; `line`: what its row is called (`Table.labels`)."""

    line: int | str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class Decision:
    """What was decided; exactly one of these.

    Values are replaced (`cells`), or all of a kind (`pattern`, `said` with what it does), a date format is added
    (`format`, `notation`: what must be declared for it), rows are left rejected, or what is doubtful is right
    (`causes`: the keys of theirs; `right`), a word of the status gets a meaning (`meaning`), a heading is the status,
    or none is (`status`), words mean that a credential never expires (`never`), blank cells over stored values mean
    something (`blanks`), rows that equal an older version count again, or don't (`again`), or users have other
    addresses (`people`), which is a fact of the organisation.

    `scope`: a *rule* holds for every file of the source, a *patch* for these records only. `rule`: the one that the
    recipe brought along; it may have no cells here.
    """

    number: int
    count: int
    scope: Scope = "patch"
    cells: tuple[Cell, ...] = ()
    column: str = ""
    format: str = ""
    notation: Notation = PLAIN
    causes: tuple[str, ...] = ()
    right: bool = False
    said: str = ""
    rule: Step | None = None
    word: str = ""
    meaning: str = ""
    status: Status | None = None
    blanks: str = ""
    never: tuple[str, ...] = ()
    again: bool | None = None
    people: tuple[SamePerson, ...] = ()
    pattern: Pattern | None = None

    @cached_property
    def rules(self) -> dict[str, dict[str, str]]:
        """What it is as a rule, per column old → new; nothing if it can be none.

        One old value becomes several new ones, or a blank is filled.
        """
        found: dict[str, dict[str, str]] = {}
        seen: dict[tuple[str, str], str] = {}
        for cell in self.cells:
            key = (cell.column, fold(cell.old))
            if not key[1] or seen.get(key, cell.new) != cell.new:
                return {}
            if key not in seen:
                seen[key] = found.setdefault(cell.column, {})[cell.old] = cell.new
        return found

    def names(self, naming: Callable[[Iterable[str]], frozenset[str]]) -> str:
        """What of the file's values it would put into a recipe although that names somebody; '' for nothing."""
        words = self.status.words if self.status else ()
        texts = {*self.never, self.word, *words, *(text for cell in self.cells for text in (cell.old, cell.new))}
        return min(naming(texts), default="") if self.scope == "rule" else ""

    @classmethod
    def of_rules(
        cls, decisions: Iterable[Decision], before: Recipe, after: Recipe, number: Callable[[], int]
    ) -> tuple[Decision, ...]:
        """The decisions without the rules that another recipe lacks, and with those that it adds."""
        kept = (one for one in decisions if one.rule is None or one.rule in after.rules)
        new = (rule for rule in after.rules if rule not in before.rules)
        return (*kept, *(cls(number(), 0, "rule", rule=rule) for rule in new))


def pattern_said(title: str, pattern: Pattern, changes: Sequence[ValueChange]) -> str:
    """What a pattern does with the values of a column, the first of them before → after."""
    first = changes[0]
    more = f" and {plural(len(changes) - 1, 'more value')}" if len(changes) > 1 else ""
    return f"{title}: {pattern}: ‘{first.old}’ → {f'‘{first.new}’' if first.new else '(blank)'}{more}"


def comes_again(column: Column) -> bool:
    """Whether the next file may well have the same values under a column, and a recipe may name them."""
    return column.kind in ("credential_type", "choice", "status", "flag", "date")


def usual_scope(column: Column, cells: Iterable[Cell]) -> Scope:
    """What a decision becomes unless a person says otherwise.

    A misspelt type or date comes again in the next file; an address names one person, and recipes name nobody.
    """
    return "rule" if comes_again(column) and Decision(0, 0, cells=tuple(cells)).rules else "patch"


def recipe_of(base: Recipe, decisions: Sequence[Decision], formats: Mapping[str, tuple[str, ...]]) -> Recipe:
    """The recipe that follows from all decisions; `formats`: the date formats in force without them.

    The rules that `base` brought along stay in their places; others come after them.
    """
    brought = {decision.rule for decision in decisions if decision.scope == "rule"}
    recipe = replace(base, rules=tuple(rule for rule in base.rules if rule in brought), blanks=None, never=())
    for decision in decisions:
        if decision.format:
            known = recipe.formats(decision.column) or formats[decision.column]
            more = tuple(dict.fromkeys((*known, decision.format)))
            recipe = replace(recipe, date_format={**recipe.date_format, decision.column: more})
            recipe = replace(recipe, **vars(recipe.notation.and_also(decision.notation)))
        elif decision.status is not None or decision.meaning:
            recipe = replace(recipe, status=_status(recipe.status or Status(), decision))
        elif decision.never:
            recipe = recipe.never_expires(decision.never)
        elif decision.blanks:
            recipe = replace(recipe, blanks=decision.blanks)
        elif decision.pattern and decision.scope == "rule":
            recipe = decision.pattern.added_to(recipe, formats.get(decision.column, ()))
        elif decision.scope == "rule" and decision.rule is None:
            for column, values in decision.rules.items():
                recipe = recipe.replacing(column, values)
    if recipe.status and not any(recipe.status.said):
        recipe = replace(recipe, status=None)
    return recipe


def _status(known: Status, decision: Decision) -> Status:
    """What the status is after a decision about it, or about one of its words."""
    return known.meaning(decision.word, decision.meaning) if decision.status is None else decision.status


def patches_of(decisions: Iterable[Decision]) -> dict[tuple[int | str, str], str]:
    """The corrections (line and column → text) that follow from all decisions; the last word on a cell counts."""
    patched = (d for d in decisions if d.scope == "patch")
    return {(cell.line, cell.column): cell.new for decision in patched for cell in decision.cells}


def again_of(decisions: Iterable[Decision]) -> bool | None:
    """Whether rows that equal an older version count again, by the last word on it; None where nobody says so."""
    return next((d.again for d in reversed(tuple(decisions)) if d.again is not None), None)
