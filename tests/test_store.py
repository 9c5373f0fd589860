from __future__ import annotations

import sqlite3
import stat
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, make_url, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import Pool

import credtools as ct
from credtools import store
from credtools.errors import CredtoolsError, RegistryError
from credtools.model import COUNTED
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.connecting import APPLICATION_ID, FILE_LAYOUT, WRITES
from credtools.store.engine import GENESIS
from credtools.store.transaction import write as writing
from tests.builders import MIXED, TYPES, USERS, export, load, only_postgres, only_sqlite, rows_of, tamper, write
from tests.pictures import png

CANARY = "canary-7f3a"


def ask(url: str, statement: str) -> list[object]:
    """The first column of the answer, asked past the program."""
    parsed = make_url(url)
    with psycopg.connect(host=parsed.query["host"], dbname=parsed.database, user="postgres") as connection:
        answer = connection.execute(statement.encode())
        return [row[0] for row in answer] if answer.description else []


def refused(door: Callable[[str], Registry], url: str) -> tuple[type[Exception], str, int]:
    """How a door refuses an address: the kind of error, its sentence, and how many connections it leaves open."""
    connections: list[psycopg.Connection] = []
    kind, sentence = Exception, ""

    def note(connection: psycopg.Connection, _record: object) -> None:
        connections.append(connection)

    event.listen(Pool, "connect", note)
    try:
        door(url)
    except Exception as problem:  # noqa: BLE001 - which it is is what is tested
        kind, sentence = type(problem), str(problem)
    finally:
        event.remove(Pool, "connect", note)
    left_open = [connection for connection in connections if not connection.closed]
    for connection in left_open:
        connection.close()  # counted; it is not to show in another test
    return kind, sentence, len(left_open)


# --- one explicit way to make a registry --------------------------------------------------------------------


def test_init_makes_an_empty_registry(empty_url: str, opened: Callable[..., Registry]) -> None:
    """Init makes every table, empty, with the audit chain at its beginning."""
    ct.init(empty_url, by="first@example.org").engine.dispose()
    rows = rows_of(opened(empty_url))
    assert rows.pop("audit_head") == [(1, 0, GENESIS)]
    assert not any(rows.values())


def test_missing_file_is_not_created_by_opening(tmp_path: Path) -> None:
    """Opening a path where nothing is refuses, and leaves nothing there."""
    path = tmp_path / "typo.db"
    with pytest.raises(RegistryError) as caught:
        ct.open(f"sqlite:///{path}")
    assert (caught.value.reason, caught.value.facts) == ("registry_missing", {"path": path})
    assert list(tmp_path.iterdir()) == []


def test_empty_file_is_no_registry(tmp_path: Path) -> None:
    """A file of 0 bytes opens as a valid empty database in SQLite; here it is refused and stays as it is."""
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(RegistryError) as caught:
        ct.open(f"sqlite:///{path}")
    assert (caught.value.reason, caught.value.facts) == ("registry_empty", {"file": str(path)})
    assert path.stat().st_size == 0
    assert list(tmp_path.iterdir()) == [path]


def test_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """Another program's SQLite file is neither opened nor changed by a single byte."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE alembic_version (version_num TEXT)")
        other.execute("INSERT INTO alembic_version VALUES ('0001')")
    other.close()
    before = path.read_bytes()
    with pytest.raises(RegistryError) as caught:
        ct.open(f"sqlite:///{path}")
    assert (caught.value.reason, caught.value.facts) == ("not_a_registry", {"place": str(path)})
    assert path.read_bytes() == before


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A text file in the place of the registry is named as what it is."""
    path = write(tmp_path, "notes.db", "dear diary, " * 100)
    with pytest.raises(RegistryError) as caught:
        ct.open(f"sqlite:///{path}")
    facts = {"registry": f"sqlite:///{path}", "why": "file is not a database"}
    assert (caught.value.reason, caught.value.facts) == ("registry_unusable", facts)


@only_sqlite
def test_layout_number_of_another_program_version_is_refused(
    registry_url: str, opened: Callable[..., Registry]
) -> None:
    """`user_version` is checked when a file is opened, as its application id is."""
    with sqlite3.connect(registry_url.removeprefix("sqlite:///")) as raw:
        raw.execute("PRAGMA user_version=99")
    raw.close()
    with pytest.raises(RegistryError) as caught:
        opened(registry_url)
    facts = {"file": registry_url.removeprefix("sqlite:///"), "layout": 99, "known": FILE_LAYOUT}
    assert (caught.value.reason, caught.value.facts) == ("file_layout_unknown", facts)


def test_init_never_takes_an_existing_file(tmp_path: Path) -> None:
    """Init refuses a place where there is anything, and doesn't touch it."""
    path = write(tmp_path, "precious.db", "precious")
    with pytest.raises(RegistryError) as caught:
        ct.init(f"sqlite:///{path}")
    assert (caught.value.reason, caught.value.facts) == ("registry_exists", {"path": path})
    assert path.read_text() == "precious"


def test_registry_in_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that would vanish with the process isn't made, nor is a file called ':memory:'."""
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(RegistryError) as caught:
            ct.init(url)
        assert caught.value.reason == "address_in_memory"
    assert list(tmp_path.iterdir()) == []


@only_postgres
def test_init_never_takes_a_database_in_use(empty_url: str) -> None:
    """Init refuses a database that holds anything, leaves it as it is, and goes away."""
    names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ask(empty_url, "CREATE TABLE theirs (id int)")
    kind, sentence, connections = refused(ct.init, empty_url)
    assert (kind, sentence) == (RegistryError, f"The database {make_url(empty_url)} isn't empty. Choose an empty one.")
    assert ask(empty_url, names) == ["theirs"]
    assert connections == 0


@only_postgres
def test_init_without_the_right_is_refused_with_a_sentence(empty_url: str) -> None:
    """A login that may not make tables is told so in a sentence of ours."""
    ask(empty_url, "DROP ROLE IF EXISTS visitor")
    ask(empty_url, "CREATE ROLE visitor LOGIN")
    kind, sentence, connections = refused(ct.init, empty_url.replace("postgres@", "visitor@"))
    assert issubclass(kind, RegistryError)
    assert "permission denied for schema public" in sentence
    assert "CREATE TABLE" not in sentence
    assert connections == 0


@only_postgres
def test_database_without_registry_is_refused(empty_url: str) -> None:
    """An empty PostgreSQL database is no registry until somebody says so."""
    with pytest.raises(RegistryError) as caught:
        ct.open(empty_url)
    assert (caught.value.reason, caught.value.facts) == ("not_a_registry", {"place": str(make_url(empty_url))})


@pytest.mark.parametrize("door", [ct.open, ct.init], ids=["open", "init"])
def test_password_behind_the_question_mark_is_refused(door: Callable[[str], Registry]) -> None:
    """SQLAlchemy masks user:password@, but not ?password=; so that isn't taken, and isn't shown."""
    with pytest.raises(RegistryError) as caught:
        door(f"postgresql+psycopg://ana@localhost/registry?password={CANARY}")
    assert caught.value.reason == "address_with_password"
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "oracle://localhost/x"])
def test_other_databases_are_refused(url: str) -> None:
    """A registry lives in one of two databases."""
    with pytest.raises(RegistryError) as caught:
        ct.open(url)
    assert (caught.value.reason, caught.value.facts) == ("address_unsupported", {"kind": url.partition(":")[0]})


# --- the database's settings are really in force ------------------------------------------------------------


@only_sqlite
def test_sqlite_settings_are_in_force(registry: Registry) -> None:
    """WAL, synchronous=FULL, foreign keys, 20 s patience and the application id: asked, not assumed."""
    with registry.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                *("journal_mode", "synchronous", "foreign_keys", "busy_timeout"),
                *("application_id", "user_version"),
            )
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 20_000,
        "application_id": APPLICATION_ID,
        "user_version": 1,
    }


def test_registry_is_its_owners_only(tmp_path: Path) -> None:
    """Nobody else may read the file, its write-ahead log, or the folder that was made for them."""
    folder = tmp_path / "registry"
    registry = ct.init(f"sqlite:///{folder / 'credtools.db'}")
    registry.set("four_eyes", value=True)
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()}
    registry.engine.dispose()
    assert modes == dict.fromkeys(("credtools.db", "credtools.db-wal", "credtools.db-shm"), "0o600")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@only_sqlite
def test_write_takes_the_lock_before_it_reads(registry: Registry) -> None:
    """BEGIN IMMEDIATE: while one write is under way a second can't even begin, so neither reads what will move."""
    path = str(registry.engine.url.database)
    with writing(registry.engine):
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM users").fetchone() == (4,)  # readers aren't kept waiting
        other.close()


@only_sqlite
def test_reading_takes_no_lock(registry: Registry) -> None:
    """Whoever only looks doesn't keep a writer waiting."""
    with registry.engine.connect() as reader:
        reader.execute(select(tables.users.c.id)).all()
        registry.set("max_rows", 5)
    assert registry.settings.max_rows == 5


def test_two_writers_lose_no_update(registry_url: str, opened: Callable[..., Registry]) -> None:
    """What two writers read, change and write back at the same time is all there in the end."""
    writers = [opened(registry_url) for _ in range(2)]
    writers[0].set("max_rows", 1)
    problems: list[BaseException] = []
    setting = tables.settings.c

    def count_on(registry: Registry) -> None:
        try:
            for _ in range(40):
                with registry.engine.connect().execution_options(**WRITES) as c, c.begin():
                    c.execute(select(tables.audit_head).with_for_update()).one()
                    value = c.execute(select(setting.value).where(setting.key == "max_rows")).scalar_one()
                    c.execute(update(tables.settings).values(value=str(int(value) + 1)))
        except BaseException as problem:  # noqa: BLE001 - shown below
            problems.append(problem)

    threads = [threading.Thread(target=count_on, args=[registry]) for registry in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert writers[0].settings.max_rows == 81


def test_write_that_fails_leaves_nothing(registry: Registry) -> None:
    """A write is one transaction: when its last step fails, its first never happened."""
    before = rows_of(registry)
    with pytest.raises(ZeroDivisionError), writing(registry.engine) as work:  # noqa: PT012 - the whole is one write
        work.event("settings", "me", key="x")
        work.connection.execute(update(tables.users).values(name="nobody"))
        raise ZeroDivisionError
    assert rows_of(registry) == before


def test_database_refuses_unbalanced_counts(registry: Registry, tmp_path: Path) -> None:
    """Rows = new + new versions + older + unchanged + rejected + waiting is a CHECK of the table."""
    registry.upload(export(tmp_path, "ana@example.org,Forklift,2024-01-01,,"))
    with pytest.raises(IntegrityError, match="ck_batches_conservation"):
        tamper(registry, "UPDATE batches SET rows = rows + 1")


def test_database_refuses_references_to_nothing(registry: Registry) -> None:
    """Foreign keys hold on both databases."""
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        tamper(registry, "INSERT INTO credentials (id, user_id, type_id, counter) VALUES (1, 999, 1, 1)")


def test_four_eyes_is_a_check_of_the_table(history: Registry) -> None:
    """Where four eyes are asked for, not even a raw INSERT lets the uploader decide."""
    columns = "(id, version_id, decision, uploaded_by, decided_by, decided_at, event_seq, four_eyes)"
    row = "(99, 1, 'approved', 'a@x.org', 'a@x.org', '2026-01-01 00:00:00+00:00', 1, true)"
    with pytest.raises(IntegrityError, match="ck_decisions_four_eyes"):
        tamper(history, f"INSERT INTO decisions {columns} VALUES {row}")


# --- nothing personal, nothing secret in errors -------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ana:{CANARY}@127.0.0.1:1/registry",
        f"postgresql://ana:{CANARY}@nowhere.invalid/registry",
        f"postgresql://ana:{CANARY}/x@127.0.0.1:1/registry",
        f"postgresql://ana:x@127.0.0.1:{CANARY}/registry",  # a password with an @ or : that wasn't escaped
    ],
)
@pytest.mark.parametrize("door", [ct.open, ct.init], ids=["open", "init"])
def test_password_never_shows_in_an_error(door: Callable[[str], Registry], url: str) -> None:
    """Whatever is wrong with an address, the password in it appears neither in the sentence nor in the traceback."""
    with pytest.raises(RegistryError) as caught:
        door(url)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_password_never_shows_in_a_registrys_description(registry: Registry) -> None:
    """What a registry says of itself in a notebook masks the password of its address."""
    masked = Registry(registry.engine, registry.places, "me")
    assert repr(masked) == (
        f"{registry.engine.url.render_as_string(hide_password=True)} · 4 users · 4 credential types · as me"
    )


@only_sqlite
def test_a_refused_row_is_not_shown(registry: Registry) -> None:
    """SQLAlchemy would print the row that a constraint refuses; the engine hides it."""
    values = {"id": 9, "email": f"{CANARY}@example.org", "email_key": "ana@example.org"}
    with pytest.raises(RegistryError) as caught, writing(registry.engine) as work:
        work.connection.execute(tables.users.insert().values(**values))
    why = "UNIQUE constraint failed: users.email_key"
    assert (caught.value.reason, caught.value.facts) == ("write_refused", {"why": why})
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@only_postgres
def test_a_refused_row_is_not_shown_by_postgresql(
    registry: Registry, registry_url: str, tmp_path: Path, opened: Callable[..., Registry]
) -> None:
    """PostgreSQL tells the values of a refused row in DETAIL; they reach neither the sentence nor the traceback."""
    caught: list[CredtoolsError] = []
    content = USERS + f"{CANARY}@example.org,Canary,,active,\n"
    other = opened(registry_url)

    def load_the_same() -> None:
        try:
            load(other, tmp_path, users=content)
        except CredtoolsError as problem:
            caught.append(problem)

    # Somebody adds the same user past the program and hasn't committed yet.
    url = registry.engine.url
    with psycopg.connect(host=url.query["host"], dbname=url.database, user="postgres") as raw:
        raw.execute(
            b"INSERT INTO users (id, email, email_key) VALUES (77, %(key)s, %(key)s)",
            {"key": f"{CANARY}@example.org"},
        )
        thread = threading.Thread(target=load_the_same)
        thread.start()
        while thread.is_alive() and not ask(registry_url, "SELECT 1 FROM pg_locks WHERE NOT granted"):
            thread.join(0.05)  # until it waits for the one who hasn't committed
        raw.commit()
        thread.join()
    why = 'duplicate key value violates unique constraint "uq_users_email_key"'
    assert [(problem.reason, problem.facts) for problem in caught] == [("write_refused", {"why": why})]
    assert CANARY not in "".join(traceback.format_exception(caught[0]))


# What a frame holds besides text; whatever comes from an outer join may be missing.
TYPED = {
    "credentials": dict.fromkeys(("batch", "sheet", "line", "piece", "credential"), "int64")
    | dict.fromkeys(("never", "withdrawn", "replaced", "newest"), "bool")
    | dict.fromkeys(("issue_date", "expiration_date"), "datetime64[s]"),
    "batches": dict.fromkeys(("batch", "rows", *COUNTED), "int64") | {"uploaded_at": "datetime64[us, UTC]"},
    "runs": {"runs": "int64", "at": "datetime64[us, UTC]"},
    "media_of": dict.fromkeys(("sheet", "line", "piece", "size"), "int64") | {"added_at": "datetime64[us, UTC]"},
    "all_media": dict.fromkeys(("batch", "sheet", "line", "piece", "size"), "int64")
    | {"added_at": "datetime64[us, UTC]"},
    "rows_of": dict.fromkeys(("sheet", "line", "piece"), "int64")
    | {"version_id": "Int64", "asked": "bool", "issue_date": "datetime64[s]"},
    "media_of_versions": {"version": "int64", "asked": "bool"},
}


@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled"])
def test_frames_have_the_types_of_their_columns(registry: Registry, tmp_path: Path, filled: bool) -> None:  # noqa: FBT001
    """A frame has the same dtypes on both databases, with rows and without."""
    if filled:
        batch = registry.upload(export(tmp_path, *MIXED, "ana@example.org,Passport,2024-01-01,,"))
        batch.finish()
        (tmp_path / "ana@example.org_Passport.png").write_bytes(png())
        batch.add_media(tmp_path / "ana@example.org_Passport.png", "{user_email}_{credential_type}")
    read = {name: getattr(store.reads, name) for name in TYPED}
    with store.snapshot(registry.engine) as at:
        about = {"media_of": (1,), "rows_of": (1,), "media_of_versions": ([1, 2],)}
        frames = {name: ask(at, *about.get(name, ())) for name, ask in read.items()}
    assert {name for name, frame in frames.items() if not frame.empty} == (set(TYPED) if filled else set())
    for name, frame in frames.items():
        assert {k: str(v) for k, v in frame.dtypes.items() if str(v) != "str"} == TYPED[name], name


def test_events_hold_no_personal_values(registry: Registry, tmp_path: Path) -> None:
    """Events can't be erased, so none of what stands in a file or in a user's row goes into them."""
    row = f"{CANARY}@example.org,First Aid,2024-01-01,,{CANARY}"
    registry.upload(export(tmp_path, row, name="f.csv")).finish()
    load(registry, tmp_path, users=f"Email,Name\n{CANARY}@example.org,{CANARY}\n", types=TYPES)
    registry.upload(export(tmp_path, row, name="f.csv")).finish()
    registry.approve(2, note=f"seen by {CANARY}")
    assert len(rows_of(registry, "events")["events"]) == 8
    assert CANARY not in repr(rows_of(registry, "events"))
