"""Frames: the answer to a question, with the types of its columns – also where there is no row.

moments datetime64[us, UTC] · days datetime64[us] · numbers int64, Int64 where one may be missing · bool, boolean · str
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Boolean, Connection, Date, Integer, Text

from credtools.limited import collection_paused
from credtools.store.columns import UTCDateTime

DTYPES: tuple[tuple[type, Any, Any], ...] = (
    (UTCDateTime, "datetime64[us, UTC]", "datetime64[us, UTC]"),
    (Date, "datetime64[us]", "datetime64[us]"),
    (Boolean, "bool", "boolean"),
    (Integer, "int64", "Int64"),
    (Text, "str", "str"),
)  # kind of a column, what holds it, and what holds it where a value may be missing


def frame(connection: Connection, statement: Any) -> pd.DataFrame:
    """The answer, column by column, by the names and types of the statement."""
    columns = statement.selected_columns
    with collection_paused():
        rows = connection.execute(statement).cursor.fetchall()
        values: Any = zip(*rows, strict=True) if rows else [()] * len(columns)
        return pd.DataFrame(
            {
                name: _series(list(some), column, connection)
                for (name, column), some in zip(columns.items(), values, strict=True)
            }
        )


def _series(values: list[Any], column: Any, connection: Connection) -> Any:
    """From the driver's own values: what has to be converted is converted once per value, not once per row."""
    nullable = getattr(getattr(column, "element", column), "nullable", False)
    dtype: Any = next((names[nullable] for kind, *names in DTYPES if isinstance(column.type, kind)), "object")
    convert = column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, None)
    if convert is None:
        return pd.Series(values, dtype=dtype)
    codes, different = pd.factorize(pd.Series(values, dtype="object"))
    converted = pd.array([convert(value) for value in different], dtype=dtype)
    return pd.Series(converted.take(codes, allow_fill=True))
