"""Proposals: what *Accept* would do for a cause, and what can be chosen instead. Never applied by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from credtools.registry import Lookups
from credtools.schema.dates import FormatEvidence, format_evidence
from credtools.schema.words import Column
from credtools.text import fold

MOST_OFFERED = 20


@dataclass(frozen=True)
class Proposal:
    """One value for all cells, a date format, or (both blank) for each cell what is suggested for it."""

    label: str
    value: str = ""
    format: str = ""


@dataclass(frozen=True)
class Offer:
    """What a person can choose for a cause: a list, with typed text as well where `free` says what for."""

    kind: str
    choices: tuple[tuple[str, str], ...] = ()  # value and label
    free: str = ""


def propose(code: str, suggestion: str, errors: pd.DataFrame, formats: Sequence[str]) -> Proposal | None:
    """What the evidence speaks for."""
    if code == "date_format":
        best = next(iter(fitting_formats(errors["value"].tolist(), formats)), None)
        if best is not None and best.reads == len(errors):
            return Proposal(f"also read dates written {best.format} ({best})", format=best.format)
        each = [(old, new) for old, new in zip(errors["value"], errors["suggestion"], strict=True) if new]
        if len(each) == len(errors):
            return Proposal(f"each as the date it can only mean, for example ‘{each[0][0]}’ → ‘{each[0][1]}’")
        return None
    return Proposal(f"‘{suggestion}’", value=suggestion) if suggestion else None


def fitting_formats(values: Sequence[str], formats: Sequence[str]) -> list[FormatEvidence]:
    """The formats that read these values, best first; among equals the order of day and month in force."""
    in_force = {_order(form) for form in formats}
    found = [e for e in format_evidence(values) if e.format not in formats]
    return sorted(found, key=lambda e: (-e.reads, -e.proves, _order(e.format) not in in_force))


def offer(code: str, column: Column | None, values: Sequence[str], formats: Sequence[str], lookups: Lookups) -> Offer:
    """What can be chosen for a cause."""
    if code == "date_format":
        found = fitting_formats(values, formats)
        return Offer("format", tuple((e.format, str(e)) for e in found), "Another date format, for example D.M.YYYY")
    if column is None or code in ("expires_after_issue", "not_repeated", "field_count"):
        return Offer("rows")
    if column.kind == "credential_type":
        active = lookups.types.loc[lookups.types["status"] == "active", "name"].tolist()
        return Offer("list", tuple((str(name), str(name)) for name in active))
    if column.kind == "user":
        near = lookups.nearest_users(values[0]) if values and "@" in values[0] else []
        return Offer("search", tuple(users_like("", column.name, lookups, near)))
    return Offer("text", free=f"{column.title} of these rows")


def users_like(text: str, column: str, lookups: Lookups, near: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Active users whose name, address or number contains `text`, or those of `near`: what names them, and a label."""
    users = lookups.users[lookups.users["status"] == "active"].fillna("")
    key = "external_id" if column == "external_id" else "email"
    told = [(str(user[key]), str(user["email"]), str(user["name"])) for user in users.to_dict("records") if user[key]]
    labels = {value: " · ".join(dict.fromkeys(filter(None, (name, email, value)))) for value, email, name in told}
    wanted = fold(text)
    found = [value for value in labels if wanted in fold(labels[value])] if wanted else [v for v in near if v in labels]
    return [(value, labels[value]) for value in found[:MOST_OFFERED]]


def _order(form: str) -> tuple[str, ...]:
    """In which order day, month and year stand in a format."""
    return tuple(dict.fromkeys(letter for letter in form if letter in "DMY"))
