"""A whole import on SQLite, from the bytes of a CSV file to COMMIT, beside polars and the plain sqlite3 module."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from bench import floors, polars_floors
from bench.data import Case, case
from bench.timing import Job
from credtools.registry import create, open_registry

SALT = 16  # bytes

ROWS = 20_000


def job(rounds: int) -> Job:
    """20,000 rows on a registry of 50,000 users; each round begins with a fresh copy of the same database."""
    made = case(ROWS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, made)
        _, accepted = zip(*(_measured(folder, work) for work in (_ours, _theirs)), strict=True)
        if accepted[0] != accepted[1]:
            raise SystemExit(f"No parity, so nothing was measured: accepted {accepted[0]} and {accepted[1]} rows.")
        pairs = [(_measured(folder, _ours)[0], _measured(folder, _theirs)[0]) for _ in range(rounds)]
    ours, theirs = (min(times) for times in zip(*pairs, strict=True))
    return Job("import_20k_vs_polars", ours, theirs, ours / theirs, statistics.median(a / b for a, b in pairs))


def prepare(folder: Path, made: Case) -> None:
    """Puts `prepared.db`, an organisation of 50,000 users, and the file `export.csv` into a folder."""
    registry = create(str(folder / "prepared.db"), folder=str(folder))
    registry.set("max_rows", 100_000)
    registry.load("users", made.lookups.users.drop(columns=["id"]))
    registry.load("types", made.lookups.types.drop(columns=["id", "status"]))
    registry.set("max_rows", ROWS)
    registry.set("date_format", "DD/MM/YYYY")
    registry.engine.dispose()
    (folder / "export.csv").write_bytes(made.content)


def _measured(folder: Path, work: Callable[[Path], int]) -> tuple[float, int]:
    """CPU seconds of one import into a fresh copy, and how many rows were accepted."""
    for old in folder.glob("credtools.db*"):
        old.unlink()
    shutil.copy(folder / "prepared.db", folder / "credtools.db")
    gc.collect()
    start = time.process_time()
    accepted = work(folder)
    return time.process_time() - start, accepted


def _ours(folder: Path) -> int:
    registry = open_registry(str(folder / "credtools.db"), folder=str(folder))
    receipt = registry.upload(folder / "export.csv").finish()
    registry.engine.dispose()
    return receipt.counts.accepted


def _theirs(folder: Path) -> int:
    """The same tables filled without us: what polars finds, written with executemany in one transaction."""
    import polars as pl  # noqa: PLC0415 - only the benchmarks have it

    database = sqlite3.connect(folder / "credtools.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        database.execute(f"PRAGMA {pragma}")
    content = (folder / "export.csv").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    frame = pl.read_csv(content, infer_schema=False).fill_null("")
    frame = frame.rename(dict(zip(frame.columns, floors.COLUMNS, strict=True)))
    frame = frame.with_columns(line=pl.int_range(2, len(frame) + 2))
    users = pl.DataFrame(database.execute("SELECT id, email, status FROM users ORDER BY id").fetchall(), orient="row")
    users.columns = ["id", "email", "status"]
    names = ["id", "name", "expiry", "numbered", "approval_required"]
    types = pl.DataFrame(
        database.execute(f"SELECT {', '.join(names)} FROM credential_types ORDER BY id").fetchall(),  # noqa: S608
        orient="row",
    )
    types = types.rename(dict(zip(types.columns, names, strict=True))).with_columns(pl.col("numbered").cast(pl.Boolean))
    wide, found = polars_floors.import_by_polars((frame, users, types), date.today())  # noqa: DTZ011 - any today serves
    database.execute("BEGIN IMMEDIATE")
    database.execute("INSERT INTO source_files VALUES (?, ?, ?)", (sha256, len(content), content))
    database.execute("INSERT INTO sources (id, name) VALUES (1, 'manual')")
    database.execute(
        "INSERT INTO batches (id, source_id, sha256, part, file_name, state, attempt_id, schema_name, recipe_text, "
        "recipe_fingerprint, uploaded_by, uploaded_at) VALUES (1, 1, ?, 1, 'export.csv', 'finished', 'a', "
        "'credentials', '', '', 'bench', '2026-11-23')",
        (sha256,),
    )
    accepted = _write(database, wide, found, types["id"].to_list(), users["id"].to_list())
    database.execute("COMMIT")
    database.close()
    return accepted


def _write(database: sqlite3.Connection, wide: Any, found: Any, types: list[int], users: list[int]) -> int:
    raw = [json.dumps(row) for row in wide.select(floors.COLUMNS).iter_rows()]
    lines = wide["line"].to_list()
    codes: dict[int, list[tuple[str, str]]] = {}
    for line, name in found.iter_rows():
        column, _, code = name.partition(" ")
        codes.setdefault(line, []).append((column, code))
    credentials: dict[tuple[int, int, str], int] = {}
    versions, ledger, values, rejects, errors = (list[tuple[Any, ...]]() for _ in range(5))
    names = ["user", "kind", "key", "issued", "expires", "credential_number", "again"]
    cells = wide.select(floors.COLUMNS).to_dict(as_series=False)
    for k, (user, kind, key, issued, expires, number, again) in enumerate(wide.select(names).iter_rows()):
        line, salt = lines[k], os.urandom(SALT)
        digest = hashlib.sha256(salt + raw[k].encode()).digest()
        why, verdict, version = codes.get(line), "unchanged", None
        if why:
            verdict = "rejected"
            rejects.append((len(rejects) + 1, 1, line, 1, hashlib.sha256(raw[k].encode()).hexdigest(), 0, "open"))
            for place, (column, code) in enumerate(why):
                value = cells[column][k] if column else ""
                errors.append((len(rejects), place, code, column, column, code, value, f"{value!r} isn't right.", ""))
        elif not again:
            identity = (users[user], types[kind], key)
            verdict = "new_version" if identity in credentials else "new"
            credential = credentials.setdefault(identity, len(credentials) + 1)
            version = len(versions) + 1
            salt_of_content = os.urandom(SALT)
            told = json.dumps([*identity, str(issued), str(expires), number, "{}"])
            of_content = hashlib.sha256(salt_of_content + told.encode()).digest()
            day = None if issued is None else issued.isoformat()
            until = None if expires is None else expires.isoformat()
            versions.append(
                (version, credential, 1, line, day, until, number, "{}", "pending", 1, salt_of_content, of_content)
            )
        ledger.append((1, line, verdict, ",".join(code for _, code in why or ()), version, digest))
        values.append((1, line, salt, raw[k]))
    rows = [(number, *identity, identity[2], None, 1) for identity, number in credentials.items()]
    many = database.executemany
    named = "id, user_id, type_id, number, number_key, head_version_id, counter"
    many(f"INSERT INTO credentials ({named}) VALUES (?,?,?,?,?,?,?)", rows)  # noqa: S608
    named = (
        "id, credential_id, batch_id, line, issue_date, expiration_date, number, own, decision, stands, salt, digest"
    )
    many(f"INSERT INTO credential_versions ({named}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", versions)  # noqa: S608
    database.execute(
        "UPDATE credentials SET head_version_id = (SELECT v.id FROM credential_versions v WHERE v.credential_id = "
        "credentials.id ORDER BY v.issue_date DESC, v.id DESC LIMIT 1)"
    )
    many("INSERT INTO ledger (batch_id, line, verdict, codes, version_id, digest) VALUES (?,?,?,?,?,?)", ledger)
    many("INSERT INTO ledger_values (batch_id, line, salt, raw) VALUES (?,?,?,?)", values)
    many(
        "INSERT INTO rejects (id, batch_id, line, source_id, record_digest, ordinal, state, first_seen, changed_at, "
        "changed_by) VALUES (?,?,?,?,?,?,?,'2026-11-23','2026-11-23','bench')",
        rejects,
    )
    many("INSERT INTO reject_errors VALUES (?,?,?,?,?,?,?,?,?)", errors)
    return len(versions)
