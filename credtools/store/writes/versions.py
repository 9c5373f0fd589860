"""Credentials and versions of a finishing batch: written, compared and swapped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from credtools.errors import MovedError
from credtools.model import Content, Key, NewVersion
from credtools.store import tables
from credtools.store.digests import KIND, columns_text, content_text, salted_digest, salts, versions_digest
from credtools.store.frames import rows_in
from credtools.store.reads.credentials import replaced
from credtools.store.transaction import CHUNK, Write
from credtools.store.values import ADDRESS, Finish


def write_versions(work: Write, value: Finish) -> tuple[dict[int, int], dict[int, int], str]:
    """Writes credentials and versions; returns by row the ids of both, and the digest that is chained."""
    new = value.changes.writes
    ids = list(work.ids(tables.credential_versions, len(new)))
    written = {one.key: one.key._replace(number=one.content.number if one.key.number else "") for one in reversed(new)}
    if work.seq != value.seen:
        _refuse_taken(work, {one.key for one in new if one.credential_id is None})
    credential_ids = _write_credentials(work, new, ids, written)
    fresh = salts(len(ids))
    keys = _written_keys(work, new)
    digests = [
        salted_digest(
            salt, content_text(KIND, keys.get(one.credential_id, written[one.key]), one.content, never=one.never)
        )
        for salt, one in zip(fresh, new, strict=True)
    ]
    place = {name: [getattr(value, name)[one.row] for one in new] for name in ADDRESS}
    origin: dict[str, Any] = {
        "said": [columns_text(one.said) for one in new],
        "inherits_id": [one.inherits_id for one in new],
        "replaces_id": [one.replaces_id for one in new],
    }
    work.insert_rows(
        tables.credential_versions,
        Content._fields,
        [one.content for one in new],
        id=ids,
        credential_id=credential_ids,
        batch_id=value.batch_id,
        **place,
        decision=value.decision,
        never=[one.never for one in new],
        stands=True,
        salt=fresh,
        digest=digests,
        digest_kind=KIND,
        **origin,
    )
    move_heads(work, {one.credential_id for one in new if one.credential_id is not None})
    by_row = {one.row: number for one, number in zip(new, ids, strict=True)}
    columns = {"id": ids, "credential_id": credential_ids, **place, "decision": value.decision, "digest": digests}
    columns |= {"digest_kind": [KIND] * len(ids)}
    credentials = {one.row: number for one, number in zip(new, credential_ids, strict=True)}
    return by_row, credentials, versions_digest(columns | origin, kind=KIND)


def _written_keys(work: Write, new: Sequence[NewVersion]) -> dict[int | None, tuple[int, int, str]]:
    """How the known credentials were written: digests cover that, whatever they were merged with since."""
    c, known = tables.credentials.c, {one.credential_id for one in new if one.credential_id is not None}
    statement = select(c.id, func.coalesce(c.written_user_id, c.user_id), func.coalesce(c.written_type_id, c.type_id))
    found = rows_in(work.connection, statement.add_columns(c.number), c.id, known)
    return {number: (user, of_type, text) for number, user, of_type, text in found}


def _write_credentials(
    work: Write, accepted: Sequence[NewVersion], version_ids: list[int], written: Mapping[Key, Key]
) -> list[int]:
    """The credential of each accepted row: new ones written, the counters of known ones compared and swapped.

    `written`: each key with its number as its first version writes it, which stays beside the folded one.
    The head of a new one is the last of its versions: they come in their order.
    """
    made: dict[Key, int] = {}  # and where it is among the new ones
    heads: dict[Key, int] = {}
    known: dict[int, int] = {}
    for one, head in zip(accepted, version_ids, strict=True):
        if one.credential_id is not None:
            known[one.credential_id] = one.counter
        else:
            made.setdefault(one.key, len(made))
            heads[one.key] = head
    free = work.ids(tables.credentials, len(made))
    if made:
        new = {"id": free, "head_version_id": list(heads.values()), "counter": 1}
        keys = [(*written[key], key.number) for key in made]
        work.insert_rows(tables.credentials, ("user_id", "type_id", "number", "number_key"), keys, **new)
    if known:
        seen = [{"id": number, "counter": counter} for number, counter in known.items()]
        more = tables.credentials.c.counter + 1
        if work.change_each(tables.credentials, seen, ("counter",), counter=more) != len(known):
            raise MovedError("versions_changed")
    return [free[made[one.key]] if one.credential_id is None else one.credential_id for one in accepted]


def _refuse_taken(work: Write, made: Collection[Key]) -> None:
    """A credential that was new when the rows were classified may exist by now."""
    c = tables.credentials.c
    users = sorted({user for user, _, _ in made})
    for start in range(0, len(users), CHUNK):
        some = users[start : start + CHUNK]
        found = work.execute(select(c.user_id, c.type_id, c.number_key).where(c.user_id.in_(some)))
        if any(tuple(row) in made for row in found):
            raise MovedError("versions_changed")


def move_replaced(work: Write, key: Any, numbers: Collection[int]) -> None:
    """The heads of those credentials of which a version replaces another: what was said or decided may change that.

    `key`, `numbers`: the column by which versions are asked for, and its values.
    """
    version = tables.credential_versions.c
    replacing = select(version.credential_id).where(version.replaces_id.is_not(None))
    move_heads(work, {number for (number,) in rows_in(work.connection, replacing, key, numbers)})


def move_heads(work: Write, credential_ids: Iterable[int]) -> None:
    """The head of a credential is its newest standing version that isn't replaced: by issue date, then arrival."""
    version = tables.credential_versions
    newest = (
        select(version.c.id)
        .where(version.c.credential_id == tables.credentials.c.id, version.c.stands, ~replaced(version.c))
        .order_by(version.c.issue_date.desc().nulls_last(), version.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    work.change(tables.credentials.c.id, sorted(credential_ids), head_version_id=newest)
