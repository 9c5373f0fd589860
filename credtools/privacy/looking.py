"""Looking: which rows of a batch are a person's, and what only these hold. Some rows at a time, most without a look."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from credtools.privacy.hints import Hints
from credtools.privacy.person import Person
from credtools.store import tables
from credtools.store.blocks import TOGETHER, Address, parts_of, places_of
from credtools.store.frames import rows_in
from credtools.store.tables.rows import ADDRESS
from credtools.text import fold

Pieces = set[tuple[int, str]]  # records as they came, and which piece of its record a row is
PLACE = ADDRESS[1:]


class Theirs(NamedTuple):
    """Of one batch: a person's lines, those of them whose values are kept, and the records on these.

    `own`: the values that only their rows hold, folded.
    """

    lines: set[Address]
    kept: list[Address]
    records: Pieces
    own: frozenset[str]


class Some(NamedTuple):
    """Rows that are kept together, by where they stand: an address, or the place in the block.

    `written`: how a cell stands in their text.
    """

    where: Sequence[Any]
    text: str
    raws: Callable[[], Sequence[str | None]]
    written: Callable[[str], str]

    def rows(self) -> Iterator[tuple[Any, str]]:
        """Those whose values are kept."""
        for where, raw in zip(self.where, self.raws(), strict=True):
            if raw is not None:
                yield where, raw

    def joined(self, raws: Iterable[str]) -> str:
        """Some of them as they stand in the text."""
        return "\n".join(raw if self.written is json.dumps else json.dumps(raw)[1:-1] for raw in raws)

    def among(self, wanted: set[Any]) -> list[tuple[Any, str]]:
        return [] if wanted.isdisjoint(self.where) else [row for row in self.rows() if row[0] in wanted]


class Batch:
    """The kept values of one batch."""

    def __init__(self, connection: Connection, number: int) -> None:
        self.number, self.places = number, places_of(connection, number)
        self.some = [*_alone(connection, number), *_together(connection, number)]

    def address(self, where: Any) -> Address:
        """Where a row stands in its file."""
        return self.places.at(where) if self.places and isinstance(where, int) else _address(where)

    def theirs(self, lines: set[Address]) -> Theirs:
        """What of it is of a person, whose lines are known."""
        wanted = {*lines, *(self.places.rows(lines) if self.places else ())}
        mine = [some.among(wanted) for some in self.some]
        kept = {self.address(where): raw for rows in mine for where, raw in rows}
        return Theirs(lines, sorted(kept), {(place[2], raw) for place, raw in kept.items()}, self._own(mine))

    def _own(self, mine: list[list[tuple[Any, str]]]) -> frozenset[str]:
        """The values of some rows that no other row holds."""
        values: defaultdict[str, set[str]] = defaultdict(set)
        for cell in (cell for rows in mine for _, raw in rows for cell in json.loads(raw)):
            values[fold(cell)].add(cell)
        values.pop("", None)
        for some, rows in zip(self.some, mine, strict=True):
            own = some.joined(raw for _, raw in rows)
            for value, cells in list(values.items()):
                if any(_held(some, own, cell) for cell in cells):
                    del values[value]
            ours = {where for where, _ in rows}
            for where, raw in Hints.of(values).among(some.text, some.rows()):
                for value in values.keys() & set(map(fold, json.loads(raw))) if where not in ours else ():
                    del values[value]
        return frozenset(values)


class Looking:
    """Looks for one person. `users`: they, and who was merged into them; `versions`: what they have."""

    def __init__(self, c: Connection, person: Person, users: Collection[int], versions: Collection[int]) -> None:
        self.c, self.person, self.users, self.versions = c, person, users, versions
        ledger = tables.ledger.c
        statement = select(ledger.batch_id, *(ledger[name] for name in PLACE))
        self._pointing: defaultdict[int, set[Address]] = defaultdict(set)
        for number, *place in rows_in(c, statement, ledger.version_id, versions):
            self._pointing[number].add(_address(place))

    def through(self, number: int, *, by_id: bool) -> Theirs:
        """What of a batch is theirs; `by_id`: whether its users are matched by their User IDs."""
        batch = Batch(self.c, number)
        lines = set(self._pointing[number])
        if batch.places:
            lines |= set(map(batch.address, batch.places.saying(self.versions)))
        doubtful = by_id and self.person.external_id.isdecimal()
        strangers = self._strangers(number) if doubtful else set()
        for some in batch.some:
            for where, raw in self.person.hints.among(some.text, some.rows()):
                # What is in a block has resolved to somebody, whatever other number is in it.
                other = doubtful and (isinstance(where, int) or where in strangers)
                if self.person.in_cells(json.loads(raw), by_id=by_id and not other):
                    lines.add(batch.address(where))
        return batch.theirs(lines) if lines else Theirs(lines, [], set(), frozenset())

    def _strangers(self, number: int) -> set[Address]:
        """Rows in no block that resolved to somebody else."""
        ledger, reject = tables.ledger.c, tables.rejects.c
        others = ((ledger, ledger.version_id.is_not(None)), (reject, reject.user_id.not_in(self.users)))
        asked = (select(*(row[name] for name in PLACE)).where(known, row.batch_id == number) for row, known in others)
        return {_address(row) for statement in asked for row in self.c.execute(statement)}


def _alone(connection: Connection, number: int) -> Iterator[Some]:
    values = tables.ledger_values.c
    asked = select(*(values[name] for name in PLACE), values.raw).where(values.batch_id == number)
    kept = connection.execute(asked).all()
    for first in range(0, len(kept), TOGETHER):
        rows = kept[first : first + TOGETHER]
        raws = [row.raw for row in rows]
        yield Some([_address(row[:3]) for row in rows], "\n".join(raws), partial(list, raws), json.dumps)


def _together(connection: Connection, number: int) -> Iterator[Some]:
    for part in parts_of(connection, [number]):
        yield Some(part.rows, part.text(), part.raws, _twice)


def _twice(text: str) -> str:
    """As text in an array of texts that are JSON themselves."""
    return json.dumps(json.dumps(text))[1:-1]


def _address(place: Sequence[int]) -> Address:
    sheet, line, piece = place
    return sheet, line, piece


def _held(some: Some, own: str, cell: str) -> bool:
    """Whether a cell is surely in a text more often than in that of some of its rows."""
    if cell.startswith(","):  # between the marks of two cells
        return False
    written = some.written(cell)
    return some.text.count(written) > own.count(written)
