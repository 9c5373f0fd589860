"""Pictures: media as a viewer shows them, drawn small or large by a child with limits, which runs this file.

Turned as the camera says, forms with what was filled in, transparent parts as on white paper. What can't be drawn says
so in words, and stops no other.
"""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from credtools.limited import Limited, Refused, Unanswered

if TYPE_CHECKING:
    from PIL.Image import Image

MEMORY, SECONDS = 5 << 28, 20  # 250 million pixels need 0.96 GiB as a PNG, 0.05 as a JPEG, 0.73 as a progressive one
THUMB, LARGE = 96, 1200  # pixels
PDF = "application/pdf"
JPEG_END = b"\xff\xd9"  # two bytes that some cameras and programs leave out, and no viewer misses
SIDEWAYS = 5  # from this orientation on, by EXIF


class Picture(NamedTuple):
    """One page of a medium as a JPEG (b'' where it can't be drawn); what it is in words; and how many pages it has."""

    content: bytes
    words: str
    page: int = 1
    pages: int = 1


class Pictures(Limited):
    """What draws media, one after the other; its child starts with the first."""

    def __init__(self) -> None:
        super().__init__(Path(__file__), MEMORY, SECONDS)

    def of(self, content: bytes, media_type: str, size: int, page: int = 1) -> Picture:
        """A page, counted from 1, at most `size` pixels wide and high; the nearest where there is no such page."""
        from credtools.text import plural  # noqa: PLC0415 - nothing but this file is loaded in the child

        kind = media_type.rpartition("/")[2].upper()
        try:
            found = self.ask({"pdf": media_type == PDF, "width": size, "page": page}, content)
        except Unanswered as problem:
            why = f"drawing it takes more than {problem.limit}" if problem.limit else "it can't be drawn"
            return Picture(b"", f"{kind}, no preview: {why}")
        except Refused:
            return Picture(b"", f"{kind}, no preview")
        width, height = found["whole"]
        of = f"{width:,} × {height:,} pixels" if width else plural(found["pages"], "page")
        return Picture(b64decode(found["picture"]), f"{kind}, {of}", found["page"], found["pages"])


# --- in the child ---------------------------------------------------------------------------------------------


def answer(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """The picture of a page, its number, how many there are; and how many pixels it had itself (a PDF has none)."""
    size = question["width"]
    if question["pdf"]:
        return _page(content, size, question["page"])
    small, whole = _picture(content, size)
    return {"picture": _jpeg(small, size), "page": 1, "pages": 1, "whole": whole}


def _page(content: bytes, size: int, wanted: int) -> dict[str, Any]:
    """Fields of a form are only drawn in an environment for forms, which must be there before any page is."""
    import pypdfium2  # noqa: PLC0415 - large, and pictures don't need it

    with closing(pypdfium2.PdfDocument(content)) as document:  # and its environment for forms
        document.init_forms()
        pages = len(document)
        number = min(max(wanted, 1), pages)
        with closing(document[number - 1]) as page:
            small = page.render(scale=size / max(page.get_size())).to_pil()
    return {"picture": _jpeg(small, size), "page": number, "pages": pages, "whole": (0, 0)}


def _picture(content: bytes, size: int) -> tuple[Image, tuple[int, int]]:
    """A JPEG or PNG about as small as it will be, upright; and how wide and high it is itself when it is upright."""
    from PIL import Image, ImageFile, PngImagePlugin  # noqa: PLC0415 - never in the process that holds the registry

    Image.MAX_IMAGE_PIXELS = None  # the memory is limited
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 1 << 26  # colour profiles
    ways = Image.Transpose
    turns = {2: ways.FLIP_LEFT_RIGHT, 3: ways.ROTATE_180, 4: ways.FLIP_TOP_BOTTOM}
    turns |= {5: ways.TRANSPOSE, 6: ways.ROTATE_270, 7: ways.TRANSVERSE, 8: ways.ROTATE_90}
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # while it is opened: a wrong checksum of a text in a PNG isn't asked
    with Image.open(io.BytesIO(content + JPEG_END), formats=["JPEG", "PNG"]) as image:
        ImageFile.LOAD_TRUNCATED_IMAGES = False  # else what can't be read would be black
        width, height = image.size
        image.draft("RGB", (size, size))
        image.load()
        turn = _orientation(image)
        small = _on_white(image, max(1, max(image.size) // (2 * size)))
    whole = (width, height) if turn < SIDEWAYS else (height, width)
    return small.transpose(turns[turn]) if turn in turns else small, whole


def _orientation(image: Image) -> int:
    """As EXIF has it (tag 0x0112), 1 being upright. XMP may say something too, which viewers don't ask."""
    from PIL.Image import Exif  # noqa: PLC0415

    try:
        exif = Exif()
        exif.load(image.info.get("exif", b""))
        turn = exif.get(0x0112, 1)
    except Exception:  # noqa: BLE001 - whatever is wrong with what the camera says, the picture can be seen
        return 1
    return turn if turn in range(1, 9) else 1


def _on_white(image: Image, factor: int) -> Image:
    """In RGB, smaller by the factor, made in strips: a second picture of full size would be beyond the limit."""
    from PIL import Image as Pillow  # noqa: PLC0415

    width, height = image.size
    small = Pillow.new("RGB", (-(-width // factor), -(-height // factor)))
    step = factor * max(1, 64 // factor)
    for top in range(0, height, step):
        strip = _rgb(image.crop((0, top, width, min(top + step, height))))
        small.paste(strip.reduce(factor), (0, top // factor))
    return small


def _rgb(image: Image) -> Image:
    """In RGB: 16 bits of grey scaled to 8, what is transparent laid over white."""
    from PIL import Image as Pillow  # noqa: PLC0415

    clear = image.info.get("transparency")
    if image.mode.startswith("I"):  # as `parser.texts.eight_bits`, in a child that has only this file
        wide = image.convert("I")
        image = wide.point([value // 257 for value in range(1 << 16)], "L")
        if isinstance(clear, int):
            image.paste(255, mask=wide.point([255 * (value == clear) for value in range(1 << 16)], "L"))
        return image.convert("RGB")
    if clear is None and image.mode not in ("RGBA", "LA", "PA", "La", "RGBa"):
        return image.convert("RGB")
    white = Pillow.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white.convert("RGB")


def _jpeg(image: Image, size: int) -> str:
    image.thumbnail((size, size))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=80)
    return b64encode(out.getvalue()).decode()
