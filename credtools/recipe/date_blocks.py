"""Date blocks: from examples of dates, old text → the day meant, the formats that read them, and what they need.

Dates are numbers of days in a spreadsheet, have years of two digits, months of another language, a time, no day, or
other text around them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date

from credtools.recipe import text_blocks
from credtools.recipe.pattern import Pattern
from credtools.schema.dates import EXCEL, EXCEL_1904, DateFormat, date_format
from credtools.schema.evidence import LANGUAGES, PLAUSIBLE, TIMES, USUAL_YEARS
from credtools.schema.notation import PLAIN, Notation, named, names

ISO = "YYYY-MM-DD"
WITHOUT_DAY = tuple(
    f"[{day}] {form}"
    for form in ("MM/YYYY", "MM.YYYY", "MM-YYYY", "YYYY-MM", "YYYY/MM", "MMM YYYY", "MMM-YYYY", "YYYY")
    for day in ("first", "last")
)
CENTURIES = (USUAL_YEARS, (1930, 2029), (1970, 2069), (2000, 2099), (1900, 1999))
NUMBERS, RECENT = re.compile(r"\d{4,6}"), re.compile(r"[2-6]\d{4}")


def patterns(name: str, examples: Mapping[str, str], formats: Sequence[str], known: Notation) -> Iterator[Pattern]:
    """What reads each old text as the day of its new one."""
    days = {old: day for old, new in examples.items() if (day := meant(new, formats, known))}
    if len(days) < len(examples):
        return
    for form, more in declared_formats(list(days), list(days.values()), known):
        if form not in formats or more != PLAIN:
            yield Pattern(name, formats=(form,), notation=more)
    for rule in text_blocks.days(name):
        inner = Pattern(name, (rule,)).rewritten(list(days))
        if all(text != old for text, old in zip(inner, days, strict=True)):
            for form, more in declared_formats(inner, list(days.values()), known):
                yield Pattern(name, (rule,), (form,), more)


def declared_formats(
    texts: Sequence[str], days: Sequence[date] | None, known: Notation, forms: Sequence[str] = ()
) -> Iterator[tuple[str, Notation]]:
    """The formats that read each text (as these days, if they are given), and what else must be declared for each."""
    texts = [" ".join(text.split()) for text in texts]
    for form in forms or (_plausible(texts) if days is not None else likely(texts)):
        for more in _notations(form, texts, known):
            with suppress(ValueError):
                reader = date_format(form, known.and_also(more))
                found = [reader.parse(text) for text in texts]
                if found == list(days) if days is not None else all(found):
                    yield form, more
                    break


def _plausible(texts: Sequence[str]) -> Iterator[str]:
    """The formats that may be meant, by what the texts look like."""
    if all(NUMBERS.fullmatch(text) for text in texts):
        yield from (EXCEL, EXCEL_1904)
    short = [form.replace("YYYY", "YY") for form in PLAUSIBLE if form.endswith("YYYY")] + ["YY-MM-DD", "YY/MM/DD"]
    times = [time for time in TIMES if all(":" in text for text in texts)]
    words = any(any(c.isalpha() for c in text.replace("T", "")) for text in texts)
    for form in (*PLAUSIBLE, *short, *WITHOUT_DAY):
        if ("MMM" in form or "dddd" in form or "Do" in form) == words or times:
            yield form
            yield from (form + time for time in times if not form.startswith("["))


def likely(texts: Sequence[str]) -> Iterator[str]:
    """Those that are meant while nobody has said so: with a day; day numbers only of our time."""
    recent = all(RECENT.fullmatch(text) for text in texts)
    for form in _plausible(texts):
        if not form.startswith("[") or (form == EXCEL and recent):
            yield form


def _notations(form: str, texts: Sequence[str], known: Notation) -> Iterator[Notation]:
    """What may have to be declared for a format, nothing first."""
    needs_years = "YY" in form.replace("YYYY", "") and known.years is None
    windows: tuple[tuple[int, int] | None, ...] = CENTURIES if needs_years else (None,)
    languages: list[tuple[str, ...]] = [()]
    if "MMM" in form or "dddd" in form:
        languages += [(one,) for one in LANGUAGES if _may_be_in(one, texts)]
    yield from (Notation(years, months) for months, years in itertools.product(languages, windows))


def _may_be_in(language: str, texts: Sequence[str]) -> bool:
    """Whether each text has the name of a month in this language."""
    months = names((language,)).months
    return all(any(named(word) in months for word in re.findall(r"[^\W\d_]+", text)) for text in texts)


def readers(formats: Sequence[str], notation: Notation) -> list[DateFormat]:
    """Formats ready to read; none where one can't be used."""
    with suppress(ValueError):
        return [date_format(form, notation) for form in formats]
    return []


def meant(text: str, formats: Sequence[str], notation: Notation) -> date | None:
    """The day that a new text means: in the formats in force, or as YYYY-MM-DD."""
    return day_of(text, readers((*formats, ISO), notation))


def day_of(text: str, formats: Sequence[DateFormat]) -> date | None:
    """The day in the first format that reads a text."""
    text = " ".join(text.split())
    return next((day for form in formats if (day := form.parse(text))), None)
