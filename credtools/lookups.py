"""Lookups: users, types, settings and today, read once and handed in as values; resolve and suggest.

E-mails and type names are matched after NFKC, trim, squeeze and case fold; external ids after trim, with case.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

from credtools.model import IntArray, OrganisationSettings

USER_COLUMNS = ("id", "email", "external_id", "name", "status", "deactivated_on", "date_format")
TYPE_COLUMNS = (
    *("id", "name", "status", "expiry", "issue", "numbered"),
    *("media_required", "approval_required", "validity_months"),
)
NEAR_ENOUGH = 75  # rapidfuzz ratio (0–100) below which a suggestion is noise
# Letters that look like Latin ones, after case fold: Cyrillic, then Greek.
LOOKALIKES = str.maketrans("аеорсухіјѕԁһԛԝьνοαρι", "aeopcyxijsdhqwbvoapi")


def fold(text: str) -> str:
    """The key under which e-mails and type names are matched: NFKC, trim, squeeze, case fold."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class Lookups:
    """What an organisation knows, at one moment.

    `users` and `types` are frames with USER_COLUMNS and TYPE_COLUMNS; `revision` tells whether they have moved since
    (the number of the last event that changed them); `today` is the date in the organisation's time zone.
    """

    users: pd.DataFrame
    types: pd.DataFrame
    settings: OrganisationSettings
    today: date
    revision: int = 0
    profile_date_format: str | None = None

    def find_users(self, values: Sequence[str], by: str) -> IntArray:
        """For each value the row of `users` it names, or -1; `by` is `email` or `external_id`."""
        index = self._user_index_by_email if by == "email" else self._user_index_by_external_id
        keys = [fold(value) for value in values] if by == "email" else [value.strip() for value in values]
        return index.get_indexer(pd.Index(keys, dtype="object")).astype(np.int64)

    def find_types(self, values: Sequence[str]) -> IntArray:
        """For each value the row of `types` it names, or -1."""
        keys = pd.Index([fold(value) for value in values], dtype="object")
        return self._type_index.get_indexer(keys).astype(np.int64)

    def nearest_types(self, value: str, limit: int = 3) -> list[str]:
        """The active types whose names are most like `value`, best first."""
        names = self.types.loc[self.types["status"] == "active", "name"].tolist()
        return _nearest(fold(value), names, limit)

    def nearest_users(self, value: str, limit: int = 3) -> list[str]:
        """The active users whose e-mail addresses are most like `value`, best first; never applied by itself.

        Name and domain must each be alike: a domain that all share would make strangers look related.
        """
        name, _, domain = fold(value).rpartition("@")
        alike = []
        for email in _nearest(fold(value), self._active_emails, limit=20):
            other_name, _, other_domain = fold(email).rpartition("@")
            if min(fuzz.ratio(name, other_name), fuzz.ratio(domain, other_domain)) >= NEAR_ENOUGH:
                alike.append(email)
        return alike[:limit]

    def imitated_user(self, value: str) -> str | None:
        """The active user whose e-mail address `value` only looks like: other alphabets, characters nobody sees."""
        plain = "".join(c for c in fold(value).translate(LOOKALIKES) if c.isprintable() and c.isascii())
        return next((email for email in self._active_emails if fold(email) == plain), None)

    @cached_property
    def _active_emails(self) -> list[str]:
        return [str(e) for e in self.users.loc[self.users["status"] == "active", "email"]]

    @cached_property
    def _user_index_by_email(self) -> pd.Index:
        return pd.Index([fold(email) for email in self.users["email"]], dtype="object")

    @cached_property
    def _user_index_by_external_id(self) -> pd.Index:
        # A user without an external id can't be named by one: a key that no trimmed text equals.
        ids = [str(v) if isinstance(v, str) and v else f" {k}" for k, v in enumerate(self.users["external_id"])]
        return pd.Index(ids, dtype="object")

    @cached_property
    def _type_index(self) -> pd.Index:
        return pd.Index([fold(name) for name in self.types["name"]], dtype="object")


def _nearest(key: str, names: Iterable[str], limit: int) -> list[str]:
    found = process.extract(
        key, list(names), scorer=fuzz.ratio, processor=str.casefold, limit=limit, score_cutoff=NEAR_ENOUGH
    )
    return [name for name, _, _ in found]
