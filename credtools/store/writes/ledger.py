"""The ledger of a finishing batch: what became of each row."""

from __future__ import annotations

from credtools.store import tables
from credtools.store.digests import ledger_digest, salted_digest, salts
from credtools.store.transaction import Write
from credtools.store.values import Finish


def write_ledger(work: Write, value: Finish, version_ids: dict[int, int]) -> str:
    """Writes what became of each row; returns the digest over all of it, which the event chains."""
    changes = value.changes
    places = zip(range(len(value.line)), changes.equals, changes.repeats, strict=True)
    versions = [version_ids.get(row) or equal or version_ids.get(-1 if k is None else k) for row, equal, k in places]
    fresh = salts(len(value.line))
    digests = [salted_digest(salt, raw) for salt, raw in zip(fresh, value.raw, strict=True)]
    place = {"batch_id": value.batch_id, "line": value.line}
    said = {"verdict": changes.verdict, "codes": value.codes, "version_id": versions, "digest": digests}
    work.insert(tables.ledger, place | said)
    work.insert(tables.ledger_values, place | {"salt": fresh, "raw": value.raw})
    return ledger_digest(value.line, changes.verdict, value.codes, versions, digests)
