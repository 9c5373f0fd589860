"""The check written by hand for exactly one file format: what the rules of `schemas/` cost when nobody may change them.

Each takes the same as `checking.review`, a table that is read and the frames of users and types, and gives
(line, column, code) of everything that it finds.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credtools.checking.lookups import Lookups
from credtools.model import Table

# Whatever isn't printable ASCII, a space or wide white space; only texts with something else are looked at closely.
ODD = r"[^ -~]"
UNREADABLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
Found = pd.DataFrame
WARNINGS = ("repeated", "date_unused", "already_expired", "issued_in_future", "number_changes")
COLUMNS = ("user_email", "credential_type", "issue_date", "expiration_date", "credential_number")


def by_arrow(table: Table, lookups: Lookups) -> tuple[Found, Any]:
    """With pandas and Arrow: each column dictionary-encoded once, distinct values judged, masks on integers.

    Gives what was found, and what an import needs then: the rows to write, the codes of the others, a digest of all.
    """
    users, types = lookups.users, lookups.types
    email, kind, issue, until, number = (_encoded(table.frame.iloc[:, k]) for k in range(5))
    unreadable = {
        name: _rows(_unreadable(values), codes)
        for name, (values, codes) in zip(COLUMNS, (email, kind, issue, until, number), strict=True)
    }
    user = _place(pc.utf8_lower(pc.utf8_trim_whitespace(email[0])), pc.utf8_lower(_arrow(users["email"])))[email[1]]
    squeezed = pc.replace_substring_regex(pc.utf8_trim_whitespace(kind[0]), r"\s+", " ")
    of_type = _place(pc.utf8_lower(squeezed), pc.utf8_lower(_arrow(types["name"])))[kind[1]]
    active = np.append((users["status"] == "active").to_numpy(), False)
    needed, never, numbered = (
        np.append(mask, False)[of_type]
        for mask in (types["expiry"] == "required", types["expiry"] == "never", types["numbered"].astype(bool))
    )
    blank = {
        name: _rows(np.asarray(pc.equal(pc.binary_length(pc.utf8_trim_whitespace(values)), 0)), codes)
        for name, (values, codes) in zip(COLUMNS, (email, kind, issue, until, number), strict=True)
    }
    issued, expires = (_days(values)[codes] for values, codes in (issue, until))
    unused = never & ~blank["expiration_date"] & ~unreadable["expiration_date"]
    expires[unused] = np.iinfo(np.int64).min
    no_issue, no_expiry = (days == np.iinfo(np.int64).min for days in (issued, expires))
    today = np.datetime64(lookups.today, "D").astype(np.int64)
    known = (user >= 0) & active[user] & (of_type >= 0) & ~(numbered & (blank["credential_number"]))
    known &= ~no_issue & ~(no_expiry & ~unused & ~(blank["expiration_date"] & ~needed))
    known &= ~unreadable["credential_number"]
    told = (user >= 0) & active[user] & (of_type >= 0) & ~numbered & ~blank["credential_number"]
    contradicts, repeats = _repeated(user, of_type, number[1], numbered, issued, expires, known)
    wrong_user = ~blank["user_email"] & ~unreadable["user_email"] & ~active[user]
    wrong_type = ~blank["credential_type"] & ~unreadable["credential_type"] & (of_type < 0)
    is_type = of_type >= 0
    masks = {
        ("user_email", "value_required"): blank["user_email"],
        ("credential_type", "value_required"): blank["credential_type"],
        ("issue_date", "value_required"): blank["issue_date"] & is_type,
        ("expiration_date", "value_required"): blank["expiration_date"] & needed,
        ("credential_number", "value_required"): blank["credential_number"] & numbered,
        **{(name, "value_readable"): mask for name, mask in unreadable.items()},
        ("user_email", "user_exists"): wrong_user,
        ("credential_type", "credential_type_exists"): wrong_type,
        ("issue_date", "date_format"): no_issue & ~blank["issue_date"] & ~unreadable["issue_date"],
        ("expiration_date", "date_format"): (
            no_expiry & ~unused & ~blank["expiration_date"] & ~unreadable["expiration_date"]
        ),
        ("expiration_date", "expires_after_issue"): ~no_issue & ~no_expiry & (expires < issued),
        ("", "not_repeated"): contradicts,
        ("", "repeated"): repeats,
        ("credential_number", "number_changes"): _several_numbers(
            user, of_type, number[1], told & ~unreadable["credential_number"] & ~contradicts
        ),
        ("expiration_date", "date_unused"): unused,
        ("expiration_date", "already_expired"): ~no_expiry & (expires < today),
        ("issue_date", "issued_in_future"): ~no_issue & (issued > today),
        ("", "field_count"): table.fields != table.expected_fields,
    }
    ids = [np.append(frame["id"].to_numpy(), -1)[place] for frame, place in ((users, user), (types, of_type))]
    return _found(table, masks), _handed_on(table, masks, [*ids, issued, expires], number)


def _handed_on(table: Table, masks: dict[tuple[str, str], np.ndarray], numbers: list[np.ndarray], text: Any) -> Any:
    blocking = {key: mask for key, mask in masks.items() if key[1] not in WARNINGS}
    rejected = np.logical_or.reduce(list(blocking.values()))
    codes: dict[int, list[str]] = {}
    for (_, code), mask in blocking.items():
        for row in np.flatnonzero(mask).tolist():
            codes.setdefault(row, []).append(code)
    written = text[0].take(pa.array(text[1]))
    digest = hashlib.sha256()
    for array in (table.lines, *blocking.values(), *numbers, text[1]):
        digest.update(np.ascontiguousarray(array).data)
    for buffer in written.buffers()[1:]:
        digest.update(buffer)
    ready = ~rejected
    days = [days.astype("M8[D]") for days in numbers[2:]]
    return [*(values[ready] for values in (*numbers[:2], *days)), written.filter(ready)], codes, digest.hexdigest()


def _arrow(values: pd.Series) -> Any:
    found = pa.array(values)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _encoded(values: pd.Series) -> tuple[Any, np.ndarray]:
    encoded = _arrow(values).dictionary_encode()
    return encoded.dictionary, np.asarray(encoded.indices)


def _rows(mask: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return mask[codes] if mask.any() else np.zeros(len(codes), dtype=np.bool_)


def _unreadable(values: Any) -> np.ndarray:
    found = np.zeros(len(values), dtype=np.bool_)
    odd = np.flatnonzero(np.asarray(pc.match_substring_regex(values, ODD)))
    if len(odd):
        found[odd] = np.asarray(pc.match_substring_regex(values.take(pa.array(odd)), UNREADABLE))
    return found


def _place(keys: Any, known: Any) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.index_in(keys, value_set=known), -1)).astype(np.int64)


def _days(values: Any) -> np.ndarray:
    """DD/MM/YYYY by bytes as day numbers; the smallest integer for what is no date."""
    trimmed = pc.utf8_trim_whitespace(values)
    days = np.full(len(values), np.iinfo(np.int64).min)
    usual = np.flatnonzero(np.asarray(pc.equal(pc.binary_length(trimmed), 10)))
    some = trimmed.take(pa.array(usual))
    if not len(usual):
        return days
    letters = np.frombuffer(some.buffers()[2], np.uint8)[: 10 * len(some)].reshape(-1, 10)
    digits = letters[:, [0, 1, 3, 4, 6, 7, 8, 9]].astype(np.int32) - 48
    good = ((digits >= 0) & (digits <= 9)).all(axis=1) & (letters[:, 2] == 47) & (letters[:, 5] == 47)
    day, month = digits[:, 0] * 10 + digits[:, 1], digits[:, 2] * 10 + digits[:, 3]
    year = digits[:, 4] * 1000 + digits[:, 5] * 100 + digits[:, 6] * 10 + digits[:, 7]
    good &= (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    first = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    found = first.astype("M8[D]") + (day - 1).astype("m8[D]")
    good &= found < (first + np.timedelta64(1, "M")).astype("M8[D]")
    days[usual[good]] = found[good].astype(np.int64)
    return days


def _repeated(
    user: np.ndarray,
    kind: np.ndarray,
    number: np.ndarray,
    numbered: np.ndarray,
    issued: np.ndarray,
    expires: np.ndarray,
    known: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the same credential and issue date: with different content, and exact repeats."""
    contradicts, repeats = (np.zeros(len(user), dtype=np.bool_) for _ in range(2))
    key = ((user * 1000 + kind) * (len(user) + 1) + np.where(numbered, number + 1, 0)) * 20_000 + issued % 20_000
    rows = np.flatnonzero(known)
    rows = rows[pd.Series(key[rows]).duplicated(keep=False).to_numpy()]
    some = pd.DataFrame({"key": key[rows], "expires": expires[rows], "number": number[rows]})
    again = some.duplicated().to_numpy()
    several = (some.assign(first=~again).groupby("key")["first"].transform("sum") > 1).to_numpy()
    contradicts[rows[several]] = True
    repeats[rows[again & ~several]] = True
    return contradicts, repeats


def _several_numbers(user: np.ndarray, kind: np.ndarray, number: np.ndarray, told: np.ndarray) -> np.ndarray:
    """Rows of a credential, without one in the identity, that has several numbers."""
    found, key = np.zeros(len(user), dtype=np.bool_), user * 1000 + kind
    rows = np.flatnonzero(told)
    rows = rows[pd.Series(key[rows]).duplicated(keep=False).to_numpy()]
    some = pd.DataFrame({"key": key[rows], "number": number[rows]})
    found[rows[(some.groupby("key")["number"].transform("nunique") > 1).to_numpy()]] = True
    return found


def _found(table: Table, masks: dict[tuple[str, str], np.ndarray]) -> Found:
    rows = [np.flatnonzero(mask) for mask in masks.values()]
    which = np.repeat(np.arange(len(masks)), [len(places) for places in rows])
    names = [pd.Categorical.from_codes(np.arange(len(masks)), pd.Index([" ".join(key) for key in masks]))]
    return pd.DataFrame({"line": table.lines[np.concatenate(rows)], "found": names[0].take(which)})
