"""Records: which row of a file is which, by what its record says in the columns that mean something.

A record is known by the digest of its texts, as they came, under the headings of the mapped columns, and by its place
among those that equal it. So unmapped columns may come, go, move and change, headings may be renamed with their recipe,
and where a column is newly mapped, what was stored before is still found by the columns that it covers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from credtools.model import Record, RecordKey, Table
from credtools.model.files import digest_of, record_text
from credtools.recipe.steps import PART, column_of
from credtools.schema.words import Column

WHOLE_LINE = 0  # the kind of digests that cover the raw record, as they were made before there were kinds
KIND = 1  # and of those that are made now


def digest(kind: int, columns: str, raw: str, cells: Mapping[str, str], piece: int = 1) -> str:
    """The digest of one record, of which this is the raw text, and what it says in each mapped column."""
    if kind == WHOLE_LINE:
        return digest_of(raw)
    return digest_of(record_text(piece, [cells.get(name, "") for name in columns.split(",")]))


class Records:
    """The records of one table, by the columns that its headings stand for; each question is answered once."""

    def __init__(self, table: Table, headings: Mapping[str, str | None]) -> None:
        self.table = table
        self.headings = {column: heading for heading, column in headings.items() if column}
        self._rows: dict[tuple[int, str], dict[RecordKey, int]] = {}

    def keys(self, kind: int, columns: str) -> Sequence[RecordKey | None]:
        """How each row's record is known by digests of this kind over these columns; None where that isn't known."""
        if self.table.corrects:
            return [
                next((one.key for one in known if (one.kind, one.columns) == (kind, columns)), None)
                for known in self.table.corrects
            ]
        if kind == WHOLE_LINE:
            return self.table.keys()
        return self.table.keys([self.headings.get(name) for name in columns.split(",")])

    def rows(self, kind: int, columns: str) -> Mapping[RecordKey, int]:
        """The row of each record, by how it is known."""
        if (kind, columns) not in self._rows:
            keys = self.keys(kind, columns)
            self._rows[kind, columns] = {key: row for row, key in enumerate(keys) if key is not None}
        return self._rows[kind, columns]

    def row(self, record: Record) -> int | None:
        """The row of a record; None when it isn't in this file."""
        return self.rows(record.kind, record.columns).get(record.key)

    def own(self, schema: Sequence[Column]) -> list[Record]:
        """How each record is known from now on: by all columns of the schema that have a heading in this file."""
        if self.table.corrects:
            return [known[0] for known in self.table.corrects]
        parts = sorted(name for name in self.headings if PART in name)
        names = [[column.name, *(p for p in parts if column_of(p) == column.name)] for column in schema]
        columns = ",".join(name for some in names for name in some if name in self.headings)
        return [Record(*key, KIND, columns) for key in self.keys(KIND, columns) if key is not None]
