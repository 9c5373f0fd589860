"""Engines: opening, creating and upgrading the database of one registry.

Where it is (`addresses`), on what terms it is spoken to (`connecting`); every write locks the audit head first.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from credtools.errors import RegistryError
from credtools.store import owning, schemas, tables
from credtools.store import team as guarding
from credtools.store.addresses import checked, shown, sqlite_path
from credtools.store.connecting import APPLICATION_ID, FILE_LAYOUT, PATIENT, SECONDS, WRITES, make_engine
from credtools.store.failures import failure
from credtools.text import Shown

LAYOUTS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
)  # the migrations; a test compares them with the folder
LATEST = LAYOUTS[-1]
At = Engine | Connection  # whom reads ask: the database as it is now, or the moment of a snapshot
GENESIS = "0" * 64


def open_engine(url: str | URL, seconds: float = SECONDS) -> Engine:
    """The engine of an existing registry.

    Raises RegistryError when there is none, when the file is another program's, or when it must be upgraded first.
    """
    parsed = checked(url)
    with _existing(parsed, seconds) as engine, engine.connect() as connection:
        guards = _check_version(engine, connection, parsed)
        engine.update_execution_options(**{guarding.TEAM: guards and guards.prefix})
    return engine


@contextmanager
def _existing(url: URL, seconds: float) -> Iterator[Engine]:
    """The engine of a database that is there; disposed when the block raises, with a sentence of ours."""
    path = sqlite_path(url)
    if path is not None and not path.is_file():
        raise RegistryError("registry_missing", path=path.absolute())
    engine = make_engine(url, seconds)
    try:
        try:
            yield engine
        except DBAPIError as problem:
            raise failure(problem, "registry_unusable", registry=shown(url)) from None
        except UnicodeDecodeError:  # SQLite's own message quotes damaged bytes
            raise RegistryError("registry_unusable", registry=shown(url), why="the file is damaged") from None
    except BaseException:
        engine.dispose()
        raise


@dataclass(frozen=True)
class Upgraded(Shown):
    """The layout that a registry had and has, and the copy of an SQLite file as it was before.

    `guards`: whether those of a team's registry were another release's, and are this one's now.
    """

    registry: str
    before: str
    after: str = LATEST
    backup: Path | None = None
    guards: bool = False

    def __str__(self) -> str:
        renewed = " Its guards are those of this release now." if self.guards else ""
        if self.before == self.after:
            changed = f".{renewed}" if renewed else "; nothing was changed."
            return f"The registry {self.registry} has the newest layout, {self.after}{changed}"
        kept = f" The file as it was: {self.backup}." if self.backup else ""
        return f"The registry {self.registry} was upgraded from layout {self.before} to {self.after}.{kept}{renewed}"


def upgrade(
    url: str | URL, then: Callable[[Connection, str], None] = lambda *_: None, seconds: float = SECONDS
) -> Upgraded:
    """Brings a registry to the newest layout in one transaction: whatever happens, it has the old one or the new one.

    An SQLite file is copied first, beside itself, while nobody can write. `then`: what remains to be done in the same
    transaction, with the layout from which it came. Raises RegistryError when there is no registry, or one of a layout
    that isn't known here; nothing is changed then.
    """
    parsed = checked(url)
    path = sqlite_path(parsed)
    with _existing(parsed, seconds) as engine:
        connecting = engine.connect().execution_options(**WRITES, **PATIENT)
        with connecting as connection, _without_foreign_keys(connection), connection.begin():
            if path is None:
                owning.become(connection)  # what is made new belongs to whom the rest belongs
            _layout(connection, parsed)
            schemas.only(connection, shown(parsed))
            connection.execute(select(tables.audit_head).with_for_update())
            before = _layout(connection, parsed)
            if before not in LAYOUTS:
                raise RegistryError("layout_unknown", registry=shown(parsed), layout=before)
            backup = _backup(path, before) if path is not None and before != LATEST else None
            guards = guarding.guards(connection)
            _migrate(connection)
            if before != LATEST:
                then(connection, before)
            if guards is not None:
                guarding.install(connection, guards.prefix)
            if path is not None and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RegistryError("registry_unusable", registry=shown(parsed), why="references point to nothing")
        engine.dispose()
    return Upgraded(shown(parsed), before, backup=backup, guards=guards is not None and not guards.current)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite makes tables anew whose constraints change, which foreign keys would forbid; elsewhere they stay on."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection  # outside a transaction, where alone they can be switched
    driver.execute("PRAGMA foreign_keys=OFF")
    yield
    driver.execute("PRAGMA foreign_keys=ON")


def copies(engine: Engine) -> list[str]:
    """The names of the copies that upgrades have left beside an SQLite registry."""
    path = sqlite_path(engine.url)
    beside = path.parent.glob(f"{escape(path.name)}.layout-*") if path is not None else ()
    return sorted(copy.name for copy in beside)


def _backup(path: Path, layout: str) -> Path:
    """A copy of an SQLite registry through SQLite itself (a copy of the file alone would lack the write-ahead log)."""
    copy = path.with_name(f"{path.name}.layout-{layout}")
    unfinished = copy.with_name(f"{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
    unfinished.replace(copy)
    return copy


def create(url: str | URL, seconds: float = SECONDS, team: str | None = None) -> Engine:
    """A new, empty registry; the only way to make one.

    `team`: of the roles by which PostgreSQL keeps the rights of a team; None: everybody may do everything.
    Raises RegistryError when there is already something in its place, or roles of that prefix are there.
    """
    with making(url, seconds, team=team) as connection:
        connection.execute(insert(tables.audit_head).values(id=1, seq=0, hash=GENESIS))
    return open_engine(url, seconds)


@contextmanager
def making(
    url: str | URL, seconds: float = SECONDS, layout: str = LATEST, team: str | None = None
) -> Iterator[Connection]:
    """The transaction in which a new registry is made: its tables are there, without a row (and foreign keys off).

    `team`: see `create`; it becomes a team's at the end. When the block raises nothing is left. Raises RegistryError
    when there is already something in its place.
    """
    parsed = checked(url)
    path = sqlite_path(parsed)
    if path is not None:
        if team is not None:
            raise RegistryError("team_on_sqlite")
        _reserve(path)
    engine = make_engine(parsed, seconds, creating=True)
    try:
        connecting = engine.connect().execution_options(**WRITES, **PATIENT)
        with connecting as connection, _without_foreign_keys(connection), connection.begin():
            schemas.for_a_new_one(connection, shown(parsed))
            if inspect(connection).get_table_names():
                raise RegistryError("database_not_empty", database=shown(parsed))  # noqa: TRY301 - undone below
            if team is not None:
                guarding.require_free(connection, team)  # before long work, not after it
            _migrate(connection, layout)
            if path is not None:
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version={FILE_LAYOUT}")
            yield connection
            if team is not None:
                guarding.install(connection, team)
    except BaseException as problem:
        engine.dispose()
        if path is not None:
            path.unlink(missing_ok=True)
        if isinstance(problem, DBAPIError):
            raise failure(problem, "registry_not_made", place=shown(parsed)) from None
        raise
    engine.dispose()


def _reserve(path: Path) -> None:
    """An empty file in a place where there is nothing."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as problem:
        if path.parent.is_dir() and isinstance(problem, FileExistsError):
            raise RegistryError("registry_exists", path=path) from problem
        raise RegistryError("registry_not_made", place=path, why=problem.strerror) from problem


@contextmanager
def snapshot(at: At, *, patient: bool = False) -> Iterator[Connection]:
    """A connection that reads one moment of the registry, whatever others write; within a snapshot, that one.

    `patient`: for statements that read everything. Raises RegistryError when the database can't be read.
    """
    if isinstance(at, Connection):
        yield at
        return
    engine = at
    options: dict[str, Any] = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    options |= PATIENT if patient else {}
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except DBAPIError as problem:
        raise _unreadable(engine, problem) from None


def _unreadable(engine: Engine, problem: DBAPIError) -> RegistryError:
    """What a reading becomes that the database refused: of somebody without a role, that."""
    from credtools.store.refused import is_denied, without_role  # noqa: PLC0415 - it reads, by what is here

    if is_denied(problem):
        with engine.connect() as connection:
            if lacking := without_role(connection):
                return lacking
    return failure(problem, "registry_unreadable", registry=shown(engine.url))


def _require_role(connection: Connection) -> None:
    from credtools.store.refused import without_role  # noqa: PLC0415 - as above

    if connection.dialect.name == "postgresql" and (lacking := without_role(connection)):
        raise lacking


def _check_version(engine: Engine, connection: Connection, url: URL) -> guarding.Guards | None:
    _require_role(connection)
    version = _layout(connection, url)
    if version != LATEST:
        raise RegistryError("layout_differs", registry=shown(url), layout=version, needed=LATEST)
    schemas.settle(engine, connection, shown(url))
    if connection.execute(select(tables.audit_head.c.id)).scalar() != 1:
        raise RegistryError("audit_head_lost", registry=shown(url))
    guards = guarding.guards(connection)
    if guards is not None and not guards.current:
        raise RegistryError("guards_differ", registry=shown(url))
    return guards


def _layout(connection: Connection, url: URL) -> str:
    if not inspect(connection).has_table("alembic_version"):
        raise RegistryError("not_a_registry", place=shown(url))
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _migrate(connection: Connection, layout: str = LATEST) -> None:
    from alembic import command  # noqa: PLC0415 - only creating and upgrading need it
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, layout)
