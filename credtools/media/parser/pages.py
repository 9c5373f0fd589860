"""The lines of a page of a PDF, with their places on it as it is shown: what was filled in too."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

Piece = list[Any]  # page, left, top, right, bottom, text (`texts`)
Sides = tuple[float, float, float, float]
GAP = 1.2  # heights of the letters between two cells of a line
UNSEEN = 3  # the rendering mode of a text that is there for searching only (ISO 32000-2, 9.3.6), as OCR leaves it
SIGN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
ALL = [0, 0, 1000, 1000]
LEFT, TOP, RIGHT, BOTTOM = SIDES = [ctypes.c_double() for _ in range(4)]  # where PDFium writes them


def lines_of(document: Any, number: int) -> list[Piece]:
    from pypdfium2 import raw  # noqa: PLC0415 - pictures don't need it

    page = raw.FPDF_LoadPage(document, number)
    if not page:
        return []
    try:
        if _has_notes(raw, page) and _flattened(raw, document, page):
            raw.FPDF_ClosePage(page)
            page = raw.FPDF_LoadPage(document, number)
        text = raw.FPDFText_LoadPage(page)
        try:
            return [[number + 1, *box, line] for box, line in _lines(raw, page, text)]
        finally:
            raw.FPDFText_ClosePage(text)
    finally:
        raw.FPDF_ClosePage(page)


def _flattened(raw: Any, document: Any, page: Any) -> bool:
    """Whether fields and notes were made part of a page; fields that only have a value are drawn, as viewers do."""
    form = document.formenv and document.formenv.raw
    if form:
        raw.FORM_OnAfterLoadPage(page, form)
    try:
        return bool(raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)
    finally:
        if form:
            raw.FORM_OnBeforeClosePage(page, form)


def _has_notes(raw: Any, page: Any) -> bool:
    """Whether something other than links is drawn over the page: fields, notes."""
    for k in range(raw.FPDFPage_GetAnnotCount(page)):
        note = raw.FPDFPage_GetAnnot(page, k)
        kind = raw.FPDFAnnot_GetSubtype(note)
        raw.FPDFPage_CloseAnnot(note)
        if kind not in (raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP):
            return True
    return False


def _lines(raw: Any, page: Any, text: Any) -> Iterator[tuple[list[int], str]]:
    count = raw.FPDFText_CountChars(text)
    if count <= 0:
        return
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(text, 0, count, buffer)
    units = memoryview(buffer).cast("B")[: 2 * max(written - 1, 0)].tobytes()
    is_same = written - 1 == count  # then the n-th character is the n-th of the text
    shown = _Shown(raw, page)
    start = 0
    for line in units.decode("utf-16-le", "replace").split("\r\n"):
        length = len(line) if line.isascii() else len(line.encode("utf-16-le", "replace")) // 2
        if said := clean(line):
            first, last = start, start + length - 1
            if not is_same:
                first, last = (raw.FPDFText_GetCharIndexFromTextIndex(text, one) for one in (first, last))
            if not _is_unseen(raw, text, first):
                count = max(last - first + 1, 1)
                if len(runs := _rects(raw, text, first, count)) < 2:
                    yield shown.box(runs), said
                else:
                    yield from _cells(raw, shown, text, first, count, line, runs)
        start += length + 2


def _is_unseen(raw: Any, text: Any, index: int) -> bool:
    drawn = raw.FPDFText_GetTextObject(text, index)
    return bool(drawn) and raw.FPDFTextObj_GetTextRenderMode(drawn) == UNSEEN


def _cells(
    raw: Any, shown: _Shown, text: Any, first: int, count: int, line: str, runs: list[Sides]
) -> Iterator[tuple[list[int], str]]:
    """A line of several runs, torn apart at wide gaps, as between a label and its value or the cells of a table."""
    least = _thick(runs) * GAP
    groups, starts = [runs[:1]], [first]
    for one, other in pairwise(runs):
        start = _index(raw, text, other) if _gap(one, other) > least else -1
        if starts[-1] < start < first + count:
            starts.append(start)
            groups.append([])
        groups[-1].append(other)
    units = line.encode("utf-16-le", "replace")
    cuts = [2 * (raw.FPDFText_GetTextIndexFromCharIndex(text, k) - _place(raw, text, first)) for k in starts[1:]]
    for group, (start, end) in zip(groups, pairwise([0, *cuts, len(units)]), strict=True):
        if said := clean(units[start:end].decode("utf-16-le", "replace")):
            yield shown.box(group), said


def _place(raw: Any, text: Any, first: int) -> int:
    return int(raw.FPDFText_GetTextIndexFromCharIndex(text, first))


def _index(raw: Any, text: Any, run: Sides) -> int:
    """Which character a run begins with, -1 where that can't be told."""
    left, top, right, bottom = run
    middle = ((left + right) / 2, (top + bottom) / 2)
    flat = right - left >= top - bottom
    ends = ((left, middle[1]), (right, middle[1])) if flat else ((middle[0], top), (middle[0], bottom))
    found = [raw.FPDFText_GetCharIndexAtPos(text, across, up, 2, 2) for across, up in ends]
    return min((k for k in found if k >= 0), default=-1)


def _thick(runs: list[Sides]) -> float:
    """How high the letters of a line are, or how wide where the line goes up or down."""
    wide = [right - left for left, _, right, _ in runs]
    high = [top - bottom for _, top, _, bottom in runs]
    return min(max(high, default=0.0), max(wide, default=0.0))


def _gap(one: Sides, other: Sides) -> float:
    """What is between two runs of a line."""
    (left, top, right, bottom), (left2, top2, right2, bottom2) = one, other
    return max(left2 - right, left - right2, bottom2 - top, bottom - top2)


def _rects(raw: Any, text: Any, first: int, count: int) -> list[Sides]:
    """The runs of some characters: left, top, right, bottom in points, from below."""
    found = []
    for k in range(raw.FPDFText_CountRects(text, first, count)):
        if raw.FPDFText_GetRect(text, k, *SIDES):
            found.append((LEFT.value, TOP.value, RIGHT.value, BOTTOM.value))  # noqa: PERF401 - each time others
    return found if found and all(top - bottom > 1 for _, top, _, bottom in found) else _loose(raw, text, first, count)


def _loose(raw: Any, text: Any, first: int, count: int) -> list[Sides]:
    """The same by the sizes of fonts: where a font is neither in the PDF nor here, its letters have no height."""
    box = raw.FS_RECTF()
    letters = (k for k in range(first, first + count) if raw.FPDFText_GetLooseCharBox(text, k, box))
    return [(box.left, box.top, box.right, box.bottom) for _ in letters if box.top > box.bottom]


class _Shown:
    """A page as it is shown: turned and cut as it says."""

    def __init__(self, raw: Any, page: Any) -> None:
        x, y, fine = ctypes.c_int(), ctypes.c_int(), 1_000_000
        found = []
        for across, up in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)):
            raw.FPDF_PageToDevice(page, 0, 0, fine, fine, 0, across, up, ctypes.byref(x), ctypes.byref(y))
            found.append((x.value / 1000, y.value / 1000))
        (self.left, self.top), (right, right_down), (over, over_down) = found
        self.across = ((right - self.left) / 1000, (right_down - self.top) / 1000)
        self.up = ((over - self.left) / 1000, (over_down - self.top) / 1000)

    def box(self, runs: list[Sides]) -> list[int]:
        """Around runs of characters, in thousandths."""
        if not runs:
            return ALL
        left, top, right, bottom = runs[0] if len(runs) == 1 else _whole(runs)
        (x_across, y_across), (x_up, y_up) = self.across, self.up
        x, x2 = self.left + left * x_across + top * x_up, self.left + right * x_across + bottom * x_up
        y, y2 = self.top + left * y_across + top * y_up, self.top + right * y_across + bottom * y_up
        sides = (min(x, x2), min(y, y2), max(x, x2), max(y, y2))  # as `around`, for every line
        return [0 if side <= 0 else 1000 if side >= 1000 else round(side) for side in sides]


def _whole(runs: list[Sides]) -> Sides:
    lefts, tops, rights, bottoms = zip(*runs, strict=True)
    return min(lefts), max(tops), max(rights), min(bottoms)


def around(corners: list[tuple[int, int]]) -> list[int]:
    """The box around points, within the page."""
    if not corners:
        return ALL
    across, down = ([min(max(one, 0), 1000) for one in ones] for ones in zip(*corners, strict=True))
    return [min(across), min(down), max(across), max(down)]


def clean(text: str) -> str:
    return " ".join((text if text.isprintable() else SIGN.sub(" ", text)).split())
