"""Rights: which roles a team has, what each may do, and which acts take which right (TRUST.md, *PostgreSQL rights*).

PostgreSQL keeps them for teams, by statements made from this table; on SQLite everybody may do everything.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

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
    "replay",
)
_DECIDE = ("decide", "undecide", "withdraw", "reinstate", "undo", "media_switch")
_SOURCES = ("rename_source", "merge_source", "unmerge_source", "move")
_PEOPLE = (*(f"{verb}_{what}" for what in ("user", "type") for verb in ("rename", "merge", "unmerge")), "load")

# Per kind of event the rights of which one is enough to write it.
KINDS: dict[str, frozenset[Right]] = {
    **dict.fromkeys(_UPLOAD, frozenset({"upload"})),
    "discard": frozenset({"upload", "administer"}),  # a draft whose file is erased has nothing left to wait for
    **dict.fromkeys(("media", "compare", "waive", "reopen", "resubmit"), frozenset({"upload", "approve"})),
    **dict.fromkeys(_DECIDE, frozenset({"approve"})),
    **dict.fromkeys(("settings", *_SOURCES, *_PEOPLE, "erase", "grant", "revoke"), frozenset({"administer"})),
    "upgrade": frozenset(),  # only who may become the owner
}


def rights_of(roles: Collection[Role]) -> frozenset[Right]:
    """What somebody may do who has these roles."""
    return frozenset().union(*(ROLES[role] for role in roles))


def roles_for(right: Right) -> tuple[Role, ...]:
    """The roles that have a right."""
    return tuple(role for role, rights in ROLES.items() if right in rights)
