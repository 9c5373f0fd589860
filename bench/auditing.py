"""Every question of `registry.audit` on a million rows: `python -m bench.auditing`.

Milliseconds on the clock (least of several rounds), on SQLite and on PostgreSQL, beside counting the ledger. How the
databases go about it is written to bench/plans/.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, func, select

from bench import backlog
from credtools.audit import Audit
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


def measure(name: str, engine: Engine) -> dict[str, float]:
    """Milliseconds per question; writes the plans."""
    statements: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _note(*told: Any) -> None:
        statements.append((told[2], told[3]))

    audit = Audit(engine)
    found = {"count(*) of the ledger": _milliseconds(lambda: _count(engine))}
    plans = []
    for question, ask in questions().items():
        statements.clear()
        ask(audit)
        distinct = dict(reversed(statements))  # one of those that differ only in their values
        plans.append(
            f"== {question}\n" + "".join(_plan(engine, *statement) for statement in reversed(distinct.items()))
        )
        found[question] = _milliseconds(lambda ask=ask: ask(audit))  # type: ignore[misc]
    PLANS.mkdir(exist_ok=True)
    (PLANS / f"{name}.txt").write_text("\n".join(plans), "utf-8")
    return found


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.ledger)).scalar_one())


def _milliseconds(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1_000)
    return min(times)


def _plan(engine: Engine, statement: str, parameters: Any) -> str:
    """How the database goes about a statement; nothing for those that have no plan."""
    if not statement.startswith("SELECT"):
        return ""
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN (COSTS OFF) "
    with engine.connect() as connection:
        lines = [str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters)]
    return "".join(f"{line[:WIDTH]}\n" for line in lines[:LINES]) + "--\n"


def main() -> int:
    """Prints a table; 1 when a question takes longer than a second."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = backlog.build(f"sqlite:///{folder}/credtools.db")
        found["sqlite"] = measure("sqlite", engine)
        engine.dispose()
    with PostgresServer() as server:
        engine = backlog.build(server.create_database())
        found["postgresql"] = measure("postgresql", engine)
        engine.dispose()
    print(f"{'question':<26} {'SQLite, ms':>12} {'PostgreSQL, ms':>15}")
    for question in found["sqlite"]:
        print(f"{question:<26} {found['sqlite'][question]:>12,.0f} {found['postgresql'][question]:>15,.0f}")
    slowest = max(times[question] for times in found.values() for question in times)
    print(f"the slowest: {slowest:,.0f} ms")
    return int(slowest > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
