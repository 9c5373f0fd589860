"""Lookups: users, types, settings and today, read once and handed in as values; resolve and suggest.

E-mails and type names are matched after NFKC, trim, squeeze and case fold; external ids after trim, with case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from credtools.checking.alike import Alike
from credtools.checking.arrow_texts import as_arrow, fold_all, places
from credtools.checking.expiry import needs_of, validity
from credtools.checking.names import SEVERAL, Names
from credtools.checking.parse import category
from credtools.model import BoolArray, IntArray, OrganisationSettings
from credtools.text import fold

USER_COLUMNS = ("id", "email", "external_id", "name", "status", "deactivated_on", "date_format")
TYPE_COLUMNS = (
    *("id", "name", "status", "expiry", "issue", "numbered"),
    *("media_required", "approval_required", "validity_months", "expiry_computed"),
)
NEAR_ENOUGH = 75  # rapidfuzz ratio (0–100) below which a suggestion is noise
WORDS = re.compile(r"\w+")
CELLS = re.compile(r"[][(){}<>;|\t]|,")  # what may stand between the cells of a record that was read as one text
# Letters that look like Latin ones, after case fold: Cyrillic, then Greek.
LOOKALIKES = str.maketrans("аеорсухіјѕԁһԛԝьνοαρι", "aeopcyxijsdhqwbvoapi")


class Former(NamedTuple):
    """Former addresses and names, folded, and External IDs of who was merged into others: each to an id of now."""

    addresses: Mapping[str, int] = {}
    ids: Mapping[str, int] = {}
    types: Mapping[str, int] = {}


NONE_FORMER = Former()


@dataclass(frozen=True)
class Lookups:
    """What an organisation knows, at one moment.

    `users` and `types` are frames with USER_COLUMNS and TYPE_COLUMNS; `revision` shows whether they have changed since
    (the number of the last event that changed them); `today` is the date in the organisation's time zone.
    """

    users: pd.DataFrame
    types: pd.DataFrame
    settings: OrganisationSettings
    today: date
    revision: int = 0
    profile_date_format: str | None = None
    former: Former = NONE_FORMER

    @property
    def date_format(self) -> str:
        """The format in which dates are written where a recipe doesn't say: the profile's, else the organisation's."""
        return self.profile_date_format or self.settings.date_format

    def find_users(self, values: Any, by: str) -> IntArray:
        """For each text the row of `users` it names, or -1; `by` is `email`, `external_id` or `name`.

        SEVERAL where more than one has the address or name. By a name that nobody has it is an address or id: so the
        right one of a name is given.
        """
        if by == "name":
            found = self.names.find(values)
            for way in ("email", "external_id"):
                found = np.where(found == -1, self.find_users(values, way), found)
            return found
        if by == "email":
            keys = fold_all(as_arrow(values))
            found = places(keys, self._email_keys)
            shared = (found >= 0) & np.append(self._shared, [False])[found]
            found = _with_former(found, keys, self.former.addresses, self.users)
            return np.where(shared, SEVERAL, found)
        # A user without an external id can't be named by one.
        keys = pc.utf8_trim_whitespace(as_arrow(values))
        found = places(keys, as_arrow(self.users["external_id"].astype("str")))
        return _with_former(found, keys, self.former.ids, self.users)

    def of_people(self, texts: Iterable[str]) -> frozenset[str]:
        """Which of some texts are, or hold as one of several cells, the name, address or External ID of a user."""
        parts = {text: {fold(part) for part in (text, *CELLS.split(text))} - {""} for text in texts}
        turned = {part: {part, *_turned(part)} for some in parts.values() for part in some}
        asked, known = pa.array(set().union(*turned.values()), pa.large_string()), set[str]()
        for name in ("email", "external_id", "name") if turned else ():
            cells = pc.utf8_lower(pc.utf8_normalize(as_arrow(self.users[name].astype("str")), "NFKC"))
            known.update(cells.filter(pc.is_in(cells, value_set=asked)).to_pylist())
        return frozenset(text for text, some in parts.items() if any(turned[part] & known for part in some))

    def find_types(self, values: Any) -> IntArray:
        """For each text the row of `types` it names, or -1."""
        keys = fold_all(as_arrow(values))
        found = places(keys, self._type_keys)
        return _with_former(found, keys, self.former.types, self.types)

    def called_now(self, values: Any, found: IntArray, by: str) -> pd.Categorical:
        """For each text that is a former name of who was found what they are called now; missing where it is no such.

        `by` as in `find_users`, or `type`.
        """
        users, none = self.users, (dict[str, int](), self.users["email"])
        known = {
            "email": (self.former.addresses, users["email"]),
            "external_id": (self.former.ids, users["external_id"]),
        }
        former, names = {**known, "type": (self.former.types, self.types["name"])}.get(by, none)
        if not former:
            return category(np.full(len(found), -1), ())
        now: list[str | None] = [None] * len(found)
        for place, text in enumerate(as_arrow(values).to_pylist()):
            if found[place] >= 0 and (text.strip() if by == "external_id" else fold(text)) in former:
                name = str(names.iloc[found[place]])
                now[place] = name if fold(name) != fold(text) else None
        return pd.Categorical(now)

    def nearest_types(self, value: str, limit: int = 3) -> list[str]:
        """The active types whose names are most like `value`, best first; else those whose words are all in it."""
        names = [str(name) for name in self.types.loc[self.types["status"] == "active", "name"]]
        alike = [names[k] for _, _, k in nearest(fold(value), [fold(name) for name in names], limit)]
        words = set(WORDS.findall(fold(value)))
        within = [name for name in names if words.issuperset(WORDS.findall(fold(name)) or [name])]
        return alike or sorted(within, key=len, reverse=True)[:limit]

    def nearest_users(self, value: str, limit: int = 3) -> list[str]:
        """The active users whose e-mail addresses are most like `value`, best first; never applied by itself.

        Name and domain must each be alike: a domain that all share would make strangers look related.
        """
        name, _, domain = fold(value).rpartition("@")
        near = self._alike.places(name)
        alike = []
        for _, _, k in nearest(fold(value), [self._active_keys[place] for place in near], limit=20):
            other_name, _, other_domain = self._active_keys[near[k]].rpartition("@")
            if min(fuzz.ratio(name, other_name), fuzz.ratio(domain, other_domain)) >= NEAR_ENOUGH:
                alike.append(self._active_emails[near[k]])
        return alike[:limit]

    def unpadded_user(self, value: str) -> str | None:
        """The external id of the only active user whose id is `value` but for zeros in front ('417' or '417.0')."""
        ids = self._ids_without_zeros.get(value.removesuffix(".0").lstrip("0"), []) if value.isascii() else []
        return ids[0] if len(ids) == 1 else None

    def imitated_user(self, value: str) -> str | None:
        """The active user whose e-mail address `value` resembles: in another alphabet, or with invisible characters."""
        plain = "".join(c for c in fold(value).translate(LOOKALIKES) if c.isprintable() and c.isascii())
        place = int(self.find_users([plain], "email")[0])
        return str(self.users["email"].iloc[place]) if place >= 0 and self._active[place] else None

    @cached_property
    def names(self) -> Names:
        """The users by their names."""
        return Names(self.users)

    @cached_property
    def _email_keys(self) -> pa.LargeStringArray:
        return fold_all(as_arrow(self.users["email"].astype("str")))

    @cached_property
    def validity(self) -> tuple[IntArray, BoolArray]:
        """Per type its validity in months, and whether dates are computed from it; see `expiry.validity`."""
        return validity(self.types)

    @cached_property
    def needs(self) -> pd.DataFrame:
        """What each type needs; see `expiry.needs_of`."""
        return needs_of(self.types)

    @cached_property
    def _type_keys(self) -> pa.LargeStringArray:
        return fold_all(as_arrow(self.types["name"].astype("str")))

    @cached_property
    def _shared(self) -> BoolArray:
        encoded = self._email_keys.dictionary_encode()
        numbers = np.asarray(encoded.indices)
        return np.asarray(np.bincount(numbers)[numbers] > 1)

    @cached_property
    def _active(self) -> BoolArray:
        return np.asarray(self.users["status"] == "active")

    @cached_property
    def _active_emails(self) -> list[str]:
        return [str(e) for e in as_arrow(self.users["email"].astype("str")).filter(self._active).to_pylist()]

    @cached_property
    def _active_keys(self) -> list[str]:
        return [str(key) for key in self._email_keys.filter(self._active).to_pylist()]

    @cached_property
    def _ids_without_zeros(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.users["external_id"][self._active].dropna():
            if str(one).isdecimal():
                found.setdefault(str(one).lstrip("0"), []).append(str(one))
        return found

    @cached_property
    def _alike(self) -> Alike:
        """Active users by the names in their addresses."""
        return Alike([key.rpartition("@")[0] for key in self._active_keys])


def _with_former(
    found: IntArray, keys: pa.LargeStringArray, former: Mapping[str, int], frame: pd.DataFrame
) -> IntArray:
    """The places found, and those of who was known by a key before that names nobody now."""
    if former and (found < 0).any():
        place = {number: k for k, number in enumerate(frame["id"].tolist())}
        for k in np.flatnonzero(found < 0).tolist():
            found[k] = place.get(former.get(keys[k].as_py() or "", -1), -1)
    return found


def _turned(name: str) -> tuple[str, ...]:
    """A name as others write it: 'ben okafor' of 'okafor, ben', and the other way round."""
    family, comma, given = name.partition(", ")
    first, _, last = name.rpartition(" ")
    return (f"{given} {family}",) if comma else (f"{last}, {first}",) if first else ()


def nearest(key: str, keys: Sequence[str], limit: int) -> list[tuple[str, float, int]]:
    """(key, likeness, place) of the keys most like `key`, best first."""
    return process.extract(key, keys, scorer=fuzz.ratio, limit=limit, score_cutoff=NEAR_ENOUGH)
