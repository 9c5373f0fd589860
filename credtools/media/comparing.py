"""Comparing: whether what can be read in a medium agrees with its row; offline, without guessing.

What a medium doesn't say is no difference, and a date that reads both ways agrees when one of the ways fits.
"""

from __future__ import annotations

from collections.abc import Sequence

from credtools.media.compared import Compared, Difference, Evidence, Facts
from credtools.media.looked import Piece
from credtools.media.scan import dates, holders, kinds, numbers
from credtools.media.scan.dated import Dated, dated, in_table, within
from credtools.media.scan.page import Page

__all__ = ["Compared", "Difference", "Evidence", "Facts", "compare"]


def compare(texts: Sequence[Piece], whole: bool, row: Facts) -> Compared:  # noqa: FBT001 - as `Looked` says it
    """What the texts of a medium say of its row; `whole`: they are all that can be read in it."""
    page = Page(texts)
    every = dated(page)
    line = _line(page, every, row)
    days = within(every, line)
    issued, until = row.issue_date, row.expiration_date
    found = [
        dates.issue(page, days, issued, until, whole=whole) if issued else None,
        dates.expiration(page, days, until, issued, whole=whole),
        numbers.number(page, every, row.credential_number, line, whole=whole),
        holders.holder(page, row, line, whole=whole),
        kinds.kind(page, row, line),
    ]
    differs = tuple(one for one in found if isinstance(one, Difference))
    return Compared.of(differs, tuple(one for one in found if isinstance(one, Evidence)))


def _line(page: Page, every: Sequence[Dated], row: Facts) -> set[int]:
    """The parts of the line of a table that is the row's, by number, else type, else name; empty without a table."""
    in_columns = in_table(page, every)
    if not in_columns:
        return set()
    for places in (
        numbers.hits(page, row.credential_number),
        [one.part for one in kinds.named(page, (*row.types, row.credential_type)) if one.name == row.credential_type],
        holders.hits(page, row),
    ):
        for k in places:
            line = set(page.line(k))
            if line & in_columns:
                return line
    return set()
