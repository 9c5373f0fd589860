"""Blocks: the unchanged rows of a batch with which nothing else is linked, kept as one.

Addresses and versions lie in the clear, as JSON that both databases read (the view `ledger_rows`); raw texts and their
salts lie apart, so that each row's can be erased, some rows at a time: whoever looks for one unpacks no others.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import lt
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from credtools.store import tables
from credtools.store.digests import SALT_BYTES

DIGEST_BYTES = 32
WIDTH = 4  # numbers of a row
BETWEEN = "],["  # rows in the text of their places
TOGETHER = 1_024  # rows whose values are packed as one: more take less room, fewer less time to erase one of them
AT_ONCE = 8  # blocks in the memory
FEW = 50  # rows that are quicker to find one by one
LEVEL = 6  # of zlib's: higher ones gain nothing
Address = tuple[int, int, int]  # sheet, line, piece


class BlockRow(NamedTuple):
    """A row of a block; `raw` is None once it was erased."""

    address: Address
    version_id: int
    digest: bytes
    salt: bytes
    raw: str | None


class Rows(NamedTuple):
    """Where the rows of a block stand, and the versions that they say: column by column, which is quicker to read."""

    sheet: Sequence[int] = ()
    line: Sequence[int] = ()
    piece: Sequence[int] = ()
    version: Sequence[int] = ()

    @classmethod
    def read(cls, text: str) -> Rows:
        """By the text that is stored. Raises ValueError where it is none."""
        numbers = json.loads(f"[{text[2:-2].replace(BETWEEN, ',')}]")
        if len(numbers) != WIDTH * (1 + text.count(BETWEEN)):
            raise ValueError("A row of a block has no place.")
        return cls(*(numbers[k::WIDTH] for k in range(WIDTH)))

    def addresses(self) -> list[Address]:
        """Where each stands."""
        return list(zip(self.sheet, self.line, self.piece, strict=True))


@dataclass(frozen=True)
class Block:
    """A block as it is stored: the text of its places, and its digests; and what is in it, row by row.

    `follow`: whether each part of its values begins where the one before it ends.
    """

    text: str
    digests: bytes
    spoken: Rows
    salts: bytes
    raws: list[str | None]
    follow: bool

    def rows(self) -> list[BlockRow]:
        """Row by row; raises ValueError where it isn't whole."""
        if not self.follow:
            raise ValueError("A part of a block isn't in its place.")
        cut = (self.digests, DIGEST_BYTES), (self.salts, SALT_BYTES)
        digests, salts = ([some[k : k + size] for k in range(0, len(some), size)] for some, size in cut)
        every = zip(self.spoken.addresses(), self.spoken.version, digests, salts, self.raws, strict=True)
        return list(map(BlockRow._make, every))

    def kept(self) -> Iterator[tuple[Address, str]]:
        """Address and raw text of each row that isn't erased."""
        every = zip(self.spoken.addresses(), self.raws, strict=True)
        return ((address, raw) for address, raw in every if raw is not None)

    def agrees(self) -> bool:
        """Whether every row is here, only once, and as it was digested: a quick look, as nearly all blocks are so."""
        here = self.spoken.addresses()
        whole = self.follow and len(here) == len(self.raws) and len(self.salts) == SALT_BYTES * len(self.raws)
        if not whole or None in self.raws or not all(map(lt, here, here[1:])):
            return False
        return self.digests == b"".join(
            sha256(self.salts[k : k + SALT_BYTES] + str(raw).encode()).digest()
            for k, raw in zip(range(0, len(self.salts), SALT_BYTES), self.raws, strict=True)
        )


class Part(NamedTuple):
    """The values of some rows of a block that follow each other, from the `first` (from 0) on."""

    batch_id: int
    first: int
    salts: bytes
    raw: bytes

    @property
    def rows(self) -> range:
        """Which rows of the block these are."""
        return range(self.first, self.first + len(self.salts) // SALT_BYTES)

    def text(self) -> str:
        """The raw texts as the text of a JSON array."""
        return zlib.decompress(self.raw).decode()

    def raws(self) -> list[str | None]:
        return list(json.loads(self.text()))


def packed(batch_id: int, rows: Sequence[BlockRow]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The block and its values, as rows of their tables."""
    places = json.dumps([[*row.address, row.version_id] for row in rows], separators=(",", ":"))
    block = {"batch_id": batch_id, "rows": places, "digests": b"".join(row.digest for row in rows)}
    parts = (rows[first : first + TOGETHER] for first in range(0, len(rows), TOGETHER))
    return block, [
        {"batch_id": batch_id, "first": k * TOGETHER}
        | {"salts": b"".join(row.salt for row in part), "raw": _packed([row.raw for row in part])}
        for k, part in enumerate(parts)
    ]


def _packed(raws: Sequence[str | None]) -> bytes:
    return zlib.compress(json.dumps(raws).encode(), LEVEL)


def block_of(connection: Connection, batch_id: int) -> Block | None:
    """The block of a batch; None where it has none."""
    block = tables.ledger_blocks.c
    found = connection.execute(select(block.rows, block.digests).where(block.batch_id == batch_id)).one_or_none()
    if found is None:
        return None
    parts = list(parts_of(connection, [batch_id]))
    raws = [raw for part in parts for raw in part.raws()]
    salts = b"".join(part.salts for part in parts)
    follow = [part.first for part in parts] == [0, *(part.rows.stop for part in parts[:-1])]
    return Block(found.rows, bytes(found.digests), Rows.read(found.rows), salts, raws, follow)


def parts_of(connection: Connection, batch_ids: Iterable[int]) -> Iterator[Part]:
    """Batch by batch the values of its block, part by part."""
    values = tables.ledger_block_values.c
    asked = select(values.batch_id, values.first, values.salts, values.raw).order_by(values.first)
    for batch_id in batch_ids:
        for number, first, salts, raw in connection.execute(asked.where(values.batch_id == batch_id)).all():
            yield Part(number, first, bytes(salts), bytes(raw))


def places(connection: Connection, batch_ids: Iterable[int]) -> Iterator[tuple[int, Rows]]:
    """Batch by batch the rows of its block."""
    block = tables.ledger_blocks.c
    for batch_id in batch_ids:
        text = connection.execute(select(block.rows).where(block.batch_id == batch_id)).scalar()
        yield batch_id, Rows.read(text) if text else Rows()


class Places:
    """The places of a block as they are stored, where a few are looked for; rows are counted from 0."""

    def __init__(self, text: str) -> None:
        self._text = text

    def at(self, row: int) -> Address:
        """Where a row stands."""
        sheet, line, piece, _ = json.loads(f"[{self._text[2:-2].split(BETWEEN, row + 1)[row]}]")
        return sheet, line, piece

    def version(self, row: int) -> int:
        """The version that a row says."""
        return int(self._text[2:-2].split(BETWEEN, row + 1)[row].rpartition(",")[2])

    def rows(self, here: Collection[Address]) -> list[int]:
        """The rows that stand at some places."""
        if len(here) > FEW:
            return [row for row, address in enumerate(Rows.read(self._text).addresses()) if address in here]
        starts = (self._text.find("[" + ",".join(map(str, address)) + ",") for address in here)
        return [self._text.count(BETWEEN, 0, start + 1) for start in starts if start >= 0]

    def saying(self, version_ids: Iterable[int]) -> Iterator[int]:
        """The rows that say one of some versions."""
        for number in version_ids:
            end = self._text.find(said := f",{number}]")
            while end >= 0:
                yield self._text.count(BETWEEN, 0, end)
                end = self._text.find(said, end + 1)


def places_of(connection: Connection, batch_id: int) -> Places | None:
    """Those of the block of a batch; None where it has none."""
    block = tables.ledger_blocks.c
    text = connection.execute(select(block.rows).where(block.batch_id == batch_id)).scalar()
    return Places(text) if text else None


def places_saying(connection: Connection, version_ids: Collection[int]) -> Iterator[tuple[int, Address]]:
    """Batch and address of all rows in blocks that say one of some versions."""
    block = tables.ledger_blocks.c
    texts = select(block.batch_id, block.rows).order_by(block.batch_id).execution_options(yield_per=AT_ONCE)
    for batch_id, text in connection.execute(texts) if version_ids else ():
        places = Places(text)
        yield from ((batch_id, places.at(row)) for row in places.saying(version_ids))


def raw_values(connection: Connection, batch_id: int) -> Iterator[tuple[Address, str]]:
    """Address and raw text of every row of a batch whose values are kept, alone or in its block."""
    values = tables.ledger_values.c
    alone = select(values.sheet, values.line, values.piece, values.raw).where(values.batch_id == batch_id)
    for sheet, line, piece, raw in connection.execute(alone):
        yield (sheet, line, piece), raw
    if block := block_of(connection, batch_id):
        yield from block.kept()


def erase(connection: Connection, batch_id: int, gone: Collection[Address]) -> None:
    """Blanks the raw texts and salts of those rows that are in the block."""
    values, block = tables.ledger_block_values, places_of(connection, batch_id)
    there = block.rows(set(gone)) if block else []
    for part in parts_of(connection, [batch_id]) if there else ():
        here = [row - part.first for row in there if row in part.rows]
        if not here:
            continue
        raws, salts = part.raws(), bytearray(part.salts)
        for k in here:
            raws[k], salts[k * SALT_BYTES : (k + 1) * SALT_BYTES] = None, bytes(SALT_BYTES)
        this = (values.c.batch_id == batch_id, values.c.first == part.first)
        connection.execute(update(values).where(*this).values(salts=bytes(salts), raw=_packed(raws)))
