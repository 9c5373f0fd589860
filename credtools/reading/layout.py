"""Which record of a file is what: preamble, heading, instruction, record, blank, footer, aside.

Each kind needs plain evidence; what has none stays a record, and is judged as one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from credtools.errors import FileError
from credtools.reading.headings import squeeze
from credtools.reading.kinds import column_kinds, kind
from credtools.reading.options import Options
from credtools.reading.records import Records
from credtools.reading.rows import Rows, as_array
from credtools.text import fold

LOOKED_AT = 50  # filled records in which headings are looked for
SAMPLE = 200
ENOUGH = 3  # records that show a habit
NEARLY_ALL = 0.8
MOST_HEADING_ROWS = 3
YEAR = re.compile(r"\s*(19|20)\d\d\s*")  # a number that may be a heading
# What only footers begin with, in a record that is mostly empty.
FOOTER = re.compile(
    r"((grand |sub)?totals?|sum|count|summe|gesamt|insgesamt|(number of )?(records|rows)|page \d+|end of|notes?|source"
    r"|exported|generated|printed|created|report|as of|legend|©|\(c\)|\*)(\b|$|(?<=[*©)]))",
    re.IGNORECASE,
)


@dataclass
class Layout:
    """Numbers of records by what they are; `width`: how many fields a record has to have.

    `headless`: no headings were found; `heading`: the rows of the headings, with those repeated in the body, and
    `first_heading` without; `beside`: what has notes to its right; `headings`: joined, trimmed and squeezed.
    """

    width: int
    headless: bool = False
    heading: list[int] = field(default_factory=list)
    first_heading: list[int] = field(default_factory=list)
    preamble: list[int] = field(default_factory=list)
    instruction: list[int] = field(default_factory=list)
    body: Sequence[int] = ()
    blank: list[int] = field(default_factory=list)
    footer: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)


def lay_out(records: Records, options: Options) -> Layout:
    """What each record is; what is known of the file counts.

    Raises FileError when no record is filled, or the named heading line holds none.
    """
    rows = records.cells
    is_blank = rows.blank()
    blank = np.flatnonzero(is_blank).tolist()
    filled = np.flatnonzero(~is_blank).tolist() if blank else range(len(rows))
    if not filled:
        raise FileError("not_a_table", why="every line is empty")
    names = {fold(title) for title in options.titles}
    texts = {fold(text) for text in options.instructions}
    instructed = [k for k in filled[:LOOKED_AT] if texts and _is_instruction(rows[k], texts)]
    others = [k for k in filled if k not in instructed] if instructed else filled
    first, count = _heading(records, others or filled, names, options)
    layout = Layout(records.width, blank=blank, headless=not count and options.heading_line is None)
    top = filled.index(first)
    layout.heading = list(filled[top : top + count])
    layout.first_heading = layout.heading[:]
    layout.preamble, rest = list(filled[:top]), filled[top + count :]
    layout.headings = _joined([rows[k] for k in layout.heading])
    _fit_width(layout, rows, rest)
    layout.aside = _cut_notes_beside(layout, rows, rest)
    heads = [rows[h] for h in layout.heading if _filled(rows[h]) > 1]
    alike = {k for head in heads for k in rows.like(head)}
    again = sorted(k for k in alike if k > layout.heading[-1])  # repeated on each page
    layout.instruction = [k for k in instructed if k in rest[:LOOKED_AT]]
    layout.heading += again
    apart = {*layout.aside, *again, *layout.instruction}
    body: Sequence[int] = [k for k in rest if k not in apart] if apart else rest
    if options.footer_lines is None:  # else the end of the table is known
        body = _without_second_table(layout, rows, body, names)
    layout.body = _without_footers(layout, rows, body, set(blank), options.footer_lines)
    layout.aside.sort()
    return layout


def _heading(records: Records, filled: Sequence[int], names: set[str], options: Options) -> tuple[int, int]:
    """The record that holds the headings, and how many rows they have (0: the first record of a file without)."""
    rows, width, heading_line = records.cells, records.width, options.heading_line
    if heading_line:
        first = next((k for k in filled if records.starts[k] == heading_line), None)
        if first is None:
            raise FileError("heading_line_beyond", heading_line=heading_line, lines=records.lines)
        return first, options.heading_rows or 1
    top = filled[:LOOKED_AT]
    matches = {k: len({fold(cell) for cell in rows[k]} & names) for k in top} if names else {}
    first = max(top, key=lambda k: (matches.get(k, 0), -k))
    known = matches.get(first, 0) >= min(2, width)
    if not known:
        widest = max(_filled(rows[k]) for k in top)
        need = max(2, -(-min(width, widest) // 2)) if width > 1 else 1
        wide = [k for k in top if _filled(rows[k]) >= need] or top[:1]
        fitting = next((k for k in wide if len(rows[k]) == width), wide[0])
        first = fitting if _is_heading(rows[fitting]) and len(rows[fitting]) == _filled(rows[fitting]) else wide[0]
    after = [rows[k] for k in islice(filled, filled.index(first) + 1, SAMPLE) if len(rows[k]) == width]
    if heading_line == 0 or (heading_line is None and not known and _is_data(rows[first], after, width)):
        return first, 0
    complete = known and matches[first] == _filled(rows[first])  # another row would add nothing
    return first, options.heading_rows or (1 if complete else _heading_rows(rows[first], after, width))


def _is_data(row: list[str], others: list[list[str]], width: int) -> bool:
    """Whether a row looks like those below it in every column that plainly has a kind."""
    kinds = column_kinds(others or [row], width)
    values = {place: kind(row[place]) for place in kinds if place < len(row)}
    plain = [place for place, found in values.items() if found == kinds[place] and not YEAR.fullmatch(row[place])]
    return bool(plain) and all(found in (kinds[place], "nothing") for place, found in values.items())


def _heading_rows(first: list[str], after: list[list[str]], width: int) -> int:
    """How many rows the headings have: more than one only if the next looks like no record at all."""
    count = 1
    while count < MOST_HEADING_ROWS and len(after) > count + 1:
        row, below = after[count - 1], after[count:]
        if len(first) != width or _filled(row) < 0.6 * width or not _is_unlike(row, below, width):
            break
        count += 1
    return count


def _is_unlike(row: list[str], below: list[list[str]], width: int) -> bool:
    """Whether a row is text in every column of numbers, dates and addresses, and new in every column that repeats."""
    kinds = column_kinds(below, width)
    values = [{other[place] for other in below} for place in range(width)]
    repeating = [place for place in range(width) if 3 * len(values[place] - {""}) <= len(below) and any(values[place])]
    stands_out = all(kind(row[place]) == "text" for place in kinds)
    known = any(cell and cell in values[place] for place, cell in enumerate(row))
    return (
        stands_out and not known and bool(kinds) and len({*kinds, *repeating}) > 2 and _is_data(below[0], below, width)
    )


def _joined(rows: list[list[str]]) -> list[str]:
    """Headings over several rows, joined by one space."""
    width = max(map(len, rows), default=0)
    return [squeeze(" ".join(row[place] for row in rows if place < len(row))) for place in range(width)]


def _fit_width(layout: Layout, rows: Rows, body: Sequence[int]) -> None:
    """How many fields a record has to have: as many as there are headings, but for a delimiter at each line's end."""
    if not layout.heading:
        layout.headings = [""] * layout.width
        return
    usual, width = layout.width, len(layout.headings)
    layout.width = width
    numbers = as_array(body)
    if width == usual + 1 and not layout.headings[-1] and width not in rows.widths[numbers]:
        layout.width = usual
        layout.headings.pop()
    elif width == usual - 1:
        longer = numbers[rows.widths[numbers] == usual]
        if len(longer) >= ENOUGH and rows.empty(usual - 1, longer):
            rows.shorten(longer)


def _cut_notes_beside(layout: Layout, rows: Rows, body: Sequence[int]) -> list[int]:
    """Notes right of an empty column: cut off where they have no heading; the records that hold nothing else."""
    sample = [rows[k] for k in body[:SAMPLE]]
    for place in range(2 if layout.heading else layout.width, layout.width - 1):
        if layout.headings[place] or any(len(row) > place and row[place].strip() for row in sample):
            continue
        beside, left = ~rows.blank(place), ~rows.blank(0, place)
        noted = [k for k in body if beside[k]]
        alone = [k for k in noted if not left[k]]
        if 2 * (len(noted) - len(alone)) <= len(body) - len(alone):
            if noted and not any(layout.headings[place:]):
                layout.width, layout.beside = place, noted
                del layout.headings[place:]
            return alone
    return []


def _is_instruction(row: list[str], texts: set[str]) -> bool:
    found = [fold(cell) in texts for cell in row if cell.strip()]
    return sum(found) > 1 and 2 * sum(found) >= len(found)


def _without_second_table(layout: Layout, rows: Rows, body: Sequence[int], names: set[str]) -> Sequence[int]:
    """The records before another table begins: a row of other headings, then rows that fit these."""
    kinds: dict[int, str] = {}
    known = 0  # records that `kinds` was made of
    numbers = as_array(body)
    fitting = np.flatnonzero(rows.widths[numbers] == layout.width)
    other_width = int(fitting[-1]) + 1 if len(fitting) else 0  # from here on none has as many fields as headings
    if not body or (other_width == len(body) == body[-1] - body[0] + 1):
        return body
    gaps = set((np.flatnonzero(np.diff(numbers) > 1) + 1).tolist())
    for place in sorted(gaps | {other_width} - {0, len(body)}):
        gap = place in gaps
        if not _is_heading(rows[body[place]]):
            continue
        if place > 2 * known and known < SAMPLE:
            kinds, known = column_kinds([rows[k] for k in body[: min(place, SAMPLE)]], layout.width), place
        block = [rows[k] for k in body[place : place + LOOKED_AT]]
        if _begins_table(block, layout.width, kinds, names, gap=gap):
            layout.aside += body[place:]
            return body[:place]
    return body


def _is_heading(row: list[str]) -> bool:
    values = [cell for cell in row if cell.strip()]
    return len(values) > 1 and len(set(values)) == len(values) and all(kind(value) == "text" for value in values)


def _begins_table(block: list[list[str]], width: int, kinds: dict[int, str], names: set[str], *, gap: bool) -> bool:
    """Whether the rows after a gap, the first of which could hold headings, are not of the table above.

    A few faulty rows after a blank line are no table: nearly all that follow must differ, and in the same column.
    """
    head, others = block[0], block[1:]
    if not others:
        return False
    if len(head) != width:
        return len(others) > 1 and all(len(row) == len(head) for row in others[:3]) and (gap or len(block) > ENOUGH)
    strange = any(kind(head[place]) == "text" for place in kinds)
    fitting = [row for row in others if len(row) == width]
    unlike = any(
        sum(kind(row[place]) not in (kinds[place], "nothing") for row in fitting) > NEARLY_ALL * len(fitting)
        for place in kinds
    )
    known = len({fold(cell) for cell in head} & names) > 1
    return gap and strange and (unlike or known)


def _without_footers(
    layout: Layout, rows: Rows, body: Sequence[int], blank: set[int], footer_lines: int | None
) -> Sequence[int]:
    """The records above the footer: totals, notes and the like at the end, in rows that are mostly empty."""
    if footer_lines is not None:
        cut = max(0, len(body) - footer_lines)
    else:
        cut = start = len(body)
        while start > 0 and layout.width > 1 and _is_thin(rows[body[start - 1]], layout.width):
            start -= 1
            if FOOTER.match(_first(rows[body[start]])) or body[start] - 1 in blank:
                cut = start
    layout.footer = list(body[cut:])
    return body[:cut]


def _is_thin(row: list[str], width: int) -> bool:
    """A row that is mostly empty, and either one note or the words and figures of a total."""
    filled = [cell for cell in row if cell.strip()]
    if len(filled) == 1 and len(row) in (1, width):
        return kind(filled[0]) == "text"
    return len(filled) < width and len(filled) <= (width + 1) // 2 and bool(FOOTER.match(_first(row)))


def _first(row: list[str]) -> str:
    return next((cell.strip() for cell in row if cell.strip()), "")


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
