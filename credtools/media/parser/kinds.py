"""Which kind a medium is, by how it begins; and what a file is that can't be one."""

from __future__ import annotations

import re

from credtools.limited import Refused

PDF_WITHIN = 1024  # bytes in which a PDF may begin: what every viewer does (ISO 32000-1, Annex H, note 13)
PDF = b"%PDF-"
KINDS = ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (PDF, "pdf"))
TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# The brands of what is packed as ISO media (ISO/IEC 14496-12, 23008-12): those of a single picture come first.
HEIF, AVIF = {b"heic", b"heix", b"heim", b"heis", b"hevm", b"hevs"}, {b"avif"}
MOVING, RAW = "a video", "a camera's raw picture"
BRANDS = {b"avis": MOVING, b"msf1": MOVING, b"hevc": MOVING, b"hevx": MOVING, b"crx ": RAW}
SOUNDS = {b"M4A ", b"M4B ", b"M4P "}
# What begins so is no medium, and no table either, which `recognise` names.
BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"8BPS", "a Photoshop file"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\1\0", "an icon"),
    (b"AT&TFORM", "a DjVu document"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"#!", "a program"),
    (b"\x1a\x45\xdf\xa3", MOVING),
    (b"\0\0\1\xba", MOVING),
    (b"FLV\1", MOVING),
    (b"ID3", "a sound"),
    (b"OggS", "a sound"),
    (b"fLaC", "a sound"),
)
RIFF = {b"AVI ": MOVING, b"WAVE": "a sound"}
PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|script|svg|\?php|\?xml)", re.IGNORECASE)


def kind_of(content: bytes) -> str:
    """pdf, jpeg, png, heif, avif, webp or tiff.

    Raises Refused: `is_no_scan` for what is known to be something else, `not_its_kind` for what isn't known here.
    """
    for beginning, kind in KINDS:
        if content.startswith(beginning):
            return kind
    if content.startswith(TIFFS):
        return _of_tiff(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp":
        return _of_brands(content)
    if what := _named(content):
        raise Refused("is_no_scan", what=what)
    if content.startswith(b"PK\3\4") or PAGE.match(content) or content.find(PDF, 0, PDF_WITHIN + len(PDF)) < 0:
        raise Refused("not_its_kind")
    return "pdf"


def _named(content: bytes) -> str:
    if content.startswith(b"RIFF"):
        return RIFF.get(content[8:12], "")
    return next((what for beginning, what in BEGINNINGS if content.startswith(beginning)), "")


def _of_tiff(content: bytes) -> str:
    if content[8:10] == b"CR":
        raise Refused("is_no_scan", what=RAW)
    return "tiff"


def _of_brands(content: bytes) -> str:
    size = min(int.from_bytes(content[:4], "big"), 256)
    major, others = content[8:12], {content[k : k + 4] for k in range(16, size - 3, 4)}
    if major in BRANDS:
        raise Refused("is_no_scan", what=BRANDS[major])
    if major in AVIF or (major == b"mif1" and others & AVIF):
        return "avif"
    if major in HEIF or (major == b"mif1" and others & HEIF):
        return "heif"
    raise Refused("is_no_scan", what="a sound" if major in SOUNDS else MOVING)
