"""Finish: a judged batch becomes credentials, ledger, rejects, event and receipt, in one transaction.

Python has classified the rows against what it read; the database guards: the lookups and the last batch of the source
must not have changed, each credential's counter must be the one that was read, and only one batch may hold the key
(source, sha256, part, judgement, the source's last batch before it).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from sqlalchemy import Engine, Row, func, select

from credtools.errors import MovedError, RegistryError
from credtools.model import SAYING, Counts, Receipt
from credtools.store import tables
from credtools.store.digests import KIND
from credtools.store.reads.asking import ask
from credtools.store.reads.sources import seen
from credtools.store.transaction import CHUNK, Write, require_waiting, write
from credtools.store.values import Finish
from credtools.store.writes.acts import write_acts
from credtools.store.writes.drafts import note_run
from credtools.store.writes.ledger import write_ledger
from credtools.store.writes.media import link_staged
from credtools.store.writes.parts import settle_parts
from credtools.store.writes.rejects import write_rejects
from credtools.store.writes.versions import move_replaced, write_versions
from credtools.store.writes.words import rebuild, write_words


def finish(engine: Engine, value: Finish) -> Receipt:
    """Writes the batch and returns its receipt, or replays the receipt of the batch that was judged equally before.

    Raises MovedError when lookups or stored versions have changed since they were read (nothing is written; review
    again and repeat), RegistryError when the batch isn't a draft or held, UnknownOutcomeError.
    """
    with write(engine) as work:
        ask(work.connection, value.people)
        batch = work.batch(value.batch_id)
        if batch.state == "finished" and batch.judgement == value.judgement:
            # Another run has continued the same held batch; its receipt is ours.
            work.event("replay", value.by, batch.id, attempt=value.attempt_id, replays=batch.id)
            return replace(stored_receipt(batch), replayed=True)
        require_waiting(batch)
        sources = value.sources
        previous, history = value.previous, value.history
        if work.seq != value.seen:
            previous, history = seen(work.connection, sources)
        if history != value.history:  # perhaps other sources belong to it by now
            raise MovedError("versions_changed")
        if (earlier := _replayed(work, value, batch, sources, previous)) is not None:
            return _replay(work, value, earlier)
        if batch.revision != value.revision:
            raise MovedError("lookups_changed")
        if previous != value.previous:
            raise MovedError("versions_changed")
        _take_key(work, value, batch, sources[0])
        _require_open(work, value.answers)
        work.find_free(tables.credential_versions, tables.credentials, tables.rejects)
        version_ids, credential_ids, versions = write_versions(work, value)
        ledger = write_ledger(work, value, version_ids)
        write_words(work, value, sources[0], version_ids, credential_ids)
        spoken = {one.credential_id for one in value.changes.words if one.credential_id is not None}
        move_replaced(work, tables.credential_versions.c.credential_id, spoken)
        write_rejects(work, value, batch.source_id, sources)
        if batch.staged:
            link_staged(work, batch.id, batch.id, value)
        seq, judged = _write_event(work, value, batch, ledger, versions)
        later = [version_ids[one.row] for one in value.changes.writes if one.credential_id is not None]
        write_acts(work, batch.id, value.by, seq, value.changes.acts, later)
        if batch.parts > 1 and (again := settle_parts(work, sources)):  # the last one of its file that had been missing
            rebuild(work, sources, again)
            move_replaced(work, tables.credential_versions.c.credential_id, again)
            work.change(tables.credentials.c.id, again, counter=tables.credentials.c.counter + 1)
        receipt: dict[str, Any] = {**judged, "audit_seq": seq, "audit_head": work.hash}
        work.derive(tables.batches.c.id, batch.id, receipt=json.dumps(receipt, sort_keys=True))
        return Receipt(batch=batch.id, file=batch.file_name, counts=value.changes.counts, **receipt)


def _take_key(work: Write, value: Finish, batch: Row[Any], source_id: int) -> None:
    """Takes the batch key. Raises MovedError when another batch has it: then its receipt is to be replayed."""
    key = {"source_id": source_id, "sha256": batch.sha256, "part": batch.part, "judgement": value.judgement}
    keys = tables.batch_keys
    insert = import_module(f"sqlalchemy.dialects.{work.connection.dialect.name}").insert  # it is loaded; others aren't
    row = insert(keys).values(**key, previous_id=value.previous, batch_id=batch.id)
    if work.execute(row.on_conflict_do_nothing().returning(keys.c.batch_id)).scalar() is None:
        raise MovedError("versions_changed")


def _replayed(work: Write, value: Finish, batch: Row[Any], sources: Sequence[int], previous: int) -> int | None:
    """The finished batch of the source that was judged equally, if this one would change nothing of what it left.

    It must be the source's last one, or nothing may have been said since that this file would take back.
    """
    if not previous:  # none of its batches stands
        return None
    known = tables.batches.c
    same = (known.sha256 == batch.sha256, known.part == batch.part, known.judgement == value.judgement)
    ours = (known.source_id.in_(sources), known.state == "finished")
    earlier = work.execute(select(func.max(known.id)).where(*same, *ours)).scalar()
    if earlier is None or (earlier != previous and value.changes.alters):
        return None
    version, reject, row = tables.credential_versions.c, tables.rejects.c, tables.ledger_rows.c
    fallen = (
        select(func.count())
        .select_from(tables.ledger_rows.join(tables.credential_versions, version.id == row.version_id))
        .where(row.batch_id == earlier, row.verdict.in_(SAYING), ~version.stands | version.salt.is_(None))
    )
    nobodys = select(func.count()).where(
        reject.batch_id == earlier, reject.state == "open", reject.record_digest.is_(None)
    )
    return None if any(work.execute(count).scalar() for count in (fallen, nobodys)) else int(earlier)


def _replay(work: Write, value: Finish, earlier: int) -> Receipt:
    gone = {"state": "discarded", "follows_id": earlier, "rows": 0, "waiting": 0}
    work.change(tables.batches.c.id, [value.batch_id], **gone)
    work.event("replay", value.by, value.batch_id, attempt=value.attempt_id, replays=earlier)
    link_staged(work, value.batch_id, earlier, value)
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


def _write_event(work: Write, value: Finish, batch: Row[Any], ledger: str, versions: str) -> tuple[int, dict[str, Any]]:
    """The event, and what the batch became by it; returns its number, and by what the batch was judged.

    `ledger`, `versions`: the digests of what was written, which the event chains.
    """
    judged = {
        "recipe": value.recipe_fingerprint,
        "schema": value.schema_fingerprint,
        "judgement": value.judgement,
        "sha256": batch.sha256,
    }
    counts = value.changes.counts.as_dict()
    absent = sorted({word.credential_id for word in value.changes.absent})
    how: dict[str, Any] = {"said": value.said, "listing": value.listing, "withdraws": value.withdraws}
    how |= {"absent": json.dumps(absent) if absent else None}
    facts = {"counts": counts, "ledger": ledger, "versions": versions, "digests": KIND, **judged, **how}
    seq = work.event("finish", value.by, batch.id, attempt=value.attempt_id, **facts)
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
        **how,
        **stored,
    )
    _note_run(work, value, batch)
    return seq, judged


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
