"""Fixtures of all tests: the same rules on both databases, each test with a registry of its own."""

from __future__ import annotations

import gc
import itertools
import shutil
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import settings

import credtools as ct
from credtools import errors
from tests.builders import UPLOADER, new_history, new_organisation
from tests.postgres import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from credtools.registry import Registry

    Build = Callable[[str, Path], None]

# A busy machine is no error.
settings.register_profile("credtools", deadline=None)
settings.load_profile("credtools")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """No name of a test holds a file, which may have other bytes in each process: then none of them would run."""
    return argname if isinstance(val, bytes) and len(val) > LONGEST_NAME else None


def pytest_collection_finish() -> None:
    """What is imported by now stays until the end: looking it through for garbage took a twentieth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def face() -> Iterator[None]:
    """What a command at the prompt says doesn't change how later tests of this process are spoken to."""
    yield
    errors.speak("python")


LONGEST_NAME = 60  # bytes of a value by which a test is called
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


# These are about the database itself: every test runs on both, with each of its values.
ABOUT_DATABASES = frozenset(
    ("concurrency", "crashes", "erasing", "histories", "keeping", "migrations", "store", "upgrading", "verify", "year")
)
# What these do to the database others do on both: they are about files, sentences and pages.
SELDOM_ON_A_SERVER = frozenset(
    (
        *("audit_analysts", "audit_pieces", "by_hand", "correcting", "correcting_erased", "directories", "editing"),
        *("exports", "frames", "leaving", "listing_parts", "loading"),
        *("media_batches", "media_crashes", "months", "numbers", "people"),
        *("preview", "records", "released", "reports", "resubmitting"),
        *("reuploads", "rules", "session", "shapes_nights", "shown"),
        *("unattended_warnings", "users_files", "validity", "wizard_corrections", "wizard_stored"),
        *("wizard_uploads", "wizard_words"),
    )
)
MOST_VALUES = 3  # of one test on SQLite
EVERY = 6  # tests of a file, one of which runs on PostgreSQL with one value


@pytest.hookimpl(tryfirst=True)  # before pytest looks what is deselected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Always: every test of a registry on SQLite, some on PostgreSQL. What is left out belongs to the long battery."""
    values: Counter[tuple[str, str]] = Counter()
    on_a_server: dict[Path, list[str]] = defaultdict(list)
    for item in items:
        given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        about, database = item.path.stem.removeprefix("test_"), given.get("home")
        if database is None or about in ABOUT_DATABASES or item.get_closest_marker("long"):
            continue
        name = item.nodeid.partition("[")[0]
        values[name, database] += 1
        if database == "sqlite":
            too_many = values[name, database] > MOST_VALUES
        else:
            names = on_a_server[item.path]
            if name not in names:
                names.append(name)
            another = names.index(name) % EVERY or values[name, database] > 1
            too_many = about in SELDOM_ON_A_SERVER or bool(another)
        if too_many:
            item.add_marker(pytest.mark.long)


class Home:
    """Where registries live during the tests: empty places, and copies of registries that were built once."""

    def __init__(self, folder: Path, server: PostgresServer | None = None) -> None:
        self.folder = folder
        self.server = server
        self._built: dict[Build, str] = {}
        self._numbers = itertools.count(1)

    @property
    def name(self) -> str:
        return "postgresql" if self.server else "sqlite"

    def empty(self) -> str:
        """The address of an empty place."""
        if self.server:
            return self.server.create_database()
        return f"sqlite:///{self.folder / f'{next(self._numbers)}.db'}"

    def copy_of(self, build: Build) -> str:
        """The address of a fresh copy of what `build` makes."""
        if build not in self._built:
            url = self.empty()
            build(url, self.folder)
            self._built[build] = url
        return self._copy(self._built[build])

    def _copy(self, url: str) -> str:
        if not self.server:
            copy = self.empty()
            shutil.copyfile(url.removeprefix("sqlite:///"), copy.removeprefix("sqlite:///"))
            return copy
        name = f"copy_{next(self._numbers)}"
        template = url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(host=str(self.server.folder), user="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
        return self.server.url(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One throw-away PostgreSQL for the session; without one the tests fail, they are never skipped."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def homes() -> dict[str, Home]:
    """What was built once serves the whole session, however often pytest changes between the databases."""
    return {}


@pytest.fixture(scope="session", params=KINDS)
def home(request: pytest.FixtureRequest, homes: dict[str, Home], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """SQLite, then PostgreSQL: whoever uses it runs on both (`only_sqlite`, `only_postgres` choose one)."""
    if request.param not in homes:
        server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
        homes[request.param] = Home(tmp_path_factory.mktemp(request.param), server)
    return homes[request.param]


@pytest.fixture
def empty_url(home: Home) -> str:
    """Where a registry can be made."""
    return home.empty()


@pytest.fixture
def registry_url(home: Home) -> str:
    """A small organisation of its own, see `builders.new_organisation`."""
    return home.copy_of(new_organisation)


@pytest.fixture
def opened() -> Iterator[Callable[..., Registry]]:
    """Opens registries, and closes them when the test ends."""
    registries: list[Registry] = []

    def open_one(url: str, by: str = UPLOADER) -> Registry:
        registries.append(ct.open(url, by=by))
        return registries[-1]

    yield open_one
    for registry in registries:
        registry.engine.dispose()


@pytest.fixture
def registry(opened: Callable[..., Registry], registry_url: str) -> Registry:
    """The small organisation, open, with the uploader at work."""
    return opened(registry_url)


@pytest.fixture
def history(opened: Callable[..., Registry], home: Home) -> Registry:
    """An organisation with finished files and decisions, see `builders.new_history`."""
    return opened(home.copy_of(new_history))
