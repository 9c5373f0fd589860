"""Stored facts: the warnings of a schema that can be given only once it is known what a file would change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from credtools.checking.causes import Explanation
from credtools.checking.judge import failing
from credtools.checking.messages import Finding
from credtools.checking.parse import NOT_A_DAY, category
from credtools.model import ACCEPTED, Changes, Review
from credtools.schema.words import RECORD

STORED_AS = ("newest", "older", "declined")


def with_stored(review: Review, changes: Changes, has_media: Iterable[int] | None = ()) -> Review:
    """The review with the warnings about what is stored; they block nothing and aren't part of its judgement.

    `has_media`: the lines for which media have been added already; None where none are asked for. A review that was
    pickled stays as it is. Raises SchemaError when such a rule itself fails.
    """
    explanation = review.explanation
    if not isinstance(explanation, Explanation):
        return review
    schema, resolved = explanation.basis.schema, explanation.basis.resolved
    frame = pd.DataFrame({**resolved.data, **_columns(explanation, review, changes, has_media)}, copy=False)
    findings = []
    for rule in schema.rules:
        for column in rule.columns if rule.reads_stored else ():
            if column == RECORD or column in resolved.used:
                failed = failing(schema, rule, column, frame)
                findings += [Finding(rule, column, np.flatnonzero(failed))] if failed.any() else []
    return replace(review, explanation=explanation.with_more(findings, frame)) if findings else review


def _columns(
    explanation: Explanation, review: Review, changes: Changes, has_media: Iterable[int] | None
) -> dict[str, Any]:
    """The columns that are named in `words.STORED`."""
    stored_as = np.full(review.rows, -1, dtype=np.int8)
    stored_as[[row for row, version in enumerate(changes.equals) if version is not None]] = STORED_AS.index("newest")
    stored_as[list(changes.outdated)] = STORED_AS.index("older")
    stored_as[list(changes.declined)] = STORED_AS.index("declined")
    newest = np.full(review.rows, NOT_A_DAY, "M8[s]")
    known = {row: day for row, day in changes.outdated.items() if day is not None}
    newest[list(known)] = np.array(list(known.values()), "M8[s]")
    needed = np.zeros(review.rows, dtype=np.bool_)
    if has_media is not None:
        types = explanation.basis.lookups.types
        asking = types.loc[types["media_required"].eq(True), "id"].to_numpy()
        accepted = np.fromiter((verdict in ACCEPTED for verdict in changes.verdict), np.bool_, review.rows)
        needed = accepted & np.isin(explanation.basis.resolved.data["type_id"], asking)
        needed &= ~np.isin(review.table.lines, list(has_media))
    return {
        "stored_as": category(stored_as, STORED_AS),
        "stored_newest_issue": newest,
        "media_needed": needed,
    }
