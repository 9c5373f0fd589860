"""Made-up certificates as people have them: real PDFs in many layouts, and rows of which one fact may be wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from credtools.media.compared import Facts
from credtools.media.looked import Piece
from tests.certificates.abroad import ABROAD, badge_pieces
from tests.certificates.held_out import HELD_OUT, SECOND
from tests.certificates.layouts import LAYOUTS, Layout
from tests.certificates.sheet import pieces
from tests.certificates.third import THIRD
from tests.certificates.truth import COLUMNS, TYPES, row, truth

TUNED = (*LAYOUTS, *ABROAD)
JAPANESE = tuple(one for one in TYPES if not one.isascii() and ord(one[0]) > 0x3000)
EUROPEAN = tuple(one for one in TYPES if one not in JAPANESE)

__all__ = ["COLUMNS", "HELD_OUT", "SECOND", "THIRD", "TUNED", "Case", "cases"]


@dataclass(frozen=True)
class Case:
    """What can be read in a certificate, its row, and which column of the row is wrong; '' for none."""

    layout: str
    texts: tuple[Piece, ...]
    row: Facts
    wrong: str


def cases(layouts: Sequence[Layout], count: int, seed: int, *, whole_lines: bool = False) -> Iterator[Case]:
    """Certificates of these layouts in turn, every second of a row with one wrong fact that the certificate says."""
    chance = random.Random(seed)  # noqa: S311 - certificates aren't secrets
    for k in range(count):
        layout = layouts[k % len(layouts)]
        japanese = layout.__name__ == "japanese"
        said = truth(chance, JAPANESE if japanese else EUROPEAN, japanese)
        content, columns = layout(chance, said)
        right = chance.random() < 0.5
        wrong = "" if right else chance.choice(sorted(columns))
        expires = "expiration_date" in columns
        facts = row(chance, said, wrong, layout.__name__, expires=expires)
        texts = badge_pieces(content) if content.startswith(b"{") else pieces(content, whole_lines=whole_lines)
        yield Case(layout.__name__, texts, facts, wrong)
