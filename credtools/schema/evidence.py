"""Evidence: how well date formats read a column – to be shown and chosen, never applied by itself."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from credtools.schema.dates import DateFormat, date_format
from credtools.schema.notation import PLAIN, Notation, plainly

# What `format_evidence` tries: in every order of day, month and year that people write.
PLAUSIBLE = (
    *(order.replace("/", mark) for mark in "/-. " for order in ("YYYY/MM/DD", "DD/MM/YYYY", "MM/DD/YYYY")),
    *("YYYYMMDD", "DDMMYYYY", "MMDDYYYY", "D MMM YYYY", "D-MMM-YYYY", "D. MMMM YYYY", "MMM D, YYYY", "MMM D YYYY"),
    *("dddd, MMMM D, YYYY", "dddd, D MMMM YYYY", "dddd D MMMM YYYY", "YYYY-MMM-DD"),
    *("MMM Do YYYY", "MMM Do, YYYY", "Do MMM YYYY", "dddd, MMMM Do, YYYY", "dddd, Do MMMM YYYY"),
)
USUAL_YEARS = (1950, 2049)
LANGUAGES = ("de", "fr", "es", "it", "nl", "pt", "pl", "cs", "da", "sv", "nb", "fi", "tr", "ro", "hu", "hr", "el", "ru")
Texts = Iterable[str] | Mapping[str, int]  # of a column, perhaps how often each occurs
SAMPLE, MOST_OFFERED = 20, 5
TIMES = (" HH:mm", " HH:mm:ss", " h:mm A", " h:mm:ss A", "THH:mm:ss", "THH:mm:ssZ")  # after the dates of digits


@dataclass(frozen=True)
class FormatEvidence:
    """How well a format reads a column.

    `reads` of `values` are dates in it; `proves` of these can't be read with day and month swapped, `both_ways` can,
    and mean another date then.
    """

    format: str
    values: int
    reads: int
    proves: int
    both_ways: int

    def __str__(self) -> str:
        reads = f"{plainly(self.format)} reads {self.reads:,} of {self.values:,} values"
        if self.format == swapped(self.format):
            return f"{reads}."
        first = "day" if self.format.index("D") < self.format.index("M") else "month"
        return f"{reads}; {self.proves:,} prove that the {first} comes first, {self.both_ways:,} read both ways."


def evidence(form: DateFormat, counts: Mapping[str, int]) -> FormatEvidence:
    """How well a format reads these texts, each so many times."""
    read = {text: day for text in counts if (day := form.parse(text))}
    other = date_format(swapped(form.text), form.notation)
    otherwise = {text: day for text in read if (day := other.parse(text))} if other.text != form.text else {}
    reads = sum(counts[text] for text in read)
    proves = reads - sum(counts[text] for text in otherwise)
    both = sum(counts[text] for text, day in otherwise.items() if day != read[text])
    return FormatEvidence(form.text, sum(counts.values()), reads, proves, both)


def format_evidence(texts: Texts, notation: Notation = PLAIN) -> list[FormatEvidence]:
    """The plausible formats that read at least one of a column's values (blank ones don't count), best first.

    `notation`: what is declared of years and names.
    """
    counts = _counted(texts)
    short = [form.replace("YYYY", "YY") for form in PLAUSIBLE if form.endswith("YYYY") and notation.years]
    found = [evidence(date_format(form, notation), counts) for form in (*PLAUSIBLE, *short)]
    for time, days in _timed(counts).items():
        of_days = [evidence(date_format(form, notation), days) for form in PLAUSIBLE]
        found += [replace(one, format=one.format + time, values=counts.total()) for one in of_days]
    return sorted((one for one in found if one.reads), key=lambda one: (-one.reads, -one.proves))


def undeclared_evidence(texts: Texts, known: Notation) -> list[FormatEvidence]:
    """The same with what isn't declared yet, where it is needed: the usual window of years, months of a language.

    Each format comes with what must be declared for it, as `declared` takes it.
    """
    counts = _counted(texts)
    some = dict(itertools.islice(counts.items(), SAMPLE))
    readable = {one.format for one in format_evidence(some, known)}
    words = any(c.isalpha() for text in some for c in text)
    found = []
    for more in (Notation(USUAL_YEARS), *(Notation(months=(one,)) for one in LANGUAGES if words)):
        with suppress(ValueError):  # a name that means another month in a language that is declared
            both = known.and_also(more)
            forms = [one.format for one in format_evidence(some, both) if one.format not in readable]
            of_forms = [evidence(date_format(form, both), counts) for form in forms]
            found += [replace(one, format=one.format + str(more)) for one in of_forms]
    return sorted(found, key=lambda one: (-one.reads, -one.proves))[:MOST_OFFERED]


def _counted(texts: Texts) -> Counter[str]:
    counts = Counter(texts) if isinstance(texts, Mapping) else Counter(" ".join(text.split()) for text in texts)
    del counts[""]
    return counts


def _timed(counts: Mapping[str, int]) -> dict[str, Counter[str]]:
    """Of texts that end in a time, by how that is written: the days before it."""
    found: dict[str, Counter[str]] = {}
    for text in (text for text in counts if ":" in text):
        day, mark, rest = text.partition("T" if "T" in text else " ")
        for time in TIMES:
            if time[0] == mark and date_format(f"[first] YYYY{time}").parse(f"2000{mark}{rest}"):
                found.setdefault(time, Counter())[day] += counts[text]
    return found


def swapped(text: str) -> str:
    """A format of digits with day and month swapped, where they are side by side; else the same."""
    found = re.sub(r"DD(.?)MM|MM(.?)DD", lambda m: f"MM{m[1]}DD" if m[0][0] == "D" else f"DD{m[2]}MM", text)
    return text if "MMM" in text or text.startswith("YYYY") else found
