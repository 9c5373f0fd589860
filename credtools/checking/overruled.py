"""Overruled: where a rule for a kind of value makes another user or type of one that exists as the file says it.

A rule that was taught by examples (`ending`, `take`, `extract` …) also applies to what comes later. Once a type or a
user exists whose name it would change, nobody can know which of the two is meant. Rules for single values (`replace`,
`map`, `aliases`) say so themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credtools.checking import parse
from credtools.model import IntArray, Table
from credtools.recipe import Mapped, Rewriting, Step, follow, single_values
from credtools.recipe.steps import Extract
from credtools.text import fold

Find = Callable[[Any], IntArray]  # for each text its place among users or types, below 0 for none


def overruled(
    table: Table, mapped: Mapped, rules: Sequence[Step], known: dict[str, tuple[Find, pd.DataFrame]]
) -> dict[str, Any]:
    """The columns `overruled` (what the file says) and `overruled_as` (what a rule makes of it), '' for all other rows.

    `known`: per column how its texts are found, and among what.
    """
    marks = []
    for name, (find, frame) in known.items():
        of_column = [rule for rule in rules if rule.column == name]
        heading = mapped.sources.get(name, "")
        if heading in table.frame and any(isinstance(rule, Rewriting | Extract) for rule in of_column):
            marks.append(_marked(table.frame[heading], mapped.frame[name], of_column, find, frame))
    rows = len(table.lines)
    columns = [pa.repeat(pa.scalar("", pa.large_string()), rows)] * 2
    for places, said, made in marks:
        which = np.zeros(rows, dtype=np.bool_)
        which[places] = True
        columns = [
            pc.replace_with_mask(column, pa.array(which), pa.array(some, pa.large_string()))
            for column, some in zip(columns, (said, made), strict=True)
        ]
    return {"overruled": parse.column(columns[0]), "overruled_as": parse.column(columns[1])}


def _marked(
    raw: pd.Series, now: pd.Series, rules: Sequence[Step], find: Find, known: pd.DataFrame
) -> tuple[IntArray, list[str], list[str]]:
    """The rows of one column, what the file says there and what it became; a correction by hand is a person's own."""
    codes, found = pd.factorize(raw)
    texts = pd.Series(found, dtype="str")
    changed = follow(rules, texts.to_frame(rules[0].column))[0][rules[0].column]
    single = {fold(old) for rule in rules for old, _ in single_values(rule)}
    before, after = find(texts), find(changed)
    exists = np.append((known["status"] == "active").to_numpy(), [False])[np.where(before < 0, -1, before)]
    other = exists & (after >= 0) & (after != before) & ~texts.map(fold).isin(single).to_numpy()
    rows = np.flatnonzero(other[codes])
    rows = rows[now.iloc[rows].to_numpy() == changed.iloc[codes[rows]].to_numpy()]
    return rows, texts.iloc[codes[rows]].tolist(), changed.iloc[codes[rows]].tolist()
