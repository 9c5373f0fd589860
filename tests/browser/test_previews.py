"""Previews beside what a browser itself shows of the same picture."""

from __future__ import annotations

import base64
import io

from PIL import Image, ImageChops
from playwright.sync_api import Page

from credtools.jupyter.parts.pictures import LARGE, PDF, Pictures
from credtools.media.looking import Looker
from tests.scans import TAKEN

DRAW = """async source => {
    const image = new Image()
    image.src = source
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d')
    pen.fillStyle = 'white'
    pen.fillRect(0, 0, image.width, image.height)
    pen.drawImage(image, 0, 0)
    const pixels = pen.getImageData(0, 0, image.width, image.height).data
    return [image.width, image.height, [...pixels].map(level => level.toString(16).padStart(2, '0')).join('')]
}"""
ALIKE = 4  # grey levels on the average: colours are rougher than brightness in a JPEG


def test_previews_of_pictures_are_what_chromium_shows(page: Page) -> None:
    """Every kind that is taken, of phones, scanners and programs: as large, upright, as dark, on white."""
    wrong = {}
    with Looker() as looker, Pictures() as pictures:
        for name, scan in TAKEN.items():
            content = scan.make()
            looked = looker.look(scan.name, content)
            shown, kind = looked.copy or content, looked.copy_type or looked.media_type
            if kind == PDF:
                continue
            wide, high, pixels = page.evaluate(DRAW, f"data:{kind};base64,{base64.b64encode(shown).decode()}")
            theirs = Image.frombytes("RGBA", (wide, high), bytes.fromhex(pixels)).convert("RGB")
            ours = Image.open(io.BytesIO(pictures.of(shown, kind, LARGE).content))
            if theirs.size != ours.size or distance(theirs, ours) > ALIKE:
                wrong[name] = (theirs.size, ours.size)
    assert wrong == {}


def distance(one: Image.Image, other: Image.Image) -> float:
    """How many levels of grey two pictures are apart, on the average."""
    levels = ImageChops.difference(one, other).convert("L").histogram()
    return sum(level * count for level, count in enumerate(levels)) / (one.width * one.height)
