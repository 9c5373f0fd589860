"""Facts: what was true of users and types from which day on, written by whatever changes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Table

from credtools.store import tables
from credtools.store.transaction import Write

USER_FACTS = ("status", "groups", "manager")
KINDS: Mapping[Table, tuple[Table, str, tuple[str, ...]]] = {
    tables.users: (tables.user_facts, "user_id", USER_FACTS),
    tables.credential_types: (
        tables.type_facts,
        "type_id",
        (
            *("name", "status", "expiry", "issue", "numbered", "media_required", "approval_required"),
            *("validity_months", "expiry_computed"),
        ),
    ),
}


def as_text(value: Any) -> str:
    """A fact as it is stored; '' where there is none."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def write_facts(
    work: Write, table: Table, changes: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]], today: date
) -> None:
    """What differs between two states of users or types: (id, before, after); `before` empty: whatever there is.

    A deactivation holds from the day that is known; all else from today. To be called after the event.
    """
    kept, owner, names = KINDS[table]
    rows = []
    for number, before, after in changes:
        for name in names:
            new = as_text(after[name]) if name in after else None
            known = as_text(before[name]) if before else "" if name != "status" else None
            if new is not None and new != known:
                gone = after.get("deactivated_on") if (name, new) == ("status", "deactivated") else None
                rows.append((number, name, new, min(gone or today, today), work.seq))
    ids = work.ids(kept, len(rows)) if rows else ()
    work.insert_rows(kept, (owner, "name", "value", "valid_from", "event_seq"), rows, id=ids)
