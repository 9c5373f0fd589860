"""A copy that every viewer shows, of a picture that few do: a JPEG, a PNG where that loses less, or a PDF of its pages.

The copy stands upright, has no transparency, and keeps the profile of its colours but nothing that tells of a place.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

from PIL import Image, ImageOps
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from credtools.limited import Refused
from credtools.media.parser import texts
from credtools.media.parser.objects import refuse_pixels
from credtools.media.parser.pages import Piece

QUALITY = 90
FORMATS = {"heif": "HEIF", "avif": "AVIF", "webp": "WEBP", "tiff": "TIFF"}
MOVING = ("avif", "webp")
REDUCED, INNER, RAW = 254, 330, 50706  # tags of a TIFF: a small picture, others inside, and a digital negative
PACKING = 259  # how its samples are packed: all that libtiff reads as it comes with Pillow, and names of others
READ = {1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 34925, 50000}
PACKED = {50001: "WebP", 34661: "JBIG", 34712: "JPEG 2000", 33003: "JPEG 2000", 33005: "JPEG 2000", 34887: "LERC"}
DPI = 72  # where a picture doesn't say
LARGEST_PROFILE = 1 << 20


def converted(kind: str, content: bytes, limits: dict[str, int]) -> tuple[bytes, str, list[Piece]]:
    """The copy, its media type, and the QR codes in it.

    Raises Refused, MemoryError, or what the readers come upon in damage.
    """
    _prepare(kind)
    if kind == "tiff":
        _refuse_unread(content, limits["pages"])
    try:
        return _read(kind, content, limits)
    except (
        OSError,
        SyntaxError,
        ValueError,
        RuntimeError,
    ):  # damage, or memory they didn't get
        bytearray(_needed(kind, content))  # raises MemoryError where that is why
        raise


def _needed(kind: str, content: bytes) -> int:
    """Bytes of memory: planes and colours of a HEIF or AVIF, two canvases of a WebP (size: RFC 9649, 2.5 to 2.7)."""
    if kind in ("heif", "avif"):
        with suppress(OSError, SyntaxError), Image.open(io.BytesIO(content), formats=[FORMATS[kind]]) as image:
            return image.width * image.height * (3 + 3)
    if kind != "webp":
        return 0
    width, height = int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if content[12:16] == b"VP8L":
        said = int.from_bytes(content[21:25], "little")
        width, height = (said & 0x3FFF) + 1, (said >> 14 & 0x3FFF) + 1
    elif content[12:16] == b"VP8 ":
        width, height = (int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width * height * 4 * 2


def _read(kind: str, content: bytes, limits: dict[str, int]) -> tuple[bytes, str, list[Piece]]:
    with Image.open(io.BytesIO(content), formats=[FORMATS[kind]]) as image:
        count = getattr(image, "n_frames", 1)
        if kind in MOVING and count > 1:
            raise Refused("is_no_scan", what="a moving picture")
        if kind == "tiff" and _is_raw(image):
            raise Refused("is_no_scan", what="a camera's raw picture")
        if not 0 < count <= limits["pages"]:
            raise Refused("page_count", found=count, allowed=limits["pages"])
        pages: list[bytes] = []
        pieces: list[Piece] = []
        for number in range(count):
            image.seek(number)
            refuse_pixels(*image.size, limits)
            page = _upright(image)
            if number < texts.PAGES:
                pieces += texts.codes_of(page, number + 1)
            pages.append(_saved(page, image))
    if len(pages) == 1:
        return pages[0], "image/png" if pages[0].startswith(b"\x89PNG") else "image/jpeg", pieces
    return _bound(pages), "application/pdf", pieces


def _is_raw(image: Any) -> bool:
    """Whether a TIFF is what a camera's sensor saw, of which only a small preview would be read."""
    tags = image.tag_v2
    return RAW in tags or (tags.get(REDUCED) == 1 and INNER in tags)


def _refuse_unread(content: bytes, pages: int) -> None:
    """Raises Refused for a TIFF that is whole, but packed in a way that isn't read here; opening only fails."""
    file = io.BytesIO(content)
    table = ImageFileDirectory_v2(file.read(16 if content[2:3] == b"+" or content[3:4] == b"+" else 8))
    seen = set[int]()  # of a damaged one the next is the same again
    while table.next and table.next not in seen and len(seen) < pages:
        seen.add(table.next)
        file.seek(table.next)
        table.load(file)
        packing = int(table.get(PACKING, 1))
        if packing not in READ:
            raise Refused("tiff_packing", what=PACKED.get(packing, f"method {packing}"))


def _prepare(kind: str) -> None:
    """Readers are only loaded where they are used, with one thread: each takes memory of its own."""
    if kind == "heif":
        import pi_heif  # noqa: PLC0415 - see above

        pi_heif.register_heif_opener(decode_threads=1)
    if kind == "avif":
        from PIL import AvifImagePlugin  # noqa: PLC0415 - see above

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _upright(image: Image.Image) -> Image.Image:
    page = ImageOps.exif_transpose(image)
    if page.mode.startswith("I") or page.mode == "F":
        return texts.eight_bits(page)
    if page.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in page.info:
        return texts.over_white(page)
    return page if page.mode in ("1", "L", "P", "RGB") else page.convert("RGB")


def _saved(page: Image.Image, image: Image.Image) -> bytes:
    out = io.BytesIO()
    dpi = tuple(float(one) if 1 < float(one) < 10_000 else DPI for one in image.info.get("dpi", (DPI, DPI)))
    profile = image.info.get("icc_profile") or b""
    kept: dict[str, Any] = {"icc_profile": profile} if page.mode == "RGB" and len(profile) < LARGEST_PROFILE else {}
    if page.mode in ("1", "P"):
        page.save(out, "PNG", dpi=dpi)
    else:
        page.save(out, "JPEG", quality=QUALITY, dpi=dpi, **kept)
    return out.getvalue()


def _bound(pages: list[bytes]) -> bytes:
    """Pages as one PDF, the same for the same pages."""
    import img2pdf  # noqa: PLC0415 - only for several pages

    return bytes(img2pdf.convert(pages, nodate=True, engine=img2pdf.Engine.internal))
