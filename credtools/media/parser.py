"""The process that opens media: started by its path (`looking`), so that no file can take more than its limits.

In, on stdin, per file: one line of JSON (kind, size, limits), then its bytes. Out, per file: one line of JSON, null or
[name, argument] of a sentence in `refusals`. The limits stand in `looking`; the memory's is in the command line.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from contextlib import suppress
from typing import Any

import pikepdf
from PIL import Image

STARTS = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
# What makes a picture something else as well, wherever it stands in it.
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
Refusal = list[Any] | None


def look(kind: str, content: bytes, limits: dict[str, int]) -> Refusal:
    """What is wrong with a file that should be of this kind; None when it is a proper one."""
    found = next((name for name, start in STARTS.items() if content.startswith(start)), None)
    if found != kind:
        return ["other_kind", found.upper()] if found else ["no_kind", kind.upper()]
    if zipfile.is_zipfile(io.BytesIO(content)):
        return ["two_kinds", "an archive"]
    if kind == "pdf":
        return _pdf(content, limits)
    return _image(kind, content, limits)


def _image(kind: str, content: bytes, limits: dict[str, int]) -> Refusal:
    for what, mark in FOREIGN.items():
        if mark.search(content):
            return ["two_kinds", what]
    try:
        with Image.open(io.BytesIO(content), formats=[kind.upper()]) as image:
            width, height = image.size
            if width * height > limits["pixels"]:
                return ["too_many_pixels", f"{width:,} × {height:,}"]
            image.draft(None, (width // 8, height // 8))  # a JPEG is read to its end, but needs little memory
            image.load()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow raises what its many parsers come upon
        return ["damaged", kind.upper()]
    whole = content.endswith(PNG_END) if kind == "png" else content.rfind(b"\xff\xd9") > content.find(b"\xff\xda")
    return None if whole else ["damaged", kind.upper()]


def _pdf(content: bytes, limits: dict[str, int]) -> Refusal:
    if content[content.rfind(b"%%EOF") + 5 :].strip(b"\0\r\n\t "):
        return ["damaged", "PDF"]
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                return ["locked", None]
            if not 0 < len(pdf.pages) <= limits["pages"]:
                return ["pages", len(pdf.pages)]
            hidden = ["active", "a script or other files"] if UNLISTED.search(content) else None
            return _walk(pdf, limits) or hidden
    except MemoryError:
        raise
    except pikepdf.PasswordError:
        return ["locked", None]
    except Exception:  # noqa: BLE001 - whatever qpdf comes upon: it isn't a proper PDF
        return ["damaged", "PDF"]


def _walk(pdf: pikepdf.Pdf, limits: dict[str, int]) -> Refusal:
    """Every object of the document, those inside others too, whether a page uses it or not."""
    seen = 0
    rest: list[Any] = []
    for numbered in pdf.objects:
        rest.append(numbered)
        while rest:
            seen += 1
            if seen > limits["objects"]:
                return ["too_costly", f"{limits['objects']:,} objects"]
            thing = rest.pop()
            if isinstance(thing, pikepdf.Array):
                rest += [inner for inner in thing if _nested(inner)]
            elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
                if refused := _dictionary(thing, limits):
                    return refused
                rest += [inner for _, inner in thing.items() if _nested(inner)]
    return None


def _nested(thing: Any) -> bool:
    return isinstance(thing, pikepdf.Array | pikepdf.Dictionary) and not thing.is_indirect


def _dictionary(thing: Any, limits: dict[str, int]) -> Refusal:
    keys = set(thing.keys())
    for key in keys & KEYS.keys():
        return ["active", KEYS[key]]
    action, kind = str(thing.get("/S", "")), str(thing.get("/Subtype", ""))
    if action in ACTIONS:
        return ["active", "a script" if action == "/JavaScript" else "an action that leaves the document"]
    if str(thing.get("/Type", "")) == "/EmbeddedFile":
        return ["active", "other files"]
    if kind == "/Image":
        width, height = int(thing.get("/Width", 0)), int(thing.get("/Height", 0))
        if width * height > limits["pixels"]:
            return ["too_many_pixels", f"{width:,} × {height:,}"]
    return None


def _limit(memory: int) -> None:
    """Caps the memory of this process, where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main() -> None:
    _limit(int(sys.argv[1]))
    Image.MAX_IMAGE_PIXELS = None  # ours is asked first, and answers with a sentence
    Image.init()
    while line := sys.stdin.buffer.readline():
        told = json.loads(line)
        try:
            answer = look(told["kind"], sys.stdin.buffer.read(told["size"]), told["limits"])
        except MemoryError:
            answer = ["too_costly", f"{int(sys.argv[1]) >> 20:,} MB of memory"]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
