"""Filters: which rejects a question is about; the same words for every question."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypedDict

from sqlalchemy import Engine

from credtools.audit import questions
from credtools.audit.questions import Which
from credtools.errors import CredtoolsError
from credtools.model import REJECT_STATES


class Filters(TypedDict, total=False):
    """What every question takes; what is left out, or None, is not asked for.

    `code` and `column` choose errors, and with them the rejects that have one; `type` is '' where the row's type isn't
    known; `recipe`: its fingerprint; `since`, `until`: first seen on these days (UTC) or between them.
    """

    batch: int | None
    source: str | None
    code: str | None
    column: str | None
    type: str | None
    uploader: str | None
    recipe: str | None
    state: str | None
    since: str | date | None
    until: str | date | None


def which(engine: Engine, filters: Any) -> Which:
    """The filters as the store takes them. Raises CredtoolsError when one means nothing here."""
    words = tuple(Filters.__annotations__)
    if strange := [name for name in filters if name not in words]:
        raise CredtoolsError(f"Rejects have no {strange[0]!r} to choose by; choose by: {', '.join(words)}.")
    if (state := filters.get("state")) is not None:
        require_choice(state, REJECT_STATES, "Rejects are never {!r}; choose one of: {}.")
    days = {name: _midnight(filters[name]) for name in ("since", "until") if filters.get(name) is not None}
    if "since" in days and "until" in days and days["since"] > days["until"]:
        raise CredtoolsError(f"No day lies between {filters['since']} and {filters['until']}; turn the two round.")
    if "until" in days:
        days["until"] += timedelta(days=1)
    found = Which(**{**filters, **days})
    questions.require_known(engine, found)
    return found


def require_choice(word: object, choices: tuple[str, ...], sentence: str) -> None:
    """Raises CredtoolsError, naming the choices, when the word is none of them."""
    if word not in choices:
        raise CredtoolsError(sentence.format(word, ", ".join(choices)))


def _midnight(day: str | date) -> datetime:
    try:
        found = day if isinstance(day, date) else date.fromisoformat(day)
    except ValueError as problem:
        raise CredtoolsError(f"{day!r} is no day; write it like 2026-01-31.") from problem
    return datetime.combine(found, time(), UTC)
