"""Identity: which credential and which version of it a row speaks of, and what else the file says about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from credtools.checking import parse
from credtools.checking.parse import Cells
from credtools.checking.texts import as_arrow
from credtools.model import BoolArray, IntArray

DATE_OF_TYPE = {"issue_date": "type_issue", "expiration_date": "type_expiry"}
LARGEST = 2**62  # numbers that are put together stay below it


def credentials(
    data: Mapping[str, Any], by_name: Mapping[str, Cells], unused: Mapping[str, BoolArray], own_columns: Sequence[str]
) -> dict[str, Any]:
    """Which credential and version a row speaks of, and whether others of this file say the same."""
    number = by_name["credential_number"]
    numbered = np.asarray(data["type_number"] == "required")
    own, own_numbers = _own(data, by_name, own_columns)
    identified = np.asarray(data["user_status"] == "active") & np.asarray(data["type_status"] == "active")
    identified &= ~numbered | number.is_("given")
    complete = identified & ~number.is_("unreadable")
    for name, of_type in DATE_OF_TYPE.items():
        complete &= ~(by_name[name].is_("blank", "absent") & np.asarray(data[of_type] == "required"))
        complete &= ~by_name[name].is_("malformed", "unreadable") | unused[name]
    for name in own_columns:
        complete &= ~by_name[name].is_("malformed", "unreadable")
    rows = np.arange(len(numbered))
    ids = [(data[name] + 1, int(data[name].max(initial=0)) + 2) for name in ("user_id", "type_id")]
    of_identity = np.zeros(len(rows), dtype=np.int64)
    of_identity[numbered], different = number.numbers(rows[numbered])
    credential = _joined(*ids, (of_identity, different))
    version = _joined(credential, _day_numbers("issue_date", by_name, unused, rows))[0]
    first, contents = np.arange(len(rows)), complete.astype(np.int64)
    alike = rows[complete]
    alike = alike[pd.Series(version[alike]).duplicated(keep=False).to_numpy()]
    if len(alike):
        until = _day_numbers("expiration_date", by_name, unused, alike)
        content = _joined(until, number.numbers(alike), (own_numbers[alike], len(rows) + 1))[0]
        same = pd.DataFrame({"version": version[alike], "content": content, "row": alike})
        first[alike] = same.groupby(["version", "content"])["row"].transform("first")
        contents[alike] = same.groupby("version")["content"].transform("nunique")
    return {
        "number_key": _number_key(number, numbered),
        "own": own,
        "credential": pd.arrays.IntegerArray(credential[0], ~identified),
        "version": pd.arrays.IntegerArray(version, ~complete),
        "content": pd.arrays.IntegerArray(first, ~complete),
        "contents": contents,
        "again": complete & (first != rows),
    }


def _day_numbers(
    name: str, by_name: Mapping[str, Cells], unused: Mapping[str, BoolArray], rows: IntArray
) -> tuple[IntArray, int]:
    numbers, how_many = by_name[name].numbers(rows)
    return np.where(unused[name][rows], 0, numbers), how_many


def _number_key(number: Cells, numbered: BoolArray) -> Any:
    """The number where it belongs to the identity, else ''."""
    if not numbered.any():
        return parse.column(pa.repeat(pa.scalar("", pa.large_string()), len(numbered)))
    texts = pa.concat_arrays([as_arrow([""]), number.texts])
    return parse.column(texts.take(pa.array(np.where(numbered & number.is_("given"), number.codes + 1, 0))))


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
