"""Resolving: cells → the named, typed columns that rules read (see `schema.words`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from credtools.checking import parse
from credtools.checking.arrow_texts import as_arrow
from credtools.checking.days import NOT_A_DAY
from credtools.checking.expiry import DATE_OF_TYPE, EXPIRES, compute, drop_unused_dates
from credtools.checking.identity import identities
from credtools.checking.lookups import Lookups
from credtools.checking.names import SEVERAL
from credtools.checking.overruled import Find, overruled
from credtools.checking.parse import STATE, Cells, MadeOf, category
from credtools.checking.standing import Standing
from credtools.model import BoolArray, IntArray, Table
from credtools.recipe import COMPLETE, REJECTED, USER_COLUMN, Mapped, Recipe
from credtools.schema.dates import NEVER
from credtools.schema.notation import PLAIN
from credtools.schema.words import Column
from credtools.text import fold

NEEDS = ("required", "optional", "never")
USER_STATUS = ("active", "deactivated", "unknown", "several")
NEEDED_BY_TYPE = {**DATE_OF_TYPE, "credential_number": "type_number"}
CORE = {*("user_email", "external_id", "user_name", "credential_type"), *NEEDED_BY_TYPE, "media"}


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

    def read_by(self, column: str) -> tuple[object, ...]:
        """How the dates of a column are read, and who said so."""
        return self.date_formats.get(column), self.date_formats_from.get(column), self.cells[column].made_of.notation


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
    complete, rejected = mapped.which(COMPLETE), mapped.which(REJECTED)
    is_record = (table.fields == table.expected_fields) | complete
    of_file = table.shaped or table  # sentences speak of the fields that the file has
    fixed: dict[str, Any] = {
        "line": table.lines,
        "fields": np.where(complete, of_file.expected_fields, of_file.fields),
        "rejected_by_hand": rejected,
        "expected_fields": np.full(rows, of_file.expected_fields),
        "repaired": _repaired(table),
    }
    if before and not np.array_equal(before.data["fields"], fixed["fields"]):
        before = None
    by_name: dict[str, Cells] = {}
    parts: dict[str, Mapping[str, Any]] = {"": fixed}

    def part(name: str, cells_of: str, make: Callable[[], Mapping[str, Any]]) -> None:
        """Columns that follow from the cells of one column."""
        kept = before is not None and before.cells.get(cells_of) is by_name[cells_of]
        parts[name] = before.parts[name] if before and kept else make()

    for column in columns:
        name = column.name
        found = made_of(column, table, mapped, recipe, formats.get(name, ()))
        kept = before.cells.get(name) if before else None
        silent = table.shaped.silent.get(mapped.sources.get(name, "")) if table.shaped else None
        same = kept and kept.made_of == found
        by_name[name] = kept if kept and same else parse.judge(column, found, is_record, silent)
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
        by, users, types = recipe.match_users_by, lookups.users, lookups.types
        known: dict[str, tuple[Find, pd.DataFrame]] = {
            user_column: (partial(lookups.find_users, by=by), users),
            "credential_type": (lookups.find_types, types),
        }
        data |= overruled(table, mapped, recipe.rules, known)
        own = [name for name in content_columns(columns) if name not in CORE]
        data |= identities(data, by_name, unused, own, standing, rejected)
    frame = pd.DataFrame(data, copy=False)
    return Resolved(frame, data, parts, by_name, used, user_column, formats, formats_from, standing)


def made_of(column: Column, table: Table, mapped: Mapped, recipe: Recipe, formats: tuple[str, ...]) -> MadeOf:
    """What the cells of a column follow from; `formats`: in which its dates are written."""
    given, source = mapped.frame.get(column.name), mapped.sources.get(column.name, "")
    return MadeOf(
        None if given is None else as_arrow(given),
        formats,
        table.date_cells.get(source, {}),
        recipe.match_users_by == "external_id",
        recipe.status if column.kind == "status" else None,
        frozenset({NEVER, *map(fold, recipe.never)}) if column.name == EXPIRES else frozenset(),
        recipe.notation if column.kind == "date" else PLAIN,
        table.valueless.get(source, frozenset()),
    )


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
    months, computes = lookups.validity
    known = _known(pd.Series(months), place, given, 0)[column.codes]
    found["type_validity"] = pd.arrays.IntegerArray(known, known <= 0)
    found["type_computes"] = _known(pd.Series(computes), place, given, 0)[column.codes] > 0
    for name, values in lookups.needs.items():
        found[str(name)] = category(_known(values.map(NEEDS.index), place, given)[column.codes], NEEDS)
    return found


def _status(frame: pd.DataFrame, place: IntArray, given: BoolArray) -> IntArray:
    """Per distinct text its place in USER_STATUS, -1 where nothing is given."""
    return _known(frame["status"] != "active", place, given, USER_STATUS.index("unknown"))


def _known(values: pd.Series, place: IntArray, given: BoolArray, unknown: int = -1) -> IntArray:
    """Per distinct text the value at its place, `unknown` where that is -1; -1 where nothing is given."""
    return np.where(given, np.append(values.to_numpy(np.int64), unknown)[place], -1)


def as_date(value: Any) -> date | None:
    """A resolved date as a `date`, None where it is missing."""
    return None if pd.isna(value) else pd.Timestamp(value).date()
