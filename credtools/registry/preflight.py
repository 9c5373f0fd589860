"""Preflight of a batch: what its file looks like, beside the last runs of its source."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from credtools import store
from credtools.errors import CredtoolsError, FileError
from credtools.recipe import MANUAL, apply, expectations
from credtools.recipe.expectations import Finding, Look
from credtools.schema.words import Column

if TYPE_CHECKING:
    from credtools.registry.batch import Batch

LAST_RUNS = 5
LISTED = ("credential_type", "choice")  # columns whose values stand on a list, and name nobody


def look(batch: Batch) -> Look:
    """What this file looks like; as far as it can be told when it can't be judged."""
    table = batch.table
    seen = Look(len(table.lines), tuple(table.frame.columns), table.expected_fields)
    try:
        review = batch.review()
    except FileError:
        return replace(seen, unknown=_unknown_types(batch))
    except CredtoolsError:
        return seen
    rows = review.resolved
    unknown: Counter[str] = Counter()
    for column in batch.registry.schema(batch.recipe.schema).columns:
        if column.kind in LISTED and column.name in rows:
            strange = rows["type_status"] == "unknown" if column.kind == "credential_type" else _malformed(rows, column)
            unknown.update(rows.loc[strange, f"{column.name}_text"].tolist())
    codes = Counter(code for of_row in review.codes for code in of_row)
    rejected = review.rows - review.ready
    return replace(seen, hits=review.hits, unknown=dict(unknown), rejected=rejected, codes=dict(codes))


def _malformed(rows: pd.DataFrame, column: Column) -> pd.Series:
    return rows[f"{column.name}_state"] == "malformed"


def _unknown_types(batch: Batch) -> dict[str, int]:
    """The types that no list knows, of a file that lacks another heading."""
    with suppress(CredtoolsError):
        columns = batch.registry.schema(batch.recipe.schema).columns
        frame = apply(batch.recipe, batch.table, columns).frame
        kinds = [column.name for column in columns if column.kind == "credential_type" and column.name in frame]
        counts = Counter(text.strip() for name in kinds for text in frame[name].tolist() if text.strip())
        places = batch.registry.lookups().find_types(list(counts))
        return {value: counts[value] for value, place in zip(counts, places.tolist(), strict=True) if place < 0}
    return {}


def findings(batch: Batch) -> list[Finding]:
    """What is unlike the last files of the source, each in one sentence; `holds` by what the recipe expects."""
    before = [Look.from_json(text) for text in store.last_runs(batch.registry.engine, batch.source, LAST_RUNS)]
    return expectations.findings(batch.recipe.expect, look(batch), before)


def why_hold(batch: Batch, max_reject_rate: float | None) -> list[str]:
    """Why an unattended batch must wait for a person, one sentence for each reason; empty to go on.

    Raises FileError for a missing heading when there is no recipe that promised it.
    """
    unlike = findings(batch)
    try:
        reasons = [_of_rows(batch, max_reject_rate)]
    except FileError as problem:
        if problem.code != "heading_required" or batch.source == MANUAL:
            raise
        reasons, unlike = [str(problem)], [one for one in unlike if one.about != "headings"]
    reasons += [one.sentence for one in unlike if one.holds]
    return [reason for reason in reasons if reason]


def _of_rows(batch: Batch, max_reject_rate: float | None) -> str | None:
    if not batch.review().rows:
        return "The file has headings, but no rows; check the export at its source."
    counts = batch.registry.changes(batch.review()).counts
    if not counts.accepted and not counts.unchanged:
        return f"None of the {counts.rows:,} rows can be accepted; look at the causes and mend the recipe."
    limit = next((x for x in (max_reject_rate, batch.recipe.max_reject_rate) if x is not None), 1.0)
    rate = counts.rejected / counts.rows
    if rate > limit:
        return (
            f"{counts.rejected:,} of {counts.rows:,} rows are rejected ({rate:.1%}), more than the {limit:.1%} "
            "allowed; mend them, or run again with another threshold (--max-reject-rate)."
        )
    return None
