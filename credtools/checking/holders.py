"""Holders: numbers of one type that two people hold, in the file or beside what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from credtools.checking.arrow_texts import as_arrow, fold_numbers
from credtools.model import Changes, NewVersion, Review
from credtools.schema.placeholders import is_placeholder
from credtools.text import fold_number


def other_holders(review: Review, changes: Changes, stored: Iterable[tuple[int, str, int]]) -> dict[int, int]:
    """Row → another user who holds its number: by another row that is ready and valid, or, where it is news, as stored.

    `stored`: (type, number, user) of what counts, for at least the numbers of `changes.writes`.
    """
    holders: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for kind, number, user in stored:
        holders[kind, fold_number(number)].add(user)
    found: dict[int, int] = {}
    for one in changes.writes if holders else ():
        others = holders[one.key.type_id, fold_number(one.content.number)] - {one.key.user_id}
        found |= {one.row: min(others)} if others else {}
    return found | _in_the_file(review)


def numbers_of(writes: Iterable[NewVersion]) -> tuple[set[str], set[str]]:
    """The numbers of some versions as others are likely to have written them, and their keys; no placeholders."""
    every = pd.Series([one.content.number for one in writes if one.content.number], dtype="str")
    every = every[~is_placeholder(every)]
    keys = fold_numbers(as_arrow(every))
    return {*every.tolist(), *pc.utf8_upper(keys).to_pylist()}, set(keys.to_pylist())


def _in_the_file(review: Review) -> dict[int, int]:
    frame = review.resolved
    numbers = frame["credential_number"]
    rows = np.flatnonzero(review.passed & ~review.withdrawn & (numbers.notna() & ~is_placeholder(numbers)).to_numpy())
    keys = fold_numbers(as_arrow(numbers.iloc[rows])).dictionary_encode()
    numbered = np.asarray(keys.indices).astype(np.int64)
    kinds, users = (frame[name].to_numpy()[rows] for name in ("type_id", "user_id"))
    group = pd.factorize(kinds * (len(keys.dictionary) + 1) + numbered)[0]
    by_group = pd.Series(users).groupby(group)
    low, high = by_group.transform("min").to_numpy(), by_group.transform("max").to_numpy()
    shared = np.flatnonzero(low != high)
    others = np.where(users == low, high, low)
    return dict(zip(rows[shared].tolist(), others[shared].tolist(), strict=True))
