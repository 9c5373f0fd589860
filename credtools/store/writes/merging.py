"""Merging: users and types renamed, made one with another, and taken apart again; rows never move.

Who is merged keeps address, External ID and name, which mean the other one from then on. What was written for either
stays as it was written (`identity`), so that all of it can be taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Engine, func, select

from credtools.errors import RegistryError
from credtools.model import Line, Place
from credtools.store import tables
from credtools.store.frames import rows_in
from credtools.store.reads.batches import lines_of
from credtools.store.reads.lineage import current, roots
from credtools.store.transaction import Write, write
from credtools.store.writes.facts import write_facts
from credtools.store.writes.identity import of_owners, regroup
from credtools.store.writes.matching import Stored, own_addresses, remember_former
from credtools.text import Shown, fold, plural

KNOWN = {"person": tables.users, "type": tables.credential_types}
OWNER = {"person": tables.credentials.c.user_id, "type": tables.credentials.c.type_id}
SHOWN = 20  # credentials that are named
credential, version, word = tables.credentials.c, tables.credential_versions.c, tables.words.c


class Joined(NamedTuple):
    """A credential that several have become: its type, number, the line that counts, and whose words became one.

    `batch`, `line`: of the newest version; `versions`: how many stand; `sources`: those that spoke of more than one of
    them, by name: of each the word of its later batch holds.
    """

    type: str
    number: str
    batch: int
    line: Line
    versions: int
    sources: tuple[str, ...]

    def __str__(self) -> str:
        of = f" of {self.versions}" if self.versions > 1 else ""
        words = f"; the last word of {', '.join(self.sources)} holds" if self.sources else ""
        return f"{self.type} {self.number}".strip() + f": batch {self.batch} line {self.line} is the newest{of}{words}"


@dataclass(frozen=True)
class Merged(Shown):
    """What became of a person or a type (`what`): `kind` is rename, merge or unmerge; `name` is `now` the other.

    `joined`: credentials that both had, and that are one now; `dry_run`: whether nothing was done but to find this out.
    """

    what: str
    kind: str
    name: str
    now: str = ""
    joined: tuple[Joined, ...] = ()
    dry_run: bool = field(default=False, compare=False)
    forgotten: bool = field(default=False, compare=False)  # whether files with the old name are no longer understood

    def __str__(self) -> str:
        if self.kind == "unmerge":
            return f"{self.name!r} is a {self.what} of its own again."
        if self.forgotten:
            return f"{self.name!r} is called {self.now!r} now."
        if self.kind == "rename":
            return f"{self.name!r} is called {self.now!r} now; files that still say {self.name!r} are understood."
        lines = [f"  {one}" for one in self.joined[:SHOWN]]
        if len(self.joined) > SHOWN:
            lines.append(f"  … and {len(self.joined) - SHOWN:,} more")
        alike = f"both had {plural(len(self.joined), 'credential')} alike, now one each"
        head = f"{self.name!r} is part of {self.now!r} now: {alike}."
        if self.dry_run:
            alike = f"both have {plural(len(self.joined), 'credential')} alike, which would be one each"
            head = f"{self.name!r} would be part of {self.now!r}: {alike}. Nothing was changed."
        return "\n".join([head, *lines])


def rename(engine: Engine, what: str, by: str, old: str, new: str, *, forget: bool = False) -> Merged:
    """Gives a person another address, or a type another name; the former one stays known, if not to `forget`.

    Raises RegistryError.
    """
    table, label, key = KNOWN[what], *(("email", "email_key") if what == "person" else ("name", "name_key"))
    with write(engine) as work:
        stored = Stored.of(work.connection, table)
        this, name = _known(stored, what, old), new.strip()
        if not name or (what == "person" and name.count("@") != 1):
            raise RegistryError("new_name_unusable", what=what, name=new)
        if any(number != this for number in stored.by_key.get(fold(name), ())):
            raise RegistryError("new_name_taken", what=what, name=name, old=old)
        before = stored.rows[this]
        work.change(table.c.id, [this], **{label: name, key: fold(name)})
        if what == "person":
            own_addresses(work, {fold(before.email), fold(name)})
        work.event(f"rename_{what}", by, None, **{what: this}, **({"forget": True} if forget else {}))
        if (former := fold(getattr(before, label))) != fold(name) and not forget:
            remember_former(work, table, [(former, this)])
        write_facts(work, table, [(this, before._asdict(), {label: name})], work.at.date())
        return Merged(what, "rename", getattr(before, label) or old, name, forgotten=forget)


def merge(engine: Engine, what: str, by: str, name: str, into: str, *, dry_run: bool = False) -> Merged:
    """Makes a person or a type part of another one: what both have becomes one. Raises RegistryError.

    `dry_run` only says what would become of it.
    """
    table = KNOWN[what]
    with write(engine, trial=dry_run) as work:
        stored = Stored.of(work.connection, table)
        this, target = _known(stored, what, name), _known(stored, what, into)
        if this == target:
            raise RegistryError("merged_with_itself", what=what, name=name)
        if what == "type" and stored.rows[this].numbered != stored.rows[target].numbered:
            raise RegistryError("types_numbered_differ", type=name, into=into)
        theirs = of_owners(work, OWNER[what], [this, target])
        heads = select(credential.id).where(credential.head_version_id.is_not(None), credential.merged_into.is_(None))
        standing = {row.id for row in rows_in(work.connection, heads, credential.id, theirs)}
        words = _words(work, standing)
        work.change(table.c.id, [this], merged_into=target)
        if what == "person":
            own_addresses(work, {fold(stored.rows[number].email) for number in (this, target)})
        regroup(work, theirs)
        joined = _joined(work, standing, words)
        work.event(f"merge_{what}", by, None, **{what: this}, into=target, joined=len(joined))
        return Merged(what, "merge", name, into, joined, dry_run)


def unmerge(engine: Engine, what: str, by: str, name: str) -> Merged:
    """Takes a merge back: each has what was written for it, before and since. Raises RegistryError.

    A type is numbered if the whole is.
    """
    table = KNOWN[what]
    with write(engine) as work:
        this = _merged(work, what, name)
        was, root = this.merged_into, roots(work.connection, table)[this.id]
        stored = Stored.of(work.connection, table)
        taken = this.external_id in stored.by_id if what == "person" else fold(this.name) in stored.by_key
        if taken:
            name_now = this.external_id if what == "person" else this.name
            raise RegistryError("unmerge_taken", what=what, name=name, taken=name_now)
        theirs = of_owners(work, OWNER[what], [root])
        if what == "person":
            work.change(table.c.id, [this.id], email_key=None)
        told = {"numbered": stored.rows[root].numbered} if what == "type" else {}  # its credentials are known by that
        work.change(table.c.id, [this.id], merged_into=None, **told)
        if what == "person":
            own_addresses(work, {fold(this.email)})
        regroup(work, theirs)
        work.event(f"unmerge_{what}", by, None, **{what: this.id}, was=was)
        write_facts(work, table, [(this.id, this._asdict(), told)], work.at.date())
        return Merged(what, "unmerge", name)


def _known(stored: Stored, what: str, name: str) -> int:
    """Who is meant by an address or External ID (a person), or a name (a type). Raises RegistryError."""
    found = stored.by_key.get(fold(name), [])
    if len(found) > 1:
        raise RegistryError("person_shared", name=name, count=len(found))
    number = found[0] if found else stored.by_id.get(name.strip())
    if number is None and (had := stored.former.get(fold(name))):
        now = stored.rows[had]
        raise RegistryError("name_former", name=name, now=now.email if what == "person" else now.name)
    if number is None:
        raise RegistryError("person_not_known" if what == "person" else "type_not_known", name=name)
    return number


def _merged(work: Write, what: str, name: str) -> Any:
    """The row that was merged into another one under this address, External ID or name. Raises RegistryError."""
    table = KNOWN[what]
    found = work.execute(select(table).where(table.c.merged_into.is_not(None)).order_by(table.c.id.desc())).all()
    for row in found:
        if what == "type" and fold(row.name) == fold(name):
            return row
        if what == "person" and ((row.email and fold(row.email) == fold(name)) or row.external_id == name.strip()):
            return row
    raise RegistryError("name_not_merged", what=what, name=name)


def _words(work: Write, credential_ids: Collection[int]) -> dict[int, set[str]]:
    """By each credential the sources that speak of it."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    asked = select(word.credential_id, current.c.name).join(current, current.c.id == word.source_id)
    for number, name in rows_in(work.connection, asked, word.credential_id, credential_ids):
        found[number].add(name)
    return found


def _joined(work: Write, before: Collection[int], words: dict[int, set[str]]) -> tuple[Joined, ...]:
    """Those that more than one of the credentials have become that counted `before`."""
    columns = select(credential.id, func.coalesce(credential.merged_into, credential.id).label("root"))
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows_in(work.connection, columns, credential.id, before):
        members[row.root].append(row.id)
    kind, stands = tables.credential_types.c, tables.credential_versions.alias().c
    named = (
        select(credential.id, kind.name, version.number, version.batch_id, version.sheet, version.line, version.piece)
        .add_columns(select(func.count()).where(stands.credential_id == credential.id, stands.stands).scalar_subquery())
        .join(tables.credential_types, kind.id == credential.type_id)
        .join(tables.credential_versions, version.id == credential.head_version_id)
        .order_by(kind.name, credential.id)
    )
    both = {root: _told_twice([words[one] for one in some]) for root, some in members.items() if len(some) > 1}
    found = list(rows_in(work.connection, named, credential.id, both))
    of = {number: lines_of(work.connection, number) for number in {row.batch_id for row in found}}
    return tuple(
        Joined(name, number, batch, of[batch].written(Place(*place)), versions, both[root])
        for root, name, number, batch, *place, versions in found
    )


def _told_twice(told: Collection[set[str]]) -> tuple[str, ...]:
    every = [name for names in told for name in names]
    return tuple(sorted({name for name in every if every.count(name) > 1}))
