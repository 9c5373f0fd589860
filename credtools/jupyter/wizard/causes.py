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
from credtools.jupyter.wizard.decisions import Cell, Decision
from credtools.model import IntArray, Review
from credtools.recipe import Status
from credtools.registry import Lookups
from credtools.schema.base import Schema
from credtools.schema.dates import NEVER, date_format, may_mean_none
from credtools.schema.destroyed import how_destroyed
from credtools.schema.evidence import FormatEvidence, format_evidence, undeclared_evidence
from credtools.schema.notation import Notation, declared
from credtools.schema.placeholders import is_placeholder
from credtools.schema.words import Column, rules
from credtools.text import first_of, fold

MOST_OFFERED, NAMED = 20, 3
EXPIRES = "expiration_date"
OF_FORMATS = ("date_format", "date_incomplete")  # settled by another date format
DAYS_OF_MONTH = ("[last] MMM YYYY", "[first] MMM YYYY")
NAMING = ("user", "credential_type", "status")  # the kinds of columns whose words mean somebody or something
MEANS = {"valid": "valid", "withdrawn": "withdrawn", "leave_out": "leave out"}  # the meanings of a status, as shown
OF_WARNINGS = ("date_unlikely", "number_doubtful")  # about which a person is asked, though they block nothing
NOT_AVAILABLE = frozenset({"#N/A", "#NV", "#N/D"})  # what a spreadsheet shows where a look-up has found nothing
OF_WHOLE_ROWS = ("expires_after_issue", "not_repeated", "field_count")  # no other value of one cell settles them


class Cause:
    """One cause of errors in the review at hand: its errors (`places` of `errors`); `group`: its name."""

    def __init__(
        self,
        found: dict[str, Any],
        review: Review,
        errors: pd.DataFrame,
        places: IntArray,
        column: Column | None,
        notation: Notation,
        *,
        group: str = "",
    ) -> None:
        self.code, self.title = str(found["code"]), str(found["title"])
        self.group = group
        self.column, self.column_name = column, column.name if column else ""
        self.formats = review.date_formats.get(self.column_name, ())  # in force for this column
        self.notation = notation
        self.value, self.pattern = str(found["value"]), str(found["pattern"])
        self.resolution, self.suggestion = str(found["resolution"]), str(found["suggestion"])
        self.count, self.place = int(found["count"]), int(found["cause"])
        self._errors, self._places, self._labels = errors, places, review.table.labels
        self._rows = errors["row"].to_numpy()[places]
        self._statuses: Any = review.resolved.get("user_status")  # none in lists
        name = f"{self.code}\n{found['column']}\n{group or self.pattern or fold(self.value)}"
        self.key = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]

    def __str__(self) -> str:
        if self.column is None:
            return self.title
        where = self.column.title
        if self.group:
            return f"{self.title}: {where}"
        if self.pattern:
            return f"{self.title} in {where}: like ‘{self.value}’"
        return f"{self.title}: ‘{self.value}’ in {where}" if self.value else f"{self.title}: {where}"

    @cached_property
    def errors(self) -> pd.DataFrame:
        """The errors of this cause, one per row of the file."""
        return self._errors.iloc[self._places]

    @property
    def rows(self) -> list[int]:
        """The numbers of its rows in the file."""
        found: list[int] = np.unique(self._rows).tolist()
        return found

    @property
    def names_several(self) -> bool:
        """Whether it names several users, of whom a person has to choose one."""
        return self.code == "user_exists" and self._statuses.iloc[self._rows[0]] == "several"

    @property
    def may_mean_never(self) -> bool:
        """Whether each value can say that the credential doesn't expire."""
        asked = self.code in ("date_format", "date_unlikely") and self.column_name == EXPIRES
        return asked and all(map(may_mean_none, self.errors["value"]))

    @property
    def may_mean_nothing(self) -> bool:
        """Whether each value can say that there is none: words under a date, what stands for *none* elsewhere."""
        values = self.errors["value"]
        if self.column is None or self.column.kind in NAMING or self.code in OF_WHOLE_ROWS or not all(values):
            return False
        if self.code == "value_damaged":
            return all(text.upper() in NOT_AVAILABLE or how_destroyed(text) == "zero" for text in values)
        return all(map(may_mean_none, values)) if self.column.kind == "date" else bool(is_placeholder(values).all())

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
    errors = review.reasons
    causes = errors["cause"].to_numpy()
    order = np.argsort(causes, kind="stable")
    places = np.split(order, np.cumsum(np.bincount(causes))[:-1]) if len(causes) else []
    return [
        Cause(found, review, errors, places[int(found["cause"])], columns.get(str(found["column"])), notation)
        for found in records(review.blocking_causes)
    ]


def doubtful(review: Review, columns: Mapping[str, Column], notation: Notation) -> list[Cause]:
    """What blocks nothing but a person should decide: per column what may mean none, and the rest; largest first."""
    asked = review.causes[review.causes["code"].isin(OF_WARNINGS)]
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for one in records(asked):
        kind = "none" if one["suggestion"] == NEVER else ""
        groups.setdefault((str(one["code"]), str(one["column"]), kind), []).append(one)
    if not groups:
        return []
    errors, found = review.errors_of(OF_WARNINGS), []
    for (_, name, kind), some in groups.items():
        places = np.flatnonzero(errors["cause"].isin([one["cause"] for one in some]))
        told = {**some[0], "count": len(places), "suggestion": "", "cause": -1}
        found.append(Cause(told, review, errors, places, columns.get(name), notation, group=kind or "others"))
    return sorted(found, key=lambda cause: (-cause.count, cause.rows[0]))


def may_be_blank(cause: Cause, review: Review, schema: type[Schema]) -> bool:
    """Whether the values of a cause can say that there is none, and the schema lets each of its cells be blank."""
    if not cause.may_mean_nothing:
        return False
    name, rows = cause.column_name, review.resolved.iloc[cause.rows]
    blank = rows.assign(**{f"{name}_state": "blank"})
    blank[name] = rows[name].mask(rows[name].notna())
    judged = [rule.code for rule in rules(schema) if rule.code == "value_required" and name in rule.columns]
    return all(bool(getattr(schema, code)(blank, name).all()) for code in judged)


def stays(causes: Sequence[Cause], number: int, before: str = "") -> Decision:
    """The decision that the rows of some causes stay rejected; `before`: when that was decided, as it is said."""
    first, values = causes[0], first_of([f"‘{cause.value}’" for cause in causes if cause.value], NAMED)
    said = f"{first.title}: {values}" if values else first.title
    count, keys = sum(cause.count for cause in causes), tuple(cause.key for cause in causes)
    return Decision(number, count, column=first.column_name, causes=keys, said=said + before)


def right(cause: Cause, number: int) -> Decision:
    """The decision that what is doubtful is right."""
    values = first_of([f"‘{value}’" for value in dict.fromkeys(cause.errors["value"])], NAMED)
    said = f"{cause.column.title if cause.column else cause.title}: {values}"
    return Decision(number, cause.count, column=cause.column_name, causes=(cause.key,), right=True, said=said)


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


def days_read(cause: Cause, form: str, most: int) -> list[tuple[str, str]]:
    """The first values of a cause, each with the day that a format (with what is declared after it) makes of it.

    None where they are written as days are shown anyway.
    """
    text, more = declared(form)
    read = date_format(text, cause.notation.and_also(more))
    values = [" ".join(value.split()) for value in dict.fromkeys(cause.errors["value"].head(200))]
    days = ((value, day.isoformat()) for value in values if (day := read.parse(value)))
    return [(value, day) for value, day in days if value != day][:most]


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
