"""Rows of texts as JSON arrays, written as `json.dumps` does: all at once in Arrow, or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from json.encoder import encode_basestring_ascii

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credtools.model.digests import json_array

TEXT = pa.large_string()
OPENED, BETWEEN, CLOSED, NOTHING = (pa.scalar(text, TEXT) for text in ('["', '", "', '"]', ""))


def json_arrays(columns: Sequence[pd.Series[str] | None], count: int, first: Sequence[int | str] = ()) -> list[str]:
    """So many rows, each as `json_array` writes it; a column that isn't there (None) is blank."""
    try:
        cells = [NOTHING if one is None else _escaped(one) for one in columns]
    except UnicodeEncodeError:  # half a character (a lone surrogate), which Arrow can't hold
        cells = []
    if not cells or not count:
        every = zip(*(repeat("", count) if one is None else one.tolist() for one in columns), strict=True)
        return list(map(json_array, every if columns else repeat((), count), first or repeat(None, count)))
    opened = OPENED
    if len(first):
        before, after = pa.scalar("[", TEXT), pa.scalar(', "', TEXT)
        opened = pc.binary_join_element_wise(before, pa.array(first).cast(TEXT), after, NOTHING)
    joined = pc.binary_join_element_wise(*cells, BETWEEN)
    texts = pc.binary_join_element_wise(opened, joined, CLOSED, NOTHING)
    if isinstance(texts, pa.Scalar):  # all blank, and nothing before
        return [texts.as_py()] * count
    return texts.to_numpy(zero_copy_only=False).tolist()  # type: ignore[no-any-return]


def _escaped(column: pd.Series[str]) -> pa.LargeStringArray:
    """Texts with what JSON escapes; only texts in which there is something are looked at one by one."""
    texts = pa.array(column, from_pandas=True)
    texts = (texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts).cast(TEXT)
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(b"" if data is None else data, np.uint8)[ends[0] : ends[-1]]
    special = (letters < ord(" ")) | (letters > ord("~")) | (letters == ord('"')) | (letters == ord("\\"))
    if not special.any():
        return texts
    rows = np.searchsorted(ends - ends[0], np.flatnonzero(special), side="right") - 1
    rows = rows[np.diff(rows, prepend=-1) > 0]
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    plain = texts.take(pa.array(rows)).to_pylist()
    return pc.replace_with_mask(
        texts, pa.array(mask), pa.array([encode_basestring_ascii(text)[1:-1] for text in plain], TEXT)
    )
