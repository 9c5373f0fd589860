"""Credentials and versions of a finishing batch: written, compared and swapped."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from credtools.errors import MovedError
from credtools.store import tables
from credtools.store.digests import content_text, salted_digest, salts, versions_digest
from credtools.store.values import Finish
from credtools.store.writing import Write, insert_columns


def write_versions(work: Write, value: Finish) -> tuple[dict[int, int], str]:
    """Writes credentials and versions; returns the version id of each accepted row, and the digest that is chained."""
    first = work.next_id(tables.credential_versions)
    ids = list(range(first, first + len(value.row)))
    credential_ids = _write_credentials(work, value, ids)
    fresh = salts(len(ids))
    contents = zip(
        *(value.user_id, value.type_id, value.number_key),
        *(value.issue_date, value.expiration_date, value.number, value.own),
        strict=True,
    )
    digests = [salted_digest(salt, content_text(*content)) for salt, content in zip(fresh, contents, strict=True)]
    lines = [value.line[row] for row in value.row]
    insert_columns(
        work.connection,
        tables.credential_versions,
        {
            "id": ids,
            "credential_id": credential_ids,
            "batch_id": [value.batch_id] * len(ids),
            "line": lines,
            "issue_date": value.issue_date,
            "expiration_date": value.expiration_date,
            "number": value.number,
            "own": value.own,
            "decision": value.decision,
            "stands": [True] * len(ids),
            "salt": fresh,
            "digest": digests,
        },
    )
    move_heads(work, sorted({k for k in value.credential_id if k is not None}))
    return dict(zip(value.row, ids, strict=True)), versions_digest(ids, credential_ids, lines, value.decision, digests)


def _write_credentials(work: Write, value: Finish, version_ids: list[int]) -> list[int]:
    """The credential of each accepted row: new ones written, the counters of known ones compared and swapped.

    The head of a new one is the last of its versions: they come in their order.
    """
    made: dict[tuple[int, int, str], int] = {}
    heads: dict[tuple[int, int, str], int] = {}
    known: dict[int, int] = {}
    ids: list[int] = []
    free = work.next_id(tables.credentials)
    keys = zip(value.user_id, value.type_id, value.number_key, strict=True)
    for credential_id, counter, key, head in zip(value.credential_id, value.counter, keys, version_ids, strict=True):
        if credential_id is not None:
            known[credential_id] = counter
            ids.append(credential_id)
        else:
            ids.append(made.setdefault(key, free + len(made)))
            heads[key] = head
    columns = dict(zip(("user_id", "type_id", "number"), zip(*made, strict=True), strict=True)) if made else {}
    if made:
        _refuse_taken(work, made)
    insert_columns(
        work.connection,
        tables.credentials,
        {"id": list(made.values()), "head_version_id": list(heads.values()), "counter": [1] * len(made), **columns},
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
            raise MovedError("versions_changed")
    return ids


def _refuse_taken(work: Write, made: dict[tuple[int, int, str], int]) -> None:
    """A credential that was new when the rows were classified may exist by now."""
    c = tables.credentials.c
    users = sorted({user for user, _, _ in made})
    for start in range(0, len(users), 500):
        some = users[start : start + 500]
        found = work.connection.execute(select(c.user_id, c.type_id, c.number).where(c.user_id.in_(some)))
        if any((user, type_id, number) in made for user, type_id, number in found):
            raise MovedError("versions_changed")


def move_heads(work: Write, credential_ids: list[int]) -> None:
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
