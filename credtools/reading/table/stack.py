"""Stack: sheets of one workbook with the same headings → one table; lines keep their numbers within their sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from credtools.errors import FileError
from credtools.model import FileWarning, Shaped, Table, known_under
from credtools.text import fold, quoted

NAMED = 5
OTHER = "Sheets with other headings than {} were left out ({}). If one is meant, read it with a recipe of its own."


def stacked(tables: Sequence[Table], titles: Iterable[str], *, every: bool) -> Table:
    """The rows of all tables in the order of the sheets, each column under the same heading.

    The sheet that has most of the `titles` shows which headings. `every`: sheets with other ones are left out, with a
    warning; otherwise they were named. Raises FileError (`sheets_differ`) for a named one.
    """
    known = {fold(title) for title in titles}
    first = max(tables, key=lambda one: (len(_headings(one) & known), len(one.lines) > 0))
    fits = [_headings(one) == _headings(first) for one in tables]
    alike = [one for one, fit in zip(tables, fits, strict=True) if fit]
    others = [str(one.reading.sheet) for one, fit in zip(tables, fits, strict=True) if not fit]
    if others and not every:
        raise FileError(
            "sheets_differ", first=quoted([str(first.reading.sheet)]), others=quoted(others, most=NAMED, spelled=repr)
        )
    frames = [_in_order(one, first) for one in alike]
    frame = pd.concat(frames, ignore_index=True).fillna("")  # cells beyond the headings, which not every sheet has
    counts = [len(one.lines) for one in alike]
    ones, order = np.ones(sum(counts), dtype=np.int64), np.arange(sum(counts))
    lines, fields = (np.concatenate([getattr(one, name) for one in alike]) for name in ("lines", "fields"))
    sheets = np.repeat(np.arange(1, len(alike) + 1), counts)
    called = tuple(str(one.reading.sheet) for one in alike)
    names = tuple(frame.columns)
    shaped = Shaped(
        order, sheets, ones, ones * 0, ones, fields, first.expected_fields, len(order), names, sheet_names=called
    )
    noted = list(_noted(alike))
    if others:
        said = OTHER.format(_name(first.reading.sheet), quoted(others, most=NAMED, spelled=repr))
        noted.append(FileWarning("sheets_unused", len(others), said))
    reading = replace(
        first.reading,
        sheet=", ".join(called),
        lines=sum(one.reading.lines for one in alike),
        noted=tuple(noted),
        stacked=tuple(one.reading for one in alike),
    )
    cells = known_under((one, _called(one, first)) for one in alike)
    return replace(first, frame=frame, lines=lines, fields=fields, reading=reading, shaped=shaped, **cells)


def _name(sheet: object) -> str:
    return quoted([str(sheet)], spelled=repr)


def _headings(table: Table) -> set[str]:
    return {fold(name) for name in table.frame.columns[: table.expected_fields]}


def _in_order(table: Table, first: Table) -> pd.DataFrame:
    """Its columns named and ordered like the first's."""
    called = _called(table, first)
    beyond = [name for name in table.frame.columns if name not in called]
    return table.frame.rename(columns=called)[[*first.frame.columns[: first.expected_fields], *beyond]]


def _called(table: Table, first: Table) -> dict[str, str]:
    """What its headings are called in the first."""
    names = {fold(name): name for name in first.frame.columns[: first.expected_fields]}
    return {name: names[fold(name)] for name in table.frame.columns[: table.expected_fields]}


def _noted(tables: Sequence[Table]) -> Iterator[FileWarning]:
    """What should be known about each sheet, once per code, each sentence with its sheet."""
    found: dict[str, list[tuple[str, FileWarning]]] = {}
    for table in tables:
        for one in table.reading.noted:
            found.setdefault(one.code, []).append((str(table.reading.sheet), one))
    for code, some in found.items():
        if len(some) == len(tables) and len({one.sentence for _, one in some}) == 1:  # about the workbook
            yield some[0][1]
            continue
        said = " ".join(f"Sheet {_name(name)}: {one.sentence}" for name, one in some)
        example = " ".join(f"Sheet {_name(name)}: {one.example or one.sentence}" for name, one in some)
        yield FileWarning(code, sum(one.count for _, one in some), said, example)
