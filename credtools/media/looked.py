"""Looked: what is known of a medium once it was really opened; pure values, shared by all that reads or shows media."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

Box = tuple[int, int, int, int]  # left, top, right, bottom in thousandths of the page as it is shown


class Piece(NamedTuple):
    """A piece of text (about a line) of a page, the first page being 1; a picture has one page."""

    page: int
    box: Box
    text: str


@dataclass(frozen=True)
class Looked:
    """A proper medium.

    `media_type`: what it truly is, whatever its ending. `notes`: what an approver should know, as codes of the
    catalogue. `copy`: a converted or repaired copy that is shown in its place, with its media type; b'': it is shown
    itself. `said`: what can be read in it without guessing, as it is stored (JSON); `whole`: to the end.
    """

    media_type: str
    notes: tuple[str, ...] = ()
    copy: bytes = b""
    copy_type: str = ""
    said: str = "[]"
    whole: bool = True

    @property
    def texts(self) -> tuple[Piece, ...]:
        return pieces_from(self.said)


def pieces_from(text: str) -> tuple[Piece, ...]:
    """What `parser.texts.as_json` wrote."""
    found = json.loads(text)
    return tuple(Piece(page, (left, top, right, bottom), said) for page, (left, top, right, bottom), said in found)
