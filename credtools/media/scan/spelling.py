"""Spelling: texts as they are compared, without what people write in several ways."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

KEPT = 8192  # lines of which it is remembered what they say: many are the same in each certificate of an issuer
CJK = "\u2e80"  # from here on marks are parts of letters (ガ isn't カ)
LOOSE = str.maketrans(
    {"ß": "ss", "ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "\u0131": "i", "ð": "d", "þ": "th"}
)


@lru_cache(maxsize=KEPT)
def plain(text: str) -> str:
    """A text in lower case without accents: 'Gültig bis' is 'gultig bis', 'Müller' 'muller', 'Weiß' 'weiss'."""
    text = text.casefold()
    if text.isascii():
        return text
    bare = "".join(
        one if one >= CJK else "".join(p for p in unicodedata.normalize("NFKD", one) if not unicodedata.combining(p))
        for one in text
    )
    return bare.translate(LOOSE).replace("’", "'")
