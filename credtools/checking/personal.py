"""Personal: which texts may not become a part of a recipe, because they name somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable

from credtools.checking.lookups import Lookups
from credtools.text import fold

ADDRESS = re.compile(r"[^\s@<>()]@[^\W_]")
WORDS = re.compile(r"[^\W_]+")


def naming(texts: Iterable[str], lookups: Lookups) -> frozenset[str]:
    """Which of some texts hold an e-mail address, or the name of a user (two words or more, in either order)."""
    return frozenset(text for text in dict.fromkeys(texts) if ADDRESS.search(text) or _name_within(text, lookups))


def _name_within(text: str, lookups: Lookups) -> bool:
    words = WORDS.findall(fold(text))
    known, most = lookups.names.spoken
    for start in range(len(words) - 1):
        for end in range(start + 2, min(start + most, len(words)) + 1):
            some = words[start:end]
            turned = (some, [*some[1:], some[0]], [some[-1], *some[:-1]])
            if any(" ".join(one) in known for one in turned):
                return True
    return False
