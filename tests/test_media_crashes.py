from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

import credtools as ct
from credtools import store
from credtools.registry import Registry
from tests.builders import UPLOADER, export, new_organisation
from tests.conftest import Home
from tests.deliveries import PATTERN, Delivery, deliver, organise
from tests.pictures import zipped
from tests.scans import HEIC
from tests.test_crashes import PROCESSES

KILLS = 8
FILES = 60
LINKED = 200  # files that are given where links are written


@pytest.fixture(autouse=True)
def own_blobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of blobs of its own."""
    monkeypatch.setenv("CREDTOOLS_BLOBS", str(tmp_path / "blobs"))


def add_and_tell(url: str, blobs: Path, path: Path, said: Any) -> None:
    """What a dying process does: it adds media, and says so when they are linked."""
    registry = ct.open(url, by=UPLOADER)
    registry.places = registry.places.__class__(**{**vars(registry.places), "blobs": blobs})
    batch = registry.batch(1)
    said.send("begins")
    said.send(len(batch.add_media(path, PATTERN).linked))
    registry.engine.dispose()


def started(url: str, blobs: Path, path: Path) -> tuple[BaseProcess, Any]:
    listens, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=add_and_tell, args=(url, blobs, path, says))
    process.start()
    says.close()
    assert listens.recv() == "begins"
    return process, listens


def new_batch(registry: Registry, folder: Path, made: Delivery, *, finished: bool) -> None:
    organise(registry, folder, made)
    batch = registry.upload(export(folder, *made.rows))
    if finished:
        batch.finish()


def no_partial_media(blobs: Path) -> int:
    """Every file under a digest has exactly that content; returns how many there are."""
    names = [path for path in blobs.rglob("*") if path.is_file() and not path.name.startswith(".new-")]
    for path in names:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    return len(names)


def _wait_for_files(folder: Path, count: int, process: BaseProcess) -> None:
    while process.is_alive() and sum(path.is_file() for path in folder.rglob("*")) < count:
        time.sleep(0.001)


@pytest.mark.long
@pytest.mark.parametrize(
    "finished", [pytest.param(False, id="draft"), pytest.param(True, id="finished", marks=pytest.mark.long)]
)
def test_killed_while_copying(
    home: Home,
    opened: Callable[..., Registry],
    tmp_path: Path,
    finished: bool,  # noqa: FBT001
) -> None:
    """SIGKILL at any moment of adding media leaves no partial file and no link without its file; repeated, it ends."""
    made = deliver(rows=80, files=FILES)
    path = zipped(tmp_path / "all.zip", made.files)
    chance, blobs = random.Random(5), tmp_path / "blobs"  # noqa: S311 - the same moments each time
    seconds, halfway = 0.0, 0
    for number in range(KILLS + 1):
        url = home.copy_of(new_organisation)
        registry = opened(url)
        new_batch(registry, tmp_path, made, finished=finished)
        folder = blobs / str(number)
        registry.places = registry.places.__class__(**{**vars(registry.places), "blobs": folder})
        process, listens = started(url, folder, path)
        began = time.monotonic()
        if number:
            if number % 2:  # in the middle of copying; else at any moment
                _wait_for_files(folder, chance.randrange(1, len(made.lines)), process)
            else:
                time.sleep(seconds * (number - 1 + chance.random()) / KILLS)
            process.kill()
        process.join()
        seconds = seconds or time.monotonic() - began  # the first goes undisturbed
        listens.close()
        there = no_partial_media(folder)
        halfway += 0 < there < len(made.lines)
        assert registry.verify() == []
        batch = registry.batch(1)
        assert len(batch.media()) in (0, len(made.lines))
        for sha256 in batch.media()["sha256"]:
            registry.blobs.read(sha256)
        assert len(batch.add_media(path, PATTERN).linked) == len(made.lines)
        if not finished:
            batch.finish()
        assert len(batch.media()) == len(made.lines)
        assert registry.verify() == []
    assert halfway  # some died while copying, or this test shows nothing


def add_and_die(url: str, blobs: Path, path: Path, seam: int, said: Any) -> None:
    """Adds media and dies at a seam, counted once all files are copied: before a write, at COMMIT, after it.

    Seam 0: it dies at none, and says how many there were.
    """
    registry = ct.open(url, by=UPLOADER)
    registry.places = registry.places.__class__(**{**vars(registry.places), "blobs": blobs})
    seams, real = 0, store.add_media

    def step(*of: object) -> None:
        nonlocal seams
        if len(of) > 2 and str(of[2]).startswith("SELECT"):  # nothing is otherwise than at the seam before
            return
        seams += 1
        if seams == seam:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(*given: Any) -> int:
        for moment in ("before_cursor_execute", "commit", "checkin"):
            event.listen(registry.engine, moment, step)
        return real(*given)

    store.add_media = counted
    registry.batch(1).add_media(path, PATTERN)
    said.send(seams)
    registry.engine.dispose()


def seams_of(url: str, blobs: Path, path: Path, seam: int) -> int | None:
    """How many seams there were, or None of a process that died at one."""
    listens, says = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=add_and_die, args=(url, blobs, path, seam, says))
    process.start()
    says.close()
    process.join()
    try:
        return int(listens.recv()) if process.exitcode == 0 else None
    except EOFError:
        return None
    finally:
        assert process.exitcode == (-signal.SIGKILL if seam else 0)
        listens.close()


def linked(registry: Registry) -> list[tuple[object, ...]]:
    """The media of the batch with what is shown of each; all of it can be read."""
    found = registry.batch(1).media()[["line", "file", "sha256", "shown", "notes"]]
    for sha256 in {*found["sha256"], *found["shown"]}:
        registry.blobs.read(sha256)
    return sorted(found.itertuples(index=False, name=None))


@pytest.mark.long
@pytest.mark.parametrize("finished", [False, True], ids=["draft", "finished"])
def test_killed_at_each_seam_of_linking(
    home: Home,
    opened: Callable[..., Registry],
    tmp_path: Path,
    finished: bool,  # noqa: FBT001
) -> None:
    """SIGKILL before anything is written links all files or none, with their copies; repeated, the end is the same."""
    made = deliver(rows=250, files=LINKED)
    of_phone = next(name for name in sorted(made.lines) if name.endswith(".jpg"))
    made.files[of_phone] = HEIC
    path = zipped(tmp_path / "all.zip", made.files)

    def prepared(seam: int) -> tuple[str, Registry]:
        url = home.copy_of(new_organisation)
        registry = opened(url)
        new_batch(registry, tmp_path, made, finished=finished)
        registry.places = registry.places.__class__(
            **{**vars(registry.places), "blobs": tmp_path / "blobs" / str(seam)}
        )
        return url, registry

    url, registry = prepared(0)
    seams, whole = seams_of(url, registry.places.blobs, path, 0), linked(registry)
    assert seams
    assert len(whole) == len(made.lines)
    assert any("converted" in row[-1] and row[2] != row[3] for row in whole)
    ends = set()
    for seam in range(1, seams + 1):
        url, registry = prepared(seam)
        assert seams_of(url, registry.places.blobs, path, seam) is None
        no_partial_media(registry.places.blobs)
        assert registry.verify() == []
        there = linked(registry)
        assert there in ([], whole)
        ends.add(bool(there))
        registry.batch(1).add_media(path, PATTERN)
        assert linked(registry) == whole
        if not finished:
            registry.batch(1).finish()
        assert len(registry.media()) == len(whole)
        assert registry.verify() == []
        registry.engine.dispose()
    assert ends == {False, True}  # some died before COMMIT and some after it, or this test shows nothing
