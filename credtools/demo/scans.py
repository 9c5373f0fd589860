"""Scans: small media of the made-up certificates, named after their rows; the same bytes each time."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

PATTERN = "{user_email}_{credential_type}_{issue_date}"
STRAY = "scan0001.png"  # belongs to nobody
MISSING = 8  # each so manieth row has none
LONG_AGO = time.gmtime(0)


def remove(folder: Path) -> None:
    """Takes away what an earlier demo wrote; other files stay."""
    for path in [*folder.glob("*_*_????-??-??.*"), folder / STRAY]:
        path.unlink(missing_ok=True)


def write(folder: Path, rows: Sequence[tuple[str, str, str]]) -> None:
    """A PDF or PNG for most of the rows (user, type, issue date), and one for none of them."""
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / STRAY).write_bytes(_picture("PNG", "?", "?", "?"))
    for place, (user, kind, issued) in enumerate(rows, 1):
        if place % MISSING:
            name = PATTERN.format(user_email=user, credential_type=kind, issue_date=issued)
            suffix = ("pdf", "png")[place % 2]
            (folder / f"{name}.{suffix}").write_bytes(_picture(suffix.upper(), user, kind, issued))


def _picture(form: str, user: str, kind: str, issued: str) -> bytes:
    page = Image.new("RGB", (420, 300), "#fffdf5")
    drawing = ImageDraw.Draw(page)
    drawing.rectangle((12, 12, 407, 287), outline="#1259b8", width=3)
    for y, size, text in ((70, 28, kind), (140, 18, user), (220, 14, f"Red Lantern Training, {issued}")):
        drawing.text((210, y), text, fill="#222", anchor="mm", font_size=size)
    out = io.BytesIO()
    dated = {"creationDate": LONG_AGO, "modDate": LONG_AGO} if form == "PDF" else {}
    page.save(out, form, **dated)
    return out.getvalue()
