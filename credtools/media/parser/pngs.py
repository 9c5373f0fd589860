"""The parts of a PNG (ISO/IEC 15948): read by their checksums, so that damage beside the picture does no harm."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from credtools.limited import Refused

HEAD = b"\x89PNG\r\n\x1a\n"
END = b"\0\0\0\0IEND\xaeB`\x82"
USED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"eXIf", b"IEND")  # all that the picture itself is made of
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
BADGES = ("openbadges", "openbadgecredential")
MOST_TEXT, PIECE = 1 << 20, 1 << 20
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by the kind of colour
# The passes of an interlaced picture: first column and row, steps across and down.
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@dataclass
class Parts:
    """`used`: where the parts are that make the picture; `blocks`: what programs say; `badges`: their text.

    `end`: where one ends that lacks its last part; 0 for a whole one.
    """

    width: int = 0
    height: int = 0
    bits: int = 0  # of a pixel
    depth: int = 0  # of each of its samples
    colours: int = 0
    interlaced: bool = False
    used: list[tuple[bytes, int, int]] = field(default_factory=list)
    blocks: list[tuple[int, int]] = field(default_factory=list)
    badges: list[str] = field(default_factory=list)
    end: int = 0

    @property
    def is_usual(self) -> bool:
        """Eight bits of grey, of three colours, or of those and how clear they are, upright and row by row."""
        kinds = {kind for kind, _, _ in self.used}
        return self.depth == 8 and self.colours in (0, 2, 6) and not self.interlaced and not kinds & {b"eXIf", b"tRNS"}

    def rows(self, content: bytes) -> bytes:
        """The rows of the picture, as they are packed."""
        return b"".join(content[start + 8 : end - 4] for kind, start, end in self.used if kind == b"IDAT")

    def bare(self, content: bytes) -> bytes:
        """The picture alone: profiles and texts of any size, and what is wrong in them, don't concern it."""
        return b"".join([HEAD, *(content[start:end] for _, start, end in self.used)])

    def beside(self, content: bytes) -> list[tuple[int, int]]:
        """Where all but the rows of the picture is: before and behind them."""
        rows = [(start, end) for kind, start, end in self.used if kind == b"IDAT"] or [(0, 0)]
        return [
            (0, rows[0][0]),
            *((last, first) for (_, last), (first, _) in pairwise(rows)),
            (rows[-1][1], len(content)),
        ]


def parts_of(content: bytes) -> Parts:
    """The parts. Raises Refused where the picture's own are damaged or end early, or a text is vast."""
    parts = Parts()
    for kind, start, end in _chunks(content):
        if not kind:
            parts.end = start
            break
        if zlib.crc32(content[start + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            if kind[0] & 32:  # a lower-case letter: the picture is whole without it
                continue
            raise _damaged()
        if kind in USED:
            parts.used.append((kind, start, end))
        if kind == b"IHDR":
            _read_head(parts, content[start + 8 : end - 4])
        elif kind in TEXTS:
            _read_text(parts, kind, content[start + 8 : end - 4], start, end)
        elif kind == b"eXIf":
            parts.blocks.append((start, end))
    return parts


def _damaged() -> Refused:
    return Refused("damaged", kind="PNG")


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each; no kind where there is nothing any more but, at most, some of the end."""
    at, kind = len(HEAD), b""
    while kind != b"IEND":
        if at > len(HEAD) and END.startswith(content[at:]) and len(content) < at + len(END):
            yield b"", at, at
            return
        kind = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if end > len(content) or (at == len(HEAD)) != (kind == b"IHDR"):
            raise _damaged()
        yield kind, at, end
        at = end


def _read_head(parts: Parts, head: bytes) -> None:
    if len(head) != 13 or head[9] not in SAMPLES:
        raise _damaged()
    parts.width, parts.height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    parts.depth, parts.colours, parts.interlaced = head[8], head[9], head[12] == 1
    parts.bits = parts.depth * SAMPLES[parts.colours]


def _read_text(parts: Parts, kind: bytes, said: bytes, start: int, end: int) -> None:
    name, _, rest = said.partition(b"\0")
    if name.lower().startswith((b"xml:", b"raw profile")):  # XMP, and what ImageMagick keeps of other pictures
        parts.blocks.append((start, end))
    if kind == b"zTXt":
        text = _unpacked(rest[1:])
    elif kind == b"iTXt":
        told = rest[2:].split(b"\0", 2)[-1]  # behind its language and its translated name
        text = _unpacked(told) if rest[:1] == b"\1" else told
    else:
        text = rest
    if name.decode("latin-1") in BADGES:
        parts.badges.append(text.decode("utf-8", "replace"))


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, MOST_TEXT)
    except zlib.error:
        return b""
    if unpacking.unconsumed_tail:
        raise _damaged()
    return text


def unpack(content: bytes, parts: Parts) -> None:
    """Raises Refused unless the rows of a picture are all there; a piece at a time, nothing is kept.

    Of one that lacks its end they must come to theirs.
    """
    unpacking, found = zlib.decompressobj(), 0
    try:
        for kind, start, end in parts.used:
            rest = content[start + 8 : end - 4] if kind == b"IDAT" else b""
            while rest:
                found += len(unpacking.decompress(rest, PIECE))
                rest = unpacking.unconsumed_tail
    except zlib.error as problem:
        raise _damaged() from problem
    if found < _bytes_of(parts) or (parts.end and not unpacking.eof):
        raise _damaged()


def _bytes_of(parts: Parts) -> int:
    passes = PASSES if parts.interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(parts.width - x) // across), -(-(parts.height - y) // down)) for x, y, across, down in passes]
    return sum(rows * (1 + (columns * parts.bits + 7) // 8) for columns, rows in sizes if columns > 0 and rows > 0)
