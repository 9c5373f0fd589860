"""Code pages: whether bytes that aren't UTF-8 make sense as cp1252; if not, in which code pages they would.

Nothing is chosen here: letter frequencies of a few names prove nothing, so a person is shown how candidates read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, takewhile

# The usual ones of Western DOS, old Macs, Central Europe, Cyrillic, Japan, China, Taiwan, Korea, Greece first.
CANDIDATES = (
    *("cp850", "mac_roman", "cp1250", "cp1251", "cp932", "gbk", "big5", "cp949"),
    *("cp1253", "cp437", "cp866", "koi8_r"),
)
COMMON = {"cp932": (0x81, 0x97), "gbk": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "cp949": (0xB0, 0xC8)}  # first bytes
MOST_CHARACTERS, MOST_LINES = 5_000, 5_000  # beyond ASCII, that are looked at
LONGEST_RUN = 3  # of letters beyond ASCII in Western words
MOST_ODD = 0.2  # of the characters beyond ASCII
MOST_SHOWN, BEFORE, AFTER = 3, 2, 3  # of a word only a piece is shown, for sentences are kept
WESTERN = ("cp1252", "cp850", "cp437", "mac_roman")  # their languages have no four accented letters in a row
SYMBOLS = "ƒ\u02c6\u02dcµªº"  # letters to Unicode
BETWEEN = "’‘\u00b4–—·§¦¬\u00a0\u00ad\u200b"  # may join words, or divide them in a table
ALONE = "µ°®©™²³¹¼½¾“”»«…•\u2039\u203a"  # may touch a word on one side
OPENING, CLOSING = "\u201a„¿¡", "™"
APART = re.compile(r"[\s,;|\t\"]")


def oddness(text: str, encoding: str = "cp1252") -> float:
    """Which share of the characters beyond ASCII stands where none of its kind would, as read in this encoding."""
    beyond = list(islice(re.finditer(r"[^\x00-\x7f]", text), MOST_CHARACTERS))
    return sum(_odd(text, found.start(), encoding) for found in beyond) / max(len(beyond), 1)


def candidates(content: bytes) -> tuple[int, list[tuple[str, list[str]]]]:
    """The first line that makes no sense as cp1252, and how a piece of it reads in other code pages, likeliest first.

    The line counts from 1; pieces that read alike are one, with all their code pages.
    """
    lines = [(number, line) for number, line in enumerate(_lines(content), 1) if not line.isascii()]
    sample = b"\n".join(line for _, line in lines[:MOST_LINES])
    number, line, place = next(_strange(lines), (*lines[0], 0))
    ranked = []
    for rank, encoding in enumerate(CANDIDATES):
        with suppress(UnicodeDecodeError):
            ranked.append((oddness(sample.decode(encoding), encoding), rank, encoding))
    pieces: dict[str, list[str]] = {}
    for odd, _, encoding in sorted(ranked):
        if odd <= MOST_ODD or not pieces:
            pieces.setdefault(_piece(line, place, encoding), []).append(encoding)
    return number, list(pieces.items())[:MOST_SHOWN]


def _lines(content: bytes) -> list[bytes]:
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def _strange(lines: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes, int]]:
    """Where bytes have no meaning in cp1252, or an odd one."""
    for number, line in lines:
        text = line.decode("cp1252", "replace")
        for found in re.finditer(r"[^\x00-\x7f]", text):
            if found[0] == "\ufffd" or _odd(text, found.start(), "cp1252"):
                yield number, line, found.start()
                break


def _piece(line: bytes, place: int, encoding: str) -> str:
    """Some characters of the word around a byte."""
    text, at = line.decode(encoding, "replace"), len(line[:place].decode(encoding, "ignore"))
    ends = [found.start() for found in APART.finditer(text)]
    first = max((end + 1 for end in ends if end < at), default=0)
    last = min((end for end in ends if end > at), default=len(text))
    return text[max(first, at - BEFORE) : min(last, at + AFTER)]


def _odd(text: str, place: int, encoding: str) -> float:
    """1 for a character that stands where it makes no sense, 0.5 for a rare one, 0 for any other."""
    one, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if unicodedata.category(one) in ("Cc", "Cn", "Co") or "\u2500" <= one <= "\u259f":  # frames are no words
        return 1
    if not one.isalpha() or one in SYMBOLS:
        return float(_odd_symbol(one, before, after))
    script = _script(one)
    if any(_is_letter(other) and _script(other) != script for other in (before, after)):
        return 1
    if encoding in COMMON:
        low, high = COMMON[encoding]
        return 0.5 * (not low <= one.encode(encoding, "replace")[0] <= high)
    if script == "latin" and encoding in WESTERN and _foreign_run(text, place) > LONGEST_RUN:
        return 1
    return float((encoding != "cp1252" or one in "ŠšŽžŒœŸ") and _wrong_case(one, before, after))


def _odd_symbol(one: str, before: str, after: str) -> bool:
    left, right = _is_letter(before), _is_letter(after)
    if one in BETWEEN:
        return False
    if (left and right) or (one in OPENING and left) or (one in CLOSING and right):
        return True
    alone = one in ALONE or unicodedata.category(one)[0] == "P"
    return (left or right) and not alone


def _wrong_case(one: str, before: str, after: str) -> bool:
    """An upper-case letter after a lower-case one, or between letters the second of which is; the other way round."""
    if one.isupper():
        return before.islower() or (before.isalpha() and after.islower())
    return one != "ß" and before.isupper() and after.isupper()


def _foreign_run(text: str, place: int) -> int:
    """How many letters beyond ASCII stand together here, as far as that matters."""
    count = 1
    for others in (reversed(text[max(0, place - LONGEST_RUN) : place]), text[place + 1 : place + 1 + LONGEST_RUN]):
        count += sum(1 for _ in takewhile(lambda one: not one.isascii() and one.isalpha(), others))
    return count


def _is_letter(one: str) -> bool:
    return one.isalpha() and one not in SYMBOLS


def _script(letter: str) -> str:
    """The script of a letter; Chinese and Japanese ones are one, half-width ones belong to none."""
    point = ord(letter)
    for last, name in (
        *((0x24F, "latin"), (0x36F, "other"), (0x3FF, "greek"), (0x52F, "cyrillic"), (0x1DFF, "other")),
        *((0x1EFF, "latin"), (0x2E7F, "other"), (0xABFF, "east"), (0xD7FF, "hangul"), (0xFAFF, "east")),
    ):
        if point <= last:
            return name
    return f"other {point}"
