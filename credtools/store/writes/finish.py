"""Finish: a judged batch becomes credentials, ledger, rejects, event and receipt, in one transaction.

Python has classified the rows against what it read; the database guards: the lookups must not have changed, each
credential's counter must be the one that was read, and only one batch may hold the key (sha256, part, judgement).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credtools.errors import MovedError, RegistryError
from credtools.model import Counts, Receipt
from credtools.store import tables
from credtools.store.transaction import CHUNK, Write, require_waiting, write
from credtools.store.values import Finish
from credtools.store.writes.drafts import note_run
from credtools.store.writes.ledger import write_ledger
from credtools.store.writes.media import link_staged
from credtools.store.writes.rejects import write_rejects
from credtools.store.writes.versions import write_versions


def finish(engine: Engine, value: Finish) -> Receipt:
    """Writes the batch and returns its receipt, or replays the receipt of the batch that was judged equally before.

    Raises MovedError when lookups or stored versions have changed since they were read (nothing is written; review
    again and repeat), RegistryError when the batch isn't a draft or held, UnknownOutcomeError.
    """
    with write(engine) as work:
        batch = work.batch(value.batch_id)
        if batch.state == "finished" and batch.judgement == value.judgement:
            # Another run has continued the same held batch; its receipt is ours.
            work.event("replay", value.by, batch.id, attempt=value.attempt_id, replays=batch.id)
            return replace(stored_receipt(batch), replayed=True)
        require_waiting(batch)
        earlier = _take_key(work, value, batch)
        if earlier is not None:
            return _replay(work, value, earlier)
        if batch.revision != value.revision:
            raise MovedError("lookups_changed")
        _require_open(work, value.answers)
        work.find_free(tables.credential_versions, tables.credentials, tables.rejects)
        version_ids, versions = write_versions(work, value)
        ledger = write_ledger(work, value, version_ids)
        write_rejects(work, value, batch.source_id)
        if batch.staged:
            link_staged(work, batch.id, batch.id, value.by)
        return _write_receipt(work, value, batch, ledger, versions)


def _take_key(work: Write, value: Finish, batch: Row[Any]) -> int | None:
    """Takes the batch key; returns the finished batch that already holds it and still stands whole, or None."""
    keys = tables.batch_keys
    key = {"sha256": batch.sha256, "part": batch.part, "judgement": value.judgement}
    insert = (postgresql if work.connection.dialect.name == "postgresql" else sqlite).insert
    taken = work.execute(
        insert(keys).values(**key, batch_id=batch.id).on_conflict_do_nothing().returning(keys.c.batch_id)
    ).scalar()
    if taken is not None:
        return None
    same_key = [keys.c[name] == part_of_key for name, part_of_key in key.items()]
    earlier = int(work.execute(select(keys.c.batch_id).where(*same_key)).scalar_one())
    version, reject = tables.credential_versions.c, tables.rejects.c
    fallen = (
        select(func.count())
        .select_from(tables.ledger.join(tables.credential_versions))
        .where(tables.ledger.c.batch_id == earlier, ~version.stands | version.salt.is_(None))
    )
    nobodys = select(func.count()).where(
        reject.batch_id == earlier, reject.state == "open", reject.record_digest.is_(None)
    )
    if not any(work.execute(count).scalar() for count in (fallen, nobodys)):
        return earlier
    work.execute(update(keys).where(*same_key).values(batch_id=batch.id))
    return None


def _replay(work: Write, value: Finish, earlier: int) -> Receipt:
    gone = {"state": "discarded", "follows_id": earlier, "rows": 0, "waiting": 0}
    work.change(tables.batches.c.id, [value.batch_id], **gone)
    work.event("replay", value.by, value.batch_id, attempt=value.attempt_id, replays=earlier)
    link_staged(work, value.batch_id, earlier, value.by)
    batch = work.batch(earlier)
    _note_run(work, value, batch)
    return replace(stored_receipt(batch), replayed=True)


def _require_open(work: Write, rejects: Iterable[int]) -> None:
    """Raises RegistryError unless all these rejects are still open."""
    reject = tables.rejects.c
    wanted = sorted(set(rejects))
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        still = work.execute(select(reject.id).where(reject.id.in_(some), reject.state == "open")).all()
        if len(still) < len(some):
            raise RegistryError("rejects_settled")


def _write_receipt(work: Write, value: Finish, batch: Row[Any], ledger: str, versions: str) -> Receipt:
    """`ledger`, `versions`: the digests of what was written, which the event chains."""
    judged = {
        "recipe": value.recipe_fingerprint,
        "schema": value.schema_fingerprint,
        "judgement": value.judgement,
        "sha256": batch.sha256,
    }
    counts = value.changes.counts.as_dict()
    facts = {"counts": counts, "ledger": ledger, "versions": versions, **judged}
    seq = work.event("finish", value.by, batch.id, attempt=value.attempt_id, **facts)
    receipt = {**judged, "audit_seq": seq, "audit_head": work.hash}
    stored = {name: count for name, count in counts.items() if name != "accepted"}
    work.change(
        tables.batches.c.id,
        [batch.id],
        state="finished",
        judgement=value.judgement,
        schema_fingerprint=value.schema_fingerprint,
        recipe_text=value.recipe_text,
        recipe_fingerprint=value.recipe_fingerprint,
        finished_by=value.by,
        finished_at=work.at,
        today=value.today,
        receipt=json.dumps(receipt, sort_keys=True),
        **stored,
    )
    _note_run(work, value, batch)
    return Receipt(batch=batch.id, file=batch.file_name, counts=value.changes.counts, **receipt)


def _note_run(work: Write, value: Finish, batch: Row[Any]) -> None:
    verdict = "partial" if value.changes.counts.rejected else "ok"
    note_run(work, batch.source_id, batch.id, verdict, batch.file_name, value.statistics)


def settled(engine: Engine, batch_id: int, judgement: str) -> bool:
    """Whether a batch was finished by this judgement, after a COMMIT that went unanswered.

    Raises RegistryError when that can't be found out.
    """
    with write(engine) as work:  # waits at the audit head until the server has ended the lost transaction
        batch = work.batch(batch_id)
        return (batch.state, batch.judgement) == ("finished", judgement)


def stored_receipt(batch: Any) -> Receipt:
    """The receipt of a finished batch, from its row."""
    counts = Counts(*(getattr(batch, name) for name in Counts.__dataclass_fields__))
    return Receipt(batch=batch.id, file=batch.file_name, counts=counts, **json.loads(batch.receipt))
