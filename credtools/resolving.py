"""Resolving: cells → the named, typed columns that rules read (see `fields`). Each distinct value is judged once."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credtools.dates import DateFormat, date_format
from credtools.fields import STATES, Column
from credtools.lookups import Lookups, fold
from credtools.model import IntArray, Table
from credtools.recipes import USER_COLUMN, Mapped, Recipe

# C0 and C1 controls other than TAB, LF and CR; zero-width and direction marks.
UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\U000e0000-\U000e007f]"
)
ALPHABETS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}  # their letters pass for each other
STATE = {name: code for code, name in enumerate(STATES)}
FLAGS = {"yes": True, "true": True, "y": True, "1": True, "no": False, "false": False, "n": False, "0": False}
NEEDS = ("required", "optional", "never")
USER_STATUS = ("active", "deactivated", "unknown")
NEEDED_BY_TYPE = {
    "issue_date": "type_issue",
    "expiration_date": "type_expiry",
    "credential_number": "type_number",
}
DATE_OF_TYPE = {"issue_date": "type_issue", "expiration_date": "type_expiry"}
CORE = {
    "user_email",
    "external_id",
    "credential_type",
    "issue_date",
    "expiration_date",
    "credential_number",
    "media",
}


@dataclass(frozen=True)
class Resolved:
    """The resolved frame and what was assumed to make it."""

    frame: pd.DataFrame
    used: frozenset[str]
    user_column: str
    date_formats: Mapping[str, tuple[str, ...]]
    date_formats_from: Mapping[str, str]
    needed_by_type: Mapping[str, str]
    needed_by_every_type: Mapping[str, bool]


def resolve(table: Table, mapped: Mapped, recipe: Recipe, columns: Sequence[Column], lookups: Lookups) -> Resolved:
    """All columns that rules may read, one row per record, with a RangeIndex."""
    user_column = USER_COLUMN[recipe.match_users_by]
    used = recipe.columns_in_use(columns)
    formats, formats_from = _formats_in_force(recipe, columns, lookups)
    is_record = table.fields == table.expected_fields
    data: dict[str, Any] = {
        "line": table.lines,
        "fields": table.fields,
        "expected_fields": np.full(len(table.lines), table.expected_fields),
    }
    for column in columns:
        cells = mapped.frame.get(column.name)
        parse = _parser(column, formats.get(column.name, ()))
        data |= _cells(column, cells, is_record, parse, by_id=recipe.match_users_by == "external_id")
    if {"credential_type", "issue_date", "expiration_date"} <= used:
        data |= _users(data, user_column, recipe.match_users_by, lookups)
        data |= _types(data, lookups)
        _drop_unused_dates(data)
        data["today"] = np.full(len(table.lines), np.datetime64(lookups.today, "s"))
        data["same_day_expiry"] = np.full(len(table.lines), lookups.settings.same_day_expiry)
        data |= _credentials(data, [c.name for c in columns if c.name not in CORE])
    active = lookups.types[lookups.types["status"] == "active"]
    return Resolved(
        frame=pd.DataFrame(data, copy=False),
        used=used,
        user_column=user_column,
        date_formats=formats,
        date_formats_from=formats_from,
        needed_by_type={k: v for k, v in NEEDED_BY_TYPE.items() if k in used},
        needed_by_every_type={
            "issue_date": len(active) > 0 and bool((active["issue"] == "required").all()),
            "expiration_date": len(active) > 0 and bool((active["expiry"] == "required").all()),
            "credential_number": len(active) > 0 and bool(active["numbered"].astype(bool).all()),
        },
    )


def _formats_in_force(
    recipe: Recipe, columns: Sequence[Column], lookups: Lookups
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The date formats of each date column, and who set them: recipe → profile → organisation."""
    fallback, origin = lookups.settings.date_format, "organisation"
    if lookups.profile_date_format:
        fallback, origin = lookups.profile_date_format, "profile"
    dates = [column.name for column in columns if column.kind == "date"]
    formats = {name: recipe.formats(name) or (fallback,) for name in dates}
    return formats, {name: "recipe" if recipe.formats(name) else origin for name in dates}


# --- one column ---------------------------------------------------------------------------------------------

Parse = Callable[[str], Any]


def _parser(column: Column, formats: tuple[str, ...]) -> Parse | None:
    """What makes a typed value of a text, or None where the text is the value; it gives None for a malformed text."""
    if column.kind == "date":
        compiled = [date_format(text) for text in formats]
        return lambda text: next((day for f in compiled if (day := f.parse(text)) is not None), None)
    if column.kind == "choice":
        choices = {fold(choice): choice for choice in column.choices}
        return lambda text: choices.get(fold(text))
    if column.kind == "flag":
        return lambda text: FLAGS.get(text.casefold())
    if column.kind == "whole":
        return lambda text: int(text) if re.fullmatch(r"\d{1,9}", text) else None
    if column.kind == "format":
        return _format_or_none
    return None


def _format_or_none(text: str) -> str | None:
    try:
        return DateFormat(text).text
    except ValueError:
        return None


def _cells(
    column: Column,
    cells: pd.Series | None,
    is_record: npt.NDArray[np.bool_],
    parse: Parse | None,
    *,
    by_id: bool,
) -> dict[str, Any]:
    name, rows = column.name, len(is_record)
    if cells is None:
        codes, uniques = np.zeros(rows, dtype=np.int64), [""]
        states = [STATE["absent"]]
    else:
        codes, uniques = _factorize(cells)
        address = column.kind in ("user", "name")
        states = [STATE["given"] if _is_readable(text, address=address) else STATE["unreadable"] for text in uniques]
    keep_blanks = column.kind == "id" or (column.kind == "user" and by_id)  # external ids are only trimmed
    texts = [
        text if state == STATE["unreadable"] else text.strip() if keep_blanks else " ".join(text.split())
        for text, state in zip(uniques, states, strict=True)
    ]
    values: list[Any] = list(texts) if parse is None else [None] * len(texts)
    for k, text in enumerate(texts):
        if states[k] == STATE["given"]:
            if not text:
                states[k], values[k] = STATE["blank"], None
            elif parse is not None:
                values[k] = parse(text)
                states[k] = STATE["malformed"] if values[k] is None else STATE["given"]
        else:
            values[k] = None
    typed = _typed(column, values)
    # One more distinct "value" for the rows whose cells can't be told apart.
    codes = np.where(is_record, codes, len(texts))
    found = {
        name: typed.take(codes),
        f"{name}_text": pd.array([*texts, ""], dtype="str").take(codes),
        f"{name}_state": _category(np.array([*states, STATE["unjudged"]])[codes], STATES),
    }
    if column.kind == "name":
        found[f"{name}_key"] = pd.array([*map(fold, texts), ""], dtype="str").take(codes)
    return found


def _is_readable(text: str, *, address: bool) -> bool:
    """No characters that nobody sees; in an e-mail address no letters of two alphabets that look alike."""
    if UNREADABLE.search(text):
        return False
    if text.isascii() or not address or "@" not in text:
        return True
    letters = (c for c in unicodedata.normalize("NFKC", text) if c.isalpha())
    return len({unicodedata.name(c, "").partition(" ")[0] for c in letters} & ALPHABETS) <= 1


def _factorize(cells: pd.Series) -> tuple[IntArray, list[str]]:
    codes, uniques = pd.factorize(cells)
    return codes.astype(np.int64), [str(value) for value in uniques]


def _typed(column: Column, values: list[Any]) -> Any:
    """The distinct values as an array of the column's type, with one missing value at the end."""
    values = [*values, None]
    if column.kind == "date":
        return pd.array(np.array(values, dtype="datetime64[D]").astype("datetime64[s]"))
    if column.kind in ("flag", "whole"):
        return pd.array(values, dtype="boolean" if column.kind == "flag" else "Int64")
    return pd.array(values, dtype="str")


# --- what the lookups know ----------------------------------------------------------------------------------


def _users(data: Mapping[str, Any], user_column: str, by: str, lookups: Lookups) -> dict[str, Any]:
    codes, uniques = _factorize(pd.Series(data[f"{user_column}_text"]))
    place = lookups.find_users(uniques, by)[codes]
    place = np.where(_is(data, user_column, "given"), place, -1)
    known = place >= 0
    active = (lookups.users["status"] == "active").to_numpy()
    status = np.where(known, np.where(_take(active, place), 0, 1), 2)
    since = pd.to_datetime(lookups.users["deactivated_on"]).to_numpy("datetime64[s]")
    return {
        "user_id": np.where(known, _take(lookups.users["id"].to_numpy(), place), -1),
        "user_status": _category(np.where(_is(data, user_column, "given"), status, -1), USER_STATUS),
        "user_since": np.where(known, _take(since, place), np.datetime64("NaT")),
    }


def _types(data: Mapping[str, Any], lookups: Lookups) -> dict[str, Any]:
    codes, uniques = _factorize(pd.Series(data["credential_type_text"]))
    place = lookups.find_types(uniques)[codes]
    given = _is(data, "credential_type", "given")
    place = np.where(given, place, -1)
    types = lookups.types
    numbered = types["numbered"].astype(bool).to_numpy()
    active = (types["status"] == "active").to_numpy()
    known = place >= 0
    status = np.where(known, np.where(_take(active, place), 0, 1), 2)
    of_type = {
        "type_issue": types["issue"].tolist(),
        "type_expiry": types["expiry"].tolist(),
        "type_number": ["required" if flag else "optional" for flag in numbered.tolist()],
    }
    return {
        "type_id": np.where(known, _take(types["id"].to_numpy(), place), -1),
        "type_status": _category(np.where(given, status, -1), USER_STATUS),
        **{
            name: _category(np.where(known, _take(np.array([NEEDS.index(v) for v in values]), place), -1), NEEDS)
            for name, values in of_type.items()
        },
    }


def _drop_unused_dates(data: dict[str, Any]) -> None:
    """A date that the type never has is neither judged nor stored (the schema warns of it)."""
    for name, of_type in DATE_OF_TYPE.items():
        given = np.isin(np.asarray(data[f"{name}_state"].codes), [STATE["given"], STATE["malformed"]])
        unused = np.asarray(data[of_type] == "never") & given
        if unused.any():
            values = data[name].copy()
            values[unused] = None
            data[name] = values
            data[f"{name}_state"] = _category(np.where(unused, STATE["unused"], data[f"{name}_state"].codes), STATES)


def _credentials(data: Mapping[str, Any], own_columns: list[str]) -> dict[str, Any]:
    """Which credential a row speaks of, and what it says: equal numbers for equal things, missing where unknown."""
    number = pd.Series(data["credential_number"]).fillna("")
    numbered = np.asarray(data["type_number"] == "required")
    number_key = number.where(numbered, "")
    own = _own(data, own_columns)
    identity_known = (
        np.asarray(data["user_status"] == "active")
        & np.asarray(data["type_status"] == "active")
        & (~numbered | _is(data, "credential_number", "given"))
    )
    content_known = identity_known & ~_is(data, "credential_number", "unreadable")
    for name, of_type in DATE_OF_TYPE.items():
        missing = _is(data, name, "blank") | _is(data, name, "absent")
        content_known &= ~(missing & np.asarray(data[of_type] == "required"))
        content_known &= ~(_is(data, name, "malformed") | _is(data, name, "unreadable"))
    for name in own_columns:
        content_known &= ~(_is(data, name, "malformed") | _is(data, name, "unreadable"))
    credential = pd.DataFrame({"u": data["user_id"], "t": data["type_id"], "n": number_key})
    content = pd.DataFrame({"i": data["issue_date"], "e": data["expiration_date"], "n": number, "o": own})
    return {
        "number_key": number_key.astype("str").array,
        "own": pd.array(own, dtype="str"),
        "credential": np.where(identity_known, _group_numbers(credential), np.nan),
        "content": np.where(content_known, _group_numbers(content), np.nan),
    }


def _own(data: Mapping[str, Any], own_columns: list[str]) -> list[str]:
    rows = len(data["line"])
    if not own_columns:
        return ["{}"] * rows
    values = [[_plain(value) for value in pd.Series(data[name]).tolist()] for name in own_columns]
    return [
        json.dumps({k: v for k, v in zip(own_columns, row, strict=True) if v is not None}, sort_keys=True)
        for row in zip(*values, strict=True)
    ]


def _plain(value: Any) -> Any:
    """A resolved value as JSON knows it: a date as YYYY-MM-DD, None where there is none."""
    if pd.isna(value):
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


def _group_numbers(frame: pd.DataFrame) -> IntArray:
    return np.asarray(frame.groupby(list(frame.columns), dropna=False, sort=False).ngroup(), dtype=np.int64)


def _category(codes: npt.NDArray[Any], names: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(codes.astype(np.int8), categories=pd.Index(names))


def _is(data: Mapping[str, Any], column: str, state: str) -> npt.NDArray[np.bool_]:
    return np.asarray(data[f"{column}_state"].codes == STATE[state], dtype=np.bool_)


def _take(values: npt.NDArray[Any], place: IntArray) -> npt.NDArray[Any]:
    """`values` at `place`; any value where place is -1 (the caller masks those)."""
    return values[np.where(place >= 0, place, 0)] if len(values) else np.zeros(len(place), dtype=values.dtype)


def as_date(value: Any) -> date | None:
    """A resolved date as a `date`, None where it is missing."""
    return None if pd.isna(value) else pd.Timestamp(value).date()
