"""Shown: plain values that the browser shows – rows, choices, and the counts before and after the last click."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from credtools.model import Counts, Review
from credtools.text import plural


def next_sentence(found: Review, losing: Iterable[str] = ()) -> str:
    """What *Next* leads to, in one sentence; and one for each stored value that would be lost."""
    return " ".join((_uploads(found), *losing))


def _uploads(found: Review) -> str:
    ready, rejected, left_out = found.counted.values()
    if ready == found.rows:
        return f"Upload all {plural(ready, 'row')}."
    others = [f"{plural(rejected, 'row')} with errors {'is' if rejected == 1 else 'are'} rejected"] if rejected else []
    by_rule = len(found.left_out_by)
    by = " by status" if not by_rule else " by what a column says" if by_rule == left_out else ""
    others += [f"{plural(left_out, 'row')} {'is' if left_out == 1 else 'are'} left out{by}"] if left_out else []
    return (
        f"Upload {plural(ready, 'row')}; {', '.join(others)}."
        if ready
        else f"Nothing is uploaded; {', '.join(others)}."
    )


def numbers(counts: Counts) -> list[dict[str, str]]:
    """What finishing does to the rows of a file."""
    rows = [
        ("New credentials", counts.new, "not stored here before"),
        ("New versions", counts.new_versions, "of credentials that are stored here already"),
        ("Older versions", counts.older, "go into the history; the newer version still counts"),
        ("Withdrawn", counts.withdrawn, "credentials that no longer stand at their source and count no longer"),
        ("Unchanged", counts.unchanged, "stored here already, or repeated in the file"),
        ("Rejected", counts.rejected, "stay on the list of rejected rows until somebody fixes them"),
        ("Left out", counts.left_out, "by their status, or by what another column says; nothing is stored for them"),
    ]
    rare = ("Withdrawn", "Left out")
    return labelled(*(row for row in rows if row[1] or row[0] not in rare))


def labelled(*rows: tuple[str, int, str]) -> list[dict[str, str]]:
    """Each row of such a table: its label, its number, and what it means."""
    return [{"label": label, "count": f"{count:,}", "help": meaning} for label, count, meaning in rows]


def ended(upload: Mapping[str, Any]) -> str:
    """How a row of `registry.uploads` ended, in a few words: what became of its rows, or that it waits."""
    if upload["state"] == "draft":
        return "a draft, not finished yet"
    if upload["state"] == "held":
        return f"held, {plural(upload['waiting'], 'row')} {'waits' if upload['waiting'] == 1 else 'wait'}"
    if upload["state"] == "discarded":
        return "discarded"
    counts = counts_of(upload)
    others = [(getattr(counts, name), name.replace("_", " ")) for name in ("unchanged", "rejected", "left_out")]
    told = ", ".join(f"{count:,} {what}" for count, what in [(counts.accepted, "accepted"), *others] if count)
    return f"{told or 'no row'}{', then undone' * (upload['state'] == 'undone')}"


def counts_of(upload: Mapping[str, Any]) -> Counts:
    """The counts of a row of `registry.uploads`."""
    return Counts(**{name: int(upload[name]) for name in Counts.__dataclass_fields__})


def listed(names: Iterable[str]) -> list[tuple[str, str]]:
    """Choices whose names are what they choose."""
    return [(name, name) for name in names]


def moment(at: Any, zone: ZoneInfo) -> str:
    """A moment (UTC) as people of this time zone write it, to the minute."""
    return pd.Timestamp(at).tz_convert(zone).strftime("%Y-%m-%d %H:%M")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
