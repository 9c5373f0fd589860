"""Audit: the object that is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Unpack

import pandas as pd
from sqlalchemy import Engine

from credtools.audit import figures, questions, standing, timeline, withdrawals
from credtools.audit.filters import GROUPS, LATEST, Filters, chosen, require_choice
from credtools.audit.recipe_changes import Addresses, recipe_changes
from credtools.errors import CredtoolsError
from credtools.model import REJECT_STATES, Line


class Audit:
    """What became of rejected rows; reads only.

    Every question takes the same `filters` (see Filters) and raises CredtoolsError when a word means nothing here. A
    group (`by`) is one of code, column, source, recipe, type, uploader, week; a week is named by its Monday (UTC, like
    "2026-01-26"). Counts are int64, names str, moments datetime64[us, UTC].

    Args:
        engine: the database.
        titles: what the schema calls each error, by its code.
        addresses: where in a batch its records are, by digests of a kind over some columns, which the recipe of another
            names.
    """

    def __init__(
        self,
        engine: Engine,
        titles: Callable[[], Mapping[str, str]] = dict,
        addresses: Addresses = lambda *_: {},
    ) -> None:
        self._engine = engine
        self._titles = titles
        self._addresses = addresses

    @property
    def titles(self) -> dict[str, str]:
        """What people call each error, by its code; where two have one title, the code is added."""
        titles = self._titles()
        many = Counter(titles.values())
        return {code: title if many[title] == 1 else f"{title} ({code})" for code, title in titles.items()}

    def rejects(self, by: str | None = None, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Rejected rows, or how many there are of each group.

        Example:
            registry.audit.rejects(by="code", since="2026-01-01")

        Returns:
            Without `by` one row per error: reject, batch, line (int64), source, type ('' where it isn't known),
            uploader, recipe, state (str), first_seen, changed_at (moments), code, column, heading, value, title,
            resolution, suggestion (str), fixed_batch, fixed_line, superseded_by (Int64), reason, raw (str), sheet,
            piece (int64), fixed_sheet, fixed_piece (Int64); values, resolutions and raw are missing once they were
            erased. With `by` one row per group: open, fixed, waived,
            superseded (counts of rows; a row counts in each of its codes and columns).
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
        found = questions.rows(self._engine, self._which(filters), most)
        return found.sort_values("reject", ascending=False, kind="stable", ignore_index=True)

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

    def unlisted(self, source: str | None = None) -> pd.DataFrame:
        """The credentials that a source no longer lists: its last full list doesn't hold them, and they stand.

        Returns:
            source, user_email, credential_type, credential_number (str), issue_date, expiration_date (datetime64[s]),
            batch (int64: since which), since (datetime64[us, UTC]), withdrawn (bool), by source and person.
        """
        which = self._which({"source": source}) if source else {}
        return standing.unlisted(self._engine, which.get("source"))

    def recipe_changes(self, source: str | None = None) -> pd.DataFrame:
        """What the first file under a changed recipe fixed and broke; `registry.compare_recipes` compares on one file.

        Returns:
            One row per change: source, before, after (int64, two batches that follow each other), at (moment),
            recipe_before, recipe_after (str, fingerprints), fixed (int64: rows of earlier batches that the second one
            fixed, also those of users added since), broke (Int64: its rejected rows whose very record was accepted
            in the first one; missing where values were erased).
        """
        return recipe_changes(self._engine, self._addresses, self._which({"source": source}).get("source"))

    def withdrawals(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """What was withdrawn and reinstated, oldest first; `since` and `until` speak of when that was done.

        Returns:
            One row per act: batch, line (int64: where the credential came from), source, type, act (str: withdrawn,
            reinstated), at (moment), by (str), by_batch (Int64: the batch whose rows did it; missing for a person's
            act), reason (str), holds (bool: whether it is the last that stands, on a version that stands), sheet, piece
            (int64).

        Raises:
            CredtoolsError: a filter asks for an error, a column or a state, which only rejected rows have.
        """
        which = self._which(filters)
        if strange := [name for name in withdrawals.NOT_ASKED if name in which]:
            raise CredtoolsError("filter_of_rejects", word=strange[0])
        return withdrawals.acts(self._engine, which)

    def row(self, batch: int, line: Line) -> pd.DataFrame:
        """All that happened to a row, oldest first, also to its credential and to the same record in other files.

        `line` is written as for `--lines`: 5, '5.2' (its second piece), '2:5' (of the second sheet), '2:5.2'; a line
        means all its pieces.

        Returns:
            at (moment), by, what (str: uploaded, a verdict, fixed, waived, reopened, superseded, undone, erased, a
            changed column, medium, approved, declined, undecided, withdrawn, reinstated, resubmitted), batch, line
            (int64), told, credential (str), sheet, piece (int64).

        Raises:
            RegistryError: no row was judged there.
            CredtoolsError: the line isn't written so, or lacks its sheet.
        """
        return timeline.row(self._engine, batch, line)

    def credential(self, user: str, type: str, number: str = "") -> pd.DataFrame:  # noqa: A002 - the word of the house
        """All that happened to a credential, and to rejected rows of its user and type; columns as `row`.

        Raises:
            RegistryError: there is no such user or type.
        """
        return timeline.of_credential(self._engine, user, type, number)

    def person(self, email: str) -> pd.DataFrame:
        """All that is known about a person, also rows rejected because nobody had the address; columns as `row`.

        Raises:
            RegistryError: nothing is known.
        """
        return timeline.of_person(self._engine, email)

    def _which(self, filters: Mapping[str, Any]) -> questions.Chosen:
        found = chosen(filters)
        questions.require_known(self._engine, found)
        return found

    def _counts(self, keys: list[str | None], filters: Any, states: tuple[str, ...] = REJECT_STATES) -> pd.DataFrame:
        for key in keys:
            if key not in (None, "state", "first_seen", "changed_at"):
                require_choice(key, GROUPS, "group_unknown")
        asked = dict.fromkeys("first_seen" if key == "week" else key for key in keys if key is not None)
        found = questions.counts(self._engine, list(asked), self._which(filters), states)
        if "week" in keys:
            found["week"] = figures.mondays(found["first_seen"])
        return found
