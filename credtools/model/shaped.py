"""Shaped: where a row is in its file, and how the rows of a table were made of the file's records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

IntArray: TypeAlias = "npt.NDArray[np.int64]"


class Place(NamedTuple):
    """Where a row is in its file: the sheet (from 1), the line, which piece of it (from 1).

    Written `12`; `12.3` where lines have pieces, `2:12.3` where sheets are stacked, too (see `lines`).
    """

    sheet: int
    line: int
    piece: int


class Pair(NamedTuple):
    """Columns of which `unpivot` makes a row: their type and headings, folded, and whether the type has no others.

    By that the records of such rows are known, wherever the pair is in the recipe or in the file.
    """

    kind: str
    only: bool
    headings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Shaped:
    """How the rows of a table were made of the records of its file, where that isn't one each.

    Per row: `record` (its record's number, from 0, ascending), `sheets` and `pieces` (its place), `pair` (which of
    `pairs` it was made of; of none: how many there are), `marks` (which of the pairs of its type that is, from 1),
    `fields` (how many the record has in the file, of `expected_fields`). `records`: how many the file has; `headings`:
    those of the file; `cells`: per column that was made the headings under which its cells are in the file, and per
    row the number of its one; `silent`: of a column of pairs the rows whose pair has none in this file; `sheet_names`:
    of those that were stacked; `split`: per rule that splits what it did: how many rows, and (before, after, rows).
    """

    record: IntArray
    sheets: IntArray
    pieces: IntArray
    pair: IntArray
    marks: IntArray
    fields: IntArray
    expected_fields: int
    records: int
    headings: tuple[str, ...]
    pairs: tuple[Pair, ...] = ()
    cells: Mapping[str, tuple[tuple[str, ...], IntArray]] = field(default_factory=dict)
    sheet_names: tuple[str, ...] = ()
    silent: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    split: Mapping[object, tuple[int, tuple[tuple[str, str, int], ...]]] = field(default_factory=dict)

    def in_file(self, headings: Mapping[str, str | None]) -> dict[str, str | None]:
        """Which column each heading of the file stands for, where `headings` says it of those of the rows."""
        found = {name: headings.get(name) for name in self.headings[: self.expected_fields]}
        for name, (made_of, _) in self.cells.items():
            found |= {heading: headings.get(name) for heading in made_of if heading}
        return found

    def take(self, rows: IntArray | slice, *, records: int | None = None) -> Shaped:
        """The same for some of the rows."""
        arrays = {name: getattr(self, name)[rows] for name in ("record", "sheets", "pieces", "pair", "marks", "fields")}
        cells = {name: (names, codes[rows]) for name, (names, codes) in self.cells.items()}
        silent = {name: marked[rows] for name, marked in self.silent.items()}
        return replace(self, **arrays, cells=cells, silent=silent, records=self.records if records is None else records)
