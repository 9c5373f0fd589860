"""Two months of one source: about 2,000 rows with 18 kinds of error each, in the second of other people and values."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import credtools as ct
from tests.builders import HEADINGS, UPLOADER, export, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


ROWS = 2_000
LEAVERS = 25
GIVEN = ("ana", "ben", "cara", "dora", "emil", "fay", "gus", "hana", "ines", "jan", "kira", "leo", "mia", "nils")
FAMILY = ("silva", "okafor", "lind", "quist", "braun", "moreau", "rossi", "novak", "meyer", "haas", "petit", "duarte")
TYPES = ("First Aid", "Forklift", "Working at Height", "Fire Warden", "Crane Operator", "Confined Space")
PEOPLE = [f"{given}.{family}{k}" for k in range(4) for given in GIVEN for family in FAMILY]
GERMAN = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November")
TYPOS = (
    {"First Aid": "Frist Aid", "Forklift": "Forkilft", "Crane Operator": "Crane Operater", "Fire Warden": "Fire Wardn"},
    {
        "First Aid": "Fist Aid",
        "Forklift": "Forlift",
        "Working at Height": "Working at Hight",
        "Fire Warden": "Fir Warden",
    },
)
WORDS = (("Lifetime", "unlimited"), ("Lifetime", "unlimited", "unbegrenzt"))


def organisation(url: str, folder: Path) -> None:
    """Everybody, some of whom have left, and the types."""
    registry = ct.init(url, by=UPLOADER)
    people = [f"{one}@example.org,{_name(one)},,active," for one in PEOPLE]
    gone = [f"gone{k}@example.org,Gone {k},,deactivated,2025-01-31" for k in range(2 * LEAVERS)]
    registry.load(
        "users", write(folder, "users.csv", "\n".join(["Email,Name,External ID,Status,Deactivated on", *people, *gone]))
    )
    registry.load("types", write(folder, "types.csv", "\n".join(["Name", *TYPES])))
    registry.engine.dispose()


def _name(address: str) -> str:
    return address.replace(".", " ").title()


def month(folder: Path, number: int) -> Path:
    """The export of a month (1 or 2)."""
    chance = random.Random(number)  # noqa: S311 - the same file each time
    people = PEOPLE[:330] if number == 1 else PEOPLE[330:]
    rows = [_row(chance, people[k % len(people)], k, number) for k in range(ROWS)]
    for place, (_, spoil) in enumerate(sorted(_spoilers(number).items())):
        for k in range(place * 40 + 3, ROWS, 947 if place % 3 else 211):
            rows[k] = spoil(chance, rows[k], k)
    for k in range(LEAVERS):
        rows[k * 7 + 1][0] = f"gone{k + LEAVERS * (number - 1)}@example.org"
    lines = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows]
    return export(folder, *lines, name=f"month{number}.csv", headings=HEADINGS)


def _row(chance: random.Random, who: str, k: int, number: int) -> list[str]:
    issued = date(2024 + number // 2, 1, 1) + timedelta(chance.randrange(300))
    expires = issued + timedelta(365 + chance.randrange(300)) if k % 3 else ""
    return [f"{who}@example.org", TYPES[(k // 7) % len(TYPES)], f"{issued}", f"{expires}", f"N-{number}{k:04}"]


def _spoilers(number: int) -> dict[str, Callable[[random.Random, list[str], int], list[str]]]:
    """By kind of error what spoils a row."""
    typos, words = TYPOS[number - 1], WORDS[number - 1]

    def cell(place: int, change: Callable[[str, int], str]) -> Callable[[random.Random, list[str], int], list[str]]:
        return lambda _, row, k: [*row[:place], change(row[place], k), *row[place + 1 :]]

    def day(change: Callable[[date], str]) -> Callable[[random.Random, list[str], int], list[str]]:
        return cell(2, lambda text, _: change(date.fromisoformat(text)))

    return {
        "address in brackets": cell(0, lambda text, _: f"{_name(text.partition('@')[0])} <{text}>"),
        "mailto": cell(0, lambda text, _: f"mailto:{text}"),
        "semicolon": cell(0, lambda text, _: f"{text};"),
        "domain": cell(0, lambda text, _: text.replace("@example.org", "@exmaple.org")),
        "other domain": cell(0, lambda text, _: text.replace("@example.org", "@example.og")),
        "one letter": cell(0, lambda text, k: text[:3] + "xyzvw"[k % 5] + text[4:]),
        "strangers": cell(0, lambda _, k: f"stranger{number}{k}@elsewhere{number}.net"),
        "spelling": cell(1, lambda text, k: (text.upper() + ".", text.replace(" ", "-"), f"{text} *")[k % 3]),
        "misspelt": cell(1, lambda text, _: typos.get(text, "Frist Aid" if number == 1 else "Fist Aid")),
        "two types": cell(1, lambda text, k: f"{text}; {TYPES[k % 6] if TYPES[k % 6] != text else TYPES[(k + 1) % 6]}"),
        "short years": day(lambda d: f"{d:%d.%m.%y}"),
        "day numbers": day(lambda d: str((d - date(1899, 12, 30)).days)),
        "german": day(lambda d: f"{d.day}. {GERMAN[d.month - 1]} {d.year}"),
        "text around": day(lambda d: f"issued {d:%d/%m/%Y}"),
        "separators": day(lambda d: f"{d:%d/%m/%Y}"),
        "words": cell(3, lambda _, k: words[k % len(words)]),
        "too early": cell(3, lambda _, __: "2019-01-01"),
        "no day": cell(2, lambda _, __: ""),
    }
