"""Hypotheses: which patterns may explain the rejected values of a column, read off the values and their suggestions.

None of them is judged yet; most will be dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import pandas as pd

from credtools.checking import certain
from credtools.checking.one_column import DAMAGED, Known
from credtools.recipe import date_blocks, examples, text_blocks
from credtools.recipe.pattern import Pattern
from credtools.recipe.rewriting import Spellings, Take, spellings
from credtools.recipe.step import Step
from credtools.recipe.steps import Replace, Split
from credtools.schema.dates import NEVER, says_never
from credtools.schema.evidence import swapped
from credtools.schema.notation import Notation
from credtools.schema.placeholders import is_placeholder
from credtools.schema.words import Column

MOST_READ = 300  # values of a column that are looked at
SAMPLE = 4  # texts of one shape by which formats are sought
MOST = 40
FEW = 20  # right values that are all named


def patterns(known: Known, errors: pd.DataFrame) -> list[Pattern]:
    """What may explain at least two values, what explains most first; `errors`: those of the column."""
    errors = errors[errors["code"] != DAMAGED]
    texts = known.texts.to_numpy(dtype=object)[errors["row"].to_numpy()]
    pairs = {str(old): str(new) for old, new in zip(texts, errors["suggestion"], strict=True) if old}
    found: Counter[Pattern] = Counter()
    if known.column.kind == "date":
        found.update(_of_dates(known, errors, texts))
    else:
        found.update(_of_texts(known, pairs))
    if nothing := _nothing(known, list(pairs)):
        found[nothing] = len(pairs)
    return [pattern for pattern, _ in found.most_common(MOST)]


def _of_texts(known: Known, pairs: dict[str, str]) -> Iterator[Pattern]:
    column, name = known.column, known.column.name
    some = list(pairs.items())[:MOST_READ]
    around: Counter[Step] = Counter()
    taught: Counter[tuple[Step, ...]] = Counter()
    for old, new in some:
        around.update(_around(column, old))
        if new and new != NEVER and certain.taught(column, [(old, new)]):
            taught.update({rules: 1 for rules in examples.text_rules(column, {old: new}) if len(rules) == 1})
    for rule, count in around.most_common(MOST):
        yield from [Pattern(name, (rule,))] * count
    for rules, count in taught.most_common(MOST):
        if count > 1 and all(not isinstance(rule, Spellings) for rule in rules):
            yield from [Pattern(name, rules)] * count
    if column.kind not in ("user", "id"):
        right = right_values(known)
        meant = {key: value for value in right for key in spellings(value)}
        if spelled := sorted({meant[key] for old in pairs for key in spellings(old) if key in meant}):
            values = sorted(right) if len(right) <= FEW else spelled  # next month others are misspelt
            yield from [Pattern(name, (Spellings(name, tuple(values)),))] * len(pairs)
        for by in text_blocks.DIVIDERS:
            count = sum(by in old for old in pairs)
            if count and column.kind == "credential_type":
                yield from [Pattern(name, (Split(name, by),))] * count


def _around(column: Column, old: str) -> Iterator[Step]:
    """What takes away what is around a value, unasked: not what is said in brackets ('(refresher)', '(left 2026)')."""
    for rule in dict.fromkeys(examples.usable(text_blocks.around(column, [old]), column)):
        drops = isinstance(rule, Take) and (rule.before == "(" or (rule.after == "(" and column.kind != "user"))
        if not drops or column.kind == "date":
            yield rule


def right_values(known: Known) -> Sequence[str]:
    """The values that are right in a column, where these are known."""
    if known.column.kind == "credential_type":
        types = known.lookups.types
        return [str(name) for name in types.loc[types["status"] == "active", "name"]]
    return known.column.choices


def _of_dates(known: Known, errors: pd.DataFrame, texts: Sequence[str]) -> Iterator[Pattern]:
    """Per shape of dates the formats that read its first texts."""
    name, notation = known.column.name, known.recipe.notation
    shapes: dict[int, list[str]] = {}
    for cause, text in zip(errors["cause"], texts, strict=True):
        if text not in (some := shapes.setdefault(int(cause), [])):
            some.append(str(text))
    for some in list(shapes.values())[:MOST_READ]:
        for form, more in _formats(some, known, notation):
            yield from [Pattern(name, formats=(form,), notation=more)] * len(some)
        for rule in text_blocks.days(name):
            inner = Pattern(name, (rule,)).rewritten(some[:SAMPLE])
            if all(one != text for one, text in zip(inner, some, strict=False)):
                yield Pattern(name, (rule,))
                for form, more in _formats(inner, known, notation):
                    yield Pattern(name, (rule,), (form,), more)


def _formats(texts: Sequence[str], known: Known, notation: Notation) -> Iterator[tuple[str, Notation]]:
    for form, more in date_blocks.declared_formats(texts[:SAMPLE], None, notation):
        if form not in known.formats and swapped(form) not in known.formats:
            yield form, more


def _nothing(known: Known, texts: Sequence[str]) -> Pattern | None:
    """The words that say that there is no value; of an expiration date only those that plainly do."""
    if known.column.name == examples.EXPIRES:
        words = tuple(text for text in texts if says_never(text))
        return Pattern(examples.EXPIRES, never=words) if words else None
    if known.column.kind in ("user", "credential_type") or not texts:
        return None
    said = is_placeholder(pd.Series(texts, dtype="str"))
    rules = tuple(Replace(known.column.name, text, "") for text, one in zip(texts, said, strict=True) if one)
    return Pattern(known.column.name, rules) if rules else None
