"""Warnings about what is stored: rules of the schema, judged once it is known what a file would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from credtools.checking.causes import Explanation
from credtools.checking.days import NOT_A_DAY
from credtools.checking.expiry import EXPIRES
from credtools.checking.judge import failing
from credtools.checking.messages import Finding
from credtools.checking.parse import category
from credtools.model import ACCEPTED, BoolArray, Changes, Review
from credtools.schema.words import RECORD, SHARED

At = tuple[int, int, int]  # sheet, line, piece
NO_SCANS: Mapping[At, str] = MappingProxyType({})
STORED_AS = ("newest", "older", "declined", "other_source")
CHANGED = ("taken_over", "said_again", "issue_date", "reinstated")


def with_stored(
    review: Review, changes: Changes, has_media: Iterable[At] | None = (), scans: Mapping[At, str] = NO_SCANS
) -> Review:
    """The review with the schema's warnings about what is stored; they block nothing and change no judgement.

    `has_media`: the places for which media have been added already; None where none are asked for. `scans`: what media
    say otherwise than the row of a place, as sentences. A review that was pickled stays as it is. Raises SchemaError
    when such a rule itself fails.
    """
    explanation = review.explanation
    if not isinstance(explanation, Explanation):
        return review
    if changes.unused:  # of a date that isn't used nothing is said
        explanation = explanation.without(EXPIRES, changes.unused)
        review = replace(review, explanation=explanation)
    schema, resolved = explanation.basis.schema, explanation.basis.resolved
    needed = _media_needed(explanation, review, changes, has_media)
    told = (
        changes.declined,
        changes.outdated,
        changes.others,
        changes.taken_over,
        changes.back,
        changes.corrected,
        changes.reinstated,
        changes.computed,
    )
    quiet = not (
        any(told) or changes.lost or changes.shared or needed.any() or scans
    )  # no shared rule has anything to warn of
    rules = [one for one in schema.rules if one.reads_stored]
    rules = [one for one in rules if not quiet or getattr(schema.model, one.code).__module__ not in SHARED]
    if not rules:
        return review
    columns = [column.name for column in schema.columns]
    holders = _holders(explanation.basis.lookups.users, changes.shared)
    says = {row: scans[place] for row, place in enumerate(review.table.places if scans else ()) if place in scans}
    more = {
        "media_needed": needed,
        "number_holder": _texts(review.rows, holders),
        "scan_says": _texts(review.rows, says),
    }
    frame = pd.DataFrame({**resolved.data, **_stored(changes, columns), **more}, copy=False)
    findings = []
    for rule in rules:
        for column in rule.columns:
            if column == RECORD or column in resolved.used:
                failed = failing(schema, rule, column, frame) & ~review.left_out
                findings += [Finding(rule, column, np.flatnonzero(failed))] if failed.any() else []
    return replace(review, explanation=explanation.with_more(findings, frame)) if findings else review


def _stored(changes: Changes, columns: Iterable[str]) -> dict[str, Any]:
    """The columns that such rules read."""
    rows = len(changes.verdict)
    stored_as = np.array([-1 if version is None else STORED_AS.index("newest") for version in changes.equals], "i1")
    stored_as[list(changes.outdated)] = STORED_AS.index("older")
    stored_as[list(changes.declined)] = STORED_AS.index("declined")
    stored_as[list(changes.others)] = STORED_AS.index("other_source")
    changed = np.full(rows, -1, "i1")
    for name, some in zip(
        CHANGED, (changes.taken_over, changes.back, changes.corrected, changes.reinstated), strict=True
    ):
        changed[list(some)] = CHANGED.index(name)
    lost: dict[str, Any] = {}
    for column in columns:
        values = {row: old for (row, name), old in changes.lost.items() if name == column}
        lost[f"{column}_lost"] = _texts(rows, values)
    return {
        "stored_as": category(stored_as, STORED_AS),
        "stored_newest_issue": _days(rows, changes.outdated),
        "stored_change": category(changed, CHANGED),
        "stored_issue": _days(rows, changes.corrected),
        "stored_computed": np.isin(np.arange(rows), changes.computed),
        "stored_lost": np.isin(np.arange(rows), [row for row, _ in changes.lost]),
        "blanks_told": np.full(rows, changes.blanks is not None),
        **lost,
    }


def _days(rows: int, days: Mapping[int, date | None]) -> Any:
    found = np.full(rows, NOT_A_DAY, "M8[s]")
    found[list(days)] = np.array(list(days.values()), "M8[s]")
    return found


def _texts(rows: int, texts: Mapping[int, str]) -> Any:
    found = np.full(rows, "", dtype=object)
    for row, text in texts.items():
        found[row] = text
    return pd.array(found, dtype="str")


def _holders(users: pd.DataFrame, shared: Mapping[int, int]) -> dict[int, str]:
    """Row → how its number's other holder is called."""
    some = users[users["id"].isin(list(shared.values()))]
    names = {row.id: row.email or row.name or row.external_id for row in some.itertuples()}
    return {row: str(names.get(user, "Another person")) for row, user in shared.items()}


def _media_needed(
    explanation: Explanation, review: Review, changes: Changes, has_media: Iterable[At] | None
) -> BoolArray:
    """Which accepted rows are of a type that requires media and have none."""
    needed = np.zeros(review.rows, dtype=np.bool_)
    types = explanation.basis.lookups.types
    asking = types["media_required"].eq(True)
    if has_media is not None and asking.any():
        needed |= np.isin(explanation.basis.resolved.data["type_id"], types.loc[asking, "id"])
        needed &= np.array([verdict in ACCEPTED for verdict in changes.verdict], dtype=np.bool_)
        there = set(has_media)
        needed[[row for row, place in enumerate(review.table.places if there else ()) if place in there]] = False
    return needed
