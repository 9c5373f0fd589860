"""Words: what a source said last about each credential – written when it changes, found again from the ledger.

The words follow from the batches that stand, in the order in which they were finished: whatever is undone, merged or
moved, `rebuild` finds them as if only those had ever come.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from credtools.model import Content
from credtools.store import tables
from credtools.store.digests import columns_text
from credtools.store.frames import rows_in
from credtools.store.reads.asking import ask
from credtools.store.transaction import CHUNK, Write
from credtools.store.values import Finish
from credtools.store.writes.acts import settle_acts
from credtools.store.writes.told import remembers, replayed

NAMES = ("source_id", "credential_id", "ordinal", "state", "version_id", "batch_id", "first_said", "said")


def write_words(
    work: Write, value: Finish, source_id: int, version_ids: dict[int, int], credential_ids: dict[int, int]
) -> None:
    """What the file says now takes the place of what its source said before.

    `version_ids`, `credential_ids`: of the rows that were written.
    """
    found: list[tuple[Any, ...]] = []
    for spoken in value.changes.words:
        rows = [entry.row for entry in spoken.entries if entry.row is not None]
        credential = spoken.credential_id or credential_ids[rows[0]]
        for ordinal, entry in enumerate(spoken.entries):
            version = entry.version_id if entry.row is None else version_ids[entry.row]
            since = spoken.first_said or work.at
            place = (source_id, credential, ordinal, entry.state, version, value.batch_id, since)
            found.append((*place, columns_text(entry.said), *entry.content))
    known = {spoken.credential_id or 0 for spoken in value.changes.words if spoken.first_said}
    _replace(work, source_id, known, found)
    unlisted = sorted({word.credential_id for word in value.changes.unlisted})
    word = tables.words.c
    for start in range(0, len(unlisted), CHUNK):
        some = (word.source_id == source_id, word.credential_id.in_(unlisted[start : start + CHUNK]))
        no_longer = update(tables.words).where(*some, word.state == "valid")
        work.execute(no_longer.values(state="unlisted", batch_id=value.batch_id))


def rebuild(work: Write, source_ids: Sequence[int], credential_ids: Collection[int]) -> None:
    """The words and acts of a source about some credentials, found anew from its batches that stand.

    `source_ids`: its own and those that were merged into it.
    """
    credential = tables.credentials.c
    whose = rows_in(work.connection, select(credential.user_id).distinct(), credential.id, credential_ids)
    ask(work.connection, [number for (number,) in whose])
    source_id, found = source_ids[0], replayed(work.connection, source_ids[0], credential_ids)
    rows = [
        (
            *(source_id, number, ordinal, one.state, one.version_id, of.batch, of.first_said),
            *(columns_text(one.said), *one.content),
        )
        for number, of in found.items()
        for ordinal, one in enumerate(of.told)
    ]
    _replace(work, source_id, credential_ids, rows if remembers(work.connection, source_id) else ())
    settle_acts(work, source_ids, credential_ids, [act for of in found.values() for act in of.acts])


def _replace(work: Write, source_id: int, credential_ids: Collection[int], rows: Sequence[tuple[Any, ...]]) -> None:
    word, gone = tables.words.c, sorted(credential_ids)
    for start in range(0, len(gone), CHUNK):
        some = (word.source_id == source_id, word.credential_id.in_(gone[start : start + CHUNK]))
        work.execute(delete(tables.words).where(*some))
    work.insert_rows(tables.words, (*NAMES, *Content._fields), rows)
