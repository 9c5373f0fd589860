"""Files with all kinds of headings, for an organisation of some hundred people: what lies under them is what counts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from random import Random

import pandas as pd

from credtools.checking.lookups import TYPE_COLUMNS, USER_COLUMNS, Lookups
from credtools.checking.meant import Earlier, Suggested, suggest
from credtools.model import OrganisationSettings, Table
from credtools.recipe import Recipe
from credtools.recipe.headings import match_headings
from tests import core

TODAY = date(2026, 11, 22)
FIRST = ("Ana", "Ben", "Cara", "Dora", "Eli", "Finn", "Gro", "Hana", "Ivo", "Jana", "Kai", "Lea", "Max", "Nora")
LAST = ("Silva", "Okafor", "Lind", "Quist", "Braun", "Weiss", "Núñez", "Novak", "Smit", "Costa", "Haas", "Moreau")
NAMES = [f"{first} {last}" for first in FIRST for last in LAST]
KINDS: Mapping[str, tuple[str, int | None]] = {
    "First Aid": ("FA", 24),
    "Forklift": ("FL", 60),
    "Working at Heights": ("WH", 36),
    "Fire Warden": ("FW", 12),
    "Food Safety": ("FS", None),
}
_SAFE = str.maketrans("úñ", "un")
USERS = [
    (k, f"{name.lower().translate(_SAFE).replace(' ', '.')}@example.org", f"E-{1000 + k}", name, "active", None, None)
    for k, name in enumerate(NAMES, 1)
]
TYPES = [
    (k, name, "active", "optional", "required", False, False, None, months, True)
    for k, (name, (_, months)) in enumerate(KINDS.items(), 1)
]
LOOKUPS = Lookups(
    users=pd.DataFrame(USERS, columns=list(USER_COLUMNS)),
    types=pd.DataFrame(TYPES, columns=list(TYPE_COLUMNS)),
    settings=OrganisationSettings(),
    today=TODAY,
)
German, Iso = "%d.%m.%Y", "%Y-%m-%d"
Cell = Callable[["Row"], str]


class Row:
    """One credential: who, which, from when to when; and what an export says beside it."""

    def __init__(self, random: Random, written: str) -> None:
        self.random, self.written = random, written
        _, self.email, self.number, self.name, *_ = random.choice(USERS)
        self.kind, (self.prefix, months) = random.choice(list(KINDS.items()))
        self.issued = TODAY - timedelta(random.randint(10, 1_000))
        self.expires = _later(self.issued, months) if months else None
        self.certificate = f"{self.prefix}-{random.randint(10_000, 99_999)}"
        self.born = date(1960, 1, 1) + timedelta(random.randint(0, 15_000))
        self.hired = TODAY - timedelta(random.randint(1_100, 5_000))
        self.manager = USERS[random.randint(0, 7)][1]
        self.scan = f"{self.certificate}.pdf"

    def day(self, day: date | None) -> str:
        return day.strftime(self.written) if day else ""


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, min(day.day, 28))


EMAIL: Cell = lambda row: row.email  # noqa: E731
NUMBER: Cell = lambda row: row.number  # noqa: E731
NAME: Cell = lambda row: row.name  # noqa: E731
KIND: Cell = lambda row: row.kind  # noqa: E731
ISSUED: Cell = lambda row: row.day(row.issued)  # noqa: E731
EXPIRES: Cell = lambda row: row.day(row.expires)  # noqa: E731
BORN: Cell = lambda row: row.day(row.born)  # noqa: E731
RETIRES: Cell = lambda row: row.day(_later(row.born, 67 * 12))  # noqa: E731
HIRED: Cell = lambda row: row.day(row.hired)  # noqa: E731
MANAGER: Cell = lambda row: row.manager  # noqa: E731
CERTIFICATE: Cell = lambda row: row.certificate  # noqa: E731
SCAN: Cell = lambda row: row.scan  # noqa: E731
LICENCE: Cell = lambda row: f"{row.random.randint(10**6, 10**7)}" if row.kind == "Forklift" else ""  # noqa: E731
SITE: Cell = lambda row: row.random.choice(["Nord", "Süd", "West"])  # noqa: E731
STRANGER: Cell = lambda row: f"{row.certificate.lower()}@elsewhere.example"  # noqa: E731


def content(columns: Sequence[tuple[str, Cell]], rows: int = 200, written: str = German, *, headed: bool = True) -> str:
    """An export: each heading with what lies under it."""
    random = Random(16)  # noqa: S311 - repeatable, not secret
    out = io.StringIO(newline="")
    lines: Iterable[list[str]] = [
        [cell(row) for _, cell in columns] for row in (Row(random, written) for _ in range(rows))
    ]
    csv.writer(out, delimiter=";", lineterminator="\n").writerows([*([[name for name, _ in columns]] * headed), *lines])
    return out.getvalue()


def suggested(
    table: Table, recipe: Recipe | None = None, earlier: Sequence[Earlier] = (), lookups: Lookups = LOOKUPS
) -> Suggested:
    """What the headings may mean that its words don't say."""
    recipe = recipe or Recipe()
    columns = core.CREDENTIALS.columns
    used = [column for column in columns if column.name in recipe.columns_in_use(columns)]
    return suggest(table, match_headings(recipe, table, used), columns, recipe, lookups, earlier)


def told(found: Suggested) -> dict[str, str]:
    """Each heading with its column; '?' where it isn't clear."""
    return {one.heading: one.column + "?" * (not one.clear) for one in found.found}
