"""Messages: what is said about the rows of one finding – a whole sentence and a suggestion each.

What a sentence doesn't speak of is never looked up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from credtools.checking.expiry import EXPIRES
from credtools.checking.lookups import Lookups, nearest
from credtools.checking.parse import ALPHABETS, UNREADABLE, alphabets
from credtools.checking.resolve import Resolved
from credtools.checking.together import Together
from credtools.errors import Remedies
from credtools.model import BoolArray, IntArray, Table
from credtools.recipe import USER_COLUMN, Mapped, Status
from credtools.schema.dates import (
    EXCEL_ZERO,
    NEVER,
    SEPARATORS,
    DateFormat,
    date_format,
    may_mean_none,
    placeholder,
    shape,
)
from credtools.schema.loading import SchemaFile
from credtools.schema.notation import Notation
from credtools.schema.words import Column, Rule, names_in
from credtools.text import first_of, fold

ObjectArray = npt.NDArray[np.object_]

NAMED_PEOPLE = 10  # of one name, how many a sentence names
NAMED_LETTERS = 3  # of invisible characters, how many a sentence names
MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")  # what a database adds to a date
CHOICES = {
    "flag": "yes, no",
    "whole": "a whole number, for example 24",
    "format": "a date format with day, month and four-digit year, for example DD/MM/YYYY",
}
CLEAR_FORMATS = ("YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "D MMM YYYY", "D. MMM YYYY", "D-MMM-YYYY", "MMM D, YYYY")
EITHER_ORDER = tuple(s.join(order) for s in SEPARATORS for order in (("D", "M", "YYYY"), ("M", "D", "YYYY")))


@dataclass(frozen=True)
class Finding:
    """The rows (places in the table, ascending) that fail one rule in one column."""

    rule: Rule
    column: str
    rows: IntArray

    @property
    def key(self) -> tuple[str, str]:
        return self.rule.code, self.column


@dataclass(frozen=True)
class Basis:
    """What a review follows from."""

    table: Table
    mapped: Mapped
    resolved: Resolved
    schema: SchemaFile
    lookups: Lookups


class Writer:
    """Writes the sentences of one finding; everything by place in the finding, not in the table.

    `texts`: per row the cell; `sought`: for which rows a suggestion is looked for.
    """

    def __init__(
        self, finding: Finding, column: Column | None, texts: Sequence[str], sought: BoolArray, basis: Basis
    ) -> None:
        resolved = basis.resolved
        self.rule, self.column, self.lookups, self.table = finding.rule, column, basis.lookups, basis.table
        self.finding = finding
        self.rows, self.frame, self.texts, self._sought = finding.rows, resolved.frame, texts, sought
        self._together = Together(self.rule, self.rows, self.frame, self.table, basis.schema.columns)
        self._columns: dict[str, list[Any]] = {}
        self._days: dict[date, str] = {}  # of most there are many
        self.fixed: dict[str, Any] = {"title": column.title if column else "The row", "remedy": Remedies()}
        self.fixed["column"] = finding.column
        if column:
            self.fixed["choices"] = CHOICES.get(column.kind, ", ".join(column.choices))
            self.formats = resolved.date_formats.get(column.name, ())
        if column and column.kind == "status":
            self._status = resolved.cells[column.name].made_of.status or Status()
            plain = [word for word in column.choices if word not in dict(self._status.said)]
            self.fixed["choices"] = ", ".join(filter(None, [*plain, str(self._status)]))
        if column and column.kind == "date":
            self.fixed["date_format"] = " or ".join(self.formats)
            self.fixed["date_format_from"] = resolved.date_formats_from[column.name]
            self._notation = resolved.cells[column.name].made_of.notation
            self._format = date_format(self.formats[0], self._notation)
            self.fixed["date_example"] = self._format.write(date(basis.lookups.today.year, 12, 31))
        self.made: dict[str, Callable[[int], Any]] = {
            "value": lambda k: str(self.texts[k]),
            "value_escaped": lambda k: ascii(self.texts[k]),
            "confusable": lambda k: confusable(self.texts[k]),
            "shape": lambda k: shape(self.texts[k]),
            "nearest": lambda k: self._suggested[1][k],
            "never": self.never,
            f"{EXPIRES}_text": self.expires,
            "other_lines": lambda k: self._together.other_lines(int(self.rows[k])),
            "differing": lambda k: self._together.differing(int(self.rows[k])),
            "several_numbers": lambda k: self._together.several_numbers(int(self.rows[k])),
            "date_taken": lambda k: self._day(k, ""),
            "date_other": lambda k: self._day(k, "_other"),
            "date_swapped": lambda k: self._day(k, "_swapped"),
            "date_written": lambda k: self._written(finding.column, k),
            "usual_written": lambda k: self._written("usual_expiry", k),
        }

    def _day(self, k: int, part: str) -> str:
        return f"{self.of_frame(self.column.name + part)[k]:%Y-%m-%d}" if self.column else ""

    def _written(self, name: str, k: int) -> str:
        """A day as the dates of the column are written; those that are numbers say nothing to people."""
        day = self.of_frame(name)[k]
        if day not in self._days:
            self._days[day] = f"{day:%Y-%m-%d}" if self._format.text in EXCEL_ZERO else self._format.write(day)
        return self._days[day]

    def of_frame(self, name: str) -> list[Any]:
        """A resolved column at the finding's rows."""
        if name not in self._columns:
            self._columns[name] = self.frame[name].iloc[self.rows].tolist()
        return self._columns[name]

    def sentences(self) -> list[str]:
        """The resolution of each row."""
        resolution, count = self.rule.resolution, len(self.rows)
        if callable(resolution):
            return [resolution(_Row(self, k)) for k in range(count)]
        if names_in(resolution) <= self.fixed.keys():
            return [resolution.format_map(self.fixed)] * count
        return [resolution.format_map(_Row(self, k)) for k in range(count)]

    # --- suggestions ----------------------------------------------------------------------------------------

    def suggestions(self) -> list[str]:
        """What each row's value may be meant to be; '' where nothing is near."""
        return self._suggested[0]

    @cached_property
    def _suggested(self) -> tuple[list[str], list[str]]:
        """Per row the suggestion, and a sentence that names what is nearest."""
        suggestions, sentences = [""] * len(self.rows), [""] * len(self.rows)
        known = {
            ("date", "shape"): self._suggest_date,
            ("date", "value"): self._suggest_never,
            ("user", "value"): self._suggest_user,
            ("credential_type", "value"): self._suggest_type,
            ("status", "value"): self._suggest_word,
        }
        suggest = known.get((self.column.kind, self.rule.groups)) if self.column else None
        if suggest:
            by_value: dict[str, tuple[str, str]] = {}
            for k in np.flatnonzero(self._sought).tolist():
                value = self.texts[k]
                if value not in by_value:
                    by_value[value] = suggest(k, value)
                suggestions[k], sentences[k] = by_value[value]
        return suggestions, sentences

    def _suggest_type(self, k: int, value: str) -> tuple[str, str]:
        known = "type_status" in self.frame and self.of_frame("type_status")[k] == "active"
        return ("", "") if known else _named(self.lookups.nearest_types(value))

    def _suggest_word(self, _: int, value: str) -> tuple[str, str]:
        """Of the words that begin alike: 'Inactive' is near to 'Active', and its contrary."""
        key = fold(value)
        words = [word for word in self._status.words if fold(word)[:1] == key[:1]]
        return _named([words[k] for _, _, k in nearest(key, [fold(word) for word in words], limit=3)])

    def _suggest_user(self, k: int, value: str) -> tuple[str, str]:
        if self.rule.code == "value_readable":
            imitated = self.lookups.imitated_user(value)
            if imitated is None:
                return "", ""
            other = "uses characters of another alphabet" if imitates(value) else "has invisible characters"
            return "", f"It resembles {imitated!r} but {other}. "
        names, status = self.lookups.names, self.of_frame("user_status")[k]
        if status == "several":
            known = first_of(names.described(names.called(value)), NAMED_PEOPLE)
            return "", f"They are: {known}. " if known else ""
        return self._suggest_unknown(value) if status == "unknown" else ("", "")

    def _suggest_unknown(self, value: str) -> tuple[str, str]:
        """Who may be meant by what names no user."""
        name = self.column.name if self.column else ""
        if name == "external_id" and (padded := self.lookups.unpadded_user(value)):
            pad = f"pad: {{column: external_id, to: {len(padded)}}}"
            return padded, f"Perhaps {padded!r} is meant; the recipe restores leading zeros (under 'rules': {pad}). "
        if "@" in value:
            return _named(self.lookups.nearest_users(value))
        if name == USER_COLUMN["name"]:
            return _named(self.lookups.names.nearest(value))
        called = "It is the name of a user: match users by name, if that is what the file says (match_users_by: name). "
        return "", called if self.lookups.names.called(value) else ""

    def expires(self, k: int) -> str:
        """The expiration date as the row says it, else as it was computed."""
        said = str(self.of_frame(f"{EXPIRES}_text")[k])
        return said or f"{self.of_frame(EXPIRES)[k]:%Y-%m-%d} (by the validity of its type)"

    def never(self, k: int) -> str:
        """What to do where a text may mean that there is no such date."""
        text, expires = self.texts[k], self.finding.column == EXPIRES
        if not (may_mean_none(text) if expires else placeholder(text)):
            return ""
        if not expires:
            return " If it means that there is no such date, leave the cell blank."
        listed = self.fixed["remedy"]["say_never" if self.rule.blocks else "list_never"]
        return f" If it means that the credential doesn't expire, write ‘never’ instead{listed}."

    def _suggest_never(self, _: int, value: str) -> tuple[str, str]:
        return (NEVER, "") if self.finding.column == EXPIRES and placeholder(value) else ("", "")

    def _suggest_date(self, k: int, value: str) -> tuple[str, str]:
        if (never := self._suggest_never(k, value))[0]:
            return never
        if any(date_format(text, self._notation).lacks_day(value) for text in self.formats):
            return "", "The calendar has no such day. "
        suggestion = nearest_date(value, date_format(self.formats[0], self._notation))
        return suggestion, f"Perhaps {suggestion!r} is meant. " if suggestion else ""


class _Row(Mapping[str, Any]):
    """What a sentence may speak of in one row."""

    def __init__(self, writer: Writer, place: int) -> None:
        self._writer, self._place = writer, place

    def __getitem__(self, name: str) -> Any:
        writer, k = self._writer, self._place
        if name in writer.fixed:
            return writer.fixed[name]
        return writer.made[name](k) if name in writer.made else writer.of_frame(name)[k]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._writer.fixed, *self._writer.made, *self._writer.frame.columns])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _named(found: Sequence[str]) -> tuple[str, str]:
    names = ", ".join(repr(name) for name in found)
    return (found[0], f"The nearest: {names}. ") if found else ("", "")


def confusable(text: str) -> str:
    """The invisible characters and those that pass for Latin ones, by name: ` (U+200B ZERO WIDTH SPACE)`."""
    letters = dict.fromkeys(c for c in text if UNREADABLE.match(c) or imitates(c))
    named = [f"U+{ord(c):04X} {unicodedata.name(c, 'a control character')}" for c in letters]
    return f" ({first_of(named, NAMED_LETTERS)})" if named else ""


def imitates(text: str) -> bool:
    """Whether it has letters of an alphabet that passes for the Latin one."""
    return not text.isascii() and not alphabets(text).isdisjoint(ALPHABETS - {"LATIN"})


def nearest_date(text: str, form: DateFormat) -> str:
    """The date that `text` can only mean, written in this format; '' where it could mean several.

    Other separators in the order in force count as meant; otherwise every usual reading must give the same day. Also ''
    where the format can't say that day, as one of months or years may not.
    """
    text = MIDNIGHT.sub("", text)
    for day in (_only_day(text, some, form.notation) for some in (form.separated, (*CLEAR_FORMATS, *EITHER_ORDER))):
        if day is not None:
            return written if form.parse(written := form.write(day)) == day else ""
    return ""


def _only_day(text: str, formats: Sequence[str], notation: Notation) -> date | None:
    days = {day for form in formats if (day := date_format(form, notation).parse(text)) is not None}
    return days.pop() if len(days) == 1 else None
