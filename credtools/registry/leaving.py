"""Leaving: causes whose rows a person has left rejected; the same records stay so in later files of their source.

A cause is named by its value, which may be a person's address, so it is kept as a seal, salted by the bytes of the
file: who lacks the file can't try addresses, and once its bytes are erased nobody can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from credtools import store
from credtools.errors import RegistryError
from credtools.recipe.records import Records
from credtools.registry import reviewing
from credtools.registry.draft import Draft
from credtools.registry.session import Session

SEAL = 16  # letters of a seal: no two causes of a file have the same, and a note of thousands stays small


class Left(NamedTuple):
    """The rows of a cause that stay rejected, by whose decision, and in which batch (0: the draft itself).

    `by` is '' where all of them are waived for good.
    """

    rows: frozenset[int]
    batch: int = 0
    by: str = ""


def leave(session: Session, draft: Draft, causes: Iterable[str], taken_back: Iterable[str] = ()) -> None:
    """Keeps these causes, by any names that will be the same again, instead of those kept before.

    `taken_back`: those for which that was undone, so that no earlier decision holds for them any more.
    """
    kept, undone = (set(_sealed(session, draft.sha256, names).values()) for names in (causes, taken_back))
    before = store.reads.note(session.at, draft.id)
    undone |= {seal[:SEAL] for seal in before.taken_back} if before else set()
    session.require("leave")
    store.leave(session.engine, draft.id, session.by, kept, undone - kept)


def left(session: Session, draft: Draft, causes: Mapping[str, Collection[int]]) -> dict[str, Left]:
    """Of these causes (and the rows of each) those of which rows are left rejected.

    All rows where that was decided in the draft itself; else those whose records came before and were left then, or are
    waived for good. The last decision on a record counts, and none holds for a record that has changed.
    """
    with reviewing.moment(session, draft) as now:
        found: dict[str, Left] = {}
        asked = {name: set(rows) for name, rows in causes.items()}
        if note := store.reads.note(now.at, draft.id):
            for name, (stays, undone) in _told(now, note, causes).items():
                if stays:
                    found[name] = Left(frozenset(causes[name]), 0, note.by)
                if stays or undone:
                    del asked[name]
        return found | (_before(now, draft, asked) if asked else {})


def _before(session: Session, draft: Draft, asked: dict[str, set[int]]) -> dict[str, Left]:
    family = session.family(draft.source)
    followed = store.reads.followed(session.at, family)
    if not followed:
        return {}
    review = reviewing.review(session, draft)
    records = Records(review.table, review.headings)
    waived = {records.row(one.record) for one in followed if one.state == "waived"}
    found = {name: Left(frozenset(rows & waived)) for name, rows in asked.items() if rows & waived}
    notes = store.reads.notes(session.at, family)
    rejects = store.reads.left_records(session.at, [note.batch for note in notes])
    for note in notes:
        here = {records.row(one) for one in rejects.get(note.batch, ())}
        for name, (stays, undone) in _told(session, note, [n for n, rows in asked.items() if rows & here]).items():
            rows, before = asked[name] & here, found.get(name, Left(frozenset()))
            if stays:
                found[name] = Left(before.rows | rows, before.batch or note.batch, before.by or note.by)
            if stays or undone:
                asked[name] -= rows
    return found


def _told(session: Session, note: store.reads.Note, names: Iterable[str]) -> dict[str, tuple[bool, bool]]:
    """By name whether a note leaves it rejected, and whether it takes that back; nothing once its file is erased."""
    with suppress(RegistryError):
        kept, undone = ({seal[:SEAL] for seal in seals} for seals in (note.causes, note.taken_back))
        sealed = _sealed(session, note.sha256, names if kept or undone else ())
        return {name: (seal in kept, seal in undone) for name, seal in sealed.items()}
    return {}


def _sealed(session: Session, sha256: str, causes: Iterable[str]) -> dict[str, str]:
    names = list(causes)
    if not names:
        return {}
    salt = hashlib.sha256(b"left rejected\0" + store.reads.source_bytes(session.at, sha256)).digest()
    return {name: hashlib.sha256(salt + name.encode("utf-8", "replace")).hexdigest()[:SEAL] for name in names}
