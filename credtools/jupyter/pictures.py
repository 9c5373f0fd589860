"""Pictures: small views of media that were already opened and judged in a process with limits.

What draws the first page of a PDF is large and takes anything, so it works in a process of its own, too: this file.
"""

from __future__ import annotations

import io
import subprocess
import sys

from PIL import Image

MOST_PIXELS = 16_000_000  # of a PNG, which can't be read at a smaller scale
MEMORY, SECONDS = 1 << 30, 20
PDF, JPEG = "application/pdf", "image/jpeg"


def thumbnail(content: bytes, media_type: str, size: int) -> tuple[bytes, str]:
    """A JPEG at most `size` wide and high, of a PDF its first page, and what it is; b'' where none can be made."""
    if media_type == PDF:
        command = [sys.executable, "-I", __file__, str(size)]
        try:
            done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=True)
        except subprocess.SubprocessError:
            return b"", "PDF"
        pages, _, picture = done.stdout.partition(b"\n")
        return picture, f"PDF, {pages.decode()}"
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as image:
        told = f"{media_type.rpartition('/')[2].upper()}, {image.width:,} × {image.height:,} pixels"
        if media_type != JPEG and image.width * image.height > MOST_PIXELS:
            return b"", told
        image.draft("RGB", (size, size))
        return _small(image, size), told


def _small(image: Image.Image, size: int) -> bytes:
    image.thumbnail((size, size))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def _main() -> None:
    """In: a PDF. Out: a line with the number of its pages, then the picture of the first."""
    import pypdfium2  # noqa: PLC0415 - never in the process that holds the registry

    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    size = int(sys.argv[1])
    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    page = document[0]
    bitmap = page.render(scale=size / max(page.get_size()))
    pages = "1 page" if len(document) == 1 else f"{len(document)} pages"
    sys.stdout.buffer.write(pages.encode() + b"\n" + _small(bitmap.to_pil(), size))


if __name__ == "__main__":
    _main()
