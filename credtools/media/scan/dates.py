"""Dates: whether the issue and the expiration date of a row are those that a page says."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta

from credtools.media.compared import NEVER, Difference, Evidence
from credtools.media.scan import labels
from credtools.media.scan.dated import Dated
from credtools.media.scan.page import Page

ISSUES = ("issue", "start", "completed", "")  # roles of a date that may be the issue date, the surest first
SURE = ("issue", "completed", "start")
SOON = 45  # days after the issue until which a date without a label is hardly the expiration date
APART = 183  # days between a course and the issue of its certificate, from which on they don't belong together
FAR = 15 * 366  # days from a row's date, from which on a date without a label is another thing
NONE = "none"

Found = Difference | Evidence


def issue(page: Page, found: Sequence[Dated], day: date, until: date | None, *, whole: bool) -> Found | None:
    """What is said of an issue date; None where nothing is."""
    sure = [one for one in found if one.role == "issue"]
    possible = [
        one for role in (*ISSUES, *(() if sure else ("course", "printed"))) for one in found if one.role == role
    ]
    hit = next((one for one in possible if one.means(day)), None)
    if hit:
        return _agrees(page, "issue_date", hit, day)
    labelled = [one for role in SURE for one in found if one.role == role and not (until and one.means(until))]
    if labelled:
        return _differs(page, "issue_date", labelled[0], day)
    other = _alone(found, until)
    likely = other and abs(other.mention.days[0] - day).days < FAR
    if not whole or (other and not likely):
        return None
    other = other or _course(found, day)
    return _differs(page, "issue_date", other, day) if other else None


def expiration(
    page: Page, found: Sequence[Dated], until: date | None, issued: date | None, *, whole: bool
) -> Found | None:
    """What is said of an expiration date; `until`: None for one that never expires."""
    labelled = [one for one in found if one.role == "expiry"]
    if until is None:
        return _differs(page, "expiration_date", labelled[0], None) if labelled else _never(page)
    bare = [one for one in found if not one.role and not (issued and labelled and one.means(issued))]
    hit = next((one for one in (*labelled, *bare) if one.means(until)), None)
    if hit:
        return _agrees(page, "expiration_date", hit, until)
    if labelled:
        return _differs(page, "expiration_date", labelled[0], until)
    return (
        _computed(page, found, until, issued)
        or _unending(page, until)
        or _late(page, found, until, issued, whole=whole)
    )


def _alone(found: Sequence[Dated], until: date | None) -> Dated | None:
    """The only day without a label, that isn't the expiration date."""
    rest = [one for one in found if not one.role and one.mention.days and not (until and one.means(until))]
    return rest[0] if len({one.mention.days for one in rest}) == 1 else None


def _course(found: Sequence[Dated], day: date) -> Dated | None:
    """The days of a course, where no others are said that may be the issue: far from it, it is another course."""
    if any(one.role in {"", "printed"} for one in found):
        return None
    held = [one for one in found if one.role == "course"]
    far = all(one.mention.days and APART < min(abs(each - day).days for each in one.mention.days) < FAR for one in held)
    return held[0] if held and far else None


def _late(page: Page, found: Sequence[Dated], until: date, issued: date | None, *, whole: bool) -> Found | None:
    """The only day without a label, long after the issue: what else should it be?"""
    other = _alone(found, issued)
    if not whole or other is None or issued is None or min(other.mention.days) < issued + timedelta(days=SOON):
        return None
    return _differs(page, "expiration_date", other, until)


def _computed(page: Page, found: Sequence[Dated], until: date, issued: date | None) -> Found | None:
    """What follows from 'valid for three years'."""
    k, months = next(((k, n) for k, part in enumerate(page.parts) if (n := labels.validity(part.plain))), (0, 0))
    if not months:
        return None
    starts = [
        day for one in found if one.role in {"issue", "start", "completed", "course", ""} for day in one.mention.days
    ]
    ends = [later(day, months) for day in [*([issued] if issued else []), *starts]]
    piece = page.parts[k].piece
    near = [end for end in ends if abs((end - until).days) <= 1 or _last(end) == until]
    if near:
        return Evidence("expiration_date", until.isoformat(), piece.page, piece.box)
    if not ends or min(abs((end - until).days) for end in ends) <= SOON:
        return None
    return Difference("expiration_date", until.isoformat(), ends[0].isoformat(), piece.page, piece.box)


def _unending(page: Page, until: date) -> Found | None:
    """The page says that it never expires, the row when."""
    never = _never(page)
    return Difference("expiration_date", until.isoformat(), NEVER, never.page, never.box) if never else None


def _never(page: Page) -> Evidence | None:
    for part in page.parts:
        if labels.NEVER.search(part.plain):
            return Evidence("expiration_date", NEVER, part.piece.page, part.box)
    return None


def later(day: date, months: int) -> date:
    """The same day of the month some months later, or its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _last(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _agrees(page: Page, column: str, one: Dated, day: date) -> Evidence:
    piece = page.parts[one.part].piece
    return Evidence(column, day.isoformat(), piece.page, piece.box)


def _differs(page: Page, column: str, one: Dated, day: date | None) -> Difference:
    piece = page.parts[one.part].piece
    return Difference(column, day.isoformat() if day else NONE, one.said, piece.page, piece.box)
