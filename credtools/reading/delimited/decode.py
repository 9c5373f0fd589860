"""Bytes → text. Byte-order mark, else the NUL pattern, else UTF-8, else cp1252 with a visible warning.

Detectors that guess from letter frequencies are worse than this default on short Western files. Where cp1252 makes no
sense, other code pages are named (`code_pages`). Marks that programs leave in a text are taken away, and that is told.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from credtools.errors import FileError
from credtools.model import FileWarning
from credtools.reading.delimited.code_pages import MOST_ODD, candidates, oddness
from credtools.text import plural

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

CONTROLS = re.compile("[\x80-\x9f]")
CP1252 = {byte: text for byte in range(0x80, 0xA0) if (text := bytes([byte]).decode("cp1252", "ignore"))}
LINE_END = "\x85"  # on its own a line separator of Unicode
MARK_WITHIN = re.compile("(?:^|(?<=[\r\n]))\ufeff+", re.MULTILINE)
END = re.compile(r"(?:\x1a[\x1a\x00]*|(?<=[\r\n])\x00+)\Z")
UNWRITTEN = re.compile(rb"[\x00-\x08\x0e-\x19\x1c\x7f]")  # bytes that no text has
MOST_UNWRITTEN = 0.05
UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")

DECLARED = re.compile(
    rb"""<(?:meta\b[^>]{0,300}?charset|\?xml\b[^>]{0,200}?encoding)\s*=\s*["']?\s*([\w-]{2,40})""", re.IGNORECASE
)


def decode(content: bytes, encoding: str | None = None) -> tuple[str, str, list[FileWarning]]:
    """The text of a file, the encoding it was read with, and warnings.

    Raises FileError when the encoding is unknown or the bytes have no meaning in it.
    """
    if encoding is not None:
        return _tidied(_strict(content, encoding), encoding)
    if name := marked_encoding(content):
        return _tidied(_strict(content, name), name)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        _require_cp1252(content)
        byte = f"byte {content[problem.start]:#04x} at position {problem.start:,}"
        warning = (
            f"The file isn't UTF-8 ({byte}), so it was read as cp1252. If letters with accents look wrong, choose "
            "another encoding: in the wizard under ‘Read as’, in a recipe as ‘encoding’ under ‘read’."
        )
        text, name, told = _tidied(_strict(content, "cp1252"), "cp1252")
        return text, name, [FileWarning("encoding_doubtful", 1, warning), *told]
    return _tidied(text, "utf-8")


def marked_encoding(content: bytes) -> str:
    """The encoding that a byte-order mark or the places of NUL bytes prove; '' for none."""
    return next((name for mark, name in MARKS if content.startswith(mark)), "") or _by_nul_pattern(content)


def declared_encoding(content: bytes) -> str | None:
    """The encoding that a web page or an XML text names itself, where its bytes can be read so."""
    if marked_encoding(content) or not (found := DECLARED.search(content[:HEAD])):
        return None
    try:
        name = codecs.lookup(found[1].decode()).name
        name = "cp1252" if name in ("iso8859-1", "ascii") else name  # as browsers do
        content.decode(name)
    except (LookupError, UnicodeError):
        return None
    return None if name.startswith("utf-16") else name


def _require_cp1252(content: bytes) -> None:
    """Raises FileError where bytes that aren't UTF-8 make no sense as cp1252, with the code pages in which they do.

    Where nearly all are UTF-8, no other encoding fits them.
    """
    head = content[: 16 * HEAD]
    if len(UNWRITTEN.findall(head)) > MOST_UNWRITTEN * len(head):
        raise FileError("is_binary")
    text = content.decode("utf-8", "replace")
    if len(UTF_8.findall(content)) > 2 * text.count("\ufffd"):
        raise FileError("encoding_mixed", line=len(re.findall("\r\n?|\n", text[: text.index("\ufffd")])) + 1)
    try:
        if oddness(content.decode("cp1252")) <= MOST_ODD:
            return
    except UnicodeDecodeError:
        pass
    line, pieces = candidates(content)
    found = ", ".join(f"{piece!r} in {' or '.join(names[:2])}" for piece, names in pieces)
    raise FileError("encoding_unclear", line=line, found=found)


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
    # Of other scripts only delimiters, digits and line ends have NULs, all on one side.
    for name, side in (("utf-16-le", 1), ("utf-16-be", 0)):
        nuls, others = head[side::2].count(0), head[1 - side :: 2].count(0)
        is_wide = nuls > 0.05 * len(head) and not others and b"\r\n" not in head  # whose bytes a NUL would part
        if is_wide and len(content) % 2 == 0 and _makes_sense(head, name):
            return name
    return ""


def _makes_sense(head: bytes, name: str) -> bool:
    """Whether a text in this encoding has nothing but characters that people write."""
    text = head.decode(name, "ignore")
    return not any(unicodedata.category(one) in ("Cc", "Cn", "Co", "Cs") for one in set(text) - set("\t\r\n\x1a"))


def _tidied(text: str, encoding: str) -> tuple[str, str, list[FileWarning]]:
    """The text without byte-order marks and end marks, with the letters that its control characters stand for."""
    told: list[FileWarning] = []
    text = text.removeprefix("\ufeff")
    if text[-1:] in ("\x1a", "\x00") and (end := END.search(text)):
        text = text[: end.start()]
        verb, were = ("marks", "it was") if len(end[0]) == 1 else ("mark", "they were")
        sentence = (
            f"The file ends with {plural(len(end[0]), 'character')} that only {verb} its end (Ctrl-Z or NUL); {were} "
            "left out. Nothing needs to be done if the file is complete."
        )
        told.append(FileWarning("end_marked", len(end[0]), sentence))
    if text.isascii():
        return text, encoding, told
    if "\ufeff" in text and (lines := [text.count("\n", 0, at.start()) + 1 for at in MARK_WITHIN.finditer(text)]):
        text = MARK_WITHIN.sub("", text)
        sentence = (
            f"A byte-order mark stands within the file (line {lines[0]:,}), as where files were put together. It was "
            "left out; check that no headings there are read as a record."
        )
        told.append(FileWarning("marks_within", len(lines), sentence))
    controls = CONTROLS.findall(text)
    if meant := next((one for one in controls if one != LINE_END and ord(one) in CP1252), ""):
        text = text.translate(CP1252)
        was, they = ("was", "it stands") if len(controls) == 1 else ("were", "they stand")
        sentence = (
            f"{plural(len(controls), 'control character')} {was} read as the letters and marks of cp1252 for which "
            f"{they} ({meant!r} as {CP1252[ord(meant)]!r}). Export the file again as UTF-8 if these look wrong."
        )
        told.append(FileWarning("controls_misread", len(controls), sentence))
    return text, encoding, [*told, *_mojibake(text)]


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
