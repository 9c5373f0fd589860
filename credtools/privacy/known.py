"""Known: by what a person is and was known – former addresses, and users who were merged into them, too."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import Connection, select

from credtools.privacy.person import Person
from credtools.store import tables
from credtools.store.erased import token
from credtools.store.reads.lineage import kin
from credtools.store.reads.organisation import known_as
from credtools.text import fold


def logins_of(connection: Connection, person: Person) -> dict[str, list[str]]:
    """By the person's address, as it was granted, the logins that are theirs."""
    login = tables.logins.c
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(login.login, login.person).order_by(login.login)):
        if person.in_cells([row.person]):
            found[row.person].append(row.login)
    return dict(found)


def known(connection: Connection, email: str, external_id: str) -> tuple[list[int], Person, int]:
    """The ids of the user with this address or External ID and of who was merged into them; who they are; namesakes.

    Nobody's ids, and just what was asked for, where nobody is a user. What somebody else has, too – a name, an address
    that is shared or was given on – proves nothing, and isn't looked for; namesakes: how many others have the name.
    """
    this = known_as(connection, email, external_id)
    if this is None:
        return [], Person(email, external_id), 0
    user, former = tables.users.c, tables.former_names.c
    ids = kin(connection, tables.users, this)
    rows = {row.id: row for row in connection.execute(select(tables.users).where(user.id.in_(ids)))}
    others = connection.execute(select(user.name, user.email).where(user.id.not_in(ids))).all()
    names = Counter(fold(row.name) for row in others if row.name)
    taken = {fold(row.email) for row in others}

    def person(number: int, *more: Person) -> Person:
        row = rows[number]
        email = "" if fold(row.email) in taken else row.email
        return Person(email, row.external_id or "", "" if names[fold(row.name)] else row.name, token(this), more)

    keys = connection.execute(select(former.key).where(former.user_id.in_(ids)).order_by(former.id)).scalars()
    before = [Person(key) for key in dict.fromkeys(keys) if key not in taken]
    merged = [person(number) for number in ids[1:]]
    return ids, person(this, *before, *merged), max(names[fold(row.name)] for row in rows.values())
