"""How a source writes: who is meant, dates, words for *never*; and what is none of it, though it looks like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from tests.truth.organisation import Person

ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
GERMAN = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


@dataclass(frozen=True)
class Style:
    """How one source writes.

    `by`: the column that says who is meant; `no_issue`, `no_expiry`: texts that are no dates in its formats; `century`:
    whether it writes years of issue in full.
    """

    by: str
    heading: str
    recipe: str
    months: tuple[str, ...]
    never: tuple[str, ...]
    no_issue: tuple[str, ...]
    no_expiry: tuple[str, ...]
    century: bool

    def issue(self, random: Random, day: date) -> str:
        """Day first or month first; month first only where that is plain."""
        first, second = (day.month, day.day) if day.day > 12 and random.random() < 0.3 else (day.day, day.month)
        year = f"{day.year}" if self.century else f"{day.year % 100:02}"
        return f"{first:02}/{second:02}/{year}" if random.random() < 0.7 else f"{first}/{second}/{year}"

    def expiry(self, random: Random, day: date) -> str:
        """With the name of the month, full or its first letters; where years are short now and then in digits."""
        if not self.century and 1950 <= day.year <= 2049 and random.random() < 0.3:
            return f"{day.day}.{day.month:02}.{day.year % 100:02}"
        month = self.months[day.month - 1]
        month = random.choice((month, month[:3], month.upper(), month[:3].lower()))
        mark = "" if self.century else "."
        return f"{day.day:{random.choice(('', '02'))}}{mark} {month} {day.year:04}"

    def person(self, random: Random, person: Person) -> str:
        """The address; the ID, with its zeros or without; the name, or what may stand in its place."""
        if self.by == "user_email":
            return person.email
        if self.by == "external_id":
            return random.choice((person.external_id, str(person.number), f"{person.number}.0"))
        given, family = person.name.split()
        return random.choice((person.name, f"{family}, {given}", person.name, person.email, person.external_id))

    def former(self, person: Person) -> str:
        """What the person was called; '' where nobody is known by that here."""
        return {"user_email": person.former_email, "external_id": person.former_id}.get(self.by, "")

    def is_ambiguous(self, day: date) -> bool:
        """Whether an issue date is another day in the other order."""
        return day.day <= 12 and day.day != day.month


_ENGLISH = {
    "months": ENGLISH,
    "never": ("Lifetime", "PERMANENT", "n/a", "never", "Life  time"),
    "no_issue": (
        *("31/02/2024", "2024-03-05", "5/3/24", "05.03.2024", "n/a", "13/13/2024", "0/1/2024", "5/3/2024 x"),
        *("45386", "Lifetime"),
    ),
    "no_expiry": (
        *("31 Feb 2030", "2030-03-05", "5 Mär 2030", "Mar 5 2030", "whenever", "5 Mar 30", "5Mar2030", "32 Mar 2030"),
        *("none", "5 Mrz 2030", "Lifetimes"),
    ),
    "century": True,
}
_DATES = "date_format: {issue_date: [DD/MM/YYYY, MM/DD/YYYY], expiration_date: D MMM YYYY}\n"
_NEVER = "never: [Lifetime, Permanent, N/A, Life time]\n"
PLAIN = Style("user_email", "User email", f"{_DATES}{_NEVER}", **_ENGLISH)  # type: ignore[arg-type]
NAMED = Style("user_name", "User name", f"{_DATES}{_NEVER}match_users_by: name\n", **_ENGLISH)  # type: ignore[arg-type]
SHORT = Style(
    by="external_id",
    heading="User ID",
    recipe="""\
date_format: {issue_date: [DD/MM/YY, MM/DD/YY], expiration_date: [D. MMM YYYY, DD.MM.YY]}
years: 1950-2049
months: de
never: [Unbefristet, N/A]
match_users_by: external_id
""",
    months=GERMAN,
    never=("Unbefristet", "UNBEFRISTET", "n/a", "Never"),
    no_issue=(
        *("31/02/24", "2024-03-05", "5/3/2024", "05.03.24", "n/a", "13/13/24", "0/1/24", "5/3/24 x", "45386"),
        "5/März/24",
    ),
    no_expiry=(
        *("31. Feb 2030", "2030-03-05", "5 Mär 2030", "5. Maerz 2030", "whenever", "05.03.2030", "31.02.30"),
        *("5. March 2030", "32. Mai 2030", "5.Mai.2030"),
    ),
    century=False,
)
