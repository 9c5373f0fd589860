"""Verify: whether the history in the database still is what the receipts have printed."""

from __future__ import annotations

import zlib
from typing import Any

from sqlalchemy import Connection, select

from credtools.errors import RegistryError
from credtools.limited import collection_paused
from credtools.store import heads, tables
from credtools.store.blobs import Blobs
from credtools.store.engine import At, snapshot
from credtools.store.erased import Erased
from credtools.store.heads import Head
from credtools.store.reads.media import erased_blobs, referenced_blobs
from credtools.store.verify.batches import batch_problems
from credtools.store.verify.chain import chain_of
from credtools.store.verify.decisions import decisions, media_links
from credtools.store.verify.later import later, later_blobs
from credtools.store.verify.people import people
from credtools.store.verify.seals import sealed_rows
from credtools.store.verify.sources import sources
from credtools.store.verify.standing import standing
from credtools.store.verify.withdrawals import withdrawals

# What a stored value that is none of its kind leads to: a text that is bytes now, a block that can't be unpacked.
NOT_OF_ITS_KIND = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, zlib.error)


class Verified(list[str]):
    """What doesn't agree, as whole sentences; empty when everything does.

    `head`: the end of the history that was looked at, from which the next look can go on; None where something doesn't
    agree. `unseen`: what wasn't looked at, as whole sentences.
    """

    head: Head | None = None
    unseen: tuple[str, ...] = ()


def verify(
    engine: At, blobs: Blobs, head: Head | None = None, told: str | None = None, since: Head | None = None
) -> Verified:
    """What doesn't agree.

    Checked: the chain of events, with what each has sealed, up to the head; every sealed row; per batch its file,
    source, state and key; per finished batch its ledger, versions, values, counts and receipt against the chain; that
    exactly those versions stand which a finished batch says, and that the words of sources follow from them; which
    sources, users and types are one; decisions and withdrawals against versions; one reject per rejected row; media
    against the chain, with what they say beside their rows, and their files and copies in the folder of blobs; that
    exactly what was erased is blank. `head`: one that was printed, with which the history must agree; `told`: the file
    to which heads are told, of which every line must. `since`: only what was written after this head, which the
    history must have, too; see `later`. Raises RegistryError when the database can't be reached.
    """
    problems = Verified()
    try:
        with snapshot(engine) as connection, collection_paused():
            problems += [] if since else _database(connection)
            chained = chain_of(connection)
            problems += chained.problems
            wanted = (one for one in (head, since) if one)
            problems += [wrong for one in wanted if (wrong := heads.problem(one, chained.heads))]
            problems += heads.problems(told, chained.heads) if told else []
            if since:
                found, problems.unseen = later(connection, chained.events, since.seq)
                problems += found
            else:
                _history(connection, chained.events, problems)
            referenced = later_blobs(connection, chained.events, since.seq) if since else referenced_blobs(connection)
        problems += blobs.problems(referenced)  # outside: hours of reading must not hold the snapshot
        problems += [] if since else blobs.remains(erased_blobs(engine))
        if not problems and chained.heads:
            problems.head = Head(*max(chained.heads.items()))
    except (RegistryError, *NOT_OF_ITS_KIND) as problem:
        if isinstance(problem, RegistryError) and engine.dialect.name != "sqlite":
            raise  # a server that can't be reached; a file that can't be read is damaged
        problems.append(f"The rest can't be read: {problem}")
    return problems


def _history(connection: Connection, events: list[dict[str, Any]], problems: list[str]) -> None:
    by_batch = {(event["kind"], event["batch"]): event for event in events}
    finished = {batch for kind, batch in by_batch if kind == "finish"}
    erased = Erased.by(events)
    said: set[int] = set()
    for batch in connection.execute(select(tables.batches).order_by(tables.batches.c.id)):
        problems += batch_problems(connection, batch, by_batch, erased, said)
        finished.discard(batch.id)
    problems += [f"Batch {batch} is in the events, but not in the table of batches." for batch in sorted(finished)]
    problems += erased.problems(connection)
    problems += decisions(connection, events)
    problems += withdrawals(connection, events, erased.versions)
    problems += media_links(connection, events, erased)
    problems += standing(connection, said)
    problems += sources(connection, events)
    problems += people(connection, events)
    problems += sealed_rows(connection)


def _database(connection: Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return []
    answer = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    problems = [] if answer == "ok" else [f"SQLite finds the file damaged: {answer}."]
    return problems + ([f"{len(broken)} references point to rows that aren't there."] if broken else [])
