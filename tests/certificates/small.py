"""Small pages of words with their places, and the row that they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from credtools.media.comparing import Facts, compare
from credtools.media.looked import Piece

TYPES = (
    *("First Aid", "First Aid at Work", "Forklift", "Driving Licence", "Fire Warden"),
    *("ISO 9001 Internal Auditor", "ISO 9001 Lead Auditor"),
)
ISSUED, EXPIRES = date(2026, 3, 1), date(2029, 3, 1)
Line = str | tuple[str, ...]


def page(*lines: Line) -> list[Piece]:
    """Lines under one another; a tuple has cells beside one another."""
    found = []
    for n, line in enumerate(lines):
        for k, cell in enumerate([line] if isinstance(line, str) else line):
            left, top = 60 + 300 * k, 40 + 30 * n
            found.append(Piece(1, (left, top, left + min(280, len(cell) * 9), top + 14), cell))
    return found


def badge(text: str) -> list[Piece]:
    return [Piece(1, (0, 0, 1000, 1000), text)]


def facts(
    name: str = "Ana Okafor",
    kind: str = "First Aid",
    number: str = "FA-1234",
    issued: date | None = ISSUED,
    expires: date | None = EXPIRES,
    others: tuple[str, ...] = (),
) -> Facts:
    return Facts(name, others, kind, TYPES, number, issued, expires)


def differing(texts: Sequence[Piece], row: Facts) -> set[str]:
    return {one.column for one in compare(texts, True, row).differs}
