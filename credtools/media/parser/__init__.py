"""What the child with limits does with a medium (`looking`, which has the limits): it opens it, every part.

`answer` → `kinds` (by content) → `pdfs` (→ `objects`, `scripts`, `unlisted`: by structure) | `pictures` (→ `jpegs`,
`pngs`) | `converting` → `texts`. A package that loads nothing else of credtools.
"""

from __future__ import annotations

import ctypes
from base64 import b64encode
from contextlib import suppress
from typing import Any

import pikepdf

from credtools.limited import Refused
from credtools.media.parser import converting, kinds, pdfs, pictures, texts
from credtools.media.parser.pages import Piece

MEDIA_TYPES = {"pdf": "application/pdf", **{kind: f"image/{kind}" for kind in ("jpeg", "png", "avif", "webp", "tiff")}}
MEDIA_TYPES["heif"] = "image/heic"
# Reasons whose remedy would lose a signature, and those of a signed file.
SIGNED = {"active": "active_signed", "damaged": "damaged_signed", "two_kinds": "two_kinds_signed"}
ENTRY, END_OF_LIST = b"PK\1\2", b"PK\5\6"
WITHIN = 65_557  # bytes before the end in which the end of a zip's list is looked for

# What was freed is kept for the next file, up to 64 MB: getting it back from the system page by page takes a third of
# the time of a PNG. (mallopt of glibc: M_MMAP_THRESHOLD, M_TRIM_THRESHOLD)
with suppress(AttributeError, OSError, TypeError):
    for parameter, most in ((-3, 32 << 20), (-1, 64 << 20)):
        ctypes.CDLL(None).mallopt(parameter, most)


def answer(question: dict[str, Any], content: bytes) -> dict[str, Any]:
    """What is known of a proper file, as JSON: kind, media_type, notes, copy (Base64), copy_type, said (JSON), whole.

    In: `limits`, `refuse_attachments`. Raises Refused for what isn't taken.
    """
    kind = kinds.kind_of(content)
    try:
        found = _looked_at(kind, question, content)
    except Refused as refused:
        raise _kept_signed(refused, kind, content) from refused
    except MemoryError:
        raise
    except pikepdf.PasswordError as problem:
        raise Refused("locked") from problem
    except Exception as problem:
        # qpdf, Pillow and libheif raise what their many parsers come upon.
        raise _kept_signed(Refused("damaged", kind=kind.upper()), kind, content) from problem
    return {"kind": kind, "media_type": MEDIA_TYPES[kind], **found}


def _looked_at(kind: str, question: dict[str, Any], content: bytes) -> dict[str, Any]:
    limits = question["limits"]
    if kind == "pdf":
        return _of_pdf(content, limits, refuse_attachments=question["refuse_attachments"])
    if is_zip(content):
        raise Refused("two_kinds", what="an archive")
    if kind in converting.FORMATS:
        pictures.refuse_foreign(content, [(0, len(content))], [(0, len(content))])
        copy, copy_type, pieces = converting.converted(kind, content, limits)
        return _found({"converted"}, pieces, copy=copy, copy_type=copy_type)
    opened = (pictures.jpeg if kind == "jpeg" else pictures.png)(content, limits)
    return _found(opened.notes, opened.pieces, copy=opened.copy, copy_type=MEDIA_TYPES[kind] if opened.copy else "")


def _of_pdf(content: bytes, limits: dict[str, int], *, refuse_attachments: bool) -> dict[str, Any]:
    if is_zip(content[content.rfind(pdfs.END) :]):
        raise Refused("two_kinds", what="an archive")
    opened = pdfs.looked_at(content, limits)
    if "attachments" in opened.notes and refuse_attachments:
        raise Refused("active", what="other files")
    if "attachments" not in opened.notes and is_zip(content):
        raise Refused("two_kinds", what="an archive")
    pieces, whole = texts.of_pdf(opened.copy or content, has_form=opened.has_form)
    copy_type = MEDIA_TYPES["pdf"] if opened.copy else ""
    return _found(opened.notes, pieces, whole=whole, copy=opened.copy, copy_type=copy_type)


def _found(
    notes: set[str], pieces: list[Piece], *, whole: bool = True, copy: bytes = b"", copy_type: str = ""
) -> dict[str, Any]:
    kept, is_all = texts.limited(pieces)
    return {
        "notes": sorted(notes),
        "copy": b64encode(copy).decode(),
        "copy_type": copy_type,
        "said": texts.as_json(kept),
        "whole": whole and is_all,
    }


def _kept_signed(refused: Refused, kind: str, content: bytes) -> Refused:
    """The same for a file that says it is signed: nobody is told to save or print that anew."""
    if kind == "pdf" and refused.reason in SIGNED and b"/ByteRange" in content:
        return Refused(SIGNED[refused.reason], **refused.facts)
    return refused


def is_zip(content: bytes) -> bool:
    """Whether a program that opens zips would find one: the end of its list close to the end, an entry before it."""
    end = content.rfind(END_OF_LIST, max(0, len(content) - WITHIN))
    return end >= 0 and content.rfind(ENTRY, 0, end) >= 0
