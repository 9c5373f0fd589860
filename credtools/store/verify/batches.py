"""Verify: each batch must be what its events have chained – file, ledger, values, versions, counts, receipt."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from credtools.model import SAYING, VERDICTS, Line, Place
from credtools.store import tables
from credtools.store.blocks import Address, Block, block_of
from credtools.store.digests import LEDGER, VERSIONS, content_text, ledger_digest, salted_digest, versions_digest
from credtools.store.erased import Erased, number_token
from credtools.store.reads.batches import lines_of


class Ledger(NamedTuple):
    """The ledger of a batch: its rows, and its block."""

    alone: Sequence[Any]
    block: Block | None

    def digests(self) -> dict[Address, bytes]:
        """By address the digest of each row that isn't in the block."""
        return {(row.sheet, row.line, row.piece): row.digest for row in self.alone}

    def said(self) -> set[int]:
        """The versions that its rows say."""
        alone = {row.version_id for row in self.alone if row.verdict in SAYING}
        return alone.union(self.block.spoken.version if self.block else ())


def batch_problems(
    connection: Connection, batch: Any, by_batch: dict[tuple[str, int], dict[str, Any]], erased: Erased, said: set[int]
) -> list[str]:
    """What of a batch isn't as its events say; adds to `said` the versions that it says, if it stands."""
    name = f"Batch {batch.id}"
    problems = _file(connection, batch.sha256)
    upload, event = by_batch.get(("upload", batch.id)), by_batch.get(("finish", batch.id))
    if upload is None or (upload["by"], upload["sha256"]) != (batch.uploaded_by, batch.sha256):
        problems.append(f"{name} has another uploader or file than its event.")
    if (batch.state == "undone") != (("undo", batch.id) in by_batch):
        problems.append(f"{name} is {batch.state}, which its events contradict.")
    ledger = _ledger(connection, batch.id)
    if batch.state not in ("finished", "undone"):
        problems += [f"{name} is {batch.state}, but has a ledger."] if any(ledger) else []
        problems += [f"{name} is {batch.state}, but has a receipt."] if batch.receipt is not None else []
        return problems + ([f"{name} is {batch.state}, but was finished by an event."] if event else [])
    if event is None:
        return [*problems, f"{name} is {batch.state}, but no event says so."]
    said |= ledger.said() if batch.state == "finished" else set()
    if _ledger_digest(ledger, event.get("digests", 1)) != event["ledger"]:
        problems.append(f"The ledger of batch {batch.id} isn't what was chained.")
    if batch.judgement != event["judgement"] or batch.sha256 != event["sha256"]:
        problems.append(f"{name} has another file or judgement than its event.")
    how = {"said": None, "absent": None, "listing": "part", "withdraws": False}
    how |= {name: event[name] for name in how.keys() & event.keys()}
    if any(getattr(batch, name) != chained for name, chained in how.items()):
        problems.append(f"{name} speaks of other columns or credentials than its event says.")
    problems += _counts(batch, ledger, event)
    problems += _values(connection, batch.id, ledger, erased)
    problems += _versions(connection, batch.id, event, erased)
    rejected = {(row.sheet, row.line, row.piece) for row in ledger.alone if row.verdict == "rejected"}
    reject = tables.rejects.c
    followed = select(reject.sheet, reject.line, reject.piece).where(reject.batch_id == batch.id)
    if {tuple(row) for row in connection.execute(followed)} != rejected:
        problems.append(f"The rejected rows of batch {batch.id} aren't the rejects that are followed.")
    printed = {name: event[name] for name in ("sha256", "recipe", "schema", "judgement")}
    printed |= {"audit_seq": event["seq"], "audit_head": event["head"]}
    if batch.receipt != json.dumps(printed, sort_keys=True):
        problems.append(f"The receipt of batch {batch.id} isn't the one that was printed.")
    return problems


def _ledger(connection: Connection, batch_id: int) -> Ledger:
    ledger = tables.ledger.c
    ours = select(tables.ledger).where(ledger.batch_id == batch_id).order_by(ledger.sheet, ledger.line, ledger.piece)
    return Ledger(connection.execute(ours).all(), block_of(connection, batch_id))


def _ledger_digest(ledger: Ledger, kind: int) -> str:
    columns = {name: [getattr(row, name) for row in ledger.alone] for name in LEDGER}
    return ledger_digest(columns, (ledger.block.text, ledger.block.digests) if ledger.block else None, kind=kind)


def _counts(batch: Any, ledger: Ledger, event: dict[str, Any]) -> list[str]:
    chained = event["counts"]
    found = Counter(row.verdict for row in ledger.alone)
    found["unchanged"] += len(ledger.block.spoken.version) if ledger.block else 0
    names = {"new_version": "new_versions"}
    for verdict in VERDICTS:
        count = names.get(verdict, verdict)
        if not found[verdict] == chained.get(count, 0) == getattr(batch, count):
            return [f"The counts of batch {batch.id} don't add up for {verdict!r}: {found[verdict]} in the ledger."]
    rows = sum(found.values())
    return [] if batch.rows == rows == chained["rows"] else [f"Batch {batch.id} has lost or gained rows."]


def _values(connection: Connection, batch_id: int, ledger: Ledger, erased: Erased) -> list[str]:
    """Raw values must be those that were digested; only those that were erased may, and must, be gone."""
    values, digests, block = tables.ledger_values, ledger.digests(), ledger.block
    found: list[tuple[Address, bytes, str]] = []
    gone = erased.places.get(batch_id, set())
    if block and (gone or digests.keys() & {*block.spoken.addresses()} or not block.agrees()):
        digests |= {row.address: row.digest for row in block.rows()}
        found = [(row.address, row.salt, row.raw) for row in block.rows() if row.raw is not None]
    ours = connection.execute(select(values).where(values.c.batch_id == batch_id))
    found += [((row.sheet, row.line, row.piece), row.salt, row.raw) for row in ours]
    for address, salt, raw in found:
        if salted_digest(salt, raw) != digests.get(address):
            line = _line(connection, batch_id, address)
            return [f"The values of line {line} of batch {batch_id} aren't those that were uploaded."]
    wrong = sorted((digests.keys() - {address for address, *_ in found}) ^ (digests.keys() & gone))
    if not wrong:
        return []
    return [
        f"Whether line {_line(connection, batch_id, wrong[0])} of batch {batch_id} is erased contradicts the events."
    ]


def _line(connection: Connection, batch_id: int, address: Address) -> Line:
    return lines_of(connection, batch_id).written(Place(*address))


def _versions(connection: Connection, batch_id: int, event: dict[str, Any], erased: Erased) -> list[str]:
    version, credential = tables.credential_versions, tables.credentials
    rows = connection.execute(
        select(version, credential.c.id.label("of"), credential.c.number.label("number_written"))
        .add_columns(func.coalesce(credential.c.written_user_id, credential.c.user_id).label("user_id"))
        .add_columns(func.coalesce(credential.c.written_type_id, credential.c.type_id).label("type_id"))
        .join(credential, credential.c.id == func.coalesce(version.c.written_id, version.c.credential_id))
        .where(version.c.batch_id == batch_id)
        .order_by(version.c.id)
    ).all()
    columns = {name: [getattr(row, name) for row in rows] for name in (*VERSIONS, "digest_kind")}
    columns["credential_id"] = [row.of for row in rows]
    if versions_digest(columns, kind=event.get("digests", 1)) != event["versions"]:
        return [f"The credentials of batch {batch_id} aren't those that were chained."]
    for row in rows:
        said = (row.issue_date, row.expiration_date, row.number, row.own)
        blank = row.salt is None
        if blank != (row.id in erased.versions) or (
            blank and (said, row.never, row.number_written) not in _blanks(row.of)
        ):
            line = _line(connection, batch_id, (row.sheet, row.line, row.piece))
            return [f"Whether the credential on line {line} of batch {batch_id} is erased contradicts the events."]
        if blank:
            continue
        text = content_text(row.digest_kind, (row.user_id, row.type_id, row.number_written), said, never=row.never)
        if salted_digest(row.salt, text) != row.digest:
            line = _line(connection, batch_id, (row.sheet, row.line, row.piece))
            return [f"The credential on line {line} of batch {batch_id} isn't the one that was uploaded."]
    return []


def _blanks(credential_id: int) -> list[tuple[tuple[Any, ...], bool, str]]:
    """What an erased version, and the number of its credential, may look like."""
    return [((None, None, "", "{}"), False, number) for number in ("", number_token(credential_id))]


def _file(connection: Connection, sha256: str) -> list[str]:
    content = connection.execute(
        select(tables.source_files.c.content).where(tables.source_files.c.sha256 == sha256)
    ).scalar()
    if content is not None and hashlib.sha256(content).hexdigest() != sha256:
        return [f"The stored bytes of the file {sha256[:16]}… aren't those that were uploaded."]
    return []
