"""Many rows: fills a sheet that openpyxl has laid out, row by row.

openpyxl makes an object and seven lookups of each cell, and keeps them all; what it would write is simple enough to be
written at once. Of the sheet that is given everything stays – widths, panes, validations – but its rows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

SHEET = "xl/worksheets/sheet1.xml"
ROWS = re.compile(rb"<sheetData ?/>|<sheetData>.*</sheetData>", re.DOTALL)
AREA = re.compile(rb'<dimension ref="[^"]*" ?/>')
LONGEST = 32_767  # characters of a cell that spreadsheets take
COMPRESSION = 1  # the texts are alike: half the time of the usual 6, a fifth more bytes
KEPT = {"\r": "&#13;"}  # XML takes it for the end of a line otherwise


class FilledSheet:
    """A workbook of one sheet, of whose cells each is text: as laid out in `book`, with these rows.

    In: texts and, for each, the number of its style in the book (`cell.style_id`).
    """

    def __init__(
        self, book: Workbook, rows: Iterable[tuple[Sequence[str], Sequence[int]]], size: tuple[int, int]
    ) -> None:
        self._book, self._rows = book, rows
        self._area = f"A1:{get_column_letter(size[1])}{size[0]}"
        self._columns = [get_column_letter(place) for place in range(1, size[1] + 1)]

    def save(self, path: Path) -> None:
        laid_out = io.BytesIO()
        self._book.save(laid_out)
        with ZipFile(laid_out) as old, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as new:
            for part in old.infolist():
                with new.open(part.filename, "w") as file:
                    if part.filename == SHEET:
                        self._fill(file, old.read(part))
                    else:
                        file.write(old.read(part))

    def _fill(self, file: IO[bytes], sheet: bytes) -> None:
        before, after = ROWS.split(AREA.sub(f'<dimension ref="{self._area}"/>'.encode(), sheet, count=1))
        file.write(before + b"<sheetData>")
        for row in self._written():
            file.write(row.encode())
        file.write(b"</sheetData>" + after)

    def _written(self) -> Iterator[str]:
        known: dict[str, str] = {}
        for number, (texts, styles) in enumerate(self._rows, 1):
            cells = [
                f'<c r="{letter}{number}" s="{style}"{known.get(text) or known.setdefault(text, _content(text))}'
                for letter, text, style in zip(self._columns, texts, styles, strict=True)
            ]
            yield f'<row r="{number}">{"".join(cells)}</row>'


def _content(text: str) -> str:
    """What follows the style of a cell."""
    if not text:
        return ' t="inlineStr"/>'
    text = text[:LONGEST]
    blanks = ' xml:space="preserve"' if text.strip() != text or "\n" in text else ""
    return f' t="inlineStr"><is><t{blanks}>{escape(text, KEPT)}</t></is></c>'
