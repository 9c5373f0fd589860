from __future__ import annotations

import json
import os
import signal
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import credtools as ct
from credtools.cli import main
from credtools.errors import CredtoolsError, RegistryError
from credtools.media import files, looking, writing
from credtools.media.litter import is_litter
from credtools.media.made_names import ENDINGS, LONGEST, Names, made
from credtools.media.matching import names_in
from credtools.media.parser import MEDIA_TYPES
from credtools.registry import Registry
from tests.builders import UPLOADER, export, load, only_sqlite, tamper
from tests.conftest import Home
from tests.pictures import filled, jpeg, pdf, picture, png
from tests.test_crashes import PROCESSES

KINDS = ("First Aid", "C/E: 7.5 t?", "CON", "=1+1; really", "a" * 200, "Zoë's «Kurs»", "~$x", ".hidden", "Übung")
MAILS = ("+ana@example.org", "ben@example.org")
NAMED = "User email,Credential type,Issue date,Media"


@pytest.fixture(autouse=True)
def own_blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of blobs of its own."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))


def organised(url: str, folder: Path) -> Registry:
    """A registry with users and types of every kind of name."""
    registry = ct.init(url, by=UPLOADER)
    folder.mkdir(parents=True, exist_ok=True)
    kinds = "\n".join(f'"{kind}"' for kind in KINDS)
    load(registry, folder, users="\n".join(["Email", *MAILS, ""]), types=f"Name\n{kinds}\n")
    return registry


def topped_up(registry: Registry, folder: Path) -> None:
    """A finished batch in which each row has one to three scans of all kinds; some have the same one."""
    scans, rows = {}, []
    for k, kind in enumerate(KINDS):
        for mail in MAILS[: 2 - k % 2]:
            mine = {
                f"{k}{mail[:3]}{n}{end}": content(k % 3 + n)
                for n, (end, content) in enumerate(MADE[: 6 if k == 0 else 1 + k % 2])
            }
            scans |= mine
            rows.append(f'{mail},"{kind}",2024-0{k % 9 + 1}-01,"{"; ".join(mine)}"')
    batch = registry.upload(export(folder, *rows, headings=NAMED))
    done = batch.add_media(filled(folder / "in", scans))
    assert (len(done.linked), done.missing) == (len(scans), [])
    batch.finish()


MADE: tuple[tuple[str, Callable[[int], bytes]], ...] = (
    *((".pdf", pdf), (".jpg", jpeg), ("wrong.png", lambda number: jpeg(number + 7))),
    *((".tif", partial(picture, kind="TIFF")), (".webp", partial(picture, kind="WEBP")), (".png", png)),
)


def digests(registry: Registry) -> dict[tuple[str, ...], list[str]]:
    """Of each credential the SHA-256 of its scans."""
    place = ["batch", "sheet", "line", "piece"]
    both = registry.credentials().merge(registry.media(), on=place)
    who = both[["user_email", "credential_type"]].astype(str).itertuples(index=False, name=None)
    found: dict[tuple[str, ...], list[str]] = {}
    for key, sha256 in zip(who, both["sha256"], strict=True):
        found.setdefault(key, []).append(sha256)
    return {key: sorted(some) for key, some in found.items()}


# --- the round trip -------------------------------------------------------------------------------------------


@only_sqlite
@pytest.mark.parametrize(
    ("target", "pattern"),
    [("scans", "{user_email}_{credential_type}"), ("scans.zip", "{credential_type}"), ("s.zip", "scan {external_id}")],
)
def test_what_is_exported_finds_its_rows_elsewhere(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, pattern: str
) -> None:
    """Export, a new registry, import, media: the media column matches every scan, byte for byte the same."""
    with organised(home.empty(), tmp_path / "one") as one:
        topped_up(one, tmp_path / "one")
        done = one.export_with_media(tmp_path / "out" / "clean.csv", tmp_path / "out" / target, name=pattern)
        before, scans = digests(one), len(one.media())
        kinds = one.media()["media_type"].value_counts().to_dict()
    assert (done.scans, done.erased, done.media) == (scans, 0, [tmp_path / "out" / target])
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "other blobs"))
    with organised(home.empty(), tmp_path / "two") as two:
        batch = two.upload(done.files[0])
        again = batch.add_media(done.media)
        assert (len(again.matched), again.missing, len(batch.finish().counts.as_dict()) > 0) == (scans, [], True)
        assert digests(two) == before
        endings = {kind: sum(Path(name).suffix == end for name in two.media()["file"]) for kind, end in ENDINGS.items()}
        assert {kind: count for kind, count in endings.items() if count} == kinds
        assert two.verify() == []


@only_sqlite
def test_nothing_of_an_export_goes_into_the_way_of_what_is_there(registry: Registry, tmp_path: Path) -> None:
    """A zip that exists and a folder that isn't empty stay as they are, and no table is written then."""
    (tmp_path / "a.zip").write_bytes(b"mine")
    filled(tmp_path / "full", {"mine.pdf": b"mine"})
    for target in ("a.zip", "full", "full/mine.pdf"):
        with pytest.raises(CredtoolsError) as caught:
            registry.export_with_media(tmp_path / "t.csv", tmp_path / target)
        assert caught.value.reason == "scans_in_the_way"
    assert not (tmp_path / "t.csv").exists()
    (tmp_path / "empty").mkdir()
    assert registry.export_with_media(tmp_path / "t.csv", tmp_path / "empty").media == [tmp_path / "empty"]


@only_sqlite
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "scans.7z", "a.PDF", "a.parquet"])
def test_no_folder_is_made_under_the_name_of_a_file(registry: Registry, tmp_path: Path, name: str) -> None:
    """Who mistakes the two targets of an export is told; a folder that is there, or ends in a day, is one."""
    with pytest.raises(CredtoolsError) as caught:
        registry.export_with_media(tmp_path / "t.csv", tmp_path / name)
    assert (caught.value.reason, caught.value.facts) == ("scans_to_a_file", {"name": name})
    assert not list(tmp_path.glob("[at].*"))
    for folder in (name, "scans 2026.05"):
        (tmp_path / name).mkdir(exist_ok=True)
        assert registry.export_with_media(tmp_path / "t.csv", tmp_path / folder).media == [tmp_path / folder]


@only_sqlite
@pytest.mark.parametrize("pattern", ["scan", "{nobody}", "{user_email}/x", "{user_email}.pdf"])
def test_patterns_that_name_nothing_are_refused(registry: Registry, tmp_path: Path, pattern: str) -> None:
    """As those for matching; nothing is written."""
    with pytest.raises(CredtoolsError) as caught:
        registry.export_with_media(tmp_path / "t.csv", tmp_path / "scans", name=pattern)
    assert caught.value.reason == "scans_pattern"
    assert not list(tmp_path.glob("*scans*"))


@only_sqlite
def test_a_lost_scan_stops_the_export(home: Home, tmp_path: Path) -> None:
    """What can't be read isn't left out silently: nothing is there, and the sentence says what to restore."""
    with organised(home.empty(), tmp_path / "one") as one:
        topped_up(one, tmp_path / "one")
        one.blobs.path(one.media()["sha256"].iloc[-1]).unlink()
        for target in ("scans", "scans.zip"):
            with pytest.raises(RegistryError) as caught:
                one.export_with_media(tmp_path / "out" / "t.csv", tmp_path / "out" / target)
            assert caught.value.reason == "stored_file_missing"
    assert list((tmp_path / "out").iterdir()) == []


def with_one_scan(registry: Registry, folder: Path) -> None:
    batch = registry.upload(export(folder, "ben@example.org,Forklift,2024-01-01,b.pdf", headings=NAMED))
    batch.add_media(filled(folder / "in", {"b.pdf": pdf()}))
    batch.finish()


def test_erased_scans_are_said(registry: Registry, tmp_path: Path) -> None:
    """They can't be exported; how many there were is told, and the row's cell is blank."""
    with_one_scan(registry, tmp_path)
    tamper(registry, "UPDATE media SET file_name = ''")  # as the retention of media leaves it
    done = registry.export_with_media(tmp_path / "t.csv", tmp_path / "x.zip")
    assert (done.scans, done.erased) == (0, 1)
    assert pd.read_csv(tmp_path / "t.csv")["Media"].isna().all()
    assert zipfile.ZipFile(tmp_path / "x.zip").namelist() == []


@only_sqlite
def test_the_prompt_says_what_was_written(
    registry: Registry, registry_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, scans and their places; what stands in the way is one sentence and exit 2."""
    with_one_scan(registry, tmp_path)
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry_url)
    monkeypatch.chdir(tmp_path)
    asked = ["export", "-o", "t.csv", "--media", "x.zip", "--name", "{credential_type}", "--json"]
    done = CliRunner().invoke(main, asked)
    assert json.loads(done.stdout) == {"files": ["t.csv"], "media": ["x.zip"], "scans": 1, "erased": 0}
    assert zipfile.ZipFile("x.zip").namelist() == ["Forklift.pdf"]
    again = CliRunner().invoke(main, [*asked, "--force"])
    assert (again.exit_code, again.stderr) == (2, f"credtools: {CredtoolsError('scans_in_the_way', path='x.zip')}\n")


def test_the_prompt_names_scans_only_with_a_place_for_them() -> None:
    """`--name` alone is misuse; the command without --media is as it was."""
    done = CliRunner().invoke(main, ["export", "-o", "t.csv", "--name", "{user_email}"])
    assert done.exit_code == 2
    assert "--media" in done.stderr


# --- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("ana@x.org_First Aid", "ana@x.org_First Aid.pdf"),
        ("CON", "_CON.pdf"),
        ("nul.x", "_nul.x.pdf"),
        ("com¹", "_com¹.pdf"),
        ("COM10", "COM10.pdf"),
        ("=1+1", "_=1+1.pdf"),
        ("-rf", "_-rf.pdf"),
        ("..", "scan.pdf"),
        ("", "scan.pdf"),
        (" .x. ", "x.pdf"),
        ("~$x", "_~$x.pdf"),
        ("Zoe\u0308", "Zoë.pdf"),
    ],
)
def test_names_are_files_on_every_system(stem: str, name: str) -> None:
    """None is reserved, hidden, an option, run by a spreadsheet or left by a system."""
    assert Names().free(made("{credential_type}", {"credential_type": stem}), ".pdf") == name


@pytest.mark.parametrize(
    "value", ["../../etc/passwd", "C:\\x", 'a<b>"c"|d?*', "a;b", "a\u200bb\u202e", "a\nb\0c", "x" * 999, "ж" * 999]
)
def test_no_value_leads_out_of_a_name(value: str) -> None:
    """A made name is one name: without folder, short, and in a cell of the media column it stands alone."""
    name = Names().free(made("{user_email}", {"user_email": value}), ".pdf")
    assert names_in(name) == (name,)
    assert len(name.encode()) <= LONGEST
    assert not set(name) & set('\\/:*?"<>|;\0\n\u200b\u202e')
    assert not is_litter(name)


def test_names_differ_in_more_than_case_and_ending() -> None:
    """Disks that don't tell letters' case, or unpack both, would write one over the other."""
    names = Names()
    given = [("a", ".pdf"), ("A", ".jpg"), ("a_2", ".pdf"), ("a", ".pdf"), ("x" * 999, ".pdf"), ("x" * 998, ".png")]
    found = [names.free(*one) for one in given]
    assert found[:4] == ["a.pdf", "A_2.jpg", "a_2_2.pdf", "a_3.pdf"]
    assert len({name.casefold().rpartition(".")[0] for name in found}) == len(found)


def test_an_ending_says_what_the_file_is() -> None:
    """Each kind that is taken has an ending by which it is taken again, and that promises the kind."""
    for kind, media_type in MEDIA_TYPES.items():
        assert looking.KINDS[ENDINGS[media_type]] == kind


def test_many_files_of_one_name_take_no_longer_each() -> None:
    """Twenty thousand scans under one name are numbered without looking at each other."""
    names, began = Names(), time.process_time()
    assert [names.free("a", ".pdf") for _ in range(20_000)][-1] == "a_20000.pdf"
    assert time.process_time() - began < 2


# --- writing --------------------------------------------------------------------------------------------------

NOW = pd.Timestamp("2026-11-30T12:00:01Z").to_pydatetime()


def test_a_zip_is_divided_where_it_couldn_t_be_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part is one that `add_media` takes; an existing later part is in the way."""
    monkeypatch.setattr(files, "MAX_ENTRIES", 2)
    given = [(f"{k}.pdf", NOW, pdf(k)) for k in range(5)]
    parts = writing.write(tmp_path / "s.zip", given)
    assert [path.name for path in parts] == ["s.zip", "s-2.zip", "s-3.zip"]
    with files.gathered(parts) as found:
        assert {file.name: file.read() for file in found} == {name: content for name, _, content in given}
    parts[0].unlink()
    with pytest.raises(CredtoolsError) as caught:
        writing.write(tmp_path / "s.zip", given)
    assert caught.value.reason == "scans_in_the_way"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s-2.zip", "s-3.zip"]
    monkeypatch.setattr(files, "MAX_ZIP", writing.ROOM + 700)
    assert len(writing.write(tmp_path / "t.zip", given)) > 3


def test_one_scan_is_in_memory_at_a_time(tmp_path: Path) -> None:
    """Contents are asked for one by one, and let go."""
    held: list[int] = []

    class Content(bytes):
        def __del__(self) -> None:
            held.pop()

    def contents() -> Any:
        for k in range(50):
            held.append(k)
            assert len(held) <= 2
            yield f"{k}.pdf", NOW, Content(b"x")

    writing.write(tmp_path / "s.zip", contents())
    writing.write(tmp_path / "s", contents())
    assert len(list((tmp_path / "s").iterdir())) == 50


def _write_slowly(target: Path, says: Any) -> None:
    def contents() -> Any:
        for k in range(1_000):
            yield f"{k}.pdf", NOW, b"x" * 100_000
            if k == 20:
                says.send("halfway")
                time.sleep(60)

    writing.write(target, contents())


def test_an_empty_folder_stays_the_folder_that_it_is(tmp_path: Path) -> None:
    """It is filled, not replaced: it may be a link, the root of a disk, or have rights of its own."""
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / f"{writing.NEW}0").mkdir()  # of one that was killed
    before = (tmp_path / "real").stat()
    assert writing.write(tmp_path / "link", [("a.pdf", NOW, b"x")]) == [tmp_path / "link"]
    assert (tmp_path / "real" / "a.pdf").read_bytes() == b"x"
    after = (tmp_path / "real").stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


@pytest.mark.parametrize("name", ["s", "s.zip"])
def test_who_is_killed_leaves_nothing_that_looks_finished(tmp_path: Path, name: str) -> None:
    """Nothing is there under the name that was asked for, and asking again works."""
    listens, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_write_slowly, args=(tmp_path / name, says))
    process.start()
    assert listens.recv() == "halfway"
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not (tmp_path / name).exists()
    assert [path.name.startswith(writing.NEW) for path in tmp_path.iterdir()] == [True]
    assert writing.write(tmp_path / name, [("a.pdf", NOW, b"x")]) == [tmp_path / name]
