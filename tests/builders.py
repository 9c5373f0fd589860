"""Small organisations and exports, made through the public API; and what is asked of a registry again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

import credtools as ct
from credtools.store import baseline, tables
from credtools.store.connecting import WRITES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from credtools.registry import Registry

UPLOADER = "uploader@example.org"
APPROVER = "approver@example.org"

USERS = """\
Email,Name,External ID,Status,Deactivated on
ana@example.org,Ana Silva,E-1,active,
ben@example.org,Ben Okafor,E-2,active,
cara@example.org,Cara Lind,,active,
dora@example.org,Dora Quist,E-4,deactivated,2025-01-31
"""
TYPES = """\
Name,Expiry,Issue,Numbered,Media required,Approval required
First Aid,optional,required,no,no,yes
Forklift,never,required,no,no,no
Licence,optional,required,yes,no,
Passport,optional,required,no,yes,yes
"""
HEADINGS = "User email,Credential type,Issue date,Expiration date,Credential number"

ANA = "ana@example.org,First Aid,2024-01-10,2030-01-10,"
BEN = "ben@example.org,Forklift,2024-02-20,,"
CARA = "cara@example.org,First Aid,2024-03-05,,"
ZOE = "zoe@example.org,First Aid,2024-04-01,,"  # nobody knows her
MIXED = (ANA, ZOE, BEN)  # lines 2 and 4 are ready, line 3 is rejected

HR = """\
# the export of the personnel department
headings: {E-Mail: user_email, Kind: credential_type, From: issue_date}
"""
HR_HEADINGS = "E-Mail,Kind,From"

ROWS = 240  # of the long file

only_sqlite = pytest.mark.parametrize("home", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("home", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
# Whole commands that are slow, and whose SQL others test on both: on SQLite always, on PostgreSQL by `make test-long`.
long_on_a_server = pytest.mark.parametrize(
    "home", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])], indirect=True
)


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def export(folder: Path, *rows: str, name: str = "export.csv", headings: str = HEADINGS) -> Path:
    """A file of credentials; the first row stands on line 2."""
    return write(folder, name, "\n".join([headings, *rows, ""]))


def new_organisation(url: str, folder: Path) -> None:
    """A new registry with four users, one of them deactivated, and four types."""
    registry = ct.init(url, by=UPLOADER)
    load(registry, folder, users=USERS, types=TYPES)
    registry.engine.dispose()


def load(registry: Registry, folder: Path, **tables_of_text: str) -> None:
    for kind, content in tables_of_text.items():
        registry.load(kind, write(folder, f"{kind}.csv", content))


def new_history(url: str, folder: Path) -> None:
    """An organisation in which three files were finished, one line of each decision was decided and one is pending."""
    new_organisation(url, folder)
    registry = ct.open(url, by=UPLOADER)
    first = registry.upload(export(folder, *MIXED, CARA, name="first.csv"))
    first.finish()
    approver = ct.open(url, by=APPROVER)
    approver.approve(first.id, lines=[2])
    approver.decline(first.id, lines=[5], reason="no signature")
    later = "ana@example.org,First Aid,2025-01-10,2031-01-10,"
    earlier = "ben@example.org,Forklift,2020-02-20,,"
    registry.upload(export(folder, later, earlier, BEN, name="second.csv")).finish()
    registry.upload(export(folder, ZOE, ZOE, name="third.csv")).settle()
    for opened in (registry, approver):
        opened.engine.dispose()


def rows_of(registry: Registry, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, or of the named ones."""
    with registry.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
            if not names or table.name in names
        }


def ledger_of(registry: Registry, *names: str) -> list[tuple[Any, ...]]:
    """All rows of the ledger, those in blocks among them, in the order of batch and line, in these columns."""
    view = tables.ledger_rows.c
    statement = select(*(view[name] for name in names)).order_by(view.batch_id, view.sheet, view.line, view.piece)
    with registry.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def big_export(folder: Path) -> Path:
    """240 rows: two thirds are accepted, a third is rejected."""
    rows = [
        (f"ana@example.org,Licence,2024-01-01,,{k}", BEN.replace("2024", str(1900 + k)), f"{ZOE}{k}")[k % 3]
        for k in range(ROWS)
    ]
    return export(folder, *rows, name="big.csv")


def long_history(url: str, folder: Path) -> None:
    """The history with a long file more."""
    new_history(url, folder)
    registry = ct.open(url, by=UPLOADER)
    registry.upload(big_export(folder)).finish()
    registry.engine.dispose()


def tamper(registry: Registry, statement: str, **values: object) -> None:
    """What somebody does who reaches the database past the program; it must hit something."""
    with registry.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0, statement


def seal_again(registry: Registry) -> None:
    """Whatever is here by now counts as written by the program, for example what happened long ago."""
    with registry.engine.connect().execution_options(**WRITES) as connection, connection.begin():
        baseline.seals(connection)


def states(registry: Registry) -> list[str]:
    """The states of all batches, oldest first."""
    return list(registry.batches().sort_values("batch")["state"])


def outcome(registry: Registry) -> dict[str, Any]:
    """What a registry says in the end, without ids and times: equal for every way that leads there."""
    held = ["user_email", "credential_type", "credential_number", "issue_date", "expiration_date", "newest"]
    finished = registry.batches().query("state == 'finished'")
    counts = ["file", "rows", "new", "new_versions", "older", "unchanged", "rejected", "waiting"]
    return {
        "credentials": sorted(map(repr, _rows(registry.credentials()[[*held, "line", "decision"]]))),
        "batches": sorted(map(repr, _rows(finished[counts]))),
        "rejects": sorted(map(repr, _rows(registry.audit.rejects()[["line", "state", "code", "raw"]]))),
    }


def _rows(frame: Any) -> Sequence[tuple[Any, ...]]:
    return [tuple(map(str, row)) for row in frame.itertuples(index=False)]
