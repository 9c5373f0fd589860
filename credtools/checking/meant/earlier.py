"""Earlier: what the headings of a file stood for in the files before that had like headings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from credtools.text import fold

LIKE = 0.6  # of its headings, that a file must share with an earlier one


@dataclass(frozen=True)
class Earlier:
    """An earlier file that was finished: its batch, name, headings, and for which columns of the schema they stood."""

    batch: int
    file: str
    headings: tuple[str, ...]
    meant: Mapping[str, str]
    match_users_by: str = "email"

    def has(self, key: str) -> bool:
        """Whether it had a heading (folded)."""
        return any(fold(heading) == key for heading in self.headings)


def is_like(mine: Sequence[str], headings: Sequence[str]) -> bool:
    """Whether two files have so many headings in common that one tells of the other."""
    return likeness({fold(heading) for heading in mine}, headings) >= LIKE


def likeness(mine: Collection[str], headings: Sequence[str]) -> float:
    other = {fold(heading) for heading in headings}
    return len(other.intersection(mine)) / max(1, len(other.union(mine)))


def column_of(meant: Mapping[str, str], key: str) -> str:
    return next((column for heading, column in meant.items() if fold(heading) == key), "")
