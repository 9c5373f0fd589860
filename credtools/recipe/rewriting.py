"""Rewriting: rules that make another text of each text of a column, whatever its row.

What they look for – the `from` of `beginning`, `ending` and `within`, both ends of `take` – is found in any case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from credtools.recipe.step import Step, all_texts
from credtools.text import first_of, fold

CASES: dict[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower, "title": str.title}
CASES_SAID = {"upper": "in capital letters", "lower": "in small letters", "title": "With Capital Initials"}
MOST_DIGITS = 30
DIGITS = re.compile(r"\s*([0-9]+)(?:\.0)?\s*")
NAMED = 3
# What a rule may look for in a column that names persons: no letter or digit; a whole domain; a label like 'mailto:'; a
# code like 'E-'. All else may be (a part of) somebody's name, address or ID.
IMPERSONAL = re.compile(
    r"[\W_]*|@[\w.-]*|\W{0,2}(mailto|e-?mail|mail|smtp|sip|upn|user|login|id|nr|no)\W{1,3}|[a-z]{1,2}[-_/#]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rewriting(Step):
    """Makes another text of each text of its column."""

    def rewritten(self, text: str) -> str:
        """The text after the rule; the same where it doesn't apply."""
        raise NotImplementedError

    @property
    def said(self) -> str:
        """What it does, as the middle of a sentence: `‘#’ is taken off both ends`."""
        raise NotImplementedError

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of which it speaks."""
        return ()

    @property
    def names_nobody(self) -> bool:
        """Whether none of its texts can be a person's name, address or ID."""
        return all(IMPERSONAL.fullmatch(text) for text in self.texts)


@dataclass(frozen=True)
class Trim(Rewriting):
    """In `column`, these characters (and blanks) are taken off both ends."""

    characters: str = ""
    kind, example = "trim", "{column: credential_number, characters: '#'}"
    keys: ClassVar = {"characters": "characters"}
    optional = frozenset({"characters"})

    def rewritten(self, text: str) -> str:
        return text.strip().strip(self.characters + " ")

    @property
    def said(self) -> str:
        return f"‘{self.characters or ' '}’ is taken off both ends"


@dataclass(frozen=True)
class Case(Rewriting):
    """`column` is written in upper, lower or title case."""

    to: str
    kind, example = "case", "{column: credential_number, to: upper}"
    keys: ClassVar = {"to": "to"}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Step | None:
        return super().read(column, values) if values.get("to") in CASES else None

    def rewritten(self, text: str) -> str:
        return CASES[self.to](text)

    @property
    def said(self) -> str:
        return f"written {CASES_SAID[self.to]}"


@dataclass(frozen=True)
class Pad(Rewriting):
    """In `column`, numbers get the zeros in front back that they have lost: `to` digits (417, 417.0 → 00417)."""

    to: str
    kind, example = "pad", "{column: external_id, to: 5}"
    keys: ClassVar = {"to": "to"}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Step | None:
        to = str(values.get("to"))
        return super().read(column, values) if to.isdecimal() and 1 <= int(to[:4]) <= MOST_DIGITS else None

    def rewritten(self, text: str) -> str:
        number = DIGITS.fullmatch(text)
        return number[1].zfill(int(self.to)) if number else text

    @property
    def said(self) -> str:
        return f"zeros in front, up to {self.to} digits"


@dataclass(frozen=True)
class Exchange(Rewriting):
    """A part of each text of `column`, `old`, becomes `new`; never a blank `old`."""

    old: str
    new: str
    keys: ClassVar = {"from": "old", "to": "new"}
    place: ClassVar[str] = ""

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Step | None:
        return super().read(column, values) if values.get("from") else None

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.old, self.new)

    @property
    def said(self) -> str:
        becomes = f"becomes ‘{self.new}’" if self.new else "is taken away"
        return f"‘{self.old}’ {self.place} {becomes}"


@dataclass(frozen=True)
class Beginning(Exchange):
    """Where a text of `column` begins with `old`, that becomes `new`."""

    kind, example = "beginning", "{column: user_email, from: 'mailto:', to: ''}"
    place: ClassVar[str] = "at the beginning"

    def rewritten(self, text: str) -> str:
        found = _pattern(self.old).match(bare := text.strip())
        return (self.new + bare[found.end() :]).strip() if found else text


@dataclass(frozen=True)
class Ending(Exchange):
    """Where a text of `column` ends with `old`, that becomes `new`."""

    kind, example = "ending", "{column: user_email, from: '@old.example', to: '@example.org'}"
    place: ClassVar[str] = "at the end"

    def rewritten(self, text: str) -> str:
        bare = text.strip()
        found = _pattern(self.old, end=True).search(bare)
        return (bare[: found.start()] + self.new).strip() if found else text


@dataclass(frozen=True)
class Within(Exchange):
    """Wherever `old` is in a text of `column`, it becomes `new`."""

    kind, example = "within", "{column: credential_type, from: Trg, to: Training}"
    place: ClassVar[str] = "anywhere"

    def rewritten(self, text: str) -> str:
        bare = text.strip()
        return _pattern(self.old).sub(lambda _: self.new, bare) if _pattern(self.old).search(bare) else text


@dataclass(frozen=True)
class Take(Rewriting):
    """Of a text of `column` only what is after one text, or before another, or between both, where both are there."""

    after: str = ""
    before: str = ""
    kind, example = "take", "{column: user_email, after: '<', before: '>'}"
    keys: ClassVar = {"after": "after", "before": "before"}
    optional = frozenset({"after", "before"})

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Step | None:
        return super().read(column, values) if any(values.get(key) for key in cls.keys) else None

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.after, self.before)

    def rewritten(self, text: str) -> str:
        start, end = 0, len(text)
        if self.after:
            found = _pattern(self.after).search(text)
            start = found.end() if found else -1
        if self.before and start >= 0:
            found = _pattern(self.before).search(text, start)
            end = found.start() if found else -1
        taken = text[start:end].strip() if start >= 0 and end >= 0 else ""
        return taken or text

    @property
    def said(self) -> str:
        after, before = f"after ‘{self.after}’", f"before ‘{self.before}’"
        if self.after and self.before:
            return f"only what is between ‘{self.after}’ and ‘{self.before}’"
        return f"only what is {after if self.after else before}"


@dataclass(frozen=True)
class Spellings(Rewriting):
    """A text of `column` with the letters and digits of one of some values is written like it.

    Whatever its case, accents, blanks, marks and the order of its words.
    """

    values: tuple[str, ...]
    kind, example = "spellings", "{column: credential_type, of: [First Aid, Forklift]}"

    def written(self) -> dict[str, Any]:
        return {self.kind: {"column": self.column, "of": list(self.values)}}

    @classmethod
    def read(cls, column: str, values: Mapping[str, Any]) -> Spellings | None:
        words = values.get("of")
        if values.keys() != {"of"} or not isinstance(words, list) or not words or not all_texts(words):
            return None
        return cls(column, tuple(words)) if all(map(fingerprint, words)) else None

    def rewritten(self, text: str) -> str:
        known = _by_spelling(self.values)
        return next((known[key] for key in spellings(text) if key in known), text)

    @property
    def said(self) -> str:
        each = "it" if len(self.values) == 1 else "them"
        return f"other spellings of {first_of([f'‘{value}’' for value in self.values], NAMED)} are written like {each}"

    @property
    def names_nobody(self) -> bool:
        return False


REWRITING: tuple[type[Step], ...] = (Trim, Case, Pad, Beginning, Ending, Within, Take, Spellings)


def plain(text: str) -> str:
    """Folded, without accents: what is compared where only letters and digits count."""
    parts = unicodedata.normalize("NFKD", fold(text))
    return "".join(c for c in parts if not unicodedata.combining(c))


def fingerprint(text: str) -> str:
    """The words of a text in alphabetical order, without case, accents and marks; '' without letter or digit."""
    return " ".join(sorted(re.findall(r"[^\W_]+", plain(text))))


def spellings(text: str) -> Iterable[str]:
    """The keys under which a text is a spelling of another: its fingerprint, and its letters and digits in a row."""
    if found := fingerprint(text):
        yield found
        yield "".join(re.findall(r"[^\W_]+", plain(text)))


@lru_cache(maxsize=64)
def _by_spelling(values: tuple[str, ...]) -> dict[str, str]:
    """The value of each key; a key that two values share means neither."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for value in values:
        for key in spellings(value):
            if found.setdefault(key, value) != value:
                shared.add(key)
    return {key: value for key, value in found.items() if key not in shared}


@lru_cache(maxsize=256)
def _pattern(text: str, *, end: bool = False) -> re.Pattern[str]:
    return re.compile(re.escape(text) + ("\\Z" if end else ""), re.IGNORECASE)
