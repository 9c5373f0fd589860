"""Causes: what blocks the rows of a review, as a person can settle it; what *Accept* and *Choose…* offer for each.

Nothing that is offered is ever applied by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.shown import listed, records
from credtools.jupyter.wizard.decisions import Cell
from credtools.model import IntArray, Review
from credtools.recipe import Status
from credtools.registry import Lookups
from credtools.schema.dates import NEVER, may_mean_none
from credtools.schema.evidence import FormatEvidence, format_evidence, undeclared_evidence
from credtools.schema.notation import Notation
from credtools.schema.words import Column
from credtools.text import fold

MOST_OFFERED = 20
EXPIRES = "expiration_date"
OF_FORMATS = ("date_format", "date_incomplete")  # settled by another date format
DAYS_OF_MONTH = ("[last] MMM YYYY", "[first] MMM YYYY")
MEANS = {"valid": "valid", "withdrawn": "withdrawn", "leave_out": "leave out"}  # the meanings of a status, as shown
OF_WHOLE_ROWS = ("expires_after_issue", "not_repeated", "field_count")  # no other value of one cell settles them


class Cause:
    """One cause of errors in the review at hand: its rows and their values."""

    def __init__(
        self, found: dict[str, Any], review: Review, places: IntArray, column: Column | None, notation: Notation
    ) -> None:
        self.code, self.title = str(found["code"]), str(found["title"])
        self.column, self.column_name = column, column.name if column else ""
        self.formats = review.date_formats.get(self.column_name, ())  # in force for this column
        self.notation = notation
        self.value, self.pattern = str(found["value"]), str(found["pattern"])
        self.resolution, self.suggestion = str(found["resolution"]), str(found["suggestion"])
        self.count, self.place = int(found["count"]), int(found["cause"])
        self._errors, self._places, self._labels = review.errors, places, review.table.labels
        name = f"{self.code}\n{found['column']}\n{self.pattern or fold(self.value)}"
        self.key = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]

    def __str__(self) -> str:
        if self.column is None:
            return self.title
        where = self.column.title
        if self.pattern:
            return f"{self.title} in {where}: like ‘{self.value}’"
        return f"{self.title}: ‘{self.value}’ in {where}" if self.value else f"{self.title}: {where}"

    @cached_property
    def errors(self) -> pd.DataFrame:
        """The errors of this cause, one per row of the file."""
        return self._errors.iloc[self._places]

    @property
    def may_mean_never(self) -> bool:
        """Whether each value can say that the credential doesn't expire."""
        asked = (self.code, self.column_name) == ("date_format", EXPIRES)
        return asked and all(map(may_mean_none, self.errors["value"]))

    def cells(self, new: str | None = None) -> tuple[Cell, ...]:
        """The cells of this cause, each with its new value (None: what is suggested for each)."""
        if self.column is None:
            raise CredtoolsError("cause_of_whole_rows")
        rows, values = self.errors["row"].tolist(), self.errors["value"].tolist()
        each = self.errors["suggestion"].tolist() if new is None else [new] * len(rows)
        cells = zip((self._labels[row] for row in rows), values, each, strict=True)
        return tuple(Cell(label, self.column_name, str(old), str(to)) for label, old, to in cells if to != old)


def blocking(review: Review, columns: Mapping[str, Column], notation: Notation) -> list[Cause]:
    """The causes that block rows, largest first; `columns`: those of the schema in use, by name."""
    causes = review.errors["cause"].to_numpy()
    order = np.argsort(causes, kind="stable")
    places = np.split(order, np.cumsum(np.bincount(causes))[:-1]) if len(causes) else []
    return [
        Cause(found, review, places[int(found["cause"])], columns.get(str(found["column"])), notation)
        for found in records(review.causes[review.causes["blocks"]])
    ]


@dataclass(frozen=True)
class Suggestion:
    """One value for all cells, a date format, or (both blank) for each cell what is suggested for it."""

    label: str
    value: str = ""
    format: str = ""


def suggest(cause: Cause) -> Suggestion | None:
    """What the evidence speaks for."""
    if cause.code != "date_format":
        return Suggestion(f"‘{cause.suggestion}’", value=cause.suggestion) if cause.suggestion else None
    values, each = cause.errors["value"].tolist(), cause.errors["suggestion"].tolist()
    best = next(iter(fitting_formats(cause)), None)
    if best is not None and best.reads == len(values):
        return Suggestion(f"add a date format: {best}", format=best.format)
    if set(each) == {NEVER}:
        return Suggestion("it never expires", value=NEVER)
    if all(each) and NEVER not in each:
        return Suggestion(f"each as the only date it can mean, for example ‘{values[0]}’ → ‘{each[0]}’")
    return None


def fitting_formats(cause: Cause) -> list[FormatEvidence]:
    """The formats that read its values, best first; among equals the order of day and month in force."""
    in_force = {_order(form) for form in cause.formats}
    values = cause.errors["value"].tolist()
    found = [e for e in format_evidence(values, cause.notation) if e.format not in cause.formats]
    if all(one.reads < len(values) for one in found):
        found += undeclared_evidence(values, cause.notation)
    return sorted(found, key=lambda e: (-e.reads, -e.proves, _order(e.format) not in in_force))


def _order(form: str) -> tuple[str, ...]:
    """The order of day, month and year in a format."""
    return tuple(dict.fromkeys(letter for letter in form if letter in "DMY"))


def choices(cause: Cause, lookups: Lookups, status: Status | None) -> dict[str, Any]:
    """What a person can choose: a list of (value, label), with typed text as well where `free` says what for.

    `status`: what the recipe says of the words of a status.
    """
    column, values = cause.column, cause.errors["value"].tolist()
    if cause.code in OF_FORMATS:
        found = [(e.format, str(e)) for e in fitting_formats(cause)]
        found = listed(DAYS_OF_MONTH) if cause.code == "date_incomplete" else found
        return {"kind": "format", "choices": found, "free": "Another date format, for example D.M.YYYY"}
    if column is None or cause.code in OF_WHOLE_ROWS:
        return {"kind": "rows", "choices": [], "free": ""}
    if column.kind == "credential_type":
        active = lookups.types.loc[lookups.types["status"] == "active", "name"]
        return {"kind": "list", "choices": listed(map(str, active)), "free": ""}
    if column.kind == "user":
        near = _near(values[0], lookups) if values else []
        return {"kind": "search", "choices": users_like("", column.name, lookups, near), "free": ""}
    if column.kind == "status":
        words = [(word, f"{word} – {MEANS[name]}") for name, some in (status or Status()).said for word in some if word]
        return {"kind": "list", "choices": words, "free": ""}
    return {"kind": "text", "choices": [], "free": f"{column.title} of these rows"}


def _near(value: str, lookups: Lookups) -> list[str]:
    """What names the users whom a value may mean: of its own name, of one like it, or of an address like it."""
    if "@" in value:
        return lookups.nearest_users(value)
    names = [value, *lookups.names.nearest(value)]
    people = lookups.users.fillna("").iloc[[row for name in names for row in lookups.names.called(name)]]
    return [str(user["email"] or user["external_id"]) for user in records(people)]


def users_like(text: str, column: str, lookups: Lookups, near: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Active users whose name, address or number contains `text`, or those of `near`: what names them, and a label."""
    users = lookups.users[lookups.users["status"] == "active"].fillna("")
    keys = {"external_id": ("external_id",), "user_name": ("email", "external_id")}.get(column, ("email",))
    said = ("name", "email", keys[-1])
    labels = {
        str(key): " · ".join(dict.fromkeys(filter(None, (str(user[name]) for name in said))))
        for user in records(users)
        if (key := next((user[name] for name in keys if user[name]), ""))
    }
    wanted = fold(text)
    found = [value for value in labels if wanted in fold(labels[value])] if wanted else [v for v in near if v in labels]
    return [(value, labels[value]) for value in found[:MOST_OFFERED]]
