"""Which record of a file is what: preamble, heading, instruction, record, blank, footer, aside.

Each kind needs plain evidence; what has none stays a record, and is judged as one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from credtools.errors import FileError
from credtools.model.files import BoolArray
from credtools.reading.delimited.dialect import is_ruler
from credtools.reading.kinds import column_kinds, kind
from credtools.reading.options import Options
from credtools.reading.records import Records
from credtools.reading.rows import Rows, as_array
from credtools.reading.table.below import second_table, start_of_footer
from credtools.reading.table.heading_rows import LOOKED_AT, SAMPLE, count_filled, find_heading, joined
from credtools.text import fold

ENOUGH = 3  # records that show a habit
FEW = 5  # lines above the headings, of which nothing is said
NEARLY_ALL = 0.9
COMMENT = "#"
FIELDS = (COMMENT, "#fields:")  # a comment that holds headings may begin with it, as a cell of its own
OWN_NUMBER = re.compile(r"(id|no|nr|num|number|#|index|row|key)\.?", re.IGNORECASE)  # the heading of numbers 1, 2, 3 …


@dataclass
class Layout:
    """Numbers of records by what they are; `width`: how many fields a record has to have.

    `headless`: no headings were found; `heading`: the rows of the headings, with those repeated in the body, and
    `first_heading` without; `beside`: what has notes to its right; `headings`: joined, trimmed and squeezed;
    `row_names`: whether the first column has no heading, not even an empty one; `doubtful_top`: whether records
    may be among the preamble; `recut`: the records that were divided by another delimiter than the others.
    """

    width: int
    headless: bool = False
    row_names: bool = False
    doubtful_top: bool = False
    heading: list[int] = field(default_factory=list)
    first_heading: list[int] = field(default_factory=list)
    preamble: list[int] = field(default_factory=list)
    instruction: list[int] = field(default_factory=list)
    body: Sequence[int] = ()
    blank: list[int] = field(default_factory=list)
    footer: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
    beside: list[int] = field(default_factory=list)
    recut: list[int] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)


def lay_out(records: Records, options: Options) -> Layout:
    """What each record is; what is known of the file counts.

    Raises FileError when no record is filled, or the named heading line holds none.
    """
    rows = records.cells
    is_blank = _blank(records)
    blank = np.flatnonzero(is_blank).tolist()
    filled = np.flatnonzero(~is_blank).tolist() if blank else range(len(rows))
    if not filled:
        raise FileError("not_a_table", why="every line is empty")
    names = {fold(title) for title in options.titles}
    texts = {fold(text) for text in options.instructions}
    instructed = [k for k in filled[:LOOKED_AT] if texts and _is_instruction(rows[k], texts)]
    others = [k for k in filled if k not in instructed] if instructed else filled
    first, count = find_heading(records, others or filled, names, options)
    layout = Layout(records.width, blank=blank, headless=not count and options.heading_line is None)
    top = filled.index(first)
    layout.heading = list(filled[top : top + count])
    layout.first_heading = layout.heading[:]
    layout.preamble, rest = list(filled[:top]), filled[top + count :]
    _recut(layout, records, rest)
    layout.headings = joined([rows[k] for k in layout.heading])
    _take_comment(layout, rows)
    layout.aside = _cut_notes_beside(layout, rows, rest) if layout.headings else []
    _fit_width(layout, rows, rest)
    if comments := _comments(layout, rows):
        layout.aside += sorted(set(comments) & set(rest) - set(layout.aside))
    layout.doubtful_top = options.heading_line is None and _is_doubtful(layout, records)
    heads = [rows[h] for h in layout.heading if count_filled(rows[h]) > 1]
    same = {k for head in heads for k in rows.like(head)}
    again = sorted(k for k in same - set(layout.aside) if k > layout.heading[-1])  # repeated on each page
    layout.instruction = [k for k in instructed if k in rest[:LOOKED_AT]]
    layout.heading += again
    apart = {*layout.aside, *again, *layout.instruction}
    body: Sequence[int] = [k for k in rest if k not in apart] if apart else rest
    if options.footer_lines is None:  # else the end of the table is known
        end = second_table(rows, body, layout.width, names)
        layout.aside, body = [*layout.aside, *body[end:]], body[:end]
    end = start_of_footer(rows, body, layout.width, set(blank), options.footer_lines)
    layout.body, layout.footer = body[:end], list(body[end:])
    layout.aside.sort()
    return layout


def _comments(layout: Layout, rows: Rows) -> list[int]:
    """Lines that are a comment: one cell, where records have several, after the mark of comments."""
    single = np.flatnonzero(rows.widths == 1).tolist() if layout.width > 1 else []
    return [k for k in single if rows[k][0].startswith(COMMENT)]


def _blank(records: Records) -> BoolArray:
    """Which records hold nothing, or only a line that is drawn."""
    blank = records.cells.blank()
    if records.drawn:
        for k in np.flatnonzero(~blank).tolist():
            blank[k] = is_ruler(" ".join(records.cells[k]))
    return blank


def _is_doubtful(layout: Layout, records: Records) -> bool:
    """Whether records may be among the preamble: it is long, has a row like them, or there are no headings below."""
    alike = any(count_filled(records.cells[k]) > max(1, layout.width / 2) for k in layout.preamble)
    return bool(layout.preamble) and (alike or layout.headless or len(records.lines_of(layout.preamble)) > FEW)


def _recut(layout: Layout, records: Records, body: Sequence[int]) -> None:
    """Records that another delimiter divides into cells like those of the others, column by column."""
    rows = records.cells
    if not any(k in body for k in records.otherwise):
        return
    others = [rows[k] for k in body[:SAMPLE] if len(rows[k]) == layout.width]
    kinds = column_kinds(others, layout.width)
    for k, ways in records.otherwise.items():
        for cells in ways if k in body else ():
            values = [(kind(cells[place]), usual) for place, usual in kinds.items()]
            alike, unlike = sum(a == b for a, b in values), sum(a not in (b, "nothing") for a, b in values)
            if alike > 2 * unlike:
                rows.replace(k, cells)
                layout.recut.append(k)
                break


def _take_comment(layout: Layout, rows: Rows) -> None:
    """Headings that are a comment below others, or one of W3C's logs, without the mark of a comment."""
    if not layout.headings or not layout.headings[0].startswith(COMMENT):
        return
    if len(layout.headings) == layout.width + 1 and layout.headings[0].lower() in FIELDS:
        del layout.headings[0]
    elif any(rows[k][0].startswith(COMMENT) for k in layout.preamble):
        layout.headings[0] = layout.headings[0].removeprefix(COMMENT).strip()


def _fit_width(layout: Layout, rows: Rows, body: Sequence[int]) -> None:
    """How many fields a record has to have: as many as there are headings, but for delimiters at the ends of lines."""
    if not layout.heading:
        layout.headings = [""] * layout.width
        return
    usual, numbers = layout.width, as_array(body)
    layout.width = len(layout.headings)
    longer = numbers[rows.widths[numbers] > layout.width]
    over = longer[rows.blank(layout.width)[longer]] if len(longer) else longer
    is_habit = layout.width < usual and len(over) >= max(ENOUGH, NEARLY_ALL * len(longer))
    if is_habit and len(over) == len(longer):
        rows.shorten(over, layout.width)
    elif layout.width == usual - 1 and _has_row_names(layout, rows, longer[rows.widths[longer] == usual], len(body)):
        layout.row_names, layout.width = True, usual
        layout.headings.insert(0, "")
    elif is_habit:
        rows.shorten(over, layout.width)
    elif layout.width > usual and not any(layout.headings[usual:]) and not (rows.widths[numbers] > usual).any():
        layout.width = usual
        del layout.headings[usual:]


def _has_row_names(layout: Layout, rows: Rows, longer: np.ndarray, records: int) -> bool:
    """Whether the first of one field too many numbers the records, under headings that have no number of their own."""
    if len(longer) < max(ENOUGH, NEARLY_ALL * records) or OWN_NUMBER.fullmatch(layout.headings[0]):
        return False
    names = [rows[k][0] for k in longer.tolist()]
    first = int(names[0]) if names[0] in ("0", "1") else -1
    return names == [str(first + k) for k in range(len(names))]


def _cut_notes_beside(layout: Layout, rows: Rows, body: Sequence[int]) -> list[int]:
    """Notes right of an empty column: cut off where they have no heading; the records that hold nothing else."""
    width = len(layout.headings)
    sample = [rows[k] for k in body[:SAMPLE]]
    for place in range(2, width - 1):
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
