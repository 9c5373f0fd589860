"""Records: which row of a file is which, by what its record says in the columns that mean something.

A record is known by the digest of its texts, as they came, under the headings of the mapped columns, and by its place
among those that equal it. So unmapped columns may come, go, move and change, headings may be renamed with their recipe,
and where a column is newly mapped, what was stored before is still found by the columns that it covers.

Of a row that was made of a pair of columns the pair is known, too, by its headings: it is the one that still has one of
them, wherever it is. The only pair of its type may have other headings: the type tells which one it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from credtools.model import Pair, Record, RecordKey, Table
from credtools.model.digests import digest_of, record_text
from credtools.recipe.shapes import Shapes
from credtools.recipe.step import PART, column_of
from credtools.schema.words import Column

WHOLE_LINE = 0  # the kind of digests that cover the raw record, as they were made before there were kinds
KIND = 1  # that cover the mapped columns, and which of the pairs of its type a row was made of
PAIRED = 2  # that cover the mapped columns of one pair, which is named beside them; of rows of pairs they are made now
BESIDE = "#"  # between columns and pair; no column has it in its name


def digest(kind: int, columns: str, raw: str, cells: Mapping[str, str], mark: int = 1) -> str:
    """The digest of one record, of which this is the raw text, and what it says in each mapped column."""
    if kind == WHOLE_LINE:
        return digest_of(raw)
    names, pair = _parted(columns)
    return digest_of(record_text(_text(pair) if pair else mark, [cells.get(name, "") for name in names]))


def marks_by(columns: str, shapes: Shapes) -> Sequence[int | None]:
    """Per pair of some shapes the mark that digests over these columns cover; None for other pairs than theirs."""
    if known := _parted(columns)[1]:
        same = same_pair(known, shapes.pairs)
        return [1 if number == same else None for number in range(len(shapes.pairs) or 1)]
    return shapes.marks or [1]


def same_pair(known: Pair, pairs: Sequence[Pair]) -> int | None:
    """Which of some pairs a known one is: that with a heading of it; else, of a type with a single pair, that.

    Where there are no pairs at all, it is what each row is made of then. None where it is none, or not sure.
    """
    alike = [number for number, one in enumerate(pairs) if not set(one.headings).isdisjoint(known.headings)]
    alike = alike or [number for number, one in enumerate(pairs) if known.only and one[:2] == known[:2]]
    if not pairs:
        return 0 if known.only else None
    return alike[0] if len(alike) == 1 else None


def pair_of(columns: str) -> Pair | None:
    """The pair that the columns of a digest name."""
    return _parted(columns)[1]


def of_all_pairs(kind: int, columns: str) -> tuple[int, str]:
    """The kind and columns by which the rows of all pairs are known."""
    return (KIND, columns.partition(BESIDE)[0]) if kind == PAIRED else (kind, columns)


@lru_cache
def _parted(columns: str) -> tuple[tuple[str, ...], Pair | None]:
    names, _, text = columns.partition(BESIDE)
    kind, only, *headings = json.loads(text or '["", false]')
    return tuple(names.split(",")), Pair(kind, only, tuple(headings)) if text else None


def of_pair(columns: str, pair: Pair) -> tuple[int, str]:
    """The kind and columns by which the rows of a pair are known."""
    return PAIRED, f"{columns}{BESIDE}{_text(pair)}"


def _text(pair: Pair) -> str:
    return json.dumps([*pair[:2], *pair.headings])


class Records:
    """The records of one table, by the columns that its headings stand for; each question is answered once."""

    def __init__(self, table: Table, headings: Mapping[str, str | None]) -> None:
        self.table = table
        self.headings = {column: heading for heading, column in headings.items() if column}
        self._rows: dict[tuple[int, str], dict[RecordKey, int]] = {}
        self._own: dict[str, list[Record]] = {}

    def keys(self, kind: int, columns: str) -> Sequence[RecordKey | None]:
        """How each row's record is known by digests of this kind over these columns; None where that isn't known."""
        if self.table.corrects:
            return [
                next((one.key for one in known if (one.kind, one.columns) == (kind, columns)), None)
                for known in self.table.corrects
            ]
        if kind == WHOLE_LINE:
            return self.table.keys()
        names, pair = _parted(columns)
        if pair is None:
            return self.table.keys([self.headings.get(name) for name in names])
        known = self._of_pair(names, pair)
        return [known.get(row) for row in range(len(self.table.lines))]

    def _of_pair(self, names: Sequence[str], pair: Pair) -> Mapping[int, RecordKey]:
        number = same_pair(pair, self.table.pairs)
        headings = [self.headings.get(name) for name in names]
        return {} if number is None else self.table.keys_of_pair(headings, _text(pair), number)

    def rows(self, kind: int, columns: str) -> Mapping[RecordKey, int]:
        """The row of each record, by how it is known."""
        if (kind, columns) not in self._rows:
            keys = self.keys(kind, columns)
            self._rows[kind, columns] = {key: row for row, key in enumerate(keys) if key is not None}
        return self._rows[kind, columns]

    def row(self, record: Record) -> int | None:
        """The row of a record; None when it isn't in this file."""
        return self.rows(record.kind, record.columns).get(record.key)

    def rows_of(self, records: Iterable[Record]) -> list[int | None]:
        """The rows of many records."""
        by: dict[tuple[int, str], Mapping[RecordKey, int]] = {}
        found: list[int | None] = []
        for record in records:
            known = by.get(record[2:])
            if known is None:
                known = by[record[2:]] = self.rows(record.kind, record.columns)
            found.append(known.get(record.key))
        return found

    def own(self, schema: Sequence[Column]) -> Sequence[Record]:
        """How each record is known from now on: by all columns of the schema that have a heading in this file."""
        if self.table.corrects:
            return [known[0] for known in self.table.corrects]
        parts = sorted(name for name in self.headings if PART in name)
        names = [[column.name, *(p for p in parts if column_of(p) == column.name)] for column in schema]
        columns = ",".join(name for some in names for name in some if name in self.headings)
        if columns not in self._own:
            found = [Record(*key, KIND, columns) for key in self.keys(KIND, columns) if key is not None]
            for pair in self.table.pairs:
                for row, key in self._of_pair(columns.split(","), pair).items():
                    found[row] = Record(*key, *of_pair(columns, pair))
            self._own[columns] = found
        return self._own[columns]
