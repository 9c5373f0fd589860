"""Others: columns of types, media, numbers of credentials and words from a list, by their cells."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from credtools.checking.lookups import Lookups
from credtools.checking.meant.under import Under
from credtools.checking.meant.words import names_persons, of_a_number, says_nothing, speaks_against, speaks_for
from credtools.text import fold

MEDIUM = re.compile(r"[^;|\n]+\.(pdf|jpe?g|png|tiff?|heic)", re.IGNORECASE)
NUMBER = re.compile(r"(?=.*\d)[\w ./#-]{2,40}")
FIRST_DIGIT = re.compile(r"\d")
NUMBER_SHARE, DIFFERENT = 0.9, 0.5
OF_A_TYPE = 0.9  # of the numbers of a type, that begin alike
FEW_TYPES, FEW_OF_TYPE = 3, 3
ENDS_OF_MEDIA, PROBED = 0.8, 10


def types_among(columns: Sequence[Under], lookups: Lookups) -> dict[str, Mapping[str, int]]:
    """Per heading the texts of its sample that are credential types, each with its row in the lookups."""
    texts = list(dict.fromkeys(text for one in columns for text in one.sample))
    known = _types(texts, lookups)
    return {one.heading: {text: known[text] for text in one.sample if text in known} for one in columns}


def types_said(under: Under, lookups: Lookups) -> Mapping[str, int]:
    """The same of all texts of one column."""
    return _types(list(under.counts), lookups)


def _types(texts: Sequence[str], lookups: Lookups) -> dict[str, int]:
    if not texts:
        return {}
    places = lookups.find_types(texts).tolist()
    return {text: place for text, place in zip(texts, places, strict=True) if place >= 0}


def could_be_types(under: Under) -> bool:
    """Whether it could hold types that nobody knows: words, several of them again and again, and of nobody's name."""
    sample, heading = under.sample, under.heading
    words = under.share({text: 0 for text in sample if any(c.isalpha() for c in text)}) >= NUMBER_SHARE
    about = names_persons(heading) or speaks_against(heading, "credential_type")
    return words and not about and len(sample) <= DIFFERENT * sum(sample.values())


def media_under(under: Under) -> str:
    """Why a column names files; '' where it doesn't."""
    if not any(map(_names_files, list(under.sample)[:PROBED])):
        return ""
    if under.share(dict.fromkeys(filter(_names_files, under.sample))) < ENDS_OF_MEDIA:
        return ""
    said, filled = under.said(dict.fromkeys(filter(_names_files, under.counts)))
    return f"{said:,} of {filled:,} are names of files"


def _names_files(text: str) -> bool:
    return all(MEDIUM.fullmatch(part.strip()) for part in text.split(";") if part.strip())


def chosen_under(under: Under, choices: Sequence[str]) -> str:
    """Why a column holds words of a list; '' where it doesn't."""
    words = {fold(choice) for choice in choices}
    known = {text: 0 for text in under.counts if fold(text) in words}
    said, filled = under.said(known)
    return f"{said:,} of {filled:,} are on the list" if filled and said >= NUMBER_SHARE * filled else ""


def is_numbers(under: Under) -> bool:
    """Whether it could hold the numbers of credentials: digits in nearly all, and few twice."""
    sample = under.sample
    cells = sum(sample.values())
    if not cells or len(sample) < DIFFERENT * cells:
        return False
    return under.share({text: 0 for text in sample if NUMBER.fullmatch(text)}) >= NUMBER_SHARE and not _counting(sample)


def _counting(texts: Mapping[str, int]) -> bool:
    """Whether they are 1, 2, 3 …: of the rows."""
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal()]
    steps = Counter(b - a for a, b in itertools.pairwise(numbers))
    return len(numbers) == len(texts) and bool(steps) and steps.most_common(1)[0][1] > NUMBER_SHARE * len(numbers)


def number_rank(heading: str) -> int:
    """How much a heading speaks for numbers of credentials: 2 by its words, 1 as of any number, 0 not at all."""
    if speaks_for(heading, "credential_number"):
        return 2
    if speaks_against(heading, "credential_number"):
        return -1
    return 1 if of_a_number(heading) else 0 if says_nothing(heading) else -1


def follows_types(under: Under, types: Under, known: Mapping[str, int], numbered: frozenset[int]) -> str:
    """Why a column depends on the type, as numbers of credentials do; '' where it doesn't.

    Those of each type begin alike and unlike the others', or only types that are numbered have any.
    """
    begins: dict[int, Counter[str]] = defaultdict(Counter)
    filled, rows = Counter[int](), Counter[int]()
    for text, named in zip(under.some_rows, types.some_rows, strict=True):
        kind = known.get(named, -1)
        rows[kind] += kind >= 0
        if text and kind >= 0:
            filled[kind] += 1
            begins[kind][FIRST_DIGIT.split(text, maxsplit=1)[0]] += 1
    common = {k: words.most_common(1)[0] for k, words in begins.items() if words.total() >= FEW_OF_TYPE}
    alike = {word for word, _ in common.values() if word.strip()}
    if len(common) >= FEW_TYPES and len(alike) == len(common):
        cells = sum(begins[k].total() for k in common)
        if sum(count for _, count in common.values()) >= OF_A_TYPE * cells:
            return f"different numbers, which begin with {', '.join(repr(w) for w in sorted(alike)[:3])} by the type"
    with_number = sum(rows[k] for k in rows if k in numbered)
    has = sum(filled[k] for k in filled if k in numbered)
    others, have = sum(rows.values()) - with_number, sum(filled[k] for k in filled if k not in numbered)
    if with_number >= FEW_OF_TYPE and has >= 0.8 * with_number and others >= FEW_OF_TYPE and have <= 0.1 * others:
        return "filled where the type is numbered, and blank elsewhere"
    return ""
