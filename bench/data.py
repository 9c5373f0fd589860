"""Made-up rows for the benchmarks: an organisation of 50,000 users, files in which about one row in ten is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from credtools import reading
from credtools.checking.lookups import Lookups
from credtools.model import OrganisationSettings, Table

USERS, TYPES = 50_000, 60
HEADINGS = ("User email", "Credential type", "Issue date", "Expiration date", "Credential number")
FIRST_DAY = np.datetime64("2014-01-01")
WHEN = ("optional", "required", "never")


@dataclass(frozen=True)
class Case:
    """One file on an organisation: its bytes, the table they are, what the organisation knows."""

    content: bytes
    table: Table
    lookups: Lookups


def organisation(rows: int) -> Lookups:
    """Users (one in fifty deactivated) and types (one in ten without expiration, one in ten numbered)."""
    gone = np.arange(USERS) % 50 == 7
    users = pd.DataFrame(
        {
            "id": np.arange(1, USERS + 1),
            "email": [f"person.{k}@{('example.org', 'example.com', 'mail.example.net')[k % 3]}" for k in range(USERS)],
            "external_id": [f"E-{k}" for k in range(USERS)],
            "name": [f"Person {k}" for k in range(USERS)],
            "status": np.where(gone, "deactivated", "active"),
            "deactivated_on": [date(2025, 3, 1) if left else None for left in gone.tolist()],
            "date_format": [None] * USERS,
        }
    )
    types = pd.DataFrame(
        {
            "id": np.arange(1, TYPES + 1),
            "name": [f"Qualification No. {k}" for k in range(TYPES)],
            "status": "active",
            "expiry": ["never" if k % 10 == 3 else "required" if k % 10 == 4 else "optional" for k in range(TYPES)],
            "issue": "required",
            "numbered": [k % 10 == 5 for k in range(TYPES)],
            "media_required": False,
            "approval_required": None,
            "validity_months": None,
            "expiry_computed": True,
        }
    )
    settings = OrganisationSettings(date_format="DD/MM/YYYY", max_rows=max(rows, 20_000))
    return Lookups(users, types, settings, today=date(2026, 11, 23))


def case(rows: int, seed: int = 2026) -> Case:
    """A file of `rows` rows with noise of case and space, and faults of every kind."""
    lookups = organisation(rows)
    columns = _right(rows, lookups, random := np.random.default_rng(seed))
    _spoil(columns, random)
    content = _csv(columns)
    table = reading.read_bytes(content, "bench.csv", delimiter=",", encoding="utf-8")
    return Case(content, table, lookups)


def _right(rows: int, lookups: Lookups, random: np.random.Generator) -> list[np.ndarray]:
    emails, names = (np.array(frame.tolist()) for frame in (lookups.users["email"], lookups.types["name"]))
    email = emails[random.integers(0, USERS, rows)].astype(object)
    kind = random.integers(0, TYPES, rows)
    type_name = names[kind].astype(object)
    issued = FIRST_DAY + random.integers(0, 4_600, rows)
    expires = issued + random.integers(30, 2_000, rows)
    issue, until = written(issued), written(expires)
    until[(kind % 10 == 3) | ((kind % 10 != 4) & (random.random(rows) < 0.2))] = ""
    number = np.array([f"CN-{k:07}" for k in range(rows)], dtype=object)
    return [email, type_name, issue, until, number]


def _spoil(columns: list[np.ndarray], random: np.random.Generator) -> None:
    email, type_name, issue, until, number = columns

    def some(share: float) -> np.ndarray:
        return np.flatnonzero(random.random(len(email)) < share)

    changes: list[tuple[np.ndarray, float, Callable[[str], str]]] = [
        (email, 0.03, lambda text: f" {text.upper()} "),
        (type_name, 0.03, lambda text: text.replace(" ", "  ").lower()),
        (email, 0.02, lambda text: text.replace("person", "persn")),
        (type_name, 0.02, lambda text: text.replace("lif", "fil")),
        (issue, 0.02, lambda text: text.replace("/", "-")),
        (number, 0.003, lambda text: f"{text}\u200b"),
    ]
    for values, share, change in changes:
        for place in some(share):
            values[place] = change(values[place])
    until[some(0.01)] = "n/a"
    until[some(0.01)] = "31/12/2013"
    for values, share in ((email, 0.005), (type_name, 0.005), (issue, 0.005), (number, 0.01)):
        values[some(share)] = ""
    again, other = some(0.005), some(0.005)
    for values in columns:
        for pairs in (again, other):
            values[pairs[1::2]] = values[pairs[0 : len(pairs) - 1 : 2]]
    until[other[1::2]] = ""
    number[other[1::2]] = "other"


def written(days: np.ndarray) -> np.ndarray:
    """Days as DD/MM/YYYY."""
    return pd.DatetimeIndex(days).strftime("%d/%m/%Y").to_numpy(dtype=object)


def _csv(columns: list[np.ndarray]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode()
