"""Proposing: which patterns hold for a file – before → after of every value, judged as the rows would be.

A pattern that changes a good cell is no proposal. A cell is good if it passes as it is; where the examples pass, too
(a column of free text), nothing tells good cells from others, and each change is only shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from credtools.checking.certain import NUMBERS
from credtools.checking.judge import rejected_in
from credtools.checking.one_column import Known, taken
from credtools.checking.personal import naming
from credtools.model import BoolArray, IntArray
from credtools.recipe import Replace, Split
from credtools.recipe.date_blocks import ISO, day_of, readers
from credtools.recipe.examples import PARTS, cost, parts_of, patterns, same
from credtools.recipe.pattern import Pattern
from credtools.schema.dates import NEVER
from credtools.text import fold, plural

MOST_JUDGED = 8  # patterns of one question; each is judged value by value
MOST_OFFERED = 5
ALIKE, MOST_ALIKE = 80, 50  # rapidfuzz ratio (0–100) from which texts are spellings of one value


@dataclass(frozen=True)
class ValueChange:
    """What becomes of one value: `rows` have it; `passes`: whether its cells pass then; `passed`: whether they do now.

    `new`: the text; of dates the day as YYYY-MM-DD; of a split cell its parts with ` · ` between them; `never`.
    """

    old: str
    new: str
    rows: int
    passes: bool
    passed: bool = False


@dataclass(frozen=True)
class Proposal:
    """An offer: the values of a column that it would change, before → after, largest first.

    `pattern`: what is added to the recipe; None where the values can only be corrected one by one, because a recipe
    names no person. `kind`: that of its first rule, `date_format`, `never`, or `values`. `other_formats`: date formats
    that read the same values as other days.
    """

    column: str
    pattern: Pattern | None
    changes: tuple[ValueChange, ...]
    other_formats: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows it changes."""
        return sum(one.rows for one in self.changes)

    @property
    def passing(self) -> int:
        """How many rows pass in this column that don't now."""
        return sum(one.rows for one in self.changes if one.passes and not one.passed)

    @property
    def replacements(self) -> dict[str, str]:
        """Old → new."""
        return {one.old: one.new for one in self.changes}

    @property
    def kind(self) -> str:
        if self.pattern is None:
            return "values"
        if self.pattern.formats:
            return "date_format"
        return "never" if self.pattern.never else self.pattern.rules[0].kind

    @property
    def sentence(self) -> str:
        """The pattern and what it does here."""
        said = f"{self.pattern}: " if self.pattern else ""
        changed = f"{plural(len(self.changes), 'value')} in {plural(self.rows, 'row')}"
        failing = self.rows - sum(one.rows for one in self.changes if one.passes)
        left = f"; {failing:,} of them still can’t be accepted" if failing else ""
        left += f"; {' or '.join(self.other_formats)} would read them as other days" if self.other_formats else ""
        return f"{said}changes {changed}{left}."


def like(known: Known, examples: Mapping[str, str]) -> list[Proposal]:
    """The proposals that fit all examples and change no good cell: what helps most rows first, then the simplest."""
    found = patterns(known.column, examples, known.formats, known.recipe.notation)
    olds = {fold(old) for old in examples}
    here = [place for place, text in enumerate(known.distinct.texts) if fold(text) in olds]
    protects = not here or bool(known.distinct.failed[here].any())
    bad = known.distinct.bad if protects else np.ones(len(known.distinct.texts), dtype=np.bool_)
    found += [one for one in spelled_alike(known, examples, bad) if one not in found]
    offered = [(one, places) for one in found if (places := changed(known, one, bad, olds)) is not None]
    offered.sort(key=lambda one: (-int(known.distinct.count[one[1]].sum()) if protects else 0, cost(one[0])))
    proposals = judged(known, offered[:MOST_JUDGED])
    ordered = best_first(known, proposals)
    helping = [one for one in ordered if one.passing] if protects else proposals
    offers = sorted(impersonal(known, helping), key=lambda one: one.pattern is None)
    return _distinct(offers)[:MOST_OFFERED]


def impersonal(known: Known, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Proposals without what names somebody: a list of values does without those, any other has no pattern then."""
    found = []
    for one in proposals:
        pattern = one.pattern
        if pattern and (named := naming(pattern.texts, known.lookups)):
            kept = [c for c in one.changes if not pattern.of_values or named.isdisjoint(pattern.only([c.old]).texts)]
            few = pattern.of_values and kept
            changes = tuple(kept) if few else one.changes
            pattern = pattern.only([change.old for change in kept]) if few else None
            one = replace(one, pattern=pattern, changes=changes)  # noqa: PLW2901 - the same proposal
        found.append(one)
    return found


def spelled_alike(known: Known, examples: Mapping[str, str], bad: BoolArray) -> list[Pattern]:
    """Other values that are spelled nearly like the examples become the same; of persons none."""
    news = {fold(new): new for new in examples.values() if new}
    if known.column.kind in ("user", "date") or len(news) != 1:
        return []
    new, keys = next(iter(news.values())), [fold(text) for text in (*examples, *news.values())]
    numbers = {tuple(NUMBERS.findall(key)) for key in keys}  # 'Level 2' is no spelling of 'Level 3'
    texts = [text for k, text in enumerate(known.distinct.texts) if bad[k] and text and fold(text) not in news]
    others = [text for text in texts if tuple(NUMBERS.findall(text)) in numbers]
    names = [fold(text) for text in others]
    found = (process.extract(key, names, scorer=fuzz.ratio, limit=MOST_ALIKE, score_cutoff=ALIKE) for key in keys)
    near = {place for some in found for _, _, place in some}
    olds = dict.fromkeys([*examples, *(others[place] for place in sorted(near))])
    name = known.column.name
    return [Pattern(name, tuple(Replace(name, old, new) for old in olds))] if len(olds) > len(examples) else []


def best_first(known: Known, proposals: Sequence[Proposal]) -> list[Proposal]:
    """What helps most rows first, then the simplest; of dates what has the order of day and month in force."""
    in_force = {_order(form) for form in known.formats}

    def rank(one: Proposal) -> tuple[int, int, bool, int]:
        pattern = one.pattern or Pattern("")
        kinds, letters = cost(pattern)
        return -worth(one), kinds, any(_order(form) not in in_force for form in pattern.formats), letters

    return sorted((_with_others(one, proposals) for one in proposals), key=rank)


def _order(form: str) -> str:
    """The order of day and month in a date format."""
    return "".join(dict.fromkeys(letter for letter in form if letter in "DM"))


def _with_others(one: Proposal, proposals: Sequence[Proposal]) -> Proposal:
    """With the formats of others that read the same values, but as other days."""
    found = [
        form
        for other in proposals
        if one.pattern and other.pattern and one.pattern.formats and one.pattern.rules == other.pattern.rules
        if other.replacements.keys() >= one.replacements.keys() and worth(other) >= worth(one)
        if any(other.replacements[old] != new for old, new in one.replacements.items())
        for form in other.pattern.formats
    ]
    return replace(one, other_formats=tuple(dict.fromkeys(found)))


def worth(proposal: Proposal) -> int:
    """The rows that it helps, less those that it changes in vain."""
    return 2 * proposal.passing - proposal.rows


def _distinct(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Of those that do the same here the first, which is the simplest."""
    return list({one.changes: one for one in reversed(proposals) if one.changes}.values())[::-1]


def changed(known: Known, pattern: Pattern, bad: BoolArray, examples: Collection[str] = ()) -> IntArray | None:
    """The places of the values that a pattern changes; None where a good one is among them."""
    values, column = known.distinct, known.column
    if pattern.never:
        words = {fold(word) for word in pattern.never}
        places = [k for k, text in enumerate(values.texts) if fold(text) in words]
        return np.array(places, dtype=np.int64) if bad[places].all() else None
    after = pattern.rewritten(values.texts)
    pairs = enumerate(zip(values.texts, after, strict=True))
    moved = [k for k, (old, new) in pairs if old != new and not same(old, new, column)]
    if any(not bad[k] and fold(values.texts[k]) not in examples for k in moved):
        return None
    if pattern.formats:
        forms = readers(pattern.formats, known.recipe.notation.and_also(pattern.notation))
        moved += [k for k in np.flatnonzero(bad).tolist() if day_of(after[k], forms)]
    return np.unique(np.array(moved, dtype=np.int64))


def judged(known: Known, offers: Sequence[tuple[Pattern, IntArray]]) -> list[Proposal]:
    """Patterns with each value that they change, before → after, and whether its cells pass then; all at once."""
    distinct = known.distinct
    after = [_after(known, pattern, [distinct.texts[k] for k in places.tolist()]) for pattern, places in offers]
    asked = [
        (int(place), text)
        for (_, places), news in zip(offers, after, strict=True)
        for place, new in zip(places.tolist(), news, strict=True)
        for text in new
    ]
    rejected = _rejected(known, asked)
    found = []
    for (pattern, places), news in zip(offers, after, strict=True):
        changes = [
            ValueChange(
                old=distinct.texts[place],
                new=PARTS[-1].join(new),
                rows=int(distinct.count[place]),
                passes=not any((place, text) in rejected for text in new),
                passed=not distinct.failed[place],
            )
            for place, new in zip(places.tolist(), news, strict=True)
        ]
        ordered = tuple(sorted(changes, key=lambda one: (-one.rows, one.old)))
        found.append(Proposal(known.column.name, pattern, ordered))
    return found


def _after(known: Known, pattern: Pattern, texts: Sequence[str]) -> list[list[str]]:
    """What becomes of each text, as it is shown: the parts of one that is divided, of a date its day."""
    if pattern.never:
        return [[NEVER]] * len(texts)
    after = pattern.rewritten(texts)
    if any(isinstance(rule, Split) for rule in pattern.rules):
        return [parts_of(text, PARTS[-1]) for text in after]
    if known.column.kind != "date":
        return [[text] for text in after]
    notation = known.recipe.notation.and_also(pattern.notation)
    forms = readers((*known.formats, *pattern.formats), notation)
    return [[f"{day:%Y-%m-%d}" if (day := day_of(text, forms)) else text] for text in after]


def _rejected(known: Known, asked: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of some values (their places) would still be rejected with another text in their cells; judged once."""
    pairs = [pair for pair in dict.fromkeys(asked) if pair not in known.verdicts]
    if pairs:
        known.verdicts.update(zip(pairs, _judged_as(known, pairs), strict=True))
    return {pair for pair in asked if known.verdicts[pair]}


def _judged_as(known: Known, pairs: Sequence[tuple[int, str]]) -> list[bool]:
    name, recipe = known.column.name, known.recipe
    rows = known.distinct.first[[place for place, _ in pairs]]
    frame = known.mapped.frame.take(rows).reset_index(drop=True)
    frame[name] = pd.Series([text for _, text in pairs], dtype="str")
    if known.column.kind == "date":  # whatever format is added: the day is what counts
        recipe = replace(recipe, date_format={**recipe.date_format, name: (*known.formats, ISO)})
    mapped = replace(known.mapped, frame=frame, left_out={})
    failed: list[bool] = rejected_in(
        name, taken(known.table, rows), mapped, recipe, known.schema, known.lookups
    ).tolist()
    return failed
