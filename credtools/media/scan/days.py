"""Days: the dates in a text, in all usual notations; a date that reads both ways has both readings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from credtools.media.scan import worded
from credtools.media.scan.months import MONTH_WORDS
from credtools.media.scan.spelling import KEPT

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "民國": 1911, "民国": 1911}  # the year before the first
BUDDHIST = 543
CHINESE = str.maketrans("〇零一二三四五六七八九", "00123456789")
EARLIEST, LATEST = 1900, 2120
OLD = 40  # two digits from here on may mean the last century, too
MONTHS = range(1, 13)
TORN = re.compile(r"(?<![^\W_])([^\W\d_]{1,8}) ([^\W\d_]{1,8})(?=[\s.,]*\d)")
HALF = 12  # hours that a time zone may move a day


@dataclass(frozen=True)
class Mention:
    """A date in a text: where, which days it may mean (or, without a day, which months), the likeliest first."""

    start: int
    end: int
    days: tuple[date, ...] = ()
    months: tuple[tuple[int, int], ...] = ()

    def means(self, day: date) -> bool:
        return day in self.days or (day.year, day.month) in self.months


@lru_cache(maxsize=KEPT)
def find(text: str) -> tuple[Mention, ...]:
    """The dates in a text, as `page.plain` makes it, from left to right."""
    if worded.is_worded(text):
        text = worded.in_digits(text)
    if not POSSIBLE.search(text):
        return ()
    text = TORN.sub(_joined, text)
    found = _found(text)
    if any(one.months for one in found) and (digits := worded.in_digits(text)) != text:  # 'the first of March 2026'
        found = _found(digits)
    return tuple(found)


def _found(text: str) -> list[Mention]:
    found: list[Mention] = []
    place, search = 0, _pattern().search
    while match := search(text, place):
        kind = match.lastgroup or ""
        parts = [one for one in match.groups()[_first(kind) :] if one is not None]
        days, months = _read(kind, parts)
        place = match.end() if days or months else match.start() + 1
        if days or months:
            found.append(Mention(match.start(), match.end(), tuple(dict.fromkeys(days)), tuple(dict.fromkeys(months))))
    return found


def _joined(found: re.Match[str]) -> str:
    """The name of a month in two parts, put together, and as long as before; other words as they are."""
    one, other = found[1], found[2]
    torn = one + other in MONTH_WORDS and other not in MONTH_WORDS
    return f"{one}{other} " if torn else found[0]


def packed(text: str) -> tuple[date, ...]:
    """The days that eight digits without anything between them may mean."""
    year_last = _numeric(text[:2], text[2:4], text[4:])
    return tuple(_real([(int(text[:4]), int(text[4:6]), int(text[6:]))]) + year_last)


def short(month: str, year: str) -> tuple[tuple[int, int], ...]:
    """The months that 03/29 may mean."""
    return tuple((y, int(month)) for y in _years(year) if int(month) in MONTHS)


# What every kind of notation looks like; groups in the order in which `_read` takes them.
_D, _Y = r"(\d{1,2})", r"(\d{4})"
_OF = r"(?:\s*(?:day\b)?\s*(?:of\b|de\b|del\b|di\b|d')?)"
_IN = r"(?:\s*(?:,|of\b|del\b|de\b|di\b|in the year(?: of our lord)?\b))*"
_NTH = r"(?:st|nd|rd|th|er|re|°|\.)?"
_NUMBER = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
KINDS = {
    "stamp": r"(\d{4})-(\d\d)-(\d\d)t(\d\d):\d\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?",
    "cjk": r"(令和|平成|昭和|大正|民國|民国)?\s*(\d{1,4}|元|[〇零一二三四五六七八九]{4})\s*[年년]\s*"
    rf"{_NUMBER}\s*[月월](?:\s*{_NUMBER}\s*[日일号])?",
    "ymd": r"(?<!\d)(?<![^\W\d][-/.])(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)",
    "spaced": r"(?<!\d)(?<!\d\s)(?:(\d{4}) (\d\d) (\d\d)|(\d\d) (\d\d) (\d{4}))(?![\w])(?! \d)",
    "numeric": r"(?<!\d)(?<!\d[/.])(?<![^\W\d][-/.])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})"
    r"(?!\d)(?!\2\d)",
    "dmy": rf"(?<!\d){_D}{_NTH}{_OF}\s*[-./]?\s*([^\W\d_]+)\b\.?{_IN}\s*[-./']?\s*"
    r"(\d{4}|\d{2}(?!,?\s?\d{4}))(?!\d)",
    "mdy": rf"(?<![^\W\d])([^\W\d_]+)\b\.?\s*[-./]?\s*{_D}(?:st|nd|rd|th)?\s*[-,./]?\s*(?:of\s)?{_Y}(?!\d)",
    "ywd": rf"(?<!\d){_Y}\.?\s*(?:m\.|\u0433\.)?\s*[-./,]?\s*([^\W\d_]+)\b\.?\s*[-./]?\s*{_D}(?!\d)",
    "my": rf"(?<![^\W\d])([^\W\d_]+)\b\.?{_IN}\s*[-./]?\s*{_Y}(?!\d)",
    "number_my": r"(?<![\d])(?<![\w][-/.])(\d{1,2})\s?[-/.]\s?(\d{4})(?![\d])(?![-/.]\d)",
    "number_ym": r"(?<![\d])(?<![\w][-/.])(\d{4})[-/.](\d{2})(?![\d])(?![-/.]\d)",
}
# What is in every date, told quickly: a year of four digits, the sign for a year (which may be in Chinese numerals),
# two numbers with a mark between, or a day, a word and a year of two digits. Most lines have none of these.
POSSIBLE = re.compile(
    rf"[\d年년](?:(?<=[年년])|\d{{3}}|\s?[-/.]\s?\d"
    rf"|{_NTH}{_OF}\s*[-./]?\s*[^\W\d_]+(?: [^\W\d_]+)?\b\.?{_IN}\s*[-./']?\s*\d\d)"  # a month may be torn
)
ORDERS = {"dmy": (0, 1, 2), "mdy": (1, 0, 2), "ywd": (2, 1, 0)}  # day, month, year


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{kind}>{_named(kind, form)})" for kind, form in KINDS.items()))


def _named(kind: str, form: str) -> str:
    """A form whose references mean its own groups."""
    return form.replace("\\2", f"\\{_first(kind) + 2}")


@lru_cache(maxsize=32)
def _first(kind: str) -> int:
    """How many groups are before those of a kind."""
    count = 0
    for name, form in KINDS.items():
        count += 1
        if name == kind:
            break
        count += re.compile(re.sub(r"\\2", ".", form)).groups
    return count


Read = tuple[list[date], list[tuple[int, int]]]


def _read(kind: str, parts: list[str]) -> Read:
    """The days and the months that the parts of a date may mean."""
    if kind in {"my", "number_my", "number_ym"}:
        return [], _month_only(kind, parts)
    return _east(parts) if kind == "cjk" else (_full(kind, parts), [])


def _full(kind: str, parts: list[str]) -> list[date]:
    if kind in ORDERS:
        day, month, year = (parts[k] for k in ORDERS[kind])
        return _real([(y, m, int(day)) for y in _years(year) for m in MONTH_WORDS.get(month, ())])
    if kind == "stamp":
        return _moved(*map(int, parts[:4]))
    first, second, third = parts if kind == "spaced" else (parts[0], *parts[2:])
    if len(first) > len("YY"):
        return _real([(int(first), int(second), int(third))])
    return _numeric(first, second, third)


def _month_only(kind: str, parts: list[str]) -> list[tuple[int, int]]:
    month, year = reversed(parts) if kind == "number_ym" else parts
    numbers: Sequence[int] = MONTH_WORDS.get(month, ()) if kind == "my" else [int(month)]
    return [(y, m) for y in _years(year) for m in numbers if m in MONTHS and EARLIEST <= y <= LATEST]


def _numeric(first: str, second: str, year: str) -> list[date]:
    """Day first, month first; with two digits at the end also year first."""
    a, b = int(first), int(second)
    found = [(y, *order) for order in ((b, a), (a, b)) for y in _years(year)]
    if len(year) == len(first) == len("YY"):
        found += [(y, b, int(year)) for y in _years(first)]
    return _real(found)


def _east(parts: list[str]) -> Read:
    before = ERAS.get(parts[0])
    year, month, *day = parts[1:] if before is not None else parts
    number = 1 if year == "元" else int(year.translate(CHINESE))
    full = (before or 0) + number
    if day:
        return _real([(full, _chinese(month), _chinese(day[0]))]), []
    return [], [(full, _chinese(month))] if EARLIEST <= full <= LATEST else []


def _chinese(text: str) -> int:
    """12 for '12' and for '十二'."""
    if text[0].isdigit() and "十" not in text:
        return int(text)
    tens, mark, ones = text.partition("十")
    digit = (ones if mark else tens).translate(CHINESE)
    return (int(tens.translate(CHINESE) or 1) * 10 if mark else 0) + int(digit or 0)


def _years(text: str) -> Iterator[int]:
    number = int(text)
    if len(text) > len("YY"):
        yield number
        if EARLIEST + BUDDHIST <= number <= LATEST + BUDDHIST:
            yield number - BUDDHIST
        return
    yield 2000 + number if number < 2 * OLD else 1900 + number
    if number >= OLD:
        yield 1900 + number if number < 2 * OLD else 2000 + number


def _real(found: list[tuple[int, int, int]]) -> list[date]:
    days = []
    for year, month, day in found:
        if EARLIEST <= year <= LATEST:
            try:
                days.append(date(year, month, day))
            except ValueError:
                continue
    return days


def _moved(year: int, month: int, day: int, hour: int) -> list[date]:
    """The day of a time stamp, and the one before or after it, which it is in another time zone."""
    days = _real([(year, month, day)])
    return [*days, days[0] + timedelta(days=1 if hour >= HALF else -1)] if days else []
