"""Finish: a judged batch becomes credentials, ledger, rejects, event and receipt, in one transaction.

Python has classified the rows against what it read; the database guards: the lookups must not have moved, each
credential's counter must be the one that was read, and only one batch may hold the key (sha256, part, judgement).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credtools.errors import MovedError
from credtools.model import Counts, Receipt
from credtools.store import tables
from credtools.store.batches import note_run, require_waiting
from credtools.store.values import Finish
from credtools.store.writing import Write, insert_columns, write

SALT_BYTES = 16
LOOKUP_EVENTS = ("load", "settings")


def finish(engine: Engine, value: Finish) -> Receipt:
    """Writes the batch and returns its receipt, or replays the receipt of the batch that was judged equally before.

    Raises MovedError when lookups or stored versions have moved since they were read (nothing is written; review
    again and repeat), RegistryError when the batch isn't a draft or held, UnknownOutcomeError.
    """
    with write(engine) as work:
        require_waiting(work, value.batch_id)
        earlier = _take_key(work, value)
        if earlier is not None:
            return _replay(work, value, earlier)
        _require_revision(work, value)
        version_ids = _write_versions(work, value)
        ledger_digest = _write_ledger(work, value, version_ids)
        _write_rejects(work, value)
        return _write_receipt(work, value, ledger_digest)


def _take_key(work: Write, value: Finish) -> int | None:
    """Takes the batch key; returns the finished batch that already holds it and still stands, or None."""
    keys = tables.batch_keys
    batch = tables.batches.c
    sha256, part = work.connection.execute(select(batch.sha256, batch.part).where(batch.id == value.batch_id)).one()
    key = {"sha256": sha256, "part": part, "judgement": value.judgement}
    insert = (postgresql if work.connection.dialect.name == "postgresql" else sqlite).insert
    taken = work.connection.execute(
        insert(keys).values(**key, batch_id=value.batch_id).on_conflict_do_nothing().returning(keys.c.batch_id)
    ).scalar()
    if taken is not None:
        return None
    same_key = [keys.c[name] == part_of_key for name, part_of_key in key.items()]
    earlier = int(work.connection.execute(select(keys.c.batch_id).where(*same_key)).scalar_one())
    fallen = work.connection.execute(
        select(func.count())
        .select_from(tables.ledger.join(tables.credential_versions))
        .where(tables.ledger.c.batch_id == earlier, ~tables.credential_versions.c.stands)
    ).scalar()
    if not fallen:
        return earlier
    work.connection.execute(update(keys).where(*same_key).values(batch_id=value.batch_id))
    return None


def _replay(work: Write, value: Finish, earlier: int) -> Receipt:
    work.connection.execute(
        update(tables.batches)
        .where(tables.batches.c.id == value.batch_id)
        .values(state="discarded", follows_id=earlier, rows=0, waiting=0)
    )
    work.event("replay", value.by, value.batch_id, replays=earlier)
    row = work.connection.execute(select(tables.batches).where(tables.batches.c.id == earlier)).one()
    _note_run(work, row, value)
    return replace(stored_receipt(row), replayed=True)


def _require_revision(work: Write, value: Finish) -> None:
    if revision(work.connection) != value.revision:
        raise MovedError(
            "Users, types or settings have changed since the rows were checked; nothing was written. Review the batch "
            "again."
        )


def revision(connection: Any) -> int:
    """The number of the last event that changed users, types or settings."""
    moved = select(func.max(tables.events.c.seq)).where(tables.events.c.kind.in_(LOOKUP_EVENTS))
    return int(connection.execute(moved).scalar() or 0)


# --- versions -----------------------------------------------------------------------------------------------


def _write_versions(work: Write, value: Finish) -> dict[int, int]:
    """Writes credentials and versions; returns the version id of each accepted row."""
    credential_ids = _write_credentials(work, value)
    first = work.next_id(tables.credential_versions)
    ids = list(range(first, first + len(value.row)))
    salts = _salts(len(ids))
    contents = zip(
        *(value.user_id, value.type_id, value.number_key),
        *(value.issue_date, value.expiration_date, value.number, value.own),
        strict=True,
    )
    digests = [_digest(salt, content_text(*content)) for salt, content in zip(salts, contents, strict=True)]
    insert_columns(
        work.connection,
        tables.credential_versions,
        {
            "id": ids,
            "credential_id": credential_ids,
            "batch_id": [value.batch_id] * len(ids),
            "line": [value.line[row] for row in value.row],
            "issue_date": value.issue_date,
            "expiration_date": value.expiration_date,
            "number": value.number,
            "own": value.own,
            "decision": value.decision,
            "stands": [True] * len(ids),
            "salt": salts,
            "digest": digests,
        },
    )
    _move_heads(work, sorted(set(credential_ids)))
    return dict(zip(value.row, ids, strict=True))


def content_text(
    user_id: int,
    type_id: int,
    number_key: str,
    issue_date: object,
    expiration_date: object,
    number: str,
    own: str,
) -> str:
    """The text over which a version's digest runs: whose credential it is, and what it says."""
    days = [str(day) if day else None for day in (issue_date, expiration_date)]
    return json.dumps([user_id, type_id, number_key, *days, number, own])


def _write_credentials(work: Write, value: Finish) -> list[int]:
    """The credential of each accepted row: new ones written, the counters of known ones compared and swapped."""
    made: dict[tuple[int, int, str], int] = {}
    known: dict[int, int] = {}
    ids: list[int] = []
    free = work.next_id(tables.credentials)
    keys = zip(value.user_id, value.type_id, value.number_key, strict=True)
    for credential_id, counter, key in zip(value.credential_id, value.counter, keys, strict=True):
        if credential_id is not None:
            known[credential_id] = counter
            ids.append(credential_id)
        else:
            ids.append(made.setdefault(key, free + len(made)))
    columns = dict(zip(("user_id", "type_id", "number"), zip(*made, strict=True), strict=True)) if made else {}
    if made:
        _refuse_taken(work, made)
    insert_columns(
        work.connection,
        tables.credentials,
        {"id": list(made.values()), "counter": [1] * len(made), **columns},
    )
    if known:
        swap = (
            update(tables.credentials)
            .where(
                tables.credentials.c.id == bindparam("known_id"),
                tables.credentials.c.counter == bindparam("seen"),
            )
            .values(counter=tables.credentials.c.counter + 1)
        )
        seen = [{"known_id": k, "seen": counter} for k, counter in known.items()]
        if work.connection.execute(swap, seen).rowcount != len(known):
            raise _moved()
    return ids


def _refuse_taken(work: Write, made: dict[tuple[int, int, str], int]) -> None:
    """A credential that was new when the rows were classified may exist by now."""
    c = tables.credentials.c
    users = sorted({user for user, _, _ in made})
    for start in range(0, len(users), 500):
        some = users[start : start + 500]
        found = work.connection.execute(select(c.user_id, c.type_id, c.number).where(c.user_id.in_(some)))
        if any((user, type_id, number) in made for user, type_id, number in found):
            raise _moved()


def _moved() -> MovedError:
    return MovedError(
        "Somebody else changed some of these credentials in the meantime; nothing was written. Look at the preview "
        "again."
    )


def _move_heads(work: Write, credential_ids: list[int]) -> None:
    """The head of a credential is its newest standing version: by issue date (none first), then arrival."""
    version = tables.credential_versions
    newest = (
        select(version.c.id)
        .where(version.c.credential_id == tables.credentials.c.id, version.c.stands)
        .order_by(version.c.issue_date.desc().nulls_last(), version.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    for start in range(0, len(credential_ids), 500):
        some = credential_ids[start : start + 500]
        work.connection.execute(
            update(tables.credentials).where(tables.credentials.c.id.in_(some)).values(head_version_id=newest)
        )


# --- ledger -------------------------------------------------------------------------------------------------


def _write_ledger(work: Write, value: Finish, version_ids: dict[int, int]) -> str:
    """Writes what became of each row; returns the digest over all of it, which the event chains."""
    rows = range(len(value.line))
    versions = [
        version_ids.get(row) or value.equals[row] or version_ids.get(_first(value.repeats[row])) for row in rows
    ]
    salts = _salts(len(value.line))
    digests = [_digest(salt, raw) for salt, raw in zip(salts, value.raw, strict=True)]
    batch_ids = [value.batch_id] * len(value.line)
    insert_columns(
        work.connection,
        tables.ledger,
        {
            "batch_id": batch_ids,
            "line": value.line,
            "verdict": value.verdict,
            "codes": value.codes,
            "version_id": versions,
            "digest": digests,
        },
    )
    insert_columns(
        work.connection,
        tables.ledger_values,
        {"batch_id": batch_ids, "line": value.line, "salt": salts, "raw": value.raw},
    )
    return ledger_digest(value.line, value.verdict, value.codes, versions, digests)


def ledger_digest(
    line: list[int], verdict: list[str], codes: list[str], version_id: list[int | None], digest: list[bytes]
) -> str:
    """SHA-256 over the ledger of one batch, line by line."""
    whole = hashlib.sha256()
    for row in zip(line, verdict, codes, version_id, (d.hex() for d in digest), strict=True):
        whole.update((" ".join(map(str, row)) + "\n").encode())
    return whole.hexdigest()


def versions_digest(version_id: list[int], credential_id: list[int], line: list[int], digest: list[bytes]) -> str:
    """SHA-256 over the versions that one batch wrote, in the order of their ids."""
    whole = hashlib.sha256()
    for row in zip(version_id, credential_id, line, (d.hex() for d in digest), strict=True):
        whole.update((" ".join(map(str, row)) + "\n").encode())
    return whole.hexdigest()


def _first(row: int | None) -> int:
    return -1 if row is None else row


def _salts(count: int) -> list[bytes]:
    pool = os.urandom(SALT_BYTES * count)
    return [pool[k * SALT_BYTES : (k + 1) * SALT_BYTES] for k in range(count)]


def _digest(salt: bytes, text: str) -> bytes:
    return hashlib.sha256(salt + text.encode()).digest()


# --- rejects ------------------------------------------------------------------------------------------------


def _write_rejects(work: Write, value: Finish) -> None:
    """Opens a reject per rejected row, and settles the open rejects of this source whose record came again."""
    c = work.connection
    source_id = c.execute(select(tables.batches.c.source_id).where(tables.batches.c.id == value.batch_id)).scalar_one()
    rejects = tables.rejects.c
    still_open = {
        (row.record_digest, row.ordinal): row
        for row in c.execute(
            select(rejects.id, rejects.record_digest, rejects.ordinal, rejects.first_seen)
            .where(rejects.source_id == source_id, rejects.state == "open")
            .order_by(rejects.id)
        )
    }
    again = {
        row: still_open[key]
        for row, key in enumerate(zip(value.record_digest, value.ordinal, strict=True))
        if key in still_open
    }
    rejected = [row for row, verdict in enumerate(value.verdict) if verdict == "rejected"]
    first = work.next_id(tables.rejects)
    ids = {row: first + k for k, row in enumerate(rejected)}
    insert_columns(
        c,
        tables.rejects,
        {
            "id": list(ids.values()),
            "batch_id": [value.batch_id] * len(ids),
            "line": [value.line[row] for row in rejected],
            "source_id": [source_id] * len(ids),
            "record_digest": [value.record_digest[row] for row in rejected],
            "ordinal": [value.ordinal[row] for row in rejected],
            "state": ["open"] * len(ids),
            "first_seen": [again[row].first_seen if row in again else work.at for row in rejected],
            "changed_at": [work.at] * len(ids),
            "changed_by": [value.by] * len(ids),
        },
    )
    _write_reject_errors(work, value, ids)
    changed = {"changed_at": work.at, "changed_by": value.by}
    settle = update(tables.rejects).where(rejects.id == bindparam("reject"))
    fixed = [
        {
            "reject": old.id,
            "state": "fixed",
            "fixed_batch_id": value.batch_id,
            "fixed_line": value.line[row],
            **changed,
        }
        for row, old in again.items()
        if row not in ids
    ]
    superseded = [
        {"reject": old.id, "state": "superseded", "superseded_by": ids[row], **changed}
        for row, old in again.items()
        if row in ids
    ]
    for changes in (fixed, superseded):
        if changes:
            c.execute(settle.values({k: bindparam(k) for k in changes[0] if k != "reject"}), changes)


def _write_reject_errors(work: Write, value: Finish, ids: dict[int, int]) -> None:
    positions: list[int] = []
    last = -1
    for row in value.error_row:
        positions.append(positions[-1] + 1 if row == last else 0)
        last = row
    insert_columns(
        work.connection,
        tables.reject_errors,
        {
            "reject_id": [ids[row] for row in value.error_row],
            "position": positions,
            "code": value.error_code,
            "column_name": value.error_column,
            "heading": value.error_heading,
            "title": value.error_title,
            "value": value.error_value,
            "resolution": value.error_resolution,
            "suggestion": value.error_suggestion,
        },
    )


# --- receipt ------------------------------------------------------------------------------------------------


def _write_receipt(work: Write, value: Finish, ledger: str) -> Receipt:
    c = work.connection
    version = tables.credential_versions.c
    written = c.execute(
        select(version.id, version.credential_id, version.line, version.digest)
        .where(version.batch_id == value.batch_id)
        .order_by(version.id)
    ).all()
    versions = versions_digest(*([row[k] for row in written] for k in range(4)))
    counts = value.counts.as_dict()
    told = {"counts": counts, "judgement": value.judgement, "ledger": ledger, "versions": versions}
    batch = c.execute(select(tables.batches).where(tables.batches.c.id == value.batch_id)).one()
    seq = work.event("finish", value.by, value.batch_id, sha256=batch.sha256, **told)
    receipt = {
        "sha256": batch.sha256,
        "recipe": value.recipe_fingerprint,
        "schema": value.schema_fingerprint,
        "judgement": value.judgement,
        "audit_seq": seq,
        "audit_head": work.hash,
    }
    del counts["accepted"]
    c.execute(
        update(tables.batches)
        .where(tables.batches.c.id == value.batch_id)
        .values(
            state="finished",
            attempt_id=value.attempt_id,
            judgement=value.judgement,
            schema_fingerprint=value.schema_fingerprint,
            recipe_text=value.recipe_text,
            recipe_fingerprint=value.recipe_fingerprint,
            finished_by=value.by,
            finished_at=work.at,
            today=value.today,
            receipt=json.dumps(receipt, sort_keys=True),
            **counts,
        )
    )
    _note_run(work, batch, value)
    return Receipt(batch=value.batch_id, file=batch.file_name, counts=value.counts, **receipt)


def _note_run(work: Write, batch: Any, value: Finish) -> None:
    verdict = "partial" if value.counts.rejected else "ok"
    note_run(work, batch.source_id, batch.id, verdict, batch.file_name, value.statistics)


def stored_receipt(batch: Any) -> Receipt:
    """The receipt of a finished batch, from its row."""
    counts = Counts(*(getattr(batch, name) for name in Counts.__dataclass_fields__))
    return Receipt(batch=batch.id, file=batch.file_name, counts=counts, **json.loads(batch.receipt))
