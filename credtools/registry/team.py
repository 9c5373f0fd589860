"""Team: who may do what on a registry that PostgreSQL guards; on SQLite everybody may do everything."""

from __future__ import annotations

import pandas as pd

from credtools import store
from credtools.errors import RegistryError
from credtools.model.rights import ROLES, Me, Role
from credtools.registry.sources import Sources


class Team(Sources):
    """Roles of logins; each change is chained in the name of who makes it."""

    def grant(self, login: str, role: Role, person: str | None = None) -> None:
        """Gives a login of the database's server a role.

        Args:
            login: as it connects; the server's administrator makes it (CREATE ROLE … LOGIN).
            role: `uploader`, `service` (a scheduler, which never approves), `approver`, `auditor` or `admin`.
            person: whose login it is, an e-mail address; None leaves what was said before, else the login itself.

        Raises:
            RegistryError: there is no such login or role, the login is bound by no role, has done something as another
                person, or that person would be a service and an approver; one may not grant, or rights aren't kept
                (SQLite). Nothing is granted then.
        """
        me = self._guarded("grant")
        there, role = self.who(), _known(role)
        if person is not None and "@" not in person:
            raise RegistryError("person_no_address", person=person)
        before = there.loc[there["login"] == login, "person"].tolist()
        store.grant(self.engine, me, login, role, (person or "").strip() or "".join(before) or login)

    def revoke(self, login: str, role: Role | None = None) -> tuple[Role, ...]:
        """Takes a role from a login, or all that it has; returns which.

        Whoever is connected by then may do nothing more. Raises RegistryError as `grant`, when it has no such role or
        has it in another way (by a role of the server), and when nobody could grant roles any more.
        """
        me = self._guarded("revoke")
        has = _roles(self.who(), login)
        gone = tuple(one for one in ROLES if one in has and role in (None, one))
        if not gone:
            raise RegistryError("role_not_there", login=login, role="a role" if role is None else f"the role {role}")
        store.revoke(self.engine, me, login, list(gone))
        return gone

    def share_source(self, source: str, login: str) -> None:
        """Lets a login upload under a source that others began, and see everything that came under it.

        A source belongs to the person who began it; one that a service began to all uploaders.

        Raises:
            RegistryError: there is no such source or login, one may not, or rights aren't kept (SQLite).
        """
        store.share(self.engine, self._guarded("share_source"), source, login, shared=True)

    def unshare_source(self, source: str, login: str) -> None:
        """Takes that back. Raises RegistryError as `share_source`, and when the source wasn't shared with the login."""
        store.share(self.engine, self._guarded("unshare_source"), source, login, shared=False)

    def who(self) -> pd.DataFrame:
        """The logins that have a role here, and whose they are.

        Returns:
            login, person (an e-mail address, '' where none was given), name (of that user), roles (separated by
            commas), by (str: who granted last), sources (str: which were shared with it, separated by commas), at
            (datetime64[us, UTC]: when; missing where that isn't known), formerly (str: under which other name the login
            was granted, where the server's administrator renamed it).

        Raises:
            RegistryError: rights aren't kept (SQLite).
        """
        self._guarded()
        return store.reads.team.who(self.at)

    def _guarded(self, kind: str = "") -> Me:
        """Who is at work. Raises RegistryError where rights aren't kept, or who is at work may not do that."""
        me = self.me
        if not me.prefix:
            raise RegistryError("rights_advisory", database=self.engine.dialect.name)
        if kind:
            self.require(kind)
        return me


def _known(role: str) -> Role:
    for known in ROLES:
        if known == role:
            return known
    raise RegistryError("role_unknown", role=role, known=", ".join(ROLES))


def _roles(found: pd.DataFrame, login: str) -> set[Role]:
    mine = found.loc[found["login"] == login, "roles"]
    return {role for role in ROLES if not mine.empty and role in mine.iloc[0].split(", ")}
