"""A PostgreSQL that stands still: who waits for it is told within the time that is set, and nothing is written."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

import credtools as ct
from credtools import store
from credtools.errors import RegistryError, UnknownOutcomeError
from credtools.registry import Registry
from credtools.store import connecting
from tests.builders import UPLOADER, new_organisation
from tests.pooler import PgBouncer
from tests.postgres import PostgresServer
from tests.test_concurrency import at_once
from tests.test_connecting import name_of

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("connecting")]

TIMEOUT = 1  # second; to connect, libpq takes no less than 2
AT_MOST = 20.0  # seconds until the last of them is told: a dead connection, its successor, and a busy machine


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of its own, as others would wait for it, too."""
    with PostgresServer(version=15) as running:
        yield running


@pytest.fixture
def url(server: PostgresServer, tmp_path: Path) -> str:
    """A small organisation; the settings of the working folder say how long to wait."""
    (tmp_path / "credtools.toml").write_text(f"database_timeout = {TIMEOUT}\n")
    made = server.create_database()
    new_organisation(made, tmp_path)
    return made


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Callable[[str], Registry]]:
    """Opens registries that wait for so long."""
    registries: list[Registry] = []

    def open_one(url: str) -> Registry:
        registries.append(ct.open(url, by=UPLOADER, folder=tmp_path))
        return registries[-1]

    yield open_one
    for registry in registries:
        registry.close()


def written(registry: Registry) -> None:
    """A write, which asks nothing before."""
    store.set_setting(registry.engine, UPLOADER, "max_rows", "10")


def test_whoever_waits_is_told(server: PostgresServer, url: str, hasty: Callable[[str], Registry]) -> None:
    """Opening, reading, writing, a statement under way, through a pooler: each ends with a sentence in time."""
    with PgBouncer(server) as pooler:
        through = hasty(pooler.url(name_of(url)))
        reader, writer, idle, waiting = (hasty(url) for _ in range(4))
        for registry in (reader, writer, through):
            registry.lookups()

        def stop() -> Any:
            time.sleep(0.4)  # who waits for the head waits by now
            with server.standing_still():
                start = time.monotonic()
                jobs = (lambda: written(writer), lambda: written(through), lambda: hasty(url), reader.lookups)
                return at_once(*jobs, through.verify), time.monotonic() - start

        with store.transaction.write(idle.engine, trial=True):
            under_way, (said, seconds) = at_once(lambda: written(waiting), stop)
        reasons = [one.reason for one in (under_way, *said)]
        assert reasons == ["write_unanswered"] * 3 + ["database_silent"] * 3
        assert seconds < AT_MOST
        assert idle.verify() == []
        assert [one.settings.max_rows for one in (reader, through)] == [20_000, 20_000]


def test_silence_at_commit(server: PostgresServer, url: str, hasty: Callable[[str], Registry]) -> None:
    """Silence while COMMIT is under way: nobody knows whether it was written, and that is what is said."""
    registry = hasty(url)
    with ExitStack() as still:
        event.listen(registry.engine, "commit", lambda _: still.enter_context(server.standing_still()))
        with pytest.raises(UnknownOutcomeError):
            written(registry)
    assert hasty(url).verify() == []


def test_silence_while_everything_is_read_or_made(
    server: PostgresServer, url: str, hasty: Callable[[str], Registry], tmp_path: Path
) -> None:
    """Backup, restore and copy end with the same sentence, and leave nothing."""
    registry, there = hasty(url), server.create_database()
    kept, place = registry.backup(tmp_path / "kept.zip").path, tmp_path / "there"
    place.mkdir()

    def said(verb: Callable[..., Any], *given: Any, at: float, **more: Any) -> str:
        with ExitStack() as still:

            def stop(done: int, total: int) -> None:
                if done >= at * total and not still._exit_callbacks:  # type: ignore[attr-defined]
                    still.enter_context(server.standing_still())

            with pytest.raises(RegistryError) as caught:
                verb(*given, progress=stop, **more)
        return caught.value.reason

    assert said(registry.backup, place / "new.zip", at=0.1) == "database_silent"
    assert said(ct.restore, kept, there, folder=tmp_path, at=0.3) == "database_silent"
    assert said(ct.copy, url, place / "new.db", folder=tmp_path, at=0.2) == "database_silent"
    assert list(place.iterdir()) == []
    ct.restore(kept, there, folder=tmp_path)


@pytest.fixture
def calmer(url: str, tmp_path: Path, hasty: Callable[[str], Registry]) -> Registry:
    """A registry for which a busy machine isn't a silent one."""
    (tmp_path / "credtools.toml").write_text(f"database_timeout = {2 * TIMEOUT}\n")
    return hasty(url)


def test_long_work_is_waited_for(calmer: Registry) -> None:
    """A server that works for longer than the time-out, and says so when asked, isn't given up."""
    with store.snapshot(calmer.engine) as connection:
        assert connection.execute(text("SELECT 1 FROM pg_sleep(:long)"), {"long": 2.2 * TIMEOUT}).scalar() == 1


def endless(registry: Registry, *, stopped: bool) -> None:
    """A statement that doesn't end, in a session that goes on or stands still."""
    with store.snapshot(registry.engine) as connection:
        session = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        os.kill(session, signal.SIGSTOP if stopped else signal.SIGCONT)
        try:
            connection.exec_driver_sql("SELECT pg_sleep(60)")
        finally:
            os.kill(session, signal.SIGCONT)


@pytest.mark.long
@pytest.mark.parametrize(("stopped", "reason"), [(True, "database_silent"), (False, "registry_unreadable")])
def test_nothing_takes_for_ever(
    stopped: bool,  # noqa: FBT001
    reason: str,
    calmer: Registry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One session that stands still in a server that answers, and a statement that never ends: both end in time."""
    monkeypatch.setattr(connecting, "LONGEST", 1)
    with pytest.raises(RegistryError) as caught:
        endless(calmer, stopped=stopped)
    assert caught.value.reason == reason
    assert calmer.verify() == []
