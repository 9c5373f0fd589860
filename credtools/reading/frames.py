"""A DataFrame → Table, as if it had been a file: what is made by a program is read and checked like any export."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from credtools.model import Reading, Table
from credtools.reading.headings import frame_names, squeeze


def from_frame(frame: pd.DataFrame, name: str = "DataFrame") -> Table:
    """The table of a frame; its row k counts as line k + 2, after a heading on line 1.

    Missing values become empty cells, dates YYYY-MM-DD, whole floats lose their '.0'; all else is its text.
    """
    headings = [squeeze(str(label)) for label in frame.columns]
    names = frame_names(headings, len(headings))
    columns = [pd.Series([_text(value) for value in frame.iloc[:, k]], dtype="str") for k in range(len(names))]
    cells = pd.DataFrame(dict(enumerate(columns)))
    cells.columns = pd.Index(names, dtype="str")
    reading = Reading(
        encoding="utf-8",
        delimiter=None,
        lines=len(frame) + 1,
        heading_line=1,
        heading_lines=(1,),
        headings=tuple(headings),
    )
    content = cells.to_csv(index=False).encode("utf-8", "surrogatepass")
    return Table(
        frame=cells,
        lines=np.arange(2, len(frame) + 2, dtype=np.int64),
        fields=np.full(len(frame), len(names), dtype=np.int64),
        expected_fields=len(names),
        reading=reading,
        sha256=hashlib.sha256(content).hexdigest(),
        name=name,
    )


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)
