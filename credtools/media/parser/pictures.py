"""What is done with a JPEG or PNG: it is read to its end, and judged by its parts."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageOps

from credtools.limited import Refused
from credtools.media.parser import jpegs, pngs, texts, unpacking
from credtools.media.parser.kinds import PDF_WITHIN
from credtools.media.parser.objects import refuse_pixels
from credtools.media.parser.pages import Piece

Image.MAX_IMAGE_PIXELS = None  # ours is asked first, and answers with a sentence
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
# Marks of a web page; those that run something are refused in blocks of cameras and programs too. Letter by letter:
# without regard to case they would take ten times as long.
PAGE = re.compile(
    rb"<(?:(?P<active>[sS][cC][rR][iI][pP][tT]|\?[pP][hH][pP]|[iI][fF][rR][aA][mM][eE])"
    rb"|[hH][tT][mM][lL]|![dD][oO][cC][tT][yY][pP][eE]|[sS][vV][gG])[\s>/]"
)
MODES, CLEAR = {0: "L", 2: "RGB", 6: "RGBA"}, 6  # by the kind of colour of a PNG; with how clear it is
LOADED = 40_000_000  # pixels of a PNG; in a larger one no codes are looked for, and its rows are only unpacked
ROOM = 16 << 20  # bytes that a reader of JPEGs needs besides
END = b"\xff\xd9"
FILLED = (
    b"",
    b"\x15\x2a" * 99,
    b"\x6b" * 99,
    b"\xd4\x9b\x01" * 66,
)  # what a cut picture would go on with, each otherwise


Ranges = list[tuple[int, int]]


@dataclass
class Opened:
    """A picture that was taken: what can be read in it, and a copy with its end where that lacks."""

    notes: set[str] = field(default_factory=set)
    pieces: list[Any] = field(default_factory=list)
    copy: bytes = b""


def jpeg(content: bytes, limits: dict[str, int]) -> Opened:
    """What is known of a JPEG. Raises Refused, or what Pillow comes upon in a damaged one."""
    parts = jpegs.parts_of(content)
    refuse_foreign(content, parts.blocks, [(0, len(content))])
    try:
        image = _read_jpeg(content, limits) if content.rfind(END) > parts.scan else _ended(content, parts, limits)
    except OSError:  # what Pillow says of damage, and of memory that its reader didn't get
        bytearray(parts.coefficients + ROOM)  # raises MemoryError where that is why
        raise
    return Opened(pieces=texts.codes_of(_upright(image, content, parts.blocks)))


def _read_jpeg(content: bytes, limits: dict[str, int], *, is_exact: bool = False) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        refuse_pixels(*image.size, limits)
        if not is_exact:
            texts.smaller(image)
        image.load()
        return image


def _ended(content: bytes, parts: jpegs.Parts, limits: dict[str, int]) -> Image.Image:
    """A JPEG that lacks nothing but its end: whatever stands before an end that is added, the picture is the same."""
    if not parts.is_refined or content.endswith(b"\xff"):
        raise Refused("damaged", kind="JPEG")
    first, *others = (_read_jpeg(content + more + END, limits, is_exact=True) for more in FILLED)
    if any(other.tobytes() != first.tobytes() for other in others):
        raise Refused("damaged", kind="JPEG")
    return first


def png(content: bytes, limits: dict[str, int]) -> Opened:
    """What is known of a PNG. Raises Refused, or what Pillow comes upon in a damaged one."""
    parts = pngs.parts_of(content)
    refuse_pixels(parts.width, parts.height, limits)
    refuse_foreign(content, parts.blocks, parts.beside(content))
    found = Opened(pieces=[piece for text in parts.badges for piece in texts.badge(text)])
    if parts.end:
        pngs.unpack(content, parts)
        content = found.copy = content[: parts.end] + pngs.END
        found.notes.add("repaired")
    if parts.width * parts.height > LOADED:
        pngs.unpack(content, parts)
        return found
    if parts.is_usual and (samples := unpacking.unpacked(parts, content)):
        found.pieces += _codes_in(samples, parts)
        return found
    pngs.unpack(content, parts)  # Pillow fills rows that lack with black
    with Image.open(io.BytesIO(parts.bare(content)), formats=["PNG"]) as image:
        image.load()
        found.pieces += texts.codes_of(_upright(image, content, parts.blocks))
    return found


def _codes_in(samples: bytearray, parts: pngs.Parts) -> list[Piece]:
    """The QR codes among samples: of colours that hide nothing the green ones are enough, and half the work."""
    size, mode = (parts.width, parts.height), MODES[parts.colours]
    if parts.colours == CLEAR or max(size) > texts.SEEN:
        return texts.codes_of(_framed(samples, size, mode))
    each = pngs.SAMPLES[parts.colours]
    return texts.codes_of(_framed(samples if each == 1 else samples[1::each], size, "L"))  # the middle one of three


def _framed(samples: bytearray, size: tuple[int, int], mode: str) -> Image.Image:
    return Image.frombuffer(mode, size, samples, "raw", mode, 0, 1)


def _upright(image: Image.Image, content: bytes, blocks: Ranges) -> Image.Image:
    """As its camera held it; a picture without Exif needn't be asked, which would copy it."""
    told = any(content.find(mark, first, last) >= 0 for first, last in blocks for mark in (b"Exif\0", b"eXIf"))
    return ImageOps.exif_transpose(image) if told else image


def refuse_foreign(content: bytes, blocks: Ranges, looked_in: Ranges) -> None:
    """Raises Refused for a picture that is something else as well, for whoever opens it as that.

    `blocks`: where cameras and programs say what they did, in XML too. `looked_in`: where a web page is looked for.
    """
    if any(mark in content for mark in ARCHIVES):
        raise Refused("two_kinds", what="an archive")
    at = content.find(b"%PDF-")
    if at >= 0 and (at < PDF_WITHIN or content.find(b"startxref", at) > 0):
        raise Refused("two_kinds", what="a PDF")
    for start, end in looked_in:
        for mark in PAGE.finditer(content, start, end):
            if mark["active"] or not any(first <= mark.start() < last for first, last in blocks):
                raise Refused("two_kinds", what="a web page")
