"""What can be read in a medium without guessing: the text of a PDF's pages, QR codes, and Open Badges.

Pieces are [page, left, top, right, bottom, text], in thousandths of the page as it is shown (`looked.Piece`).
"""

from __future__ import annotations

import ctypes
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

from PIL import Image

Piece = list[Any]
Sides = tuple[float, float, float, float]
PAGES, LETTERS = 10, 20_000
GAP = 1.2  # heights of the letters between two cells of a line
LITTLE = 200  # letters; a PDF that carries fewer may be a scan, in which QR codes are looked for
PIXELS = 1600  # the longer side of a picture in which QR codes are looked for
SIGN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
JWS = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*")
ALL = [0, 0, 1000, 1000]
UNSEEN = 3  # the rendering mode of a text that is there for searching only (ISO 32000-2, 9.3.6), as OCR leaves it


def clean(text: str) -> str:
    return " ".join(SIGN.sub(" ", text).split())


def limited(pieces: list[Piece]) -> tuple[list[Piece], bool]:
    """As many pieces as are kept, and whether that is all."""
    kept: list[Piece] = []
    left = LETTERS
    for piece in pieces:
        left -= len(piece[-1])
        if left < 0:
            return kept, False
        kept.append(piece)
    return kept, True


# --- the text of a PDF ----------------------------------------------------------------------------------------


def of_pdf(content: bytes, *, has_form: bool) -> tuple[list[Piece], bool]:
    """The lines of the first pages, what was filled in too, and the QR codes of a scan; and whether that is all."""
    import pypdfium2 as pdfium  # noqa: PLC0415 - pictures don't need it

    document = pdfium.PdfDocument(content)
    try:
        if has_form and document.get_formtype():
            document.init_forms()
        count = len(document)
        pieces: list[Piece] = []
        for number in range(min(count, PAGES)):
            pieces += _of_page(document, number)
            if sum(len(piece[-1]) for piece in pieces) > LETTERS:
                break
        if sum(len(piece[-1]) for piece in pieces) < LITTLE:
            for number in range(min(count, 2)):
                pieces += _codes_of_page(document, number)
        kept, whole = limited(pieces)
        return kept, whole and count <= PAGES
    finally:
        document.close()


def _of_page(document: Any, number: int) -> list[Piece]:
    from pypdfium2 import raw  # noqa: PLC0415 - see of_pdf

    page = raw.FPDF_LoadPage(document, number)
    if not page:
        return []
    try:
        if _has_notes(raw, page) and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
            raw.FPDF_ClosePage(page)
            page = raw.FPDF_LoadPage(document, number)
        text = raw.FPDFText_LoadPage(page)
        try:
            return [[number + 1, *box, line] for box, line in _lines(raw, page, text)]
        finally:
            raw.FPDFText_ClosePage(text)
    finally:
        raw.FPDF_ClosePage(page)


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
    start = 0
    for line in units.decode("utf-16-le", "replace").split("\r\n"):
        length = len(line.encode("utf-16-le", "replace")) // 2
        said = clean(line)
        if said:
            first = raw.FPDFText_GetCharIndexFromTextIndex(text, start)
            last = raw.FPDFText_GetCharIndexFromTextIndex(text, start + length - 1)
            if not _is_unseen(raw, text, first):
                yield from _cells(raw, page, text, first, max(last - first + 1, 1), line)
        start += length + 2


def _is_unseen(raw: Any, text: Any, index: int) -> bool:
    drawn = raw.FPDFText_GetTextObject(text, index)
    return bool(drawn) and raw.FPDFTextObj_GetTextRenderMode(drawn) == UNSEEN


def _cells(raw: Any, page: Any, text: Any, first: int, count: int, line: str) -> Iterator[tuple[list[int], str]]:
    """A line, torn apart at wide gaps, as between a label and its value or the cells of a table."""
    runs = _rects(raw, text, first, count)
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
            yield _box(raw, page, group), said


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
    sides = [ctypes.c_double() for _ in range(4)]
    runs = (k for k in range(raw.FPDFText_CountRects(text, first, count)) if raw.FPDFText_GetRect(text, k, *sides))
    found = [(sides[0].value, sides[1].value, sides[2].value, sides[3].value) for _ in runs]
    return found if found and all(top - bottom > 1 for _, top, _, bottom in found) else _loose(raw, text, first, count)


def _loose(raw: Any, text: Any, first: int, count: int) -> list[Sides]:
    """The same by the sizes of fonts: where a font is neither in the PDF nor here, its letters have no height."""
    box = raw.FS_RECTF()
    letters = (k for k in range(first, first + count) if raw.FPDFText_GetLooseCharBox(text, k, box))
    return [(box.left, box.top, box.right, box.bottom) for _ in letters if box.top > box.bottom]


def _box(raw: Any, page: Any, runs: list[Sides]) -> list[int]:
    """Around some runs, on the page as it is shown: turned and cut as it says."""
    corners: list[tuple[int, int]] = []
    x, y = ctypes.c_int(), ctypes.c_int()
    for left, top, right, bottom in runs:
        for across, up in ((left, top), (right, bottom)):
            if raw.FPDF_PageToDevice(page, 0, 0, 1000, 1000, 0, across, up, ctypes.byref(x), ctypes.byref(y)):
                corners.append((x.value, y.value))
    return around(corners)


def around(corners: list[tuple[int, int]]) -> list[int]:
    """The box around points, within the page."""
    if not corners:
        return ALL
    across, down = ([min(max(one, 0), 1000) for one in ones] for ones in zip(*corners, strict=True))
    return [min(across), min(down), max(across), max(down)]


def _codes_of_page(document: Any, number: int) -> list[Piece]:
    page = document[number]
    try:
        scale = PIXELS / max(*page.get_size(), 1)
        return codes(page.render(scale=min(scale, 4), grayscale=True).to_pil(), number + 1)
    finally:
        page.close()


# --- QR codes and badges --------------------------------------------------------------------------------------


def codes(image: Image.Image, page: int = 1) -> list[Piece]:
    """The QR codes of a picture that is grey, upright and not too large."""
    import zxingcpp  # noqa: PLC0415 - only where codes are looked for

    found = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        try_rotate=False,  # a QR code is found however it is turned
        try_downscale=False,
        try_invert=False,
    )
    width, height = image.size
    pieces: list[Piece] = []
    for code in found:
        at = code.position
        points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        box = around([(point.x * 1000 // width, point.y * 1000 // height) for point in points])
        if said := clean(code.text):
            pieces.append([page, *box, said])
    return pieces


def badge(text: str) -> list[Piece]:
    """What an Open Badge in a picture says (Open Badges 2.0 Baking; 3.0, 5.3): its JSON, also where it is signed."""
    if signed := JWS.fullmatch(text.strip()):
        with suppress(ValueError):
            text = urlsafe_b64decode(signed[1] + "=" * (-len(signed[1]) % 4)).decode("utf-8")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return [[1, *ALL, clean(text)]] if clean(text) else []


def for_codes(image: Image.Image) -> Image.Image:
    """A picture made grey and small enough for `codes`."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or (image.mode == "P" and "transparency" in image.info):
        image = over_white(image)
    times = -(-max(image.size) // PIXELS)
    if times > 1 and image.mode in ("L", "RGB"):
        image = image.reduce(times)
    grey = image if image.mode == "L" else image.convert("L")
    return grey.reduce(times) if max(grey.size) > PIXELS else grey


def over_white(image: Image.Image) -> Image.Image:
    """A picture without transparency, as viewers show it."""
    clear = image.convert("RGBA")
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white
