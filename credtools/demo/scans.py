"""Scans: small media of the made-up certificates, named after their rows; the same bytes each time.

Half of them are PDFs that say what their rows say – but for one, which expires a year earlier. The others are pictures,
some of them photos, of which nothing can be read.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

PATTERN = "{user_email}_{credential_type}_{issue_date}"
STRAY = "scan0001.png"  # belongs to nobody
ENDINGS = ("pdf", "png", "pdf", "jpg", "pdf", "png", "pdf", "")  # in turn; each eighth row has no scan
PROVIDER = "Red Lantern Training"
PAPER, INK, FRAME, TABLE = "#fffdf5", "#222", "#1259b8", "#7a5c43"
ORIENTATION, QUARTER_LEFT = 0x0112, 6  # of EXIF: how a camera that was turned says so
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
STROKED = str.maketrans("Łł", "Ll")  # the letter that has no accent to take off


@dataclass(frozen=True)
class Certificate:
    """What a scan shows; `right`: its row goes in as it is."""

    user: str
    name: str
    kind: str
    number: str
    issued: date
    expires: date
    right: bool


def remove(folder: Path) -> None:
    """Takes away what an earlier demo wrote; other files stay."""
    for path in [*folder.glob("*_*_????-??-??.*"), folder / STRAY]:
        path.unlink(missing_ok=True)


def write(folder: Path, certificates: Sequence[Certificate]) -> Path | None:
    """A scan for most of the certificates, and one for none; which of them expires on another day than its row says."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / STRAY).write_bytes(_saved(_picture("?", "?", "?"), "PNG"))
    differing = None
    for place, one in enumerate(certificates):
        ending = ENDINGS[place % len(ENDINGS)]
        if not ending:
            continue
        path = (
            folder / f"{PATTERN.format(user_email=one.user, credential_type=one.kind, issue_date=one.issued)}.{ending}"
        )
        expires = one.expires
        if ending == "pdf" and one.right and differing is None:
            differing, expires = path, expires.replace(year=expires.year - 1)
        path.write_bytes(_scan(ending, one, expires, turned=place // len(ENDINGS) % 2 == 0))
    return differing


def _scan(ending: str, one: Certificate, expires: date, *, turned: bool) -> bytes:
    if ending == "pdf":
        return _document(one, expires)
    picture = _picture(one.kind, one.user, f"{PROVIDER}, {_written(one.issued)}")
    return _saved(picture, "PNG") if ending == "png" else _photo(picture, turned=turned)


def _document(one: Certificate, expires: date) -> bytes:
    """A PDF of one page, with its text as text."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 420))
    page.Contents = document.make_stream(b"\n".join(_drawn(one, expires)))
    page.Resources = pikepdf.Dictionary(Font={f"/{name}": _font(base) for name, base in FONTS.items()})
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


FONTS = {"R": "Helvetica", "B": "Helvetica-Bold"}


def _font(base: str) -> pikepdf.Dictionary:
    name = pikepdf.Name
    return pikepdf.Dictionary(
        Type=name.Font, Subtype=name.Type1, BaseFont=name(f"/{base}"), Encoding=name.WinAnsiEncoding
    )


def _drawn(one: Certificate, expires: date) -> Iterator[bytes]:
    """What draws a certificate: a frame, and lines of text."""
    yield b"1 0.992 0.961 rg 0.07 0.35 0.72 RG 4 w 18 18 559 384 re B 0.13 g"
    yield _line(60, 340, "R", 14, PROVIDER)
    yield _line(60, 292, "B", 30, one.kind)
    said = (
        ("Holder", _western(one.name)),
        ("Certificate no.", one.number),
        ("Date of issue", _written(one.issued)),
        ("Valid until", _written(expires)),
    )
    for y, (label, value) in zip(range(224, 0, -34), said, strict=False):
        yield _line(60, y, "R", 14, label)
        yield _line(200, y, "B", 16, value)


def _line(x: int, y: int, font: str, size: int, text: str) -> bytes:
    return b"BT /%s %d Tf %d %d Td <%s> Tj ET" % (font.encode(), size, x, y, text.encode("cp1252").hex().encode())


def _written(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _western(text: str) -> str:
    """A name as providers without other letters print it: Łukasz Şahin becomes Lukasz Sahin."""
    return "".join(
        one if one.encode("cp1252", "ignore") else unicodedata.normalize("NFD", one)[0]
        for one in text.translate(STROKED)
    )


def _picture(kind: str, user: str, below: str) -> Image.Image:
    page = Image.new("RGB", (420, 300), PAPER)
    drawing = ImageDraw.Draw(page)
    drawing.rectangle((12, 12, 407, 287), outline=FRAME, width=3)
    for y, size, text in ((70, 28, kind), (140, 18, user), (220, 14, below)):
        drawing.text((210, y), text, fill=INK, anchor="mm", font_size=size)
    return page


def _photo(page: Image.Image, *, turned: bool) -> bytes:
    """The page on a table, slightly askew; `turned`: stored lying, as a camera held upright stores it."""
    photo = Image.new("RGB", (520, 390), TABLE)
    askew = page.convert("RGBA").rotate(3, Image.Resampling.BILINEAR, expand=True)
    photo.paste(askew, (40, 35), askew)
    if not turned:
        return _saved(photo, "JPEG", quality=80)
    exif = Image.Exif()
    exif[ORIENTATION] = QUARTER_LEFT
    return _saved(photo.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=80, exif=exif)


def _saved(picture: Image.Image, form: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **how)
    return out.getvalue()
