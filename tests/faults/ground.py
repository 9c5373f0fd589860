"""Where faults happen: copies of the state in which a verb begins, on a disk or on a server, and what must be true."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import shutil
import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, make_url, text

from credtools.errors import CredtoolsError, UnknownOutcomeError
from credtools.registry import open_registry
from credtools.store import connecting, engine
from tests.builders import UPLOADER
from tests.faults.disk import Disk, Fault
from tests.faults.verbs import VERBS, Tell, Verb, state
from tests.faults.wire import Wire, crash, end_sessions
from tests.postgres import PostgresServer

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["credtools.registry", "tests.faults.ground", "alembic.command"])
SILENT = 3.0  # seconds after which a server that says nothing is given up


@dataclass(frozen=True)
class Ending:
    """How an attempt ended: what it was told, what it was refused with, or what broke; and its operations.

    `unknown`: it was refused with not knowing. A process that was killed has no ending but its operations.
    """

    told: str | None = None
    refused: str | None = None
    unknown: bool = False
    broke: str | None = None
    operations: int = 0


@contextmanager
def _within(folder: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def _attempt(verb: Verb, url: str, folder: Path, tell: Tell = lambda _: None) -> Ending:
    """Does it; `tell`: who hears at once what was told, and may be all that is left."""
    told: list[str] = []

    def _tell(what: str) -> None:
        told.append(what)
        tell(what)

    ending = Ending()
    try:
        verb.do(url, folder, _tell)
    except CredtoolsError as problem:
        ending = Ending(refused=problem.reason, unknown=isinstance(problem, UnknownOutcomeError))
    except BaseException:  # noqa: BLE001 - nothing else may leave
        ending = Ending(broke=traceback.format_exc())
    return replace(ending, told="".join(told) or None)


class Ground:
    """Of one verb. `before`, `after`: what the registry says when it wasn't done, and when it was."""

    def __init__(self, verb: Verb, folder: Path) -> None:
        self.verb, self.folder = verb, folder
        self._numbers = itertools.count(1)
        self.begin = folder / "begin"
        self.begin.mkdir(parents=True)

    def check(self, url: str, folder: Path, ending: Ending) -> str:
        """In what state it was found; raises AssertionError when that isn't right."""
        assert ending.broke is None, ending.broke
        lost = url.startswith("sqlite") and ending.refused in {"nothing_written", "outcome_unknown"}
        assert not lost, f"a file has no connection that can be lost: {ending.refused}"
        found = self.before if self.verb.name == "upgrade" and not _current(url) else now(url, folder)
        if ending.told is not None:
            assert found == self.after, "what was told isn't there"
        elif self.verb.at_once:
            assert found in (self.before, self.after), "half done"
            if ending.refused and not ending.unknown:
                assert found == self.before, "what was refused is done"
        if found != self.after:
            self.verb.do(url, folder, lambda _: None)
            assert now(url, folder) == self.after, "done again, it isn't done"
        if ending.told is not None:
            return "told"
        said = " and refused" * bool(ending.refused) if not ending.unknown else " and called unknown"
        return {repr(self.before): "before", repr(self.after): "after"}.get(repr(found), "between") + said


def now(url: str, folder: Path) -> dict[str, Any]:
    """What the registry says, which verifies."""
    with open_registry(url, by=UPLOADER, folder=str(folder)) as registry:
        assert registry.verify() == []
        return state(registry, folder)


def _current(url: str) -> bool:
    """Whether the layout is the newest."""
    opening = create_engine(url)
    with opening.connect() as connection:
        layout = connection.scalar(text("SELECT version_num FROM alembic_version"))
    opening.dispose()
    return bool(layout == engine.LATEST)


class DiskGround(Ground):
    """An SQLite file; each attempt is a process. `reads`, `writes`: operations with and without those that read."""

    def __init__(self, verb: Verb, folder: Path) -> None:
        super().__init__(verb, folder)
        with _within(self.begin):
            verb.build(_file(self.begin), self.begin)
        self.before = now(_file(self.begin), self.begin) if verb.name != "upgrade" else {}
        done = self.fresh()
        self.reads = self.attempt(done, Fault("io")).operations
        self.after = now(_file(done), done)
        self.writes = self.attempt(self.fresh(), Fault("kill")).operations

    def fresh(self) -> Path:
        return Path(shutil.copytree(self.begin, self.folder / str(next(self._numbers))))

    def attempt(self, folder: Path, fault: Fault, *, relaxed: bool = False) -> Ending:
        """`relaxed`: SQLite doesn't wait for the disk at COMMIT."""
        listens, says = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=_live, args=(self.verb.name, folder, fault, relaxed, says))
        process.start()
        says.close()
        ending = Ending()
        try:
            while True:
                ending = listens.recv()
        except EOFError:
            process.join()
        killed = process.exitcode == -signal.SIGKILL
        assert process.exitcode == 0 or (killed and fault.at), process.exitcode
        return ending

    def battle(self, fault: Fault, *, relaxed: bool = False) -> str:
        folder = self.fresh()
        ending = self.attempt(folder, fault, relaxed=relaxed)
        found = self.check(_file(folder), folder, ending)
        shutil.rmtree(folder)
        return found


def _file(folder: Path) -> str:
    return f"sqlite:///{folder / 'registry.db'}"


def _live(verb: str, folder: Path, fault: Fault, relaxed: bool, says: Any) -> None:  # noqa: FBT001
    """The life of a process to which something happens."""
    os.chdir(folder)
    if relaxed:
        _relax()
    disk = Disk(folder, fault)
    ending = _attempt(VERBS[verb], _file(folder), folder, lambda told: says.send(Ending(told=told)))
    disk.resting = True
    says.send(replace(ending, operations=disk.count))
    os._exit(0)


def _relax() -> None:
    made = connecting.make_engine

    def _made(*given: Any, **more: Any) -> Any:
        relaxed = made(*given, **more)
        event.listen(relaxed, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
        return relaxed

    engine.make_engine = _made


class ServerGround(Ground):
    """A database of a server behind a wire; `messages`: how many clients send until it is done."""

    def __init__(self, verb: Verb, folder: Path, server: PostgresServer) -> None:
        super().__init__(verb, folder)
        self.server = server
        self._template = server.create_database()
        (self.begin / "credtools.toml").write_text(f"database_timeout = {SILENT:.0f}\n", "utf-8")
        with _within(self.begin):
            verb.build(self._template, self.begin)
        self.before = now(self._template, self.begin) if verb.name != "upgrade" else {}
        with Wire(server) as wire:
            url, folder = self.fresh()
            assert _attempt(verb, through(wire, url), folder).told is not None
            self.messages = wire.count
        self.after = now(url, folder)

    def fresh(self) -> tuple[str, Path]:
        number = next(self._numbers)
        template, name = make_url(self._template).database, f"{make_url(self._template).database}_{number}"
        self.server.tell(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.server.url(name), Path(shutil.copytree(self.begin, self.folder / str(number)))

    def battle(self, kind: str, at: int, *, for_good: bool = False) -> str:
        url, folder = self.fresh()
        name = str(make_url(url).database)
        with Wire(self.server) as wire:
            wire.happens = {
                "ended": lambda: end_sessions(self.server, name),
                "crash": lambda: _restart(self.server),
            }.get(kind, lambda: None)
            wire.listen_for(kind, at, for_good=for_good)
            ending = _attempt(self.verb, through(wire, url), folder)
            assert wire.happened.wait(60)
        end_sessions(self.server, name)  # what was on its way has arrived, or never will
        found = self.check(url, folder, ending)
        self.server.tell(f"DROP DATABASE {name} WITH (FORCE)")
        shutil.rmtree(folder)
        return found


def _restart(server: PostgresServer) -> None:
    crash(server)
    server.start()


def through(wire: Wire, url: str) -> str:
    """The address of a database behind the wire."""
    return make_url(url).update_query_dict({"host": str(wire.folder)}).render_as_string(hide_password=False)
