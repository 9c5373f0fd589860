"""Credentials: the home page – totals, a plain list with a filter, and what waits to be continued."""

from __future__ import annotations

from datetime import date
from typing import Any

from credtools.jupyter.parts.shown import records
from credtools.registry import Registry, validity
from credtools.schema.dates import date_format
from credtools.text import fold

MOST_SHOWN = 100
NOTHING_WAITS = "Nothing is waiting for review."
SHOWN = ["user_email", "credential_type", "credential_number", "issue_date", "expiration_date", "state"]


class Credentials:
    """The standing credentials of an organisation, each with its state today."""

    def __init__(self, registry: Registry) -> None:
        found = registry.credentials()
        lookups = registry.lookups()
        self._dates = date_format(lookups.date_format)
        days = lookups.settings.expiring_soon_days
        self.totals = validity.totals(found, lookups.today, days)
        found["state"] = validity.states(found, lookups.today, days)
        self._found, self._today = found, lookups.today
        latest = validity.latest(found)
        shown = found["newest"] | found.index.isin(latest.index) | (found["decision"] == "pending")
        self._rows = found[shown].iloc[::-1]

    def like(self, text: str = "", state: str = "", days: int = 0) -> dict[str, Any]:
        """The first versions whose user, type or number contains `text`, and how many of how many credentials.

        `days`: only those that expire within so many, soonest first.
        """
        rows = validity.expiring(self._found, self._today, days) if days else self._rows
        if state:
            rows = rows[rows["state"] == state]
        if wanted := fold(text):
            words = rows["user_email"] + " " + rows["credential_type"] + " " + rows["credential_number"].fillna("")
            rows = rows[[wanted in fold(word) for word in words]]
        first = rows.head(MOST_SHOWN)[SHOWN].astype("object").fillna("").to_numpy().tolist()
        shown = [[self._dates.write(cell) if isinstance(cell, date) else str(cell) for cell in row] for row in first]
        return {"rows": shown, "found": len(rows), "credentials": rows["credential"].nunique()}


def waiting(registry: Registry) -> list[dict[str, Any]]:
    """Drafts and held batches, newest first."""
    found = registry.batches()
    found = found[found["state"].isin(("draft", "held"))].head(MOST_SHOWN)
    found["by"] = list(map(registry.namer(), found["uploaded_by"]))
    return records(found[["batch", "file", "state", "by"]])
