"""The answer to a question: as rows, or as a frame with the types of its columns – also where there is no row.

moments datetime64[us, UTC] · days datetime64[s] · numbers int64, Int64 where one may be missing · bool, boolean · str
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlalchemy import ARRAY, Boolean, Connection, Date, Integer, any_, func, literal, select

from credtools.limited import collection_paused
from credtools.store.columns import UTCDateTime
from credtools.store.engine import At, snapshot

DTYPES: tuple[tuple[type, str, str], ...] = (
    (UTCDateTime, "datetime64[us, UTC]", "datetime64[us, UTC]"),
    (Date, "datetime64[s]", "datetime64[s]"),
    (Boolean, "bool", "boolean"),
    (Integer, "int64", "Int64"),
)  # kind of a column, what holds it, and what holds it where a value may be missing; all others are text
ARROW = {"str": pa.large_string(), "int64": pa.int64(), "Int64": pa.int64()}
HELD: dict[str, Any] = {"str": lambda _: pd.StringDtype(na_value=np.nan), "Int64": lambda _: pd.Int64Dtype()}


def rows(at: At, statement: Any) -> Sequence[Any]:
    """The answer as it is."""
    with snapshot(at) as connection:
        return connection.execute(statement).all()


def rows_in(connection: Connection, statement: Any, key: Any, numbers: Collection[Any]) -> Iterator[Any]:
    """The answer for those rows whose `key` is one of some numbers: one question, and one value to bind in it."""
    if numbers:
        yield from connection.execute(statement.where(among(connection, key, sorted(numbers)))).all()


def among(connection: Connection, key: Any, wanted: Sequence[Any]) -> Any:
    """That a column is one of some values, however many: one value to bind."""
    if connection.dialect.name == "sqlite":
        return key.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))
    return key == any_(literal(wanted, ARRAY(key.type)))


def values(at: At, statement: Any) -> list[Any]:
    """The answer of one column."""
    return [value for (value,) in rows(at, statement)]


def frame(at: At, statement: Any, *, optional: Collection[str] = ()) -> pd.DataFrame:
    """The answer, column by column, by the names and types of the statement.

    A value may be missing where its column may be NULL, and in the `optional` columns of an outer join.
    """
    columns = statement.selected_columns
    with snapshot(at) as connection, collection_paused():
        found = connection.execute(statement).cursor.fetchall()  # the driver's own
        answers: Any = zip(*found, strict=True) if found else [()] * len(columns)
        return pd.DataFrame(
            {
                name: _series(some, column, connection, missing=name in optional)
                for (name, column), some in zip(columns.items(), answers, strict=True)
            }
        )


def _series(values: Collection[Any], column: Any, connection: Connection, *, missing: bool) -> Any:
    """What has to be converted is converted once per value, not once per row."""
    nullable = missing or getattr(getattr(column, "element", column), "nullable", False)
    dtype: Any = next((names[nullable] for kind, *names in DTYPES if isinstance(column.type, kind)), "str")
    convert = column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
    if convert is None and dtype in ARROW:  # half the time of pandas' own way
        return pa.array(values, ARROW[dtype]).to_pandas(types_mapper=HELD.get(dtype))
    codes, different = pd.factorize(np.array([*values, None], dtype="object")[:-1])  # None: never a matrix
    converted: Any = pd.array([convert(value) if convert else value for value in different], dtype=dtype)
    return pd.Series(converted.take(codes, allow_fill=True) if nullable else converted.take(codes))
