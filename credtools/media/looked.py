"""Looked: what is known of a medium once it was really opened; pure values, shared by all that reads or shows media."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

Box = tuple[int, int, int, int]  # left, top, right, bottom in thousandths of the page as it is shown


@dataclass(frozen=True)
class Piece:
    """A piece of text (about a line) of a page, the first page being 1; a picture has one page."""

    page: int
    box: Box
    text: str


@dataclass(frozen=True)
class Looked:
    """A proper medium.

    `media_type`: what it truly is, whatever its ending. `notes`: what an approver should know, as codes of the
    catalogue. `copy`: a converted or repaired copy that is shown in its place, with its media type; b'': it is shown
    itself. `texts`: what can be read in it without guessing; `whole`: to the end.
    """

    media_type: str
    notes: tuple[str, ...] = ()
    copy: bytes = b""
    copy_type: str = ""
    texts: tuple[Piece, ...] = ()
    whole: bool = True


def as_json(pieces: Iterable[Piece]) -> str:
    """Pieces as one text that every database can store; halves of characters become question marks."""
    text = json.dumps([(one.page, one.box, one.text) for one in pieces], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def pieces_from(text: str) -> tuple[Piece, ...]:
    """What `as_json` wrote."""
    found = json.loads(text)
    return tuple(Piece(page, (left, top, right, bottom), said) for page, (left, top, right, bottom), said in found)
