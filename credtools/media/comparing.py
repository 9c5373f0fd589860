"""Comparing: whether what can be read in a medium agrees with its row; offline, without guessing."""

from __future__ import annotations

from collections.abc import Sequence

from credtools.media.compared import Compared, Difference, Evidence, Facts
from credtools.media.looked import Piece

__all__ = ["Compared", "Difference", "Evidence", "Facts", "compare"]


def compare(texts: Sequence[Piece], whole: bool, row: Facts) -> Compared:  # noqa: ARG001, FBT001 - as `Looked` says it
    """What the texts of a medium say of its row; `whole`: they are all that can be read in it."""
    agrees = []
    for column in ("issue_date", "expiration_date"):
        day = getattr(row, column)
        found = next((piece for piece in texts if day and day.isoformat() in piece.text), None)
        if found:
            agrees.append(Evidence(column, day.isoformat(), found.page, found.box))
    return Compared.of((), tuple(agrees))
