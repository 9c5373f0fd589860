"""A team's registry beside an unguarded one, both on PostgreSQL: `python -m bench.team [ROUNDS]`.

Importing 20,000 rows of 50,000 users, and approving what waits of them. CPU seconds of this process and of the server,
least of the rounds, in turn; each round begins with fresh copies of the same two databases.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import psycopg

import credtools as ct
from bench.data import Case, case
from credtools.model.rights import Role
from credtools.registry import Registry
from tests.postgres import PostgresServer

ROWS = 20_000
PEOPLE: dict[str, Role] = {"eva": "admin", "ana": "uploader", "bea": "approver"}
Found = TypeVar("Found")
TICKS = os.sysconf("SC_CLK_TCK")


class Place:
    """A registry that is copied for each round: a team's, or one in which everybody may do everything."""

    def __init__(self, server: PostgresServer, made: Case, *, team: bool) -> None:
        self.server, self.team, self.rounds = server, team, 0
        self.built = server.create_database().partition("@/")[2].partition("?")[0]
        owner = ct.init(server.url(self.built), team=team, prefix="bench") if team else ct.init(server.url(self.built))
        for name, role in PEOPLE.items() if team else ():
            self.sql(f"CREATE ROLE {name} LOGIN")
            owner.grant(name, role, f"{name}@example.org")
        owner.close()
        with self.open("eva", self.built) as eva:
            eva.set("max_rows", 100_000)
            eva.load("users", made.lookups.users.drop(columns=["id"]))
            eva.load("types", made.lookups.types.drop(columns=["id", "status"]))
            eva.set("max_rows", ROWS)
            eva.set("date_format", "DD/MM/YYYY")
            eva.set("media_optional", value=True)

    def open(self, name: str, database: str) -> Registry:
        if self.team:
            return ct.open(self.server.url(database, user=name))
        return ct.open(self.server.url(database), by=f"{name}@example.org")

    def sql(self, statement: str) -> None:
        with psycopg.connect(host=str(self.server.folder), user="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def round(self, content: Path) -> tuple[float, float, int, int]:
        """Seconds of an import and of an approval, and how many rows each was about."""
        self.rounds += 1
        copy = f"{self.built}_{self.rounds}"
        self.sql(f"CREATE DATABASE {copy} TEMPLATE {self.built} STRATEGY file_copy")
        with self.open("ana", copy) as ana, self.open("bea", copy) as bea:
            imported, receipt = self.measured(lambda: ana.upload(content).finish())
            approved, done = self.measured(lambda: bea.approve(receipt.batch))
        self.sql(f"DROP DATABASE {copy}")
        return imported, approved, receipt.counts.accepted, len(done.decided)

    def measured(self, work: Callable[[], Found]) -> tuple[float, Found]:
        before = self.spent()
        found = work()
        return self.spent() - before, found

    def spent(self) -> float:
        """CPU seconds of this process, the server, and all that it has started and still runs."""
        server = int((self.server.data / "postmaster.pid").read_text().splitlines()[0])
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            if int(path.parent.name) == server:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == server:
                ticks += sum(map(int, fields[11:13]))
        return time.process_time() + ticks / TICKS


def main(rounds: int) -> None:
    made = case(ROWS)
    with PostgresServer() as server, TemporaryDirectory() as name:
        content = Path(name) / "export.csv"
        content.write_bytes(made.content)
        places = [Place(server, made, team=team) for team in (True, False)]
        found = [[place.round(content) for place in places] for _ in range(rounds + 1)][1:]
    if any(one[0][2:] != one[1][2:] for one in found):
        raise SystemExit(f"No parity: {found}")
    print(f"{'verb':<10} {'rows':>7} {'team, ms':>10} {'unguarded':>10} {'ratio':>8} {'median':>8}")
    for place, verb in enumerate(("import", "approve")):
        pairs = [(one[0][place], one[1][place]) for one in found]
        least = [min(times) for times in zip(*pairs, strict=True)]
        median = statistics.median(a / b for a, b in pairs)
        rows = found[0][0][2 + place]
        print(
            f"{verb:<10} {rows:>7,} {least[0] * 1000:>10.0f} {least[1] * 1000:>10.0f}"
            f" {least[0] / least[1]:>8.2f} {median:>8.2f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
