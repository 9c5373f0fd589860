"""Erase: values go, what happened stays; one transaction, then the database's own leftovers.

Codes, columns, states, times, verdicts and digests survive, so that history still verifies and counts stay true. The
event names by number what is gone, and `verify` takes only that for blank.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Engine, bindparam, delete, func, literal, or_, select, union, update
from sqlalchemy.exc import DBAPIError

from credtools.errors import MovedError, RegistryError
from credtools.store import blocks, tables
from credtools.store.columns import metadata
from credtools.store.connecting import SCHEMA
from credtools.store.erased import KEY, number_token, ranges, token
from credtools.store.failures import reason
from credtools.store.reads import team
from credtools.store.sealed import forget
from credtools.store.tables.rows import ADDRESS
from credtools.store.transaction import CHUNK, Write, write
from credtools.store.values import NO_ROW, Erase, Text
from credtools.store.writes.acts import mark
from credtools.store.writes.grants import forget_person
from credtools.store.writes.matching import own_addresses
from credtools.store.writes.versions import move_heads
from credtools.text import fold

HELD_VALUES = (
    *(tables.users, tables.source_files, tables.batches, tables.credentials, tables.credential_versions),
    *(tables.decisions, tables.withdrawals, tables.ledger_values, tables.rejects, tables.reject_errors, tables.patches),
    *(tables.media, tables.staged_media, tables.blob_texts, tables.runs, tables.user_facts, tables.former_names),
    *(tables.logins, tables.seals),
)


def erase(engine: Engine, value: Erase) -> int:
    """Erases what the value names; returns the number of the event.

    Raises MovedError, and erases nothing, when anything was written since it was found out what goes.
    """
    with write(engine) as work:
        if work.seq != value.seen:
            raise MovedError("erasing_overtaken")
        _replace_texts(work, value.texts)
        _rows(work, value.rows)
        _versions(work, value.versions)
        _rejects(work, value.rejects)
        _patches(work, value.patches)
        work.change(tables.media.c.id, value.media, file_name="")
        work.change(tables.media.c.id, value.scans, compared="", scan_salt=None)
        work.change(tables.blobs.c.sha256, value.blobs, erased_at=work.at)
        _texts_of(work, value.blobs)
        _files(work, value)
        _users(work, [number for number in (value.user, *value.merged) if number is not None])
        seq = work.event("erase", value.by, None, reason=value.reason, **_body(value))
        forget_person(work, value.logins, value.stand_in)
        work.seal()
        forget(work.connection)
        return seq


def _texts_of(work: Write, blobs: list[str]) -> None:
    text = tables.blob_texts
    for start in range(0, len(blobs), CHUNK):
        work.execute(delete(text).where(text.c.sha256.in_(blobs[start : start + CHUNK])))


def _users(work: Write, numbers: list[int]) -> None:
    """They become nobody; nothing is left of what they were called before, nor of what was known of them when."""
    if not numbers:
        return
    user, fact, former = tables.users.c, tables.user_facts.c, tables.former_names.c
    addresses = set(map(fold, work.execute(select(user.email).where(user.id.in_(numbers))).scalars()))
    for number in numbers:
        blank = {"email": token(number), "email_key": f"{KEY}{number}", "external_id": None, "name": "", "groups": ""}
        blank |= {"status": "deactivated", "deactivated_on": None, "date_format": None, "manager": ""}
        work.change(user.id, [number], **blank)
    own_addresses(work, addresses)
    work.execute(delete(tables.user_facts).where(fact.user_id.in_(numbers)))
    work.execute(delete(tables.former_names).where(former.user_id.in_(numbers)))


def _body(value: Erase) -> dict[str, Any]:
    """What the event says: numbers, digests that earlier events hold, and counts.

    Lines as [first, last] of each unbroken run; rows that share a line, or stand on another sheet, by their places.
    """
    lines: defaultdict[str, list[int]] = defaultdict(list)
    places: defaultdict[str, list[list[int]]] = defaultdict(list)
    for batch, sheet, line, piece in sorted(value.rows):
        if sheet == piece == 1:
            lines[str(batch)].append(line)
        else:
            places[str(batch)].append([sheet, line, piece])
    body: dict[str, Any] = {
        "user": value.user,
        "merged": value.merged,
        "files": value.files,
        "blobs": value.blobs,
        "waiting": value.waiting,
    }
    body |= {"versions": ranges(value.versions), "rejects": ranges(value.rejects), "counts": value.counts()}
    body |= {"places": places} if places else {}
    body |= {"scans": ranges(value.scans)} if value.scans else {}
    return body | {"lines": {batch: ranges(some) for batch, some in lines.items()}}


def _replace_texts(work: Write, texts: list[Text]) -> None:
    """First, while the rows can still be found by what they hold."""
    for one in texts:
        table = metadata.tables[one.table]
        found = (table.c[name] == held for name, held in one.key.items())
        work.execute(update(table).where(*found).values({one.column: one.text}))


def _rows(work: Write, rows: list[tuple[int, int, int, int]]) -> None:
    values = tables.ledger_values.c
    by_batch: defaultdict[int, set[blocks.Address]] = defaultdict(set)
    for batch, *place in rows:
        by_batch[batch].add(tuple(place))  # type: ignore[arg-type]
    if rows:
        here = [values[name] == bindparam(f"of_{name}") for name in ADDRESS]
        gone = [{f"of_{name}": number for name, number in zip(ADDRESS, row, strict=True)} for row in rows]
        work.execute(delete(tables.ledger_values).where(*here), gone)
    for batch, some in by_batch.items():
        blocks.erase(work.connection, batch, some)


def _versions(work: Write, ids: list[int]) -> None:
    version, credential = tables.credential_versions, tables.credentials
    blank = {"issue_date": None, "expiration_date": None, "number": "", "own": "{}", "never": False, "salt": None}
    work.change(version.c.id, ids, **blank)
    for table in (tables.decisions, tables.withdrawals):
        work.change(table.c.version_id, ids, reason="")
    for start in range(0, len(ids), CHUNK):
        some = version.c.id.in_(ids[start : start + CHUNK])
        ours = select(version.c.credential_id).where(some).distinct()
        written = select(version.c.written_id).where(some, version.c.written_id.is_not(None))
        either = or_(credential.c.id.in_(ours), credential.c.id.in_(written))
        numbered = or_(credential.c.number != "", credential.c.number_key != "")
        for number in work.execute(select(credential.c.id).where(either, numbered)).scalars().all():
            work.change(credential.c.id, [number], number=number_token(number), number_key=number_token(number))
        move_heads(work, list(work.execute(ours).scalars()))
        work.execute(delete(tables.words).where(tables.words.c.credential_id.in_(ours)))
    mark(work, ids)


def _rejects(work: Write, ids: list[int]) -> None:
    work.change(tables.rejects.c.id, ids, record_digest=None, reason=None)
    work.change(tables.reject_errors.c.reject_id, ids, value=None, resolution=None, suggestion=None)


def _patches(work: Write, ids: list[int]) -> None:
    patch = tables.patches.c
    removed = func.coalesce(patch.removed_at, literal(work.at, patch.removed_at.type))
    work.change(patch.id, ids, record_digest="", old_value=None, new_value=None, removed_at=removed)


def _files(work: Write, value: Erase) -> None:
    """Whole files go; a batch that still waits on one has nothing left to wait for."""
    batch, staged = tables.batches.c, tables.staged_media.c
    work.change(tables.source_files.c.sha256, value.files, content=None)
    for start in range(0, len(value.unjudged), CHUNK):
        work.execute(delete(tables.staged_media).where(staged.batch_id.in_(value.unjudged[start : start + CHUNK])))
    for number, piece in value.unplaced:
        alone = (staged.batch_id == number, staged.line == NO_ROW.line, staged.piece == piece)
        work.execute(delete(tables.staged_media).where(*alone))
    work.change(batch.id, value.unjudged, held_because=None)
    work.change(tables.runs.c.batch_id, value.unjudged, statistics="{}")
    work.change(batch.id, value.waiting, state="discarded")
    for number in value.waiting:
        work.event("discard", value.by, number)


def _forget_unused(engine: Engine, by: str) -> None:
    """What could be read in files that were taken from drafts again, and to which nobody refers."""
    text, media, staged = tables.blob_texts, tables.media.c, tables.staged_media.c
    used = union(select(media.sha256).where(media.file_name != ""), select(staged.sha256))
    with write(engine) as work:
        if gone := work.execute(delete(text).where(text.c.sha256.not_in(used))).rowcount:
            work.event("tidy", by, None, texts=gone)


def tidy(engine: Engine, by: str) -> str | None:
    """Takes away what nobody needs, and what a database keeps of erased values: free pages and log, dead rows.

    Returns the role that owns the tables where only it may do so at once (a team's): the server does it by itself in
    time. Raises RegistryError when others stand in the way: everything is erased then, but the leftovers are there.
    """
    _forget_unused(engine, by)
    try:
        if engine.dialect.name != "sqlite":
            return _vacuum(engine)
        _rewrite_sqlite(engine)
    except DBAPIError as problem:
        raise _left(reason(problem)) from None
    return None


def _vacuum(engine: Engine) -> str | None:
    """PostgreSQL only warns about a table that it leaves out, for example because it is another login's."""
    warnings: list[str] = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver: Any = connection.connection.dbapi_connection

        def note(said: Any) -> None:
            if said.severity_nonlocalized == "WARNING":
                warnings.append(said.message_primary)

        driver.add_notice_handler(note)
        try:
            schema = connection.get_execution_options()[SCHEMA]
            connection.exec_driver_sql(f"VACUUM {', '.join(f'{schema}.{table.name}' for table in HELD_VALUES)}")
        finally:
            driver.remove_notice_handler(note)
    if warnings and (prefix := team.me(engine, "").prefix):  # of a team's nobody who works there owns the tables
        return f"{prefix}_owner"
    if warnings:
        raise _left(warnings[0])
    return None


def _rewrite_sqlite(engine: Engine) -> None:
    """A transaction of SQLAlchemy would stand in the way: VACUUM is none of a transaction's statements."""
    connection: Any = engine.raw_connection()
    try:
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except engine.dialect.dbapi.Error as problem:  # type: ignore[union-attr]
        raise _left(str(problem).rstrip(".")) from None
    finally:
        connection.close()
    if busy:
        raise _left("somebody else is reading the registry")


def _left(why: str) -> RegistryError:
    return RegistryError("traces_left", why=why)
