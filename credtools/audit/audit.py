"""Audit: the object that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Unpack

import pandas as pd
from sqlalchemy import Engine

from credtools.audit import figures, questions, traces
from credtools.audit.filters import GROUPS, Filters, chosen, require_choice
from credtools.audit.recipe_changes import recipe_changes
from credtools.errors import CredtoolsError
from credtools.model import REJECT_STATES


class Audit:
    """What became of rejected rows. Every question takes the same filters (see Filters).

    Raises CredtoolsError when a question means nothing here.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rejects(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Rejected rows, one row per error; with `by` (one of GROUPS) counts of rejects per state.

        A week is named by its Monday (UTC) and counts what was first seen in it.
        """
        if by is None:
            return questions.rows(self._engine, self._which(filters))
        found = self._counts([by, "state"], filters)
        table = figures.cross(found, by, "state").reindex(columns=list(REJECT_STATES), fill_value=0)
        ordered = (
            table.sort_index(ascending=False)
            if by == "week"
            else table.sort_values("open", ascending=False, kind="stable")
        )
        return ordered.rename_axis(columns=None)

    def newest(self, most: int, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The rejects that came last, newest first, as `rejects` tells them."""
        found = questions.rows(self._engine, self._which(filters), most)
        return found.sort_values("reject", ascending=False, kind="stable", ignore_index=True)

    def cross(self, rows: str, columns: str, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Rejects counted two ways at once, for example source × code."""
        if rows == columns:
            raise CredtoolsError("same_group_twice", word=rows)
        return figures.cross(self._counts([rows, columns], filters), rows, columns)

    def trend(self, by: str = "code", **filters: Unpack[Filters]) -> pd.DataFrame:
        """Week (its Monday, UTC) × key: how many rows were first seen; 0 where there were none.

        A row that came again and again counts once, as it was judged last.
        """
        return figures.trend(self._counts(["week", by], filters, ("open", "fixed", "waived")), by)

    def ageing(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Open rejects by whole days (UTC) since they were first seen; one row, or one per key."""
        return figures.ageing(self._counts([*_one(by), "first_seen"], filters, ("open",)), by, datetime.now(UTC))

    def time_to_fix(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Fixed rejects: count, and in days from first seen to fixed the median and the 90th percentile."""
        return figures.time_to_fix(self._counts([*_one(by), "first_seen", "changed_at"], filters, ("fixed",)), by)

    def flow(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """What became of the rows of all finished batches, in counts; one row, or one per source or week.

        rows = accepted + unchanged + rejected; rejected = open + fixed + waived + superseded. A week, `since` and
        `until` speak of when a batch was finished; with `code`, `column` or `state` only rejected rows are counted.
        """
        if by is not None:
            require_choice(by, ("source", "week"), "flow_group_unknown")
        return figures.flow(questions.flow(self._engine, self._which(filters)), by)

    def recipe_changes(self, source: str | None = None) -> pd.DataFrame:
        """Per change of a recipe from one file of a source to the next: what the second file fixed and broke.

        Columns: source, before, after (batches), at, recipe_before, recipe_after, fixed, broke (None where values were
        erased). `registry.compare_recipes` tells exactly, on one file.
        """
        return recipe_changes(self._engine, self._which({"source": source}).get("source"))

    def row(self, batch: int, line: int) -> pd.DataFrame:
        """All that happened to a row, oldest first: at, by, what, batch, line, told.

        Its uploads, verdicts (with codes, recipe and schema), what became of its reject, and of its credential.
        """
        return traces.row(self._engine, batch, line)

    def credential(self, user: str, type: str, number: str = "") -> pd.DataFrame:  # noqa: A002 - the word of the house
        """All that happened to a credential, as `row` tells it; rejected rows of its user and type are among it."""
        return traces.of_credential(self._engine, user, type, number)

    def person(self, email: str) -> pd.DataFrame:
        """All that is known about a person, as `row` tells it, with the `credential` that each line speaks of."""
        return traces.of_person(self._engine, email)

    def _which(self, filters: Mapping[str, Any]) -> questions.Chosen:
        found = chosen(filters)
        questions.require_known(self._engine, found)
        return found

    def _counts(self, keys: list[str], filters: Any, states: tuple[str, ...] = REJECT_STATES) -> pd.DataFrame:
        for key in keys:
            if key not in ("state", "first_seen", "changed_at"):
                require_choice(key, GROUPS, "group_unknown")
        asked = dict.fromkeys("first_seen" if key == "week" else key for key in keys)
        found = questions.counts(self._engine, list(asked), self._which(filters), states)
        if "week" in keys:
            found["week"] = figures.mondays(found["first_seen"])
        return found


def _one(by: str | None) -> list[str]:
    return [] if by is None else [by]
