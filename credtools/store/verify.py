"""Verify: whether the history in the database still is what the receipts have printed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.blobs import Blobs
from credtools.store.digests import content_text, ledger_digest, media_digest, salted_digest, versions_digest
from credtools.store.engine import GENESIS, snapshot
from credtools.store.erased import Erased, number_token
from credtools.store.reads.media import erased_blobs, referenced_blobs
from credtools.store.transaction import chain


def verify(engine: Engine, blobs: Blobs) -> list[str]:
    """What doesn't agree, as whole sentences; an empty list when everything does.

    Checked: the chain of events up to the head; per batch its file, state and key; per finished batch its ledger,
    versions, values, counts and receipt against the chain; decisions against versions; one reject per rejected row;
    media against the chain, and their files in the folder of blobs; that exactly what was erased is blank.
    Raises RegistryError when the database can't be reached.
    """
    problems: list[str] = []
    try:
        with snapshot(engine) as connection:
            problems += _database(connection)
            _history(connection, problems)
            referenced = referenced_blobs(connection)
        problems += blobs.problems(referenced)  # outside: hours of reading must not hold the snapshot
        problems += blobs.remains(erased_blobs(engine))
    except (RegistryError, ValueError) as problem:  # ValueError: a stored value that is none of its kind
        if isinstance(problem, RegistryError) and engine.dialect.name != "sqlite":
            raise  # a server that can't be reached; a file that can't be read is damaged
        problems.append(f"The rest can't be read: {problem}")
    return problems


def _history(connection: Connection, problems: list[str]) -> None:
    events, chain_problems = _events(connection)
    problems += chain_problems
    by_batch = {(event["kind"], event["batch"]): event for event in events}
    finished = {batch for kind, batch in by_batch if kind == "finish"}
    erased = Erased.by(events)
    for batch in connection.execute(select(tables.batches).order_by(tables.batches.c.id)):
        problems += _batch(connection, batch, by_batch, erased)
        finished.discard(batch.id)
    problems += [f"Batch {batch} is in the events, but not in the table of batches." for batch in sorted(finished)]
    problems += erased.problems(connection)
    problems += _decisions(connection, events)
    problems += _media(connection, events)
    problems += _keys(connection)
    problems += _heads(connection)


def _database(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    answer = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    problems = [] if answer == "ok" else [f"SQLite finds the file damaged: {answer}."]
    return problems + ([f"{len(broken)} references point to rows that aren't there."] if broken else [])


def _events(connection: Connection) -> tuple[list[dict[str, Any]], list[str]]:
    problems: list[str] = []
    bodies: list[dict[str, Any]] = []
    expected = GENESIS
    seq = 0
    for row in connection.execute(select(tables.events).order_by(tables.events.c.seq)):
        seq += 1
        if row.seq != seq:
            return bodies, [*problems, f"Event {seq} is missing from the chain."]
        follows, expected = row.previous == expected, row.hash
        if not follows or row.hash != chain(row.previous, row.text):
            problems.append(f"Event {seq} isn't what was chained.")
            continue  # whatever it says now is worth nothing
        try:
            body = json.loads(row.text)
        except ValueError:
            problems.append(f"The text of event {seq} can't be read.")
            continue
        columns = {"seq": row.seq, "kind": row.kind, "batch": row.batch_id}
        if not isinstance(body, dict) or {name: body.get(name) for name in columns} != columns:
            problems.append(f"The columns of event {seq} contradict its text.")
            continue
        bodies.append(body | {"hash": row.hash})
    head = connection.execute(select(tables.audit_head)).one_or_none()
    if head is None or (head.seq, head.hash) != (seq, expected):
        problems.append(f"The audit head isn't the end of the chain (event {seq}).")
    return bodies, problems


def _batch(
    connection: Connection, batch: Any, by_batch: dict[tuple[str, int], dict[str, Any]], erased: Erased
) -> list[str]:
    name = f"Batch {batch.id}"
    problems = _file(connection, batch.sha256)
    upload, event = by_batch.get(("upload", batch.id)), by_batch.get(("finish", batch.id))
    if upload is None or (upload["by"], upload["sha256"]) != (batch.uploaded_by, batch.sha256):
        problems.append(f"{name} has another uploader or file than its event.")
    if (batch.state == "undone") != (("undo", batch.id) in by_batch):
        problems.append(f"{name} is {batch.state}, which its events contradict.")
    ledger = connection.execute(
        select(tables.ledger).where(tables.ledger.c.batch_id == batch.id).order_by(tables.ledger.c.line)
    ).all()
    if batch.state not in ("finished", "undone"):
        problems += [f"{name} is {batch.state}, but has a ledger."] if ledger else []
        return problems + ([f"{name} is {batch.state}, but was finished by an event."] if event else [])
    if event is None:
        return [*problems, f"{name} is {batch.state}, but no event says so."]
    columns = ([getattr(row, k) for row in ledger] for k in ("line", "verdict", "codes", "version_id", "digest"))
    if ledger_digest(*columns) != event["ledger"]:
        problems.append(f"The ledger of batch {batch.id} isn't what was chained.")
    if batch.judgement != event["judgement"] or batch.sha256 != event["sha256"]:
        problems.append(f"{name} has another file or judgement than its event.")
    problems += _counts(batch, ledger, event)
    problems += _values(connection, batch.id, {row.line: row.digest for row in ledger}, erased)
    problems += _versions(connection, batch, event, erased)
    rejected = {row.line for row in ledger if row.verdict == "rejected"}
    followed = select(tables.rejects.c.line).where(tables.rejects.c.batch_id == batch.id)
    if set(connection.execute(followed).scalars()) != rejected:
        problems.append(f"The rejected rows of batch {batch.id} aren't the rejects that are followed.")
    printed = {name: event[name] for name in ("sha256", "recipe", "schema", "judgement")}
    printed |= {"audit_seq": event["seq"], "audit_head": event["hash"]}
    if batch.receipt != json.dumps(printed, sort_keys=True):
        problems.append(f"The receipt of batch {batch.id} isn't the one that was printed.")
    return problems


def _counts(batch: Any, ledger: Sequence[Any], event: dict[str, Any]) -> list[str]:
    chained = event["counts"]
    found = {"new": "new", "new_version": "new_versions", "older": "older", "unchanged": "unchanged"}
    found["rejected"] = "rejected"
    for verdict, count in found.items():
        actual = sum(row.verdict == verdict for row in ledger)
        if not actual == chained[count] == getattr(batch, count):
            return [f"The counts of batch {batch.id} don't add up for {verdict!r}: {actual} in the ledger."]
    return [] if batch.rows == len(ledger) == chained["rows"] else [f"Batch {batch.id} has lost or gained rows."]


def _values(connection: Connection, batch_id: int, digests: dict[int, bytes], erased: Erased) -> list[str]:
    """Raw values must be those that were digested; only those that were erased may, and must, be gone."""
    values = tables.ledger_values
    there = set()
    for row in connection.execute(select(values).where(values.c.batch_id == batch_id)):
        if salted_digest(row.salt, row.raw) != digests.get(row.line):
            return [f"The values of line {row.line} of batch {batch_id} aren't those that were uploaded."]
        there.add(row.line)
    wrong = sorted((digests.keys() - there) ^ (erased.lines.get(batch_id, set()) & digests.keys()))
    return [f"Whether line {wrong[0]} of batch {batch_id} is erased contradicts the events."] if wrong else []


def _versions(connection: Connection, batch: Any, event: dict[str, Any], erased: Erased) -> list[str]:
    batch_id = batch.id
    version, credential = tables.credential_versions, tables.credentials
    rows = connection.execute(
        select(version, credential.c.user_id, credential.c.type_id, credential.c.number.label("number_key"))
        .join(credential, credential.c.id == version.c.credential_id)
        .where(version.c.batch_id == batch_id)
        .order_by(version.c.id)
    ).all()
    columns = ([getattr(row, k) for row in rows] for k in ("id", "credential_id", "line", "decision", "digest"))
    if versions_digest(*columns) != event["versions"]:
        return [f"The credentials of batch {batch_id} aren't those that were chained."]
    if any(row.stands != (batch.state == "finished") for row in rows):
        return [f"Batch {batch_id} is {batch.state}, but not all of its credentials are."]
    for row in rows:
        said = (row.issue_date, row.expiration_date, row.number, row.own)
        blank = row.salt is None
        if blank != (row.id in erased.versions) or (blank and (said, row.number_key) not in _blanks(row.credential_id)):
            return [f"Whether the credential on line {row.line} of batch {batch_id} is erased contradicts the events."]
        if blank:
            continue
        text = content_text((row.user_id, row.type_id, row.number_key), said)
        if salted_digest(row.salt, text) != row.digest:
            return [f"The credential on line {row.line} of batch {batch_id} isn't the one that was uploaded."]
    return []


def _blanks(credential_id: int) -> list[tuple[tuple[Any, ...], str]]:
    """What an erased version, and the number of its credential, may look like."""
    return [((None, None, "", "{}"), number) for number in ("", number_token(credential_id))]


def _file(connection: Connection, sha256: str) -> list[str]:
    content = connection.execute(
        select(tables.source_files.c.content).where(tables.source_files.c.sha256 == sha256)
    ).scalar()
    if content is not None and hashlib.sha256(content).hexdigest() != sha256:
        return [f"The stored bytes of the file {sha256[:16]}… aren't those that were uploaded."]
    return []


def _decisions(connection: Connection, events: list[dict[str, Any]]) -> list[str]:
    """Each version's decision must be the last one that was chained; each chained one must be recorded."""
    uploaders = {event["batch"]: event["by"] for event in events if event["kind"] == "upload"}
    last: dict[int, tuple[Any, ...]] = {}
    again: dict[int, str] = {}  # who resubmitted a version
    chained: dict[int, str] = {}
    for event in events:
        for version_id in event["versions"] if event["kind"] in ("decide", "resubmit") else ():
            if event["kind"] == "resubmit":
                again[version_id] = event["by"]
                chained.pop(version_id, None)
            else:
                uploader = again.get(version_id, uploaders.get(event["batch"]))
                last[version_id] = (event["decision"], event["seq"], event["by"], uploader)
                chained[version_id] = event["decision"]
    version, decision = tables.credential_versions, tables.decisions
    stored = dict(
        connection.execute(
            select(version.c.id, version.c.decision).where(version.c.decision.in_(("approved", "declined")))
        ).all()
    )
    recorded = {
        row.version_id: (row.decision, row.event_seq, row.decided_by, row.uploaded_by)
        for row in connection.execute(select(decision).order_by(decision.c.id))
    }
    problems = []
    if stored != chained:
        wrong = sorted(set(stored.items()) ^ set(chained.items()))
        problems.append(f"The decision on version {wrong[0][0]} was not made by any event.")
    if recorded != last:
        problems.append("The recorded decisions aren't those that were chained.")
    return problems


def _media(connection: Connection, events: list[dict[str, Any]]) -> list[str]:
    """Each link must be one that was chained, and so must each batch's switch."""
    media, blob, batch = tables.media, tables.blobs, tables.batches.c
    columns = (media.c.id, media.c.version_id, media.c.sha256, blob.c.media_type, media.c.added_by, media.c.removed_at)
    rows = {row.id: row for row in connection.execute(select(*columns).join(blob, blob.c.sha256 == media.c.sha256))}
    problems = []
    for event in events:
        if event["kind"] == "media":
            ids = range(event["first"], event["first"] + event["count"])
            linked = [rows.pop(k) for k in ids if k in rows]
            names = ("id", "version_id", "sha256", "media_type", "added_by")
            digest = media_digest(*([getattr(row, name) for row in linked] for name in names))
            if digest != event["links"] or any(row.removed_at for row in linked):
                problems.append(f"The media of batch {event['batch']} aren't those that event {event['seq']} added.")
    if rows:
        problems.append(f"{len(rows):,} media were not added by any event.")
    last = {event["batch"]: event["optional"] for event in events if event["kind"] == "media_switch"}
    for number, optional in connection.execute(select(batch.id, batch.media_optional).order_by(batch.id)):
        if optional != last.get(number):
            problems.append(f"Whether media are optional in batch {number} was not decided by any event.")
    return problems


def _keys(connection: Connection) -> list[str]:
    """Each finished batch must be known by its key, or its file would go in twice."""
    batch, key = tables.batches.c, tables.batch_keys.c
    same = (key.sha256 == batch.sha256) & (key.part == batch.part) & (key.judgement == batch.judgement)
    unknown = connection.execute(
        select(batch.id)
        .select_from(tables.batches.outerjoin(tables.batch_keys, same))
        .where(batch.state == "finished", key.batch_id.is_(None))
        .order_by(batch.id)
    ).scalars()
    return [f"The key of batch {number} is missing, so its file could go in twice." for number in unknown]


def _heads(connection: Connection) -> list[str]:
    """The head of each credential must be its newest standing version."""
    version, credential = tables.credential_versions, tables.credentials
    ranked = select(
        version.c.id,
        version.c.credential_id,
        func.row_number()
        .over(
            partition_by=version.c.credential_id,
            order_by=(version.c.issue_date.desc().nulls_last(), version.c.id.desc()),
        )
        .label("place"),
    ).where(version.c.stands)
    newest = ranked.subquery()
    wrong = connection.execute(
        select(func.count())
        .select_from(credential.outerjoin(newest, (newest.c.credential_id == credential.c.id) & (newest.c.place == 1)))
        .where(credential.c.head_version_id.is_distinct_from(newest.c.id))
    ).scalar()
    return [f"{wrong} credentials don't point to their newest version."] if wrong else []
