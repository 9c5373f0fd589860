"""Session: what is open – the database of an organisation, where its files lie, and who is at work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from typing import Any, Self, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from credtools import store
from credtools.checking.lookups import Lookups
from credtools.errors import CredtoolsWarning, RegistryError
from credtools.model import OrganisationSettings, Patch
from credtools.model.rights import KINDS, RIGHTS, Me, Right, roles_for
from credtools.registry import organisation
from credtools.schema.loading import SchemaFile
from credtools.schema.loading import load as load_schema
from credtools.settings import Settings
from credtools.store.blobs import Blobs
from credtools.text import fold

Found = TypeVar("Found")


class Session:
    """What every verb takes first. Reads ask `at`, writes go to `engine`.

    Attributes:
        places: where schemas, notebooks, runs and media lie.
        by: who is at work; on a team's registry the login.
        person: whose that is, an e-mail address.
    """

    def __init__(self, engine: Engine, places: Settings, by: str, person: str = "") -> None:
        self.places = places
        self.by = by
        self.person = person or by
        self.ignored: CredtoolsWarning | None = None  # that somebody else was named as being at work
        self._engine: Engine | None = engine
        self.written: list[store.Done] = engine.get_execution_options().get(store.WRITTEN, [])  # since it was opened
        self.passwords: dict[str, str] = {}  # of protected files, by SHA-256, as long as this is open: stored nowhere
        self._kept: dict[str, Lookups] = {}  # what was read last, as long as nothing has changed it
        self._moment: Connection | None = None
        self._facts: store.reads.Facts | None = None  # those of the moment
        self._found: dict[tuple[int, Hashable], Any] = {}  # what else was found out, by the last event of then

    @classmethod
    def within(cls, connection: Connection, places: Settings, by: str, person: str = "") -> Session:
        """A session that lives in a transaction under way, and ends with it."""
        now = cls(connection.engine, places, by, person)
        now._moment = connection
        return now

    # --- open and closed ------------------------------------------------------------------------------------

    @property
    def engine(self) -> Engine:
        """The database. Raises RegistryError (`registry_closed`) after `close`."""
        if self._engine is None:
            raise RegistryError("registry_closed")
        return self._engine

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._engine is None

    def close(self) -> None:
        """Gives the connections back; the registry and its batches can't be used any more."""
        if self._engine is not None:
            self._engine.dispose()
        self._engine = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- one moment -----------------------------------------------------------------------------------------

    @property
    def at(self) -> store.At:
        """What is read from: the database as it is now, or as it was when the moment began."""
        return self.engine if self._moment is None else self._moment

    @contextmanager
    def moment(self) -> Iterator[Self]:
        """This session, reading one moment of the registry in one transaction, whatever others write."""
        if self._moment is not None:
            yield self
            return
        with store.snapshot(self.engine) as connection:
            now = copy(self)
            now._moment = connection  # noqa: SLF001 - its own kind
            yield now

    def once(self, what: Hashable, find: Callable[[], Found]) -> Found:
        """What `find` gives; within moments it is asked again only when somebody has written in between."""
        if self._moment is None:
            return find()
        if (key := (self.facts().seq, what)) not in self._found:
            found = find()
            for old in [one for one in self._found if one[0] != key[0]]:
                self._found.pop(old, None)
            self._found[key] = found
            return found
        return cast("Found", self._found[key])

    def family(self, source: str) -> Sequence[int]:
        """The ids of a source and of those that were merged into it, its own first; none where it is unknown."""
        return self.once(("family", source), lambda: store.reads.family(self.at, source))

    def patches(self, source: str) -> Sequence[Patch]:
        """The corrections in force for a source; asked again only when somebody has written in between."""
        with self.moment() as now:
            sources = tuple(now.family(source))
            return now.once(("patches", sources), lambda: store.reads.patches(now.at, sources))

    # --- who is at work -------------------------------------------------------------------------------------

    @property
    def me(self) -> Me:
        """Who is at work: login, person, roles and rights, as the database has them now."""
        return self.once("me", lambda: store.reads.team.me(self.at, self.by))

    def may(self, right: Right) -> bool:
        """Whether one may `upload`, `approve`, `audit` (read what others uploaded) or `administer`.

        Where rights are advisory (SQLite), everybody may do everything.
        """
        if right not in RIGHTS:
            raise RegistryError("right_unknown", right=right, known=", ".join(RIGHTS))
        return self.me.may(right)

    def require(self, kind: str) -> None:
        """Raises RegistryError (`not_allowed`) unless one may do what makes this kind of event."""
        if not (me := self.me).may_write(kind):
            raise store.not_allowed(self.at, me, KINDS[kind])

    def require_all(self) -> None:
        """Raises RegistryError (`not_allowed`) unless one may read everything: of a part much would look wrong."""
        if not (me := self.me).may("audit") and not me.owner:
            raise store.not_allowed(self.at, me, ["audit"])

    def called(self) -> dict[str, str]:
        """How the people behind logins are called, by login; nothing where there are no logins."""
        return self.once("called", lambda: store.reads.team.called(self.at))

    def namer(self) -> Callable[[object], str]:
        """What makes of a login how its person is called, see `called`; any other text stays."""
        called = self.called()
        return lambda login: called.get(str(login), str(login))

    def is_me(self, login: str) -> bool:
        """Whether a login is that of the person at work."""
        persons = self.once("persons", lambda: store.reads.team.persons(self.at))
        return fold(persons.get(login, login)) == fold(persons.get(self.by, self.by))

    def sent_to(self) -> list[str] | None:
        """Who decides instead of who is at work, by name where it is known; None for somebody who may decide.

        With four eyes not who is at work, under another login.
        """
        if (me := self.me).may("approve"):
            return None
        there = store.reads.team.members(self.at, me.prefix, roles_for("approve"))
        four_eyes = self.settings.four_eyes
        return sorted({self.namer()(login) for login in there if not (four_eyes and self.is_me(login))})

    # --- protected files ------------------------------------------------------------------------------------

    def know(self, content: bytes, password: str | None) -> None:
        """From now on these bytes are opened by a password; it is kept in memory only."""
        if password is not None:
            self.passwords[hashlib.sha256(content).hexdigest()] = password

    def password_of(self, content: bytes) -> str | None:
        """By which password some bytes are opened, where one was given."""
        return self.passwords.get(hashlib.sha256(content).hexdigest()) if self.passwords else None

    # --- what the organisation has decided and knows ----------------------------------------------------------

    def facts(self) -> store.reads.Facts:
        """What one question answers; within a moment it is asked once."""
        if self._moment is None:
            return store.reads.facts(self.engine, self.person)
        self._facts = self._facts or store.reads.facts(self._moment, self.person)
        return self._facts

    @property
    def settings(self) -> OrganisationSettings:
        """The organisation's settings in force."""
        return organisation.from_texts(self.facts().settings)

    def lookups(self) -> Lookups:
        """Users, types, settings and today: as of now, and read again only when somebody has changed them."""
        with self.moment() as now:
            facts, settings, last = now.facts(), now.settings, self._kept.get("last")
            today = datetime.now(ZoneInfo(settings.time_zone)).date()
            if last is None or (last.revision, last.today) != (facts.revision, today):
                users, types = store.reads.users(now.at), store.reads.types(now.at)
                known = (users, types, settings, today, facts.revision, facts.date_format)
                last = Lookups(*known, store.reads.former(now.at))
                self._kept["last"] = last
            return last

    def schema(self, name: str) -> SchemaFile:
        """The schema document of this name, from the folder that the settings name. Raises SchemaError."""
        return load_schema(name, self.places.schemas)

    @property
    def blobs(self) -> Blobs:
        """The files of all media, by the SHA-256 of their content."""
        return Blobs(self.places.blobs)
