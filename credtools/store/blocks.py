"""Blocks: the unchanged rows of a batch with which nothing else is linked, kept as one.

Addresses and versions lie in the clear, as JSON that both databases read (the view `ledger_rows`); raw texts and their
salts lie apart, so that each row's can be erased.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from credtools.store import tables
from credtools.store.digests import SALT_BYTES

DIGEST_BYTES = 32
QUICK = 1  # of zlib's levels: most of the gain for a third of the time
Address = tuple[int, int, int]  # sheet, line, piece


class BlockRow(NamedTuple):
    """A row of a block; `raw` is None once it was erased."""

    address: Address
    version_id: int
    digest: bytes
    salt: bytes
    raw: str | None


def packed(batch_id: int, rows: Sequence[BlockRow]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The block and its values, as rows of their tables."""
    places = json.dumps([[*row.address, row.version_id] for row in rows], separators=(",", ":"))
    block = {"batch_id": batch_id, "rows": places, "digests": b"".join(row.digest for row in rows)}
    return block, {"batch_id": batch_id} | _values(rows)


def _values(rows: Sequence[BlockRow]) -> dict[str, Any]:
    raw = zlib.compress(json.dumps([row.raw for row in rows]).encode(), QUICK)
    return {"salts": b"".join(row.salt for row in rows), "raw": raw}


def block_of(connection: Connection, batch_id: int) -> list[BlockRow]:
    """The rows of a batch's block, in the order of the file; none where it has no block."""
    block, values = tables.ledger_blocks, tables.ledger_block_values
    statement = select(block.c.rows, block.c.digests, values.c.salts, values.c.raw).join(values)
    found = connection.execute(statement.where(block.c.batch_id == batch_id)).one_or_none()
    if found is None:
        return []
    cut = (bytes(found.digests), DIGEST_BYTES), (bytes(found.salts), SALT_BYTES)
    digests, salts = ([some[k : k + size] for k in range(0, len(some), size)] for some, size in cut)
    raws = json.loads(zlib.decompress(bytes(found.raw)))
    return [
        BlockRow((sheet, line, piece), version, digest, salt, raw)
        for (sheet, line, piece, version), digest, salt, raw in zip(
            json.loads(found.rows), digests, salts, raws, strict=True
        )
    ]


def places(connection: Connection, batch_ids: Iterable[int]) -> Iterator[tuple[int, list[tuple[int, int, int, int]]]]:
    """Batch by batch the (sheet, line, piece, version) of its block."""
    block = tables.ledger_blocks.c
    for batch_id in batch_ids:
        text = connection.execute(select(block.rows).where(block.batch_id == batch_id)).scalar()
        yield batch_id, [tuple(one) for one in json.loads(text)] if text else []


def raw_values(connection: Connection, batch_ids: Iterable[int] | None = None) -> Iterator[tuple[int, Address, str]]:
    """(batch, address, raw text) of every row whose values are kept, in a block or alone; None: of all batches."""
    values, block = tables.ledger_values.c, tables.ledger_blocks.c
    alone = select(values.batch_id, values.sheet, values.line, values.piece, values.raw)
    if batch_ids is None:
        batch_ids = connection.execute(select(block.batch_id).order_by(block.batch_id)).scalars().all()
    else:
        batch_ids = list(batch_ids)
        alone = alone.where(values.batch_id.in_(batch_ids))
    for batch_id, sheet, line, piece, raw in connection.execute(alone.execution_options(yield_per=10_000)):
        yield batch_id, (sheet, line, piece), raw
    for batch_id in batch_ids:
        yield from ((batch_id, row.address, row.raw) for row in block_of(connection, batch_id) if row.raw is not None)


def erase(connection: Connection, batch_id: int, gone: Collection[Address]) -> set[Address]:
    """Blanks the raw texts and salts of some rows; returns those that were in the block."""
    rows = block_of(connection, batch_id)
    found = {row.address for row in rows} & set(gone)
    if found:
        blank = bytes(SALT_BYTES)
        left = [row._replace(salt=blank, raw=None) if row.address in found else row for row in rows]
        values = tables.ledger_block_values
        connection.execute(update(values).where(values.c.batch_id == batch_id).values(**_values(left)))
    return found
