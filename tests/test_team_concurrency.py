"""A team at work at the same moment, each under their own login: nothing doubled, nothing lost, everybody is told."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from credtools.errors import RegistryError
from credtools.registry.finishing import Outcome
from tests.builders import ZOE, export
from tests.postgres import PostgresServer
from tests.teams import Team
from tests.test_concurrency import at_once, finished, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from credtools.registry import Registry

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("team_concurrency")]

IMPORTERS, APPROVERS = 16, 8
LONG = pytest.mark.long
PEOPLE = {
    "eva": ("admin", "eva@example.org"),
    **{f"up{k}": ("uploader", f"up{k}@example.org") for k in range(IMPORTERS - 1)},
    "cron": ("service", "cron@example.org"),
    **{f"ok{k}": ("approver", f"ok{k}@example.org") for k in range(APPROVERS)},
}


@pytest.fixture(scope="module", params=[pytest.param(15, marks=LONG), None], ids=["15", "newest"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """As many as stand in line, on the oldest and the newest PostgreSQL."""
    with PostgresServer(version=request.param) as server:
        yield Team.built(server, tmp_path_factory.mktemp("team"), PEOPLE)


@pytest.fixture
def opened(built: Team) -> Iterator[Callable[[str], Registry]]:
    """Opens one team's registry under a login."""
    team = built.copy()
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(team.open(name))


def agrees(registry: Registry, **rows: int) -> None:
    """History verifies, and tables hold so many rows."""
    assert registry.verify() == []
    with registry.engine.connect() as connection:
        held = {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in rows}
    assert held == rows


@pytest.mark.parametrize(("importers", "rounds"), [(4, 2), pytest.param(IMPORTERS, 20, marks=LONG)])
def test_the_same_file_by_everybody(
    opened: Callable[[str], Registry], tmp_path: Path, importers: int, rounds: int
) -> None:
    """All bring the same file at once: one batch is finished, and everybody has its receipt or a sentence."""
    names = [name for name, (role, _) in PEOPLE.items() if role in ("uploader", "service")][-importers:]
    registries, admin = [opened(name) for name in names], opened("eva")
    endings: Counter[Any] = Counter()
    for number in range(rounds):
        rows = [f"{who}@example.org,Licence,2024-01-01,,{number}" for who in ("ana", "ben")]
        file = export(tmp_path, *rows, ZOE, name=f"{number}.csv")
        told = at_once(*(lambda r=r, f=file: r.upload(f).settle() for r in registries))
        endings.update(map(ending, told))
        receipts = [one.receipt for one in told if isinstance(one, Outcome)]
        assert len({repr(said(receipt)) for receipt in receipts}) == 1
        assert [receipt.replayed for receipt in receipts].count(False) == 1
        assert len(finished(admin)) == number + 1
    print(importers, "importers:", dict(endings))  # noqa: T201 - the figures of the battery
    assert endings["partial"] == importers * rounds
    agrees(admin, credential_versions=2 * rounds, ledger=3 * rounds, rejects=rounds, batch_keys=rounds)


@pytest.mark.parametrize(("approvers", "rows", "rounds"), [(3, 20, 1), pytest.param(APPROVERS, 200, 6, marks=LONG)])
def test_the_same_credentials_by_every_approver(
    opened: Callable[[str], Registry], tmp_path: Path, approvers: int, rows: int, rounds: int
) -> None:
    """All decide about the same credentials at once: each is decided once, all by one of them, as that one said."""
    registries, uploader, admin = [opened(f"ok{k}") for k in range(approvers)], opened("up0"), opened("eva")
    endings: Counter[Any] = Counter()
    for number in range(rounds):
        made = [f"ana@example.org,Licence,2024-01-01,,{number}-{k}" for k in range(rows)]
        batch = uploader.upload(export(tmp_path, *made, name=f"{number}.csv"))
        batch.finish()
        lines = list(range(2, rows + 2)) if number % 2 == 0 else None  # named, or all that wait

        def decide(k: int, one: Registry, lines: list[int] | None = lines, batch: int = batch.id) -> Any:
            return one.decline(batch, lines, "unreadable") if k % 3 == 2 else one.approve(batch, lines)

        told = at_once(*(lambda k=k, r=r: decide(k, r) for k, r in enumerate(registries)))
        endings.update(map(ending, told))
        won = [one.decided for one in told if not isinstance(one, Exception) and one.decided]
        assert won == [tuple(range(2, rows + 2))]
        losers = [one for one in told if isinstance(one, Exception) or not one.decided]
        reasons = {"lines_not_pending"} if lines else set()
        assert {getattr(one, "reason", None) for one in losers} - {None} == reasons
    print(approvers, "approvers:", dict(endings))  # noqa: T201 - the figures of the battery
    agrees(admin, decisions=rows * rounds, credential_versions=rows * rounds)
    decided = Counter(admin.credentials()["decision"])
    assert decided["pending"] == 0
    assert sum(decided.values()) == rows * rounds
    assert all(count % rows == 0 for count in decided.values())  # as the first said, wholly


def ending(told: Any) -> str:
    """How it ended for one of them. What isn't ours is raised."""
    if isinstance(told, RegistryError):
        return told.reason
    if isinstance(told, Exception):
        raise told
    return str(told.verdict) if isinstance(told, Outcome) else "decided" if told.decided else "nothing left"
