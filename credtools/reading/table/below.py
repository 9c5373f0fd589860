"""What stands below a table: another table, or a footer of totals and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from credtools.reading.kinds import column_kinds, is_prose, kind
from credtools.reading.rows import Rows, as_array
from credtools.reading.table.heading_rows import LOOKED_AT, SAMPLE, count_filled, is_heading
from credtools.text import fold

ENOUGH = 3  # records that show a habit
NEARLY_ALL = 0.8
# What only footers begin with, in a record that is mostly empty.
FOOTER = re.compile(
    r"((grand |sub)?totals?|sum|count|summe|gesamt|insgesamt|(number of )?(records|rows)|page \d+|end of|notes?|source"
    r"|exported|generated|printed|created|report|as of|legend|\(?\d+ (rows?|records?)|©|\(c\)|\*)"
    r"([\s:=,;)]|\.?$|(?<=[*©)]))",
    re.IGNORECASE,
)


def second_table(rows: Rows, body: Sequence[int], width: int, names: set[str]) -> int:
    """Where another table begins (else the end): a row of other headings, perhaps a title above, then rows to fit."""
    kinds: dict[int, str] = {}
    known = 0  # records that `kinds` was made of
    numbers = as_array(body)
    fitting = np.flatnonzero(rows.widths[numbers] == width)
    other_width = int(fitting[-1]) + 1 if len(fitting) else 0  # from here on none has as many fields as headings
    if not body or (other_width == len(body) == body[-1] - body[0] + 1):
        return len(body)
    gaps = set((np.flatnonzero(np.diff(numbers) > 1) + 1).tolist())
    for place in sorted(gaps | {other_width} - {0, len(body)}):
        block = [rows[k] for k in body[place : place + LOOKED_AT]]
        if place in gaps and count_filled(block[0]) == 1 and len(block) > ENOUGH:
            del block[0]  # a title
        if not is_heading(block[0]):
            continue
        if place > 2 * known and known < SAMPLE:
            kinds, known = column_kinds([rows[k] for k in body[: min(place, SAMPLE)]], width), place
        if _begins_table(block, width, kinds, names, gap=place in gaps):
            return place
    return len(body)


def _begins_table(block: list[list[str]], width: int, kinds: dict[int, str], names: set[str], *, gap: bool) -> bool:
    """Whether the rows after a gap, the first of which could hold headings, are not of the table above.

    A few faulty rows after a blank line are no table: nearly all that follow must differ, and in the same column.
    """
    head, others = block[0], block[1:]
    if not others:
        return False
    if len(head) != width:
        alike = sum(len(row) == len(head) and row != head for row in others)
        return len(others) > 1 and alike >= NEARLY_ALL * (len(others) - 1) > 0 and (gap or len(block) > ENOUGH)
    strange = any(kind(head[place]) == "text" for place in kinds)
    fitting = [row for row in others if len(row) == width]
    unlike = any(
        sum(kind(row[place]) not in (kinds[place], "nothing") for row in fitting) > NEARLY_ALL * len(fitting)
        for place in kinds
    )
    known = len({fold(cell) for cell in head} & names) > 1
    return gap and strange and (unlike or known)


def start_of_footer(rows: Rows, body: Sequence[int], width: int, blank: set[int], footer_lines: int | None) -> int:
    """Where the footer begins (else the end): totals, notes and the like, in rows that are mostly empty."""
    if footer_lines is not None:
        return max(0, len(body) - footer_lines)
    end = start = len(body)
    typed: dict[int, str] | None = None  # the columns of addresses and dates: what has such a value there is a record
    while start > 0 and width > 1 and _is_thin(row := rows[body[start - 1]], width):
        if typed is None:
            kinds = column_kinds([rows[k] for k in body[:SAMPLE]], width)
            typed = {place: usual for place, usual in kinds.items() if usual in ("address", "date")}
        if len(row) == width and any(kind(row[place]) == usual for place, usual in typed.items()):
            break
        start -= 1
        if FOOTER.match(_first(rows[body[start]])) or body[start] - 1 in blank:
            end = start
    return end


def _is_thin(row: list[str], width: int) -> bool:
    """A row that is mostly empty, and either one note, or prose, or the words and figures of a total."""
    filled = [cell for cell in row if cell.strip()]
    if len(filled) == 1 and len(row) in (1, width):
        return kind(filled[0]) == "text"
    is_total = len(filled) < width and len(filled) <= (width + 1) // 2 and bool(FOOTER.match(_first(row)))
    return is_total or (len(row) < width and is_prose(row) and kind(row[0]) == "text")


def _first(row: list[str]) -> str:
    return next((cell.strip() for cell in row if cell.strip()), "")
