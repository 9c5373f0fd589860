"""Names for the columns of a frame, from the headings as they stand in the file."""

from __future__ import annotations


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
