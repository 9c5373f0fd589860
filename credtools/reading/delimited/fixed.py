"""Fixed width: where the columns of padded lines begin, from a ruler or from blanks that run through all lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from credtools.reading.delimited.dialect import is_ruler

ENOUGH = 3  # lines and columns
PADDED = 0.5  # of the lines have two blanks next to each other
NEARLY_ALL = 0.98  # of the lines are blank between two columns


def find_columns(stretches: Sequence[Sequence[str]]) -> str:
    """'at 1 6 16', or '' where no columns are plain."""
    lines = [line.rstrip() for one in stretches for line in one]
    ruler = next((line for line in lines if is_ruler(line) and re.fullmatch(r"[-= ]+", line)), None)
    starts = [dash.start() for dash in re.finditer(r"[-=]+", ruler)] if ruler else _starts(lines)
    return (
        "at " + " ".join(str(start + 1) for start in [0, *starts[1:]])
        if len(starts) >= (2 if ruler else ENOUGH)
        else ""
    )


def _starts(lines: list[str]) -> list[int]:
    """The first characters after what is blank in nearly all lines, also in the first, which has a heading for each."""
    padded = sum("  " in line.strip() for line in lines)
    if len(lines) < ENOUGH or padded < PADDED * len(lines):
        return []
    head, *others = [line.ljust(max(map(len, lines))) for line in lines]
    filled = [sum(line[place] != " " for line in others) for place in range(len(head))]
    limit = (1 - NEARLY_ALL) * len(others)
    gaps = [place for place in range(len(head)) if filled[place] <= limit and head[place] == " "]
    starts = [0, *(place + 1 for place in gaps if place + 1 < len(head) and place + 1 not in gaps)]
    return [
        a for a, b in pairwise([*starts, len(head)]) if head[a:b].strip() and not _is_second_word(head, filled, a, b)
    ]


def _is_second_word(head: str, filled: list[int], start: int, end: int) -> bool:
    """Whether a column would hold but the next word of a heading, over cells that are shorter."""
    return start > 1 and head[start - 2] != " " and not any(filled[start:end])
