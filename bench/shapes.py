"""A file with one row per person beside the same credentials as plain rows: 2,000 people × 30 types, file to COMMIT."""

from __future__ import annotations

import gc
import shutil
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench import importing
from bench.data import FIRST_DAY, case
from bench.timing import Job
from credtools.recipe import Recipe
from credtools.registry import open_registry

PEOPLE, KINDS = 2_000, 30
LIMIT = 2.0  # of the time of the plain rows


def job(rounds: int) -> Job:
    """60,000 credentials on a registry of 50,000 users; each round begins with a fresh copy of the same database."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipe = _prepare(folder)
        accepted = [_measured(folder, *one)[1] for one in (("matrix.csv", recipe), ("plain.csv", Recipe()))]
        if accepted[0] != accepted[1] or accepted[0] < PEOPLE * KINDS * 0.9:
            raise SystemExit(f"No parity, so nothing was measured: accepted {accepted[0]} and {accepted[1]} rows.")
        pairs = [
            (_measured(folder, "matrix.csv", recipe)[0], _measured(folder, "plain.csv", Recipe())[0])
            for _ in range(rounds)
        ]
    ours, theirs = (min(times) for times in zip(*pairs, strict=True))
    return Job("unpivot_60k_vs_plain", ours, theirs, ours / theirs, statistics.median(a / b for a, b in pairs))


def _prepare(folder: Path) -> Recipe:
    """The organisation, `matrix.csv` and `plain.csv`; returns the recipe of the first."""
    made = case(20)
    importing.prepare(folder, made)
    registry = open_registry(str(folder / "prepared.db"), folder=str(folder))
    registry.set("max_rows", 100_000)
    registry.engine.dispose()
    users, types = made.lookups.users, made.lookups.types
    people = users.loc[users["status"] == "active", "email"].head(PEOPLE).tolist()
    kinds = types.loc[~types["numbered"] & (types["expiry"] != "never"), "name"].head(KINDS).tolist()
    random = np.random.default_rng(7)
    days = random.integers(0, 4_000, (PEOPLE, KINDS)).tolist()
    first: Any = FIRST_DAY.item()
    texts = [
        [(f"{d:%d/%m/%Y}", f"{d + timedelta(1_000):%d/%m/%Y}") for d in (first + timedelta(k) for k in row)]
        for row in days
    ]
    headings = ",".join(f"{kind} issued,{kind} expires" for kind in kinds)
    rows = (f"{one},{','.join(f'{a},{b}' for a, b in row)}" for one, row in zip(people, texts, strict=True))
    (folder / "matrix.csv").write_text("\n".join([f"User email,{headings}", *rows, ""]))
    plain = (
        f"{one},{kind},{issued},{expires}"
        for one, row in zip(people, texts, strict=True)
        for kind, (issued, expires) in zip(kinds, row, strict=True)
    )
    (folder / "plain.csv").write_text("\n".join(["User email,Credential type,Issue date,Expiration date", *plain, ""]))
    pairs = "".join(
        f"  - {{credential_type: {kind}, issue_date: {kind} issued, expiration_date: {kind} expires}}\n"
        for kind in kinds
    )
    return Recipe.parse(f"unpivot:\n{pairs}", "matrix")


def _measured(folder: Path, name: str, recipe: Recipe) -> tuple[float, int]:
    """CPU seconds of one import into a fresh copy, and how many rows were accepted."""
    for old in folder.glob("credtools.db*"):
        old.unlink()
    shutil.copy(folder / "prepared.db", folder / "credtools.db")
    gc.collect()
    start = time.process_time()
    registry = open_registry(str(folder / "credtools.db"), folder=str(folder))
    receipt = registry.upload(folder / name, recipe).finish()
    registry.engine.dispose()
    return time.process_time() - start, receipt.counts.accepted


if __name__ == "__main__":
    found = job(5)
    print(found)
    raise SystemExit(found.median_ratio > LIMIT)
