from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from credtools.errors import RegistryError
from credtools.store.blobs import MANY, Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def test_content_is_kept_under_its_digest(blobs: Blobs) -> None:
    """A blob's name is the SHA-256 of its content; equal contents are one file, others are another."""
    names = [blobs.put(content) for content in (b"a", b"b", b"a")]
    blobs.flush()
    assert names == [hashlib.sha256(content).hexdigest() for content in (b"a", b"b", b"a")]
    assert [blobs.read(name) for name in names] == [b"a", b"b", b"a"]
    assert len([path for path in blobs.folder.rglob("*") if path.is_file()]) == 2


def test_only_the_owner_may_read(blobs: Blobs) -> None:
    """Folders are 0700 and files 0600, whatever the umask says."""
    before = os.umask(0)
    try:
        path = blobs.path(blobs.put(b"a"))
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(p.stat().st_mode) for p in (blobs.folder, path.parent, path)]
    assert modes == [0o700, 0o700, 0o600]


def test_nothing_is_named_before_it_is_on_the_disk(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content is flushed, then the file renamed; every folder that changed is flushed before `flush` returns."""
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(number: int) -> None:
        done.append(f"fsync {Path(f'/proc/self/fd/{number}').resolve().name}")
        fsync(number)

    def noted_replace(path: str, target: str) -> None:
        done.append(f"rename {Path(path).name} {Path(target).name}")
        replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    name = blobs.put(b"a")
    part = done[0].partition(" ")[2]
    assert done == [f"fsync {part}", f"rename {part} {name}"]
    blobs.flush()
    assert set(done[2:]) == {f"fsync {folder}" for folder in (blobs.folder.parent.name, "blobs", name[:2])}


def test_known_content_is_flushed_too(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever refers to a blob that another run has just written waits for the disk, too."""
    name = blobs.put(b"a")
    blobs.flush()
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    other = Blobs(blobs.folder)
    assert other.put(b"a") == name
    other.flush()
    assert len(flushed) == 1


def test_damaged_blob_is_noticed_and_healed(blobs: Blobs) -> None:
    """A file that was changed or cut off isn't given out; adding the content again repairs it."""
    name = blobs.put(b"content")
    blobs.path(name).write_bytes(b"cont")
    with pytest.raises(RegistryError) as caught:
        blobs.read(name)
    facts = {"file": name[:16], "folder": blobs.folder}
    assert (caught.value.reason, caught.value.facts) == ("stored_file_changed", facts)
    blobs.put(b"content")
    assert blobs.read(name) == b"content"


def test_missing_blob_is_named(blobs: Blobs) -> None:
    """What isn't there is said to be missing, with the folder to restore."""
    name = hashlib.sha256(b"a").hexdigest()
    with pytest.raises(RegistryError) as caught:
        blobs.read(name)
    facts = {"file": name[:16], "folder": blobs.folder}
    assert (caught.value.reason, caught.value.facts) == ("stored_file_missing", facts)
    blobs.path(blobs.put(b"b")).write_bytes(b"c")
    changed = hashlib.sha256(b"b").hexdigest()
    assert blobs.problems([name, changed]) == [
        f"1 stored media file is changed or unreadable in {blobs.folder} (the first: {changed}).",
        f"1 stored media file is missing in {blobs.folder} (the first: {name}).",
    ]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_full_or_broken_disk_leaves_nothing(blobs: Blobs, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """When the disk refuses the sentence says so; no file of that name appears and no part stays."""

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(RegistryError) as caught:
            blobs.put(b"a")
    facts = {"folder": blobs.folder, "why": os.strerror(number)}
    assert (caught.value.reason, caught.value.facts) == ("stored_files_unusable", facts)
    assert [path for path in blobs.folder.rglob("*") if path.is_file()] == []


class Killed(BaseException):
    """What no code of ours catches, like the end of the process."""


def killing(monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    """From the operation of this number on, each operation on the disk fails."""
    done = iter(range(10_000))

    def dying(operation: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if next(done) >= last:
                raise Killed
            return operation(*arguments, **options)

        return call

    for place, name in (
        (os, "open"),
        (os, "fdopen"),
        (os, "fsync"),
        (os, "replace"),
        (Path, "mkdir"),
        (os, "unlink"),
    ):
        monkeypatch.setattr(place, name, dying(getattr(place, name)))


@pytest.mark.parametrize("together", [False, True])
def test_killed_at_every_operation(blobs: Blobs, monkeypatch: pytest.MonkeyPatch, *, together: bool) -> None:
    """Wherever putting three files stops, what stands under a digest is whole, and putting them again mends all."""
    contents = [b"a" * 9, b"b" * 9, b"c" * 9]
    stopped = 0
    for last in range(40):
        own = Blobs(blobs.folder / str(last))
        with monkeypatch.context() as patched:
            killing(patched, last)
            try:
                with own.together() if together else nullcontext():
                    for content in contents:
                        own.put(content)
                own.flush()
            except Killed:
                stopped += 1
        for path in own.folder.rglob("*"):
            if path.is_file() and not path.name.startswith(".new-"):
                assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        names = [own.put(content) for content in contents]
        own.flush()
        assert [own.read(name) for name in names] == contents
    assert 20 < stopped < 40


def test_many_are_named_once_they_are_on_the_disk(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put together is flushed before any of it has a name; when the block fails nothing of it stays."""
    contents = [bytes([k]) for k in range(MANY + 3)]
    done: list[str] = []
    fsync, replace = os.fsync, os.replace
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda number: done.append("fsync") or fsync(number))
        patched.setattr(os, "replace", lambda part, path: done.append("rename") or replace(part, path))
        with blobs.together():
            names = [blobs.put(content) for content in [*contents, contents[-1]]]
    assert done == ["fsync"] * MANY + ["rename"] * MANY + ["fsync"] * 3 + ["rename"] * 3
    blobs.flush()
    assert [blobs.read(name) for name in names[:-1]] == contents

    with pytest.raises(RegistryError), blobs.together():
        blobs.read(blobs.put(b"another"))
    assert {path.name for path in blobs.folder.rglob("*") if path.is_file()} == set(names)


def test_sweeping_takes_only_old_orphans(blobs: Blobs) -> None:
    """Files to which nothing refers, and parts of interrupted writes, go after a day; others' files never."""
    kept, orphan, fresh = (blobs.put(content) for content in (b"kept", b"orphan", b"fresh"))
    part = blobs.path(orphan).with_name(".new-0123")
    strange = blobs.path(orphan).with_name("readme.txt")
    for path in (part, strange):
        path.write_bytes(b"x")
    for path in (blobs.path(kept), blobs.path(orphan), part, strange):
        os.utime(path, (0, 0))
    assert blobs.sweep([kept]) == 2
    left = {path.name for path in blobs.folder.rglob("*") if path.is_file()}
    assert left == {kept, fresh, "readme.txt"}


def test_what_is_added_again_is_fresh(blobs: Blobs) -> None:
    """An old orphan that was just added again isn't swept before it is referenced."""
    name = blobs.put(b"a")
    os.utime(blobs.path(name), (0, 0))
    blobs.put(b"a")
    assert blobs.sweep([]) == 0


def test_settings_say_where_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CREDTOOLS_BLOBS, else credtools.toml, else `blobs` in the working folder."""
    from credtools import settings

    monkeypatch.delenv("CREDTOOLS_BLOBS", raising=False)
    assert settings.load(tmp_path).blobs == tmp_path / "blobs"
    (tmp_path / "credtools.toml").write_text('blobs = "elsewhere"\n')
    assert settings.load(tmp_path).blobs == Path("elsewhere")
    told: dict[str, Any] = {"CREDTOOLS_BLOBS": str(tmp_path / "told")}
    monkeypatch.setenv(*next(iter(told.items())))
    assert settings.load(tmp_path).blobs == tmp_path / "told"
