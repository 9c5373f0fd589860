"""Headings: names for the columns of a frame, and which column of a schema an unknown heading may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from credtools.text import fold

NEAR_ENOUGH = 84  # token_sort_ratio (0–100); token_set_ratio makes false maps


def squeeze(text: str) -> str:
    """`text` without white space at its ends and with single blanks inside."""
    return " ".join(text.split())


def frame_names(headings: list[str], width: int) -> list[str]:
    """One name per column: trimmed and squeezed; `Name (2)` for a repeated, `col_3` for a blank or missing one."""
    names: list[str] = []
    for position in range(1, width + 1):
        heading = squeeze(headings[position - 1]) if position <= len(headings) else ""
        base = heading or f"col_{position}"
        name, repeat = base, 1
        while name in names:
            repeat += 1
            name = f"{base} ({repeat})"
        names.append(name)
    return names


def suggest_columns(headings: Iterable[str], known: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """For headings that nobody knows the column they may mean, to be confirmed by a person; never applied by itself.

    `known`: per column its title and synonyms. Each column is suggested at most once, for the heading nearest to it.
    """
    words = [(_words(name), column) for column, names in known.items() for name in names]
    found: dict[str, tuple[float, str]] = {}
    for heading in headings:
        best = process.extractOne(
            _words(heading), [text for text, _ in words], scorer=fuzz.token_sort_ratio, score_cutoff=NEAR_ENOUGH
        )
        if best is None:
            continue
        column = words[best[2]][1]
        if column not in found or best[1] > found[column][0]:
            found[column] = (best[1], heading)
    return {heading: column for column, (_, heading) in found.items()}


def _words(text: str) -> str:
    return squeeze("".join(c if c.isalnum() else " " for c in fold(text)))
