"""What of a reading a person should look at, as warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from credtools.model import FileWarning
from credtools.reading.options import Options
from credtools.reading.records import Records
from credtools.reading.table.cells import sheet_noted
from credtools.reading.table.headings import squeeze
from credtools.reading.table.layout import Layout
from credtools.text import lines_named, plural

SAMPLE = 200
# By which option each warning is settled: where that is known, there is nothing to look at.
SETTLED_BY = {
    "footer_ignored": "footer_lines",
    "headings_joined": "heading_rows",
    "lines_above": "heading_line",
    "no_heading_row": "heading_line",
    "one_column": "delimiter",
}


def ends_with(mark: str) -> FileWarning:
    """That the records of a text were found to end with a mark."""
    shown = ascii(mark) if mark.isprintable() else f"the character {ord(mark):#04x}"
    return FileWarning(
        "record_end_found",
        1,
        f"Records end with {shown}, so it was read as their end and not as a part of their last cell.",
    )


def assumptions(records: Records, layout: Layout, options: Options) -> Iterable[FileWarning]:
    """What a person should look at, and hasn't settled by an option."""
    for one in _assumed(records, layout):
        if one.code not in SETTLED_BY or getattr(options, SETTLED_BY[one.code]) is None:
            yield one


def _assumed(records: Records, layout: Layout) -> Iterable[FileWarning]:
    yield from _top(records, layout)
    yield from _apart(records, layout)
    yield from _changed(records, layout)
    yield from sheet_noted(records, layout)


def _top(records: Records, layout: Layout) -> Iterable[FileWarning]:
    if layout.doubtful_top:
        above = records.lines_of(layout.preamble)
        said = f"What stands above the headings was not read as records ({lines_named(above)})"
        advice = "If records are among it, name the line of the headings in the recipe (read: {heading_line: …})."
        example = _example(records.cells[layout.preamble[-1]])
        yield FileWarning("lines_above", len(above), f"{said}. {advice}", f"{said}, for example {example!r}. {advice}")
    if layout.width == 1 and _looks_divided([records.cells[k] for k in layout.body[:SAMPLE]]):
        yield FileWarning(
            "one_column",
            1,
            "The file was read as one column, although most lines have several blanks between words. If its columns "
            "have a fixed width, say in the recipe where they begin (read: {delimiter: at 1 6 16}).",
        )
    if layout.row_names:
        yield FileWarning(
            "row_names",
            1,
            "The records have one field more than there are headings, and it counts them, so it was read as a column "
            "without a heading (col_1).",
        )
    if layout.headless:
        yield FileWarning(
            "no_heading_row",
            1,
            "No heading row was found, so the columns are named col_1, col_2 and so on. Name them in the recipe, or "
            "the line of the headings (read: {heading_line: …}).",
        )
    if (joined := len(layout.first_heading)) > 1:
        yield FileWarning(
            "headings_joined",
            joined,
            f"The headings on {lines_named(records.lines_of(layout.first_heading))} were joined. If the second row is "
            "a record, say so in the recipe (read: {heading_rows: 1}).",
        )


def _apart(records: Records, layout: Layout) -> Iterable[FileWarning]:
    if layout.aside:
        lines, example = records.lines_of(layout.aside), _example(records.cells[layout.aside[0]])
        said = f"Content beside or below the table was ignored ({lines_named(lines)})"
        yield FileWarning("content_ignored", len(lines), f"{said}.", f"{said}, for example {example!r}.")
    if layout.beside:
        where = lines_named([records.starts[k] for k in layout.beside])
        sentence = f"Notes to the right of the table, beyond an empty column, were ignored ({where})."
        yield FileWarning("notes_ignored", len(layout.beside), sentence)
    if layout.footer:
        lines, example = records.lines_of(layout.footer), _example(records.cells[layout.footer[0]])
        said = f"The end of the file was read as a footer ({lines_named(lines)})"
        advice = "If that is a record, say so in the recipe (read: {footer_lines: none})."
        yield FileWarning(
            "footer_ignored", len(lines), f"{said}. {advice}", f"{said}, for example {example!r}. {advice}"
        )


def _looks_divided(rows: Sequence[Sequence[str]]) -> bool:
    return 2 * sum("  " in row[0].strip() for row in rows) > max(3, len(rows))


def _changed(records: Records, layout: Layout) -> Iterable[FileWarning]:
    repaired = [k for k in records.repaired if k not in layout.recut]
    if count := len(repaired):
        where = lines_named([records.starts[k] for k in repaired])
        sentence = f"The quotation marks of {plural(count, 'record')} didn't match and were repaired ({where}). "
        yield FileWarning("row_repaired", count, f"{sentence}Check the cells there.")
    if count := len(layout.recut):
        where = lines_named([records.starts[k] for k in layout.recut])
        which = "was" if count == 1 else "were"
        sentence = f"{plural(count, 'record')} {which} divided by another delimiter than the others ({where}). "
        yield FileWarning("row_recut", count, f"{sentence}Check the cells there.")


def _example(row: Sequence[str]) -> str:
    return squeeze(" ".join(row))[:40]
