from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

import credtools as ct
from credtools.errors import CredtoolsError, RegistryError, UnknownOutcomeError
from credtools.model import Counts
from credtools.registry import Registry
from tests.builders import (
    ANA,
    ROWS,
    UPLOADER,
    ZOE,
    big_export,
    export,
    load,
    new_organisation,
    only_postgres,
    only_sqlite,
    outcome,
    rows_of,
    states,
)
from tests.conftest import Home
from tests.postgres import PostgresServer

KILLS = 8
POSTGRES_KILLS = 3

# Processes are forked from one that has loaded the library but has no threads and no connections.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["credtools.registry", "psycopg", "pytest"])


def import_and_tell(url: str, path: str, said: Any) -> None:
    """What a dying process does: it imports, and says so when it has the receipt."""
    registry = ct.open(url, by=UPLOADER)
    registry.lookups()
    said.send("begins")
    receipt = registry.upload(path).finish()
    said.send(receipt.audit_head)
    registry.engine.dispose()


@contextlib.contextmanager
def importer(url: str, path: Path) -> Iterator[tuple[BaseProcess, Any]]:
    """A process that has just begun to import, and the pipe on which it tells its receipt."""
    listens, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=import_and_tell, args=(url, str(path), says))
    process.start()
    says.close()
    assert listens.recv() == "begins"
    yield process, listens
    process.join()
    process.close()
    listens.close()


def last_words(listens: Any) -> str | None:
    """The audit head of the receipt that a dead process had told, or None."""
    try:
        return str(listens.recv())
    except EOFError:
        return None


@pytest.fixture
def reference(home: Home, opened: Callable[..., Registry], tmp_path: Path) -> tuple[dict[str, Any], float]:
    """What stands in the end when nothing goes wrong, and how many seconds the import takes in a process."""
    url = home.copy_of(new_organisation)
    with importer(url, big_export(tmp_path)) as (process, _):
        began = time.monotonic()
        process.join()
        assert process.exitcode == 0
        seconds = time.monotonic() - began
    return outcome(opened(url)), seconds


def all_is_well(registry: Registry, path: Path, expected: dict[str, Any], heard: str | None) -> None:
    """Nothing is broken; what a receipt was given for is there; running it again leads to the same end."""
    assert registry.verify() == []
    if heard is not None:
        assert registry.batch(1).receipt.audit_head == heard  # type: ignore[union-attr]
    registry.upload(path).finish()
    assert outcome(registry) == expected
    assert registry.verify() == []
    assert states(registry).count("finished") == 1


@only_sqlite
def test_killed_at_any_moment(
    home: Home,
    opened: Callable[..., Registry],
    tmp_path: Path,
    reference: tuple[dict[str, Any], float],
) -> None:
    """SIGKILL at any moment of an import loses nothing and doubles nothing: run it again, and all is well."""
    expected, seconds = reference
    path, chance = big_export(tmp_path), random.Random(1)  # noqa: S311 - the same moments each time
    told = 0
    for number in range(KILLS):
        url = home.copy_of(new_organisation)
        with importer(url, path) as (process, listens):
            time.sleep(seconds * (number + chance.random()) / KILLS)
            process.kill()
            process.join()
            heard = last_words(listens)
        told += heard is not None
        all_is_well(opened(url), path, expected, heard)
    assert told < KILLS  # some died before their receipt, or this test shows nothing


@only_postgres
def test_client_killed_on_postgresql(
    home: Home,
    opened: Callable[..., Registry],
    tmp_path: Path,
    reference: tuple[dict[str, Any], float],
) -> None:
    """A client that dies in the middle of an import leaves nothing half done on the server."""
    expected, seconds = reference
    path, chance = big_export(tmp_path), random.Random(2)  # noqa: S311 - the same moments each time
    for number in range(POSTGRES_KILLS):
        url = home.copy_of(new_organisation)
        with importer(url, path) as (process, listens):
            time.sleep(seconds * (number + chance.random()) / POSTGRES_KILLS)
            process.kill()
            process.join()
            heard = last_words(listens)
        all_is_well(opened(url), path, expected, heard)


def terminate_backends(server: PostgresServer, database: str | None) -> int:
    """Ends every connection to a database, as an administrator or a fail-over does."""
    with psycopg.connect(host=str(server.folder), user="postgres", autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [database],
        )
        return len(found.fetchall())


@only_postgres
def test_backend_terminated_at_any_moment(
    home: Home, opened: Callable[..., Registry], tmp_path: Path, postgres: PostgresServer
) -> None:
    """When the server ends the connection at any moment the import has its receipt, or fails with our sentence."""
    path, chance = big_export(tmp_path), random.Random(3)  # noqa: S311 - the same moments each time
    expected: dict[str, Any] = {}
    seconds = 0.0
    for number in range(POSTGRES_KILLS):
        registry = opened(home.copy_of(new_organisation))
        registry.schema("credentials")
        registry.lookups()
        if not expected:  # the first goes undisturbed
            began = time.monotonic()
            registry.upload(path).finish()
            seconds, expected = time.monotonic() - began, outcome(registry)
            continue
        wait = seconds * (number - 1 + chance.random()) / (POSTGRES_KILLS - 1)
        database = registry.engine.url.database
        timer = threading.Timer(wait, terminate_backends, args=[postgres, database])
        timer.start()
        heard = None
        try:
            heard = registry.upload(path).finish().audit_head
        except Exception as problem:  # noqa: BLE001 - which it is is what is tested
            failed: Exception | None = problem
        else:
            failed = None
        timer.join()
        registry.engine.dispose()
        assert failed is None or isinstance(failed, CredtoolsError)
        all_is_well(opened(registry.engine.url.render_as_string()), path, expected, heard)


@only_postgres
def test_restarted_server_is_found_again(registry: Registry, tmp_path: Path, postgres: PostgresServer) -> None:
    """A registry that lies open while the server restarts (over night, say) goes on with the next click."""
    batch = registry.upload(export(tmp_path, ANA))
    assert terminate_backends(postgres, registry.engine.url.database) > 0
    assert batch.preview() == Counts(rows=1, new=1)
    assert terminate_backends(postgres, registry.engine.url.database) > 0
    assert batch.finish().counts == Counts(rows=1, new=1)


@pytest.mark.postgres
def test_server_out_of_reach_is_a_sentence(tmp_path: Path, opened: Callable[..., Registry]) -> None:
    """When the server is gone every question is answered by an error of ours."""
    with PostgresServer() as server:
        url = server.create_database()
        new_organisation(url, tmp_path)
        registry = opened(url)
        server.stop()
        for ask in (registry.lookups, registry.batches, registry.verify, lambda: registry.set("max_rows", 5)):
            with pytest.raises(CredtoolsError):
                ask()


@pytest.mark.postgres
def test_killed_server_has_what_it_promised(tmp_path: Path, opened: Callable[..., Registry]) -> None:
    """A receipt is worth something after the server was killed: whatever one was given for is there, once."""
    with PostgresServer({"fsync": "on", "synchronous_commit": "on"}) as server:
        url = server.create_database()
        new_organisation(url, tmp_path)
        for number in range(3):
            registry = opened(url)
            row = f"ana@example.org,Licence,2024-01-01,,{number}"
            receipt = registry.upload(export(tmp_path, row, name=f"{number}.csv")).finish()
            _kill_group(server)
            registry.engine.dispose()
            server.start()
            again = opened(url)
            assert again.batch(receipt.batch).receipt == receipt
            assert again.upload(tmp_path / f"{number}.csv").finish().replayed
            assert len(again.credentials()) == number + 1
            assert again.verify() == []


def _kill_group(server: PostgresServer) -> None:
    """Kills the server with all its helpers at once, as a power cut does."""
    process = server._process
    assert process is not None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    server._process = None
    (server.data / "postmaster.pid").unlink(missing_ok=True)


# --- the connection is lost during COMMIT -------------------------------------------------------------------


class Wire:
    """Stands between a client and PostgreSQL, and cuts the connection when the COMMIT of the next write passes.

    `how`: `before` – COMMIT never arrives; `after` – it is done, but the answer never arrives; `late` – the client is
    cut off at once, and COMMIT arrives a moment later; `for good` – as `after`, and nobody gets through any more.
    """

    def __init__(self, server: PostgresServer) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="credtools-wire-", dir="/tmp"))  # a socket's path must be short
        self.target = str(server.folder / ".s.PGSQL.5432")
        self.how: str | None = None
        self.cut = threading.Event()
        self.closed = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / ".s.PGSQL.5432"))
        self._listener.listen()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()
        shutil.rmtree(self.folder)

    def url(self, url: str) -> str:
        through = make_url(url).update_query_dict({"host": str(self.folder)})
        return through.render_as_string(hide_password=False)

    def _accept(self) -> None:
        while not self.closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.cut.is_set() and self.how == "for good":
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            silent = threading.Event()
            answered = threading.Event()
            forth = threading.Thread(target=self._forth, args=(client, server, silent, answered), daemon=True)
            back = threading.Thread(target=self._back, args=(client, server, silent, answered), daemon=True)
            self._threads += [forth, back]
            forth.start()
            back.start()

    def _forth(
        self, client: socket.socket, server: socket.socket, silent: threading.Event, answered: threading.Event
    ) -> None:
        writes = False
        while data := _received(client):
            writes = (writes and b"BEGIN" not in data) or b"UPDATE audit_head" in data
            if self.how and not self.cut.is_set() and writes and b"COMMIT" in data:
                silent.set()
                self.cut.set()
                if self.how == "late":
                    _hang_up(client)
                    time.sleep(0.5)
                if self.how != "before":
                    server.sendall(data)
                    answered.wait(10)
                break
            server.sendall(data)
        _hang_up(client)
        _hang_up(server)

    def _back(
        self, client: socket.socket, server: socket.socket, silent: threading.Event, answered: threading.Event
    ) -> None:
        while data := _received(server):
            if silent.is_set():
                answered.set()
            else:
                with contextlib.suppress(OSError):
                    client.sendall(data)
        _hang_up(client)
        client.close()
        server.close()


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def wire(postgres: PostgresServer) -> Iterator[Wire]:
    between = Wire(postgres)
    yield between
    between.close()


@pytest.fixture
def beyond(wire: Wire, registry_url: str, opened: Callable[..., Registry]) -> Iterator[Registry]:
    """The small organisation, seen through the wire."""
    registry = opened(wire.url(registry_url))
    yield registry
    registry.engine.dispose()  # before the wire is taken down


@only_postgres
def test_answer_to_commit_lost(wire: Wire, beyond: Registry, registry: Registry, tmp_path: Path) -> None:
    """When only the answer to COMMIT is lost the write took place: finish finds out and gives the receipt."""
    path = export(tmp_path, ANA, ZOE)
    batch = beyond.upload(path)
    wire.how = "after"
    receipt = batch.finish()
    assert wire.cut.is_set()
    assert receipt == registry.batch(batch.id).receipt
    again = registry.upload(path).finish()
    assert (again.replayed, again.as_dict()) == (True, receipt.as_dict())
    assert registry.verify() == []


@only_postgres
def test_commit_lost(wire: Wire, beyond: Registry, registry: Registry, tmp_path: Path) -> None:
    """When COMMIT itself is lost nothing was written: finish says so, and running it again does it."""
    path = export(tmp_path, ANA, ZOE)
    batch = beyond.upload(path)
    tables = ("ledger", "credentials", "events", "rejects", "batch_keys")
    before = rows_of(registry, *tables)
    wire.how = "before"
    with pytest.raises(RegistryError) as caught:
        batch.finish()
    assert wire.cut.is_set()
    assert caught.value.reason == "nothing_written"
    assert rows_of(registry, *tables) == before
    receipt = registry.upload(path).finish()
    assert (receipt.replayed, receipt.counts) == (False, Counts(rows=2, new=1, rejected=1))
    assert registry.verify() == []


@only_postgres
def test_commit_arrives_late(wire: Wire, beyond: Registry, registry: Registry, tmp_path: Path) -> None:
    """While the server may still commit finish doesn't say that nothing was written: it waits, or doesn't know."""
    batch = beyond.upload(export(tmp_path, ANA, ZOE))
    wire.how = "late"
    try:
        receipt = batch.finish()
    except UnknownOutcomeError:
        receipt = None
    assert wire.cut.is_set()
    deadline = time.monotonic() + 10
    while registry.batch(batch.id).state != "finished" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert registry.batch(batch.id).state == "finished"
    assert receipt in (None, registry.batch(batch.id).receipt)


@only_postgres
def test_nobody_answers_after_commit(wire: Wire, beyond: Registry, registry: Registry, tmp_path: Path) -> None:
    """When the outcome can't be found out either, it is called unknown; running it again finds out."""
    path = export(tmp_path, ANA, ZOE)
    batch = beyond.upload(path)
    wire.how = "for good"
    with pytest.raises(UnknownOutcomeError) as caught:
        batch.finish()
    assert caught.value.reason == "outcome_unknown"
    assert registry.upload(path).finish().replayed


@only_postgres
def test_unattended_run_with_a_lost_answer(wire: Wire, beyond: Registry, registry: Registry, tmp_path: Path) -> None:
    """The unattended finish tells the same outcome when the answer to COMMIT is lost."""
    batch = beyond.upload(export(tmp_path, ANA, ZOE))
    wire.how = "after"
    assert batch.settle().verdict == "partial"
    assert states(registry) == ["finished"]


@only_postgres
def test_lost_load_is_unknown_until_run_again(wire: Wire, beyond: Registry, registry: Registry, tmp_path: Path) -> None:
    """Any write whose COMMIT was lost says that its outcome isn't known; run again, it changes nothing twice."""
    content = "Email\nzoe@example.org\n"
    wire.how = "after"
    with pytest.raises(UnknownOutcomeError):
        load(beyond, tmp_path, users=content)
    before = rows_of(registry)
    load(registry, tmp_path, users=content)
    assert rows_of(registry) == before


# --- the disk -----------------------------------------------------------------------------------------------


@only_sqlite
def test_lock_held_by_another_program(registry: Registry, tmp_path: Path) -> None:
    """A lock that is held for a while only makes a write wait."""
    batch = registry.upload(export(tmp_path, ANA))
    other = sqlite3.connect(str(registry.engine.url.database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(1.5, lambda: other.execute("ROLLBACK"))
    timer.start()
    assert batch.finish().counts == Counts(rows=1, new=1)
    timer.join()
    other.close()


@only_sqlite
def test_full_disk_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    """When the disk is full a write fails with a sentence, and everything is as it was."""
    batch = registry.upload(big_export(tmp_path))
    before = rows_of(registry)
    with registry.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(RegistryError) as caught:
        batch.finish()
    assert (caught.value.reason, caught.value.facts) == ("disk_full", {"why": "database or disk is full (SQLITE_FULL)"})
    assert rows_of(registry) == before
    with registry.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert batch.finish().counts.rows == ROWS
    assert registry.verify() == []


def test_init_that_was_killed_can_be_told_apart(tmp_path: Path) -> None:
    """What an interrupted init has left is refused, and the sentences don't send people round in circles."""
    path = tmp_path / "half.db"
    path.touch()
    sentences = []
    for door in (ct.open, ct.init):
        with pytest.raises(RegistryError) as caught:
            door(f"sqlite:///{path}")
        sentences.append(str(caught.value))
    assert not ("create one with 'credtools init'" in sentences[0] and "open it" in sentences[1])
