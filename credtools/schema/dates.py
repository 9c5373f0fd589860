"""Dates as people declare them: a format in tokens (DD/MM/YYYY, D MMM YYYY, dddd, MMMM D, YYYY) → dates.

A text is read by the declared format only: leading zeros may be missing, `Mar` and `March` both serve a month's
name, case and repeated blanks don't matter. Two-digit years, other separators, impossible days and a weekday that
isn't the date's are errors; nothing is guessed. Three more formats are for those who choose them: `[excel]` reads the
day numbers of a spreadsheet (45386), `[first] MMM YYYY` and `[last] MM/YYYY` a month as its first or last day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NUMBER = {name: k for k, name in enumerate(MONTHS, 1)} | {n[:3]: k for k, n in enumerate(MONTHS, 1)}
DAY_NUMBER = {name: k for k, name in enumerate(DAYS)} | {name[:3]: k for k, name in enumerate(DAYS)}
TOKEN = re.compile(r"YYYY|MMMM|MMM|MM|M|DD|D|dddd|ddd|\s+|[A-Za-z]+|.")
DIGITS = ("YYYY", "MM", "M", "DD", "D")
PATTERNS = {
    "YYYY": r"(?P<year>\d{4})",
    **dict.fromkeys(("MM", "M"), r"(?P<month>\d{1,2})"),
    **dict.fromkeys(("MMMM", "MMM"), r"(?P<name>[a-z]+)\.?"),
    **dict.fromkeys(("DD", "D"), r"(?P<day>\d{1,2})"),
    **dict.fromkeys(("dddd", "ddd"), r"(?P<weekday>[a-z]+)"),
}
EXCEL = "[excel]"
EXCEL_DAYS = range(61, 2_958_466)  # from 1 March 1900: before it spreadsheets disagree
EXCEL_ZERO = date(1899, 12, 30)
NO_YEARS, ZERO_YEAR = frozenset({"0000", "0001", "9999"}), "1900"  # in dates that stand for none
NEVER = "never"  # in any file: it doesn't expire
MONTH_ONLY = re.compile(r"\[(first|last)\]\s*")
# What `format_evidence` tries: in every order of day, month and year that people write.
PLAUSIBLE = (
    *(order.replace("/", mark) for mark in "/-. " for order in ("YYYY/MM/DD", "DD/MM/YYYY", "MM/DD/YYYY")),
    *("YYYYMMDD", "DDMMYYYY", "MMDDYYYY", "D MMM YYYY", "D-MMM-YYYY", "D. MMMM YYYY", "MMM D, YYYY", "MMM D YYYY"),
    *("dddd, MMMM D, YYYY", "dddd, D MMMM YYYY", "dddd D MMMM YYYY", "YYYY-MMM-DD"),
)


class DateFormat:
    """A declared date format; `parse` reads one text, `write` shows a date in it.

    Raises ValueError with a whole sentence for a format that doesn't name a day, a month and a four-digit year.
    """

    def __init__(self, text: str) -> None:
        text = text.strip()
        self.text = text
        self.day_of_month = found[1] if (found := MONTH_ONLY.match(text)) else ""
        self.tokens = TOKEN.findall(MONTH_ONLY.sub("", text, count=1)) if text != EXCEL else []
        if text == EXCEL:
            return
        kinds = [_kind(token) for token in self.tokens]
        if self.day_of_month:
            kinds.append("day")  # one more of them would be too many
        if any(kinds.count(kind) != 1 for kind in ("year", "month", "day")) or kinds.count("weekday") > 1:
            raise ValueError(
                f"{text!r} can't be used as a date format; it needs a day (D or DD), a month (M, MM, MMM or MMMM) and "
                "a year (YYYY), for example DD/MM/YYYY."
            )
        unknown = [token for token in self.tokens if _kind(token) is None and (token.isalnum() or not token.isascii())]
        if unknown:
            raise ValueError(f"{text!r} can't be used as a date format; {unknown[0]!r} means nothing in it.")
        self._pattern = re.compile("".join(self._part(place) for place in range(len(self.tokens))))

    def _part(self, place: int) -> str:
        """The pattern of one token; digits that touch other digits must have a fixed number."""
        token = self.tokens[place]
        beside = self.tokens[max(place - 1, 0) : place] + self.tokens[place + 1 : place + 2]
        if token in DIGITS and any(other in DIGITS for other in beside):
            if len(token) == 1:
                raise ValueError(
                    f"{self.text!r} can't be used as a date format; {token!r} beside other digits could mean one digit "
                    "or two, so write it twice or put a separator between them."
                )
            return PATTERNS[token].replace(r"\d{1,2}", r"\d{2}")
        return PATTERNS.get(token) or (r"\s+" if token.isspace() else re.escape(token))

    def parse(self, text: str) -> date | None:
        """The date that `text` (trimmed, squeezed) means in this format, or None."""
        if self.text == EXCEL:
            number = int(text) if re.fullmatch(r"[0-9]{2,7}", text) else 0
            return EXCEL_ZERO + timedelta(number) if number in EXCEL_DAYS else None
        found = self._pattern.fullmatch(text.lower())
        if not found or not text.isascii():
            return None
        part = found.groupdict()
        month = MONTH_NUMBER.get(part["name"], 0) if "name" in part else int(part["month"])
        try:
            last = monthrange(int(part["year"]), month)[1] if self.day_of_month == "last" else 1
            day = date(int(part["year"]), month, int(part.get("day", last)))
        except ValueError:
            return None
        if "weekday" in part and DAY_NUMBER.get(part["weekday"]) != day.weekday():
            return None
        return day

    def lacks_day(self, text: str) -> bool:
        """Whether `text` is written in this format, but the calendar has no such day (31/02/2025)."""
        found = self._pattern.fullmatch(text.lower()) if self.text != EXCEL and text.isascii() else None
        words = found.groupdict() if found else {}
        known = words.get("name", "may") in MONTH_NUMBER and "weekday" not in words
        return found is not None and known and self.parse(text) is None

    def write(self, day: date) -> str:
        """`day` in this format."""
        if self.text == EXCEL:
            return str((day - EXCEL_ZERO).days)
        written = {
            "YYYY": f"{day.year:04}",
            "MMMM": MONTHS[day.month - 1].capitalize(),
            "MMM": MONTHS[day.month - 1][:3].capitalize(),
            "MM": f"{day.month:02}",
            "M": str(day.month),
            "DD": f"{day.day:02}",
            "D": str(day.day),
            "dddd": DAYS[day.weekday()].capitalize(),
            "ddd": DAYS[day.weekday()][:3].capitalize(),
        }
        return "".join(written.get(token, token) for token in self.tokens)


@lru_cache(maxsize=256)
def date_format(text: str) -> DateFormat:
    """The DateFormat of a text, made once."""
    return DateFormat(text)


@dataclass(frozen=True)
class FormatEvidence:
    """How well a format reads a column; to be shown and chosen, never applied by itself.

    `reads` of `values` are dates in it; `proves` of these can't be read with day and month swapped, `both_ways` can,
    and mean another date then.
    """

    format: str
    values: int
    reads: int
    proves: int
    both_ways: int

    def __str__(self) -> str:
        reads = f"{self.format} reads {self.reads:,} of {self.values:,} values"
        if self.format == _swapped(self.format):
            return f"{reads}."
        first = "day" if self.format.index("D") < self.format.index("M") else "month"
        return f"{reads}; {self.proves:,} prove that the {first} comes first, {self.both_ways:,} read both ways."


def format_evidence(texts: Iterable[str]) -> list[FormatEvidence]:
    """The plausible formats that read at least one of a column's values (blank ones don't count), best first."""
    counts = Counter(" ".join(text.split()) for text in texts)
    del counts[""]
    found = []
    for form in map(date_format, PLAUSIBLE):
        read = {text: day for text in counts if (day := form.parse(text))}
        if not read:
            continue
        other = date_format(_swapped(form.text))
        swapped = {text: day for text in read if (day := other.parse(text))} if other is not form else {}
        reads = sum(counts[text] for text in read)
        proves = reads - sum(counts[text] for text in swapped)
        both = sum(counts[text] for text, day in swapped.items() if day != read[text])
        found.append(FormatEvidence(form.text, counts.total(), reads, proves, both))
    return sorted(found, key=lambda evidence: (-evidence.reads, -evidence.proves))


def may_mean_none(text: str) -> bool:
    """Whether a text under a date may say that there is no such date: a word without digits, or a placeholder."""
    return placeholder(text) or not any(c.isdigit() for c in text)


def placeholder(text: str) -> bool:
    """Whether a text is what systems write for *no date*: a year 0000, 0001 or 9999, the first days of 1900."""
    numbers = re.findall(r"[0-9]+", text)
    numbers = [text[:4], text[4:]] if [text] == numbers and len(text) == len("99991231") else numbers
    none = not NO_YEARS.isdisjoint(numbers)
    return none or (ZERO_YEAR in numbers and all(int(one) <= 1 for one in numbers if one != ZERO_YEAR))


def _swapped(text: str) -> str:
    """A format of digits with day and month swapped, where they are side by side; else the same."""
    swapped = re.sub(r"DD(.?)MM|MM(.?)DD", lambda m: f"MM{m[1]}DD" if m[0][0] == "D" else f"DD{m[2]}MM", text)
    return text if "MMM" in text or text.startswith("YYYY") else swapped


def shape(text: str) -> str:
    """What a text looks like: 9 for a digit, A for a letter, the rest unchanged (2024-03-05 → 9999-99-99)."""
    return re.sub(r"[^\W\d_]+", lambda m: "A" * min(len(m[0]), 4), re.sub(r"\d", "9", text))[:60]


def _kind(token: str) -> str | None:
    kinds = {"Y": "year", "M": "month", "D": "day", "d": "weekday"}
    return kinds.get(token[0]) if token in PATTERNS else None
