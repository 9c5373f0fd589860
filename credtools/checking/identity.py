"""Identity: which credential a row speaks of, and what else the file says about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credtools.checking import parse
from credtools.checking.expiry import DATE_OF_TYPE, EXPIRES
from credtools.checking.parse import STATE, Cells
from credtools.checking.standing import Standing
from credtools.model import BoolArray, IntArray
from credtools.schema.placeholders import is_placeholder

UNUSABLE = ("malformed", "unreadable", "damaged", "incomplete")
LARGEST = 2**62  # numbers that are put together stay below it


def identities(
    data: Mapping[str, Any],
    by_name: Mapping[str, Cells],
    unused: Mapping[str, BoolArray],
    own_columns: Sequence[str],
    standing: Standing,
    rejected: BoolArray,
) -> dict[str, Any]:
    """Which credential and version a row speaks of, and what others of this file say of them.

    Rows that are left out, or whose status means nothing, belong to no others, nor do those that a person has rejected;
    those that are withdrawn need no dates, and never say the same as one that stands.
    """
    numbered = np.asarray(data["type_number"] == "required")
    number = by_name["credential_number"]
    keys = number.keys(np.flatnonzero(numbered))
    own, own_numbers = _own(data, by_name, own_columns)
    identified = np.asarray(data["user_status"] == "active") & np.asarray(data["type_status"] == "active")
    identified &= (~numbered | number.is_("given")) & ~standing.left_out & ~standing.unclear
    complete = identified & ~rejected & ~number.is_("unreadable", "damaged")
    for name, of_type in DATE_OF_TYPE.items():
        needed = np.asarray(data[of_type] == "required") & ~standing.withdrawn
        complete &= ~(np.isin(data[f"{name}_state"].codes, [STATE["blank"], STATE["absent"]]) & needed)
        complete &= ~by_name[name].is_(*UNUSABLE) | unused[name]
    for name in own_columns:
        complete &= ~by_name[name].is_(*UNUSABLE)
    rows = np.arange(len(numbered))
    ids = [(data[name] + 1, int(data[name].max(initial=0)) + 2) for name in ("user_id", "type_id")]
    of_identity = np.zeros(len(rows), dtype=np.int64)
    of_identity[numbered], different = _numbers(keys)
    credential = _joined(*ids, (of_identity, different))
    issued, days = by_name["issue_date"].numbers(rows)
    version = _joined(credential, (np.where(unused["issue_date"], 0, issued), days))[0]
    first, contents = np.arange(len(rows)), complete.astype(np.int64)
    alike = rows[complete]
    alike = alike[pd.Series(version[alike]).duplicated(keep=False).to_numpy()]
    if len(alike):
        until = pd.factorize(data[EXPIRES][alike])[0].astype(np.int64) + 1, len(alike) + 1
        stands = (standing.withdrawn[alike].astype(np.int64), 2)
        content = _joined(until, _numbers(number.keys(alike)), (own_numbers[alike], len(rows) + 1), stands)[0]
        same = pd.DataFrame({"version": version[alike], "content": content, "row": alike})
        first[alike] = same.groupby(["version", "content"])["row"].transform("first")
        contents[alike] = same.groupby("version")["content"].transform("nunique")
    return {
        "number_key": parse.column(_placed(keys, numbered)),
        "own": own,
        "credential": pd.arrays.IntegerArray(credential[0], ~identified),
        "version": pd.arrays.IntegerArray(version, ~complete),
        "content": pd.arrays.IntegerArray(first, ~complete),
        "contents": contents,
        "number_count": _counted(credential[0], number, identified & ~numbered & (contents <= 1)),
        "again": complete & (first != rows),
    }


def _counted(credential: IntArray, number: Cells, counted: BoolArray) -> IntArray:
    """How many numbers these rows' credentials have in their rows; 0 for others, and where the number may be none."""
    found = np.zeros(len(credential), dtype=np.int64)
    rows = np.flatnonzero(counted & number.is_("given"))
    found[rows] = 1
    rows = rows[pd.Series(credential[rows]).duplicated(keep=False).to_numpy()]
    texts = pd.Series(parse.column(number.texts.take(pa.array(number.codes[rows]))))
    none = is_placeholder(texts).to_numpy()
    found[rows[none]] = 0
    rows = rows[~none]
    codes = pd.factorize(credential[rows])[0].astype(np.int64)
    pairs = _joined((codes, len(rows) + 1), _numbers(number.keys(rows)))[0]
    found[rows] = np.bincount(codes, weights=~pd.Series(pairs).duplicated())[codes]
    return found


def _numbers(keys: pa.LargeStringArray) -> tuple[IntArray, int]:
    """An equal number for an equal key, 0 for none; and how many numbers there may be."""
    encoded = keys.dictionary_encode()
    numbers = np.asarray(encoded.indices).astype(np.int64) + 1
    return np.where(np.asarray(pc.equal(keys, "")), 0, numbers), len(encoded.dictionary) + 1


def _placed(texts: pa.LargeStringArray, rows: BoolArray) -> pa.LargeStringArray:
    """The texts in these rows, '' in the others."""
    blank = pa.repeat(pa.scalar("", pa.large_string()), len(rows))
    return pc.replace_with_mask(blank, pa.array(rows), texts) if len(texts) else blank


def _own(data: Mapping[str, Any], by_name: Mapping[str, Cells], own_columns: Sequence[str]) -> tuple[Any, IntArray]:
    """An organisation's own columns as JSON, and an equal number for equal ones."""
    rows = np.arange(len(data["line"]))
    if not own_columns:
        return parse.column(pa.repeat(pa.scalar("{}", pa.large_string()), len(rows))), np.zeros_like(rows)
    codes, _ = pd.factorize(_joined(*(by_name[name].numbers(rows) for name in own_columns))[0])
    _, examples = np.unique(codes, return_index=True)
    columns = [[_plain(value) for value in pd.Series(data[name]).iloc[examples].tolist()] for name in own_columns]
    texts = [
        json.dumps({k: v for k, v in zip(own_columns, row, strict=True) if v is not None}, sort_keys=True)
        for row in zip(*columns, strict=True)
    ]
    return parse.column(pa.array(texts, pa.large_string()).take(pa.array(codes))), codes.astype(np.int64)


def _joined(first: tuple[IntArray, int], *more: tuple[IntArray, int]) -> tuple[IntArray, int]:
    """One number per row, equal where all the numbers are; each comes with how many there may be."""
    number, size = first
    for other, many in more:
        if size * many >= LARGEST:
            codes, uniques = pd.factorize(number)
            number, size = codes.astype(np.int64), len(uniques) + 1
        number, size = number * many + other, size * many
    return number, size


def _plain(value: Any) -> Any:
    """A resolved value as JSON knows it: a date as YYYY-MM-DD, None where there is none."""
    if pd.isna(value):
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value
