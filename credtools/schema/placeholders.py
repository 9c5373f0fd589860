"""Placeholders: what people write where there is nothing to write; never taken for blank by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Folded. What pandas takes for missing (`read_csv`, na_values), and its like in forms.
PLACEHOLDERS = frozenset(
    (
        "n/a",
        "na",
        "n.a.",
        "n.a",
        "n/k",
        "none",
        "null",
        "nil",
        "nan",
        "no",
        "unknown",
        "not known",
        "tbd",
        "tba",
        "pending",
    )
)


def is_placeholder(texts: pd.Series) -> pd.Series:
    """Which texts are one of PLACEHOLDERS, or have neither letter nor digit; False where there is none."""
    some = pa.array(texts, pa.large_string(), from_pandas=True)
    found = np.array(pc.is_in(pc.utf8_lower(some), value_set=pa.array(sorted(PLACEHOLDERS), pa.large_string())))
    odd = np.flatnonzero(pc.fill_null(pc.invert(pc.match_substring_regex(some, "[0-9A-Za-z]")), fill_value=False))
    if len(odd):  # a pattern for letters of all alphabets is dear
        found[odd] |= np.asarray(pc.match_substring_regex(some.take(pa.array(odd)), r"^[^\pL\pN]+$"))
    return pd.Series(found, index=texts.index)
