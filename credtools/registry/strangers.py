"""Strangers: whom a file names and nobody knows here – one finding, however many they are, and a file to load them."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from credtools.errors import Face, FileError, sentence
from credtools.exports.template import write_template
from credtools.model import BoolArray, Review
from credtools.recipe import USER_COLUMN, Recipe, apply
from credtools.registry.session import Session
from credtools.text import fold, plural

COLUMN_OF = {"user_email": "email", "external_id": "external_id", "user_name": "name"}
FEW = 3  # causes that are shown one by one; of more so many are named


@dataclass(frozen=True)
class Strangers:
    """Those causes of a review that are unknown users who are like nobody: only loading them settles them.

    `causes`: their numbers, none where they are few; `rows`: how many rows name them; `lines`: of the first ones;
    `examples`: how some are named; `column`: the one that names them.
    """

    causes: frozenset[int] = frozenset()
    rows: int = 0
    lines: tuple[int, ...] = ()
    examples: tuple[str, ...] = ()
    column: str = ""

    @property
    def users(self) -> int:
        return len(self.causes)

    def __str__(self) -> str:
        more = f" and {self.users - FEW:,} more" if self.users > FEW else ""
        return f"{plural(self.users, 'unknown user')}: {', '.join(self.examples)}{more}"

    def resolution(self, face: Face | None = None) -> str:
        """What to do, as it is said on a face."""
        return sentence("unknown_users", {}, face)


def strangers(review: Review, among: Collection[int] | None = None) -> Strangers:
    """The unknown users of a review (of these causes, if any are named) as one finding; nothing where they are few."""
    named = named_by(review)
    errors = review.reasons
    mine = errors[(errors["column"] == named) & (errors["suggestion"] == "")]
    mine = mine[_unknown(review)[mine["row"].to_numpy()]] if named else mine
    mine = mine if among is None else mine[mine["cause"].isin(among)]
    found = mine["cause"].unique()
    if len(found) <= FEW:
        return Strangers()
    shown = tuple(mine["value"].drop_duplicates().head(FEW))
    return Strangers(frozenset(found.tolist()), len(mine), tuple(mine["line"].head(100).tolist()), shown, named)


def unknown_users(session: Session, review: Review) -> pd.DataFrame:
    """Whom a file names and nobody knows, in the order of the file.

    What else the file says of them, under headings of a file of users, comes along where all their rows agree. Who is
    known by that isn't among them (see `known_otherwise`).
    """
    found = _apart(session, review)
    return found[found["known_as"] == ""].drop(columns="known_as").reset_index(drop=True)


def known_otherwise(session: Session, review: Review) -> pd.DataFrame:
    """Whom a file names by an unknown User ID or address, but with the address or User ID of a known user.

    The columns of `unknown_users`, and known_as (str: the address and User ID of the user).
    """
    found = _apart(session, review)
    return found[found["known_as"] != ""].reset_index(drop=True)


def _apart(session: Session, review: Review) -> pd.DataFrame:
    """Whom a file names and nobody knows, and who each is by what else it says; a name alone says too little."""
    found, lookups, named = people(session, review, _unknown(review)), session.lookups(), named_by(review)
    known = [""] * len(found)
    for way in {"email", "external_id"} - {COLUMN_OF.get(named, "")}:
        for place, row in enumerate(lookups.find_users(found[way], way).tolist()):
            if row >= 0 and found[way][place]:
                known[place] = known[place] or lookups.names.described([row])[0]
    return found.assign(known_as=pd.Series(known, dtype="str"))


def people(session: Session, review: Review, of: BoolArray) -> pd.DataFrame:
    """Whom some rows of a file name, likewise; rows that are left out name nobody."""
    named, some = named_by(review), np.flatnonzero(of & ~review.left_out)
    columns: dict[str, list[str]] = {name: [] for name in COLUMN_OF.values()}
    if not named:
        return pd.DataFrame({**columns, "rows": []}).astype(dict.fromkeys(columns, "str") | {"rows": "int64"})
    said = {name: [""] * len(some) for name in COLUMN_OF.values()}
    with suppress(FileError):  # two headings that mean one column of users
        frame = apply(Recipe(schema="users"), review.table, session.schema("users").columns).frame
        said |= {name: [" ".join(text.split()) for text in frame[name].iloc[some]] for name in said if name in frame}
    said[COLUMN_OF[named]] = review.resolved[f"{named}_text"].iloc[some].tolist()
    rows_of: dict[str, list[int]] = {}
    for row, text in enumerate(said[COLUMN_OF[named]]):
        rows_of.setdefault(text if named == "external_id" else fold(text), []).append(row)
    for rows in rows_of.values():
        for name, texts in said.items():
            agreed = {texts[row] for row in rows}
            columns[name].append(texts[rows[0]] if len(agreed) == 1 or name == COLUMN_OF[named] else "")
    counts = pd.Series([len(rows) for rows in rows_of.values()], dtype="int64")
    return pd.DataFrame({**{name: pd.Series(some, dtype="str") for name, some in columns.items()}, "rows": counts})


def write(session: Session, path: str | Path, review: Review) -> int:
    """Writes them under the headings of a file of users, to be completed and loaded; returns how many."""
    columns, found = session.schema("users").columns, unknown_users(session, review)
    rows = [[str(row[c.name]) if c.name in found else "" for c in columns] for row in found.to_dict("records")]
    write_template(path, columns, (), session.lookups().date_format, rows)
    return len(found)


def named_by(review: Review) -> str:
    """The column by which the file names users; '' where it isn't one of credentials."""
    if "user_status" not in review.resolved:
        return ""
    known = (name for name in USER_COLUMN.values() if f"{name}_state" in review.resolved)
    return next((name for name in known if (review.resolved[f"{name}_state"] != "absent").any()), "")


def _unknown(review: Review) -> BoolArray:
    if "user_status" not in review.resolved:
        return np.zeros(review.rows, dtype=np.bool_)
    return np.asarray(review.resolved["user_status"] == "unknown")
