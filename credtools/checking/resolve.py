"""Resolving: cells → the named, typed columns that rules read (see `fields`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from credtools.checking import parse
from credtools.checking.lookups import Lookups
from credtools.checking.parse import NOT_A_DAY, STATE, Cells, MadeOf, category
from credtools.checking.texts import as_arrow
from credtools.model import BoolArray, IntArray, Table
from credtools.recipe import USER_COLUMN, Mapped, Recipe
from credtools.schema.words import STATES, Column

NEEDS = ("required", "optional", "never")
USER_STATUS = ("active", "deactivated", "unknown")
NEEDED_BY_TYPE = {
    "issue_date": "type_issue",
    "expiration_date": "type_expiry",
    "credential_number": "type_number",
}
DATE_OF_TYPE = {"issue_date": "type_issue", "expiration_date": "type_expiry"}
CORE = {*("user_email", "external_id", "credential_type"), *NEEDED_BY_TYPE, "media"}
GROUPS = ("credential", "version", "content")
LARGEST = 2**62  # numbers that are put together stay below it


@dataclass(frozen=True)
class Resolved:
    """The resolved frame, the same column by column, and what was assumed to make it."""

    frame: pd.DataFrame
    data: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, Any]]
    cells: Mapping[str, Cells]
    used: frozenset[str]
    user_column: str
    date_formats: Mapping[str, tuple[str, ...]]
    date_formats_from: Mapping[str, str]
    needed_by_type: Mapping[str, str]
    needed_by_every_type: Mapping[str, bool]


def resolve(
    table: Table,
    mapped: Mapped,
    recipe: Recipe,
    columns: Sequence[Column],
    lookups: Lookups,
    before: Resolved | None = None,
) -> Resolved:
    """All columns that rules may read, one row per record, with a RangeIndex.

    `before`: how the same table was resolved by the same schema and lookups; columns that are the same are kept.
    """
    rows = len(table.lines)
    user_column = USER_COLUMN[recipe.match_users_by]
    used = recipe.columns_in_use(columns)
    formats, formats_from = _formats_in_force(recipe, columns, lookups)
    is_record = table.fields == table.expected_fields
    fixed: dict[str, Any] = {
        "line": table.lines,
        "fields": table.fields,
        "expected_fields": np.full(rows, table.expected_fields),
        "repaired": _repaired(table),
    }
    by_name: dict[str, Cells] = {}
    parts: dict[str, Mapping[str, Any]] = {"": fixed}

    def part(name: str, cells_of: str, make: Callable[[], Mapping[str, Any]]) -> None:
        """Columns that follow from the cells of one column."""
        kept = before is not None and before.cells.get(cells_of) is by_name[cells_of]
        parts[name] = before.parts[name] if before and kept else make()

    for column in columns:
        name = column.name
        given = mapped.frame.get(name)
        made_of = MadeOf(
            None if given is None else as_arrow(given),
            formats.get(name, ()),
            table.date_cells.get(mapped.sources.get(name, ""), {}),
            recipe.match_users_by == "external_id",
        )
        kept = before.cells.get(name) if before else None
        by_name[name] = kept if kept and kept.made_of.is_like(made_of) else parse.judge(column, made_of, is_record)
        part(name, name, partial(by_name[name].columns, name))
    data: dict[str, Any] = {}
    if {"credential_type", "issue_date", "expiration_date"} <= used:
        part("users", user_column, lambda: _users(by_name[user_column], recipe.match_users_by, lookups))
        part("types", "credential_type", lambda: _types(by_name["credential_type"], lookups))
    for some in parts.values():
        data |= some
    if "types" in parts:
        unused = _drop_unused_dates(data, by_name)
        data["today"] = np.full(rows, np.datetime64(lookups.today, "s"))
        data["same_day_expiry"] = np.full(rows, lookups.settings.same_day_expiry)
        data |= _credentials(data, by_name, unused, [c.name for c in columns if c.name not in CORE])
    active = lookups.types[lookups.types["status"] == "active"]
    return Resolved(
        frame=pd.DataFrame(data, copy=False),
        data=data,
        parts=parts,
        cells=by_name,
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


def same_rows(before: Resolved, after: Resolved) -> BoolArray:
    """The rows of one table that are the same in both, whatever rules and sentences read of them.

    Not compared: the numbers that only say which rows belong together (GROUPS).
    """
    rows = len(after.frame)
    same = np.full(rows, before.data.keys() == after.data.keys())
    for name in after.data if same.any() else ():
        old, new = before.data[name], after.data[name]
        if old is not new and name not in GROUPS:
            same &= _equal(old, new)
    return same


def _equal(old: Any, new: Any) -> BoolArray:
    """Where two columns of a frame hold the same, nothing being the same as nothing."""
    if isinstance(old, pd.Categorical):  # of the same names: see `category`
        old, new = old.codes, new.codes
    if isinstance(old, np.ndarray):
        days = old.dtype.kind == "M"  # no day is not equal to no day
        return np.asarray(old.view("i8") == new.view("i8") if days else old == new, dtype=np.bool_)
    equal = np.asarray(pd.array(old == new).fillna(value=False), dtype=np.bool_)
    return np.asarray(equal | (pd.isna(old) & pd.isna(new)))


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


def _repaired(table: Table) -> BoolArray:
    """Which records start on or span a line that the reader had to repair."""
    found = np.zeros(len(table.lines), dtype=np.bool_)
    records = np.searchsorted(table.lines, np.array(table.reading.repaired_lines, dtype=np.int64), side="right") - 1
    found[records[records >= 0]] = True
    return found


# --- what the lookups know ----------------------------------------------------------------------------------


def _users(column: Cells, by: str, lookups: Lookups) -> dict[str, Any]:
    given = column.states == STATE["given"]
    place = np.where(given, lookups.find_users(column.texts, by), -1)
    known = place >= 0
    users = lookups.users
    status = _status(users, place, given)
    since = np.full(len(place), NOT_A_DAY, "M8[s]")
    gone = status == USER_STATUS.index("deactivated")
    since[gone] = pd.to_datetime(users["deactivated_on"].iloc[place[gone]]).to_numpy("M8[s]")
    return {
        "user_id": np.where(known, _take(users["id"].to_numpy(np.int64), place), -1)[column.codes],
        "user_status": category(status[column.codes], USER_STATUS),
        "user_since": since[column.codes],
    }


def _types(column: Cells, lookups: Lookups) -> dict[str, Any]:
    given = column.states == STATE["given"]
    place = np.where(given, lookups.find_types(column.texts), -1)
    known = place >= 0
    types = lookups.types
    needs = {
        "type_issue": types["issue"].tolist(),
        "type_expiry": types["expiry"].tolist(),
        "type_number": ["required" if flag else "optional" for flag in types["numbered"].tolist()],
    }
    return {
        "type_id": np.where(known, _take(types["id"].to_numpy(np.int64), place), -1)[column.codes],
        "type_status": category(_status(types, place, given)[column.codes], USER_STATUS),
        **{
            name: category(
                np.where(known, _take(np.array([NEEDS.index(v) for v in values]), place), -1)[column.codes], NEEDS
            )
            for name, values in needs.items()
        },
    }


def _status(frame: pd.DataFrame, place: IntArray, given: BoolArray) -> IntArray:
    """Per distinct text its place in USER_STATUS, -1 where there is none."""
    active = (frame["status"] == "active").to_numpy()
    return np.where(given, np.where(place >= 0, np.where(_take(active, place), 0, 1), 2), -1)


def _take(values: npt.NDArray[Any], place: IntArray) -> npt.NDArray[Any]:
    """`values` at `place`; any value where place is -1 (the caller masks those)."""
    return values[np.where(place >= 0, place, 0)] if len(values) else np.zeros(len(place), dtype=values.dtype)


def _drop_unused_dates(data: dict[str, Any], by_name: Mapping[str, Cells]) -> dict[str, BoolArray]:
    """A date that the type never has is neither judged nor stored (the schema warns of it)."""
    found = {}
    for name, of_type in DATE_OF_TYPE.items():
        unused = np.asarray(data[of_type] == "never") & by_name[name].is_("given", "malformed")
        found[name] = unused
        if unused.any():
            for part in (name, f"{name}_other"):
                data[part] = data[part].copy()
                data[part][unused] = NOT_A_DAY
            data[f"{name}_state"] = category(np.where(unused, STATE["unused"], by_name[name].state), STATES)
    return found


def _credentials(
    data: Mapping[str, Any], by_name: Mapping[str, Cells], unused: Mapping[str, BoolArray], own_columns: Sequence[str]
) -> dict[str, Any]:
    """Which credential and version a row speaks of, and what stands about it in this file."""
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
    told = [
        json.dumps({k: v for k, v in zip(own_columns, row, strict=True) if v is not None}, sort_keys=True)
        for row in zip(*columns, strict=True)
    ]
    return parse.column(pa.array(told, pa.large_string()).take(pa.array(codes))), codes.astype(np.int64)


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


def as_date(value: Any) -> date | None:
    """A resolved date as a `date`, None where it is missing."""
    return None if pd.isna(value) else pd.Timestamp(value).date()
