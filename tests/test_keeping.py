"""A registry as one file, back again, and in another database."""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import os
import shutil
import signal
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, insert, inspect, make_url

import credtools as ct
from credtools.cli import main
from credtools.errors import RegistryError
from credtools.keeping import lines
from credtools.keeping.outgoing import APART, every_table
from credtools.registry import Registry
from credtools.store import clock, tables
from credtools.store.engine import LATEST
from tests.builders import (
    APPROVER,
    BEN,
    HR,
    HR_HEADINGS,
    UPLOADER,
    export,
    long_on_a_server,
    new_history,
    only_postgres,
    only_sqlite,
    rows_of,
    tamper,
    write,
)
from tests.conftest import Home
from tests.pictures import jpeg
from tests.postgres import PostgresServer
from tests.test_upgrading import old_history

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["credtools.registry", "alembic.command", "pytest"])
BLOBS = "blobs-of-{}"
PASSPORT = "ana@example.org,Passport,2024-05-06,,"
NASTY = {
    "a": "\t\n\r\v\f\b\\",
    "b": "\\N",
    "c": "\\.",
    "d": "",
    "e": "\\x41 \\t",
    "f": "Zoë 😀 \u2028\x85 \x1c",
    "Z": "\"'%s {x}",
    "é": "é",
}


def full_history(url: str, folder: Path) -> None:
    """A registry that has rows in every table; its media lie in the folder, named after the kind of database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CREDTOOLS_BLOBS", str(folder / BLOBS.format(make_url(url).get_backend_name())))
        new_history(url, folder)
        registry = ct.open(url, by=UPLOADER)
        recipe = write(folder, "hr.yaml", HR)
        rows = ("ana@example.org,First Aid,2025-02-03", "nobody@example.org,First Aid,2025-02-04")
        nightly = registry.upload(export(folder, *rows, name="hr.csv", headings=HR_HEADINGS), recipe=recipe)
        nightly.patch(3, "issue_date", "2025-02-05")
        nightly.finish()
        registry.waive(nightly.id, [3], reason="no longer here")
        scanned = registry.upload(export(folder, PASSPORT, name="scanned.csv"))
        scan = folder / "scan.jpg"
        scan.write_bytes(jpeg(1))
        scanned.add_media(scan, {"scan.jpg": 2})
        scanned.finish()
        approver = ct.open(url, by=APPROVER)
        approver.approve(scanned.id)
        approver.withdraw(scanned.id, [2], "a copy")
        registry.rename_person("cara@example.org", "cara.lind@example.org")
        scan.write_bytes(jpeg(200))
        registry.upload(export(folder, PASSPORT.replace("ana", "ben"), name="draft.csv")).add_media(
            scan, {"scan.jpg": 2}
        )
        with registry.engine.begin() as connection:
            connection.execute(insert(tables.settings), [{"key": key, "value": text} for key, text in NASTY.items()])
            _fill_what_is_new(connection)
        for opened in (registry, approver):
            opened.close()


def _fill_what_is_new(connection: Any) -> None:
    """Tables that other verbs fill."""
    made = {"granted_by": UPLOADER, "granted_at": clock.now(), "event_seq": 1}
    if not connection.execute(tables.logins.select()).all():
        connection.execute(insert(tables.logins).values(login="deployer", person=UPLOADER, **made))
    if not connection.execute(tables.seals.select()).all():
        seal = {"event_seq": 1, "table_name": "users", "key": "1"}
        connection.execute(insert(tables.seals).values(**seal, salt=bytes(16), digest=bytes(range(32))))


@pytest.fixture
def blobs(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of media that the settings name."""
    home.copy_of(full_history)
    folder = tmp_path / "blobs"
    shutil.copytree(home.folder / BLOBS.format(home.name), folder)
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(folder))
    return folder


@pytest.fixture
def full(home: Home, opened: Callable[..., Registry], blobs: Path) -> Registry:
    """A registry that has rows in every table."""
    assert blobs.is_dir()
    return opened(home.copy_of(full_history))


@pytest.fixture
def kept(full: Registry, tmp_path: Path) -> Path:
    """A backup of it."""
    return full.backup(tmp_path / "kept.zip").path


def problems_of(registry: Registry) -> list[str]:
    """What `verify` finds; the settings and the rows of this test were written past the program."""
    return registry.verify()


def parts_of(path: Path) -> dict[str, str]:
    """By table the digest of its text."""
    return {part["table"]["name"]: part["sha256"] for part in manifest_of(path)["parts"]}


def manifest_of(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


def test_every_table_is_kept(full: Registry) -> None:
    """Whatever table or column is declared is in a backup, and this registry has rows in each."""
    kept = {table.name: {name for name, _ in table.columns} for table in every_table()}
    kept[APART.table.name].add(APART.name)
    declared = {name: {column.name for column in table.columns} for name, table in tables.metadata.tables.items()}
    assert kept == declared
    assert [name for name, rows in rows_of(full).items() if not rows] == []


def test_a_backup_becomes_the_same_registry(
    home: Home, full: Registry, tmp_path: Path, opened: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row, file and medium is as it was, the head is what the backup said, and verify says the same."""
    before = problems_of(full)
    done = full.backup(tmp_path / "kept.zip")
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "elsewhere"))
    url = home.empty()
    restored = ct.restore(done.path, url)
    again = opened(url)
    assert rows_of(again) == rows_of(full)
    assert (restored.head, restored.layout, list(restored.problems or ())) == (done.head, LATEST, before)
    assert (done.media, restored.media, done.lost) == (2, 2, ())
    assert parts_of(again.backup(tmp_path / "again.zip").path) == parts_of(done.path)


@only_sqlite
@pytest.mark.postgres
def test_from_one_database_to_the_other_and_back(
    full: Registry, postgres: PostgresServer, tmp_path: Path, opened: Callable[..., Registry], blobs: Path
) -> None:
    """SQLite → PostgreSQL → SQLite: equal row by row, and even a backup has the same text."""
    there, back = postgres.create_database(), str(tmp_path / "back.db")
    copied = ct.copy(full.engine, there, blobs=tmp_path / "there")
    assert (copied.media, copied.blobs) == (2, tmp_path / "there")
    assert sorted(one.name for one in (tmp_path / "there").rglob("*")) == sorted(one.name for one in blobs.rglob("*"))
    assert rows_of(opened(there)) == rows_of(full)
    copied = ct.copy(there, back)
    assert (copied.media, copied.blobs, copied.head) == (0, blobs, full.backup(tmp_path / "a.zip").head)
    assert rows_of(opened(back)) == rows_of(full)
    assert parts_of(opened(there).backup(tmp_path / "b.zip").path) == parts_of(tmp_path / "a.zip")
    ct.restore(tmp_path / "b.zip", tmp_path / "c.db")
    assert rows_of(opened(str(tmp_path / "c.db"))) == rows_of(full)


def test_a_backup_is_one_moment(home: Home, full: Registry, tmp_path: Path, opened: Callable[..., Registry]) -> None:
    """What others write while it is made isn't in it, not even half."""
    before, busy = rows_of(full), opened(full.engine.url.render_as_string(hide_password=False), APPROVER)
    written: list[int] = []

    def work(done: int, _total: int) -> None:
        if done > 5 and not written:
            written.append(busy.upload(export(tmp_path, BEN, name="meanwhile.csv")).id)
            busy.set("max_rows", 7)

    done = full.backup(tmp_path / "kept.zip", progress=work)
    url = home.empty()
    ct.restore(done.path, url)
    assert written
    assert rows_of(opened(url)) == before
    assert rows_of(full) != before


def test_only_its_owner_may_read_a_backup(kept: Path) -> None:
    """It holds everything: nobody else on the machine opens it, and nothing is left beside it."""
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [one.name for one in kept.parent.iterdir() if "kept" in one.name] == ["kept.zip"]


def test_a_file_that_is_there_stays(full: Registry, tmp_path: Path) -> None:
    """A backup replaces no file unasked."""
    there = write(tmp_path, "there.zip", "mine")
    with pytest.raises(RegistryError) as caught:
        full.backup(there)
    assert (caught.value.reason, there.read_text("utf-8")) == ("backup_exists", "mine")
    full.backup(there, force=True)
    assert manifest_of(there)["head"]["hash"] == full.backup(tmp_path / "b.zip").head.partition(":")[2]


def test_what_is_there_is_not_overwritten(full: Registry, kept: Path) -> None:
    """A registry comes back only where there is nothing."""
    before = rows_of(full)
    with pytest.raises(RegistryError) as caught:
        ct.restore(kept, full.engine)
    on_sqlite = full.engine.dialect.name == "sqlite"
    assert caught.value.reason == ("registry_exists" if on_sqlite else "database_not_empty")
    assert rows_of(full) == before


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def rewritten(path: Path, change: Callable[[dict[str, bytes]], Any]) -> Path:
    """The same archive with other members."""
    change(members := members_of(path))
    other = path.with_name("other.zip")
    other.write_bytes(packed(members))
    return other


def says(members: dict[str, bytes], **values: Any) -> None:
    """Another manifest."""
    members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | values).encode()


def medium(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("media/"))


def parts_said(members: dict[str, bytes]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(members["manifest.json"])["parts"]
    return found


def row_more(members: dict[str, bytes], table: str, row: bytes) -> None:
    """A row more, and a manifest that knows it: only the registry itself can tell."""
    text, parts = members[f"tables/{table}"] + row + b"\n", parts_said(members)
    part = next(one for one in parts if one["table"]["name"] == table)
    part |= {"rows": part["rows"] + 1, "sha256": hashlib.sha256(text).hexdigest()}
    members[f"tables/{table}"] = text
    says(members, parts=parts)


def table_changed(members: dict[str, bytes]) -> None:
    row_more(members, "settings", b"Zoe's secret")


def number_too_large(members: dict[str, bytes]) -> None:
    first = members["tables/sources"].partition(b"\n")[0].split(b"\t")
    row_more(members, "sources", b"\t".join([b"9" * 30, *first[1:]]))


def without_key(members: dict[str, bytes]) -> None:
    parts = parts_said(members)
    parts[0]["table"]["key"] = []
    says(members, parts=parts)


CHANGES: dict[str, tuple[Callable[[dict[str, bytes]], Any], str]] = {
    "another row": (
        lambda m: m.update({"tables/users": m["tables/users"].replace(b"ana@", b"eve@")}),
        "backup_damaged",
    ),
    "a row less": (lambda m: m.update({"tables/users": m["tables/users"].partition(b"\n")[2]}), "backup_damaged"),
    "no rows": (lambda m: m.update({"tables/users": b""}), "backup_damaged"),
    "a torn row": (table_changed, "backup_damaged"),
    "no table": (lambda m: m.pop("tables/events"), "backup_damaged"),
    "no medium": (lambda m: m.pop(medium(m)), "backup_damaged"),
    "another medium": (lambda m: m.update({medium(m): b"other"}), "backup_damaged"),
    "a medium more": (lambda m: m.update({"media/" + "0" * 64: b""}), "backup_damaged"),
    "a path": (lambda m: m.update({"media/../../evil": b""}), "not_a_backup"),
    "another head": (lambda m: says(m, head={"seq": 1, "hash": "0" * 64}), "backup_damaged"),
    "no manifest": (lambda m: m.pop("manifest.json"), "not_a_backup"),
    "a deep manifest": (lambda m: m.update({"manifest.json": b"[" * 20_000}), "backup_damaged"),
    "half a manifest": (lambda m: m.update({"manifest.json": m["manifest.json"][:99]}), "backup_damaged"),
    "a manifest of something else": (lambda m: m.update({"manifest.json": b"[1]"}), "backup_damaged"),
    "a newer format": (lambda m: says(m, version=2), "backup_newer"),
    "a newer layout": (lambda m: says(m, layout="9999"), "backup_layout_unknown"),
    "an older layout than its tables": (lambda m: says(m, layout="0001"), "backup_damaged"),
    "a count that is none": (lambda m: says(m, parts=[parts_said(m)[0] | {"rows": "9"}]), "backup_damaged"),
    "a number that no database holds": (number_too_large, "backup_damaged"),
    "a head that is none": (lambda m: says(m, head="1:2"), "backup_damaged"),
    "no key": (without_key, "backup_damaged"),
    "a file that can't be named": (lambda m: says(m, lost=["\ud800"]), "backup_damaged"),
    "a day without a time zone": (lambda m: says(m, made="2026-01-01T00:00:00"), "backup_damaged"),
    "a manifest without an end": (lambda m: m.update({"manifest.json": b"[" * 100_000}), "backup_damaged"),
}


@only_sqlite
def test_a_wrong_archive_leaves_nothing(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever isn't as the manifest says is refused by its reason, and neither registry nor media are left."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "elsewhere"))
    (place := tmp_path / "place").mkdir()
    found = {}
    for name, (change, _) in CHANGES.items():
        with pytest.raises(RegistryError) as caught:
            ct.restore(rewritten(kept, change), place / "new.db")
        found[name] = caught.value.reason
        assert [*place.iterdir(), *(one for one in (tmp_path / "elsewhere").rglob("*") if one.is_file())] == [], name
    assert found == {name: reason for name, (_, reason) in CHANGES.items()}


@only_postgres
def test_a_wrong_archive_leaves_a_database_empty(home: Home, kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    """On a server, too, all of it is there or nothing, and no row is told; afterwards the same place can be used."""
    url = home.empty()
    for name in ("another head", "a torn row", "a number that no database holds"):
        with pytest.raises(RegistryError) as caught:
            ct.restore(rewritten(kept, CHANGES[name][0]), url)
        assert caught.value.reason == "backup_damaged"
    assert "Zoe" not in caplog.text
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    ct.restore(kept, url)


def misplaced(whole: bytes) -> bytes:
    """Its list says that the first member begins beyond any file."""
    start = whole.index(b"PK\x01\x02")
    name, extra = struct.unpack_from("<HH", whole, start + 28)
    at = start + 46 + name
    place = struct.pack("<HHQ", 1, 8, 2**63 + 5)  # as zip64 says it
    assert not extra
    entry = whole[start : start + 30] + struct.pack("<H", len(place)) + whole[start + 32 : start + 42] + b"\xff" * 4
    end = whole.rindex(b"PK\x05\x06")
    (size,) = struct.unpack_from("<L", whole, end + 12)
    tail = whole[end : end + 12] + struct.pack("<L", size + len(place)) + whole[end + 16 :]
    return whole[:start] + entry + whole[start + 46 : at] + place + whole[at:end] + tail


def encrypted(whole: bytes) -> bytes:
    """Its list says so of the first member."""
    flag = whole.index(b"PK\x01\x02") + 8
    return whole[:flag] + bytes([whole[flag] | 1]) + whole[flag + 1 :]


@only_sqlite
def test_what_is_no_backup_is_refused(kept: Path, tmp_path: Path) -> None:
    """Other files, and a backup of which a part is missing or a byte is another one."""
    whole = kept.read_bytes()
    middle = whole.index(b"tables/users") + 40  # within the packed rows
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    wrong = {
        "text": (b"Email\nana@example.org\n", "not_a_backup"),
        "empty": (b"", "not_a_backup"),
        "cut off": (whole[:-100], "not_a_backup"),
        "begun": (whole[:middle], "not_a_backup"),
        "flipped": (flipped, "backup_damaged"),
        "a member where no file has one": (misplaced(whole), "backup_damaged"),
        "another's zip": (packed({"readme.txt": b"hello"}), "not_a_backup"),
        "packed again": (packed(members_of(kept), zipfile.ZIP_LZMA), "backup_repacked"),
        "encrypted": (encrypted(whole), "backup_repacked"),
    }
    for name, (content, reason) in wrong.items():
        (file := tmp_path / "file.zip").write_bytes(content)
        with pytest.raises(RegistryError) as caught:
            ct.restore(file, tmp_path / "new.db")
        assert (name, caught.value.reason) == (name, reason)
    with pytest.raises(RegistryError) as caught:
        ct.restore(tmp_path / "none.zip", tmp_path / "new.db")
    assert caught.value.reason == "backup_unreadable"
    assert not list(tmp_path.glob("*new*"))


@only_sqlite
def test_a_bomb_has_no_room(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that would be larger than the disk is refused before anything of it is unpacked."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**6, 10**6 - 99, 99))  # type: ignore[attr-defined]
    with pytest.raises(RegistryError) as caught:
        ct.restore(kept, tmp_path / "new.db")
    assert (caught.value.reason, caught.value.facts["free"]) == ("no_room", 99)


@only_sqlite
def test_room_is_needed_for_what_comes(
    kept: Path, blobs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and files need room where the registry is, media where they aren't yet; both where that is one disk."""
    members = {name: len(content) for name, content in members_of(kept).items()}
    rows = sum(size for name, size in members.items() if name.startswith(("tables/", "files/")))
    media = sum(size for name, size in members.items() if name.startswith("media/"))
    free = shutil._ntuple_diskusage(0, 0, rows)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    ct.restore(kept, tmp_path / "beside.db")
    assert blobs.is_dir()
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "elsewhere"))
    with pytest.raises(RegistryError) as caught:
        ct.restore(kept, tmp_path / "new.db")
    assert caught.value.facts["needed"] == rows + media
    monkeypatch.undo()
    with pytest.raises(RegistryError) as caught:
        ct.restore(kept, kept / "new.db")
    assert caught.value.reason == "registry_not_made"


def test_progress_comes_to_its_end(home: Home, full: Registry, tmp_path: Path) -> None:
    """Whoever waits sees all of it done, whether media are copied, too, or not."""
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    for work in (
        lambda: full.backup(tmp_path / "kept.zip", progress=tell),
        lambda: ct.restore(tmp_path / "kept.zip", home.empty(), progress=tell),
        lambda: ct.copy(full.engine, tmp_path / "a.db", progress=tell),
        lambda: ct.copy(full.engine, tmp_path / "b.db", blobs=tmp_path / "there", progress=tell),
    ):
        work()
        done, total = told[-1]
        assert done == total
        assert {total for _, total in told} == {total}
        told.clear()


def older(members: dict[str, bytes]) -> None:
    """The archive as the version before wrote it: without the tables and columns of layouts 0007 and 0008."""
    parts = [part for part in json.loads(members["manifest.json"])["parts"] if part["table"]["name"] not in NEW_TABLES]
    for name in NEW_TABLES:
        del members[f"tables/{name}"]
    for part in (one for one in parts if one["table"]["name"] in NEW_COLUMNS):
        table = part["table"]["name"]
        places = [k for k, (name, _) in enumerate(part["table"]["columns"]) if name not in NEW_COLUMNS[table]]
        text = members[f"tables/{table}"].decode().splitlines()
        made = "".join("\t".join(line.split("\t")[k] for k in places) + "\n" for line in text).encode()
        part["table"]["columns"] = [part["table"]["columns"][k] for k in places]
        part["table"]["key"] = [name for name in part["table"]["key"] if name not in NEW_COLUMNS[table]]
        part["sha256"] = hashlib.sha256(made).hexdigest()
        members[f"tables/{table}"] = made
    says(members, parts=parts, layout="0006")


NEW_TABLES = ("logins", "seals")
NEW_COLUMNS = {"credential_versions": ("never", "digest_kind"), "ledger_block_values": ("first",)}


@only_sqlite
def test_an_older_backup_keeps_its_layout(history: Registry, tmp_path: Path, opened: Callable[..., Registry]) -> None:
    """A backup of a version before becomes a registry of its layout, which is upgraded as any other."""
    done = history.backup(tmp_path / "kept.zip")
    restored = ct.restore(rewritten(done.path, older), url := str(tmp_path / "new.db"))
    assert (restored.layout, restored.problems, restored.head) == ("0006", None, done.head)
    with pytest.raises(RegistryError) as caught:
        opened(url)
    assert caught.value.reason == "layout_differs"
    ct.upgrade(url)
    with pytest.raises(RegistryError) as caught:
        ct.restore(tmp_path / "other.zip", "postgresql://nowhere/none", team=True)
    assert caught.value.reason == "backup_older_team"
    rejected = ["rejects", "reject_errors", "users", "credentials"]
    assert rows_of(opened(url), *rejected) == rows_of(history, *rejected)


@only_sqlite
def test_media_that_are_lost_are_told(full: Registry, blobs: Path, tmp_path: Path) -> None:
    """A registry whose media are damaged can be backed up; what isn't in the backup is said, then and afterwards."""
    first, second = sorted(path for path in blobs.rglob("*") if path.is_file())
    first.unlink()
    second.write_bytes(b"another")
    done = full.backup(tmp_path / "kept.zip")
    assert (sorted(done.lost), done.media) == ([first.name, second.name], 0)
    restored = ct.restore(done.path, tmp_path / "new.db")
    assert sorted(restored.lost) == sorted(done.lost)
    assert restored.problems


@only_sqlite
def test_erasing_meanwhile(full: Registry, tmp_path: Path, opened: Callable[..., Registry]) -> None:
    """Who is erased while a backup is made isn't in one whose media are gone already: it is made again."""
    other = opened(str(full.engine.url.database), APPROVER)

    def erase(done: int, total: int) -> None:
        if done == total - 1:
            other.erase("ben@example.org", "asked for it")

    with pytest.raises(RegistryError) as caught:
        full.backup(tmp_path / "kept.zip", progress=erase)
    assert caught.value.reason == "erased_while_kept"
    assert not list(tmp_path.glob("*kept*"))
    assert full.backup(tmp_path / "kept.zip").media == 1


@only_sqlite
def test_a_value_of_another_kind_is_no_backup(full: Registry, tmp_path: Path) -> None:
    """What SQLite lets stand in a column that can't hold it is said, and never written as something else."""
    tamper(full, "UPDATE users SET name = CAST('x' AS BLOB) WHERE id = 1")
    with pytest.raises(RegistryError) as caught:
        full.backup(tmp_path / "kept.zip")
    assert (caught.value.reason, caught.value.facts) == ("value_not_of_its_kind", {"table": "users"})


def test_lines_are_read_as_written() -> None:
    """Every kind of value comes back, and what isn't a line of rows is refused."""
    kinds = ["text", "integer", "flag", "day", "moment", "bytes"]
    rows = [(text, 2**40, 1, "2024-02-29", "2024-02-29 10:11:12.000100", b"\x00\\") for text in NASTY.values()]
    rows += [(None,) * 6, ("x", -1, 0, "1999-12-31", "1999-12-31 00:00:00.000000", b"")]
    text = lines.encode(kinds, rows)
    assert [
        row for some in lines.whole_lines([text[:7], text[7:50], text[50:]]) for row in lines.decode(kinds, some)
    ] == rows
    for wrong in ("a\tb", "a\t1\tx\t\\N\t\\N\t\\N", "\\q\t1\tt\t\\N\t\\N\t\\N", "a\t1\tt\t2024\t\\N\t\\N"):
        with pytest.raises(ValueError):
            lines.decode(kinds, [wrong])
    with pytest.raises(ValueError):
        list(lines.whole_lines([text[:-1]]))


# --- killed -----------------------------------------------------------------------------------------------------


def do_and_die(verb: str, given: tuple[Any, ...], at: float, environment: dict[str, str]) -> None:
    """Backs up or restores in a process that is killed when that share is done."""
    os.environ.update(environment)

    def die(done: int, total: int) -> None:
        if done >= total * at:
            os.kill(os.getpid(), signal.SIGKILL)

    if verb == "backup":
        ct.open(given[0]).backup(given[1], progress=die)
    else:
        getattr(ct, verb)(*given, progress=die)


def killed(verb: str, *given: Any, at: float, **environment: str) -> None:
    process = PROCESSES.Process(target=do_and_die, args=(verb, given, at, environment))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@long_on_a_server
@pytest.mark.parametrize("at", [0.3, *(pytest.param(k / 20, marks=pytest.mark.long) for k in range(21) if k != 6)])
def test_killed_while_restoring(
    home: Home, full: Registry, kept: Path, tmp_path: Path, opened: Callable[..., Registry], at: float
) -> None:
    """There is no half a registry: the place is free, and the same command restores it."""
    url = home.empty()
    killed("restore", kept, url, at=at, CREDTOOLS_BLOBS=str(tmp_path / "elsewhere"))
    with pytest.raises(RegistryError):
        opened(url)
    ct.restore(kept, url)
    assert rows_of(opened(url)) == rows_of(full)


@only_sqlite
@pytest.mark.parametrize("at", [1, *(pytest.param(k / 20, marks=pytest.mark.long) for k in range(20))])
def test_killed_while_backing_up(full: Registry, blobs: Path, tmp_path: Path, at: float) -> None:
    """Under its name is a whole backup, or the one that was there before."""
    before = full.backup(tmp_path / "kept.zip").path.read_bytes()
    url = str(full.engine.url.database)
    killed("backup", url, tmp_path / "other.zip", at=at, CREDTOOLS_BLOBS=str(blobs))
    assert not (tmp_path / "other.zip").exists()
    assert (tmp_path / "kept.zip").read_bytes() == before


# --- whose it is ------------------------------------------------------------------------------------------------


@contextmanager
def owned(url: str, folder: str) -> Iterator[Callable[[str], str]]:
    """A database whose tables belong to a role without a login; gives the addresses of `deployer` and `stranger`.

    The first is a member of that role, but has nothing of it unless it acts as it.
    """
    name = make_url(url).database
    with psycopg.connect(host=folder, user="postgres", dbname=name, autocommit=True) as connection:
        for role in ("keep_owner NOLOGIN", "deployer LOGIN NOINHERIT", "stranger LOGIN"):
            connection.execute(f"CREATE ROLE {role}".encode())
        connection.execute("GRANT keep_owner TO deployer")
        connection.execute("GRANT CREATE, USAGE ON SCHEMA public TO keep_owner")
        found = connection.execute("SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        for relation, kind in found.fetchall():
            if kind in ("r", "v"):
                connection.execute(f"ALTER TABLE {relation} OWNER TO keep_owner".encode())
        connection.execute("GRANT SELECT ON alembic_version, audit_head TO PUBLIC")
        try:
            yield lambda login: make_url(url).set(username=login).render_as_string()
        finally:
            connection.execute("DROP OWNED BY keep_owner, deployer, stranger CASCADE")
            connection.execute("DROP ROLE keep_owner, deployer, stranger")


@only_postgres
def test_who_may_act_as_the_owner_upgrades(home: Home, postgres: PostgresServer) -> None:
    """A deployer who is a member of the owning role upgrades as that role; somebody else changes nothing."""
    url = home.copy_of(old_history)
    with owned(url, str(postgres.folder)) as address:
        with pytest.raises(RegistryError) as caught:
            ct.upgrade(address("stranger"))
        assert (caught.value.reason, caught.value.facts) == (
            "not_the_owner",
            {"login": "stranger", "owner": "keep_owner"},
        )
        assert ct.upgrade(address("deployer")).after == LATEST
        with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string()) as connection:
            found = connection.execute(
                "SELECT tableowner, count(*) FROM pg_tables WHERE schemaname = 'public' GROUP BY 1"
            )
            assert [owner for owner, _ in found.fetchall()] == ["keep_owner"]


@only_postgres
def test_a_backup_is_of_all_rows_or_none(
    home: Home, full: Registry, postgres: PostgresServer, tmp_path: Path, opened: Callable[..., Registry]
) -> None:
    """Rows that a login may not see are never missing from a backup unsaid."""
    before = rows_of(full)
    url = full.engine.url.render_as_string(hide_password=False)
    full.engine.dispose()
    with owned(url, str(postgres.folder)) as address:
        with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string()) as connection:
            connection.execute("ALTER TABLE rejects ENABLE ROW LEVEL SECURITY")
            connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO stranger, deployer")
        with pytest.raises(RegistryError) as caught:
            opened(address("stranger")).backup(tmp_path / "kept.zip")
        assert caught.value.reason == "not_the_owner"
        done = opened(address("deployer")).backup(tmp_path / "kept.zip")
    ct.restore(done.path, other := home.empty())
    assert rows_of(opened(other)) == before


@only_postgres
def test_a_teams_registry_stays_one(
    home: Home, postgres: PostgresServer, tmp_path: Path, opened: Callable[..., Registry]
) -> None:
    """A backup of a team's registry (in a schema of its own) becomes a team's again, whose roles nobody has yet.

    On SQLite it can't be one.
    """
    url = home.empty()
    name = make_url(url).database
    with psycopg.connect(host=str(postgres.folder), user="postgres", dbname=name, autocommit=True) as connection:
        connection.execute("CREATE ROLE kept_ana LOGIN")
        connection.execute("CREATE SCHEMA creds")
        connection.execute(f"ALTER DATABASE {name} SET search_path = creds".encode())
    ct.init(url, team=True, prefix="kept").close()
    team = opened(url, "postgres")
    team.grant("kept_ana", "admin", "ana@example.org")
    opened(make_url(url).set(username="kept_ana").render_as_string(), "kept_ana").set("max_rows", 7)
    done = team.backup(tmp_path / "kept.zip")
    with pytest.raises(RegistryError) as caught:
        ct.restore(done.path, home.empty())
    assert caught.value.reason == "roles_exist"
    restored = ct.restore(done.path, here := str(tmp_path / "here.db"))
    assert (restored.was_team, restored.team, restored.problems) == ("kept", None, ())
    copied = ct.copy(here, other := home.empty(), team=True, prefix="again")
    assert (copied.was_team, copied.team, copied.problems) == (None, "again", ())
    again = opened(other, "postgres")
    assert (again.me.prefix, again.settings.max_rows) == ("again", 7)
    assert rows_of(again) == rows_of(team)
    with pytest.raises(RegistryError) as caught:
        opened(make_url(other).set(username="kept_ana").render_as_string(), "kept_ana")
    assert caught.value.reason == "no_role"
    with pytest.raises(RegistryError) as caught:
        ct.copy(here, tmp_path / "there.db", team=True)
    assert caught.value.reason == "team_on_sqlite"


# --- at the prompt ----------------------------------------------------------------------------------------------


@only_sqlite
def test_at_the_prompt(full: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backup, restore and copy say what they did; with --json a program reads it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", str(full.engine.url.database))
    run = CliRunner().invoke
    said = run(main, ["backup", "kept.zip"])
    assert (said.exit_code, said.output.startswith("The backup was written to kept.zip: ")) == (0, True)
    assert run(main, ["backup", "kept.zip"]).exit_code == 2
    told = json.loads(run(main, ["backup", "kept.zip", "--force", "--json"]).stdout)
    monkeypatch.setenv("CREDTOOLS_DATABASE", "new.db")
    restored = json.loads(run(main, ["restore", "kept.zip", "--json"]).stdout)
    assert (restored["head"], restored["media"], restored["rows"]) == (told["head"], told["media"], told["rows"])
    assert (restored["registry"], restored["layout"]) == ("sqlite:///new.db", LATEST)
    copied = json.loads(run(main, ["copy", "new.db", "newer.db", "--blobs", "there", "--json"]).stdout)
    assert (copied["head"], copied["media"], copied["blobs"]) == (told["head"], 2, "there")
    assert (tmp_path / "newer.db").is_file()
