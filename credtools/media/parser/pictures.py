"""What is done with a JPEG or PNG: it is read to its end, and judged by its parts."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageOps

from credtools.limited import Refused
from credtools.media.parser import jpegs, pngs, texts
from credtools.media.parser.objects import refuse_pixels

Image.MAX_IMAGE_PIXELS = None  # ours is asked first, and answers with a sentence
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
# Marks of a web page; those that run something are refused in blocks of cameras and programs too.
MARKS = (b"<script", b"<?php", b"<iframe", b"<html", b"<!doctype", b"<svg")
ACTIVE = MARKS[:3]
AFTER = b" \t\r\n\x0b\x0c>/"
LOADED = 40_000_000  # pixels of a PNG; in a larger one no codes are looked for, and its rows are only unpacked
END = b"\xff\xd9"
FILLED = (
    b"",
    b"\x15\x2a" * 99,
    b"\x6b" * 99,
    b"\xd4\x9b\x01" * 66,
)  # what a cut picture would go on with, each otherwise
SEEN = 2_000  # the longer side of a JPEG that is read in full; a larger one is read at a half, quarter or eighth


@dataclass
class Opened:
    """A picture that was taken: what can be read in it."""

    notes: set[str] = field(default_factory=set)
    pieces: list[Any] = field(default_factory=list)


def jpeg(content: bytes, limits: dict[str, int]) -> Opened:
    """What is known of a JPEG. Raises Refused, or what Pillow comes upon in a damaged one."""
    parts = jpegs.parts_of(content)
    refuse_foreign(content, parts.blocks)
    image = _read_jpeg(content, limits) if content.rfind(END) > parts.scan else _ended(content, parts, limits)
    return Opened(pieces=texts.codes(texts.for_codes(ImageOps.exif_transpose(image))))


def _read_jpeg(content: bytes, limits: dict[str, int], *, is_exact: bool = False) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        refuse_pixels(*image.size, limits)
        if not is_exact:
            times = next((k for k in (1, 2, 4) if max(image.size) <= SEEN * k), 8)
            image.draft("L", (max(image.width // times, 1), max(image.height // times, 1)))
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
    refuse_foreign(content, parts.blocks)
    found = Opened(pieces=[piece for text in parts.badges for piece in texts.badge(text)])
    if parts.width * parts.height > LOADED:
        pngs.unpack(content, parts)
        return found
    with Image.open(io.BytesIO(parts.bare(content)), formats=["PNG"]) as image:
        image.load()
        found.pieces += texts.codes(texts.for_codes(ImageOps.exif_transpose(image)))
    return found


def refuse_foreign(content: bytes, blocks: list[tuple[int, int]]) -> None:
    """Raises Refused for a picture that is something else as well, for whoever opens it as that.

    `blocks`: where cameras and programs say what they did, in XML too.
    """
    if any(mark in content for mark in ARCHIVES):
        raise Refused("two_kinds", what="an archive")
    at = content.find(b"%PDF-")
    if at >= 0 and (at < 1024 or content.find(b"startxref", at) > 0):
        raise Refused("two_kinds", what="a PDF")
    lower = content.lower()
    for mark in MARKS:
        at = lower.find(mark)
        while at >= 0:
            ends = lower[at + len(mark) : at + len(mark) + 1]
            if ends in AFTER and ends and (mark in ACTIVE or not any(first <= at < last for first, last in blocks)):
                raise Refused("two_kinds", what="a web page")
            at = lower.find(mark, at + 1)
