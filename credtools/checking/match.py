"""Matching: the same file before and after somebody corrected it elsewhere and uploaded it again.

Which row is which is only said where it is sure: the same record, or exactly one record that equals a wrong one in
every cell without error.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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
        return (
            f"{len(self.fixed):,} fixed · {len(self.still_wrong):,} still wrong · {len(self.newly_wrong):,} newly wrong"
            f" · {self.untouched:,} untouched"
            + (f" · {self.added:,} added or changed" if self.added else "")
            + (f" · {self.gone:,} no longer there" if self.gone else "")
        )


def compare(before: Review, after: Review) -> Comparison:
    """What became of each row between two reviews of one source."""
    pairs = _same_records(before, after)
    pairs |= _corrected_records(before, after, pairs)
    was_wrong = {new: bool(before.rejected[old]) for new, old in pairs.items()}
    wrong, right = np.flatnonzero(after.rejected).tolist(), np.flatnonzero(after.passed).tolist()
    return Comparison(
        fixed=tuple(row for row in right if was_wrong.get(row)),
        still_wrong=tuple(row for row in wrong if was_wrong.get(row)),
        newly_wrong=tuple(row for row in wrong if not was_wrong.get(row)),
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


def _corrected_records(before: Review, after: Review, pairs: dict[int, int]) -> dict[int, int]:
    """Rows of after that correct a wrong row of before which is not among the pairs."""
    taken = set(pairs.values())
    gone = [row for row in np.flatnonzero(before.rejected).tolist() if row not in taken]
    blamed: dict[int, set[str]] = defaultdict(set)
    errors = before.errors[before.errors["blocks"]]
    for row, heading in zip(errors["row"].tolist(), errors["heading"].tolist(), strict=True):
        blamed[row].add(heading)
    headings = list(before.table.frame.columns[: before.table.expected_fields])
    wrong = {row: Wrong(before.table.raw[row], right_places(headings, blamed[row])) for row in gone}
    return corrected(wrong, {row: after.table.raw[row] for row in range(after.rows) if row not in pairs})


class Wrong(NamedTuple):
    """A wrong record: its cells as the text of a JSON array, and the places of those without error."""

    raw: str
    right: tuple[int, ...]


def right_places(headings: Sequence[str], blamed: Collection[str]) -> tuple[int, ...]:
    """The places of the cells without error; none where an error speaks of the row as a whole (heading '')."""
    return () if "" in blamed else tuple(k for k, name in enumerate(headings) if name not in blamed)


def corrected(wrong: Mapping[int, Wrong], offered: Mapping[int, str]) -> dict[int, int]:
    """Offered record → the wrong record that it corrects: it equals that one in every cell without error.

    Only where it is sure: the wrong record has such a cell that isn't blank, and neither of the two fits another.
    """
    cells = {row: json.loads(raw) for row, raw in offered.items()}
    by_places: dict[tuple[int, ...], dict[tuple[str, ...], list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, one in wrong.items():
        said = _picked(json.loads(one.raw), one.right)
        if any(text.strip() for text in said):
            by_places[one.right][said].append(number)
    fits: Counter[int] = Counter()
    sure: dict[int, int] = {}
    for places, numbers in by_places.items():
        alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, record in cells.items():
            alike[_picked(record, places)].append(row)
        for said, some in numbers.items():
            rows = alike.get(said, [])
            fits.update(dict.fromkeys(rows, len(some)))
            sure |= {rows[0]: some[0]} if len(rows) == 1 else {}
    return {row: number for row, number in sure.items() if fits[row] == 1}


def _picked(cells: list[str], places: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(cells[place] if place < len(cells) else "" for place in places)
