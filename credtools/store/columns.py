"""Columns: of what the tables are made."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    }
)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC, aware on both sides (SQLite stores no time zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("A moment without a time zone can't be stored.")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value


class Packed(TypeDecorator[bytes]):
    """Bytes that take less room where the database doesn't see to that itself: SQLite.

    There they are deflated behind a mark, unless they get no shorter so, as pictures and workbooks; what has no mark
    is as it is, also what was stored before layout 0008.
    """

    impl = LargeBinary
    cache_ok = True
    MARK = b"credtools\x00deflated\x00"
    LEVEL = 6

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is None or dialect.name != "sqlite":
            return value
        packed = self.MARK + zlib.compress(value, self.LEVEL)
        return packed if len(packed) < len(value) or value.startswith(self.MARK) else value

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is None or dialect.name != "sqlite" or value[: len(self.MARK)] != self.MARK:  # perhaps no bytes
            return value
        return zlib.decompress(value[len(self.MARK) :])


ITS_OWN = sql("merged_into IS NULL")  # of an index: what was merged into another one keeps what is unique
NOT_ITS_OWN = sql("merged_into IS NOT NULL")
ID = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=column)


def own_id() -> Column[int]:
    return Column("id", ID, primary_key=True, autoincrement=False)


def text(name: str, default: str | None = None, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable, server_default=default)


def texts(*names: str, nullable: bool = False) -> list[Column[str]]:
    return [text(name, nullable=nullable) for name in names]


def flag(name: str, default: Any = None, *, nullable: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=nullable, server_default=default)


def day(name: str) -> Column[date]:
    return Column(name, Date)


def binary(name: str, *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable)


def integer(name: str, default: int | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=None if default is None else str(default))


def address(*, key: bool = False) -> list[Column[int]]:
    """Where a row stands in its file: sheet (from 1), line, piece (from 1)."""
    kept: dict[str, Any] = {"nullable": False, "primary_key": key, "autoincrement": False}
    sheet, piece = (Column(name, Integer, server_default="1", **kept) for name in ("sheet", "piece"))
    return [sheet, Column("line", Integer, **kept), piece]


def merged(table: str) -> Column[Any]:
    """Which of its kind a row belongs to since they were merged; resolved when it is read."""
    return ref("merged_into", f"{table}.id", nullable=True)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, UTCDateTime, nullable=nullable)


def ref(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[Any]:
    return Column(name, ForeignKey(target), nullable=nullable, index=index)
