"""Page: the pieces of text of a medium as they are compared, and which of them are beside or above one another."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from credtools.media.looked import Box, Piece
from credtools.media.scan import labels
from credtools.media.scan.spelling import KEPT, plain

NEAR = 60  # thousandths of a page between a label and what is under it
FEWEST = 2  # words of a name by itself
FEW = 4  # letters by themselves that make a text torn
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# A first letter that stands apart ('V alid', 'J an 28'), as some programs place their letters.
TORN = re.compile(r"([B-DF-HJ-NP-TV-Z])(?<![^\W_].) (?!(?:de|da|do|di|del|la|le|el|van|von|y|e|i)\b)(?=[a-z]{2})")
ENDS = re.compile("[\ufffe\x02]\\s*")  # a hyphen at the end of a line, as PDF readers give it
ALIGNED, PROSE = 12, 6  # thousandths of a page; words of a line that may be broken
BLANK = 9  # thousandths of a page
LEADER = " ... "  # between a label and its value
MOST_PARTS = 20_000


@lru_cache(maxsize=KEPT)
def tidy(text: str) -> str:
    """A text with usual letters and digits (NFKC: no ligatures, no full width), spaced letters put together."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", UNSEEN.sub("", text.replace("º", "°")))
    if "\ufffe" in text or "\x02" in text:
        text = ENDS.sub("-", text)
    words = text.split()
    single = list(map(len, words)).count(1)
    if single >= FEW and single * 2 > len(words) and sum(map(len, words)) <= 2 * len(words):
        return " ".join("".join(word.split()) for word in re.split(r"\s{2,}", text.strip()))
    return TORN.sub(r"\1", text)


class Part(NamedTuple):
    """A piece: `text` as people read it, `plain` as it is compared; `alone`: it has no place on a page."""

    piece: Piece
    text: str
    plain: str
    alone: bool = False

    @property
    def box(self) -> Box:
        return self.piece.box

    def place(self, start: int, end: int) -> Box:
        """About where some of its letters are."""
        left, top, right, bottom = self.box
        each = (right - left) / max(1, len(self.plain))
        return round(left + start * each), top, round(left + end * each), bottom


class Page:
    """All parts of a medium, by their places in the order in which they are read."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.parts = list(_parts(_flowing(pieces)))[:MOST_PARTS]
        self._on: dict[int, list[int]] = {}
        for k, part in enumerate(self.parts):
            if not part.alone:
                self._on.setdefault(part.piece.page, []).append(k)

    def others(self, k: int) -> list[int]:
        """The parts on the same page."""
        return [] if self.parts[k].alone else self._on[self.parts[k].piece.page]

    def line(self, k: int) -> list[int]:
        """The parts on the same line, it too, from left to right."""
        found = [other for other in self.others(k) if _level(self.parts[k].box, self.parts[other].box)]
        return sorted(found, key=lambda other: self.parts[other].box[0]) or [k]

    def left(self, k: int) -> int | None:
        """The next part to the left on the same line."""
        line = self.line(k)
        place = line.index(k)
        return line[place - 1] if place else None

    def right(self, k: int) -> int | None:
        line = self.line(k)
        place = line.index(k) + 1
        return line[place] if place < len(line) else None

    def above(self, k: int, place: Box | None = None) -> list[int]:
        """The parts over it, or over a place in it, the nearest first."""
        box, parts = place or self.parts[k].box, self.parts
        found = [o for o in self.others(k) if parts[o].box[3] <= box[1] + _slack(box) and _column(box, parts[o].box)]
        return sorted(found, key=lambda other: -parts[other].box[3])

    def below(self, k: int, place: Box | None = None) -> list[int]:
        """The parts under it, or under a place in it, the nearest first."""
        box, parts = place or self.parts[k].box, self.parts
        found = [o for o in self.others(k) if parts[o].box[1] >= box[3] - _slack(box) and _column(box, parts[o].box)]
        return sorted(found, key=lambda other: parts[other].box[1])

    def gap(self, upper: int, lower: int) -> int:
        """Thousandths of the page between two parts."""
        return self.parts[lower].box[1] - self.parts[upper].box[3]

    def near(self, upper: int, lower: int) -> bool:
        """Whether the lower one is as near as values are to their labels."""
        box = self.parts[lower].box
        return self.gap(upper, lower) <= max(NEAR // 3, 2 * (box[3] - box[1]))


def _slack(box: Box) -> int:
    """By how much boxes of lines under one another may overlap."""
    return (box[3] - box[1]) // 3


def _level(one: Box, other: Box) -> bool:
    common = min(one[3], other[3]) - max(one[1], other[1])
    return 2 * common > min(one[3] - one[1], other[3] - other[1])


def _column(one: Box, other: Box) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0])


def _parts(pieces: Iterable[Piece]) -> Iterator[Part]:
    for piece in pieces:
        if '"' in piece.text and piece.text.lstrip()[:1] in {"{", "["}:
            try:
                yield from (Part(piece, said, plain(said), alone=True) for said in _told(json.loads(piece.text), ""))
                continue
            except (ValueError, RecursionError):
                pass
        text = tidy(piece.text)
        yield Part(piece, text, plain(text))


def _flowing(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The pieces, the lines of a paragraph as one, and what stands with a blank between on one line."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and (_goes_on(last, piece) or _close(last, piece)):
            one, other = last.box, piece.box
            box = (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3]))
            last = Piece(last.page, box, f"{last.text} {piece.text}")
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _goes_on(one: Piece, other: Piece) -> bool:
    """Whether a line goes on in the next one: below it, as far to the left, and long enough to have been broken."""
    high = other.box[3] - other.box[1]
    return (
        one.page == other.page
        and abs(one.box[0] - other.box[0]) <= ALIGNED
        and -high < other.box[1] - one.box[3] < high
        and 4 * (one.box[2] - one.box[0]) >= 3 * (other.box[2] - other.box[0])
        and _is_prose(one.text, PROSE)
        and _is_prose(other.text, 1)
        and not one.text.rstrip().endswith(":")
        and not _is_title(other.text)
        and not any(LEADER in text for text in (one.text, other.text))
        and not (other.text[:1].isupper() and labels.begins(plain(other.text)))
    )


def _close(one: Piece, other: Piece) -> bool:
    """Whether a piece is as near behind another on its line as the next word is."""
    return one.page == other.page and 0 <= other.box[0] - one.box[2] <= BLANK and _level(one.box, other.box)


def _is_prose(text: str, least: int) -> bool:
    """Whether a line has so many words, and hardly numbers, as the lines of tables have."""
    words = text.split()
    return len(words) >= least and 3 * sum(any(map(str.isdigit, one)) for one in words) <= len(words) + 1


def _is_title(text: str) -> bool:
    """Whether a line has a few words, each with a capital letter, as names by themselves have."""
    words = text.split()
    return FEWEST <= len(words) <= FEW and all(one[:1].isupper() and one[-1:].isalpha() for one in words)


def _told(value: object, name: str) -> Iterator[str]:
    """JSON as lines `key: value`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _told(inner, f"{name} {key}".strip())
    elif isinstance(value, list):
        for inner in value:
            yield from _told(inner, name)
    elif isinstance(value, str | int | float):
        yield f"{name}: {value}"
