"""Hints: whether a text has to be looked at, said quickly, as nearly all texts of nearly all people have not.

Of each word of each term the longest part that JSON writes as it is must be there. What isn't ASCII counts only where
it may become a letter of such a part: `ß` becomes `ss`, a full-width letter its plain one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from credtools.text import fold

PLAIN = re.compile(r"[!#-\[\]-~]+")  # is in JSON as it is
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
ANY = "\\u"
SURROGATES = range(0xD800, 0xE000)


What = TypeVar("What")


@dataclass(frozen=True)
class Hints:
    """`parts`: by term what of it must be in a text; `blind`: whether a term may hide in whatever isn't ASCII."""

    parts: tuple[tuple[str, ...], ...]
    blind: bool

    @classmethod
    def of(cls, terms: Iterable[str]) -> Hints:
        """Those of some terms; blank ones aren't looked for."""
        parts = [_parts(words) for words in (fold(term).split() for term in terms) if words]
        return cls(tuple(filter(None, parts)), not all(parts))

    def may_be_in(self, text: str) -> bool:
        """Whether one of the terms may be in a text, or in one that JSON writes so."""
        return bool(self._needles(text))

    def among(self, text: str, rows: Iterable[tuple[What, str]]) -> Iterator[tuple[What, str]]:
        """Those of the rows of which a text is made in which one of the terms may be."""
        if needles := self._needles(text):
            for row in rows:
                lowered = row[1].lower()
                for needle in needles:
                    if needle in lowered or (needle == ANY and not lowered.isascii()):
                        yield row
                        break

    def _needles(self, text: str) -> list[str]:
        """What a row of a text must have one of, in small letters, to be looked at; ANY: whatever isn't ASCII."""
        lowered = text.lower()
        found = [max(some, key=len) for some in self.parts if all(part in lowered for part in some)]
        if text.isascii():
            if "\\u" not in text:
                return found
        elif self.blind or any(_becomes_plain(sign) for sign in set(text) if not sign.isascii()):
            found.append(ANY)
        escaped = {one.lower() for one in set(ESCAPED.findall(text))}
        return found + [f"\\u{one}" for one in escaped if self.blind or _becomes_plain(chr(int(one, 16)))]


def _parts(words: list[str]) -> tuple[str, ...]:
    """Of each word its longest part; what is made of marks alone that JSON escapes may be anywhere."""
    parts = tuple(max(found, key=len) for word in words if (found := PLAIN.findall(word)))
    return parts or (("",) if all(map(str.isascii, words)) else ())


@lru_cache(4_096)
def _becomes_plain(sign: str) -> bool:
    """Whether a character that isn't ASCII becomes one that is; of half a character nobody knows."""
    if ord(sign) in SURROGATES:
        return True
    return any(one.isascii() and not one.isspace() for one in unicodedata.normalize("NFKC", sign).casefold())
