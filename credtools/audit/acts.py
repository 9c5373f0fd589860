"""Acts: what happened, one thing each, and the sentence that says so to people; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import pandas as pd

COLUMNS = ("at", "by", "what", "batch", "line", "told", "credential", "sheet", "piece", "sentence")
OF_CREDENTIAL = ("at", "by", "version", "batch", "line", "what", "before", "after", "sheet", "piece")
NUMBERS = dict.fromkeys(("batch", "sheet", "line", "piece", "version"), "int64")
DTYPES = {"at": "datetime64[us, UTC]", **NUMBERS}  # all others: str
VERDICTS = {
    "new": "Accepted as a new credential",
    "new_version": "Accepted as a new version of the credential",
    "older": "Accepted as an older version; the newer one still counts",
    "unchanged": "Unchanged: it was stored already",
    "withdrawn": "Accepted: its source has withdrawn the credential",
    "left_out": "Left out by its status or by a rule",
    "rejected": "Rejected",
}
DONE = {
    "waived": "Waived",
    "reopened": "Opened again",
    "approved": "Approved",
    "declined": "Declined",
    "withdrawn": "Withdrawn",
    "reinstated": "Reinstated",
    "resubmitted": "Reopened for a new decision",
    "erased": "The values of this row were erased",
}
CHANGED = {
    "issue_date": "Issue date",
    "expiration_date": "Expiration date",
    "number": "Number",
    "own": "Own columns",
    "medium": "File",
}


class Act(NamedTuple):
    """One thing that happened at a place: `before` and `after` say what it changed, or `after` what it was.

    Of a verdict: `codes` (separated by commas) and the `recipe`, as people call it.
    """

    at: datetime
    by: str
    what: str
    batch: int
    sheet: int
    line: int
    piece: int
    after: str = ""
    before: str = ""
    version: int = 0
    credential: str = ""
    codes: str = ""
    recipe: str = ""

    @property
    def told(self) -> str:
        return changed(self.before, self.after)


def changed(before: str, after: str) -> str:
    """What a change says: what was there and what is there now, `(none)` for nothing; what is new stands alone."""
    return f"{before} → {after or '(none)'}" if before else after


def sentence(act: Act, titles: Mapping[str, str]) -> str:
    """What happened, in a sentence; `titles`: what people call each error, by its code."""
    if act.recipe:
        errors = "; ".join(titles.get(code, code.replace("_", " ")) for code in act.codes.split(",") if code)
        return _with(VERDICTS.get(act.what, act.what), errors)[:-1] + f" ({act.recipe})."
    if act.what in CHANGED:
        return _changed(act)
    if act.what in DONE:
        return _with(DONE[act.what], act.after.rstrip("."))
    if act.what == "uploaded":
        file, _, source = act.after.partition(" · ")
        return f"Uploaded in {file} ({source})." if source else f"Uploaded in {file}."
    if act.what == "superseded":
        return f"Rejected again in {act.after.removeprefix('by ')}, and followed there since."
    said = {
        "fixed": f"Fixed {act.after}.",
        "undecided": f"Decision taken back: it was {act.before}.",
        "undone": f"Undone: {act.after.rstrip('.')}." if act.after else f"Batch {act.batch} was undone.",
    }
    return said.get(act.what) or _with(act.what, act.told)


def _with(what: str, more: str) -> str:
    return f"{what}: {more}." if more else f"{what}."


def _changed(act: Act) -> str:
    name = CHANGED[act.what]
    if act.what == "medium":
        return f"File removed: {act.before}." if act.before else f"File added: {act.after}."
    return f"{name} changed: {act.told}." if act.before else f"{name}: {act.after}."


def as_frame(acts: Iterable[Act], names: Sequence[str], titles: Mapping[str, str]) -> pd.DataFrame:
    """Acts, oldest first."""
    ordered = sorted(acts, key=lambda act: act.at)
    values = {name: [getattr(act, name) for act in ordered] for name in names if name != "sentence"}
    if "sentence" in names:
        values["sentence"] = [sentence(act, titles) for act in ordered]
    return pd.DataFrame({name: pd.Series(values[name], dtype=DTYPES.get(name, "str")) for name in names})
