"""Resolving: cells → the named, typed columns that rules read (see `schema.words`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from credtools.checking import parse
from credtools.checking.arrow_texts import as_arrow
from credtools.checking.days import NOT_A_DAY
from credtools.checking.expiry import DATE_OF_TYPE, EXPIRES, compute, drop_unused_dates, needs_of, validity
from credtools.checking.lookups import Lookups
from credtools.checking.names import SEVERAL
from credtools.checking.parse import STATE, Cells, MadeOf, category
from credtools.checking.standing import Standing
from credtools.model import BoolArray, IntArray, Table
from credtools.recipe import USER_COLUMN, Mapped, Recipe
from credtools.schema.dates import NEVER
from credtools.schema.notation import PLAIN, Notation
from credtools.schema.words import Column
from credtools.text import fold

NEEDS = ("required", "optional", "never")
USER_STATUS = ("active", "deactivated", "unknown", "several")
NEEDED_BY_TYPE = {**DATE_OF_TYPE, "credential_number": "type_number"}
CORE = {*("user_email", "external_id", "user_name", "credential_type"), *NEEDED_BY_TYPE, "media"}
UNUSABLE = ("malformed", "unreadable", "damaged", "incomplete")
LARGEST = 2**62  # numbers that are put together stay below it


@dataclass(frozen=True)
class Resolved:
    """The resolved frame, the same column by column, what was assumed to make it, and how its rows stand."""

    frame: pd.DataFrame
    data: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, Any]]
    cells: Mapping[str, Cells]
    used: frozenset[str]
    user_column: str
    date_formats: Mapping[str, tuple[str, ...]]
    date_formats_from: Mapping[str, str]
    standing: Standing

    @property
    def notations(self) -> frozenset[Notation]:
        """How its dates are written beside their formats."""
        return frozenset(cells.made_of.notation for cells in self.cells.values())


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
    of_file = table.shaped or table  # sentences speak of the fields that the file has
    fixed: dict[str, Any] = {
        "line": table.lines,
        "fields": of_file.fields,
        "expected_fields": np.full(rows, of_file.expected_fields),
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
            recipe.status if column.kind == "status" else None,
            frozenset({NEVER, *map(fold, recipe.never)}) if name == EXPIRES else frozenset(),
            recipe.notation if column.kind == "date" else PLAIN,
            table.valueless.get(mapped.sources.get(name, ""), frozenset()),
        )
        kept = before.cells.get(name) if before else None
        silent = table.shaped.silent.get(mapped.sources.get(name, "")) if table.shaped else None
        same = kept and kept.made_of == made_of
        by_name[name] = kept if kept and same else parse.judge(column, made_of, is_record, silent)
        part(name, name, partial(by_name[name].columns, name))
    data: dict[str, Any] = {}
    if {"credential_type", "issue_date", "expiration_date"} <= used:
        part("users", user_column, lambda: _users(by_name[user_column], recipe.match_users_by, lookups))
        part("types", "credential_type", lambda: _types(by_name["credential_type"], lookups))
    for some in parts.values():
        data |= some
    standing = Standing.of([by_name[name] for name in used], rows, mapped.left_out_by)
    if "types" in parts:
        unused = drop_unused_dates(data, by_name)
        data |= compute(data, standing)
        data["today"] = np.full(rows, np.datetime64(lookups.today, "s"))
        data["same_day_expiry"] = np.full(rows, lookups.settings.same_day_expiry)
        own = [name for name in content_columns(columns) if name not in CORE]
        data |= _credentials(data, by_name, unused, own, standing)
    frame = pd.DataFrame(data, copy=False)
    return Resolved(frame, data, parts, by_name, used, user_column, formats, formats_from, standing)


def content_columns(columns: Sequence[Column]) -> list[str]:
    """The columns that are content of a credential: dates, number, and an organisation's own."""
    return [c.name for c in columns if c.name in NEEDED_BY_TYPE or (c.name not in CORE and c.kind != "status")]


def _formats_in_force(
    recipe: Recipe, columns: Sequence[Column], lookups: Lookups
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The date formats of each date column, and who set them: recipe → profile → organisation."""
    origin = "profile" if lookups.profile_date_format else "organisation"
    dates = [column.name for column in columns if column.kind == "date"]
    formats = {name: recipe.formats(name) or (lookups.date_format,) for name in dates}
    return formats, {name: "recipe" if recipe.formats(name) else origin for name in dates}


def _repaired(table: Table) -> BoolArray:
    """Which records start on or span a line that the reader had to repair."""
    if not table.reading.repaired_lines:
        return np.zeros(len(table.lines), dtype=np.bool_)
    starts = np.unique(table.lines)  # several rows may be made of one record
    records = np.searchsorted(starts, np.array(table.reading.repaired_lines, dtype=np.int64), side="right") - 1
    return np.isin(table.lines, starts[records[records >= 0]])


# --- what the lookups know ----------------------------------------------------------------------------------


def _users(column: Cells, by: str, lookups: Lookups) -> dict[str, Any]:
    users, found, given = lookups.users, lookups.find_users(column.texts, by), column.states == STATE["given"]
    place = np.where(found == SEVERAL, -1, found)
    status = _status(users, place, given)
    status[given & (found == SEVERAL)] = USER_STATUS.index("several")
    since = np.full(len(place), NOT_A_DAY, "M8[s]")
    gone = status == USER_STATUS.index("deactivated")
    since[gone] = pd.to_datetime(users["deactivated_on"].iloc[place[gone]]).to_numpy("M8[s]")
    return {
        "user_id": _known(users["id"], place, given)[column.codes],
        "user_status": category(status[column.codes], USER_STATUS),
        "user_since": since[column.codes],
        "user_now": lookups.called_now(column.texts, place, by)[column.codes],
    }


def _types(column: Cells, lookups: Lookups) -> dict[str, Any]:
    types, place, given = lookups.types, lookups.find_types(column.texts), column.states == STATE["given"]
    found: dict[str, Any] = {
        "type_id": _known(types["id"], place, given)[column.codes],
        "type_status": category(_status(types, place, given)[column.codes], USER_STATUS),
        "type_now": lookups.called_now(column.texts, place, "type")[column.codes],
    }
    months, computes = validity(types)
    known = _known(pd.Series(months), place, given, 0)[column.codes]
    found["type_validity"] = pd.arrays.IntegerArray(known, known <= 0)
    found["type_computes"] = _known(pd.Series(computes), place, given, 0)[column.codes] > 0
    for name, values in needs_of(types).items():
        found[str(name)] = category(_known(values.map(NEEDS.index), place, given)[column.codes], NEEDS)
    return found


def _status(frame: pd.DataFrame, place: IntArray, given: BoolArray) -> IntArray:
    """Per distinct text its place in USER_STATUS, -1 where nothing is given."""
    return _known(frame["status"] != "active", place, given, USER_STATUS.index("unknown"))


def _known(values: pd.Series, place: IntArray, given: BoolArray, unknown: int = -1) -> IntArray:
    """Per distinct text the value at its place, `unknown` where that is -1; -1 where nothing is given."""
    return np.where(given, np.append(values.to_numpy(np.int64), unknown)[place], -1)


# --- which credential a row speaks of, and what else the file says about it ----------------------------------


def _credentials(
    data: Mapping[str, Any],
    by_name: Mapping[str, Cells],
    unused: Mapping[str, BoolArray],
    own_columns: Sequence[str],
    standing: Standing,
) -> dict[str, Any]:
    """Which credential and version a row speaks of, and whether others of this file say the same.

    Rows that are left out, or whose status means nothing, belong to no others; those that are withdrawn need no dates,
    and never say the same as one that stands.
    """
    numbered = np.asarray(data["type_number"] == "required")
    number = by_name["credential_number"].keyed(numbered)
    own, own_numbers = _own(data, by_name, own_columns)
    identified = np.asarray(data["user_status"] == "active") & np.asarray(data["type_status"] == "active")
    identified &= (~numbered | number.is_("given")) & ~standing.left_out & ~standing.unclear
    complete = identified & ~number.is_("unreadable", "damaged")
    for name, of_type in DATE_OF_TYPE.items():
        needed = np.asarray(data[of_type] == "required") & ~standing.withdrawn
        complete &= ~(np.isin(data[f"{name}_state"].codes, [STATE["blank"], STATE["absent"]]) & needed)
        complete &= ~by_name[name].is_(*UNUSABLE) | unused[name]
    for name in own_columns:
        complete &= ~by_name[name].is_(*UNUSABLE)
    rows = np.arange(len(numbered))
    ids = [(data[name] + 1, int(data[name].max(initial=0)) + 2) for name in ("user_id", "type_id")]
    of_identity = np.zeros(len(rows), dtype=np.int64)
    of_identity[numbered], different = number.numbers(rows[numbered])
    credential = _joined(*ids, (of_identity, different))
    issued, days = by_name["issue_date"].numbers(rows)
    version = _joined(credential, (np.where(unused["issue_date"], 0, issued), days))[0]
    first, contents = np.arange(len(rows)), complete.astype(np.int64)
    alike = rows[complete]
    alike = alike[pd.Series(version[alike]).duplicated(keep=False).to_numpy()]
    if len(alike):
        until = pd.factorize(data[EXPIRES][alike])[0].astype(np.int64) + 1, len(alike) + 1
        stands = (standing.withdrawn[alike].astype(np.int64), 2)
        numbers = by_name["credential_number"].keyed(alike).numbers(alike)
        content = _joined(until, numbers, (own_numbers[alike], len(rows) + 1), stands)[0]
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


def as_date(value: Any) -> date | None:
    """A resolved date as a `date`, None where it is missing."""
    return None if pd.isna(value) else pd.Timestamp(value).date()
