"""PostgreSQL as it is found: poolers, standbys, other versions, other settings, service files, schemas of one's own."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

import credtools as ct
from credtools import store
from credtools.errors import RegistryError
from credtools.store import tables
from tests.builders import ANA, APPROVER, BEN, CARA, MIXED, UPLOADER, ZOE, export, new_organisation, rows_of
from tests.pooler import PgBouncer
from tests.postgres import PostgresServer
from tests.teams import Team
from tests.test_concurrency import at_once
from tests.test_upgrading import old_history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from credtools.registry import Registry

    Opened = Callable[..., Registry]

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("connecting")]

# What a database's or login's own settings may be (PostgreSQL 18, chapter 19), and each changes unseen what is stored,
# read, or kept after a crash, unless every transaction says otherwise.
ODD = {
    "default_transaction_isolation": "serializable",
    "datestyle": "SQL, DMY",
    "standard_conforming_strings": "off",
    "array_nulls": "off",
    "timezone": "Asia/Kathmandu",
    "bytea_output": "escape",
    "synchronous_commit": "off",
    "client_encoding": "LATIN1",
    "extra_float_digits": "-15",
}


@pytest.fixture(scope="module")
def fifteen() -> Iterator[PostgresServer]:
    """The oldest PostgreSQL that is promised, Debian 12's."""
    with PostgresServer(version=15) as server:
        yield server


@pytest.fixture(scope="module")
def pooler(fifteen: PostgresServer) -> Iterator[PgBouncer]:
    """Two sessions of the server for everybody, who gets another one with each transaction."""
    with PgBouncer(fifteen) as running:
        yield running


def name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def journey(url: str, folder: Path, opened: Opened) -> dict[str, Any]:
    """A month of a registry; what it says of it at the end, but for times and salts."""
    new_organisation(url, folder)
    uploader, approver = opened(url), opened(url, APPROVER)
    first = uploader.upload(export(folder, *MIXED, CARA, name="first.csv")).finish()
    again = uploader.upload(export(folder, *MIXED, CARA, name="first.csv")).settle()
    approver.approve(first.batch, lines=[2])
    approver.decline(first.batch, lines=[5], reason="Keine \\Unterschrift\\ – ‘łó’ 'x'")
    later = ANA.replace("2024-01-10", "2025-01-10")
    uploader.undo(uploader.upload(export(folder, later, BEN, ZOE, name="second.csv")).finish().batch)
    with uploader.engine.connect() as connection:
        rejected = tables.rejects.c
        rejects = connection.execute(select(rejected.batch_id, rejected.line, rejected.state)).all()
    stories = uploader.history(1, 5)
    return {
        "receipt": {k: v for k, v in first.as_dict().items() if k != "audit_head"} | {"counts": first.counts.as_dict()},
        "replayed": again.receipt is not None and again.receipt.replayed,
        "credentials": uploader.credentials().astype(str).drop(columns=["uploaded_at", "decided_at"], errors="ignore"),
        "rejects": sorted(map(tuple, rejects)),
        "story": stories[["what", "before", "after"]].to_numpy().tolist(),
        "problems": [*uploader.verify(), *approver.verify()],
    }


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    frames = one["credentials"], other["credentials"]
    rest = [{key: value for key, value in some.items() if key != "credentials"} for some in (one, other)]
    return rest[0] == rest[1] and frames[0].equals(frames[1])


@pytest.fixture(scope="module")
def opened_here() -> Iterator[Opened]:
    """Opens registries, and closes them when all tests of this file have ended."""
    registries: list[Registry] = []

    def open_one(url: str, by: str = UPLOADER) -> Registry:
        registries.append(ct.open(url, by=by))
        return registries[-1]

    yield open_one
    for registry in registries:
        registry.close()


@pytest.fixture(scope="module")
def usual(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory, opened_here: Opened) -> dict[str, Any]:
    """The same month on the newest PostgreSQL, as it comes."""
    return journey(postgres.create_database(), tmp_path_factory.mktemp("usual"), opened_here)


@pytest.fixture(scope="module")
def on_fifteen(
    fifteen: PostgresServer, tmp_path_factory: pytest.TempPathFactory, opened_here: Opened
) -> tuple[str, dict[str, Any]]:
    """The same month on the oldest one: where it is, and what it says."""
    url = fifteen.create_database()
    return url, journey(url, tmp_path_factory.mktemp("fifteen"), opened_here)


def test_versions(fifteen: PostgresServer, postgres: PostgresServer) -> None:
    """The tests run on the oldest and the newest version that is promised."""
    versions = [server.tell("SHOW server_version_num")[0][0] for server in (fifteen, postgres)]
    assert [int(version) // 10_000 for version in versions] == [15, 18]


def test_the_oldest_version(usual: dict[str, Any], on_fifteen: tuple[str, dict[str, Any]]) -> None:
    """The same month gives the same on PostgreSQL 15 as on 18."""
    _, said = on_fifteen
    assert (said["problems"], said["replayed"], same(said, usual)) == ([], True, True)


@pytest.mark.parametrize("name", ["all of them", *(pytest.param(name, marks=pytest.mark.long) for name in ODD)])
def test_settings_of_a_database_change_nothing(
    name: str, usual: dict[str, Any], fifteen: PostgresServer, tmp_path: Path, opened: Opened
) -> None:
    """However a database is set, the same is stored, shown and verified: every transaction says what it needs."""
    url = fifteen.create_database()
    for one in ODD if name == "all of them" else [name]:
        fifteen.tell(f"ALTER DATABASE {name_of(url)} SET {one} = '{ODD[one]}'")
    said = journey(url, tmp_path, opened)
    assert (said["problems"], said["replayed"], same(said, usual)) == ([], True, True)


def test_terms_of_a_transaction(fifteen: PostgresServer, tmp_path: Path, opened: Opened) -> None:
    """Isolation, encoding, durability and limits are as said, whatever the database's are; reads see one moment."""
    url = fifteen.create_database()
    new_organisation(url, tmp_path)
    for key, value in {**ODD, "statement_timeout": "1min", "lock_timeout": "1min"}.items():
        fifteen.tell(f"ALTER DATABASE {name_of(url)} SET {key} = '{value}'")
    registry = opened(url)
    names = [*ODD, "transaction_isolation", "statement_timeout", "lock_timeout", "application_name", "jit"]
    question = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)

    def terms(connection: Any) -> dict[str, str]:
        return dict(zip(names, connection.exec_driver_sql(question).one(), strict=True))

    with store.snapshot(registry.engine) as connection:
        read = terms(connection)
    with store.transaction.write(registry.engine, trial=True) as work:
        written = terms(work.connection)
    expected = {
        "datestyle": "ISO, DMY",
        "standard_conforming_strings": "on",
        "array_nulls": "on",
        "timezone": "UTC",
        "client_encoding": "UTF8",
        "statement_timeout": "10min",
        "lock_timeout": "20s",
        "application_name": "credtools",
        "jit": "off",
    }
    assert {name: read[name] for name in expected} == {name: written[name] for name in expected} == expected
    assert (read["transaction_isolation"], written["transaction_isolation"]) == ("repeatable read", "read committed")
    assert written["synchronous_commit"] == "on"


# --- poolers ------------------------------------------------------------------------------------------------


def test_through_pgbouncer(
    usual: dict[str, Any], fifteen: PostgresServer, pooler: PgBouncer, tmp_path: Path, opened: Opened
) -> None:
    """The same month through a pooler gives the same, and whoever gets its sessions next finds nothing in them."""
    name = name_of(fifteen.create_database())
    with pooler.connect(name) as one, pooler.connect(name) as other:  # what another program leaves in each session
        for connection in (one, other):
            connection.execute("BEGIN; CREATE TEMP TABLE users (id int)")
        for connection in (one, other):
            connection.execute("COMMIT")
    said = journey(pooler.url(name), tmp_path, opened)
    assert (said["problems"], said["replayed"], same(said, usual)) == ([], True, True)
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "search_path", "array_nulls")
    plain = {one: fifteen.tell(f"SHOW {one}", database=name)[0][0] for one in names}
    left: set[tuple[Any, ...]] = set()
    with pooler.connect(name) as one, pooler.connect(name) as other:
        for connection in (one, other):
            connection.execute("BEGIN")  # each holds a session, so all are looked into
            settings = {one: connection.execute(f"SHOW {one}").fetchall()[0][0] for one in names}
            assert settings == plain
            left |= set(connection.execute("SELECT name FROM pg_prepared_statements").fetchall())
            left |= set(connection.execute("SELECT locktype FROM pg_locks WHERE locktype = 'advisory'").fetchall())
            left |= set(connection.execute("SELECT name FROM pg_cursors").fetchall())
    assert left == set()


def test_many_at_once_through_one_session(fifteen: PostgresServer, tmp_path: Path, opened: Opened) -> None:
    """Importers and approvers at once, all through one session: nobody holds one while waiting for another."""
    with PgBouncer(fifteen, size=1) as narrow:
        url = narrow.url(name_of(fifteen.create_database()))
        new_organisation(url, tmp_path)
        path = export(tmp_path, ANA, BEN, ZOE)
        registries = [opened(url) for _ in range(4)]
        outcomes = at_once(*(lambda r=r: r.upload(path).settle() for r in registries))
        receipts = {one.receipt.audit_head for one in outcomes}
        decided = at_once(*(lambda r=r: r.approve(outcomes[0].batch) for r in registries))
        assert len(receipts) == 1
        assert sorted(len(one.decided) for one in decided) == [0, 0, 0, 1]
        assert registries[0].verify() == []


def test_a_team_through_pgbouncer(fifteen: PostgresServer, tmp_path: Path, opened: Opened) -> None:
    """Through a pooler, too, everybody is the login by which they are connected, and may do what its role may."""
    team = Team.built(fifteen, tmp_path)
    with PgBouncer(fifteen) as running:
        ana, bea = (opened(running.url(team.database, user=team.login(name)), "") for name in ("ana", "bea"))
        for number in range(3):
            ana.upload(export(tmp_path, ANA.replace("2024-01-10", f"2024-01-1{number}"), ZOE)).finish()
        with pytest.raises(RegistryError) as caught:
            ana.approve(1)
        assert caught.value.reason == "not_allowed"
        assert bea.approve(1).decided == (2,)
        assert (set(bea.batches()["uploaded_by"]), bea.verify()) == ({team.login("ana")}, [])


@pytest.mark.long
def test_moving_through_pgbouncer(fifteen: PostgresServer, pooler: PgBouncer, tmp_path: Path, opened: Opened) -> None:
    """Upgrade, backup, restore, copy and erasure work through a pooler, too, also into a database that is set oddly."""
    old, new, odd = (name_of(fifteen.create_database()) for _ in range(3))
    old_history(fifteen.url(old), tmp_path)
    for key, value in ODD.items():
        fifteen.tell(f"ALTER DATABASE {odd} SET {key} = '{value}'")
    ct.upgrade(pooler.url(old))
    opened(pooler.url(old)).backup(tmp_path / "all.backup")
    ct.restore(tmp_path / "all.backup", pooler.url(new))
    ct.copy(pooler.url(new), pooler.url(odd), tmp_path)
    registry = opened(pooler.url(odd))
    assert rows_of(registry) == rows_of(opened(pooler.url(old)))
    registry.erase("ana@example.org", "asked for it")
    assert registry.verify() == []


# --- what is refused at the beginning -----------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_another_encoding_is_refused(encoding: str, fifteen: PostgresServer) -> None:
    """A database that can't hold every name, or doesn't know what its bytes mean, becomes no registry."""
    url = fifteen.create_database(f"TEMPLATE template0 ENCODING '{encoding}'")
    with pytest.raises(RegistryError) as caught:
        ct.init(url)
    assert (caught.value.reason, caught.value.facts["encoding"]) == ("encoding_unsupported", encoding)
    assert fifteen.tell("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=name_of(url)) == []


# --- ways in ------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(fifteen: PostgresServer) -> Iterator[tuple[str, str]]:
    """A database of a login that needs a password, and that password."""
    password = "s3cr:t@canary/%41"
    hba = fifteen.data / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text(f"local all keeper scram-sha-256\n{before}")
    name = name_of(fifteen.create_database())
    fifteen.tell("SELECT pg_reload_conf()", f"CREATE ROLE keeper LOGIN PASSWORD '{password}'")
    fifteen.tell(f"ALTER DATABASE {name} OWNER TO keeper")
    yield name, password
    hba.write_text(before)
    fifteen.tell("SELECT pg_reload_conf()", f"DROP DATABASE {name} WITH (FORCE)", "DROP ROLE keeper")


def test_service_file_and_pgpass(
    guarded: tuple[str, str], fifteen: PostgresServer, tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database is stands in a service file, its password in .pgpass or the address: each way leads in."""
    name, password = guarded
    service, passes = tmp_path / "services", tmp_path / "pgpass"
    service.write_text(f"[team]\nhost={fifteen.folder}\ndbname={name}\nuser=keeper\n")
    passes.write_text("*:*:*:keeper:" + password.replace("\\", "\\\\").replace(":", "\\:") + "\n")
    passes.chmod(0o600)
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    monkeypatch.setenv("PGPASSFILE", str(passes))
    new_organisation("postgresql+psycopg://?service=team", tmp_path)
    assert "postgresql+psycopg://?service=team · 4 users" in repr(opened("postgresql://?service=team"))
    monkeypatch.setenv("PGSERVICE", "team")
    assert len(opened("postgresql://").lookups().users) == 4
    monkeypatch.delenv("PGPASSFILE")
    written = "".join(f"%{byte:02X}" for byte in password.encode())
    assert opened(f"postgres://keeper:{written}@/{name}?host={fifteen.folder}").verify() == []
    with pytest.raises(RegistryError) as caught:
        opened(f"postgres://keeper:{written}x@/{name}?host={fifteen.folder}")
    assert caught.value.reason == "registry_unusable"
    assert not re.search(f"canary|{re.escape(written)}", str(caught.value))


def test_a_schema_of_its_own(fifteen: PostgresServer, tmp_path: Path, opened: Opened) -> None:
    """By their search_path logins have registries beside each other in one database; none sees another's."""
    name = name_of(fifteen.create_database())
    for login, schema in (("one", '"its ""own\'s"'), ("two", "old")):
        fifteen.tell(
            f"CREATE ROLE {login} LOGIN",
            f"CREATE SCHEMA {schema} AUTHORIZATION {login}",
            f"ALTER ROLE {login} IN DATABASE {name} SET search_path = {schema}, public",
            database=name,
        )
    address = {login: fifteen.url(name, user=login) for login in ("postgres", "one", "two")}
    new_organisation(address["postgres"], tmp_path)
    new_organisation(address["one"], tmp_path)
    old_history(f"{address['two']}&options=-csearch_path%3Dold", tmp_path)
    ct.upgrade(address["two"])
    before = [len(opened(address[login]).batches()) for login in address]
    opened(address["one"]).upload(export(tmp_path, *MIXED)).finish()
    registries = [opened(address[login]) for login in address]
    assert [len(one.batches()) - count for one, count in zip(registries, before, strict=True)] == [0, 1, 0]
    assert (before[1], before[2] > 0, [one.verify() for one in registries]) == (0, True, [[], [], []])
    with pytest.raises(RegistryError) as caught:
        ct.init(address["one"])
    assert caught.value.reason == "database_not_empty"
    by_option = f"{address['postgres']}&options=-csearch_path%3Dnowhere"
    with pytest.raises(RegistryError) as caught:
        ct.init(by_option)
    assert caught.value.reason == "schema_missing"
    fifteen.tell(f"DROP DATABASE {name} WITH (FORCE)", "DROP ROLE one", "DROP ROLE two")


def test_tables_of_another_schema_are_not_taken(fifteen: PostgresServer, tmp_path: Path, opened: Opened) -> None:
    """A login's own schema before that of the registry hides nothing: with a table of such a name it is refused."""
    url = fifteen.create_database()
    new_organisation(url, tmp_path)
    registry = opened(url)
    fifteen.tell("CREATE SCHEMA postgres", database=name_of(url))  # "$user" comes first in the usual search_path
    assert opened(url).verify() == []
    fifteen.tell("CREATE TABLE postgres.users (id int)", database=name_of(url))
    assert len(registry.lookups().users) == 4
    with pytest.raises(RegistryError) as caught:
        opened(url)
    assert (caught.value.reason, caught.value.facts["schemas"]) == ("schemas_mixed", "postgres, public")


# --- standby ------------------------------------------------------------------------------------------------


def test_a_standby_is_read(
    fifteen: PostgresServer, on_fifteen: tuple[str, dict[str, Any]], tmp_path: Path, opened: Opened
) -> None:
    """On a hot standby everything can be read and verified; whatever writes says that it is a read-only copy."""
    url, _ = on_fifteen
    fifteen.tell(f"ALTER DATABASE {name_of(url)} SET default_transaction_isolation = serializable")
    with PostgresServer(version=15, primary=fifteen) as copy:
        there = copy.url(name_of(url))
        registry = opened(there)
        assert registry.verify() == []
        assert registry.credentials().equals(opened(url).credentials())
        assert registry.audit.rejects().equals(opened(url).audit.rejects())
        heads = [opened(one).backup(tmp_path / f"{k}.zip").head for k, one in enumerate((there, url))]
        assert heads[0] == heads[1]
        writes: list[Callable[[], object]] = [
            lambda: registry.upload(export(tmp_path, ANA, CARA, name="third.csv")),
            lambda: registry.approve(1),
            lambda: registry.set("max_rows", 10),
            lambda: registry.erase("ana@example.org", "asked for it"),
            lambda: ct.upgrade(there),
            lambda: ct.init(copy.url("template1")),
        ]
        for write in writes:
            with pytest.raises(RegistryError) as caught:
                write()
            assert caught.value.reason == "read_only_copy"
        assert registry.verify() == []


def test_a_login_that_may_only_read_says_so(fifteen: PostgresServer, tmp_path: Path, opened: Opened) -> None:
    """A database that is set to read-only is a copy that takes no changes, too."""
    url = fifteen.create_database()
    new_organisation(url, tmp_path)
    fifteen.tell(f"ALTER DATABASE {name_of(url)} SET default_transaction_read_only = on")
    with pytest.raises(RegistryError) as caught:
        opened(url).set("max_rows", 10)
    assert caught.value.reason == "read_only_copy"


# --- without a password -------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_run_keeps_no_password(
    guarded: tuple[str, str], fifteen: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record of an unattended run, its notebook and its evidence hold nothing of the address's password."""
    from credtools.runs import importing

    name, password = guarded
    written = "".join(f"%{byte:02X}" for byte in password.encode())
    address = f"postgresql://keeper:{written}@/{name}?host={fifteen.folder}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", address)
    new_organisation(address, tmp_path)
    run = importing.import_file(export(tmp_path, *MIXED))
    assert run.outcome.verdict == "partial"
    kept = b"".join(path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file())
    assert kept
    assert not re.search(rf"canary|{re.escape(written)}", kept.decode(errors="replace"), re.IGNORECASE)
    assert "canary" not in repr(run)
    assert os.environ["CREDTOOLS_DATABASE"] == address
