"""Small media of all kinds, proper and harmful, made from nothing."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pikepdf
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def picture(number: int = 0, kind: str = "JPEG", size: int = 24, **options: Any) -> bytes:
    """A picture that differs by its number."""
    out = io.BytesIO()
    image = Image.new("RGB", (size, size), (number % 256, number // 256 % 256, 7))
    image.putpixel((0, 0), (255, number % 251, number // 251 % 256))
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(number: int = 0, **options: Any) -> bytes:
    return picture(number, "JPEG", quality=95, **options)


def png(number: int = 0) -> bytes:
    return picture(number, "PNG")


def noise(size: int = 200, **options: Any) -> bytes:
    """A JPEG that can't be packed smaller."""
    out = io.BytesIO()
    Image.effect_noise((size, size), 80).convert("RGB").save(out, "JPEG", **options)
    return out.getvalue()


def pdf(number: int = 0, pages: int = 1, root: Mapping[str, Any] | None = None, **options: Any) -> bytes:
    """A PDF of blank pages; `root`: what its catalogue says besides."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    document.Root.Number = number
    for key, value in (root or {}).items():
        document.Root[key] = value
    out = io.BytesIO()
    document.save(out, deterministic_id=not options, **options)
    return out.getvalue()


def action(kind: str, **more: Any) -> Any:
    return pikepdf.Dictionary(S=pikepdf.Name(kind), **more)


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def filled(folder: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def certificate(*lines: str) -> bytes:
    """A PDF of one page with these lines of text, byte for byte the same whatever writes PDFs here."""
    shown = " ".join(f"({line}) Tj 0 -24 Td" for line in lines)
    text = f"BT /F1 16 Tf 72 720 Td {shown} ET".encode("latin-1")
    font = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %s >>" % font,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    )
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + end
