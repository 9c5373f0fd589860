"""Credentials: their versions, as values for comparing and as frames for people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, case, exists, func, select

from credtools.model import COUNTING, Content, Key, StoredVersion, Word
from credtools.store import tables
from credtools.store.engine import At, snapshot
from credtools.store.frames import frame, rows_in
from credtools.store.reads.asking import ask_numbered, ask_of


def replaced(version: Any) -> ColumnElement[bool]:
    """Whether another version corrects the issue date of this one (columns of versions) and stands, decided.

    Earlier ones of the corrected issue date go with it. Not while a source still says this one (the one that has
    corrected it says the other by then), nor while a part of the list that corrected it is missing.
    """
    versions, of, word = tables.credential_versions, tables.known_batches.alias().c, tables.words.c
    other, last = versions.alias().c, versions.alias().c
    of_date = (
        last.credential_id == version.credential_id,
        last.issue_date == version.issue_date,
        last.id >= version.id,
    )
    corrects = (other.replaces_id == last.id, other.stands, other.decision.in_(COUNTING))
    corrected = exists().where(*of_date, *corrects, of.id == other.batch_id, of.whole)
    said = exists().where(word.version_id == version.id, word.state == "valid")
    return and_(corrected, ~said)


def _withdrawn_by(version: Any, source_ids: Sequence[int]) -> tuple[ColumnElement[str], Any, ColumnElement[bool]]:
    """Who has withdrawn a version (its columns): '' nobody, `source` (one of these), `other`; what to join for that."""
    act, batch = tables.withdrawals.c, tables.known_batches.c
    own = (
        select(act.version_id)
        .join(tables.known_batches, batch.id == act.batch_id)
        .where(act.stands, batch.source_id.in_(source_ids))
        .group_by(act.version_id)
        .having(func.sum(case((act.act == "withdrawn", 1), else_=-1)) > 0)
        .subquery()
    )
    who = case((own.c.version_id.is_not(None), "source"), (version.withdrawn, "other"), else_="")
    return who, own, own.c.version_id == version.id


def words(at: At, source_ids: Sequence[int], user_ids: Sequence[int] | None = None) -> list[Word]:
    """What a source (and those merged into it) said last about the credentials of some users, or of all (None).

    Of each credential the newest issue date first.
    """
    word, credential, version = tables.words.c, tables.credentials.c, tables.credential_versions.c
    withdrawn, own, of_version = _withdrawn_by(version, source_ids)
    columns: list[Any] = [
        *(word.credential_id, credential.counter, credential.user_id, credential.type_id, credential.number_key),
        *(word.state, word.version_id, word.said),
        *(word.issue_date, word.expiration_date, word.number, word.own),
        *(version.decision, credential.head_version_id == version.id),
        *(withdrawn, word.first_said),
    ]
    statement = (
        select(*columns)
        .select_from(tables.words)
        .join(tables.credentials, credential.id == word.credential_id)
        .join(tables.credential_versions, version.id == word.version_id)
        .outerjoin(own, of_version)
        .where(word.source_id.in_(source_ids))
        .order_by(word.credential_id, word.ordinal)
    )
    said: dict[str, frozenset[str]] = {}
    found: list[Word] = []
    with snapshot(at) as connection:
        answer: Iterable[Any] = rows_in(connection, statement, credential.user_id, user_ids or ())
        if user_ids is None:
            answer = connection.execute(statement).all()
        for row in answer:
            key, content = Key(*row[2:5]), Content(*row[8:12])
            spoken = said.get(row[7]) or said.setdefault(row[7], frozenset(row[7].split(",")))
            found.append(Word(row[0], row[1], key, row[5], row[6], spoken, content, *row[12:16]))
    return found


def stored_versions(at: At, user_ids: Sequence[int], source_ids: Sequence[int] = ()) -> list[StoredVersion]:
    """The standing versions of all credentials of some users, oldest first.

    A credential without one has one entry with version_id None. `source_ids`: whose withdrawals count as the source's.
    """
    credential, version = tables.credentials, tables.credential_versions
    withdrawn, own, of_version = _withdrawn_by(version.c, source_ids)
    statement = (
        select(
            credential.c.id,
            credential.c.counter,
            credential.c.user_id,
            credential.c.type_id,
            credential.c.number_key,
            version.c.id,
            version.c.issue_date,
            version.c.expiration_date,
            func.coalesce(version.c.number, ""),
            func.coalesce(version.c.own, "{}"),
            version.c.decision,
            replaced(version.c),
            withdrawn,
            func.coalesce(version.c.never, False),
        )
        .select_from(credential.outerjoin(version, and_(version.c.credential_id == credential.c.id, version.c.stands)))
        .outerjoin(own, of_version)
        .where(credential.c.merged_into.is_(None))
        .order_by(version.c.id)
    )
    with snapshot(at) as connection:
        return [
            StoredVersion(row[0], row[1], Key(*row[2:5]), row[5], Content(*row[6:10]), *_as_it_stands(*row[10:]))
            for row in rows_in(connection, statement, credential.c.user_id, user_ids)
        ]


def _as_it_stands(decision: str | None, was_replaced: object, withdrawn: str, never: object) -> tuple[Any, ...]:
    return decision, bool(was_replaced), withdrawn, bool(never)


def holders(at: At, numbers: Collection[str], keys: Collection[str]) -> list[tuple[int, str, int]]:
    """(type, number, user) of the newest versions with one of these numbers, or of the keys of numbered ones."""
    version, credential = tables.credential_versions.c, tables.credentials.c
    statement = (
        select(credential.type_id, version.number, credential.user_id)
        .join_from(tables.credential_versions, tables.credentials, credential.head_version_id == version.id)
        .where(~version.withdrawn)
    )
    found: list[tuple[int, str, int]] = []
    with snapshot(at) as connection:
        ask_numbered(connection, numbers, keys)
        for column, some in ((version.number, numbers), (credential.number_key, keys)):
            found += map(tuple, rows_in(connection, statement.where(column != ""), column, some))
    return found


def credentials(at: At, batch_id: int | None = None, *, whole: bool = False) -> pd.DataFrame:
    """Standing versions, as they arrived, without those of erased persons; columns as `Registry.credentials`.

    `batch_id`: only those that one batch wrote; `whole`: and what others wrote of the same credentials.
    """
    version, credential = tables.credential_versions, tables.credentials
    user, kind = tables.users, tables.credential_types
    statement = (
        select(
            version.c.batch_id.label("batch"),
            version.c.line,
            version.c.credential_id.label("credential"),
            user.c.email.label("user_email"),
            kind.c.name.label("credential_type"),
            version.c.number.label("credential_number"),
            version.c.issue_date,
            version.c.expiration_date,
            version.c.own,
            version.c.decision,
            version.c.withdrawn,
            replaced(version.c).label("replaced"),
            func.coalesce(credential.c.head_version_id == version.c.id, False).label("newest"),
            func.coalesce(user.c.external_id, "").label("external_id"),
            *(version.c.sheet, version.c.piece, version.c.never),
        )
        .select_from(version.join(credential, credential.c.id == version.c.credential_id))
        .join(user, user.c.id == credential.c.user_id)
        .join(kind, kind.c.id == credential.c.type_id)
        .where(version.c.stands, version.c.salt.is_not(None))
        .order_by(version.c.id)
    )
    if batch_id is None:
        return frame(at, statement)
    ours = version.c.batch_id == batch_id
    same = version.c.credential_id.in_(select(version.c.credential_id).where(ours))
    with snapshot(at) as connection:
        ask_of(connection, batch_id)
        return frame(connection, statement.where(same if whole else ours))
