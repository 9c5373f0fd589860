"""Rights: which roles a team has, what each may do, and which acts take which right (TRUST.md, *PostgreSQL rights*).

PostgreSQL keeps them for teams, by statements made from this table; on SQLite everybody may do everything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from credtools.text import Shown

Role = Literal["uploader", "service", "approver", "auditor", "admin"]
Right = Literal["upload", "approve", "audit", "administer"]

ROLES: dict[Role, frozenset[Right]] = {
    "uploader": frozenset({"upload"}),
    "service": frozenset({"upload"}),  # a scheduler: never together with `approver`
    "approver": frozenset({"approve", "audit"}),
    "auditor": frozenset({"audit"}),  # reads everything, writes nothing
    "admin": frozenset({"administer", "audit"}),
}
RIGHTS: tuple[Right, ...] = get_args(Right)

_UPLOAD = (
    *("upload", "continue", "patch", "amend", "count_again", "leave", "stage", "unstage", "hold", "finish"),
    *("replay", "fail"),
)
_DECIDE = ("decide", "undecide", "withdraw", "reinstate", "undo", "media_switch")
_SOURCES = ("rename_source", "merge_source", "unmerge_source", "share_source", "unshare_source")
_PEOPLE = (*(f"{verb}_{what}" for what in ("person", "type") for verb in ("rename", "merge", "unmerge")), "load")

# Per kind of event the rights of which one is enough to write it.
KINDS: dict[str, frozenset[Right]] = {
    **dict.fromkeys(_UPLOAD, frozenset({"upload"})),
    "discard": frozenset({"upload", "administer"}),  # a draft whose file is erased has nothing left to wait for
    **dict.fromkeys(("media", "compare", "keep", "waive", "reopen", "resubmit"), frozenset({"upload", "approve"})),
    "move": frozenset({"upload", "administer"}),  # whoever saves a recipe from an upload without one
    **dict.fromkeys(_DECIDE, frozenset({"approve"})),
    **dict.fromkeys(("settings", *_SOURCES, *_PEOPLE, "erase", "tidy", "grant", "revoke"), frozenset({"administer"})),
    "upgrade": frozenset(),  # only who may become the owner
}

OF_OWNERS = ("grant", "revoke", "upgrade")  # what the owner may do, too, who has no right to anything else


def rights_of(roles: Collection[Role]) -> frozenset[Right]:
    """What somebody may do who has these roles."""
    return frozenset().union(*(ROLES[role] for role in roles))


def roles_for(right: Right) -> tuple[Role, ...]:
    """The roles that have a right."""
    return tuple(role for role, rights in ROLES.items() if right in rights)


@dataclass(frozen=True)
class Me(Shown):
    """Who is at work: the login, whose it is (an e-mail address, or the login itself), and what that may do.

    Attributes:
        prefix: of the roles of a team's registry; '' where rights are advisory, and everybody may do everything.
        owner: whether the login may become the owner of the tables, as whoever makes and upgrades them: that says who
            the first administrator is.
    """

    login: str
    person: str
    roles: tuple[Role, ...] = ()
    rights: frozenset[Right] = frozenset(RIGHTS)
    prefix: str = ""
    owner: bool = False

    def may(self, right: Right) -> bool:
        return right in self.rights

    def may_write(self, kind: str) -> bool:
        """Whether one of the rights that an event of this kind takes is there."""
        return not self.prefix or bool(self.rights & KINDS[kind]) or (self.owner and kind in OF_OWNERS)

    def __str__(self) -> str:
        if not self.prefix:
            return f"{self.login}: may do everything, rights are only kept on PostgreSQL"
        whose = f" ({self.person})" if self.person != self.login else ""
        return f"{self.login}{whose}: {', '.join(self.roles) or 'no role'}"
