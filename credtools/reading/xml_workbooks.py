"""Workbooks that are one XML text: those of Excel 2003 (SpreadsheetML, as Workday's templates), and flat ODS.

Each is written as the zipped workbook that it corresponds to, which `sheets` reads; so dates, numbers as they are
shown, error cells, hidden rows and merged cells are read there and only there. An XML text with a document type is
refused: no cell needs one, and its entities could grow without bound.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.parsers import expat

from credtools.errors import FileError
from credtools.model import FileWarning, Reading
from credtools.reading import sheets
from credtools.reading.delimited.decode import declared_encoding, decode
from credtools.reading.options import Options
from credtools.reading.records import Records
from credtools.reading.spreadsheetml import Workbook

DEEPEST, MOST_BYTES = 200, 100 << 20
DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
ODS = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
Parts = list[tuple[Records, Reading]]


def split_sheets(content: bytes, options: Options) -> Parts:
    """The rows of a SpreadsheetML workbook; otherwise as `sheets.split_sheets`."""
    text, told = _as_utf_8(content, options)
    book = Workbook()
    _parse(text, book.start, book.end, book.text)
    return _called("spreadsheetml", told, sheets.split_sheets(_zipped(book.files()), options))


def split_flat_sheets(content: bytes, options: Options) -> Parts:
    """The rows of a flat ODS; otherwise as `sheets.split_sheets`."""
    text, told = _as_utf_8(content, options)
    _parse(text)
    files: dict[str, str | bytes] = {"mimetype": ODS, "content.xml": text, "META-INF/manifest.xml": MANIFEST}
    return _called("fods", told, sheets.split_sheets(_zipped(files), options))


def _as_utf_8(content: bytes, options: Options) -> tuple[bytes, list[FileWarning]]:
    """The text without its declaration, whatever encoding that names; and what was assumed."""
    if len(content) > MOST_BYTES:  # it is parsed in this process
        raise FileError("too_many_bytes", found=len(content), allowed=MOST_BYTES)
    text, _, told = decode(content, options.encoding or declared_encoding(content))
    return DECLARATION.sub("", text, count=1).encode(), told


def _called(name: str, told: list[FileWarning], parts: Parts) -> Parts:
    """The parts under the name of their kind, with what was assumed."""
    return [(records, replace(found, encoding=name, noted=(*told, *found.noted))) for records, found in parts]


def _zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def _parse(
    content: bytes,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Calls with each element, by its name without prefix, and each text. Raises FileError for improper XML."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def begin(name: str, said: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise FileError("sheet_unreadable", why=f"its parts lie more than {DEEPEST} deep in one another")
        if start:
            start(name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in said.items()})

    def close(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(name.rpartition(":")[2])

    def refuse(*_: Any) -> None:
        raise FileError("sheet_unreadable", why="it has a document type of its own, which could hide anything")

    parser.StartElementHandler, parser.EndElementHandler = begin, close
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as problem:
        raise FileError("sheet_unreadable", why=f"its XML isn't well formed (line {problem.lineno:,})") from problem
