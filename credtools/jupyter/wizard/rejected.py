"""Rejected: the rejected rows of one batch, as they are now."""

from __future__ import annotations

from typing import Any

import pandas as pd

from credtools.errors import remedied
from credtools.model import REJECT_STATES, exact, lines_in
from credtools.registry import Registry


def rejected(registry: Registry, batch: int, state: str, most: int) -> dict[str, Any]:
    """The first rejected rows of a batch in this state ('' for all), and how many there are in each."""
    counts = {str(name): int(n) for name, n in registry.audit.rejects(by="source", batch=batch).sum().items()}
    state = state if state in REJECT_STATES else ""
    found = registry.rejected_rows(batch, state, most)
    found["row"] = exact(found)
    found["where"] = pd.Series(lines_in(found), index=found.index, dtype="object")
    rows = [_row(errors) for _, errors in found.groupby("reject", sort=False)]
    choices = [(name, f"{name} ({counts[name]:,})") for name in REJECT_STATES if counts.get(name)]
    total = counts.get(state, 0) if state else sum(counts.values())
    return {"rows": rows, "found": total, "state": state, "choices": [*choices, ("", "all")], "open": counts["open"]}


def _row(errors: pd.DataFrame) -> dict[str, Any]:
    first = errors.iloc[0]
    told = [
        f"{title}: {remedied(text, 'screen')}" if text else title  # no sentence once it was erased
        for title, text in zip(errors["title"], errors["resolution"].fillna(""), strict=True)
    ]
    reason = "" if pd.isna(first["reason"]) else str(first["reason"])
    fixed = f"in batch {first['fixed_batch']}" if first["state"] == "fixed" else ""
    return {
        "row": first["row"],
        "line": first["where"],
        "state": first["state"],
        "errors": told,
        "note": reason or fixed,
    }
