"""A sheet to write a certificate on, and how the PDF that comes of it is read back into pieces."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
import pypdfium2
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from credtools.media.looked import Piece

A4, CARD = (595.0, 842.0), (340.0, 215.0)
GAP = 1.0  # letter heights between two pieces of one line


@lru_cache(maxsize=1)
def _fonts() -> None:
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name in ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif"):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))


class Sheet:
    """A page that is written on from the top, in points; `content` is the PDF."""

    def __init__(self, size: tuple[float, float] = A4, font: str = "DejaVuSans") -> None:
        _fonts()
        self.width, self.height = size
        self.font, self.out = font, io.BytesIO()
        self.canvas = Canvas(self.out, pagesize=size, invariant=1)
        self.y = 60.0 if size == A4 else 22.0

    def at(self, x: float, text: str, size: float = 11, down: float = 0, font: str = "", spaced: float = 0) -> None:
        """Text at x on the present line; `down`: how far the next line is; `spaced`: between letters."""
        self.canvas.setFont(font or self.font, size)
        self.canvas.drawString(x, self.height - self.y, text, charSpace=spaced)
        self.y += down

    def middle(self, text: str, size: float = 11, down: float = 0, font: str = "", spaced: float = 0) -> None:
        """Text in the middle of the page."""
        wide = pdfmetrics.stringWidth(text, font or self.font, size) + spaced * len(text)
        self.at((self.width - wide) / 2, text, size, down, font, spaced)

    def pairs(self, x: float, value_x: float, rows: Sequence[tuple[str, str]], size: float = 10) -> None:
        """Labels with their values right of them."""
        for label, value in rows:
            self.at(x, label, size)
            self.at(value_x, value, size, size * 1.7)

    def stacked(self, columns: Sequence[tuple[float, str, str]], size: float = 10, *, caption: bool = False) -> None:
        """Labels over their values, side by side; `caption`: values over their labels."""
        for x, first, _ in columns:
            self.at(x, first, size if caption else size - 2)
        self.y += size * 1.35
        for x, _, second in columns:
            self.at(x, second, size - 3 if caption else size)
        self.y += size * 2.6

    def table(self, xs: Sequence[float], rows: Sequence[Sequence[str]], size: float = 9) -> None:
        for row in rows:
            for x, cell in zip(xs, row, strict=True):
                self.at(x, cell, size)
            self.y += size * 1.8

    def prose(self, x: float, text: str, width: int = 72, size: float = 11) -> None:
        """Text broken into lines."""
        line = ""
        for word in text.split():
            if len(line) + len(word) > width:
                self.at(x, line.strip(), size, size * 1.45)
                line = ""
            line += word + " "
        self.at(x, line.strip(), size, size * 1.45)

    def content(self) -> bytes:
        self.canvas.showPage()
        self.canvas.save()
        return self.out.getvalue()


def pieces(content: bytes, *, whole_lines: bool = False) -> tuple[Piece, ...]:
    """The text layer of a PDF: its lines, torn apart where there is a wide gap, with their boxes."""
    document = pypdfium2.PdfDocument(content)
    found: list[Piece] = []
    try:
        for number, page in enumerate(document, 1):
            width, height = page.get_size()
            text = page.get_textpage()
            for letters, box in _runs(text, torn=not whole_lines):
                left, bottom, right, top = box
                shown = (left / width, 1 - top / height, right / width, 1 - bottom / height)
                placed = [max(0, min(1000, round(one * 1000))) for one in shown]
                found.append(Piece(number, (placed[0], placed[1], placed[2], placed[3]), letters))
    finally:
        document.close()
    return tuple(found)


Float4 = tuple[float, float, float, float]


def _runs(text: pypdfium2.PdfTextPage, *, torn: bool) -> Iterator[tuple[str, Float4]]:
    whole = text.get_text_range()
    letters, boxes = "", list[Float4]()
    for k in range(min(text.count_chars(), len(whole))):
        letter = whole[k]
        if letter in "\r\n":
            yield from _joined(letters, boxes)
            letters, boxes = "", []
            continue
        box = text.get_charbox(k, loose=True)
        if torn and boxes and letter != " " and box[0] - boxes[-1][2] > GAP * (box[3] - box[1]):
            yield from _joined(letters, boxes)
            letters, boxes = "", []
        letters += letter
        if letter != " ":
            boxes.append(box)
    yield from _joined(letters, boxes)


def _joined(letters: str, boxes: list[Float4]) -> Iterator[tuple[str, Float4]]:
    if letters.strip() and boxes:
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        yield letters.strip(), (min(lefts), min(bottoms), max(rights), max(tops))
