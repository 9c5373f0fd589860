"""Faults at every operation: of the disk under SQLite, of the wire to PostgreSQL. All of them: `make test-faults`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from tests.faults.disk import Fault
from tests.faults.ground import DiskGround, ServerGround
from tests.faults.verbs import VERBS
from tests.postgres import PostgresServer

pytestmark = pytest.mark.xdist_group("faults")  # what is built once serves them all
EVER = " and ever after"  # the later operations fail, too
OF_DISKS = ("kill", "torn", "power", "io", f"io{EVER}", "full", f"full{EVER}")
OF_WIRES = ("cut", f"cut{EVER}", "deaf", "ended", "crash")
MOST = int(os.environ.get("FAULTS", "40"))  # points of each kind in each verb, evenly spread; crashes: a quarter


def spread(operations: int, most: int) -> Iterable[int]:
    """At most so many of 1 … operations, the first and the last among them."""
    if operations <= most:
        return range(1, operations + 1)
    return sorted({round(1 + k * (operations - 1) / (most - 1)) for k in range(most)})


def counted(what: str, points: Iterable[int], battle: Callable[[int], str]) -> Counter[str]:
    """How each battle ended; fails with all that went wrong."""
    ends: Counter[str] = Counter()
    wrong = []
    for at in points:
        try:
            ends[battle(at)] += 1
        except Exception as problem:  # noqa: BLE001 - all of them are wanted
            wrong.append(f"at {at}: {type(problem).__name__} {problem}"[:3000])
    found = ", ".join(f"{count} {how}" for how, count in sorted(ends.items()))
    print(f"{what}: {found}; {len(wrong)} wrong")  # noqa: T201 - the figures of the battery
    assert not wrong, "\n".join(wrong)
    return ends


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], DiskGround]:
    """The ground of each verb, built once."""
    made: dict[str, DiskGround] = {}
    return lambda verb: made.get(verb) or made.setdefault(verb, DiskGround(VERBS[verb], tmp_path_factory.mktemp(verb)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Callable[[str], ServerGround]:
    """The same on a server."""
    made: dict[str, ServerGround] = {}
    return lambda verb: (
        made.get(verb) or made.setdefault(verb, ServerGround(VERBS[verb], tmp_path_factory.mktemp(verb), postgres))
    )


@pytest.mark.parametrize(("verb", "what"), [("import", "kill"), ("import", "power"), ("import", f"full{EVER}")])
def test_some_of_what_happens_to_the_disk(disk: Callable[[str], DiskGround], verb: str, what: str) -> None:
    """Nothing is lost, doubled or half done; what was told is there, what was refused isn't; done again, it is done."""
    ground = disk(verb)
    third = ground.writes // 3
    for at in (third + 1, 2 * third):
        ground.battle(Fault(what.removesuffix(EVER), at, what.endswith(EVER)))


def test_faults_are_seen(disk: Callable[[str], DiskGround]) -> None:
    """Negative control: when SQLite doesn't wait for the disk at COMMIT, what was told is lost with the power."""
    ground = disk("approve")
    operations = ground.attempt(ground.fresh(), Fault("kill"), relaxed=True).operations

    def _lost(at: int) -> bool:
        try:
            ground.battle(Fault("power", at), relaxed=True)
        except AssertionError as problem:
            return "what was told isn't there" in str(problem)
        return False

    assert any(_lost(at) for at in range(operations - 16, operations - 8))


@pytest.mark.postgres
def test_some_of_what_happens_to_the_wire(server: Callable[[str], ServerGround]) -> None:
    """The same where the database is a server: its connections are cut, its sessions ended."""
    ground = server("approve")
    for place, what in enumerate(("cut", "deaf", "ended"), 1):
        ground.battle(what, ground.messages - 2 * place)


@pytest.mark.faults
@pytest.mark.parametrize("what", OF_DISKS)
@pytest.mark.parametrize("verb", VERBS)
def test_whatever_happens_to_the_disk(disk: Callable[[str], DiskGround], verb: str, what: str) -> None:
    """Nothing is lost, doubled or half done; what was told is there, what was refused isn't; done again, it is done."""
    ground, kind = disk(verb), what.removesuffix(EVER)
    points = spread(ground.reads if kind == "io" else ground.writes, MOST)
    counted(f"{verb}, {what}", points, lambda at: ground.battle(Fault(kind, at, what.endswith(EVER))))


@pytest.mark.faults
@pytest.mark.postgres
@pytest.mark.parametrize("what", OF_WIRES)
@pytest.mark.parametrize("verb", VERBS)
def test_whatever_happens_to_the_wire(server: Callable[[str], ServerGround], verb: str, what: str) -> None:
    """The same where the database is a server: its connections are cut, its sessions ended, itself killed."""
    ground, kind = server(verb), what.removesuffix(EVER)
    points = spread(ground.messages, MOST // 4 if kind == "crash" else MOST)
    counted(f"{verb}, {what}", points, lambda at: ground.battle(kind, at, for_good=what.endswith(EVER)))
