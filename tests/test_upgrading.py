"""An older registry becomes a newer one, or stays what it was."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import Engine, MetaData, create_engine, event, insert, inspect, select

import credtools as ct
from credtools.cli import main
from credtools.errors import RegistryError
from credtools.registry import Registry
from credtools.store import tables
from credtools.store.connecting import APPLICATION_ID, FILE_LAYOUT
from credtools.store.engine import LATEST
from tests.builders import UPLOADER, ZOE, export, load, only_sqlite, rows_of, tamper, write
from tests.conftest import Home
from tests.pictures import certificate
from tests.seams import killed_at
from tests.test_migrations import migrations

OLD = "0001"
LAYOUTS = Path(__file__).with_name("layouts")
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["credtools.registry", "alembic.command", "pytest"])


def old_history(url: str, folder: Path, dump: str = "0002", layout: str = OLD) -> None:
    """What an older version made (a dump), in a layout of its time: its migrations, its tables and columns."""
    older = folder / f"{dump}.db"
    older.unlink(missing_ok=True)
    with closing(sqlite3.connect(older)) as connection:
        connection.executescript((LAYOUTS / f"{dump}.sql").read_text("utf-8"))
    engine, source = create_engine(url), create_engine(f"sqlite:///{older}")
    with engine.begin() as connection, source.connect() as reading:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, layout)
        known = MetaData()
        known.reflect(connection)
        for newest in tables.metadata.sorted_tables:
            if (table := known.tables.get(newest.name)) is not None:
                columns = [newest.c[column.name] for column in table.c]
                last_first = newest.c.id.desc() if newest is tables.rejects else None  # they point to later ones
                rows = reading.execute(select(*columns).order_by(last_first)).mappings().all()
                if rows:
                    connection.execute(insert(table), [dict(row) for row in rows])
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version={FILE_LAYOUT}")
    engine.dispose()
    source.dispose()


def old_nights(url: str, folder: Path) -> None:
    """Files of a source with a changing column, in the second layout."""
    old_history(url, folder, "0002_nights", "0002")


@pytest.fixture
def old_url(home: Home) -> str:
    """A registry of the first layout."""
    return home.copy_of(old_history)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def shape(url: str) -> dict[str, Any]:
    """The layout that a database says it has, and what of it is there: columns and indexes of the table that grows."""
    engine = create_engine(url)
    with engine.connect() as connection:
        layout = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        found = inspect(connection)
        columns = {column["name"] for column in found.get_columns("rejects")}
        indexes = {index["name"] for index in found.get_indexes("rejects")}
    engine.dispose()
    return {"layout": layout, "columns": columns, "indexes": indexes}


def test_an_old_registry_is_upgraded(old_url: str, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """Everything is kept, verify agrees, old rejects say that their type isn't known, and work goes on."""
    done = ct.upgrade(old_url)
    assert (done.before, done.after) == (OLD, LATEST)
    registry = opened(old_url)
    assert registry.verify() == []
    assert registry.audit.rejects()[["batch", "line", "type"]].to_numpy().tolist() == [[1, 3, ""]]
    assert registry.audit.rejects(type="").shape[0] == 1
    load(registry, tmp_path, users="Email\nzoe@example.org\n")
    registry.upload(export(tmp_path, ZOE, ZOE.replace("zoe", "nobody"), name="later.csv")).finish()
    assert registry.audit.rejects(by="type").to_dict("index") == {
        "": {"open": 0, "fixed": 1, "waived": 0, "superseded": 0, "void": 0},
        "First Aid": {"open": 1, "fixed": 0, "waived": 0, "superseded": 0, "void": 0},
    }


def test_an_upgraded_registry_is_as_a_new_one(old_url: str, registry: Registry) -> None:
    """What the migrations add to an old registry is what a new one has."""
    ct.upgrade(old_url)
    assert shape(old_url) == shape(registry.engine.url.render_as_string(hide_password=False))


def test_the_newest_layout_is_left_alone(registry: Registry, registry_url: str) -> None:
    """A second upgrade says so, changes nothing, and makes no copy."""
    before = rows_of(registry)
    done = ct.upgrade(registry_url)
    shown = registry.engine.url.render_as_string()
    assert str(done) == f"The registry {shown} has the newest layout, {LATEST}; nothing was changed."
    assert rows_of(registry) == before
    assert done.backup is None


def test_an_unknown_layout_is_refused(registry: Registry, registry_url: str) -> None:
    """A registry of a newer credtools isn't touched."""
    tamper(registry, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RegistryError) as caught:
        ct.upgrade(registry_url)
    shown = registry.engine.url.render_as_string()
    assert (caught.value.reason, caught.value.facts) == ("layout_unknown", {"registry": shown, "layout": "9999"})
    assert shape(registry_url)["layout"] == "9999"


def test_no_registry_no_upgrade(tmp_path: Path) -> None:
    """Upgrading makes no registry."""
    with pytest.raises(RegistryError) as caught:
        ct.upgrade(str(tmp_path / "none.db"))
    assert (caught.value.reason, caught.value.facts) == ("registry_missing", {"path": tmp_path / "none.db"})


@only_sqlite
def test_the_file_as_it_was_is_kept(old_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`credtools upgrade` names the copy, which only its owner may read, and which is the registry as it was."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", old_url)
    monkeypatch.chdir(tmp_path)
    copy = file_of(old_url).with_name(f"{file_of(old_url).name}.layout-{OLD}")
    old = shape(old_url)
    said = CliRunner().invoke(main, ["upgrade"])
    assert said.output == (
        f"The registry {old_url} was upgraded from layout {OLD} to {LATEST}. The file as it was: {copy}.\n"
    )
    assert oct(copy.stat().st_mode)[-3:] == "600"
    assert shape(f"sqlite:///{copy}") == old
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_an_upgrade_that_fails_changes_nothing(old_url: str) -> None:
    """On both databases the last statement of an upgrade takes the first one back with it."""
    old = shape(old_url)

    def fail(*told: Any) -> None:
        if "ix_rejects_fixed" in told[2]:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(KeyboardInterrupt):
            ct.upgrade(old_url)
    finally:
        event.remove(Engine, "before_cursor_execute", fail)
    assert shape(old_url) == old
    ct.upgrade(old_url)
    assert shape(old_url)["layout"] == LATEST


def upgrade_and_die(url: str, statement: int, said: Any) -> None:
    """An upgrade whose process dies before that statement (or ends, and says how many there were)."""
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _die(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(Engine, "commit")
    def _die_at_commit(_: Any) -> None:
        _die()

    ct.upgrade(url)
    said.send(count)


def killed_before(url: str, statement: int) -> int | None:
    """Upgrades in a process that is killed before a statement; how many statements there were when it wasn't."""
    listens, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=upgrade_and_die, args=(url, statement, says))
    process.start()
    says.close()
    process.join()
    told = listens.recv() if process.exitcode == 0 else None
    listens.close()
    return told


@pytest.fixture
def fresh(home: Home) -> Callable[[], str]:
    """Copies of the old registry."""
    return lambda: home.copy_of(old_history)


@only_sqlite
@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.long, id="each"), pytest.param(67, id="some")])
def test_killed_at_each_statement(fresh: Callable[[], str], opened: Callable[..., Registry], step: int) -> None:
    """An upgrade that dies at any statement, or at COMMIT, leaves the old layout whole; run again, it succeeds."""
    url = fresh()
    old = shape(url)
    statements = killed_before(url, 0)
    new = shape(url)
    assert statements is not None
    assert new["layout"] == LATEST
    for statement in range(statements, 0, -step):  # COMMIT first
        url = fresh()
        assert killed_before(url, statement) is None
        assert shape(url) == old
        ct.upgrade(url)
        assert shape(url) == new
        assert opened(url, UPLOADER).verify() == []


# --- by what records are known ----------------------------------------------------------------------------------

NIGHT = "Report run,User email,Credential type,Issue date,Expiration date\n"
ANA_ROW = "ana@example.org,First Aid,2025-01-01,2027-01-01"
NAMES = ("ana", "bne", "zoe", "ben", "yan", "xan")


def next_night(registry: Registry, folder: Path) -> dict[int, str]:
    """The same rows in the next export, in which only the run's date differs; the state of each reject."""
    rows = [ANA_ROW.replace("ana", name) for name in NAMES]
    rows[3] = rows[3].replace("First", "Frist")
    rows += [ANA_ROW.replace("ana", "dan"), ANA_ROW.replace("ana", "cara").replace("2025", "soon")]
    path = write(folder, "wed.csv", NIGHT + "".join(f"2026-11-04,{row}\n" for row in rows))
    registry.upload(path, recipe=write(folder, "lms.yaml", "date_format: YYYY-MM-DD\n")).finish()
    found = registry.audit.rejects().drop_duplicates("reject")
    return dict(zip(found["reject"], found["state"], strict=True))


def test_records_of_before_are_known_by_their_columns(
    home: Home, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """Rejects, waivers and corrections of before follow their records into files in which other columns changed."""
    url = home.copy_of(old_nights)
    ct.upgrade(url)
    registry = opened(url)
    assert registry.verify() == []
    states = next_night(registry, tmp_path)
    assert states == {
        1: "fixed",
        2: "waived",
        3: "superseded",
        4: "superseded",
        5: "superseded",
        6: "superseded",
        7: "superseded",
        **dict.fromkeys((8, 9, 10, 11, 12), "open"),
    }
    assert registry.verify() == []


def test_records_of_an_erased_file_are_known_by_their_line(
    home: Home, opened: Callable[..., Registry], tmp_path: Path
) -> None:
    """Where the bytes are gone the old digests stay, and are found where the whole line comes again."""
    url = home.copy_of(old_nights)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source_files SET content = NULL")
    engine.dispose()
    ct.upgrade(url)
    registry = opened(url)
    rows = [ANA_ROW.replace("ana", name) for name in ("ana", "bne", "xan")]
    path = write(tmp_path, "mon.csv", NIGHT + "".join(f"2026-11-02,{row}\n" for row in rows))
    registry.upload(path, recipe=write(tmp_path, "lms.yaml", "date_format: YYYY-MM-DD\n")).finish()
    found = registry.audit.rejects().drop_duplicates("reject").set_index("reject")["state"]
    assert found[[5, 8]].tolist() == ["superseded", "open"]
    assert len(found) == 8


# --- the third layout -------------------------------------------------------------------------------------------


def third_layout(url: str, folder: Path) -> None:
    """The history in the third layout, and a source that wrote one number in two ways."""
    old_history(url, folder, "0003", "0003")


def test_numbers_that_differ_in_dashes_are_one_credential(home: Home, opened: Callable[..., Registry]) -> None:
    """What was stored apart because of a dash is one credential from the upgrade on; its later version counts."""
    url = home.copy_of(third_layout)
    ct.upgrade(url)
    registry = opened(url)
    found = registry.credentials().query("credential_type == 'Licence' and user_email == 'ana@example.org'")
    assert found[["credential", "credential_number", "newest"]].to_numpy().tolist() == [
        [4, "SC-0041", False],
        [4, "sc 0041", True],
    ]
    words = rows_of(registry, "words")["words"]
    assert sorted(row[1:3] for row in words) == [(4, 0), (5, 0)]
    assert registry.verify() == []


def test_facts_begin_with_the_upgrade(home: Home, opened: Callable[..., Registry]) -> None:
    """What is known of users and types when the registry is upgraded is written down, by one event."""
    url = home.copy_of(third_layout)
    ct.upgrade(url)
    registry = opened(url)
    facts = {row[1:4] for row in rows_of(registry, "user_facts")["user_facts"]}
    assert facts == {
        (1, "status", "active"),
        (2, "status", "active"),
        (3, "status", "active"),
        (4, "status", "deactivated"),
    }
    rules = {row[2:4] for row in rows_of(registry, "type_facts")["type_facts"] if row[1] == 3}
    assert {("name", "Licence"), ("numbered", "true"), ("expiry_computed", "true")} <= rules


# --- the fourth layout ------------------------------------------------------------------------------------------


def pairs_of_one_type(url: str, folder: Path) -> None:
    """A file of two pairs of one type, in the fourth layout."""
    old_history(url, folder, "0004_pairs", "0004")


PAIRS = """\
headings: {Email: user_email}
unpivot:
  - {credential_type: Forklift, issue_date: 2022}
  - {credential_type: Forklift, issue_date: 2023}
  - {credential_type: Forklift, issue_date: 2024}
"""


@pytest.mark.parametrize("erased", [False, True])
def test_pairs_are_known_by_their_headings_from_the_upgrade_on(
    home: Home, opened: Callable[..., Registry], tmp_path: Path, *, erased: bool
) -> None:
    """Waivers and corrections of before stay with their pair, though another of its type comes before it.

    Where the bytes are gone they are looked for as they are: which of its type a pair is.
    """
    url = home.copy_of(pairs_of_one_type)
    if erased:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE source_files SET content = NULL")
        engine.dispose()
    ct.upgrade(url)
    registry = opened(url)
    rows = ["ana@example.org,,2023-01-01,2024-02-02", "ben@example.org,,n/a,n/a", "zoe@example.org,,,2024-03-03"]
    file = write(tmp_path, "tue.csv", "\n".join(["Email,2022,2023,2024", *rows, "ben@example.org,,,2024-13-01\n"]))
    batch = registry.upload(file, recipe=write(tmp_path, "matrix.yaml", PAIRS))
    receipt = batch.finish()
    assert len(batch.patches()) == (not erased)
    assert receipt.counts.rejected == (4 if erased else 3)
    found = registry.audit.rejects().query("batch == 2")[["line", "piece", "state"]].to_numpy().tolist()
    if erased:  # the third pair is none of those that were known
        assert [3, 3, "open"] in found
        assert [4, 3, "open"] in found
        return
    assert found == [[3, 2, "open"], [3, 3, "waived"], [4, 3, "waived"]]
    assert registry.verify() == []


# --- the fifth layout -------------------------------------------------------------------------------------------


def media_never_read(url: str, folder: Path) -> None:
    """Media of a finished file and of a draft, in the fifth layout."""
    old_history(url, folder, "0005_media", "0005")


def paper(name: str, issued: str, expires: str) -> bytes:
    return certificate("First Aid", name, f"Issued {issued}", f"Expires {expires}")


def test_media_of_before_are_read_afterwards(
    home: Home, opened: Callable[..., Registry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not read yet is not nothing to read: it says so until somebody looks; then it is chained what was found.

    A file that is lost stays as it is; what is linked keeps its digest.
    """
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))
    url = home.copy_of(media_never_read)
    ct.upgrade(url)
    registry = opened(url)
    ana, loose = paper("Ana Silva", "2024-01-10", "2031-01-10"), paper("Ana Silva", "2025-01-10", "2032-01-10")
    for content in (ana, loose):
        registry.blobs.put(content)
    (lost,) = registry.verify()
    assert registry.media()["scan"].tolist() == ["", ""]
    assert registry.batch(2).media()["scan"].tolist() == [""]
    assert registry.look_again() == 2
    assert registry.verify() == [lost]
    assert registry.media()["scan"].tolist() == ["differs", ""]
    registry.blobs.put(paper("Ben Okafor", "2024-02-20", "2030-02-20"))
    assert (registry.look_again(), registry.look_again()) == (1, 0)
    assert registry.media()["scan"].tolist() == ["differs", "agrees"]
    assert registry.batch(2).media()["scan"].tolist() == ["differs"]
    assert registry.verify() == []
    tamper(registry, "UPDATE media SET scan = 'agrees' WHERE id = 1")
    chained, sealed = registry.verify()
    assert (chained.startswith("What media of batch 1 say"), "table media" in sealed) == (True, True)


def test_media_of_decided_credentials_are_read_when_asked_for(
    home: Home, opened: Callable[..., Registry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided before media were read is compared when somebody asks for it; the decision stays as it is."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))
    url = home.copy_of(media_never_read)
    ct.upgrade(url)
    registry = opened(url)
    registry.blobs.put(paper("Ana Silva", "2024-01-10", "2031-01-10"))
    registry.blobs.put(paper("Ana Silva", "2025-01-10", "2032-01-10"))
    registry.blobs.put(paper("Ben Okafor", "2024-02-20", "2030-02-20"))
    opened(url, by="somebody.else@example.org").approve(1)
    decided = registry.credentials()["decision"].tolist()
    registry.look_again()
    assert registry.media()["scan"].tolist() == ["", ""]
    assert registry.look_again(decided=True) == 1
    assert registry.media()["scan"].tolist() == ["differs", "agrees"]
    assert (registry.credentials()["decision"].tolist(), registry.verify()) == (decided, [])


def test_a_file_of_before_that_comes_again_is_read(
    home: Home, opened: Callable[..., Registry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever adds the same file again has it compared: nothing is linked twice."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))
    url = home.copy_of(media_never_read)
    ct.upgrade(url)
    registry = opened(url)
    again = tmp_path / "ana.pdf"
    again.write_bytes(paper("Ana Silva", "2024-01-10", "2031-01-10"))
    for _ in range(2):
        registry.batch(1).add_media(again, {"ana.pdf": 2})
    assert registry.batch(1).media()[["line", "scan"]].to_numpy().tolist() == [[2, "differs"], [3, ""]]
    registry.erase("ana@example.org", "asked for it")
    assert [problem for problem in registry.verify() if "missing" not in problem] == []


@pytest.mark.long
@only_sqlite
def test_killed_while_media_are_read(home: Home, opened: Callable[..., Registry], tmp_path: Path) -> None:
    """What was read and what it says are written together, or not at all; the same command goes on."""
    url = home.copy_of(media_never_read)
    ct.upgrade(url, tmp_path)
    registry = opened(url)
    registry.places = replace(registry.places, blobs=tmp_path / "blobs")
    registry.blobs.put(paper("Ana Silva", "2024-01-10", "2031-01-10"))
    before = rows_of(registry)
    assert killed_at("UPDATE media SET", url, tmp_path, "look_again")
    assert rows_of(registry) == before
    assert registry.look_again() == 1
    assert registry.media()["scan"].tolist() == ["differs", ""]
