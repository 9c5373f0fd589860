"""The heading of a table: on which record it is, over how many rows, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise

from credtools.errors import FileError
from credtools.reading.kinds import column_kinds, is_data, is_prose, is_unlike, kind
from credtools.reading.options import Options
from credtools.reading.records import Records
from credtools.reading.table.headings import squeeze
from credtools.text import fold

LOOKED_AT = 50  # filled records in which headings are looked for
SAMPLE = 200
NEXT = 3  # records that show that a table begins
MOST_ROWS = 3


def find_heading(records: Records, filled: Sequence[int], names: set[str], options: Options) -> tuple[int, int]:
    """The record that holds the headings, and how many rows they have (0: the first record of a file without).

    `filled`: the records that may be looked at; `names`: known headings, folded.
    """
    rows, width, heading_line = records.cells, records.width, options.heading_line
    if heading_line:
        first = next((k for k in filled if records.starts[k] == heading_line), None)
        if first is None:
            raise FileError("heading_line_beyond", heading_line=heading_line, lines=records.lines)
        return first, options.heading_rows or 1
    top = list(filled[:LOOKED_AT])
    matches = {k: len({fold(cell) for cell in rows[k]} & names) for k in top} if names else {}
    first = max(top, key=lambda k: (matches.get(k, 0), -k))
    known = matches.get(first, 0) >= min(2, width)
    if not known:
        first = _first_of_table([rows[k] for k in top], top, width)
    place = filled.index(first)
    after = [rows[k] for k in islice(filled, place + 1, place + SAMPLE) if len(rows[k]) == width]
    if heading_line == 0 or (heading_line is None and not known and _is_headless(rows[first], after, width)):
        return first, 0
    if known and matches[first] == count_filled(rows[first]):  # another row would add nothing
        return first, options.heading_rows or 1
    return first, options.heading_rows or _count_rows(rows[first], after, width)


def count_filled(row: Sequence[str]) -> int:
    return len(list(filter(None, map(str.strip, row))))


def is_heading(row: Sequence[str]) -> bool:
    """Whether a row could hold headings: several different texts."""
    values = [cell for cell in row if cell.strip()]
    return len(values) > 1 and len(set(values)) == len(values) and all(kind(value) == "text" for value in values)


def joined(rows: list[list[str]]) -> list[str]:
    """Headings over several rows, joined by one space; a group's, over its first column only, is carried right."""
    width = max(map(len, rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    rows = [_carried(row, below) for row, below in pairwise(rows)] + rows[-1:]
    return [" ".join(dict.fromkeys(filter(None, map(squeeze, parts)))) for parts in zip(*rows, strict=True)]


def _carried(row: list[str], below: list[str]) -> list[str]:
    """A row of headings with that of each group over all its columns, which have headings of their own below."""
    carried: list[str] = []
    for place, cell in enumerate(row):
        is_group = place and not cell.strip() and below[place].strip() and below[place - 1].strip()
        carried.append(carried[-1] if is_group else cell)
    return carried


def _first_of_table(rows: list[list[str]], numbers: list[int], width: int) -> int:
    """Where the table begins: a row that is half filled and no prose, before others of the usual width."""
    filled = list(map(count_filled, rows))
    need = max(2, -(-min(width, max(filled)) // 2)) if width > 1 else 1
    ends = [_end(row) for row in rows if len(row) == width]
    least = max(set(ends), key=ends.count, default=width) - 1
    wide = [k for k, found in enumerate(filled) if found >= need] or [0]
    plain = [k for k in wide if not is_prose(rows[k])] or wide

    def begins(k: int) -> bool:
        return least <= len(rows[k]) and _end(rows[k]) <= width + 1 and _goes_on(rows[k + 1 : k + 1 + NEXT], width)

    begin = next(filter(begins, plain), plain[0])
    fitting = next((k for k in plain if len(rows[k]) == width), begin)
    full = is_heading(rows[fitting]) and len(rows[fitting]) == filled[fitting]
    first = fitting if full and fitting < begin + NEXT else begin
    above = rows[first - 1] if first else []
    below = [row for row in rows[first + 1 :] if len(row) == width]
    is_above = is_heading(above) and count_filled(above) >= min(need, width) and is_data(rows[first], below, width)
    return numbers[first - 1 if is_above or _is_group_row(above, rows[first], width) else first]


def _end(row: list[str]) -> int:
    """How many cells a row has without the empty ones at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return end


def _goes_on(rows: list[list[str]], width: int) -> bool:
    """Whether most of the next rows have the usual width; that there are none says nothing."""
    return 2 * sum(len(row) == width for row in rows) > len(rows)


def _is_group_row(row: list[str], below: list[str], width: int) -> bool:
    """Whether a row names groups of the headings below: texts with empty cells between, most of them over several."""
    filled = [place for place, cell in enumerate(row) if cell.strip()]
    followed = sum(not row[place + 1].strip() for place in filled if place + 1 < len(row))
    has_gap = bool(filled) and filled[-1] - filled[0] >= len(filled)
    complete = count_filled(below) == len(below) == width and all(kind(cell) == "text" for cell in below)
    is_text = all(kind(row[place]) == "text" for place in filled)
    return len(row) == width and has_gap and (followed > 1 or len(filled) > 2) and complete and is_text


def _is_headless(row: list[str], others: list[list[str]], width: int) -> bool:
    """Whether a row looks like those below it: in the kind of its values, or because its values come again there."""
    if is_data(row, others, width):
        return True
    below = [other for other in others if other != row]
    again = [cell in column for cell, column in zip(row, zip(*below, strict=True), strict=False) if cell.strip()]
    if not (len(row) == width > 1 and sum(again) > 1):
        return False
    stands_out = any(kind(row[place]) == "text" for place in column_kinds(below, width))
    return sum(again) > (2 if stands_out else 1)


def _count_rows(first: list[str], after: list[list[str]], width: int) -> int:
    """How many rows the headings have: more than one only if the next looks like no record at all."""
    count = 1
    while count < MOST_ROWS and len(after) > count and len(first) == width:
        row, below = after[count - 1], after[count:]
        unlike = len(below) > 1 and count_filled(row) >= 0.6 * width and is_unlike(row, below, width)
        if row == first or not (unlike or _completes([first, *after[: count - 1]], row, below, width)):
            break
        count += 1
    return count


def _completes(above: list[list[str]], row: list[str], below: list[list[str]], width: int) -> bool:
    """Whether a row of texts has the headings that are missing above, or more words where records have none.

    It is no record: none of its texts comes again below, and it has texts where there are dates and numbers below.
    """
    filled = {place for place, cell in enumerate(row) if cell.strip()}
    columns = list(zip(*below, strict=True))
    if any(kind(row[place]) != "text" or row[place] in columns[place] for place in filled):
        return False
    typed = filled & column_kinds(below, width).keys()
    gaps = {place for place in range(width) if not any(other[place].strip() for other in above)}
    if len(gaps) > 1 and gaps <= filled:
        return bool(typed) or len({row[place] for place in filled}) < len(filled)
    always = {place for place in range(width) if all(other[place].strip() for other in below)}
    return len(typed) > 1 and not always <= filled
