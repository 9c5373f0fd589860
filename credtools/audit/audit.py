"""Audit: the object that is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Unpack

import pandas as pd

from credtools.audit import figures, questions, rates, settled, who
from credtools.audit.filters import GROUPS, LATEST, OF_REJECTS, Filters, require_choice
from credtools.audit.followed import Followed
from credtools.errors import CredtoolsError
from credtools.model import REJECT_STATES


class Audit(Followed):
    """What became of rejected rows; reads only.

    Every question takes the same `filters` (see Filters) and raises CredtoolsError when a word means nothing here. A
    group (`by`) is one of code, column, source, recipe, type, uploader, week; a week is named by its Monday (UTC, like
    "2026-01-26"). Counts are int64, names str, moments datetime64[us, UTC].
    """

    def rejects(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Rejected rows, or how many there are of each group.

        Example:
            registry.audit.rejects(by="code", since="2026-01-01")

        Returns:
            Without `by` one row per error: reject, batch, line (int64), source, type ('' where it isn't known),
            uploader, recipe, state (str), first_seen, changed_at (moments), code, column, heading, value, title,
            resolution, suggestion (str), fixed_batch, fixed_line, superseded_by (Int64), reason, raw (str), sheet,
            piece (int64), fixed_sheet, fixed_piece (Int64), file, changed_by (str), for_good (bool: waived again
            whenever it comes); values, resolutions and raw are missing once they were erased. With `by` one row per
            group: open, fixed, waived, superseded (counts of rows; a row counts in each of its codes and columns).
        """
        if by is None:
            return questions.rows(self._engine, self._which(filters))
        found = self._counts([by, "state"], filters)
        table = figures.cross(found, by, "state").reindex(columns=list(REJECT_STATES), fill_value=0)
        if by == "week":
            table = table.sort_index(ascending=False)
        else:
            table = table.sort_values("open", ascending=False, kind="stable")
        return table.rename_axis(columns=None)

    def newest(self, most: int, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The `most` rows that were rejected last, newest first; columns as `rejects` without `by`."""
        return self.listed("newest", most, **filters)

    def listed(
        self, order: str, most: int, skip: int = 0, *, latest: bool = False, **filters: Unpack[Filters]
    ) -> pd.DataFrame:
        """The first `most` rejected rows in an order, after `skip` others; columns as `rejects` without `by`.

        Args:
            order: newest (rejected last), oldest (first seen first: what has waited longest), youngest (first seen
                last) or changed (what became what it is now last).
            most: so many rows at most; a row has a line for each of its errors.
            skip: leave out so many before.
            latest: without rows that were rejected again later, or whose batch was undone.
            **filters: see Filters.
        """
        require_choice(order, tuple(questions.ORDERS), "order_unknown")
        return questions.rows(
            self._engine, self._which(filters), questions.Listed(order, most, skip, LATEST if latest else REJECT_STATES)
        )

    def cross(self, rows: str, columns: str, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Rejected rows counted two ways at once, for example source × code; 0 where there are none."""
        if rows == columns:
            raise CredtoolsError("same_group_twice", word=rows)
        return figures.cross(self._counts([rows, columns], filters), rows, columns)

    def trend(self, by: str = "code", **filters: Unpack[Filters]) -> pd.DataFrame:
        """Week × group: how many rows were rejected for the first time; 0 where there were none.

        A row that was rejected again and again counts once, by its latest check.
        """
        return figures.trend(self._counts(["week", by], filters, LATEST), by)

    def ageing(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Open rows by their age, in whole days (UTC) since they were first seen.

        Returns:
            One row, or one per group: up to 7 days, 8 to 30, 31 to 90, over 90 (counts).
        """
        return figures.ageing(self._counts([by, "first_seen"], filters, ("open",)), by, datetime.now(UTC))

    def time_to_fix(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """How long fixing took.

        Returns:
            One row, or one per group: count of fixed rows; median, 90th percentile (float64, days from first seen to
            fixed; missing where nothing was fixed).
        """
        return figures.time_to_fix(self._counts([by, "first_seen", "changed_at"], filters, ("fixed",)), by)

    def flow(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """What became of the rows of all finished batches.

        A week, `since` and `until` speak of when a batch was finished; with `code`, `column` or `state` only rejected
        rows are counted.

        Args:
            by: source or week.
            **filters: see Filters.

        Returns:
            One row, or one per group, of counts: rows = accepted + unchanged + rejected + left_out;
            rejected = open + fixed + waived + superseded.
        """
        if by is not None:
            require_choice(by, ("source", "week"), "flow_group_unknown")
        return figures.flow(questions.flow(self._engine, self._which(filters)), by)

    def rates(self, by: str = "source", **filters: Unpack[Filters]) -> pd.DataFrame:
        """Week by week, how many of the rows that were judged were rejected when their file was finished.

        Files of batches that stand; a correction file isn't one of its source. `since` and `until` speak of when a
        batch was finished. What was waived or fixed since stays in the rate of its week; a row that comes every night
        is judged, and may be rejected, every night.

        Args:
            by: source, uploader or recipe.
            **filters: see Filters; with code, column, value, type, state or changed days only such rejected rows count.

        Returns:
            One row per group and week: the group, week (str), files, rows (judged: without those left out), rejected
            (int64), rate (float64, 0 to 1; missing where no row was judged).
        """
        require_choice(by, rates.GROUPS, "rate_group_unknown")
        return rates.weekly(self._engine, by, self._which(filters))

    def worsening(self, by: str = "source", weeks: int = 4, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Which source gets worse: the last week with files of each, beside the `weeks` such weeks before it.

        Returns:
            One row per group, the one whose rate rose most first: week (str), rows, rejected (int64), rate (float64),
            rows_before, rejected_before (int64: of those weeks together), rate_before, change (float64: the difference
            of the rates; missing without a week before), worse (bool: at least 2 rows and 2 standard errors more than
            the rate before explains).
        """
        require_choice(by, rates.GROUPS, "rate_group_unknown")
        return rates.worsening(self.rates(by, **filters), by, weeks)

    def settled(self, by: str = "month", **filters: Unpack[Filters]) -> pd.DataFrame:
        """What was settled, by when that happened; `changed_since` and `changed_until` ask for a time.

        Example:
            registry.audit.settled(by="source", changed_since="2026-10-01", changed_until="2026-10-31")

        Args:
            by: month (of the change, UTC, like "2026-10"), week (of the change), or a group as in `rejects`.
            **filters: see Filters.

        Returns:
            One row per group: fixed, waived, superseded (int64 counts of rows that are so now; superseded: rejected
            again later, and followed there). What was reopened or undone since isn't settled.
        """
        require_choice(by, ("month", *GROUPS), "group_unknown")
        return settled.settled(self._engine, by, self._which(filters))

    def values(self, most: int = 5, **filters: Unpack[Filters]) -> pd.DataFrame:
        """The wrong values that are behind most rejected rows, of each error and column; personal data.

        A row that was rejected again counts once, by its latest check. Erased values are left out.

        Returns:
            One row per value, of the largest cause first and the most frequent value first: code, column, value (str),
            rows, open, different (int64: how many different values the cause has).
        """
        which = self._which(filters)
        states = (which["state"],) if "state" in which else LATEST
        return settled.values(self._engine, most, which, states)

    def waivers(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Which rows are waived now, by whom and why, the last first.

        Returns:
            One row per rejected row: reject, batch (int64), source (str), line (int64), type (str), at (moment), by
            (str: whose decision it was), reason (str), for_good (bool), again (bool: nobody chose this very row; it
            came again after its record was waived for good), sheet, piece (int64).
        """
        return who.waivers(self._engine, self._which(filters))

    def uploads(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Who uploaded what, by type, of all finished batches; `since` and `until` speak of when these were finished.

        Returns:
            One row per uploader and type: uploader, type (str; '' where a rejected row's isn't known), files, accepted,
            rejected (int64: rows, as in `flow`), last (moment: the last finished file).

        Raises:
            CredtoolsError: a filter asks for an error, a column, a value, a state or changed days.
        """
        return who.uploads(self._engine, self._without(OF_REJECTS, filters))

    def _counts(self, keys: list[str | None], filters: Any, states: tuple[str, ...] = REJECT_STATES) -> pd.DataFrame:
        for key in keys:
            if key not in (None, "state", "first_seen", "changed_at"):
                require_choice(key, GROUPS, "group_unknown")
        asked = dict.fromkeys("first_seen" if key == "week" else key for key in keys if key is not None)
        found = questions.counts(self._engine, list(asked), self._which(filters), states)
        if "week" in keys:
            found["week"] = figures.mondays(found["first_seen"])
        return found
