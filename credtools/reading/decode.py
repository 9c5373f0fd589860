"""Bytes → text. Byte-order mark, else UTF-8, else cp1252 with a visible warning.

Detectors that guess from letter frequencies are worse than this default on short Western files.
"""

from __future__ import annotations

import codecs

from credtools import errors

# UTF-32 stands before UTF-16, whose little-endian mark is the beginning of UTF-32's.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str, list[str]]:
    """The text of a file, the encoding it was read with, and warnings as whole sentences."""
    if encoding is not None:
        text = _strict(content, encoding)
        _refuse_surrogates(text, encoding)
        return text.removeprefix("\ufeff"), encoding, []
    for mark, name in MARKS:
        if content.startswith(mark):
            return _strict(content, name), name, []
    try:
        return content.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError as problem:
        byte = content[problem.start]
        warning = (
            f"The file isn't UTF-8 (byte {byte:#04x} at position {problem.start:,}), so it was read as cp1252; "
            "look at names with accents, and name the encoding in the recipe if they are wrong."
        )
        return _strict(content, "cp1252"), "cp1252", [warning]


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise errors.not_decodable(encoding, problem.start) from problem
    except (LookupError, ValueError) as problem:
        raise errors.unknown_encoding(encoding) from problem


def _refuse_surrogates(text: str, encoding: str) -> None:
    """Some codecs (utf-7, unicode_escape) let half characters through, which nothing can store."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as problem:
        raise errors.not_decodable(encoding, problem.start) from problem
