"""Sources: renamed, merged, and taken apart again; rows never move, `merged_into` is followed when reading.

A source that was renamed keeps its row and leaves one behind under its former name, so that files which still come
under that name belong to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from credtools.errors import RegistryError
from credtools.recipe import MANUAL
from credtools.store import tables
from credtools.store.reads.lineage import current, members
from credtools.store.reads.sources import MOVES, family
from credtools.store.transaction import Write, write
from credtools.store.writes.parts import settle_parts
from credtools.store.writes.versions import move_replaced
from credtools.store.writes.void import part_rejects
from credtools.store.writes.waivers import Known
from credtools.store.writes.words import rebuild
from credtools.text import Shown, first_of, plural

source, word = tables.sources.c, tables.words.c
KNOWN = 20  # sources in one sentence


@dataclass(frozen=True)
class Renamed(Shown):
    """What became of a source: `name` is `now` called, or now part of, the other; '': it is its own again.

    `kind`: rename, merge or unmerge; `batches`: how many batches came with it; `credentials`: how many of which what
    the sources said last was found out again.
    """

    kind: str
    name: str
    now: str = ""
    batches: int = 0
    credentials: int = 0

    def __str__(self) -> str:
        if self.kind == "rename":
            still = f"Files that still come under {self.name!r} belong to it."
            return f"The source {self.name!r} is called {self.now!r} now. {still}"
        became = f"part of {self.now!r} now" if self.now else "a source of its own again"
        batches = "1 batch" if self.batches == 1 else f"{self.batches:,} batches"
        return f"The source {self.name!r} is {became}: {batches}, {plural(self.credentials, 'credential')}."


def rename_source(engine: Engine, by: str, old: str, new: str) -> Renamed:
    """Gives a source another name; the former one stays known. Raises RegistryError when that can't be."""
    with write(engine) as work:
        this = own_source(work, old)
        if not new.strip() or new != new.strip() or {*new} & {"/", "\\"}:
            raise RegistryError("source_name_unusable", source=new)
        _refuse_manual(new)
        _refuse_same(old, new)
        taken = work.execute(select(source.id, source.merged_into).where(source.name == new)).one_or_none()
        if taken and not (taken.merged_into == this and _is_former(work, taken.id)):
            raise RegistryError("source_taken", source=old, name=new)
        former = taken.id if taken else work.add(tables.sources, name=f"{old}\n", merged_into=this)
        for number, name in ((former, f"{old}\n"), (this, new), (former, old)):  # names are unique at each moment
            work.change(source.id, [number], name=name)
        work.event("rename_source", by, source=this, former=former, old=old, new=new)
        return Renamed("rename", old, new)


def merge_source(engine: Engine, by: str, name: str, into: str) -> Renamed:
    """Makes a source part of another one: what both said last becomes one. Raises RegistryError when that can't be."""
    with write(engine) as work:
        _refuse_same(name, into)
        this, target = own_source(work, name), own_source(work, into)
        spoken = _spoken(work, this, target)
        work.change(source.id, [this], merged_into=target)
        work.execute(delete(tables.words).where(word.source_id == this))
        told_anew(work, [target], spoken)
        batches = _batches(work, this)
        work.event("merge_source", by, source=this, into=target, batches=batches, credentials=len(spoken))
        return Renamed("merge", name, into, batches, len(spoken))


def unmerge_source(engine: Engine, by: str, name: str, records: Callable[[Connection], Known]) -> Renamed:
    """Takes a merge back: each has what came under its own name. Raises RegistryError when it isn't merged.

    `records`: as in `undo`.
    """
    with write(engine) as work:
        this = _known(work, name)
        found = work.execute(select(source.merged_into).where(source.id == this)).scalar_one()
        if found is None:
            raise RegistryError("source_not_merged", source=name)
        if _is_former(work, this):
            raise RegistryError("source_renamed", source=name, now=_name_of(work, this))
        root = work.execute(select(current.c.root).where(current.c.id == this)).scalar_one()
        spoken = _spoken(work, root)
        work.change(source.id, [this], merged_into=None)
        _own_keys(work, root, this)
        told_anew(work, [root, this], spoken)
        heirs = part_rejects(work, [root, this], by, records(work.connection))
        told: dict[str, Any] = {"rejects": heirs} if heirs else {}
        batches = _batches(work, this)
        work.event("unmerge_source", by, source=this, was=found, batches=batches, credentials=len(spoken), **told)
        return Renamed("unmerge", name, "", batches, len(spoken))


def own_source(work: Write, name: str) -> int:
    """The id of a source that is neither part of another one nor a former name. Raises RegistryError."""
    _refuse_manual(name)
    this = _known(work, name)
    now = _name_of(work, this)
    if now != name:
        former = _is_former(work, this)
        raise RegistryError("source_renamed" if former else "source_merged", source=name, now=now)
    return this


def _known(work: Write, name: str) -> int:
    found = work.execute(select(source.id).where(source.name == name)).scalar()
    if found is None:
        ours = select(source.name).where(source.merged_into.is_(None), source.name != MANUAL).order_by(source.name)
        known = first_of(map(repr, work.execute(ours).scalars()), KNOWN)
        raise RegistryError("source_unknown", source=name, known=known or "none")
    return int(found)


def _name_of(work: Write, number: int) -> str:
    return str(work.execute(select(current.c.name).where(current.c.id == number)).scalar_one())


def _refuse_manual(name: str) -> None:
    if name == MANUAL:
        raise RegistryError("source_manual")


def _refuse_same(name: str, other: str) -> None:
    if name == other:
        raise RegistryError("source_same", source=name)


def _is_former(work: Write, number: int) -> bool:
    """Whether this is the former name of a renamed source, by the last event about it."""
    event = tables.events.c
    told = work.execute(select(event.kind, event.text).where(event.kind.in_(MOVES)).order_by(event.seq.desc()))
    for row in told:
        body = json.loads(row.text)
        if row.kind == "rename_source" and body["former"] == number:
            return True
        if row.kind == "merge_source" and body["source"] == number:
            return False
    return False


def _spoken(work: Write, *numbers: int) -> set[int]:
    """The credentials of which these sources speak."""
    return set(work.execute(select(word.credential_id).where(word.source_id.in_(numbers)).distinct()).scalars())


def told_anew(work: Write, numbers: Iterable[int], credential_ids: set[int]) -> None:
    """What these sources said last, and what counts where that lets a replaced version count again or no longer."""
    for number in numbers:
        sources = family(work.connection, _name_of(work, number))
        credential_ids = credential_ids | settle_parts(work, sources)
        rebuild(work, sources, credential_ids)
    move_replaced(work, tables.credential_versions.c.credential_id, credential_ids)


def _batches(work: Write, number: int) -> int:
    """How many batches came under a source, or under what belonged to it before."""
    below = select(source.id, source.id.label("top")).where(source.id == number).cte("below", recursive=True)
    child = tables.sources.alias()
    below = below.union_all(select(child.c.id, below.c.top).join_from(child, below, below.c.id == child.c.merged_into))
    ours = tables.batches.c.source_id.in_(select(below.c.id))
    return int(work.execute(select(func.count()).select_from(tables.batches).where(ours)).scalar_one())


def _own_keys(work: Write, root: int, number: int) -> None:
    """The keys that its batches took while both were one are its own, so that they are in nobody else's way."""
    key, batch = tables.batch_keys.c, tables.batches.c
    ours = select(batch.id).where(batch.source_id.in_(members(_name_of(work, number))))
    taken = update(tables.batch_keys).where(key.source_id == root, key.batch_id.in_(ours))
    work.execute(taken.values(source_id=number))
