"""Shown: plain values that the browser shows – rows, choices, and the counts before and after the last click."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from credtools.model import Counts
from credtools.text import plural


def next_sentence(rows: int, ready: int) -> str:
    """What *Next* leads to, in one sentence."""
    if ready == rows:
        return f"Upload all {plural(rows, 'row')}."
    wrong = f"{plural(rows - ready, 'row')} with errors {'is' if rows - ready == 1 else 'are'} rejected"
    return f"Upload {plural(ready, 'row')}; {wrong}." if ready else f"Nothing is uploaded; {wrong}."


def numbers(counts: Counts) -> list[dict[str, str]]:
    """What finishing does to the rows of a file."""
    return labelled(
        ("New credentials", counts.new, "not stored here before"),
        ("New versions", counts.new_versions, "of credentials that are stored here already"),
        ("Older versions", counts.older, "go into the history; the newer version still counts"),
        ("Unchanged", counts.unchanged, "stored here already, or repeated in the file"),
        ("Rejected", counts.rejected, "stay on the list of rejected rows until somebody fixes them"),
    )


def labelled(*rows: tuple[str, int, str]) -> list[dict[str, str]]:
    """Each row of such a table: its label, its number, and what it means."""
    return [{"label": label, "count": f"{count:,}", "help": meaning} for label, count, meaning in rows]


def listed(names: Iterable[str]) -> list[tuple[str, str]]:
    """Choices whose names are what they choose."""
    return [(name, name) for name in names]


def moment(at: Any, zone: ZoneInfo) -> str:
    """A moment (UTC) as people of this time zone write it, to the minute."""
    return pd.Timestamp(at).tz_convert(zone).strftime("%Y-%m-%d %H:%M")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
