"""Certain: which changes may be offered although nobody has asked for them – those that are nothing but slips.

Another number, grade or word is another value, however near it looks; so is what could as well be something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz.distance import DamerauLevenshtein

from credtools.checking.one_column import Known
from credtools.recipe.rewriting import plain
from credtools.schema.words import Column
from credtools.text import fold

MOST_LETTERS, OF_LETTERS = 2, 5  # that differ in all; one of so many
NUMBERS, WORDS = re.compile(r"\d+"), re.compile(r"[^\W_]+")
GRADES = re.compile(r"[^\W\d_]|[ivx]+")  # 'Class A', 'Level II'
CONTRARY = frozenset(
    (
        *("not", "no", "non", "without", "except", "kein", "keine", "nicht"),
        *("ohne", "sans", "pas", "senza", "sin", "sem", "niet"),
    )
)
# What may stand after an address that is taken out of a text: marks, and a name in brackets.
NAME_AFTER = re.compile(r"\W*(\([^\W\d_][\w\s.,'-]*\)\W*)?")


def changes_no_number(column: Column, old: str, new: str) -> bool:
    """Whether a value keeps its numbers and grades; of a day they are only written otherwise, zeros in front are none.

    An address may be taken out of a text that holds nothing else but names and marks.
    """
    if column.kind == "date":
        return True
    if column.kind == "user" and "@" in new and (place := old.casefold().find(new.casefold())) >= 0:
        return NAME_AFTER.fullmatch(old[place + len(new) :]) is not None
    if column.kind == "user" and "@" in new:  # a name before it may hold anything; what follows the address may not
        return _numbers(old.rpartition("<")[2]) == _numbers(new)
    return _numbers(old) == _numbers(new) and (_squeezed(old) == _squeezed(new) or _grades(old) == _grades(new))


def near(old: str, new: str) -> bool:
    """Whether one text is the other but for a slip: two letters or one in five, no word more or less."""
    one, other = fold(old), fold(new)
    if one.lstrip("0").removesuffix(".0") == other.lstrip("0"):
        return True
    if len(one.split()) != len(other.split()) or _numbers(one) != _numbers(other) or _grades(one) != _grades(other):
        return False
    letters = DamerauLevenshtein.distance(one, other, score_cutoff=MOST_LETTERS)
    if letters > MOST_LETTERS or letters * OF_LETTERS > max(len(one), len(other)) + 1:
        return False
    return letters < MOST_LETTERS or not (one.endswith(other) or other.endswith(one))  # 'Unqualified'


def plainly_near(known: Known, pairs: Mapping[str, str]) -> dict[str, str]:
    """Those of some old → new that are near, and near to nothing else; of persons no two become one."""
    some = {old: new for old, new in pairs.items() if known.column.kind == "date" or near(old, new)}
    if known.column.kind == "date":
        return some
    meant = Counter(fold(new) for new in {fold(old): new for old, new in some.items()}.values())
    one_each = known.column.kind != "user"
    return {old: new for old, new in some.items() if (one_each or meant[fold(new)] == 1) and not _tied(known, old, new)}


def taught(column: Column, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those from which a rule may be read off: numbers stay, and each word of the new text is (nearly) in the old."""
    return {old: new for old, new in pairs if changes_no_number(column, old, new) and _words_stay(column, old, new)}


def _words_stay(column: Column, old: str, new: str) -> bool:
    if column.kind in ("user", "date"):
        return True
    before, after = WORDS.findall(fold(old)), WORDS.findall(fold(new))
    if not CONTRARY.isdisjoint(set(before) ^ set(after)):
        return False
    return all(any(_alike(word, other) for other in before) for word in after) or _squeezed(old) == _squeezed(new)


def _alike(one: str, other: str) -> bool:
    """Whether two words are nearly one: few letters differ, or one is short for the other ('lvl')."""
    if DamerauLevenshtein.distance(one, other, score_cutoff=MOST_LETTERS) <= MOST_LETTERS:
        return True
    return one[:3] == other[:3] and (one.startswith(other) or other.startswith(one))


def _tied(known: Known, old: str, new: str) -> bool:
    """Whether another existing value is as near."""
    others = _existing(known, old)
    key = fold(old)
    far = DamerauLevenshtein.distance(key, fold(new))
    rivals = {fold(one) for one in others} - {fold(new)}
    return any(
        DamerauLevenshtein.distance(key, one, score_cutoff=far) <= far and _numbers(one) == _numbers(key)
        for one in rivals
    )


def _existing(known: Known, old: str) -> Sequence[str]:
    if known.column.kind == "credential_type":
        return [str(name) for name in known.lookups.types["name"]]
    if known.column.kind == "user" and "@" in old:
        return known.lookups.nearest_users(old, limit=20)
    return known.column.choices if known.column.kind != "user" else known.lookups.names.nearest(old)


def _numbers(text: str) -> list[str]:
    return [number.lstrip("0") for number in NUMBERS.findall(fold(text))]


def _grades(text: str) -> list[str]:
    return sorted(word for word in WORDS.findall(plain(text)) if GRADES.fullmatch(word))


def _squeezed(text: str) -> str:
    return "".join(WORDS.findall(plain(text)))
