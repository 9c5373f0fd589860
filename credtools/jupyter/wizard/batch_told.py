"""Batch told: a batch in one line, what state it is in, and what undoing it would do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from credtools.jupyter.parts.shown import counts_of, moment
from credtools.model import JUDGED_STATES
from credtools.text import plural


def line(one: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """A batch in one line."""
    counts, state = counts_of(one), one["state"]
    judged, numbers = state in JUDGED_STATES, (counts.accepted, counts.new, counts.unchanged, counts.rejected)
    return {
        "batch": one["batch"],
        "file": one["file"] + (f" (part {one['part']} of {one['parts']})" if one["parts"] > 1 else ""),
        "source": one["source"],
        "when": moment(one["uploaded_at"], zone),
        "by": one["uploaded_by"],
        "state": state,
        "numbers": [f"{n:,}" if judged else "" for n in numbers],
        "open": int(one["open"]),
        "pending": int(one["pending"]),
        "waiting": counts.waiting if state == "held" else 0,
    }


def about(one: dict[str, Any]) -> str:
    """What state the batch is in, and what can still be done with its file."""
    gone = " The bytes of its file were erased, so it can't be checked again." if one["erased"] else ""
    pending = int(one["pending"])
    waits = f" {plural(pending, 'credential')} of it {_s('wait', pending)} for approval." if pending else ""
    by = f" by {one['finished_by']}" if one["state"] == "finished" and one["finished_by"] != one["uploaded_by"] else ""
    told = {
        "draft": f"A draft that {one['uploaded_by']} began. Nothing of it is uploaded yet.",
        "held": f"Held for a person: {one['held_because']} Nothing of it is uploaded yet.",
        "finished": f"Finished{by}.{waits}",
        "undone": "Undone: what it had uploaded no longer counts, unless another batch lists it, too.",
        "discarded": "Discarded: nothing of it was uploaded.",
    }
    return told[one["state"]] + gone


def undone(done: Any, one: Any) -> Iterator[str]:
    """What an undo would do, a sentence each; `one`: the batch, a row of `registry.uploads`."""
    yield from done.effects or ("No credential changes: other batches list the same, or nothing was uploaded.",)
    for other, count in done.kept.items():
        them = "it" if count == 1 else "them"
        yield f"{plural(count, 'credential')} of it {_s('stay', count)}: batch {other} lists {them}, too."
    if count := len(done.affected):
        yield f"{plural(count, 'later version')} took values from it and {_s('stay', count)}."
    if count := done.pending:
        yield f"{plural(count, 'credential')} no longer {_s('wait', count)} for approval."
    if count := done.reopened:
        yield f"{plural(count, 'rejected row')} of earlier files that it had fixed {_are(count)} open again."
    if count := int(one["open"]):
        yield f"{plural(count, 'rejected row')} of it {_are(count)} no longer followed."


def _s(verb: str, count: int) -> str:
    return f"{verb}s" if count == 1 else verb


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
