"""Administration: who may do what, the organisation's settings, and the types of credentials.

Whoever may not administer sees the same without controls. On SQLite nobody's rights are kept, so no people are listed.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd

from credtools.errors import CredtoolsError
from credtools.jupyter.parts.page import DropZone, scripts
from credtools.jupyter.parts.shown import moment, records
from credtools.model.rights import Role
from credtools.registry import Registry

ROLES: dict[Role, str] = {
    "uploader": "uploads files, corrects and finishes them",
    "service": "does so for a scheduler; never together with approver",
    "approver": "approves, rejects, withdraws, undoes",
    "auditor": "reads everything, changes nothing",
    "admin": "grants roles; changes settings, users, types and sources",
}
SETTINGS = {  # what each is called, and what it does
    "approval_required": ("Approval required", "New credentials wait until somebody approves them."),
    "four_eyes": ("Four eyes", "Nobody approves what they uploaded or finished themselves."),
    "media_optional": ("Media optional", "Credentials of types that require media can be approved without."),
    "refuse_attachments": ("Refuse PDFs with attachments", "PDFs that hold other files aren't taken as media."),
    "same_day_expiry": ("Expiry on the issue date", "A credential may expire on the day it was issued."),
    "date_format": ("Date format", "How days are shown, like DD/MM/YYYY; people may have their own."),
    "time_zone": ("Time zone", "By which today is told, like Europe/Vienna."),
    "expiring_soon_days": ("Expiring soon (days)", "From how many days before its end a credential counts so."),
    "max_rows": ("Rows of a file", "How many rows one upload may have at most."),
    "keep_source_days": ("Keep files (days)", "How long the bytes of uploaded files are kept; 0: for ever."),
    "keep_values_days": ("Keep rejected values (days)", "How long raw values of rows are kept; 0: for ever."),
    "keep_media_days": ("Keep media (days)", "How long scans are kept; 0: for ever."),
    "keep_runs_days": ("Keep records of runs (days)", "How long folders of runs are kept; 0: for ever."),
}
ADVISORY = (
    "Who may do what isn't kept here: whoever can open this registry may do everything. "
    "PostgreSQL keeps roles for a team, in a registry that was made as a team's one."
)
RULES = ("name", "status", "issue", "expiry", "validity_months", "numbered", "media_required", "approval_required")
HEADINGS = ("Type", "Status", "Issue date", "Expiration date", "Months", "Numbered", "Media required", "Approval")


class Admin(DropZone):
    """People with their roles, settings and types; each change is one verb of the registry."""

    _esm = scripts("dom", "connected", "drop_zone", "dialog", "admin")

    def show(self) -> None:
        told = {"me": self.registry.by, "advisory": ADVISORY, "roles": list(ROLES.items()), "headings": list(HEADINGS)}
        kept = {"people": people(self.registry), "settings": settings(self.registry), "types": types(self.registry)}
        self.send({"type": "state", **self.said()} | told | kept)

    def do_grant(self, login: str, role: str, person: str = "") -> str:
        """Gives a login a role; a blank person stays as it was."""
        self.registry.grant(login.strip(), cast("Role", role), person.strip() or None)
        return f"{login.strip()} is {role} now."

    def do_revoke(self, login: str, role: str) -> str:
        """Takes a role from a login."""
        gone = self.registry.revoke(login, cast("Role", role))
        return f"{login} is no longer {', '.join(gone)}."

    def do_set(self, key: str, value: str) -> str:
        """Changes one setting."""
        self.registry.set(key, value)
        return f"{SETTINGS[key][0]}: {_text(asdict(self.registry.settings)[key])}."

    def do_template(self) -> None:
        self.hand_out("credential_types", ".csv", lambda path: self.registry.template(path, "credential_types"))

    def do_load(self) -> str:
        """Adds or updates the types of the list that has arrived."""
        arrived = list(self.arrivals())
        if not arrived:
            raise CredtoolsError("no_open_file")
        return f"Types: {self.registry.load('types', arrived[-1])}."


def people(registry: Registry) -> list[dict[str, Any]] | None:
    """Those who have a role, or had one; None where rights aren't kept."""
    if not registry.me.prefix:
        return None
    zone, found = ZoneInfo(registry.settings.time_zone), registry.who()
    called = registry.namer()
    found["at"] = ["" if pd.isna(at) else moment(at, zone) for at in found["at"]]
    found["by"] = list(map(called, found["by"]))
    return [one | {"roles": [role for role in str(one["roles"]).split(", ") if role]} for one in records(found)]


def settings(registry: Registry) -> list[dict[str, Any]]:
    """Each setting with its title, what it does, and its value as text or flag."""
    found = asdict(registry.settings)
    return [{"key": key, "title": title, "help": told, "value": found[key]} for key, (title, told) in SETTINGS.items()]


def types(registry: Registry) -> list[list[str]]:
    """The types of credentials with their rules, by name."""
    found = registry.lookups().types.sort_values("name", key=lambda names: names.str.casefold())
    return [[_text(row[name]) for name in RULES] for row in records(found)]


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
