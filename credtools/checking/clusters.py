"""Clusters: values of a column that are nearly spelled alike, whether or not anything is wrong with them.

By the same letters and digits (fingerprint), then by nearest neighbours, as in OpenRefine; values with different
numbers in them are never alike. Each cluster is an offer: its rarer spellings become the most frequent one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from credtools.checking.certain import NUMBERS
from credtools.checking.hypotheses import right_values
from credtools.checking.one_column import Known
from credtools.checking.proposing import Proposal, judged
from credtools.model import IntArray
from credtools.recipe.pattern import Pattern
from credtools.recipe.rewriting import fingerprint
from credtools.recipe.steps import Replace
from credtools.text import fold

NEIGHBOURS = 88  # rapidfuzz ratio (0–100) from which two values are one
SHORTEST = 4  # letters of values that are compared: of shorter ones each letter counts
MOST_COMPARED = 2_000  # distinct values; of more only the fingerprints are compared


def clusters(known: Known) -> list[Proposal]:
    """The clusters of a column, that of most rows first; none of a column of persons, dates or numbers."""
    column, distinct = known.column, known.distinct
    if column.kind not in ("text", "credential_type", "choice", "name") or column.name.endswith("_number"):
        return []
    places = [k for k, text in enumerate(distinct.texts) if fingerprint(text)]
    right = {fold(value) for value in right_values(known)}
    offers = []
    for group in _groups([distinct.texts[k] for k in places]):
        mine = [places[k] for k in group]
        ranked = sorted(mine, key=lambda k: (fold(distinct.texts[k]) not in right, -int(distinct.count[k]), k))
        kept, others = distinct.texts[ranked[0]], [k for k in ranked[1:] if fold(distinct.texts[k]) not in right]
        rules = {fold(distinct.texts[k]): Replace(column.name, distinct.texts[k], kept) for k in others}
        if others:
            offers.append((Pattern(column.name, tuple(rules.values())), np.array(others, dtype=np.int64)))
    return sorted(judged(known, offers), key=lambda one: -one.rows)


def _groups(texts: Sequence[str]) -> list[list[int]]:
    """The places of texts that are alike, two or more each."""
    by_print: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        by_print.setdefault(fingerprint(text), []).append(place)
    keys = list(by_print)
    root = list(range(len(keys)))
    if len(keys) <= MOST_COMPARED:
        for one, other in _neighbours(keys).tolist():
            first, second = _root(root, one), _root(root, other)
            root[max(first, second)] = min(first, second)
    found: dict[int, list[int]] = {}
    for place, key in enumerate(keys):
        found.setdefault(_root(root, place), []).extend(by_print[key])
    return [sorted(some) for some in found.values() if len(some) > 1]


def _neighbours(keys: Sequence[str]) -> IntArray:
    """Pairs of places of keys that are near, with the same numbers in them."""
    near = process.cdist(keys, keys, scorer=fuzz.ratio, score_cutoff=NEIGHBOURS, dtype=np.uint8)
    pairs = np.argwhere(np.triu(near, 1) > 0)
    same = [
        min(len(keys[one]), len(keys[other])) >= SHORTEST and NUMBERS.findall(keys[one]) == NUMBERS.findall(keys[other])
        for one, other in pairs.tolist()
    ]
    return pairs[np.array(same, dtype=np.bool_)]


def _root(root: list[int], place: int) -> int:
    while root[place] != place:
        place = root[place]
    return place
