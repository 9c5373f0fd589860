"""Backup, restore and copy of 50,000 users and some batches of 20,000 rows: `python -m bench.keeping [BATCHES]`.

Seconds on the clock and of CPU of this process, and the most memory that it needed, each step in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import credtools as ct
from bench import data, importing
from tests.postgres import PostgresServer

BATCHES = 6
PROCESSES = multiprocessing.get_context("spawn")


def build(file: str, folder: Path, batches: int) -> None:
    """An organisation of 50,000 users, and files of one source with rows of their own."""
    importing.prepare(folder, data.case(100))
    (folder / "prepared.db").rename(file)
    with ct.open(file, by="bench") as registry:
        for number in range(batches):
            registry.upload(data.case(20_000, number).content, name=f"{number}.csv").finish()


def _step(verb: str, given: tuple[Any, ...], says: Any) -> None:
    begun, cpu = time.monotonic(), time.process_time()
    if verb == "backup":
        ct.open(given[0]).backup(given[1])
    elif verb == "build":
        build(*given)
    else:
        getattr(ct, verb)(*given)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    says.send((time.monotonic() - begun, time.process_time() - cpu, most))


def step(name: str, verb: str, *given: Any) -> None:
    """One step in a new process; what it took is printed."""
    listens, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_step, args=(verb, given, says))
    process.start()
    says.close()
    clock, cpu, most = listens.recv()
    process.join()
    print(f"{name:<42} {clock:7.1f} s {cpu:7.1f} s of CPU {most:7.0f} MB at most", flush=True)


def main() -> None:
    batches = int(sys.argv[1]) if len(sys.argv) > 1 else BATCHES
    with tempfile.TemporaryDirectory() as name, PostgresServer() as server:
        folder = Path(name)
        os.environ["CREDTOOLS_BLOBS"] = str(folder / "blobs")
        file, there, back = str(folder / "a.db"), server.create_database(), str(folder / "b.db")
        step(f"build: {batches} batches of 20,000 rows", "build", file, folder, batches)
        step("backup of SQLite", "backup", file, folder / "a.zip")
        size, packed = (path.stat().st_size / 1e6 for path in (Path(file), folder / "a.zip"))
        print(f"  {size:,.0f} MB as SQLite, {packed:,.0f} MB packed")
        step("restore to SQLite, verified", "restore", folder / "a.zip", str(folder / "c.db"))
        step("copy SQLite → PostgreSQL, verified", "copy", file, there)
        step("backup of PostgreSQL", "backup", there, folder / "b.zip")
        step("copy PostgreSQL → SQLite, verified", "copy", there, back)


if __name__ == "__main__":
    main()
