"""What the child with limits does with a medium (`looking`, which has the limits): it opens it, every part."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pikepdf
from PIL import Image

from credtools.limited import Refused

STARTS = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
# What makes a picture something else as well, wherever it is in it.
FOREIGN = {
    "a PDF": re.compile(rb"%PDF-"),
    "an archive": re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c"),
    "a web page": re.compile(rb"<(?:script|html|!doctype|svg|iframe|\?php)[\s>/]", re.IGNORECASE),
}
# PDF names under which something runs, leaves the document, or hides in it (ISO 32000-2, 12.6, 7.11.4, 13.7).
ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/RichMediaExecute"}
KEYS = {
    "/JS": "a script",
    "/JavaScript": "a script",
    "/XFA": "a form with scripts",
    "/EmbeddedFiles": "other files",
    "/EF": "other files",
    "/RichMediaContent": "moving or sounding parts",
    "/Movie": "moving or sounding parts",
}
# The same as bytes: an object that this table of objects doesn't list may be found by a program that makes its own.
UNLISTED = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia)\b")

Image.MAX_IMAGE_PIXELS = None  # ours is asked first, and answers with a sentence
Image.init()


def answer(question: dict[str, Any], content: bytes) -> None:
    """Nothing for a proper file of the kind that it should be; raises Refused for any other."""
    kind, limits = question["kind"], question["limits"]
    found = next((name for name, start in STARTS.items() if content.startswith(start)), None)
    if found is None:
        raise Refused("not_its_kind", kind=kind.upper())
    if found != kind:
        raise Refused("wrong_ending", kind=found.upper())
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise Refused("two_kinds", what="an archive")
    try:
        whole = (_look_at_pdf if kind == "pdf" else _look_at_picture)(kind, content, limits)
    except (MemoryError, Refused):
        raise
    except pikepdf.PasswordError as problem:
        raise Refused("locked") from problem
    except Exception:  # noqa: BLE001 - qpdf and Pillow raise what their many parsers come upon
        whole = False
    if not whole:
        raise Refused("damaged", kind=kind.upper())


def _look_at_picture(kind: str, content: bytes, limits: dict[str, int]) -> bool:
    for what, mark in FOREIGN.items():
        if mark.search(content):
            raise Refused("two_kinds", what=what)
    with Image.open(io.BytesIO(content), formats=[kind.upper()]) as image:
        width, height = image.size
        _refuse_pixels(width, height, limits)
        image.draft(None, (width // 8, height // 8))  # a JPEG is read to its end, but needs little memory
        image.load()
    return content.endswith(PNG_END) if kind == "png" else content.rfind(b"\xff\xd9") > content.find(b"\xff\xda")


def _refuse_pixels(width: int, height: int, limits: dict[str, int]) -> None:
    if width * height > limits["pixels"]:
        raise Refused("too_many_pixels", width=width, height=height, allowed=limits["pixels"])


def _look_at_pdf(_: str, content: bytes, limits: dict[str, int]) -> bool:
    if content[content.rfind(b"%%EOF") + 5 :].strip(b"\0\r\n\t "):
        return False
    with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
        if pdf.is_encrypted:
            raise Refused("locked")
        if not 0 < len(pdf.pages) <= limits["pages"]:
            raise Refused("page_count", found=len(pdf.pages), allowed=limits["pages"])
        _look_at_objects(pdf, limits)
    if UNLISTED.search(content):
        raise Refused("active", what="a script or other files")
    return True


def _look_at_objects(pdf: pikepdf.Pdf, limits: dict[str, int]) -> None:
    """Every object of the document, those inside others too, whether a page uses it or not."""
    seen = 0
    rest: list[Any] = []
    for numbered in pdf.objects:
        rest.append(numbered)
        while rest:
            seen += 1
            if seen > limits["objects"]:
                raise Refused("medium_too_costly", limit=f"{limits['objects']:,} objects")
            thing = rest.pop()
            if isinstance(thing, pikepdf.Array):
                rest += [inner for inner in thing if _nested(inner)]
            elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                _look_at_dictionary(thing, limits)
                rest += [inner for _, inner in thing.items() if _nested(inner)]


def _nested(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Array | pikepdf.Dictionary) and not thing.is_indirect


def _look_at_dictionary(thing: Any, limits: dict[str, int]) -> None:
    what = next((KEYS[key] for key in thing.keys() if key in KEYS), "")  # noqa: SIM118 - it isn't Python's
    action = str(thing.get("/S", ""))
    if not what and action in ACTIONS:
        what = "a script" if action == "/JavaScript" else "an action that leaves the document"
    if not what and str(thing.get("/Type", "")) == "/EmbeddedFile":
        what = "other files"
    if what:
        raise Refused("active", what=what)
    if str(thing.get("/Subtype", "")) == "/Image":
        _refuse_pixels(int(thing.get("/Width", 0)), int(thing.get("/Height", 0)), limits)
