"""What was given – a path, a DataFrame, bytes, an open file – as bytes and a name, so that all are read in one way."""

from __future__ import annotations

import csv
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from credtools.errors import FileError, no_such_file
from credtools.reading.table.headings import frame_names

Source = str | Path | bytes | BinaryIO | pd.DataFrame

MAX_BYTES = 50 * 1024 * 1024
FRAME, UNNAMED = "DataFrame", "unnamed"  # in place of a file's name
# How the bytes of a DataFrame are read, whatever a recipe says about files: every row is a record.
FRAME_OPTIONS: dict[str, Any] = {"encoding": "utf-8", "delimiter": ",", "quote": '"', "escape": "", "sheet": None}
FRAME_OPTIONS |= {"heading_line": 1, "heading_rows": 1, "footer_lines": 0}


def file_bytes(source: Source, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of what was given; of a DataFrame those of a CSV file.

    Args:
        source: A path, a DataFrame, bytes, or a file that is open for reading bytes.
        max_bytes: How many are read at a time.

    Raises:
        MissingFileError: There is no file under the path.
        FileError: It can't be opened, has too many bytes, or is a thing that holds no table (`unknown_source`).
    """
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_file():
            raise no_such_file(path)
        content = b""
        try:
            size = path.stat().st_size
            if size <= max_bytes:
                content = path.read_bytes()
        except OSError as problem:
            raise FileError("not_opened", path=str(path), why=problem.strerror) from problem
    else:
        content = _bytes(source, max_bytes)
        size = len(content)
    if size > max_bytes:
        raise FileError("too_many_bytes", found=size, allowed=max_bytes)
    return content


def file_name(source: Source) -> str:
    """The name of the file that was given, or a word in its place."""
    if isinstance(source, pd.DataFrame):
        return FRAME
    path = source if isinstance(source, str | Path) else getattr(source, "name", "")
    return Path(path).name if isinstance(path, str | Path) and path else UNNAMED


def _bytes(source: Any, max_bytes: int) -> bytes:
    if isinstance(source, pd.DataFrame):
        return _frame_bytes(source)
    if isinstance(source, BytesIO):  # whole, wherever whoever has written it left off
        source = source.getvalue()
    elif hasattr(source, "read"):
        source = source.read(max_bytes + 1)
    if not isinstance(source, bytes | bytearray | memoryview):
        raise FileError("unknown_source", kind=type(source).__name__)
    return bytes(source)


def _frame_bytes(frame: pd.DataFrame) -> bytes:
    """Missing values become empty cells, dates YYYY-MM-DD, whole floats lose their '.0'; all else is its text."""
    names = frame_names([str(label) for label in frame.columns], len(frame.columns))
    cells = {k: [_text(value) for value in frame.iloc[:, k]] for k in range(len(names))}
    text = pd.DataFrame(cells).to_csv(header=names, index=False, lineterminator="\n", quoting=csv.QUOTE_ALL)
    return text.encode("utf-8", "surrogatepass")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)
