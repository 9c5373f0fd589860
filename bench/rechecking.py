"""One fix checked again, beside a full review: from the bytes of the file, and from the table that is read already."""

from __future__ import annotations

from dataclasses import replace

from bench.checking import SCHEMA
from bench.data import Case, case
from bench.timing import Job, measure
from credtools import reading
from credtools.checking import judge
from credtools.model import Review, Table
from credtools.recipe import Recipe

FIXES = 10


def jobs(rounds: int) -> list[Job]:
    """20,000 rows with 852 causes: ten rules in force, and one more."""
    made = case(20_000)
    causes = _looked_at(judge.review(made.table, Recipe(), SCHEMA, made.lookups)).causes
    wrong = causes.loc[causes["code"] == "credential_type_exists"].head(FIXES + 1)
    values = list(zip(wrong["value"], wrong["suggestion"], strict=True))
    recipe = Recipe().replacing("credential_type", dict(values[:FIXES]))
    before = _looked_at(judge.review(made.table, recipe, SCHEMA, made.lookups))
    fixed = recipe.replacing("credential_type", dict(values[FIXES:]))
    again, full = _again(made, fixed, before), _full(made, fixed, made.table)
    if not (again.errors.equals(full.errors) and again.judgement == full.judgement):
        raise SystemExit("No parity, so nothing was measured: the fix is judged differently from a full review.")
    return [
        measure("recheck_vs_full", lambda: _again(made, fixed, before), lambda: _full(made, fixed), rounds),
        measure(
            "recheck_vs_full_read", lambda: _again(made, fixed, before), lambda: _full(made, fixed, made.table), rounds
        ),
    ]


def _again(made: Case, recipe: Recipe, before: Review) -> Review:
    return _looked_at(judge.review(made.table, recipe, SCHEMA, made.lookups, before=before))


def _full(made: Case, recipe: Recipe, table: Table | None = None) -> Review:
    table = table or reading.read_bytes(made.content, "bench.csv")
    return _looked_at(judge.review(table, recipe, SCHEMA, replace(made.lookups)))


def _looked_at(review: Review) -> Review:
    """As somebody sees it: with every error and every cause told."""
    if len(review.errors) < len(review.causes):
        raise SystemExit("Nothing was measured: there are more causes than errors.")
    return review
