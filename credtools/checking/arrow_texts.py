"""Texts of a column as one Arrow array: what is plain is judged all at once, what is not text by text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from credtools.model import IntArray
from credtools.text import fold, fold_number


def as_arrow(values: Any) -> pa.LargeStringArray:
    """Texts as one Arrow array; missing ones become ''."""
    array = pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return pc.fill_null(array.cast(pa.large_string()), "")


def text_bytes(values: pa.LargeStringArray) -> tuple[IntArray, npt.NDArray[np.uint8]]:
    """Where each text begins and the last one ends, and the UTF-8 of all of them."""
    _, offsets, data = values.buffers()
    if len(values) == 0 or data is None:
        return np.zeros(len(values) + 1, dtype=np.int64), np.zeros(0, dtype=np.uint8)
    ends = np.frombuffer(offsets, np.int64)[values.offset : values.offset + len(values) + 1]
    return ends - ends[0], np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]


def matching(values: pa.LargeStringArray, pattern: str, letters: bytes) -> IntArray:
    """The places of texts that match a pattern, which all begin with one of these letters."""
    ends, found = text_bytes(values)
    filled = np.flatnonzero(np.diff(ends))
    some = filled[np.isin(found[ends[filled]], list(letters))]
    return some[np.asarray(pc.match_substring_regex(values.take(pa.array(some)), pattern), dtype=np.bool_)]


def unusual(values: pa.LargeStringArray) -> IntArray:
    """The places of texts that need a look: other than printable ASCII, or with blanks at an end or side by side."""
    ends, found = text_bytes(values)
    blank = found == ord(" ")
    odd = (found < ord(" ")) | (found > ord("~"))
    odd[1:] |= blank[1:] & blank[:-1]
    filled = np.flatnonzero(np.diff(ends))
    for at in (ends[filled], ends[filled + 1] - 1):
        odd[at] |= blank[at]
    return np.unique(np.searchsorted(ends, np.flatnonzero(odd), side="right") - 1)


def fold_all(values: pa.LargeStringArray) -> pa.LargeStringArray:
    """`fold` of each text; what is plain all at once."""
    return with_texts(pc.ascii_lower(values), {k: fold(values[k].as_py()) for k in unusual(values).tolist()})


def fold_numbers(values: pa.LargeStringArray) -> pa.LargeStringArray:
    """`fold_number` of each text; what is plain all at once."""
    plain = pc.ascii_lower(values)
    several = pc.or_(pc.match_substring(plain, " "), pc.match_substring(plain, "--"))  # which few have
    plain = pc.replace_with_mask(plain, several, pc.replace_substring_regex(plain.filter(several), "[- ]+", "-"))
    plain = pc.ascii_trim(plain, "-")
    plain = pc.if_else(pc.equal(plain, ""), values, plain)
    return with_texts(plain, {k: fold_number(values[k].as_py()) for k in unusual(values).tolist()})


def with_texts(values: pa.LargeStringArray, texts: Mapping[int, str]) -> pa.LargeStringArray:
    """`values` with other texts in some places (ascending)."""
    if not texts:
        return values
    mask = np.zeros(len(values), dtype=np.bool_)
    mask[list(texts)] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array(texts.values(), pa.large_string()))


def places(keys: pa.LargeStringArray, known: pa.LargeStringArray) -> IntArray:
    """For each key its place among the known ones, or -1; nothing is known by a blank."""
    found = np.asarray(pc.fill_null(pc.index_in(keys, value_set=known), -1), dtype=np.int64)
    found[np.asarray(pc.equal(pc.binary_length(keys), 0))] = -1
    return found
