"""The files of an SQLite registry while it is open: what a write says when they are gone, and when the disk fails."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import credtools as ct
from credtools.errors import RegistryError
from credtools.registry import Registry
from tests.builders import ANA, BEN, UPLOADER, export, new_organisation, states
from tests.clicks import Clicks


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The file of a registry with a finished batch, of which a credential waits."""
    path = tmp_path / "credtools.db"
    new_organisation(str(path), tmp_path)
    with ct.open(path, by=UPLOADER) as registry:
        registry.upload(export(tmp_path, ANA)).finish()
    return path


def deleted(path: Path) -> str:
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()
    return "registry_gone"


def renamed(path: Path) -> str:
    path.rename(path.with_name("old.db"))
    return "registry_gone"


def restored(path: Path) -> str:
    """As an administrator restores a copy: the same content, but another file."""
    shutil.copyfile(path, path.with_name("copy.db"))
    path.with_name("copy.db").replace(path)
    return "registry_replaced"


def without_log(path: Path) -> str:
    path.with_name(f"{path.name}-wal").unlink()
    return "log_gone"


def approve(registry: Registry, _: Path) -> None:
    registry.approve(1)


def load(registry: Registry, folder: Path) -> None:
    (folder / "more.csv").write_text("Email\nzoe@example.org\n", "utf-8")
    registry.load("users", folder / "more.csv")


def upload(registry: Registry, folder: Path) -> None:
    registry.upload(export(folder, BEN, name="next.csv")).settle()


@pytest.mark.parametrize("happens", [deleted, renamed, restored, without_log])
@pytest.mark.parametrize("verb", [approve, load, upload])
def test_no_write_goes_where_nobody_will_read_it(
    here: Path, happens: Callable[[Path], str], verb: Callable[[Registry, Path], None]
) -> None:
    """A file that is deleted, renamed, replaced, or has lost its log: the next write is refused, with the reason."""
    with ct.open(here, by=UPLOADER) as registry:
        assert registry.settings.max_rows == 20_000
        reason = happens(here)
        with pytest.raises(RegistryError) as caught:
            verb(registry, here.parent)
    assert caught.value.reason == reason


def test_no_receipt_when_it_went_during_the_write(here: Path) -> None:
    """What is replaced while a write is under way is noticed before it is committed."""
    with ct.open(here, by=UPLOADER) as registry:
        batch = registry.upload(export(here.parent, BEN, name="next.csv"))
        batch.review()

        def replaced(statement: str) -> None:
            if statement.startswith("INSERT INTO batch_keys") and here.exists():
                renamed(here)

        with registry.engine.connect() as connection:
            connection.connection.dbapi_connection.set_trace_callback(replaced)  # type: ignore[union-attr]
        with pytest.raises(RegistryError) as caught:
            batch.finish()
    assert caught.value.reason == "registry_gone"
    with ct.open(here.with_name("old.db"), by=UPLOADER) as registry:
        assert states(registry).count("finished") == 1


def test_the_wizard_says_so(here: Path) -> None:
    """Whoever clicks Finish in the wizard is told, and gets no receipt."""
    with ct.open(here, by=UPLOADER) as registry:
        click = Clicks(registry)
        click.upload("next.csv", export(here.parent, BEN, name="next.csv").read_bytes())
        while click.state["step"] != "finish":
            click("next")
        restored(here)
        found = click("finish")
        assert (found["step"], found["kind"]) == ("finish", "problem")


def test_another_folder_of_the_process_is_no_matter(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that was opened by a path of the working folder stays the same when that changes."""
    monkeypatch.chdir(here.parent)
    with ct.open("credtools.db", by=UPLOADER) as registry:
        monkeypatch.chdir("/")
        registry.set("max_rows", "100")
        assert registry.settings.max_rows == 100


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("SQLITE_FULL", "disk_full"),
        ("SQLITE_IOERR_SHORT_READ", "disk_failed"),
        ("SQLITE_IOERR_WRITE", "disk_failed"),
        ("SQLITE_CORRUPT", "registry_damaged"),
        ("SQLITE_READONLY_DBMOVED", "registry_read_only"),
        ("SQLITE_BUSY", "write_refused"),
    ],
)
@pytest.mark.parametrize("at", ["write", "commit"])
def test_faults_of_the_disk_have_reasons_of_their_own(
    here: Path, name: str, reason: str, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite says of a disk is told as that, never as a lost connection; whether at COMMIT or before."""

    class Faulty(sqlite3.Connection):
        armed = False

        def _fault(self, statement: str) -> None:
            if self.armed and statement.startswith({"write": "INSERT INTO events", "commit": "COMMIT"}[at]):
                problem = sqlite3.OperationalError("as if")
                problem.sqlite_errorname = name
                raise problem

        def execute(self, statement: str, *given: object) -> sqlite3.Cursor:  # type: ignore[override]
            self._fault(statement)
            return super().execute(statement, *given)  # type: ignore[arg-type]

        def commit(self) -> None:
            self._fault("COMMIT")
            super().commit()

        def cursor(self, *_: object) -> sqlite3.Cursor:  # type: ignore[override]
            fault = self._fault

            class Cursor(sqlite3.Cursor):
                def execute(self, statement: str, *given: object) -> sqlite3.Cursor:  # type: ignore[override]
                    fault(statement)
                    return super().execute(statement, *given)  # type: ignore[arg-type]

            return Cursor(self)

    connect = sqlite3.dbapi2.connect
    monkeypatch.setattr(sqlite3.dbapi2, "connect", lambda *given, **more: connect(*given, factory=Faulty, **more))
    with ct.open(here, by=UPLOADER) as registry:
        Faulty.armed = True
        with pytest.raises(RegistryError) as caught:
            registry.set("max_rows", "10")
        Faulty.armed = False
        assert caught.value.reason == reason
        assert registry.settings.max_rows == 20_000
        registry.set("max_rows", "10")
        assert registry.verify() == []


def test_a_damaged_registry_is_called_so(here: Path) -> None:
    """Pages that were overwritten are told as damage, with what to do."""
    with here.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(here.stat().st_size - 4096))
    with pytest.raises(RegistryError) as caught, ct.open(here, by=UPLOADER) as registry:
        registry.set("max_rows", "10")
    assert caught.value.reason == "registry_damaged"
