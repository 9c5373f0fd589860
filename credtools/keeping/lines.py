"""Lines: rows as portable text, the same bytes from both databases.

It is the text format of PostgreSQL's COPY (https://www.postgresql.org/docs/current/sql-copy.html), with moments in UTC:
that server writes and reads it itself; for SQLite it is made and read here. A value that isn't of the kind of its
column, as only a damaged or changed database holds it, is never written as something else: ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, Text, TypeDecorator

LONGEST = 2**30  # bytes of a line, as in PostgreSQL
NULL = "\\N"
WRITTEN = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
READ = {text[1]: char for char, text in WRITTEN.items()}
SPECIAL = re.compile(r"[\\\x08-\x0d]")
ESCAPES = str.maketrans(WRITTEN)
ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
STORED_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?")  # of SQLite
MOMENT = re.compile(STORED_MOMENT.pattern + r"\+00")


def kind_of(column: Column[Any]) -> str:
    """What a column holds: a name in `KINDS`. Raises TypeError for one whose values nobody has written out yet."""
    type_ = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    for kind, (of, *_) in KINDS.items():
        if isinstance(type_, of):
            return kind
    raise TypeError(f"{column} is of a type that backups don't know: {column.type!r}")


def encode(kinds: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as SQLite's driver gives them. Raises ValueError."""
    columns = [_written(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
    return "".join(["\t".join(row) + "\n" for row in zip(*columns, strict=True)]).encode()


def decode(kinds: Sequence[str], text: Sequence[str]) -> list[tuple[Any, ...]]:
    """Lines (without their ends) as rows for SQLite's driver. Raises ValueError."""
    rows = [line.split("\t") for line in text]
    if {len(row) for row in rows} - {len(kinds)}:
        raise ValueError("A line has missing or extra values.")
    columns = [_read(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True)]
    return list(zip(*columns, strict=True))


def _written(kind: str, column: Sequence[Any]) -> list[str]:
    _, stored, write, _ = KINDS[kind]
    if {type(value) for value in column} - {stored, type(None)}:
        raise ValueError(f"A value is no {kind}.")
    if kind == "text" and not SPECIAL.search("".join([value for value in column if value])):
        return [NULL if value is None else value for value in column]
    made = {value: write(value) for value in set(column) if value is not None}  # days, moments and flags repeat
    return [NULL if value is None else made[value] for value in column]


def _read(kind: str, column: Sequence[str]) -> list[Any]:
    read = KINDS[kind][3]
    if kind == "text" and not any("\\" in value for value in column):
        return list(column)
    made = {value: None if value == NULL else read(value) for value in set(column)}
    return [made[value] for value in column]


def _unescaped(text: str) -> str:
    return ESCAPED.sub(_char, text)


def _char(found: re.Match[str]) -> str:
    if found[1] not in READ:
        raise ValueError("An escape is unknown.")
    return READ[found[1]]


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError("A day or moment isn't written as one.")
    return found


def _day(text: str) -> str:
    return _whole(DAY, text)[0]


def _moment_written(stored: str) -> str:
    found = _whole(STORED_MOMENT, stored)
    fraction = (found[2] or "").rstrip("0")
    return f"{found[1]}.{fraction}+00" if fraction else f"{found[1]}+00"


def _moment_read(text: str) -> str:
    found = _whole(MOMENT, text)
    return f"{found[1]}.{found[2] or '':0<6}"


def _flag(text: str) -> int:
    return int(_one_of({"t": 1, "f": 0}, text))


def _one_of(known: dict[Any, Any], value: Any) -> Any:
    if value not in known:
        raise ValueError("A flag is neither true nor false.")
    return known[value]


def _bytes_written(value: bytes) -> str:
    return "\\\\x" + value.hex()


def _bytes_read(text: str) -> bytes:
    if not text.startswith("\\\\x"):
        raise ValueError("Bytes aren't written as such.")
    return bytes.fromhex(text[3:])


# kind → its type in `tables`, what SQLite's driver gives for it, how that is written, how it is read.
Kind = tuple[type[Any], type[Any], Callable[[Any], str], Callable[[str], Any]]
KINDS: dict[str, Kind] = {
    "integer": (Integer, int, str, int),
    "text": (Text, str, lambda value: value.translate(ESCAPES), _unescaped),
    "flag": (Boolean, int, lambda value: _one_of({1: "t", 0: "f"}, value), _flag),
    "day": (Date, str, _day, _day),
    "moment": (DateTime, str, _moment_written, _moment_read),
    "bytes": (LargeBinary, bytes, _bytes_written, _bytes_read),
}


def whole_lines(chunks: Iterable[bytes]) -> Iterator[list[str]]:
    """The lines of a stream, without their ends, some at a time. Raises ValueError where it ends within one."""
    begun: list[bytes] = []
    for chunk in chunks:
        done, end, rest = chunk.rpartition(b"\n")
        if end:
            yield b"".join([*begun, done]).decode().split("\n")
            begun = []
        begun.append(rest)
        if sum(map(len, begun)) > LONGEST:
            raise ValueError("A line is too long.")
    if any(begun):
        raise ValueError("The last line isn't whole.")
