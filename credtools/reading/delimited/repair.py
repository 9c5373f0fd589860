"""One record whose quotation marks don't match: the one way to read it that gives as many cells as its neighbours."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf

from credtools.reading.delimited.dialect import Dialect, closes, line_cells, split_naively
from credtools.reading.kinds import kind

FOLLOWED = 60  # lines, over which a cell with a stray mark inside is followed
MOST_PARTS = 128
MOST_SURPLUS, FEW = 20, 4  # delimiters inside cells of one line
MOST_CHARACTERS = 65_536
Kinds = Mapping[int, str]  # by column, where its cells plainly have one


def repair(
    lines: Sequence[str], first: int, width: int, dialect: Dialect, *, matched: bool = False, patient: bool = True
) -> tuple[list[str], int] | None:
    """(cells, index of the next line) of the record that starts at `first`, or None when nothing gives `width` cells.

    `matched`: its marks match all the same, so it is a record on one line or none; `patient`: whether to look far.
    """
    alone = _one_line(lines[first], width, dialect, MOST_SURPLUS if patient else FEW)
    if matched:
        return (alone, first + 1) if alone else None
    if alone and (first + 1 == len(lines) or stands_alone(lines[first + 1], width, dialect)):
        return alone, first + 1
    several = _several_lines(lines, first, width, dialect) if patient else None
    return several or (alone and (alone, first + 1)) or None


def swallows(lines: Sequence[str], first: int, end: int, width: int, dialect: Dialect) -> bool:
    """Whether a record whose marks match across lines holds whole records: then two marks without partners made it."""
    inner = lines[first + 1 : end - 1]
    if width < 3 or not inner or any(line.count(dialect.cut) < width - 1 for line in inner):
        return False
    ends = (lines[first], lines[end - 1])
    return all(stands_alone(line, width, dialect) for line in inner) and all(
        _one_line(line, width, dialect) for line in ends
    )


def ends_whole(lines: Sequence[str], first: int, end: int, width: int, dialect: Dialect, kinds: Kinds) -> bool:
    """Whether the first and the last line of such a record are whole records, by the usual kind of each column."""
    ends = [split_naively(line, dialect) for line in (lines[first], lines[end - 1])]
    if not kinds or any(len(cells) != width for cells in ends):
        return False
    found = [{place: kind(bare(cells[place], dialect.quote)) for place in kinds} for cells in ends]
    alike = all(one[place] in (usual, "nothing") for one in found for place, usual in kinds.items())
    return alike and all(any(one[place] == usual for place, usual in kinds.items()) for one in found)


def stands_alone(line: str, width: int, dialect: Dialect) -> bool:
    """Whether a line is a blank one, or a whole record whose marks match."""
    if not line.strip():
        return True
    if not dialect.quote or dialect.quote not in line:
        return line.count(dialect.cut) == width - 1
    if line.count(dialect.quote) % 2:
        return False
    try:
        return len(next(dialect.reader([line]))) == width
    except csv.Error:
        return False


def cleaned(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line that nothing could repair."""
    return [bare(cell, dialect.quote) for cell in line_cells(line, dialect) or split_naively(line, dialect)]


def _one_line(line: str, width: int, dialect: Dialect, most: int = FEW) -> list[str] | None:
    """`width` cells from one line: of all ways to join its parts the one with the fewest faults."""
    parts = split_naively(line, dialect)
    surplus = len(parts) - width
    if not 0 <= surplus <= most or len(parts) > MOST_PARTS:
        return None
    if not surplus:
        return [bare(part, dialect.quote) for part in parts]
    plain = [dialect.quote not in part for part in parts]
    opens = [part.lstrip(" ").startswith(dialect.quote) for part in parts]
    ends = [part.rstrip(" ").endswith(dialect.quote) for part in parts]
    # best[k][u]: fewest faults in the first k parts, u delimiters of which belong to cells; how many parts the last has
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}, *({} for _ in parts)]
    for start in range(len(parts)):
        for more in range(min(surplus, len(parts) - start - 1) + 1):
            end = start + more + 1
            if more and not (opens[start] or ends[end - 1]):
                continue
            faults = _faults(parts[start:end], dialect.quote) if more or not plain[start] else 0.0
            for used, (before, _) in best[start].items():
                if used + more <= surplus and before + faults < best[end].get(used + more, (inf, 0))[0]:
                    best[end][used + more] = (before + faults, more + 1)
    if surplus not in best[-1]:
        return None
    cells: list[str] = []
    end, used = len(parts), surplus
    while end:
        taken = best[end][used][1]
        cells.append(bare(dialect.cut.join(parts[end - taken : end]), dialect.quote))
        end, used = end - taken, used - taken + 1
    return cells[::-1]


def _faults(parts: Sequence[str], quote: str) -> float:
    """What is wrong with the marks of one cell, if these parts are one."""
    first, last, marks = parts[0].strip(" "), parts[-1].rstrip(" "), sum(part.count(quote) for part in parts)
    opens, ends = first.startswith(quote), closes(last, quote, opening=len(parts) == 1)
    if not marks or (opens and ends and marks == 2):
        return 0.0 if marks or len(parts) == 1 else inf
    if not opens and not last.endswith(quote):
        return 0.2 if len(parts) == 1 else inf  # a mark in the middle of a plain cell is a letter like others
    seams = sum(a.rstrip(" ").endswith(quote) and b.lstrip(" ").startswith(quote) for a, b in pairwise(parts))
    inside = first[1:] + "".join(parts[1:-1]) + last[:-1] if len(parts) > 1 else first[1:-1]
    doubled = opens and ends and quote not in inside.replace(quote * 2, "")
    return 2.0 * seams + (0.0 if doubled else 1.0)


def _several_lines(lines: Sequence[str], first: int, width: int, dialect: Dialect) -> tuple[list[str], int] | None:
    """A record over several lines, with stray marks inside a quoted cell."""
    text = lines[first]
    closing = re.compile(rf"{re.escape(dialect.quote)} *(?:{re.escape(dialect.cut)}|$)")
    for end in range(first + 1, min(first + FOLLOWED, len(lines))):
        text += lines[end]
        if len(text) > MOST_CHARACTERS:
            break
        if not closing.search(lines[end].rstrip("\r\n")):
            continue
        cells = line_cells(text, dialect)
        if cells is not None and len(cells) == width:
            return [bare(cell, dialect.quote) for cell in cells], end + 1
    return None


def bare(cell: str, quote: str) -> str:
    """A cell without the marks around it; of a mark without a partner nothing is left at the ends."""
    if not quote or quote not in cell:
        return cell
    text = cell.strip(" ")
    marks = text.count(quote)
    odd, around = marks % 2 == 1, marks > 1 and text.startswith(quote) and text.endswith(quote)
    if around and (odd or text.endswith(quote * 2) or closes(text, quote, opening=True)):
        return text[1:-1].replace(quote * 2, quote)
    if odd and text.startswith(quote):
        return text[1:]
    return text[:-1] if odd and text.endswith(quote) else cell
