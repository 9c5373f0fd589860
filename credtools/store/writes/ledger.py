"""The ledger of a finishing batch: what became of each of its rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from credtools.store import tables
from credtools.store.blocks import BlockRow, packed
from credtools.store.digests import KIND, ledger_digest, salted_digest, salts
from credtools.store.transaction import Write
from credtools.store.values import ADDRESS, Finish


def write_ledger(work: Write, value: Finish, version_ids: dict[int, int]) -> str:
    """Writes what became of each row, the unchanged ones as a block; returns the digest of it, which is chained."""
    changes = value.changes
    rows = range(len(value.line))
    speaks = zip(rows, changes.equals, changes.repeats, strict=True)
    versions = [version_ids.get(row) or equal or version_ids.get(-1 if k is None else k) for row, equal, k in speaks]
    fresh = salts(len(rows))
    digests = [salted_digest(salt, raw) for salt, raw in zip(fresh, value.raw, strict=True)]
    together = [changes.verdict[row] == "unchanged" and row not in changes.rules for row in rows]
    addresses = zip(value.sheet, value.line, value.piece, strict=True)
    every = zip(together, addresses, versions, digests, fresh, value.raw, strict=True)
    block = [BlockRow(address, version or 0, *more) for one, address, version, *more in every if one]
    alone = [row for row in rows if not together[row]]
    place: dict[str, Any] = {name: [getattr(value, name)[row] for row in alone] for name in ADDRESS}
    said: dict[str, Any] = {
        "verdict": [changes.verdict[row] for row in alone],
        "codes": [value.codes[row] for row in alone],
        "rule": [changes.rules.get(row) or value.rules.get(row) for row in alone],
        "version_id": [versions[row] for row in alone],
        "digest": [digests[row] for row in alone],
    }
    work.insert(tables.ledger, {"batch_id": value.batch_id} | place | said)
    raw = {"salt": [fresh[row] for row in alone], "raw": [value.raw[row] for row in alone]}
    work.insert(tables.ledger_values, {"batch_id": value.batch_id} | place | raw)
    if not block:
        return ledger_digest(place | said, kind=KIND)
    row, values = packed(value.batch_id, block)
    work.execute(insert(tables.ledger_blocks).values(**row))
    work.connection.execute(insert(tables.ledger_block_values), values)
    return ledger_digest(place | said, (row["rows"], row["digests"]), kind=KIND)
