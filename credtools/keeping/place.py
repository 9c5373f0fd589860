"""Place: where a registry is made anew, and as whose."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import URL

from credtools.store.addresses import checked, shown, sqlite_path
from credtools.store.blobs import Blobs
from credtools.store.connecting import SECONDS

PREFIX = "ct"


@dataclass(frozen=True)
class Place:
    """Where it will be, and where its media lie.

    `seconds`: how long a server may be silent; `team`, `prefix`: whether roles of this prefix keep its rights (None: as
    it was where it comes from).
    """

    url: str | URL
    blobs: Blobs
    seconds: float = SECONDS
    team: bool | None = None
    prefix: str | None = None

    @property
    def address(self) -> URL:
        return checked(self.url)

    @property
    def shown(self) -> str:
        return shown(self.address)

    def roles(self, was: str | None) -> str | None:
        """The prefix of the roles that keep its rights; `was`: that of where it comes from. None: nobody keeps them.

        Where they can't be kept they are only if that was asked for, which is refused then.
        """
        asked = self.team if self.team is not None else was is not None and sqlite_path(self.address) is None
        return (self.prefix or was or PREFIX) if asked else None
