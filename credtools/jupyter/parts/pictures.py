"""Pictures: thumbnails of media that were already opened and judged in a process with limits.

What draws the first page of a PDF is large and takes anything, so it works in such a child, too: this file.
"""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from PIL import Image

from credtools.limited import Limited, Refused, Unanswered

MOST_PIXELS = 16_000_000  # of a PNG, which can't be read at a smaller scale
MEMORY, SECONDS = 1 << 30, 20
THUMB, LARGE = 96, 900  # pixels
PDF, JPEG = "application/pdf", "image/jpeg"


def thumbnail(content: bytes, media_type: str, size: int) -> tuple[bytes, str]:
    """A JPEG at most `size` wide and high, of a PDF its first page, and what it is; b'' where none can be made."""
    if media_type == PDF:
        try:
            with Limited(Path(__file__), MEMORY, SECONDS) as child:
                pages, picture = child.ask({"width": size}, content)
        except (Refused, Unanswered):
            return b"", "PDF"
        return b64decode(picture), f"PDF, {pages}"
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
        words = f"{media_type.rpartition('/')[2].upper()}, {image.width:,} × {image.height:,} pixels"
        if media_type != JPEG and image.width * image.height > MOST_PIXELS:
            return b"", words
        image.draft("RGB", (size, size))
        return _small(image, size), words


def _small(image: Image.Image, size: int) -> bytes:
    image.thumbnail((size, size))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def answer(question: dict[str, Any], content: bytes) -> tuple[str, str]:
    """In the child: how many pages a PDF has, and the picture of the first."""
    import pypdfium2  # noqa: PLC0415 - never in the process that holds the registry

    document = pypdfium2.PdfDocument(content)
    page = document[0]
    bitmap = page.render(scale=question["width"] / max(page.get_size()))
    pages = "1 page" if len(document) == 1 else f"{len(document)} pages"
    return pages, b64encode(_small(bitmap.to_pil(), question["width"])).decode()
