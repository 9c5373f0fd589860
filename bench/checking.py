"""The check of a table that is read already, beside hand-written ones and Pandera's own: parity first, then speed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from pandera.errors import SchemaErrors

from bench import floors, polars_floors
from bench.data import Case, case
from bench.timing import Job, measure
from credtools.checking import judge
from credtools.model import FAILED, Review
from credtools.recipe import Recipe
from credtools.schema import loading

SCHEMA = loading.load("credentials", Path(__file__).parents[1] / "schemas")


def ours(made: Case) -> Review:
    """A whole review, with look-ups that no earlier review has prepared."""
    return judge.review(made.table, Recipe(), SCHEMA, replace(made.lookups))


def small(rounds: int) -> list[Job]:
    """20,000 rows: everybody."""
    made = case(20_000)
    frames = polars_floors.in_polars(made.table, made.lookups)
    by_dataframely = polars_floors.dataframely_check(made.lookups)
    review = ours(made)
    others: dict[str, Callable[[], object]] = {
        "check_20k_vs_floor": lambda: floors.by_arrow(made.table, made.lookups),
        "check_20k_vs_polars": lambda: polars_floors.by_polars(frames, made.lookups),
        "check_20k_vs_dataframely": lambda: by_dataframely(frames),
        "check_20k_vs_lazy": lambda: by_pandera(review),
    }
    require_parity(made, review, floors.by_arrow(made.table, made.lookups)[0])
    require_parity(made, review, polars_floors.by_polars(frames, made.lookups))
    rejected = set(made.table.lines[review.rejected].tolist())
    _require(rejected == set(by_dataframely(frames).to_list()), "dataframely rejects other rows")
    _require(failures(review) == by_pandera(review), "Pandera's lazy validation finds other failures")
    return [measure(name, lambda: ours(made), other, rounds) for name, other in others.items()]


def large(rounds: int) -> list[Job]:
    """1,000,000 rows: the hand-written floor only."""
    made = case(1_000_000)
    require_parity(made, ours(made), floors.by_arrow(made.table, made.lookups)[0])
    floor: Callable[[], object] = lambda: floors.by_arrow(made.table, made.lookups)  # noqa: E731
    return [measure("check_1m_vs_floor", lambda: ours(made), floor, rounds)]


def require_parity(made: Case, review: Review, found: floors.Found) -> None:
    """Stops the benchmark unless somebody else finds exactly what we find, warnings too."""
    mine = set()
    for (code, column), states in review.states.items():
        name = f"{'' if column == 'record' else column} {code}"
        mine |= {(line, name) for line in made.table.lines[states == FAILED].tolist()}
    theirs = set(zip(found["line"].tolist(), found["found"].astype(str).tolist(), strict=True))
    _require(mine == theirs, f"not the same was found, for example {sorted(mine ^ theirs)[:3]}")


def failures(review: Review) -> set[tuple[str, int]]:
    """(code, row) of everything that failed."""
    states = review.states.items()
    return {(code, row) for (code, _), s in states for row in np.flatnonzero(s == FAILED).tolist()}


def by_pandera(review: Review) -> set[tuple[str, int]]:
    """What Pandera's own lazy validation of the resolved columns finds."""
    try:
        SCHEMA.model.validate(review.resolved, lazy=True)
    except SchemaErrors as problem:
        cases = problem.failure_cases
        return set(zip(cases["check"].tolist(), cases["index"].astype(int).tolist(), strict=True))
    return set()


def _require(same: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not same:
        raise SystemExit(f"No parity, so nothing was measured: {otherwise}.")
