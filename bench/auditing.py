"""Every question of `registry.audit` on a million rows: `python -m bench.auditing`.

Milliseconds (least of several rounds) on SQLite and PostgreSQL, beside counting the ledger: on the clock, and of CPU,
client and server together, which says the same on a machine that has other work, too. How the databases go about it
is written to bench/plans/.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, select

from bench import backlog
from credtools.audit.audit import Audit
from credtools.store import tables
from tests.postgres import PostgresServer

ROUNDS = 5
LIMIT = 1_000  # milliseconds
WIDTH, LINES = 160, 40  # of a plan: one that asks for many places repeats itself
PLANS = Path(__file__).parent / "plans"
GROUPS = ("code", "column", "source", "recipe", "type", "uploader", "week")
SOME: dict[str, Any] = {"source": "sap", "code": "date_format", "since": "2025-01-01", "until": "2026-06-30"}
Ask = Callable[[Audit], object]


def questions() -> dict[str, Ask]:
    """Every question, without filters and with some."""
    asked: dict[str, Ask] = {
        "rejects": lambda a: a.rejects(),
        "rejects, open": lambda a: a.rejects(state="open"),
        "rejects, some": lambda a: a.rejects(**SOME),
        "rejects of a batch": lambda a: a.rejects(batch=300),
        "rejects of a type": lambda a: a.rejects(type="Qualification No. 7"),
        "rejects of an uploader": lambda a: a.rejects(uploader="uploader3@example.org", state="open"),
    }
    asked |= {f"rejects by {by}": lambda a, by=by: a.rejects(by) for by in GROUPS}  # type: ignore[misc]
    asked |= {f"rejects by {by}, some": lambda a, by=by: a.rejects(by, **SOME) for by in GROUPS}  # type: ignore[misc]
    asked |= {f"ageing by {by}": lambda a, by=by: a.ageing(by) for by in GROUPS}  # type: ignore[misc]
    asked |= {f"time to fix by {by}": lambda a, by=by: a.time_to_fix(by) for by in GROUPS}  # type: ignore[misc]
    return asked | {
        "source × code": lambda a: a.cross("source", "code"),
        "code × column": lambda a: a.cross("code", "column"),
        "type × uploader, some": lambda a: a.cross("type", "uploader", **SOME),
        "trend by code": lambda a: a.trend(),
        "trend by type": lambda a: a.trend("type"),
        "trend by source, some": lambda a: a.trend("source", **SOME),
        "ageing": lambda a: a.ageing(),
        "time to fix": lambda a: a.time_to_fix(),
        "flow": lambda a: a.flow(),
        "flow by source": lambda a: a.flow("source"),
        "flow by week": lambda a: a.flow("week"),
        "flow of a type": lambda a: a.flow(type="Qualification No. 11"),
        "flow, some": lambda a: a.flow("source", **SOME),
        "recipe changes": lambda a: a.recipe_changes(),
        "row, rejected": lambda a: a.row(300, 7),
        "row, accepted": lambda a: a.row(300, 1_000),
        "credential": lambda a: a.credential("person.77@example.org", "Qualification No. 11"),
        "person": lambda a: a.person("person.77@example.org"),
    }


def measure(name: str, engine: Engine) -> dict[str, tuple[float, float]]:
    """Milliseconds per question; writes the plans."""
    statements: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _note(*call: Any) -> None:
        statements.append((call[2], call[3]))

    audit = Audit(engine)
    found = {"count(*) of the ledger": _milliseconds(lambda: _count(engine), engine)}
    plans = []
    for question, ask in questions().items():
        statements.clear()
        ask(audit)
        distinct = dict(reversed(statements))  # one of those that differ only in their values
        plans.append(
            f"== {question}\n" + "".join(_plan(engine, *statement) for statement in reversed(distinct.items()))
        )
        found[question] = _milliseconds(lambda ask=ask: ask(audit), engine)  # type: ignore[misc]
    PLANS.mkdir(exist_ok=True)
    (PLANS / f"{name}.txt").write_text("\n".join(plans), "utf-8")
    return found


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.ledger)).scalar_one())


def _milliseconds(ask: Callable[[], object], engine: Engine) -> tuple[float, float]:
    """On the clock, and of CPU."""
    process = _server_process(engine)
    times = []
    for _ in range(ROUNDS):
        clock, cpu = time.perf_counter(), time.process_time() + _server_seconds(process)
        ask()
        spent = time.process_time() + _server_seconds(process) - cpu
        times.append((time.perf_counter() - clock, spent))
    least = [min(part) * 1_000 for part in zip(*times, strict=True)]
    return least[0], least[1]


def _server_process(engine: Engine) -> int | None:
    """The process of the server that works for us."""
    if engine.dialect.name == "sqlite":
        return None
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def _server_seconds(process: int | None) -> float:
    """Its CPU time, user and system, by the kernel's own count."""
    if process is None:
        return 0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _plan(engine: Engine, statement: str, parameters: Any) -> str:
    """How the database goes about a statement; nothing for those that have no plan."""
    if not statement.startswith("SELECT"):
        return ""
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN (COSTS OFF) "
    with engine.connect() as connection:
        lines = [str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters)]
    return "".join(f"{line[:WIDTH]}\n" for line in lines[:LINES]) + "--\n"


def main() -> int:
    """Prints a table; 1 when a question takes more than a second of CPU."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = backlog.build(f"sqlite:///{folder}/credtools.db")
        found["sqlite"] = measure("sqlite", engine)
        engine.dispose()
    with PostgresServer({"max_parallel_workers_per_gather": "0"}) as server:  # so that one process does all of it
        engine = backlog.build(server.create_database())
        found["postgresql"] = measure("postgresql", engine)
        engine.dispose()
    print(f"{'':<26} {'SQLite: clock':>15} {'CPU':>7} {'PostgreSQL: clock':>19} {'CPU':>7}")
    for question, (clock, cpu) in found["sqlite"].items():
        theirs = found["postgresql"][question]
        print(f"{question:<26} {clock:>15,.0f} {cpu:>7,.0f} {theirs[0]:>19,.0f} {theirs[1]:>7,.0f}")
    slowest = max(cpu for times in found.values() for _, cpu in times.values())
    print(f"the slowest: {slowest:,.0f} ms of CPU")
    return int(slowest > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
