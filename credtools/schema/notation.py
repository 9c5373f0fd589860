"""Notation: what a source declares beside its date formats – the years that YY means, the language of its names."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NUMBER = {name: k for k, name in enumerate(MONTHS, 1)} | {n[:3]: k for k, n in enumerate(MONTHS, 1)}
DAY_NUMBERS = {(name, k) for k, full in enumerate(DAYS) for name in (full, full[:3])}
USUAL_TOO = {"de": {"mrz": 3}, "en": MONTH_NUMBER | {"sept": 9}}  # what people write and CLDR lacks
CENTURY = 100
CONTEXTS, WIDTHS = ("format", "stand-alone"), (("wide", 4), ("abbreviated", 3))


@dataclass(frozen=True)
class Notation:
    """What a source declares: `years` is the window (first and last) that YY means, `months` the languages of names.

    Without languages the names are English.
    """

    years: tuple[int, int] | None = None
    months: tuple[str, ...] = ()

    def year(self, text: str) -> int:
        """The year that two digits mean, 0 where the window has none; four digits mean themselves."""
        if len(text) > len("YY") or self.years is None:
            return int(text)
        first, last = self.years
        year = first + (int(text) - first) % CENTURY
        return year if year <= last else 0

    @property
    def names(self) -> Names:
        return names(self.months)

    def and_also(self, other: Notation) -> Notation:
        """Both together: the other's years where it has some, and the names of both."""
        both = (*(self.months or ("en",)), *other.months) if other.months else self.months
        return Notation(other.years or self.years, tuple(dict.fromkeys(both)))

    def __str__(self) -> str:
        """What it declares, as it is written after a format: ` (years: 1950-2049) (months: de)`."""
        years = f" (years: {self.years[0]}-{self.years[1]})" if self.years else ""
        return years + (f" (months: {', '.join(self.months)})" if self.months else "")


PLAIN = Notation()


@dataclass(frozen=True)
class Names:
    """The names of months and weekdays as they are compared, and how dates are written with them."""

    months: dict[str, int]
    days: set[tuple[str, int]]  # with 0 for Monday; short names of several languages may mean two days
    written: dict[str, tuple[str, ...]]  # by token

    def __hash__(self) -> int:
        return id(self)


def named(text: str) -> str:
    """How names are compared: composed, in any case, without a dot at the end."""
    return unicodedata.normalize("NFC", text).casefold().removesuffix(".")


@lru_cache(maxsize=64)
def names(languages: tuple[str, ...]) -> Names:
    """The names of some languages, English for none; from CLDR as babel has it, full and abbreviated, in both contexts.

    Raises ValueError with a whole sentence for an unknown language, and where a name means two months.
    """
    if not languages:
        english = {"MMMM": MONTHS, "MMM": [n[:3] for n in MONTHS], "dddd": DAYS, "ddd": [n[:3] for n in DAYS]}
        return Names(MONTH_NUMBER, DAY_NUMBERS, {k: tuple(n.capitalize() for n in some) for k, some in english.items()})
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - only who declares a language needs it

    months: dict[str, int] = {}
    days: set[tuple[str, int]] = set()
    written: dict[str, tuple[str, ...]] = {}
    for language in languages:
        try:
            locale = Locale.parse(language, sep="-" if "-" in language else "_")
        except (UnknownLocaleError, ValueError, TypeError) as problem:
            raise ValueError(f"{language!r} is no language whose month names are known, like de or fr.") from problem
        found = [(text, number) for text, number in USUAL_TOO.get(locale.language, {}).items()]
        for context, (width, letters) in itertools.product(CONTEXTS, WIDTHS):
            of_year, of_week = locale.months[context][width], locale.days[context][width]
            written.setdefault("M" * letters, tuple(of_year[k] for k in range(1, 13)))
            written.setdefault("d" * letters, tuple(of_week[k] for k in range(7)))
            found += [(name, number) for number, text in of_year.items() for name in (text, text.upper())]
            days |= {(named(name), number) for number, text in of_week.items() for name in (text, text.upper())}
        for name, number in found:
            if months.setdefault(named(name), number) != number:
                raise ValueError(f"{name!r} is one month in one of {', '.join(languages)}, and another in another.")
    return Names(months, days, written)


def declared(text: str) -> tuple[str, Notation]:
    """A format, and what is declared after it: `DD-MMM-YY (years: 1950-2049)`. Raises ValueError for what can't be."""
    form, years, months = text, None, ()
    while found := re.fullmatch(r"(.*?)\s*\((years|months):([^()]*)\)\s*", form, re.DOTALL):
        form, what, said = found.groups()
        if what == "years":
            years = window(said)
        else:
            months = tuple(said.replace(",", " ").split())
    return form, Notation(years, months)


def plainly(text: str) -> str:
    """Formats in a sentence as people read them: what `[excel]` and a window of years mean."""
    text = re.sub(r"\(years: (\d+)-(\d+)\)", "(two-digit years mean \\1–\\2)", text)
    text = text.replace("[excel]", "[excel] (day numbers of a spreadsheet)")
    return text.replace("[excel 1904]", "[excel 1904] (day numbers of a spreadsheet that counts from 1904)")


def window(text: str) -> tuple[int, int]:
    """The window in a text like 1950-2049. Raises ValueError for anything else, or for more than a century."""
    found = re.fullmatch(r"([0-9]{4})\s*[-–]\s*([0-9]{4})", text.strip())
    first, last = (int(found[1]), int(found[2])) if found else (1, 0)
    if not first <= last < first + CENTURY:
        raise ValueError(text)
    return first, last
