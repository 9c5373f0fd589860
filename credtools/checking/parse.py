"""Parsing: one column of a file → its distinct texts, what each is worth, and the typed value it stands for.

Each distinct text is judged once, and texts that are plain (see `texts.unusual`) are judged all at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credtools.checking.arrow_texts import as_arrow, fold_all, fold_numbers, matching, unusual, with_texts
from credtools.checking.days import NOT_A_DAY, read_days, says_never, swapped_days
from credtools.model import BoolArray, IntArray, StateArray
from credtools.recipe import Status
from credtools.schema.dates import DateFormat, date_format
from credtools.schema.destroyed import BEGINS, DESTROYED
from credtools.schema.evidence import swapped
from credtools.schema.notation import PLAIN, Notation
from credtools.schema.words import LONGEST, STATES, Column
from credtools.text import fold

# C0 and C1 controls other than TAB, LF and CR; zero-width and direction marks.
UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\U000e0000-\U000e007f]"
)
ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}  # their letters pass for each other
STATE = {name: code for code, name in enumerate(STATES)}
FLAGS = {"yes": True, "true": True, "y": True, "1": True, "no": False, "false": False, "n": False, "0": False}
TEXT: Any = pd.StringDtype("pyarrow", na_value=np.nan)


@dataclass(frozen=True)
class MadeOf:
    """All that the cells of a column follow from, once the table and the schema are given.

    `texts`: the column as it came (None: it has no heading); `formats`: how dates are written; `date_cells`: texts that
    stand for real date cells of a spreadsheet, and so for those dates in whatever format; `by_id`: how users are named;
    `status`: what the words of a status mean; `never`: the folded words that say that there is no such date;
    `notation`: what the source declares of years and names; `valueless`: texts of errors in a spreadsheet, and of
    formulas whose value wasn't saved.
    """

    texts: pa.LargeStringArray | None
    formats: tuple[str, ...] = ()
    date_cells: Mapping[str, date | None] = field(default_factory=dict)
    by_id: bool = False
    status: Status | None = None
    never: frozenset[str] = frozenset()
    notation: Notation = PLAIN
    valueless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cells:
    """One column: per row the place of its text (`codes`) among the distinct ones; the rest per distinct text.

    Of a text column whose cells nearly all differ, each cell counts as distinct.
    """

    kind: str
    codes: npt.NDArray[Any]
    texts: pa.LargeStringArray
    states: StateArray
    values: Any
    other_days: npt.NDArray[np.datetime64] | None  # what a date means in another declared format
    as_they_came: pa.LargeStringArray | None  # the column's own array, while it equals `texts` row by row
    made_of: MadeOf

    @cached_property
    def state(self) -> StateArray:
        """Per row what its cell is worth."""
        state: StateArray = self.states[self.codes]
        return state

    @cached_property
    def swapped_days(self) -> npt.NDArray[np.datetime64]:
        """Per row of dates the day with day and month the other way round, where some date here can only mean that."""
        found, unread = np.full(len(self.states), NOT_A_DAY, "M8[s]"), self.states == STATE["malformed"]
        for text in self.made_of.formats if unread.any() else ():
            if swapped(text) not in self.made_of.formats:
                read = np.where(self.states == STATE["given"], self.values.to_numpy(), NOT_A_DAY)
                days = swapped_days(self.texts, read, unread, date_format(text, self.made_of.notation))
                found = found if days is None else np.where(np.isnat(found), days, found)
        if self.made_of.date_cells:  # real dates of a spreadsheet, of which the day is known
            found[np.isin(self.texts.to_numpy(zero_copy_only=False), list(self.made_of.date_cells))] = NOT_A_DAY
        per_row: npt.NDArray[np.datetime64] = found[self.codes]
        return per_row

    def is_(self, *names: str) -> BoolArray:
        """Which rows' cells are in one of these states."""
        wanted = np.isin(self.states, [STATE[name] for name in names])
        return wanted[self.codes] if wanted.any() else np.zeros(len(self.codes), dtype=np.bool_)

    def numbers(self, rows: IntArray) -> tuple[IntArray, int]:
        """For these rows an equal number for an equal value, 0 for none; and how many numbers there may be."""
        codes = self.codes[rows]
        if self.values is not self.texts:
            of_text = pd.factorize(self.values)[0].astype(np.int64) + 1
            return of_text[codes], len(of_text) + 1
        encoded = self.texts.take(pa.array(codes)).dictionary_encode()
        numbers = np.asarray(encoded.indices).astype(np.int64) + 1
        return np.where(self.states[codes] == STATE["given"], numbers, 0), len(encoded.dictionary) + 1

    def keys(self, rows: IntArray) -> pa.LargeStringArray:
        """Under which keys the numbers in these rows are the same; '' where none is given."""
        given = pa.array(self.states[self.codes[rows]] == STATE["given"])
        return pc.if_else(given, fold_numbers(self.texts.take(pa.array(self.codes[rows]))), "")

    def columns(self, name: str) -> dict[str, Any]:
        """As rules read it: `name`, `name_text`, `name_state`, some also `_key`; of dates `_other`, `_swapped`."""
        text = self.texts.take(pa.array(self.codes)) if self.as_they_came is None else self.as_they_came
        is_text = self.values is self.texts
        value = column(masked(text, self.is_("given"))) if is_text else self.values.take(self.codes)
        found = {name: value, f"{name}_text": column(text), f"{name}_state": category(self.state, STATES)}
        if self.kind == "name":
            found[f"{name}_key"] = column(fold_all(self.texts).take(pa.array(self.codes)))
        if self.kind == "date":
            days = self.other_days
            found[f"{name}_other"] = np.full(len(self.codes), NOT_A_DAY, "M8[s]") if days is None else days[self.codes]
            found[f"{name}_swapped"] = self.swapped_days
        return found


def judge(column: Column, made_of: MadeOf, is_record: BoolArray, silent: BoolArray | None = None) -> Cells:
    """The cells of a column; rows that are no records are `unjudged`, blank ones that are `silent` are `absent`."""
    codes: npt.NDArray[Any]
    as_they_came: pa.LargeStringArray | None
    if made_of.texts is None:
        codes, texts = np.zeros(len(is_record), dtype=np.int32), as_arrow([""])
        as_they_came = pa.repeat(pa.scalar("", pa.large_string()), len(is_record))
        states = np.array([STATE["absent"]], dtype=np.int8)
    else:
        as_they_came = made_of.texts
        mostly_different = column.kind == "text" and _mostly_different(as_they_came)
        codes, texts = _distinct(as_they_came, each_counts=mostly_different)
        keep_blanks = column.kind == "id" or (column.kind == "user" and made_of.by_id)  # external ids are only trimmed
        plain, hidden = _read(texts, keep_blanks=keep_blanks, address=column.kind in ("user", "name"))
        if plain is not texts:  # texts that differed only by blanks are one now
            places, texts = _distinct(plain, each_counts=mostly_different)
            as_they_came, codes, hidden = None, places[codes], places[hidden]
        states = np.where(np.asarray(pc.equal(pc.binary_length(texts), 0)), STATE["blank"], STATE["given"]).astype("i1")
        states[hidden] = STATE["unreadable"]
        states[np.asarray(pc.greater(pc.utf8_length(texts), LONGEST))] = STATE["unreadable"]
        if column.kind != "status":  # whose words the recipe gives a meaning
            states[_damaged(texts, made_of.valueless)] = STATE["damaged"]
    nothing = np.zeros_like(is_record) if silent is None else silent & (states == STATE["blank"])[codes]
    for state, rows in (("absent", nothing), ("unjudged", ~is_record)):
        if rows.any():
            as_they_came, codes = None, np.where(rows, len(texts), codes).astype(np.int32)
            texts = pa.concat_arrays([texts, as_arrow([""])])
            states = np.append(states, np.int8(STATE[state]))
    meant = (states == STATE["given"]) | ((states == STATE["blank"]) & (column.kind == "status"))  # '' may be a word
    values, other_days = _values(column, texts, meant, made_of)
    if values is not texts:
        unread = (states == STATE["given"]) & np.asarray(pd.isna(values))
        states[unread] = STATE["malformed"]
        if dayless := [text for text, day in made_of.date_cells.items() if day is None]:
            states[unread & np.isin(texts.to_numpy(zero_copy_only=False), dayless)] = STATE["incomplete"]
    if made_of.never:
        said = says_never(texts, made_of.never)
        said &= np.isin(states, [STATE[name] for name in ("given", "malformed", "blank")])
        states[said], values[said] = STATE["never"], pd.NaT
        if other_days is not None:
            other_days[said] = NOT_A_DAY
    return Cells(column.kind, codes, texts, states, values, other_days, as_they_came, made_of)


def _damaged(texts: pa.LargeStringArray, valueless: frozenset[str]) -> IntArray:
    """The places of texts that are what a spreadsheet left of a value."""
    damaged = matching(texts, DESTROYED, BEGINS)
    if not valueless:
        return damaged
    broken = sorted({" ".join(text.split()) for text in valueless} | valueless)
    return np.union1d(damaged, np.flatnonzero(pc.is_in(texts, as_arrow(broken))))


def _mostly_different(texts: pa.LargeStringArray) -> bool:
    some = texts.slice(0, 1000)
    return len(pc.unique(some)) > 0.9 * len(some)


def _distinct(texts: pa.LargeStringArray, *, each_counts: bool) -> tuple[npt.NDArray[Any], pa.LargeStringArray]:
    """The place of each text among the distinct ones; `each_counts`: nearly all are, so none is looked for."""
    if each_counts:
        return np.arange(len(texts), dtype=np.int32), texts
    encoded = texts.dictionary_encode()
    return np.asarray(encoded.indices), encoded.dictionary


def _read(texts: pa.LargeStringArray, *, keep_blanks: bool, address: bool) -> tuple[pa.LargeStringArray, IntArray]:
    """The texts without blanks that don't count, and the places of those that can't be read, which stay as they are."""
    other: dict[int, str] = {}
    unreadable: list[int] = []
    places = unusual(texts)
    for place, text in zip(places.tolist(), texts.take(pa.array(places)).to_pylist(), strict=True):
        if not _is_readable(text, address=address):
            unreadable.append(place)
            continue
        squeezed = text.strip() if keep_blanks else " ".join(text.split())
        if squeezed != text:
            other[place] = squeezed
    return with_texts(texts, other), np.array(unreadable, dtype=np.int64)


def _is_readable(text: str, *, address: bool) -> bool:
    """No characters that nobody sees; in an e-mail address no letters of two alphabets that look alike."""
    if UNREADABLE.search(text):
        return False
    if text.isascii() or not address or "@" not in text:
        return True
    return len(alphabets(unicodedata.normalize("NFKC", text)) & ALPHABETS) <= 1


def alphabets(text: str) -> set[str]:
    """Of which alphabets its letters are: LATIN, GREEK."""
    return {unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha()}


# --- typed values -------------------------------------------------------------------------------------------


def _values(
    column: Column, texts: pa.LargeStringArray, given: BoolArray, made_of: MadeOf
) -> tuple[Any, npt.NDArray[np.datetime64] | None]:
    """Per distinct text its value, missing where it has none, and its other day; `texts` themselves for texts."""
    if column.kind == "date":
        return read_days(texts, given, made_of.formats, made_of.notation, made_of.date_cells)
    parse = _parser(column, made_of.status)
    if parse is None:
        return texts, None
    found = [parse(text) if ok else None for text, ok in zip(texts.to_pylist(), given.tolist(), strict=True)]
    dtype: Any = {"flag": "boolean", "whole": "Int64"}.get(column.kind, "str")
    return pd.array(found, dtype=dtype), None


def _parser(column: Column, status: Status | None) -> Callable[[str], Any] | None:
    """What makes a typed value of a text, or None where the text is the value; it gives None for a malformed text."""
    if column.kind == "choice":
        choices = {fold(choice): choice for choice in column.choices}
        return lambda text: choices.get(fold(text))
    if column.kind == "flag":
        return lambda text: FLAGS.get(text.casefold())
    if column.kind == "whole":
        return lambda text: int(found[1]) if (found := re.fullmatch(r"(\d{1,9})(?:\.0+)?", text)) else None
    if column.kind == "status":
        meanings = {fold(word): word for word in column.choices} | (status.meanings if status else {})
        return lambda text: meanings.get(fold(text))
    return _format_or_none if column.kind == "format" else None


def _format_or_none(text: str) -> str | None:
    with suppress(ValueError):
        return DateFormat(text).text
    return None


# --- arrays of a frame --------------------------------------------------------------------------------------


def column(texts: pa.LargeStringArray) -> Any:
    """Texts as a column of a frame."""
    return TEXT.__from_arrow__(texts)


def masked(texts: pa.LargeStringArray, known: BoolArray) -> pa.LargeStringArray:
    """`texts` where they are known, without copying them."""
    if known.all():
        return texts
    if not known.any() or texts.offset:
        return pc.if_else(pa.array(known), texts, None)
    _, offsets, data = texts.buffers()
    bits = pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.LargeStringArray.from_buffers(len(texts), offsets, data, bits)


def category(codes: npt.NDArray[Any], names: Sequence[str]) -> pd.Categorical:
    """Named states of rows; -1 is none."""
    dtype = pd.CategoricalDtype(pd.Index(list(names), dtype="str"))
    return pd.Categorical.from_codes(codes.astype(np.int8, copy=False), dtype=dtype, validate=False)
