"""Days: which columns hold dates, and which of them are issue and expiration dates – birthdays are dates, too."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from credtools.checking.meant.under import Under
from credtools.model import BoolArray, IntArray
from credtools.schema.dates import DateFormat, date_format
from credtools.schema.evidence import format_evidence, undeclared_evidence
from credtools.schema.notation import Notation, declared

WORDS = re.compile(r"\d+|[^\W\d_]+")
LONGEST_TEXT, LONGEST_WORD, MOST_WORDS, LEAST_NAME = 40, 14, 10, 3
DIGITS_ALONE = (6, 8)  # 20240131
MOSTLY, NEARLY_ALL = 0.7, 0.95  # shares of cells
FEW = 5  # pairs of dates, below which an interval says nothing
PROBED = 60  # texts by which the format is found
MOST_FORMATS, FEW_UNREAD = 3, 0.05
BIRTH_AGE = 14  # years
REGULAR = 0.6  # of the pairs, that are whole periods apart
SMALL_GAP = 1  # day: 2025-01-01 to 2026-12-31
FUTURE = 0.2  # of the expiration dates, at least
OLDEST = date(1900, 1, 1)
NONE = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Days:
    """A column of dates: by which formats they are read, and the days of some rows (ordinal; NONE: no date)."""

    under: Under
    forms: tuple[DateFormat, ...]
    some: IntArray
    today: int

    @property
    def heading(self) -> str:
        return self.under.heading

    @property
    def because(self) -> str:
        how = f", read as {self.forms[0].text}" if self.forms else ""
        return f"{len(self.whole[self.whole != NONE]):,} of {self.under.filled:,} are dates{how}"

    @cached_property
    def whole(self) -> IntArray:
        """The days of all rows."""
        codes, names = self.under.codes
        days = [_day(self.under, name, self.forms) for name in names]
        return np.array([*(day.toordinal() if day else NONE for day in days), NONE], dtype=np.int64)[codes]

    @cached_property
    def there(self) -> BoolArray:
        return np.asarray(self.some != NONE)

    @cached_property
    def days(self) -> IntArray:
        return self.some[self.there]

    @property
    def future(self) -> float:
        """How much of it lies ahead."""
        return float((self.days > self.today).mean()) if len(self.days) else 0.0

    @property
    def like_birthdays(self) -> bool:
        """Whether nearly all of it is so long ago that it may be birthdays, or dates of hiring."""
        return bool(len(self.days)) and float((self.days < self.today - BIRTH_AGE * 365).mean()) > 0.5


@dataclass(frozen=True)
class Pair:
    """Two columns of dates as issue and expiration date: `order` (in which share the second isn't earlier)."""

    first: Days
    second: Days
    both: int
    order: float
    regular: float

    @property
    def plain(self) -> bool:
        """Whether the second follows from the first, as expiration dates do: whole periods later, nearly always."""
        return self.both >= FEW and self.order >= NEARLY_ALL - 0.1 and self.regular >= REGULAR

    @property
    def possible(self) -> bool:
        return self.both >= FEW and self.order >= NEARLY_ALL and self.second.future >= FUTURE

    @property
    def because(self) -> str:
        periods = "; mostly whole months later" if self.regular >= REGULAR else ""
        rows = (self.first.whole != NONE) & (self.second.whole != NONE)
        right = int((self.second.whole[rows] >= self.first.whole[rows]).sum())
        return f"not before ‘{self.first.heading}’ in {right:,} of {int(rows.sum()):,} rows{periods}"


def days_under(under: Under, known: Sequence[DateFormat], notation: Notation, today: date) -> Days | None:
    """The dates under a heading; None when it holds other things. `known`: the formats that are tried first."""
    if not under.sample:
        return None
    texts = [" ".join(text.split()) for text in under.sample if under.date_cells.get(text) is None]
    probes = texts[:: max(1, len(texts) // PROBED)][:PROBED]
    if sum(map(_like_a_date, probes)) < MOSTLY * len(probes):
        return None
    forms = tuple(_formats(probes, known, notation)) if probes else ()
    if _readable(probes, forms) < MOSTLY * len(probes):
        return None
    found = {text: day.toordinal() for text in under.sample if (day := _day(under, text, forms))}
    compact = bool(forms) and not re.search(r"[^A-Z]", forms[0].text)
    if under.share(found) < (NEARLY_ALL if compact else MOSTLY):
        return None
    some = np.array([found.get(text, NONE) for text in under.some_rows], dtype=np.int64)
    return Days(under, forms, some, today.toordinal())


def _like_a_date(text: str) -> bool:
    """Whether a text has the digits and words of a date: three short numbers, or two and a name, or eight digits."""
    words = WORDS.findall(text) if len(text) <= LONGEST_TEXT else []
    numbers = [word for word in words if word.isdecimal()]
    if len(words) == 1 and numbers:
        return len(numbers[0]) in DIGITS_ALONE
    if not words or len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
        return False
    name = any(len(word) >= LEAST_NAME for word in words if not word.isdecimal())
    return len(numbers) >= (2 if name else 3) and all(len(number) <= len("2026") for number in numbers)


def pairs(columns: Sequence[Days], lengths: Sequence[int] = ()) -> list[Pair]:
    """Every two of these columns, the other way round, too. `lengths`: in months, how long types are valid."""
    return [_pair(one, other, lengths) for one, other in itertools.permutations(columns, 2)]


def _pair(first: Days, second: Days, lengths: Sequence[int]) -> Pair:
    rows = first.there & second.there
    both = int(rows.sum())
    if not both:
        return Pair(first, second, 0, 0.0, 0.0)
    earlier, later = first.some[rows], second.some[rows]
    order = float((later >= earlier).mean())
    some = list(zip(earlier.tolist(), later.tolist(), strict=True))[:: max(1, both // PROBED)]
    whole = sum(b > a and _is_period(a, b, lengths) for a, b in some) if order > 0.5 else 0
    return Pair(first, second, both, order, whole / len(some))


def _is_period(first: int, second: int, lengths: Sequence[int]) -> bool:
    """Whether the second day is a whole number of half years (or so many months) after the first, or a day before."""
    one = date.fromordinal(first)
    for gap in (0, SMALL_GAP):
        other = date.fromordinal(second + gap)
        months = 12 * (other.year - one.year) + other.month - one.month
        same_day = other.day == one.day or (gap == 0 and one.day > other.day and _ends_month(other))
        if months > 0 and same_day and (months % 6 == 0 or months in lengths):
            return True
    return False


def _ends_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1


def _day(under: Under, text: str, forms: Sequence[DateFormat]) -> date | None:
    if (cell := under.date_cells.get(text)) is not None:
        return cell
    plain = " ".join(text.split())
    day = next((day for form in forms if (day := form.parse(plain))), None)
    return day if day and day >= OLDEST else None


def _readable(texts: Sequence[str], forms: Sequence[DateFormat]) -> int:
    return sum(any(form.parse(text) for form in forms) for text in texts)


def _formats(texts: Sequence[str], known: Sequence[DateFormat], notation: Notation) -> list[DateFormat]:
    """Up to three formats that read most of some texts together, each the one that reads most of what is left."""
    left, chosen = list(texts), list[DateFormat]()
    while left and len(chosen) < MOST_FORMATS:
        found = _best(left, known, notation)
        rest = [text for text in left if not found or not found.parse(text)]
        if found is None or len(rest) == len(left):
            break
        chosen.append(found)
        left = rest if len(rest) > FEW_UNREAD * len(texts) else []
    return chosen


def _best(texts: Sequence[str], known: Sequence[DateFormat], notation: Notation) -> DateFormat | None:
    for form in known:  # what is in force wins where it reads nearly all
        if sum(bool(form.parse(one)) for one in texts) >= NEARLY_ALL * len(texts):
            return form
    counts = dict.fromkeys(texts, 1)
    found = format_evidence(counts, notation)
    if found and found[0].reads >= MOSTLY / 2 * len(texts):
        return date_format(found[0].format, notation)
    if more := undeclared_evidence(counts, notation):
        text, needed = declared(more[0].format)
        return date_format(text, notation.and_also(needed))
    return date_format(found[0].format, notation) if found else None
