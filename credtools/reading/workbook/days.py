"""Days and hours: numbers that a cell shows as a date or a time, by its number format."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from credtools.reading.workbook.formats import NUMBER, Section, plain, section_of, sections, shown

LAST = 2958465  # 31 December 9999
FIRST_YEAR = 366  # days in which a number that is shown as a time is one of several days, not a moment
LEAP_DAY = 60  # shown as 29 February 1900, which never was
NAMES = {"mmm": "%b", "mmmm": "%B", "ddd": "%a", "dddd": "%A"}  # in English: nobody asked for a locale


class Day(NamedTuple):
    """A date cell: its text; YYYY-MM-DD, or '' when it is shown without a day; and what is seen, '' where unknown.

    The text is as the sheet shows it where that reads one way only, else YYYY-MM-DD. Of a day that nobody said it is
    its month or year: 'Mar 2026', '2026'.
    """

    text: str
    day: str
    seen: str


@lru_cache(maxsize=4096)
def is_dated(code: str) -> bool:
    """Whether a format shows dates or times, be it of some numbers only."""
    return any(one.dated for one in sections(code))


def number(text: str, code: str, *, since_1904: bool = False) -> Day | str:
    """A number as its cell shows it, be it a date, a time or none."""
    return dated(text, code, since_1904=since_1904) if is_dated(code) else shown(text, code)


def moment(serial: float, *, since_1904: bool = False) -> datetime | None:
    """The moment that a number stands for, to the millisecond; None for a day that never was."""
    if since_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001 - cells have no zone
    elif LEAP_DAY <= serial < LEAP_DAY + 1 or serial < 1:
        return None
    else:
        start = datetime(1899, 12, 31 if serial < LEAP_DAY else 30)  # noqa: DTZ001
    whole = round(serial * 86_400_000)
    return start + timedelta(milliseconds=whole) if 0 <= serial < LAST + 1 else None


@lru_cache(maxsize=65536)
def dated(text: str, code: str, *, since_1904: bool = False) -> Day | str:
    """A number that is shown as a date, or the text of any other."""
    own = plain(text)
    if not NUMBER.fullmatch(own):
        return own
    serial = float(own)
    section, _ = section_of(code, Decimal(own))
    if not section.dated:
        return shown(text, code)
    if serial < 0 or serial >= LAST + 1:
        return own
    letters = _letters(section)
    if not letters & set("ymdgeb") and (serial < FIRST_YEAR or _is_elapsed(section)):
        exact = "s" not in letters or "fraction" in dict(_tokens(section))
        return lasting(round(serial * 86_400, 3 if exact else None), section)
    day = moment(serial, since_1904=since_1904)
    if day is None:  # no day, but the hours of one; or the day that never was
        return clock(round(serial * 86_400)) if serial < 1 else "1900-02-29"
    return cell(day, section)


def cell(day: datetime, section: Section) -> Day:
    """A date as a section shows it."""
    return Day(*_one_way(day, section), _seen(day, section))


def _is_elapsed(section: Section) -> bool:
    return any(kind == "elapsed" for kind, _ in section.parts)


def _letters(section: Section) -> set[str]:
    """What a section shows of: y m d h s; minutes count as s."""
    return {kind for kind, _ in _tokens(section)} & set("ymdhsgeb")


@lru_cache(maxsize=4096)
def _tokens(section: Section) -> tuple[tuple[str, str], ...]:
    """The parts of a section for dates: (y m d h n s, as it is written), n for minutes; all else is literal."""
    found: list[tuple[str, str]] = []
    parts = list(section.parts)
    for k, (kind, text) in enumerate(parts):
        if kind == "date":
            letter = text[0].lower()
            if letter == "m" and len(text) < 3:
                before = next((t for kd, t in reversed(parts[:k]) if kd in ("date", "elapsed")), "")
                after = next((t for kd, t in parts[k + 1 :] if kd in ("date", "elapsed")), "")
                letter = "n" if before[:1].lower() == "h" or after[:1].lower() == "s" else "m"
            found.append((letter, text.lower()))
        elif kind == "elapsed":
            found.append(("n" if text[0] == "m" else text[0], f"[{text}]"))
        elif kind == "digit" and found and found[-1] == ("literal", ".") and parts[k - 1][0] == "point":
            found[-1] = ("fraction", text)
        elif kind == "digit" and found and found[-1][0] == "fraction":
            found[-1] = ("fraction", found[-1][1] + text)
        else:
            found.append((kind if kind == "half" else "literal", text))
    return tuple(found)


def _one_way(day: datetime, section: Section) -> tuple[str, str]:
    tokens = _tokens(section)
    letters = [kind for kind, _ in tokens if kind in "ymdhnsgeb"]
    written = {text for kind, text in tokens if kind in "ymd"}
    timed = day.time() != datetime.min.time()
    if {"y", "m"} & set(letters) and not {"d", "h", "n", "s"} & set(letters):
        return f"{day:%b %Y}" if "m" in letters else f"{day:%Y}", ""
    day_first = {"d", "dd"} & written
    named = {"mmm", "mmmm"} & written
    ordered = letters[:1] == ["y"] and {"m", "mm"} & written
    words = any(c.isalpha() for kind, text in tokens if kind not in "ymd" for c in text)
    whole = "yyyy" in written and day_first and set(letters) == set("ymd") and not words and not section.unclear
    if timed or not (whole and not section.foreign and (named or ordered)):
        return str(day) if timed else f"{day:%Y-%m-%d}", f"{day:%Y-%m-%d}"
    return _seen(day, section), f"{day:%Y-%m-%d}"


def _seen(day: datetime, section: Section) -> str:
    """What a cell shows, '' where that depends on the computer."""
    tokens = _tokens(section)
    named = any(text in NAMES or text == "mmmmm" for kind, text in tokens if kind in "md") or "half" in dict(tokens)
    if section.unclear or (section.foreign and named) or _is_elapsed(section):
        return ""
    half = "half" in dict(tokens)
    return "".join(_field(day, kind, text, half=half) for kind, text in tokens).strip()


def _field(day: datetime, kind: str, text: str, *, half: bool) -> str:
    if kind == "literal":
        return text
    if text in NAMES:
        return f"{day:{NAMES[text]}}"
    hour = (day.hour % 12 or 12) if half else day.hour
    numbers = {"y": day.year, "m": day.month, "d": day.day, "h": hour, "n": day.minute, "s": day.second}
    if kind == "y":
        return f"{day.year:04}" if len(text) > 2 else f"{day.year % 100:02}"
    if kind == "half":
        word = "AM" if day.hour < 12 else "PM"
        return word if len(text) > 3 else word[0]
    if kind == "fraction":
        return "." + f"{day.microsecond:06}"[: len(text)]
    return f"{day:%B}"[0] if text == "mmmmm" else f"{numbers[kind]:0{min(len(text), 2)}}"


def clock(seconds: int) -> str:
    """HH:MM:SS, also of many hours."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def lasting(seconds: float, section: Section) -> str:
    """Hours of a day, or of many, as a section shows them."""
    whole, rest = int(seconds), seconds - int(seconds)
    tokens = _tokens(section)
    if section.unclear or (section.foreign and "half" in dict(tokens)):
        return clock(whole)
    at = datetime(1900, 1, 1) + timedelta(seconds=whole % 86_400 + rest)  # noqa: DTZ001
    half, totals = "half" in dict(tokens), {"h": whole // 3600, "n": whole // 60, "s": whole}
    found = ""
    for kind, text in tokens:
        if kind in totals and text.startswith("["):
            found += f"{totals[kind]:0{len(text) - 2}}"
        else:
            found += _field(at, kind, text, half=half)
    return found.strip()


def iso(text: str, code: str) -> Day | str:
    """A date or moment that the file writes as such, with or without a zone, which no cell shows; else the text."""
    try:
        day = datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return text.strip()
    section, _ = section_of(code, Decimal((day - datetime(1899, 12, 30)).days))  # noqa: DTZ001
    return cell(day, section if section.dated else sections("yyyy-mm-dd")[0])
