"""Comparing: the same file before and after somebody mended it elsewhere and uploaded it again.

Which row is which is only said where it is sure: the same record, or exactly one record that equals a wrong one in
every cell without error.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from credtools.model import Review


@dataclass(frozen=True)
class Comparison:
    """Rows of the later file by what became of them; `gone`: rows of the earlier file that aren't found again."""

    fixed: tuple[int, ...]
    still_wrong: tuple[int, ...]
    newly_wrong: tuple[int, ...]
    untouched: int
    added: int
    gone: int

    def __str__(self) -> str:
        told = [
            f"{len(self.fixed):,} fixed",
            f"{len(self.still_wrong):,} still wrong",
            f"{len(self.newly_wrong):,} newly wrong",
            f"{self.untouched:,} untouched",
        ]
        told += [f"{self.added:,} added or changed"] if self.added else []
        told += [f"{self.gone:,} no longer there"] if self.gone else []
        return " · ".join(told)


def compare(before: Review, after: Review) -> Comparison:
    """What became of each row between two reviews of one source."""
    pairs = _same_records(before, after)
    pairs |= _mended_records(before, after, pairs)
    was_wrong = {new: bool(before.rejected[old]) for new, old in pairs.items()}
    wrong = {int(row) for row in np.flatnonzero(after.rejected)}
    right = [row for row in range(after.rows) if row not in wrong]
    return Comparison(
        fixed=tuple(row for row in right if was_wrong.get(row)),
        still_wrong=tuple(sorted(row for row in wrong if was_wrong.get(row))),
        newly_wrong=tuple(sorted(row for row in wrong if not was_wrong.get(row))),
        untouched=sum(1 for row in right if was_wrong.get(row) is False),
        added=sum(1 for row in right if row not in was_wrong),
        gone=before.rows - len(pairs),
    )


def _same_records(before: Review, after: Review) -> dict[int, int]:
    old, new = (
        {key: row for row, key in enumerate(zip(r.table.record_digests, r.table.ordinals, strict=True))}
        for r in (before, after)
    )
    return {row: old[key] for key, row in new.items() if key in old}


def _mended_records(before: Review, after: Review, pairs: dict[int, int]) -> dict[int, int]:
    """Wrong rows of before → the one row of after with the same cells apart from the wrong ones."""
    found: dict[int, int] = {}
    taken = set(pairs.values())
    wrong = [row for row in np.flatnonzero(before.rejected).tolist() if row not in taken]
    by_width: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for row, places in _right_places(before, wrong).items():
        by_width[places].append(row)
    left = [row for row in range(after.rows) if row not in pairs]
    cells = {row: json.loads(after.table.raw[row]) for row in left}
    for places, rows in by_width.items():
        wanted = _unique((row, _picked(json.loads(before.table.raw[row]), places)) for row in rows)
        offered = _unique((row, _picked(cells[row], places)) for row in left)
        found |= {offered[key]: old for key, old in wanted.items() if key in offered and offered[key] not in found}
    return found


def _right_places(review: Review, rows: list[int]) -> dict[int, tuple[int, ...]]:
    """Per row the places of its cells without error, where there are some and the row has its number of fields."""
    headings = list(review.table.frame.columns[: review.table.expected_fields])
    errors = review.errors[review.errors["blocks"]]
    wrong: dict[int, set[str]] = defaultdict(set)
    for row, heading in zip(errors["row"].tolist(), errors["heading"].tolist(), strict=True):
        wrong[row].add(heading)
    places = {row: tuple(k for k, name in enumerate(headings) if name not in wrong[row]) for row in rows}
    return {row: kept for row, kept in places.items() if kept and "" not in wrong[row]}


def _picked(cells: list[str], places: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(cells[place] if place < len(cells) else "" for place in places)


def _unique(keyed: Iterable[tuple[int, Hashable]]) -> dict[Hashable, int]:
    """Key → row, for keys that only one row has."""
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, key in keyed:
        rows[key].append(row)
    return {key: found[0] for key, found in rows.items() if len(found) == 1}
