"""Bytes → text. Byte-order mark, else the NUL pattern, else UTF-8, else cp1252 with a visible warning.

Detectors that guess from letter frequencies are worse than this default on short Western files.
"""

from __future__ import annotations

import codecs
import re

from credtools.errors import FileError
from credtools.model import FileWarning

# UTF-32 comes before UTF-16, whose little-endian mark is the beginning of UTF-32's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HEAD = 4096
# Which bytes of each four are NUL in mostly Western text without a mark.
NUL_PATTERNS = (
    ("utf-32-le", (False, True, True, True)),
    ("utf-32-be", (True, True, True, False)),
    ("utf-16-le", (False, True, False, True)),
    ("utf-16-be", (True, False, True, False)),
)
# What the UTF-8 bytes of one character look like when each was read as cp1252.
MOJIBAKE = re.compile("(?:[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3})+")


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str, list[FileWarning]]:
    """The text of a file, the encoding it was read with, and warnings.

    Raises FileError when the encoding is unknown or the bytes have no meaning in it.
    """
    if encoding is not None:
        text = _strict(content, encoding)
        return text.removeprefix("\ufeff"), encoding, _mojibake(text)
    name = next((name for mark, name in MARKS if content.startswith(mark)), "") or _by_nul_pattern(content)
    if name:
        return _strict(content, name), name, []
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        byte = content[problem.start]
        warning = (
            f"The file isn't UTF-8 (byte {byte:#04x} at position {problem.start:,}), so it was read as cp1252. If "
            "letters with accents look wrong, choose another encoding (in a recipe: read: {encoding: …})."
        )
        return _strict(content, "cp1252"), "cp1252", [FileWarning("encoding_doubtful", 1, warning)]
    return text, "utf-8", _mojibake(text)


def _by_nul_pattern(content: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: NUL bytes always at the same places of each four."""
    head = content[: HEAD - HEAD % 4]
    shares = [head[place::4].count(0) / max(len(head[place::4]), 1) for place in range(4)]
    for name, pattern in NUL_PATTERNS:
        fits = all(share > 0.7 if nul else share < 0.1 for share, nul in zip(shares, pattern, strict=True))
        if fits and len(content) % (int(name[4:6]) // 8) == 0:
            try:
                content.decode(name)
            except UnicodeDecodeError:
                continue
            return name
    return ""


def _mojibake(text: str) -> list[FileWarning]:
    """A warning about letters that look like UTF-8 once read as cp1252; nothing is changed."""
    if text.isascii():
        return []
    for found in MOJIBAKE.finditer(text):
        try:
            meant = found[0].encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        line = len(text[: found.start()].splitlines()) or 1
        warning = (
            f"The letters {found[0]!r} (line {line:,}) look like {meant!r} that was read in a wrong encoding before "
            "this file was written. Nothing was changed: export it again as UTF-8, or replace them in the recipe."
        )
        return [FileWarning("letters_misread", 1, warning)]
    return []


def _strict(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
        if not text.isascii():
            text.encode("utf-8")  # some codecs (utf-7, unicode_escape) let halves of characters through
    except (UnicodeDecodeError, UnicodeEncodeError) as problem:
        raise FileError("not_decodable", encoding=encoding, position=problem.start) from problem
    except (LookupError, ValueError) as problem:
        raise FileError("unknown_encoding", encoding=encoding) from problem
    return text
