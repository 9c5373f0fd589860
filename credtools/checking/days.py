"""Days: the texts of a date column → days, all at once where their format is common; and words that say *never*."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credtools.checking.arrow_texts import fold_all, text_bytes
from credtools.model import BoolArray
from credtools.schema.dates import DateFormat, date_format
from credtools.schema.evidence import swapped
from credtools.schema.notation import Notation

NOT_A_DAY = np.datetime64("NaT", "D")
# Formats of digits and single separators, whose usual width is that of DD/MM/YYYY.
DIGITS_ONLY = re.compile(r"(DD?|MM?|YYYY)[-/.](DD?|MM?|YYYY)[-/.](DD?|MM?|YYYY)")
USUAL = {"Y": "YYYY", "M": "MM", "D": "DD"}


def read_days(
    texts: pa.LargeStringArray,
    given: BoolArray,
    formats: Sequence[str],
    notation: Notation,
    date_cells: Mapping[str, date | None],
) -> tuple[Any, npt.NDArray[np.datetime64] | None]:
    """The day of each text in the first format that reads it, and the day that another format reads, if another one."""
    days = np.full(len(texts), NOT_A_DAY, "M8[s]")
    other = days.copy() if len(formats) > 1 else None
    places = np.flatnonzero(given)
    some = texts.take(pa.array(places))
    for text in formats:
        read, before = parse_days(some, date_format(text, notation)), days[places]
        if other is not None:
            differs = ~np.isnat(read) & ~np.isnat(before) & (read != before) & np.isnat(other[places])
            other[places[differs]] = read[differs]
        days[places] = np.where(np.isnat(before), read, before)
    for place in places.tolist() if date_cells else ():
        if (known := date_cells.get(texts[place].as_py())) is not None:
            days[place] = np.datetime64(known, "s")
            if other is not None:
                other[place] = NOT_A_DAY
    return pd.array(days), other


def swapped_days(
    texts: pa.LargeStringArray, read: npt.NDArray[np.datetime64], unread: BoolArray, form: DateFormat
) -> npt.NDArray[np.datetime64] | None:
    """The days of texts with day and month the other way round, where they are dates both ways.

    None unless one of the `unread` texts can only be read that way: it shows that the others may mean it, too.
    """
    other = date_format(swapped(form.text), form.notation)
    if other.text == form.text or np.isnat(parse_days(texts.filter(pa.array(unread)), other)).all():
        return None
    days, mine = parse_days(texts, other), parse_days(texts, form)
    days[np.isnat(mine) | (mine != read) | (days == mine)] = NOT_A_DAY
    return days


def parse_days(texts: pa.LargeStringArray, form: DateFormat) -> npt.NDArray[np.datetime64]:
    """`form.parse` of each text, NaT for None; common formats all at once (a property test proves it equal)."""
    found = np.full(len(texts), NOT_A_DAY, "M8[s]")
    ends, data = text_bytes(texts)
    usual = np.diff(ends) == len("DD/MM/YYYY") if DIGITS_ONLY.fullmatch(form.text) else np.zeros(len(texts), np.bool_)
    other = np.flatnonzero(~usual)
    found[other] = [form.parse(text) for text in texts.take(pa.array(other)).to_pylist()]
    if usual.any():
        written = np.array(list("".join(USUAL.get(token[0], token) for token in form.tokens)))
        letters = data[ends[:-1][usual][:, None] + np.arange(len(written))]
        numbers, digits = letters.astype(np.int64) - ord("0"), np.isin(written, list(USUAL))
        good = ((numbers[:, digits] >= 0) & (numbers[:, digits] <= 9)).all(axis=1)
        good &= (letters[:, ~digits] == [ord(mark) for mark in written[~digits]]).all(axis=1)
        year, month, day = (numbers[:, written == name] @ 10 ** np.arange(len(USUAL[name]))[::-1] for name in "YMD")
        first = ((year - 1970) * 12 + month - 1).astype("M8[M]")
        beyond = (first + np.timedelta64(1, "M")).astype("M8[D]")
        days = first.astype("M8[D]") + (day - 1).astype("m8[D]")
        good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (days < beyond)
        found[usual] = np.where(good, days, NOT_A_DAY)
    return found


def says_never(texts: pa.LargeStringArray, words: frozenset[str]) -> BoolArray:
    """Which texts are one of the folded words, and so say that there is no such date."""
    return np.asarray(pc.is_in(fold_all(texts), value_set=pa.array(sorted(words), pa.large_string())))
