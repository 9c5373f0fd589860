"""A sheet to write a certificate on, and how the PDF that comes of it is read back into pieces."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from credtools.media.looked import Piece
from credtools.media.parser import texts

A4, CARD = (595.0, 842.0), (340.0, 215.0)
LEVEL = 12  # thousandths of a page between the lower ends of what is on one line


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
    """What the product reads in a PDF; `whole_lines`: nothing that is on one line is apart from one another."""
    found = texts.of_pdf(content, has_form=False)[0]
    if not whole_lines:
        return tuple(Piece(page, (left, top, right, bottom), said) for page, left, top, right, bottom, said in found)
    lines: list[Piece] = []
    for page, left, top, right, bottom, said in found:
        last = lines[-1] if lines else None
        if last and last.page == page and abs(bottom - last.box[3]) < LEVEL and left > last.box[2]:
            low, high = max(bottom, last.box[3]), min(top, last.box[1])
            lines[-1] = Piece(page, (last.box[0], high, right, low), f"{last.text} {said}")
        else:
            lines.append(Piece(page, (left, top, right, bottom), said))
    return tuple(lines)
