"""Followed: what happened to single rows, credentials and persons – the part of an audit that tells, not counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

import pandas as pd
from sqlalchemy import Engine

from credtools.audit import questions, standing, timeline, withdrawals
from credtools.audit.filters import OF_REJECTS, Filters, chosen
from credtools.audit.recipe_changes import Addresses, recipe_changes
from credtools.errors import CredtoolsError
from credtools.model import Line
from credtools.store.reads import team


class Followed:
    """What is asked about single rows, credentials and persons; see `Audit`.

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

    def called(self, logins: pd.Series[str]) -> pd.Series[str]:
        """How the people behind logins are called, where that is known; see `registry.namer`."""
        called = team.called(self._engine)
        return logins.map(lambda login: called.get(login, login)).astype("str")

    @property
    def titles(self) -> dict[str, str]:
        """What people call each error, by its code; where two have one title, the code is added."""
        titles = self._titles()
        many = Counter(titles.values())
        return {code: title if many[title] == 1 else f"{title} ({code})" for code, title in titles.items()}

    def row(self, batch: int, line: Line) -> pd.DataFrame:
        """All that happened to a row, oldest first, also to its credential and to the same record in other files.

        `line` is written as for `--lines`: 5, '5.2' (its second piece), '2:5' (of the second sheet), '2:5.2'; a line
        means all its pieces.

        Returns:
            at (moment), by, what (str: uploaded, a verdict, fixed, waived, reopened, superseded, undone, erased, a
            changed column, medium, approved, declined, undecided, withdrawn, reinstated, resubmitted), batch, line
            (int64), told, credential (str), sheet, piece (int64), sentence (str: the same for people, with titles
            instead of codes).

        Raises:
            RegistryError: no row was judged there.
            CredtoolsError: the line isn't written so, or lacks its sheet.
        """
        return timeline.row(self._engine, batch, line, self.titles)

    def credential(self, user: str, type: str, number: str = "") -> pd.DataFrame:  # noqa: A002 - the word of the house
        """All that happened to a credential, and to rejected rows of its user and type; columns as `row`.

        Raises:
            RegistryError: there is no such user or type.
        """
        return timeline.of_credential(self._engine, user, type, number, self.titles)

    def person(self, email: str) -> pd.DataFrame:
        """All that is known about a person, also rows rejected because nobody had the address; columns as `row`.

        Raises:
            RegistryError: nothing is known.
        """
        return timeline.of_person(self._engine, email, self.titles)

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
        return withdrawals.acts(self._engine, self._without(OF_REJECTS, filters))

    def _without(self, names: Sequence[str], filters: Mapping[str, Any]) -> questions.Chosen:
        which = self._which(filters)
        if strange := [name for name in names if name in which]:
            raise CredtoolsError("filter_of_rejects", word=strange[0].replace("_", " "))
        return which

    def _which(self, filters: Mapping[str, Any]) -> questions.Chosen:
        found = chosen(filters)
        questions.require_known(self._engine, found)
        return found
