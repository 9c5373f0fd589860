"""Row texts: what a row says, as one text that is the same on both databases; over these run the seals.

The first version: fields (see `digests`) of 'row', the name of the table, and then of name and value of each column
that isn't at its default, in the order of their names. A column that isn't there (NULL) and one that holds the default
of its declaration are left out, so that rows keep their texts when a later layout gives their table a new column. The
errors of a reject have one text, each after the other in the order of their positions.

The database makes these texts, so that those of 50,000 rows are there at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    Table,
    Text,
    literal_column,
    select,
    union_all,
)

from credtools.store import tables
from credtools.store.columns import UTCDateTime, metadata
from credtools.store.digests import field, fields

# Whose rows have no seals, and why nothing that is done to them stays unseen.
UNSEALED = {
    "events": "they are the chain",
    "audit_head": "the end of the chain",
    "seals": "each event chains its own",
    "ledger": "the event `finish` chains a digest over them",
    "ledger_values": "the ledger holds their digests",
    "ledger_blocks": "the event `finish` chains a digest over them",
    "ledger_block_values": "the block holds their digests",
    "credential_versions": "the event `finish` chains a digest; what was decided, and what counts, follows from others",
    "credentials": "versions' digests cover whose they are; the rest follows from types, merges and versions",
    "words": "they follow from the batches that stand",
}
# Columns of other tables that aren't part of a row's text, and why nothing that is done to them stays unseen.
LEFT_OUT = {
    ("batches", "receipt"): "it is made of what the event `finish` chains",
    ("source_files", "content"): "its SHA-256 is the key",
}
# By what a row is known, where that isn't its primary key; the errors of a reject are sealed together.
KEYS = {"batch_keys": ("batch_id",), "reject_errors": ("reject_id",)}
SEALED = tuple(table for table in metadata.sorted_tables if table.name not in UNSEALED)

Said = tuple[tuple[Any, ...], str]  # a row's key, and its text


def key_columns(table: Table) -> tuple[Column[Any], ...]:
    """The columns by which the seals know a row."""
    return tuple(table.c[name] for name in KEYS.get(table.name, table.primary_key.columns.keys()))


def is_numbered(table: Table) -> bool:
    """Whether its rows are known by one number."""
    known = key_columns(table)
    return len(known) == 1 and isinstance(known[0].type, Integer)


def texts(
    connection: Connection, table: Table, among: Callable[[Any], Any] | None = None, *, streamed: int = 0
) -> Iterator[Said]:
    """Key and text of some rows, in the order of their keys (by code point).

    `among`: which, as a condition on the first column of their keys; `streamed`: so many at a time.
    """
    rows = _rows(connection, table, among, streamed)
    if table is tables.reject_errors:
        return ((key, "".join(said for _, said in some)) for key, some in groupby(rows, key=itemgetter(0)))
    return rows


def _rows(connection: Connection, table: Table, among: Callable[[Any], Any] | None, streamed: int) -> Iterator[Said]:
    keys, dialect = key_columns(table), connection.dialect
    collated = dialect.name == "postgresql"
    order = [key.collate("C") if collated and isinstance(key.type, Text) else key for key in keys]
    more = [column for column in table.primary_key if table is tables.reject_errors]
    asked = select(*keys, literal_column(_text(table, dialect.name), Text).label("said")).order_by(*order, *more)
    asked = asked if among is None else asked.where(among(keys[0]))
    options = {"yield_per": streamed} if streamed else {}
    with connection.execute(asked.execution_options(**options)) as found:
        for *key, said in found:
            yield tuple(key), said


def texts_of_few(connection: Connection, some: Mapping[Table, Sequence[int]]) -> Iterator[tuple[Table, Said]]:
    """Table, key and text of a few rows of numbered tables, all in one question."""
    asked = []
    for place, (table, numbers) in enumerate(some.items()):
        (key,) = key_columns(table)
        position = table.c.position if table is tables.reject_errors else literal_column("0")
        said = literal_column(_text(table, connection.dialect.name), Text)
        named: list[Any] = [literal_column(str(place)).label("place"), key.label("key"), position.label("position")]
        asked.append(select(*named, said.label("said")).where(key.in_(numbers)))
    rows = connection.execute(union_all(*asked).order_by("place", "key", "position"))
    of = list(some)
    for (place, number), those in groupby(rows, key=itemgetter(0, 1)):  # the errors of a reject are several
        yield of[place], ((number,), "".join(row.said for row in those))


@cache
def _text(table: Table, database: str) -> str:
    """The expression that makes the text of a row."""
    names = sorted({column.name for column in table.c if (table.name, column.name) not in LEFT_OUT})
    quoted = fields("row", table.name).replace("'", "''")
    return " || ".join([f"'{quoted}'", *(_named(table.c[name], database) for name in names)])


def _named(column: Column[Any], database: str) -> str:
    """Name and value of a column; nothing where it isn't there, or is at its default."""
    value, default = VALUES[database](column), default_text(column)
    shown = f"'{field(column.name)}' || length({value}) || ':' || {value}"
    if default is not None:
        shown = f"CASE WHEN {value} = '{default}' THEN '' ELSE {shown} END"
    return f"coalesce({shown}, '')"


def default_text(column: Column[Any]) -> str | None:
    """The default of a column's declaration, as its value would be written."""
    given: Any = getattr(column.server_default, "arg", None)
    return None if given is None else str(given)


def _on_sqlite(column: Column[Any]) -> str:
    """A value that is none of its column's kind is written otherwise: it must not pass for one."""
    name, kind = f'{column.table.name}."{column.name}"', column.type
    held, shown = "text", name
    if isinstance(kind, UTCDateTime):
        shown = f"substr({name}, 1, 10) || 'T' || substr({name}, 12) || 'Z'"
    elif isinstance(kind, LargeBinary):
        held, shown = "blob", f"lower(hex({name}))"
    elif isinstance(kind, Boolean):
        held, shown = "integer", f"CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE quote({name}) END"
    elif not isinstance(kind, Text | Date):
        held, shown = "integer", f"CAST({name} AS TEXT)"
    return f"CASE typeof({name}) WHEN '{held}' THEN {shown} WHEN 'null' THEN NULL ELSE '!' || quote({name}) END"


def _on_postgresql(column: Column[Any]) -> str:
    name, kind = f'{column.table.name}."{column.name}"', column.type
    if isinstance(kind, UTCDateTime):
        return f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    if isinstance(kind, Date):
        return f"to_char({name}, 'YYYY-MM-DD')"
    if isinstance(kind, LargeBinary):
        return f"encode({name}, 'hex')"
    return name if isinstance(kind, Text) else f"CAST({name} AS TEXT)"


VALUES = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}
