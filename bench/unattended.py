"""`python -m bench.unattended`: one unattended import of 20,000 rows, beside the plain call in a process of its own.

Both are whole commands, timed from outside and in turn: `credtools import` (papermill, a kernel, a record, evidence)
and `credtools.open().upload(file).settle()`. kernel, imports and work are what the run itself noted in run.json: its
wait for the kernel and its evidence; opening the registry; all other cells. Wall time needs a quiet machine, so the CPU
time of each command, its kernel included, is shown beside it.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.data import case
from bench.importing import ROWS, prepare

ROUNDS = 7
COMMAND = (sys.executable, "-m", "credtools", "import", "export.csv")
PLAIN = (sys.executable, "-c", "import credtools; print(credtools.open().upload('export.csv').settle().verdict)")
NAMES = ("total", "start", "kernel", "imports", "work", "plain", "ratio", "cpu", "plain cpu", "cpu ratio")


def main() -> None:
    """Prints seconds of each round, then the least and the median; the last line is one JSON object."""
    print(" ".join(f"{name:>9}" for name in NAMES))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, case(ROWS))
        rounds = [_round(folder) for _ in range(ROUNDS + 1)][1:]  # the first one fills the caches
    least = {key: min(found[key] for found in rounds) for key in NAMES}
    least |= {"ratio": least["total"] / least["plain"], "cpu ratio": least["cpu"] / least["plain cpu"]}
    median = {key: statistics.median(found[key] for found in rounds) for key in NAMES}
    for title, figures in (("least", least), ("median", median)):
        print(_line(figures), title)
    print(
        json.dumps(
            {f"unattended_20k_{title}": round(f["ratio"], 2) for title, f in (("least", least), ("median", median))}
        )
    )


def _round(folder: Path) -> dict[str, float]:
    total, cpu = _seconds(folder, COMMAND)
    record = next((folder / "runs").glob("*/run.json"))
    parts: dict[str, float] = json.loads(record.read_text("utf-8"))["seconds"]
    shutil.rmtree(folder / "runs")
    plain, plain_cpu = _seconds(folder, PLAIN)
    found = {**parts, "start": total - parts["total"], "total": total, "plain": plain, "ratio": total / plain}
    found |= {"cpu": cpu, "plain cpu": plain_cpu, "cpu ratio": cpu / plain_cpu}
    print(_line(found), flush=True)
    return found


def _seconds(folder: Path, command: tuple[str, ...]) -> tuple[float, float]:
    """The wall and CPU seconds of a command on a fresh copy of the database."""
    for old in folder.glob("credtools.db*"):
        old.unlink()
    shutil.copy(folder / "prepared.db", folder / "credtools.db")
    start, before = time.perf_counter(), os.times()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return time.perf_counter() - start, used


def _line(figures: dict[str, float]) -> str:
    return " ".join(f"{figures[name]:9.2f}" for name in NAMES)


if __name__ == "__main__":
    main()
