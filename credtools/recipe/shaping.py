"""Shaping: the records of a file → rows of one credential each, before any heading is matched. Pure: Table → Table.

In this order: section rows, blank cells filled down, columns of pairs unpivoted, cells split. A row's raw text is what
its row says – the cells of its piece, and those that its record's rows share – so that each can be corrected and
erased by itself. Piece numbers are the places of the pairs in the recipe; where cells are split these are counted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from credtools.errors import FileError
from credtools.model import BoolArray, FileWarning, IntArray, Shaped, Table, known_under
from credtools.reading.records import MAX_CELLS
from credtools.recipe.headings import match_headings, unknown_column
from credtools.recipe.hits import missing
from credtools.recipe.recipe import Recipe
from credtools.recipe.sections import date_headings, empty_sections, filled, last, section_rows, without_rows
from credtools.recipe.shapes import TYPE
from credtools.recipe.steps import Split
from credtools.recipe.whole import as_part
from credtools.schema.words import Column
from credtools.text import first_of, fold, plural

NAMED = 5


def shape(recipe: Recipe, table: Table, columns: Sequence[Column]) -> Table:
    """The table with one row per credential, as the recipe says; the same table where it says nothing.

    Raises FileError (`heading_required`) where nothing of what is to be unpivoted or filled is in the file, or a column
    is there that is to be made; RecipeError where the schema has no such column.
    """
    if not recipe.reshapes and table.shaped is None:
        return table
    usable = [column for column in columns if column.name in recipe.columns_in_use(columns)]
    names = [column.name for column in usable]
    for name in (*recipe.shapes.columns, *(step.column for step in recipe.rules if isinstance(step, Split))):
        if name not in names:
            raise unknown_column(recipe, name, {column.name for column in columns}, names)

    def headings(some: Table) -> Mapping[str, str | None]:
        return match_headings(recipe, some, usable)

    shapes, splits = recipe.shapes, [step for step in recipe.rules if isinstance(step, Split)]
    if table.shaped is None:
        table = replace(table, shaped=_as_it_is(table))
    if shapes.sheets:
        table = _named(table, shapes.sheets.name_as, headings(table))
    table = _sections(table, recipe, usable, headings(table))
    for name in shapes.fill_down:
        table = _filled_down(table, _heading_of(name, table, headings(table)))
    if shapes.unpivot:
        table = _unpivoted(table, recipe)
    for step in splits:
        table = _split(table, step, headings(table))
    return as_part(_numbered(table, len(shapes.unpivot) or 1), recipe)


def with_silent(table: Table, silent: Mapping[str, BoolArray]) -> Table:
    """The table of rows that were made of another file's records; `silent`: which of them have no such column there."""
    shaped = table.shaped or _as_it_is(table)
    return replace(table, shaped=replace(shaped, silent=silent)) if any(map(np.any, silent.values())) else table


def _as_it_is(table: Table) -> Shaped:
    ones = np.ones(len(table.lines), dtype=np.int64)
    order = np.arange(len(table.lines))
    width, names = table.expected_fields, tuple(table.frame.columns)
    return Shaped(order, ones, ones, ones * 0, ones, table.fields, width, len(order), names)


def _shaped(table: Table) -> Shaped:
    if table.shaped is None:
        raise ValueError("not shaped yet")
    return table.shaped


def _take(table: Table, rows: IntArray) -> Table:
    """Some of the rows, perhaps several times."""
    if len(rows) == len(table.lines) and np.array_equal(rows, np.arange(len(rows))):
        return table
    frame = table.frame.take(rows).reset_index(drop=True)
    shaped = _shaped(table).take(rows)
    return replace(table, frame=frame, lines=table.lines[rows], fields=table.fields[rows], shaped=shaped)


def _heading_of(name: str, table: Table, matched: Mapping[str, str | None]) -> str:
    """The heading that a column of the schema, or a heading as it is written, has in this file."""
    wanted = fold(name)
    for heading, column in matched.items():
        if name == column:
            return heading
    for heading in matched:
        if fold(heading) == wanted:
            return heading
    raise FileError("shape_heading_missing", **missing(table, name))


def _noted(table: Table, code: str, count: int, sentence: str) -> Table:
    reading = table.reading
    return replace(table, reading=replace(reading, noted=(*reading.noted, FileWarning(code, count, sentence))))


def _with_column(table: Table, name: str, texts: pd.Series) -> Table:
    """With one more column, the last that has a heading."""
    if name in table.frame.columns:
        line = table.reading.heading_line
        raise FileError("heading_twice", column=name, title=name, first=name, second=name, line=line)
    frame, width = table.frame.copy(deep=False), table.expected_fields
    frame.insert(width, name, texts)
    reading = replace(table.reading, headings=(*_headings(table), name))
    return replace(table, frame=frame, reading=reading, expected_fields=width + 1, fields=table.fields + 1)


def _headings(table: Table) -> tuple[str, ...]:
    return table.reading.headings or tuple(table.frame.columns[: table.expected_fields])


# --- section rows, blank cells below a value ----------------------------------------------------------------


def _named(table: Table, column: str, matched: Mapping[str, str | None]) -> Table:
    """With the name of each row's sheet in a column, if one is named; a file without sheets has none."""
    if not column:
        return table
    names = np.array(["", *_shaped(table).sheet_names, ""], dtype=object)[_shaped(table).sheets]
    return _said(table, column, pd.Series(pd.array(names, dtype="str"), index=table.frame.index), matched)


def _sections(table: Table, recipe: Recipe, columns: Sequence[Column], matched: Mapping[str, str | None]) -> Table:
    """Rows with a single filled cell are headings of the rows below them, up to the next one or the end of a sheet."""
    if not (column := recipe.shapes.sections):
        return table
    frame, (alone, texts) = table.frame, section_rows(table, date_headings(recipe.shapes, matched, columns))
    said, above = np.array(texts, dtype=object), last(alone, _shaped(table).sheets)
    if empty := without_rows(alone, above):
        table = _noted(table, "sections_empty", empty, empty_sections(empty))
    section = pd.Series(pd.array(np.where(above >= 0, said[above], ""), dtype="str"), index=frame.index)
    table = _said(table, column, section, matched)
    lines = tuple(sorted({*table.reading.heading_lines, *table.lines[alone].tolist()}))
    kept = _take(replace(table, reading=replace(table.reading, heading_lines=lines)), np.flatnonzero(~alone))
    record = np.cumsum(~alone)[~alone] - 1
    return replace(kept, shaped=replace(_shaped(kept), record=record, records=len(record)))


def _said(table: Table, column: str, texts: pd.Series, matched: Mapping[str, str | None]) -> Table:
    """With these texts in a column of the schema, where its own cells are blank."""
    heading = next((heading for heading, name in matched.items() if name == column), None)
    if heading is None:
        table = _with_column(table, column, texts)
        return _under(table, column, ("",), np.zeros(len(texts), dtype=np.int64))
    own = table.frame[heading]
    return replace(table, frame=table.frame.assign(**{heading: own.where(filled(own), texts)}))


def _filled_down(table: Table, heading: str) -> Table:
    """Blank cells below a value repeat it, on the same sheet."""
    texts = table.frame[heading]
    above = last(filled(texts), _shaped(table).sheets)
    below = texts.take(np.maximum(above, 0)).set_axis(texts.index) if len(texts) else texts
    return replace(table, frame=table.frame.assign(**{heading: below.where(above >= 0, texts)}))


# --- one row per person → one per credential ----------------------------------------------------------------


def _unpivoted(table: Table, recipe: Recipe) -> Table:
    """A row for each pair of a record that isn't blank; a record with a wrong number of fields has at least one."""
    shapes, frame = recipe.shapes, table.frame
    called = {fold(h): name for h, name in zip(_headings(table), frame.columns, strict=False) if h}
    called |= {fold(name): name for name in frame.columns[: table.expected_fields]}
    pairs = [{name: called.get(fold(h), "") for name, h in headings.items()} for _, headings in shapes.unpivot]
    named = [heading for _, headings in shapes.unpivot for heading in headings.values()]
    lacking = [heading for heading in named if fold(heading) not in called]
    if len(lacking) == len(named):
        raise FileError("shape_heading_missing", **missing(table, *lacking))
    if lacking:
        said = f"The file lacks {plural(len(lacking), 'heading')} that 'unpivot' names"
        table = _noted(table, "unpivot_incomplete", len(lacking), f"{said}: {first_of(map(repr, lacking), NAMED)}.")
    used = {heading for pair in pairs for heading in pair.values() if heading}
    there_in = {heading: filled(frame[heading]) for heading in used}
    rows, none = len(frame), np.zeros(len(frame), dtype=np.bool_)
    there = [np.logical_or.reduce([none, *(there_in[h] for h in pair.values() if h)]) for pair in pairs]
    ragged = table.fields != table.expected_fields
    there.append(ragged & ~np.logical_or.reduce(there))  # it must be rejected, whatever it says
    source, pair_of = np.nonzero(np.array(there).T)
    if idle := rows - len(np.unique(source)):
        sentence = (
            f"{plural(idle, 'record')} {'has' if idle == 1 else 'have'} no credential in any column that 'unpivot' "
            f"names, so {'it makes' if idle == 1 else 'they make'} no row. Nothing needs to be done if that is right."
        )
        table = _noted(table, "records_without_rows", idle, sentence)
    kept = [k for k, name in enumerate(frame.columns) if name not in used]
    headings = tuple(h for k, h in enumerate(_headings(table)) if k in set(kept))
    if (size := len(source) * (len(headings) + len(shapes.targets))) > MAX_CELLS:
        raise FileError("too_many_cells", found=size, allowed=MAX_CELLS)
    missing_fields = table.fields - table.expected_fields
    made = replace(
        table,
        frame=frame.iloc[:, kept],
        expected_fields=len(headings),
        fields=len(headings) + np.where(missing_fields < 0, 1, missing_fields),
        reading=replace(table.reading, headings=headings),
    )
    if (missing_fields < 0).any() and made.frame.shape[1] == len(headings):
        beyond = pd.Series(pd.array([""] * rows, dtype="str"), index=frame.index)
        made = replace(made, frame=made.frame.assign(**{f"col_{len(frame.columns) + 1}": beyond}))
    made = _take(made, source.astype(np.int64))
    marks, codes = np.array([*shapes.marks, 1]), pair_of.astype(np.int64)
    pieces = np.where(codes == len(pairs), 1, codes + 1)
    of_pairs = replace(_shaped(made), pieces=pieces, pair=codes, marks=marks[codes], pairs=shapes.pairs)
    made = replace(made, shaped=of_pairs)
    kinds = pd.Series(pd.array([*(kind for kind, _ in shapes.unpivot), ""], dtype="str"))
    made = _with_column(made, TYPE, _at(kinds, codes))
    made = _under(made, TYPE, ("",), np.zeros(len(codes), dtype=np.int64))
    blank = pd.Series(pd.array([""] * rows, dtype="str"))
    for name in shapes.targets[1:]:
        cells = [frame[h] if (h := pair.get(name)) else blank for pair in pairs]
        stacked = pd.concat([*cells, blank], ignore_index=True).astype(frame.dtypes.iloc[0])
        made = _with_column(made, name, _at(stacked, codes * rows + source))
        made = _under(made, name, (*(pair.get(name, "") for pair in pairs), ""), codes)
        if (silent := np.array([not pair.get(name) for pair in (*pairs, {})])[codes]).any():
            made = replace(made, shaped=replace(_shaped(made), silent={**_shaped(made).silent, name: silent}))
    told = known_under((table, {heading: name for name, heading in pair.items() if heading}) for pair in pairs)
    known: dict[str, Any] = {what: {**getattr(table, what), **found} for what, found in told.items()}
    return replace(made, **known)


def _at(texts: pd.Series, places: IntArray) -> pd.Series:
    return texts.take(places).reset_index(drop=True)


def _under(table: Table, name: str, headings: tuple[str, ...], codes: IntArray) -> Table:
    """Notes under which headings the cells of a column are in the file."""
    shaped = _shaped(table)
    return replace(table, shaped=replace(shaped, cells={**shaped.cells, name: (headings, codes)}))


# --- several values in a cell -------------------------------------------------------------------------------


def _split(table: Table, step: Split, matched: Mapping[str, str | None]) -> Table:
    """A row for each part that isn't blank; a cell without any, or of a row with a wrong number of fields, stays."""
    heading = next((heading for heading, column in matched.items() if column == step.column), None)
    if heading is None:
        return table
    texts = table.frame[heading].tolist()
    whole = (table.fields == table.expected_fields).tolist()
    divided = {text: some for text in set(texts) if step.by in text and (some := step.parts(text))}
    parts: list[list[str]] = [
        divided.get(text, [text]) if right else [text] for text, right in zip(texts, whole, strict=True)
    ]
    counts = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    said: dict[str, int] = {}
    for text, right in zip(texts, whole, strict=True):
        if right and text in divided:
            said[text] = said.get(text, 0) + 1
    changes = tuple((text, " · ".join(divided[text]), rows) for text, rows in said.items())
    made = _take(table, np.repeat(np.arange(len(parts)), counts))
    cells = pd.Series(pd.array([part for some in parts for part in some], dtype="str"), index=made.frame.index)
    made = replace(made, frame=made.frame.assign(**{heading: cells.astype(table.frame[heading].dtype)}))
    shaped = _shaped(made)
    return replace(made, shaped=replace(shaped, split={**shaped.split, step: (sum(said.values()), changes)}))


def _numbered(table: Table, pairs: int) -> Table:
    """Rows that were split get piece numbers of their own: those beyond the first have gone round all the pairs.

    The rows stand in the order of their places, as all that is stored and chained by place counts on.
    """
    shaped = _shaped(table)
    if not shaped.split or not len(table.lines):
        return table
    together = shaped.record * (pairs + 1) + shaped.pieces
    starts = np.flatnonzero(np.append(True, together[1:] != together[:-1]))
    before = np.arange(len(together)) - np.repeat(starts, np.diff(np.append(starts, len(together))))
    pieces = shaped.pieces + before * pairs
    return _take(replace(table, shaped=replace(shaped, pieces=pieces)), np.lexsort((pieces, shaped.record)))
