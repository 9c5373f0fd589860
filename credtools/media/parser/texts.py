"""What can be read in a medium without guessing: the text of a PDF's pages, QR codes, and Open Badges.

Pieces are [page, left, top, right, bottom, text], in thousandths of the page as it is shown (`looked.Piece`).
"""

from __future__ import annotations

import io
import json
import re
from base64 import urlsafe_b64decode
from contextlib import suppress
from typing import Any

from PIL import Image

from credtools.media.parser.pages import ALL, Piece, around, clean, lines_of

PAGES, LETTERS = 10, 20_000
LITTLE = 60  # letters; a PDF that carries fewer may be a scan, in which QR codes are looked for
PIXELS = 1600  # the longer side of a picture in which QR codes are looked for
DRAWN, PICTURED = 5_000, 40_000_000  # objects and pixels of a page that is drawn to look for codes
FULL = 0.95  # of a page, which its only picture covers
SEEN = 2_000  # the longer side of a JPEG that is read in full
JWS = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*")


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


def as_json(pieces: list[Piece]) -> str:
    """Pieces as they are stored, in one text that every database can hold; halves of characters are question marks."""
    said = [(page, box, text) for page, *box, text in pieces]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()


# --- the text of a PDF ----------------------------------------------------------------------------------------


def of_pdf(content: bytes, *, has_form: bool) -> tuple[list[Piece], bool]:
    """The lines of the first pages, what was filled in too, and the QR codes of a scan; and whether that is all."""
    import pypdfium2 as pdfium  # noqa: PLC0415 - pictures don't need it

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError:  # it is whole and can be kept, but can't be read here
        return [], False
    try:
        if has_form and document.get_formtype():
            document.init_forms()
        count = len(document)
        pieces: list[Piece] = []
        for number in range(min(count, PAGES)):
            pieces += lines_of(document, number)
            if sum(len(piece[-1]) for piece in pieces) > LETTERS:
                break
        if sum(len(piece[-1]) for piece in pieces) < LITTLE:
            for number in range(min(count, 2)):
                pieces += _codes_of_page(document, number)
        kept, whole = limited(pieces)
        return kept, whole and count <= PAGES
    finally:
        document.close()


def _codes_of_page(document: Any, number: int) -> list[Piece]:
    page = document[number]
    try:
        shown = list(page.get_objects(max_depth=2))
        image = _only_picture(page, shown)
        if not image and not _is_light(shown):
            return []
        if not image:
            image = page.render(scale=min(PIXELS / max(*page.get_size(), 1), 4), grayscale=True).to_pil()
        return codes_of(image, number + 1)
    finally:
        page.close()


def _is_light(shown: list[Any]) -> bool:
    """Whether a page can be drawn in a moment, and with little memory."""
    pictures = [one.get_px_size() for one in shown if hasattr(one, "get_px_size")]
    return len(shown) <= DRAWN and sum(width * height for width, height in pictures) <= PICTURED


def _only_picture(page: Any, shown: list[Any]) -> Image.Image | None:
    """The JPEG of a scan, upright and alone on its page: read by itself, that takes a fraction of drawing it."""
    from pypdfium2 import raw  # noqa: PLC0415 - see of_pdf

    if len(shown) != 1 or page.get_rotation() or shown[0].type != raw.FPDF_PAGEOBJ_IMAGE:
        return None
    if shown[0].get_filters() != ["DCTDecode"]:
        return None
    turns = shown[0].get_matrix()
    width, height = page.get_size()
    if turns.b or turns.c or turns.a < FULL * width or turns.d < FULL * height:
        return None
    with suppress(OSError):
        image = Image.open(io.BytesIO(bytes(shown[0].get_data(decode_simple=False))), formats=["JPEG"])
        smaller(image)
        image.load()
        return image
    return None


# --- QR codes and badges --------------------------------------------------------------------------------------


def codes_of(image: Image.Image, page: int = 1) -> list[Piece]:
    """The QR codes of a picture that is upright."""
    import zxingcpp  # noqa: PLC0415 - only where codes are looked for

    grey = for_codes(image)
    width, height = grey.size
    found = zxingcpp.read_barcodes(
        memoryview(grey.tobytes()).cast("B", (height, width)),  # of a picture it would take the bytes twice
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        try_rotate=False,  # a QR code is found however it is turned
        try_downscale=False,
        try_invert=False,
    )
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


def smaller(image: Image.Image) -> None:
    """Has a JPEG read as grey, and at a half, quarter or eighth, where it is larger than its codes need."""
    times = next((k for k in (1, 2, 4) if max(image.size) <= SEEN * k), 8)
    image.draft("L", (max(image.width // times, 1), max(image.height // times, 1)))


def for_codes(image: Image.Image) -> Image.Image:
    """A picture made grey and small enough for `codes`."""
    if image.mode.startswith("I") or image.mode == "F":
        image = eight_bits(image)
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:  # as screens are photographed
        image = image.convert("L")
    if image.mode in ("RGBA", "LA", "PA") or (image.mode == "P" and "transparency" in image.info):
        image = over_white(image)
    times = -(-max(image.size) // PIXELS)
    if times > 1 and image.mode in ("L", "RGB"):
        image = image.reduce(times)
    grey = image if image.mode == "L" else image.convert("L")
    return grey.reduce(times) if max(grey.size) > PIXELS else grey


def eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits as eight, n // 257 as in previews; of more, by what the picture holds: few say what is white.

    Pillow's own way clips at 255 and makes all white.
    """
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 257 + 0.001).convert("L")  # cut off, not rounded
    extremes: Any = image.getextrema()
    least, most = extremes
    steps = 255 / ((most - least) or 1)
    return image.point(lambda value: value * steps - least * steps).convert("L")


def over_white(image: Image.Image) -> Image.Image:
    """A picture without transparency, as viewers show it."""
    clear = image.convert("RGBA")
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white
