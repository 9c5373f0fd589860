"""Identity: which credentials are one, once users or types were merged or taken apart, or numbers folded.

Those with the same user, type and key of the number are one: the first that was written of just these is the one that
counts, and holds the versions of all. What was written stays beside it (`written_…`), so that digests stay true and
everything can be taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, update

from credtools.recipe import MANUAL
from credtools.store import tables
from credtools.store.erased import number_token
from credtools.store.frames import rows_in
from credtools.store.reads.lineage import roots
from credtools.store.reads.sources import family
from credtools.store.transaction import Write
from credtools.store.writes.acts import mark
from credtools.store.writes.versions import move_heads
from credtools.store.writes.words import rebuild

credential, version, word, source = (
    tables.credentials.c,
    tables.credential_versions.c,
    tables.words.c,
    tables.sources.c,
)
KEPT = ("user_id", "type_id", "number_key", "merged_into", "written_user_id", "written_type_id")


class _Place(NamedTuple):
    """Where a credential belongs: columns as in KEPT."""

    user_id: int
    type_id: int
    number_key: str
    merged_into: int | None
    written_user_id: int | None
    written_type_id: int | None


def regroup(work: Write, credential_ids: Collection[int], number_keys: Mapping[int, str] | None = None) -> set[int]:
    """Puts these credentials where they belong by now: under the users, types and `number_keys` that they have.

    What their sources said, which version counts and what is withdrawn follows. Returns those that count and have
    become, or were, one of several.
    """
    found = list(_rows(work, credential_ids))
    before = {row.id: _Place(*row[1:7]) for row in found}
    places, new = _places(work, found, number_keys or {})
    changed = {number for number, place in places.items() if before[number] != place}
    if new:
        work.insert_rows(tables.credentials, ("id", "user_id", "type_id", "number", "number_key"), new, counter=1)
    values: dict[str, Any] = {name: bindparam(name) for name in KEPT}
    statement = update(tables.credentials).where(credential.id == bindparam("row")).values(values)
    for merges in (True, False):  # an identity is free before another one takes it
        some = [k for k in sorted(changed) if (places[k].merged_into is not None) is merges]
        if some:
            work.execute(statement, [{"row": number, **places[number]._asdict()} for number in some])
    moved = {number for number in changed if before[number].merged_into != places[number].merged_into}
    touched = {before[number].merged_into or number for number in moved}
    touched |= {places[number].merged_into or number for number in moved}
    if moved:
        _move_versions(work, moved, places, touched)
        settle(work, touched)
    return touched


def settle(work: Write, credential_ids: Collection[int]) -> None:
    """Finds out anew what sources said last of some credentials, which version counts, and what is withdrawn."""
    spoken = rows_in(work.connection, select(word.source_id).distinct(), word.credential_id, credential_ids)
    names = select(source.name).where((source.id.in_({row.source_id for row in spoken})) | (source.name == MANUAL))
    for name in work.execute(names.order_by(source.id)).scalars().all():
        rebuild(work, family(work.connection, name), credential_ids)
    move_heads(work, credential_ids)
    work.change(credential.id, credential_ids, counter=credential.counter + 1)
    acted = select(version.id).where(version.id.in_(select(tables.withdrawals.c.version_id)))
    mark(work, {row.id for row in rows_in(work.connection, acted, version.credential_id, credential_ids)})


def of_owners(work: Write, column: Any, numbers: Collection[int]) -> set[int]:
    """The credentials of some users (`column`: of credentials), or of some types."""
    return {row.id for row in rows_in(work.connection, select(credential.id), column, numbers)}


def _rows(work: Write, credential_ids: Collection[int]) -> Any:
    """Each with where it is, and how it was written (user, type)."""
    statement = select(credential.id, *(credential[name] for name in KEPT), credential.number).add_columns(
        func.coalesce(credential.written_user_id, credential.user_id).label("user"),
        func.coalesce(credential.written_type_id, credential.type_id).label("type"),
    )
    return rows_in(work.connection, statement.order_by(credential.id), credential.id, credential_ids)


def _places(
    work: Write, found: Collection[Any], number_keys: Mapping[int, str]
) -> tuple[dict[int, _Place], list[tuple[int, int, int, str, str]]]:
    """Where each belongs, and credentials to be added because nobody has written what they are called now."""
    users, types = roots(work.connection, tables.users), roots(work.connection, tables.credential_types)
    groups: defaultdict[tuple[int, int, str], list[Any]] = defaultdict(list)
    for row in found:
        key = number_keys.get(row.id, row.number_key)
        groups[users.get(row.user, row.user), types.get(row.type, row.type), key].append(row)
    places: dict[int, _Place] = {}
    new = []
    for (user, of_type, key), rows in groups.items():
        first = next((row.id for row in rows if (row.user, row.type) == (user, of_type)), None)
        if first is None:
            first = work.ids(tables.credentials, 1)[0]
            erased = key in {number_token(row.id) for row in rows}
            new.append((first, user, of_type, number_token(first) if erased else key, key))
        for row in rows:
            into = first if row.id != first else None
            written = (row.user if row.user != user else None, row.type if row.type != of_type else None)
            places[row.id] = _Place(user, of_type, key, into, *written)
    return places, new


def _move_versions(
    work: Write, changed: Collection[int], places: Mapping[int, _Place], touched: Collection[int]
) -> None:
    """The versions of these belong to those into which they were merged, or are their own again."""
    columns = select(version.id, version.credential_id, func.coalesce(version.written_id, version.credential_id))
    moved = []
    for number, of, written in rows_in(work.connection, columns, version.credential_id, touched):
        if written in changed and (target := places[written].merged_into or written) != of:
            moved.append({"row": number, "target": target, "written": written if target != written else None})
    if moved:
        statement = update(tables.credential_versions).where(version.id == bindparam("row"))
        work.execute(statement.values(credential_id=bindparam("target"), written_id=bindparam("written")), moved)
