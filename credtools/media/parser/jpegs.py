"""The parts of a JPEG (ITU-T T.81, annex B): where its picture begins, and what was written before it."""

from __future__ import annotations

from dataclasses import dataclass, field

from credtools.limited import Refused

# Application segments of cameras and programs: Exif and XMP, profiles and further pictures, JUMBF, Photoshop.
TOLD = {0xE1, 0xE2, 0xEB, 0xED}
SCAN, END, PROGRESSIVE = 0xDA, 0xD9, 0xC2
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
COEFFICIENT = 2  # bytes of each in memory, where they are kept until the last scan
ALONE = {0x01, *range(0xD0, 0xD8)}


@dataclass
class Parts:
    """`scan`: where the first scan begins; `blocks`: what cameras and programs say; `is_refined`: to the last bit.

    `coefficients`: bytes of memory for them, of a picture that is read in several scans.
    """

    scan: int = 0
    blocks: list[tuple[int, int]] = field(default_factory=list)
    is_progressive: bool = False
    is_refined: bool = True
    coefficients: int = 0


def parts_of(content: bytes) -> Parts:
    """The parts up to the first scan; of a progressive picture also whether its scans are all there.

    Raises Refused where the segments don't follow each other.
    """
    parts, at, frame = Parts(), 2, b""
    for kind, start, end in _segments(content, at):
        if kind in TOLD:
            parts.blocks.append((start, end))
        elif kind in FRAMES:
            frame, parts.is_progressive = content[start + 4 : end], kind == PROGRESSIVE
        elif kind == SCAN:
            parts.scan = start
            if parts.is_progressive or content[start + 4 : start + 5] < frame[5:6]:
                parts.coefficients = _coefficients(frame)
            break
    if parts.is_progressive and content.rfind(b"\xff\xd9") < parts.scan:
        parts.is_refined = _is_refined(content, parts.scan)
    return parts


def _coefficients(frame: bytes) -> int:
    """Bytes for all coefficients of a frame: 64 of each block of each of its components, as these are sampled."""
    height, width, samplings = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big"), frame[7::3]
    across, down = max(one >> 4 for one in samplings) or 1, max(one & 15 for one in samplings) or 1
    sampled = sum((one >> 4) * (one & 15) for one in samplings)
    return -(-width // (8 * across)) * -(-height // (8 * down)) * sampled * 64 * COEFFICIENT


def _segments(content: bytes, at: int) -> list[tuple[int, int, int]]:
    """Kind, start and end of each segment, to the first scan."""
    found = []
    while True:
        at = _marker(content, at)
        kind = content[at + 1]
        if kind in ALONE:
            at += 2
            continue
        size = int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == END or size < 2 or at + 2 + size > len(content):
            raise Refused("damaged", kind="JPEG")
        found.append((kind, at, at + 2 + size))
        if kind == SCAN:
            return found
        at += 2 + size


def _marker(content: bytes, at: int) -> int:
    """Where the next marker is; bytes that don't belong before it are passed over, as every reader does."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise Refused("damaged", kind="JPEG")
        if content[at + 1] not in (0x00, 0xFF):
            return at
        at += 1


def _is_refined(content: bytes, at: int) -> bool:
    """Whether the scans of a progressive picture give each coefficient of each component to its last bit."""
    lacking: dict[int, set[int]] = {}
    while (at := content.find(b"\xff\xda", at)) >= 0:
        count = content[at + 4] if at + 4 < len(content) else 0
        said = content[at + 5 + 2 * count : at + 8 + 2 * count]
        if not 1 <= count <= 4 or len(said) < 3:
            return False
        for k in range(count):
            left = lacking.setdefault(content[at + 5 + 2 * k], set(range(64)))
            if not said[2] & 15:
                left -= set(range(said[0], said[1] + 1))
        at += 2
    return bool(lacking) and not any(lacking.values())
