"""The rows of a usual PNG, unpacked by PDFium: its inflate takes two fifths of the time that Pillow's takes.

A PDF packs its pictures as a PNG does (ISO 32000-2, 7.4.4.4: predictor 15), so the rows are handed over as they are.
"""

from __future__ import annotations

import ctypes

from credtools.media.parser.pngs import SAMPLES, Parts

PAGE = (
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>",
    b"<</Length 5>>stream\n/I Do\nendstream",
)
SPACES = {1: b"Gray", 3: b"RGB", 4: b"CMYK"}  # by samples; only their number matters, nothing is drawn


def unpacked(parts: Parts, content: bytes) -> bytearray | None:
    """The samples of all pixels, row by row; None where they aren't all there."""
    import pypdfium2 as pdfium  # noqa: PLC0415 - other kinds don't need it
    from pypdfium2 import raw  # noqa: PLC0415 - see above

    samples = SAMPLES[parts.colours]
    size = parts.width * parts.height * samples
    found = bytearray(size)
    room = (ctypes.c_char * size).from_buffer(found)
    document = pdfium.PdfDocument(_wrapped(parts, parts.rows(content), samples))
    try:
        page = raw.FPDF_LoadPage(document, 0)
        picture = raw.FPDFPage_GetObject(page, 0)
        whole = bool(picture) and raw.FPDFImageObj_GetImageDataDecoded(picture, room, size) == size
        raw.FPDF_ClosePage(page)
        return found if whole else None
    finally:
        document.close()


def _wrapped(parts: Parts, rows: bytes, samples: int) -> bytes:
    """A PDF with the picture in it."""
    told = (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/Device%s/Filter/FlateDecode"
        b"/DecodeParms<</Predictor 15/Colors %d/Columns %d>>/Length %d>>stream\n"
    ) % (parts.width, parts.height, SPACES[samples], samples, parts.width, len(rows))
    places, pieces, at = [], [b"%PDF-1.4\n"], 9
    for number, one in enumerate((*PAGE, told + rows + b"\nendstream"), 1):
        places.append(at)
        pieces.append(b"%d 0 obj\n%s\nendobj\n" % (number, one))
        at += len(pieces[-1])
    listed = b"".join(b"%010d 00000 n \n" % place for place in places)
    pieces.append(
        b"xref\n0 6\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF" % (listed, at)
    )
    return b"".join(pieces)
