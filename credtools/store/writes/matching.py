"""Matching: whom the rows of a file of users or types mean, of those who are stored.

A user is known by the External ID; without one, or where nobody has it, by an address that is theirs alone. A former
address or name means who had it last, unless somebody else has it now.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, update

from credtools.errors import RegistryError
from credtools.store import tables
from credtools.store.erased import KEY
from credtools.store.reads.lineage import roots
from credtools.store.transaction import Write
from credtools.text import fold

Row = dict[str, Any]


@dataclass
class Stored:
    """Who is stored by now: rows by id, and by External ID, key (of address or name), and former key their ids.

    `merged`: by External IDs and keys of who was merged into others these others.
    """

    rows: dict[int, Any]
    by_id: dict[str, int] = field(default_factory=dict)
    by_key: dict[str, list[int]] = field(default_factory=dict)
    former: dict[str, int] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: Connection, table: Table) -> Stored:
        """Users or types, without those who were erased."""
        old = tables.former_names.c
        label, owner = ("email", old.user_id) if table is tables.users else ("name", old.type_id)
        merged, found = roots(connection, table), connection.execute(select(table).order_by(table.c.id)).all()
        alive = [row for row in found if not str(getattr(row, "email_key", "") or "").startswith(KEY)]
        stored = cls({row.id: row for row in alive if row.id not in merged})
        keys: defaultdict[str, list[int]] = defaultdict(list)
        told = connection.execute(select(old.key, owner).where(owner.is_not(None)).order_by(old.event_seq, old.id))
        former = [(key, number) for key, number in told if key]
        for row in alive:
            key, external = fold(getattr(row, label)), getattr(row, "external_id", None)
            if row.id in merged:
                stored.merged |= {name: merged[row.id] for name in (key, external) if name}
                continue
            if key:
                keys[key].append(row.id)
            if external:
                stored.by_id[external] = row.id
        stored.by_key = dict(keys)
        had = [(key, merged.get(number, number)) for key, number in [*former, *stored.merged.items()]]
        stored.former = {key: number for key, number in had if key not in keys and number in stored.rows}
        stored.merged = {name: number for name, number in stored.merged.items() if name not in stored.by_id}
        return stored


@dataclass
class Meant:
    """Per row of a file who it is (None: somebody new), and the rows that name somebody by a former address or name.

    `former`: these, and who that is; `left_out`: those of them that say nothing: another row is that one's own, or they
    are of who was merged into them.
    """

    ids: list[int | None]
    former: dict[int, int] = field(default_factory=dict)
    left_out: set[int] = field(default_factory=set)


def meant(stored: Stored, rows: Sequence[Row], keys: Sequence[str]) -> Meant:
    """Whom each row means. Raises RegistryError when an External ID is somebody else's, or an address of several."""
    return _Matching(stored, rows, keys).meant()


class _Matching:
    """One file under way; a row is known by its place in it, and who is `claimed` by the place of the row."""

    def __init__(self, stored: Stored, rows: Sequence[Row], keys: Sequence[str]) -> None:
        self.stored, self.rows, self.keys = stored, rows, keys
        self.externals: list[str] = [row.get("external_id") or "" for row in rows]
        self.found = Meant([None] * len(rows))
        self.claimed: dict[int, int] = {}
        self.at_key: defaultdict[str, list[int]] = defaultdict(list)
        for place, key in enumerate(keys):
            if key:
                self.at_key[key].append(place)

    def meant(self) -> Meant:
        for place, external in enumerate(self.externals):
            if external in self.stored.by_id and not self._moves(place):
                self._claim(place, self.stored.by_id[external])
            elif external in self.stored.merged:
                self._is_former(place, self.stored.merged[external])
        for number, place in self.claimed.items():
            self._refuse_taken(place, self.stored.rows[number])
        unknown = [key for key, places in self.at_key.items() if not self._by_address(key, places)]
        for place in (place for key in unknown for place in self._left(self.at_key[key])):
            had = self.stored.former.get(self.keys[place])
            if had is not None and not self._another(self.stored.rows[had], place):
                self._is_former(place, had)
        for place, number in self.found.former.items():
            if number in self.claimed:
                self.found.left_out.add(place)
            elif place not in self.found.left_out:
                self._claim(place, number)
        return self.found

    def _is_former(self, place: int, number: int) -> None:
        """A row that names somebody by a former name; it says nothing where it is that of who was merged into them."""
        self.found.former[place] = number
        if self.externals[place] in self.stored.merged or self.keys[place] in self.stored.merged:
            self.found.left_out.add(place)

    def _claim(self, place: int, number: int) -> None:
        self.found.ids[place], self.claimed[number] = number, place

    def _left(self, places: Sequence[int]) -> list[int]:
        return [place for place in places if self.found.ids[place] is None and place not in self.found.former]

    def _moves(self, place: int) -> bool:
        """Whether an External ID goes from its holder, whose own row gives it up, to another user who is stored."""
        holder = self.stored.rows[self.stored.by_id[self.externals[place]]]
        own, key = fold(holder.email), self.keys[place]
        others = [number for number in self.stored.by_key.get(key, ()) if number != holder.id]
        rows = [other for other in self.at_key.get(own, ()) if "external_id" in self.rows[other]]
        gives_up = any(self.externals[other] not in self.stored.by_id for other in rows)
        return key != own and len(others) == 1 and gives_up

    def _refuse_taken(self, place: int, holder: Any) -> None:
        """Raises RegistryError where the address of the row is somebody else's whom no other row names by an ID."""
        key = self.keys[place]
        others = [one for one in self.stored.by_key.get(key, ()) if one != holder.id and one not in self.claimed]
        if others and key != fold(holder.email):
            facts = {
                "external_id": self.externals[place],
                "user": self.rows[place].get("email"),
                "holder": holder.email,
            }
            raise RegistryError("external_id_taken", **facts)

    def _by_address(self, key: str, places: Sequence[int]) -> bool:
        """Whose rows these are that have an address; False where nobody has it now."""
        everybody = self.stored.by_key.get(key, [])
        alone, owners = self._left(places), [number for number in everybody if number not in self.claimed]
        if alone and everybody and not owners:  # they are in the file by their External IDs
            still = [number for number in everybody if self.keys[self.claimed[number]] == key]
            for place in alone:
                if not self.externals[place]:
                    self._refuse_shared(place, len(still))
                    self.found.former[place] = everybody[0]
        elif len(alone) == len(everybody) == 1:
            if not (self._another(self.stored.rows[owners[0]], alone[0]) and self._other_name(owners[0], alone[0])):
                self._claim(alone[0], owners[0])
        elif alone and everybody:
            self._of_several(alone, owners, len(everybody))
        return bool(everybody)

    def _of_several(self, places: Sequence[int], owners: Sequence[int], count: int) -> None:
        """Several rows or users with one address: an External ID tells them apart, or else exactly the name."""
        for place in places:
            if not self.externals[place]:
                self._refuse_shared(place, max(count, 2))
        for number in owners:
            user = self.stored.rows[number]
            if not user.external_id:
                same = [place for place in places if fold(self.rows[place].get("name") or "") == fold(user.name)]
                if len(same) != 1:
                    self._refuse_shared(places[0], max(count, 2))
                self._claim(same[0], number)

    def _refuse_shared(self, place: int, count: int) -> None:
        if count:
            raise RegistryError("address_shared", address=self.rows[place].get("email"), count=max(count, 2))

    def _another(self, user: Any, place: int) -> bool:
        """Whether an External ID tells somebody apart from a user."""
        known = getattr(user, "external_id", None)
        return bool(known and self.externals[place] and known != self.externals[place])

    def _other_name(self, number: int, place: int) -> bool:
        names = {fold(self.stored.rows[number].name), fold(self.rows[place].get("name") or "")} - {""}
        return len(names) > 1


def own_addresses(work: Write, touched: set[str]) -> None:
    """Who has one of these (folded) addresses alone is known by it; of those who share it nobody is."""
    user = tables.users.c
    found = work.execute(select(user.id, user.email, user.email_key).where(user.merged_into.is_(None))).all()
    ours = [(row, key) for row in found if (key := fold(row.email)) and key in touched]
    several = {key for key, count in Counter(key for _, key in ours).items() if count > 1}
    work.change(user.id, [row.id for row, key in ours if key in several], email_key=None)
    own = [{"row_id": row.id, "key": key} for row, key in ours if key not in several and row.email_key != key]
    if own:
        statement = update(tables.users).where(user.id == bindparam("row_id")).values(email_key=bindparam("key"))
        work.execute(statement, own)


def remember_former(work: Write, table: Table, former: Sequence[tuple[str, int]]) -> None:
    """By what users or types were known until the event that was just written: (key, id)."""
    owner = "user_id" if table is tables.users else "type_id"
    ids = work.ids(tables.former_names, len(former)) if former else ()
    work.insert_rows(tables.former_names, ("key", owner), former, id=ids, event_seq=work.seq)
