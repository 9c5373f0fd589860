"""Filters: which rejected rows a question is about. Names, titles and help of every face are written here, once.

Light on purpose: `credtools --help` reads the words and loads neither pandas nor a database for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, TypedDict, get_type_hints

from credtools.errors import CredtoolsError


@dataclass(frozen=True)
class Word:
    """What a filter is called on a screen, and what it does."""

    title: str
    help: str


class Filters(TypedDict, total=False):
    """What every question takes; what is left out, or None, isn't asked for. Filters are combined by *and*.

    `code`, `column` and `value` choose errors, and with them the rows that have one; `type=""` chooses rows whose type
    isn't known. Days are days (UTC), both included: `since` and `until` of when a row was first seen, `changed_since`
    and `changed_until` of when it became what it is now.
    """

    batch: Annotated[int | None, Word("Batch", "Only rows of this batch.")]
    source: Annotated[str | None, Word("Source", "Only rows of this source.")]
    code: Annotated[str | None, Word("Error", "Only rows with this error, for example user_exists.")]
    column: Annotated[str | None, Word("Column", "Only rows with an error in this column, for example issue_date.")]
    type: Annotated[str | None, Word("Credential type", "Only rows of this credential type.")]
    uploader: Annotated[str | None, Word("Uploaded by", "Only rows that this person uploaded.")]
    recipe: Annotated[str | None, Word("Recipe", "Only rows judged by the recipe with this fingerprint.")]
    state: Annotated[str | None, Word("State", "Only rows in this state: open, fixed, waived, superseded or void.")]
    since: Annotated[
        str | date | None, Word("First seen from", "First seen on this day (UTC) or later, for example 2026-01-31.")
    ]
    until: Annotated[str | date | None, Word("First seen until", "First seen on this day (UTC) or earlier.")]
    changed_since: Annotated[
        str | date | None,
        Word("Changed from", "Rejected, fixed, waived or superseded on this day (UTC) or later: what it is now."),
    ]
    changed_until: Annotated[
        str | date | None, Word("Changed until", "Rejected, fixed, waived or superseded on this day (UTC) or earlier.")
    ]
    value: Annotated[str | None, Word("Value", "Only rows with exactly this wrong value in a cell.")]


WORDS: Mapping[str, Word] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Filters, include_extras=True).items()
}
DAYS = (("since", "until"), ("changed_since", "changed_until"))  # from, to
OF_REJECTS = ("code", "column", "value", "state", "changed_since", "changed_until")  # only rejected rows have these
GROUPS = ("code", "column", "source", "recipe", "type", "uploader", "week")  # what rejected rows are counted by
LATEST = ("open", "fixed", "waived")  # the states of rows that neither came again nor belong to an undone batch


def chosen(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that are set; days as the moments between which a row was first seen, or changed.

    Raises:
        CredtoolsError: for a name that is no filter, a day that is none, or two days the wrong way round.
    """
    for name in filters:
        require_choice(name, tuple(WORDS), "filter_unknown")
    found = {name: value for name, value in filters.items() if value is not None}
    for first, last in DAYS:
        found |= {name: _midnight(found[name]) for name in (first, last) if name in found}
        if first in found and last in found and found[first] > found[last]:
            raise CredtoolsError("days_swapped", since=filters[first], until=filters[last])
        if last in found:
            found[last] += timedelta(days=1)
    return found


def require_choice(word: object, choices: Sequence[str], reason: str) -> None:
    """Raises CredtoolsError, naming the choices, when the word is none of them."""
    if word not in choices:
        raise CredtoolsError(reason, word=word, choices=", ".join(choices) or "none")


def _midnight(day: str | date) -> datetime:
    try:
        found = day if isinstance(day, date) else date.fromisoformat(day)
    except ValueError as problem:
        raise CredtoolsError("day_malformed", day=day) from problem
    return datetime.combine(found, time(), UTC)
