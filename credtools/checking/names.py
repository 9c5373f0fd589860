"""Names: who is meant by a person's name – only where exactly one user of the organisation has it, active or not.

Names are compared folded, and with a comma read as 'family name, given name': 'Okafor, Ben' is 'Ben Okafor'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from credtools.checking.alike import Alike
from credtools.checking.arrow_texts import as_arrow, fold_all, places
from credtools.model import BoolArray, IntArray

SEVERAL = -2  # in the place of a user's row
MOST_WORDS = 6  # of a name that is looked for within a text
LIKE_A_NAME = 80  # rapidfuzz ratio (0–100) below which another name is no suggestion


def name_keys(values: Any) -> pa.LargeStringArray:
    """Under which key each name is compared."""
    turned = pc.replace_substring_regex(fold_all(as_arrow(values)), r"^([^,]*[^, ]) ?, ?([^,]+)$", r"\2 \1")
    return pc.utf8_trim_whitespace(turned)


class Names:
    """The names of all users of an organisation, who have USER_COLUMNS."""

    def __init__(self, users: pd.DataFrame) -> None:
        self.users = users
        self.keys = name_keys(users["name"].astype("str"))
        self.active: BoolArray = np.asarray(users["status"] == "active")

    def find(self, values: Any) -> IntArray:
        """For each text the row of the only user of this name, -1 where there is none, SEVERAL where more have it."""
        keys = name_keys(values)
        found = places(keys, self.keys)
        found[(found >= 0) & np.asarray(pc.is_in(keys, value_set=self._shared))] = SEVERAL
        return found

    def called(self, name: str) -> list[int]:
        """The rows of all users of a name."""
        key = name_keys([name])[0]
        return np.flatnonzero(np.asarray(pc.equal(self.keys, key))).tolist() if key.as_py() else []

    def described(self, rows: Sequence[int]) -> list[str]:
        """By what each of some users is told apart: 'ana@example.org (00417, deactivated)'."""
        found = []
        for row in self.users.iloc[list(rows)].to_dict("records"):
            known = [str(row[name]) for name in ("email", "external_id") if pd.notna(row[name]) and row[name]]
            more = [*known[1:], *(["deactivated"] if row["status"] != "active" else [])]
            found.append(f"{known[0] if known else row['name']}" + (f" ({', '.join(more)})" if more else ""))
        return found

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """The names most like `name` that one active user has alone, best first; never applied by themselves.

        Where there are many, only those that begin or end like it are compared.
        """
        key = str(name_keys([name])[0])
        rows = self._usable[list(self._alike.places(key))]
        keys = self.keys.take(pa.array(rows)).to_pylist()
        best = process.extract(key, keys, scorer=fuzz.token_sort_ratio, limit=limit, score_cutoff=LIKE_A_NAME)
        return [str(self.users["name"].iloc[rows[k]]) for _, _, k in best]

    @cached_property
    def spoken(self) -> tuple[frozenset[str], int]:
        """All names of two words or more, as words with a blank between them, and how many words the longest has."""
        names = [re.findall(r"[^\W_]+", key) for key in self.keys.to_pylist()]
        some = [name for name in names if len(name) > 1]
        return frozenset(map(" ".join, some)), min(max(map(len, some), default=0), MOST_WORDS)

    @cached_property
    def _shared(self) -> pa.LargeStringArray:
        """The keys that several users have."""
        counted = pc.value_counts(self.keys)
        return counted.field("values").filter(pc.greater(counted.field("counts"), 1))

    @cached_property
    def _usable(self) -> IntArray:
        """The rows of active users whose names nobody else has."""
        alone = ~np.asarray(pc.is_in(self.keys, value_set=self._shared)) & np.asarray(pc.not_equal(self.keys, ""))
        return np.flatnonzero(alone & self.active)

    @cached_property
    def _alike(self) -> Alike:
        return Alike(self.keys.take(pa.array(self._usable)).to_pylist())
