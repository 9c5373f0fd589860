"""Cells: texts without their protection against spreadsheets, and what a sheet says of its cells beside their texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credtools.model import BoolArray, FileWarning, IntArray
from credtools.reading.records import NO_SHEET, Records
from credtools.reading.rows import Column, is_blank
from credtools.reading.table.layout import Layout
from credtools.text import lines_named, plural

# What is written so that a spreadsheet leaves a text alone: ="0012", or '0012 before what it would take for a number, a
# date or a formula. Always the whole cell; 't Hart and '80s are texts.
PROTECTED = re.compile(r"""="((?:[^"]|"")*)"|'((?:[=+\-@]|\d[\d .,:/\-]*$|\d+[Ee]\d+$)(?:.*[^'])?)""", re.DOTALL)
MARKS = ("=", "'")


@dataclass(frozen=True)
class KnownCells:
    """Per name of a column what is known of some of its texts: see `Table`."""

    dates: dict[str, dict[str, date | None]] = field(default_factory=dict)
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    valueless: dict[str, frozenset[str]] = field(default_factory=dict)


def unprotected(text: str) -> str:
    """A text without its protection."""
    if not text.startswith(MARKS) or not (found := PROTECTED.fullmatch(text)):
        return text
    return str(found[2] if found[1] is None else found[1].replace('""', '"'))


def without_protection(column: Column) -> tuple[Column, int]:
    """A column without it, and how many cells had some."""
    if isinstance(column, list):
        texts = [unprotected(text) for text in column]
        return texts, sum(map(str.__ne__, texts, column))
    places = _beginning(column)
    before = column.take(pa.array(places)).to_pylist() if len(places) else []
    after = [unprotected(text) for text in before]
    count = sum(map(str.__ne__, before, after))
    if not count:
        return column, 0
    marked = np.zeros(len(column), dtype=np.bool_)
    marked[places] = True
    return pc.replace_with_mask(column, pa.array(marked), pa.array(after, pa.large_string())), count


def _beginning(column: pa.LargeStringArray) -> IntArray:
    """The places of texts that begin with one of the marks, by their first bytes."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    found = np.frombuffer(data or b"", dtype=np.uint8)
    is_mark: BoolArray = np.logical_or.reduce([found == ord(mark) for mark in MARKS])
    if not is_mark.any():  # as nearly always
        return ends[:0]
    filled: IntArray = np.flatnonzero(ends[:-1] < ends[1:])
    return filled[is_mark[ends[filled]]]


def known_cells(records: Records, layout: Layout, names: Sequence[str]) -> KnownCells:
    """What a sheet says of the cells of its table."""
    sheet, cells, known = records.sheet, records.cells, KnownCells()
    body = set(layout.body) if sheet.dates or sheet.valueless else set()
    seen: dict[str, Counter[tuple[str, str]]] = {}
    for (k, place), day in sheet.dates.items():
        if k in body and place < len(names):
            name, text = names[place], cells[k][place]
            known.dates.setdefault(name, {})[text] = day
            seen.setdefault(name, Counter())[text, sheet.seen.get((k, place), "")] += 1
    for name, counts in seen.items():
        place = names.index(name)
        texts = Counter(cells[k][place] for k in body)
        # What is shown in two ways, or typed beside, stays the day.
        alone = {text: one for (text, one), count in counts.items() if count == texts[text]}
        if shown := {text: one for text, one in alone.items() if one not in ("", text)}:
            known.shown[name] = shown
    broken: dict[str, set[str]] = {}
    for k, place in sheet.valueless:
        if k in body and place < len(names):
            broken.setdefault(names[place], set()).add(cells[k][place])
    known.valueless.update({name: frozenset(texts) for name, texts in broken.items()})
    return known


def protection_noted(count: int) -> Iterator[FileWarning]:
    """That cells were protected."""
    if count:
        were, them = ("is", "it") if count == 1 else ("are", "them")
        sentence = (
            f'{plural(count, "cell")} {were} written so that a spreadsheet leaves {them} alone (="0012" or \'0012), '
            f"and {were} read without that (0012). Nothing needs to be done."
        )
        yield FileWarning("text_protected", count, sentence)


def sheet_noted(records: Records, layout: Layout) -> Iterator[FileWarning]:
    """What a sheet hides, and cells that it merges."""
    sheet = records.sheet
    if sheet is NO_SHEET:
        return
    if hidden := [records.starts[k] for k in layout.body if records.starts[k] in sheet.hidden_lines]:
        verb = "is" if len(hidden) == 1 else "are"
        sentence = (
            f"{plural(len(hidden), 'row')} that {verb} hidden in the spreadsheet, by a filter or by hand, {verb} read "
            f"like the others ({lines_named(hidden)}). If hidden rows aren't meant, remove them from the sheet."
        )
        yield FileWarning("rows_hidden", len(hidden), sentence)
    places = [k for k in range(layout.width) if k in sheet.hidden_places]
    if unseen := [k for k in places if not is_blank([records.cells[row][k] for row in layout.body])]:
        verb = "is" if len(unseen) == 1 else "are"
        sentence = (
            f"{plural(len(unseen), 'column')} that {verb} hidden in the spreadsheet {verb} read like the others "
            f"({', '.join(map(_letters, unseen))}). If hidden columns aren't meant, remove them from the sheet."
        )
        yield FileWarning("columns_hidden", len(unseen), sentence)
    if merged := _merged(records, layout):
        have, their = ("has", "its") if len(merged) == 1 else ("have", "their")
        sentence = (
            f"{plural(len(merged), 'group')} of merged cells {have} {their} value in the first cell only; the others "
            f"are read as blank ({lines_named(merged)}). If all of them mean it, say so in the recipe (fill_down)."
        )
        yield FileWarning("cells_merged", len(merged), sentence)


def _merged(records: Records, layout: Layout) -> list[int]:
    """On which lines merged cells of the table begin."""
    body, found = np.asarray(layout.body, dtype=np.int64), []
    for top, end, left, right in records.sheet.merged:
        first, last = np.searchsorted(body, (top, end))
        if first < last and left < layout.width and (end - top) * (right - left) > 1:
            found.append(records.starts[top])
    return sorted(found)


def _letters(place: int) -> str:
    """What people call a column, by its place from 0."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
