"""A team's registry against its own logins: raw SQL is refused, or `verify` finds what it did; nothing goes unseen."""

from __future__ import annotations

from collections import Counter
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from credtools.store import team as guarding
from tests.attacks import HARMLESS, HEAD, Ground, connect, event, made
from tests.attacks_by_hand import CLAIMS, RIDERS, by_hand, finish
from tests.attacks_reading import BY_HAND, SECRETS, leaked, reading
from tests.postgres import PostgresServer
from tests.teams import Team

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.postgres

WHO = tuple(HARMLESS)
EVERY = 61  # attack of the lists, always
APPROVE = "UPDATE credential_versions SET decision = 'approved' WHERE decision = 'pending'"
RAW = {  # what holds raw values, and whose they are
    "source_files": "sha256 IN (SELECT sha256 FROM batches WHERE id = {0})",
    "ledger_values": "batch_id = {0}",
    "reject_errors": "reject_id IN (SELECT id FROM rejects WHERE batch_id = {0})",
    "patches": "batch_id = {0}",
    "staged_media": "batch_id = {0}",
    "blob_texts": "sha256 IN (SELECT sha256 FROM media JOIN credential_versions v ON v.id = version_id"
    " WHERE v.batch_id = {0})",
}


@pytest.fixture(scope="module")
def ground(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with chdir(tmp_path_factory.mktemp("attacks")):
        yield Ground.of(Team.built(postgres, Path()), Path())


@pytest.fixture(scope="module", params=[15, None], ids=["15", "newest"])
def each_version(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with PostgresServer(version=request.param) as server, chdir(tmp_path_factory.mktemp("attacks")):
        yield Ground.of(Team.built(server, Path()), Path())


@pytest.mark.parametrize("who", WHO)
def test_no_attack_goes_unseen(ground: Ground, who: str) -> None:
    """A part of the attacks, by each role: denied, without effect, or found."""
    attacks = [*made(who), *by_hand(who, ground.built.prefix)][::EVERY]
    assert [attack for attack in attacks if ground.attack(who, attack) == "unseen"] == []


@pytest.mark.long
@pytest.mark.parametrize("who", WHO)
def test_all_attacks(each_version: Ground, who: str) -> None:
    """Every attack, by each role, on the oldest and the newest PostgreSQL; nearly all are denied."""
    attacks = [*made(who), *by_hand(who, each_version.built.prefix)]
    endings = {attack: each_version.attack(who, attack) for attack in attacks}
    counts = Counter(endings.values())
    print(who, dict(counts))  # noqa: T201 - the figures of the battery
    assert [attack for attack, ending in endings.items() if ending == "unseen"] == []
    assert counts["denied"] > 100
    assert counts["denied"] > 0.95 * len(attacks)


@pytest.mark.long
def test_nothing_rides_along(each_version: Ground) -> None:
    """What somebody adds to the transaction of a verb of their own is denied or found, too."""
    endings = {(who, rider): each_version.ride(who, verb, rider) for who, verb, rider in RIDERS}
    print(Counter(endings.values()))  # noqa: T201 - the figures of the battery
    assert [one for one, ending in endings.items() if ending == "unseen"] == []


def test_riders(ground: Ground) -> None:
    """The same, of one decision that nobody has made and one row that no file had."""
    for who, verb, rider in (RIDERS[0], RIDERS[13]):
        assert ground.ride(who, verb, rider) == "denied"


NOTHING = "CREATE OR REPLACE FUNCTION {} RETURNS void LANGUAGE sql AS 'SELECT'"
GUARDS = (  # what is taken away, and which attack then isn't denied any more
    ("DROP TRIGGER ct_event ON events", "ana", (event("leave", 3, by="'postgres'"), HEAD)),
    (NOTHING.format("ct_about(kind text, batch bigint, body jsonb)"), "ana", (event("leave", 4), HEAD)),
    ("DROP TRIGGER ct_head ON audit_head", "ana", ("UPDATE audit_head SET seq = 1",)),
    ("DROP TRIGGER ct_closed ON ct_open", "bea", ("UPDATE batches SET media_optional = true WHERE id = 1",)),
    (NOTHING.format("ct_check(this xid8)"), "bea", (APPROVE, HEAD)),
    (NOTHING.format("ct_check_batches(this xid8)"), "ana", (event("leave", 1), HEAD)),
    (NOTHING.format("ct_check_decisions(this xid8)"), "bea", (event("decide", 2, CLAIMS[0][1]), APPROVE, HEAD)),
    ("DROP TRIGGER ct_batches_update ON batches", "bea", ("UPDATE batches SET media_optional = true WHERE id = 1",)),
    ("DROP TRIGGER ct_credential_versions_update ON credential_versions", "bea", (APPROVE,)),
    ("GRANT TRUNCATE ON runs TO PUBLIC; DROP TRIGGER ct_never ON runs", "carl", ("TRUNCATE runs",)),
)


@pytest.mark.parametrize(("taken", "who", "attack"), GUARDS, ids=[guard[0].split("(")[0] for guard in GUARDS])
def test_each_guard_matters(ground: Ground, taken: str, who: str, attack: tuple[str, ...]) -> None:
    """A negative control: without the guard the attack isn't denied."""
    assert ground.attack(who, attack) == "denied"
    _as_server(ground, taken)
    assert ground.attack(who, attack) != "denied"
    ground.anew()


RIDDEN = (
    ("ct_check_finish(this xid8, batch bigint, body jsonb)", RIDERS[0]),
    ("ct_check_rejects(this xid8)", RIDERS[18]),
    ("ct_check_rows(this xid8)", RIDERS[21]),
)


@pytest.mark.long
@pytest.mark.parametrize(("taken", "rider"), RIDDEN, ids=[function.split("(")[0] for function, _ in RIDDEN])
def test_each_check_matters(ground: Ground, taken: str, rider: tuple[str, object, str]) -> None:
    """A negative control: without the check the rider isn't denied."""
    who, _, statement = rider
    assert ground.ride(who, finish, statement) == "denied"
    _as_server(ground, NOTHING.format(taken))
    assert ground.ride(who, finish, statement) != "denied"


def test_raw_values_are_seen_by_whose_they_are(ground: Ground) -> None:
    """Uploaders see the raw values of their own batches and of services', who may audit sees all."""
    seen = {who: {number: _seen(ground, who, number) for number in (1, 2, 4, 5)} for who in WHO}
    nothing: set[str] = set()
    assert seen["ana"][2] == seen["ana"][4] == nothing
    assert seen["cron"][1] == seen["cron"][2] == nothing
    assert seen["ana"][1] >= {"source_files", "ledger_values", "reject_errors"}
    assert seen["ana"][5] >= {"source_files"}
    assert seen["bea"] == seen["carl"] == seen["eva"]
    assert seen["bea"][2] | seen["bea"][4] == {*RAW}


def _seen(ground: Ground, who: str, number: int) -> set[str]:
    """Of which tables somebody sees rows that came with a batch."""
    team = ground.now[-1]
    with connect(team, team.login(who)) as mine:
        found = {
            table: mine.execute(f"SELECT count(*) FROM {table} WHERE {where.format(number)}".encode()).fetchone()
            for table, where in RAW.items()
        }
    return {table for table, counted in found.items() if counted and counted[0]}


def test_nobody_reads_what_others_uploaded(ground: Ground) -> None:
    """A part of the ways to read: none tells an uploader or a service what another's files say, but an auditor."""
    attacks = list(reading())
    for who in ("ana", "cron"):
        assert [one for one in [*attacks[::11], *BY_HAND] if leaked(ground.now[-1], who, one)] == []
    known = {secret for one in attacks[::11] for secret in leaked(ground.now[-1], "carl", one)}
    assert len(known) > 2


@pytest.mark.long
def test_all_ways_to_read(each_version: Ground) -> None:
    """Every one, on the oldest and the newest PostgreSQL; an auditor comes to know all of it by the same."""
    attacks = list(reading())
    print(len(attacks))  # noqa: T201 - the figure of the battery
    for who in ("ana", "cron"):
        assert [one for one in attacks if leaked(each_version.now[-1], who, one)] == []
    known = {secret for one in attacks for secret in leaked(each_version.now[-1], "carl", one)}
    assert known == {*SECRETS}


@pytest.mark.parametrize("table", ["batches", "rejects", "credential_versions", "ledger_values", "media"])
def test_each_policy_matters(ground: Ground, table: str) -> None:
    """A negative control: without its policy a table tells."""
    ways = [one for one in reading() if f" {table} " in f"{one[0]} "][:2]
    assert not any(leaked(ground.now[-1], "ana", one) for one in ways)
    _as_server(ground, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    assert all(leaked(ground.now[-1], "ana", one) for one in ways)
    ground.anew()


def test_lint(ground: Ground) -> None:
    """No function of a team's registry lacks its search_path or is everybody's; one that does is named."""
    engine = create_engine(ground.now[-1].server.url(ground.now[-1].database))
    with engine.connect() as connection:
        assert guarding.lint(connection) == []
        connection.exec_driver_sql("CREATE FUNCTION hole() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
        connection.exec_driver_sql("GRANT EXECUTE ON FUNCTION hole() TO PUBLIC")
        assert guarding.lint(connection) == ["hole"]
    engine.dispose()


def test_guards_are_renewed(ground: Ground) -> None:
    """The script can be run again, by whoever may become the owner, and says the same version."""
    engine = create_engine(ground.now[-1].server.url(ground.now[-1].database))
    with engine.begin() as connection:
        before = guarding.guards(connection)
        guarding.install(connection, ground.built.prefix)
        assert guarding.guards(connection) == before
        assert before is not None
        assert before.current
    engine.dispose()
    assert ground.attack("bea", (APPROVE, HEAD)) == "denied"


def _as_server(ground: Ground, statement: str) -> None:
    with connect(ground.now[-1]) as server:
        server.execute(statement.encode())
