"""Dated: the dates on a page, each with what the words beside it say that it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from credtools.media.looked import Box
from credtools.media.scan import labels
from credtools.media.scan.days import Mention, find, packed, short
from credtools.media.scan.page import Page

LINK = re.compile(
    r"(?=.*\S)\W*(?:to|until|till|bis|through|thru|au|al|a|do|e|y|and|und|i|until the|to the|t/m|から|~)?\W*"
)
SPAN = re.compile(r"\d{1,2}(?:st|nd|rd|th|\.|°)?\s*(?:[-–—]|to|bis|al?|au|do|y|e|und|and|&|t/m)\s*$")
LONG = 60  # days, from which on two dates with a dash are a validity and no course
NEITHER = ("birth", "printed", "form")  # neither issue nor expiration
SHORT = 60  # letters of a label by itself
PACKED = re.compile(r"\d\d(?<![\w/.-]\d\d)(?:\d{6}|/\d\d)(?![\w/.-])")


@dataclass(frozen=True)
class Dated:
    """A date on a page: `role` as in `labels.DATES`, '' for none; `head`: the part over or under it that says so."""

    part: int
    mention: Mention
    role: str
    text: str
    head: int | None = None

    def means(self, day: date) -> bool:
        return self.mention.means(day)

    @property
    def said(self) -> str:
        """For people: YYYY-MM-DD or YYYY-MM, as it is written where it reads both ways."""
        days, months = self.mention.days, self.mention.months
        if len(days) == 1 or (days and {one.replace(year=2000) for one in days} == {days[0].replace(year=2000)}):
            return days[0].isoformat()
        if len(months) == 1:
            return f"{months[0][0]}-{months[0][1]:02}"
        return self.text.strip()


def dated(page: Page) -> list[Dated]:
    """All dates of a page, in the order of its parts."""
    mentions = {k: some for k, part in enumerate(page.parts) if (some := find(part.plain))}
    roles = _Roles(page, mentions)
    found = [one for k in mentions for one in roles.of(k)]
    return found + list(_packed(page, mentions))


class _Roles:
    """What the dates of a page are."""

    def __init__(self, page: Page, mentions: dict[int, tuple[Mention, ...]]) -> None:
        self.page, self.mentions = page, mentions

    def of(self, k: int) -> Iterator[Dated]:
        """The dates of a part, one after the other: a label counts for what comes after it."""
        part, last, before = self.page.parts[k], "", 0
        for n, mention in enumerate(self.mentions[k]):
            between, head = part.plain[before : mention.start], None
            role = labels.role(between)
            if not role and n and LINK.fullmatch(between):
                role = self._second(k, n, last)
            elif not role:
                role = self._after(k, n) or ("" if n else self._beside(k))
                if not role:
                    role, head = self._over(k, n)
            if role not in {"expiry", "birth"} and SPAN.search(between):
                role = "course"
            yield Dated(k, mention, self._first(k, n, role), part.text[mention.start : mention.end], head)
            last, before = role, mention.end

    def _after(self, k: int, n: int) -> str:
        """What is said right after a date: '2026年3月1日まで有効', '12 March 2026 (date of issue)'."""
        ends = [one.start for one in self.mentions[k][n + 1 :]]
        after = self.page.parts[k].plain[self.mentions[k][n].end : ends[0] if ends else None]
        if ends or len(after) > SHORT:
            return ""
        found = labels.roles(after)
        return found[0] if found else "expiry" if after.strip().startswith("まで") else ""

    def _second(self, k: int, n: int, last: str) -> str:
        """The second of two dates with nothing but 'to' between them."""
        one, other = self.mentions[k][n - 1], self.mentions[k][n]
        long = bool(one.days and other.days) and (other.days[0] - one.days[0]).days > LONG
        if last in {"expiry", "start"} or (long and last in {"", "issue"}):
            return "expiry"
        return last or "course"

    def _first(self, k: int, n: int, role: str) -> str:
        """The first of two dates of a validity is where it starts; of two without a label, of a course."""
        ahead = self.mentions[k][n + 1 :]
        if not ahead or not LINK.fullmatch(self.page.parts[k].plain[self.mentions[k][n].end : ahead[0].start]):
            return role
        if role == "expiry":
            return "start"
        return role or ("start" if self._second(k, n + 1, "") == "expiry" else "course")

    def _beside(self, k: int) -> str:
        """What the text left of a part says."""
        left = self.page.left(k)
        if left is None or left in self.mentions:
            return ""
        return labels.role(self.page.parts[left].plain)

    def _over(self, k: int, n: int) -> tuple[str, int | None]:
        """What is over a date, in its column, or right under it; and which part says so."""
        mention, part = self.mentions[k][n], self.page.parts[k]
        place = part.place(mention.start, mention.end)
        above = self._head(k, place)
        under = next((o for o in self.page.below(k, place) if o not in self.mentions), None)
        if under is not None and (not self.page.near(k, under) or not self._label(under)):
            under = None
        if under is not None and (above is None or self.page.gap(k, under) < self.page.gap(above, k)):
            above = under
        role = "" if above is None else self._several(above, k, n)
        return (role, above) if role else ("", None)

    def _head(self, k: int, place: Box) -> int | None:
        """The head of a column: the first part over it that is no date; right above it, or of a table."""
        passed = 0
        for other in self.page.above(k, place):
            if other in self.mentions:
                passed += 1
                continue
            heads = len(set(labels.roles(self.page.parts[other].plain)))  # several, where a line is in one piece
            table = heads > 1 or (len(self.page.line(other)) > 1 and len(self.page.line(k)) > 1)
            if self._label(other) and (table or (not passed and self.page.near(other, k))):
                return other
            if not table:
                return None
        return None

    def _label(self, k: int) -> str:
        text = self.page.parts[k].plain
        return labels.role(text) if len(text) <= SHORT else ""

    def _several(self, head: int, k: int, n: int) -> str:
        """Of a line of several heads in one piece the n-th, where there are as many dates under it."""
        found, many = labels.roles(self.page.parts[head].plain), self.mentions[k]
        if len(many) > 1 or len(set(found)) > 1:
            return found[n] if len(found) == len(many) else ""
        before = self.page.parts[k].plain[: many[n].start]
        alone = not any(one.isalpha() for one in before)
        return found[-1] if found and (alone or found[-1] in NEITHER) else ""


def _packed(page: Page, mentions: dict[int, tuple[Mention, ...]]) -> Iterator[Dated]:
    """Eight digits, or month and year with two digits each, are a date only where a label says so."""
    for k, part in enumerate(page.parts):
        for found in PACKED.finditer(part.plain):
            if k in mentions or labels.NUMBER.search(part.plain):
                continue
            left = page.left(k)
            words = labels.roles(part.plain[: found.start()]) or (
                labels.roles(page.parts[left].plain) if left is not None else ()
            )
            days, months = ((), short(found[0][:2], found[0][3:])) if "/" in found[0] else (packed(found[0]), ())
            if words and (days or months):
                yield Dated(k, Mention(found.start(), found.end(), days, months), words[-1], found[0])


def within(found: Sequence[Dated], parts: set[int]) -> list[Dated]:
    """The dates of some parts; all, where these have none."""
    return [one for one in found if one.part in parts] or list(found)


def in_table(page: Page, found: Sequence[Dated]) -> set[int]:
    """The parts with dates that have a column in common with others, each on a line of its own."""
    columns: dict[int, set[int]] = defaultdict(set)
    for one in found:
        if one.head is not None and one.role != "birth":
            columns[one.head].add(one.part)
    return {part for parts in columns.values() if len({tuple(page.line(k)) for k in parts}) > 1 for part in parts}
