"""Matching: the same file before and after somebody corrected it elsewhere and uploaded it again.

Which row is which is only said where it is sure: the same record, or exactly one record that equals a wrong one in
every cell without error, the person or the number among them, and was made of the same pair where rows are unpivoted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from credtools.model import Review, Table
from credtools.recipe import column_of
from credtools.recipe.records import KIND, Records, of_pair, same_pair
from credtools.text import fold

# One of them must be among the cells that agree.
WHOSE = ("user_email", "external_id", "user_name", "credential_number")
PAIR = "#"  # no column: of which pair of the later file's columns a row was made


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
    columns = ",".join(column for column in before.headings.values() if column)
    old, new = (Records(one.table, one.headings) for one in (before, after))
    ways = [(KIND, columns), *(of_pair(columns, pair) for pair in before.table.pairs)]
    of = np.roll(np.arange(len(ways)), -1)[before.table.pair].tolist() if before.rows else []
    found: dict[int, int] = {}
    for number, way in enumerate(ways):
        there = old.rows(*way)
        found |= {row: there[key] for key, row in new.rows(*way).items() if key in there and of[there[key]] == number}
    return found


def _corrected_records(before: Review, after: Review, pairs: dict[int, int]) -> dict[int, int]:
    """Rows of after that correct a wrong row of before which is not among the pairs."""
    taken = set(pairs.values())
    gone = [row for row in np.flatnonzero(before.rejected).tolist() if row not in taken]
    if not gone:
        return {}
    blamed: dict[int, set[str]] = defaultdict(set)
    errors = before.errors[before.errors["blocks"]]
    for row, column in zip(errors["row"].tolist(), errors["column"].tolist(), strict=True):
        blamed[row].add(column)
    said = cells_of(before.table, before.headings)
    now = [*(same_pair(pair, after.table.pairs) for pair in before.table.pairs), None]
    wrong = {}
    for row in gone:
        cells = {name: texts[row] for name, texts in said.items()} | known_pair(now[before.table.pair[row]])
        wrong[row] = right_cells(cells, blamed[row])
    rows = [row for row in range(after.rows) if row not in pairs]
    fitting = agreeing(wrong, cells_of(after.table, after.headings) | pairs_of(after.table), rows)
    fits = Counter(row for some in fitting.values() for row in some)
    return {some[0]: number for number, some in fitting.items() if len(some) == 1 and fits[some[0]] == 1}


def cells_of(table: Table, headings: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The cells of each mapped column, as they came."""
    return {column: table.frame[heading].tolist() for heading, column in headings.items() if column}


def pairs_of(table: Table) -> dict[str, list[str]]:
    """Of which pair each row was made, as a cell beside the others: rows of other pairs don't agree."""
    return {PAIR: list(map(str, table.pair.tolist()))}


def known_pair(number: int | None) -> dict[str, str]:
    """The same of a record that was made of this one; nothing where that isn't known."""
    return {} if number is None else {PAIR: str(number)}


def right_cells(said: Mapping[str, str], blamed: Collection[str]) -> dict[str, str]:
    """The cells of a rejected record without error, by their columns; none where an error speaks of all of it ('')."""
    return {} if "" in blamed else {name: text for name, text in said.items() if column_of(name) not in blamed}


def agreeing(
    wrong: Mapping[int, Mapping[str, str]], said: Mapping[str, Sequence[str]], rows: Sequence[int]
) -> dict[int, list[int]]:
    """Per wrong record those of some rows that say the same in all its cells without error, folded.

    A record whose person and number are blank or wrong agrees with nothing: the rest would be anybody's.
    """
    by_columns: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, cells in wrong.items():
        if any(text.strip() for name, text in cells.items() if column_of(name) in WHOSE):
            by_columns[tuple(cells)].append(number)
    names = {name for columns in by_columns for name in columns}
    folded = {name: _folded(said[name], rows) if name in said else [""] * len(rows) for name in names}
    fitting: dict[int, list[int]] = {}
    for columns, numbers in by_columns.items():
        alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, texts in zip(rows, zip(*(folded[name] for name in columns), strict=True), strict=True):
            alike[texts].append(row)
        fitting |= {number: alike.get(tuple(map(fold, wrong[number].values())), []) for number in numbers}
    return {number: some for number, some in fitting.items() if some}


def _folded(cells: Sequence[str], rows: Sequence[int]) -> list[str]:
    once = {text: fold(text) for text in {cells[row] for row in rows}}
    return [once[cells[row]] for row in rows]
