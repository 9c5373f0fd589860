"""Three years of three sources as one registry: a million rows in the ledger, 100,000 rejects with 120,000 errors.

Written past the library, table by table (an import of each file would take hours); only the questions are measured.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, insert

from credtools.registry import create
from credtools.store import tables
from credtools.store.transaction import insert_columns

LEDGER, REJECTS, SECOND_ERRORS = 1_000_000, 100_000, 20_000
WEEKS, SOURCES, USERS, TYPES, CREDENTIALS = 156, 3, 50_000, 60, 250_000
BATCHES = WEEKS * SOURCES
CHAINED = 140  # of a batch's rejects: those whose record comes again and again
CHAIN = 8  # weeks, until it is fixed
ROWS_A_TIME = 100_000
UPLOADERS = [f"uploader{k}@example.org" for k in range(6)]
CODES = {
    "credential_type_exists": ("credential_type", "Type"),
    "user_exists": ("user_email", "E-Mail"),
    "date_format": ("issue_date", "Issued"),
    "expires_after_issue": ("expiration_date", "Until"),
    "value_required": ("issue_date", "Issued"),
    "not_repeated": ("", ""),
}
MONDAY = datetime(2023, 11, 20, 6, tzinfo=UTC)


def build(url: str) -> Engine:
    """The registry, filled; its questions read it, nothing else may."""
    registry = create(url, by="bench")
    with registry.engine.connect().execution_options(credtools_writes=True) as connection, connection.begin():
        _organisation(connection)
        _batches(connection)
        _credentials(connection)
        _ledger(connection)
    if registry.engine.dialect.name == "postgresql":  # what the server does by itself soon after
        with registry.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return registry.engine


def _fill(connection: Connection, table: Any, **columns: Any) -> None:
    """Columns, or one value for all rows, some rows at a time."""
    size = max(len(column) for column in columns.values() if isinstance(column, list))
    whole = {name: column if isinstance(column, list) else [column] * size for name, column in columns.items()}
    for start in range(0, size, ROWS_A_TIME):
        insert_columns(connection, table, {k: v[start : start + ROWS_A_TIME] for k, v in whole.items()})


def _organisation(connection: Connection) -> None:
    emails = [f"person.{k}@example.org" for k in range(USERS)]
    _fill(connection, tables.users, id=list(range(1, USERS + 1)), email=emails, email_key=emails)
    names = [f"Qualification No. {k}" for k in range(TYPES)]
    keys = [name.casefold() for name in names]
    switches = {"numbered": False, "media_required": False}
    _fill(connection, tables.credential_types, id=list(range(1, TYPES + 1)), name=names, name_key=keys, **switches)
    _fill(connection, tables.sources, id=[1, 2, 3], name=["hr", "sap", "sites"])
    connection.execute(insert(tables.source_files).values(sha256="0" * 64, size=0))


def sizes(whole: int) -> list[int]:
    """So many rows of each batch."""
    return [len(part) for part in np.array_split(np.arange(whole), BATCHES)]


def _moment(number: int) -> datetime:
    """When a batch (from 0) was finished: three a week, one for each source."""
    return MONDAY + timedelta(weeks=number // SOURCES, minutes=number % SOURCES)


def _batches(connection: Connection) -> None:
    numbers = range(BATCHES)
    rows, rejected = sizes(LEDGER), sizes(REJECTS)
    new = sizes(CREDENTIALS)
    recipes = [
        hashlib.sha256(f"{number % SOURCES} {number // SOURCES // 13}".encode()).hexdigest() for number in numbers
    ]
    _fill(
        connection,
        tables.batches,
        id=[number + 1 for number in numbers],
        source_id=[number % SOURCES + 1 for number in numbers],
        sha256="0" * 64,
        part=1,
        file_name="export.csv",
        state="finished",
        attempt_id=[str(number) for number in numbers],
        schema_name="credentials",
        schema_fingerprint="5" * 64,
        recipe_text="",
        recipe_fingerprint=recipes,
        uploaded_by=[UPLOADERS[number % len(UPLOADERS)] for number in numbers],
        uploaded_at=[_moment(number) for number in numbers],
        finished_by=[UPLOADERS[number % len(UPLOADERS)] for number in numbers],
        finished_at=[_moment(number) for number in numbers],
        rows=rows,
        new=new,
        unchanged=[a - b - c for a, b, c in zip(rows, new, rejected, strict=True)],
        rejected=rejected,
    )
    told = [json.dumps({"at": _moment(number).isoformat()}) for number in numbers]
    marks = {"text": told, "previous": "", "hash": ""}
    seqs = [number + 1 for number in numbers]
    _fill(connection, tables.events, seq=seqs, kind="finish", batch_id=seqs, **marks)


def _credentials(connection: Connection) -> None:
    ids = np.arange(CREDENTIALS)
    batch_of = np.repeat(np.arange(BATCHES), sizes(CREDENTIALS))
    place = np.concatenate([np.arange(size) for size in sizes(CREDENTIALS)])
    rejected = np.array(sizes(REJECTS))[batch_of]
    users, kinds = ids % USERS + 1, (ids * 7 + ids // USERS * 11) % TYPES + 1
    columns = {"user_id": users.tolist(), "type_id": kinds.tolist()}
    numbers = (ids + 1).tolist()
    _fill(connection, tables.credentials, id=numbers, head_version_id=numbers, counter=1, **columns)
    _fill(
        connection,
        tables.credential_versions,
        id=numbers,
        credential_id=numbers,
        batch_id=(batch_of + 1).tolist(),
        line=(place + rejected + 2).tolist(),
        issue_date=[date(2020, 1, 1) + timedelta(days=k % 1_500) for k in range(CREDENTIALS)],
        decision="approved",
        stands=True,
        digest=b"0" * 32,
    )


def _ledger(connection: Connection) -> None:
    """Per batch: the rejected rows first, then the new ones, then those that are unchanged."""
    random = np.random.default_rng(2026)
    columns: dict[str, list[Any]] = {name: [] for name in ("batch_id", "line", "verdict", "version_id")}
    known = 0
    for number, (rows, rejected, new) in enumerate(zip(sizes(LEDGER), sizes(REJECTS), sizes(CREDENTIALS), strict=True)):
        columns["batch_id"] += [number + 1] * rows
        columns["line"] += range(2, rows + 2)
        unchanged = rows - rejected - new
        columns["verdict"] += ["rejected"] * rejected + ["new"] * new + ["unchanged"] * unchanged
        fresh = list(range(known + 1, known + new + 1))
        known += new
        columns["version_id"] += [None] * rejected + fresh + random.integers(1, known + 1, unchanged).tolist()
    _fill(connection, tables.ledger, codes="", digest=b"0" * 32, **columns)
    raw = [
        json.dumps([f"person.{k % USERS}@example.org", f"Qualification No. {k % TYPES}", "2024-01-10", "", str(k)])
        for k in range(LEDGER)
    ]
    places = {name: columns[name] for name in ("batch_id", "line")}
    _fill(connection, tables.ledger_values, salt=b"0" * 16, raw=raw, **places)
    _rejects(connection)


def _rejects(connection: Connection) -> None:
    names = ["id", "batch_id", "line", "source_id", "record_digest", "state", "first_seen", "changed_at"]
    names += ["fixed_batch_id", "fixed_line", "superseded_by", "reason", "type_id", "user_id"]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    rejected = sizes(REJECTS)
    first = np.cumsum([1, *rejected]).tolist()
    for number in range(BATCHES):
        following = number + SOURCES
        for place in range(rejected[number]):
            key, age, state = _course(number, place)
            linked = following if following < BATCHES else None
            state = "open" if linked is None and state != "waived" else state
            columns["id"].append(first[number] + place)
            columns["batch_id"].append(number + 1)
            columns["line"].append(place + 2)
            columns["source_id"].append(number % SOURCES + 1)
            columns["record_digest"].append(hashlib.sha256(key.encode()).hexdigest())
            columns["state"].append(state)
            columns["first_seen"].append(_moment(number - age * SOURCES))
            settled = state in ("fixed", "superseded") and linked is not None
            columns["changed_at"].append(_moment(following if settled else number))
            columns["fixed_batch_id"].append(following + 1 if state == "fixed" else None)
            columns["fixed_line"].append(rejected[following] + 2 + place if state == "fixed" else None)
            columns["superseded_by"].append(first[following] + place if state == "superseded" else None)
            columns["reason"].append("left the company" if state == "waived" else None)
            columns["type_id"].append(None if place % 5 == 0 else place % TYPES + 1)
            columns["user_id"].append(None if place % 3 == 0 else (number * 214 + place) % USERS + 1)
    # From the last one on: each points to one that is there already.
    backwards = {name: column[::-1] for name, column in columns.items()}
    _fill(connection, tables.rejects, ordinal=0, changed_by="uploader0@example.org", **backwards)
    _errors(connection, columns["id"])


def _course(number: int, place: int) -> tuple[str, int, str]:
    """Of a reject: its record, for how many weeks it has been coming, its state."""
    week, source = number // SOURCES, number % SOURCES
    if place < CHAINED:
        age = min((week + place) % CHAIN, week)
        state = "fixed" if (week + place) % CHAIN == CHAIN - 1 else "superseded"
        return f"{source} {place} {week - age}", age, state
    return f"{number} {place}", 0, ("open", "waived", "fixed", "fixed")[place % 4]


def _errors(connection: Connection, rejects: list[int]) -> None:
    ids = rejects + rejects[:: len(rejects) // SECOND_ERRORS]
    codes = [list(CODES)[(k if k < len(rejects) else k + 1) % len(CODES)] for k in range(len(ids))]
    values = [f"value {k}" for k in range(len(ids))]
    _fill(
        connection,
        tables.reject_errors,
        reject_id=ids,
        position=[0] * len(rejects) + [1] * (len(ids) - len(rejects)),
        code=codes,
        column_name=[CODES[code][0] for code in codes],
        heading=[CODES[code][1] for code in codes],
        title=[code.replace("_", " ").capitalize() for code in codes],
        value=values,
        resolution=[f"{value!r} isn't right here; correct it, or ask who keeps the list." for value in values],
        suggestion="",
    )
