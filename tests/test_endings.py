"""How a command ends when something happens that should not: a full disk, nobody who reads, a fault of our own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import credtools as ct
from credtools import registry as registry_module
from credtools.cli import GROUPS, decide, main
from tests.builders import ANA, BEN, CARA, UPLOADER, ZOE, export, new_organisation, states

COMMAND = (sys.executable, "-m", "credtools")
CANARY = "canary-of-a-person"
WITHOUT_REGISTRY = {"demo", "lab", "init", "upgrade", "restore", "copy"}  # they open none, or begin with something else


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A working folder with a finished batch, of which two credentials wait, and a file to import."""
    folder = tmp_path / "here"
    folder.mkdir()
    new_organisation(str(folder / "credtools.db"), folder)
    with ct.open(folder / "credtools.db", by=UPLOADER) as registry:
        registry.upload(export(folder, ANA, ZOE, CARA, name="first.csv")).finish()
    export(folder, BEN, ZOE)
    return folder


def run(here: Path, *arguments: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """A command as people start it."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
    return subprocess.run([*COMMAND, *arguments], cwd=here, text=True, check=False, **streams)


def batches(here: Path) -> list[str]:
    with ct.open(here / "credtools.db", by=UPLOADER) as registry:
        assert registry.verify() == []
        return states(registry)


# --- what should not happen -------------------------------------------------------------------------------------


def commands(group: dict[str, click.Command], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command by its words."""
    for name, one in group.items():
        if isinstance(one, click.Group):
            yield from commands(one.commands, (*above, name))
        else:
            yield (*above, name)


ALL = [
    one for one in commands({str(c.name): c for of in GROUPS.values() for c in of}) if one[0] not in WITHOUT_REGISTRY
]


def arguments(words: tuple[str, ...], file: Path) -> list[str]:
    """What a command needs at least."""
    found: Any = main
    for word in words:
        found = found.commands[word]
    given = []
    for one in found.params:
        kind = one.type
        value = str(file) if isinstance(kind, click.Path) else "1"
        value = kind.choices[0] if isinstance(kind, click.Choice) else value
        if isinstance(one, click.Argument) and (one.required or words == ("media",)):
            given.append(value)
        elif isinstance(one, click.Option) and one.required:
            given += [one.opts[-1], str(file.with_name("new.csv")) if value == str(file) else value]
    return [*words, *given, *(["--json"] if any("--json" in one.opts for one in found.params) else [])]


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_a_fault_of_ours_has_an_exit_code_of_its_own(
    tmp_path: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every command: exit 70, one sentence without values, and with --json an object that says what was written."""
    monkeypatch.chdir(tmp_path)

    def faulty(*_: object, **__: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(registry_module, "open_registry", faulty)
    monkeypatch.setattr("credtools.recipe.shipped.names", faulty)
    monkeypatch.setattr("credtools.recipe.Recipe.load", faulty)
    monkeypatch.setattr("credtools.serving.app.run", faulty)
    monkeypatch.setattr("credtools.runs.kernel.Kernels", faulty)
    given = arguments(words, export(tmp_path, BEN))
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 70, (given, done.output)
    assert done.stderr.count("\n") == 1
    assert "ValueError" in done.stderr
    assert CANARY not in done.output
    if "--json" in given:
        [said] = map(json.loads, done.stdout.splitlines())
        assert (said["verdict"], said["written"]) == ("unexpected", [])


def test_what_was_written_is_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault after the write: the answer names the event and its batch, as the database has them."""
    monkeypatch.chdir(here)

    def faulty(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(decide, "_decided", faulty)
    done = CliRunner().invoke(main, ["approve", "1", "--json"])
    said = json.loads(done.stdout)
    with ct.open(here / "credtools.db", by=UPLOADER) as registry:
        seq = registry.facts().seq
    assert done.exit_code == 70
    assert said["written"] == [{"audit_seq": seq, "event": "decide", "batch": 1}]


def test_whoever_interrupts_gets_no_verdict(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+C isn't exit 1, which would say that a batch is held."""
    monkeypatch.chdir(here)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(decide, "_decided", interrupt)
    assert CliRunner().invoke(main, ["approve", "1"]).exit_code == 130


# --- nobody who reads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_full_stdout(here: Path, as_json: tuple[str, ...]) -> None:
    """An answer that stdout doesn't take is exit 70, and stderr says what was written."""
    with Path("/dev/full").open("w") as full:
        done = run(here, "approve", "1", *as_json, stdout=full)
    assert (done.returncode, done.stderr.count("\n")) == (70, 1)
    assert "decide of batch 1 (event " in done.stderr


def test_a_full_stdout_of_an_import(here: Path) -> None:
    """All files are imported, and stderr has the receipt of each."""
    export(here, CARA, name="next.csv")
    with Path("/dev/full").open("w") as full:
        done = run(here, "import", "export.csv", "next.csv", "--json", stdout=full)
    assert done.returncode == 70
    assert batches(here) == ["finished"] * 3
    assert "partial: " in done.stderr
    assert "ok: " in done.stderr


def test_a_closed_stdout(here: Path) -> None:
    """The same where it is closed; and no file of ours gets its number."""
    script = f"{' '.join(COMMAND)} approve 1 >&-"
    done = subprocess.run(["sh", "-c", script], cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "decide of batch 1 (event " in done.stderr
    assert batches(here) == ["finished"]


def test_a_reader_who_goes(here: Path) -> None:
    """`credtools show | head -0` ends quietly, as other programs do; what was written is said all the same."""
    for words, code, told in ((("show", "--json"), 141, ""), (("approve", "1"), 70, "decide of batch 1 (event ")):
        reading, writing = os.pipe()
        os.close(reading)
        done = run(here, *words, stdout=writing)
        os.close(writing)
        assert done.returncode == code
        assert told in done.stderr
        assert bool(done.stderr) == bool(told)


# --- records that can't be kept, disks that fill up -------------------------------------------------------------


def test_no_place_for_records(here: Path) -> None:
    """Where no record can be kept nothing is imported, and the answer says so: failed, exit 3."""
    (here / "runs").write_text("a file in its place")
    done = run(here, "import", "export.csv", "--json")
    [said] = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, said["verdict"], said["batch"]) == (3, "failed", None)
    assert "Traceback" not in done.stderr
    assert batches(here) == ["finished"]


@pytest.mark.long
def test_what_stays_wrong_is_not_unknown(here: Path) -> None:
    """A server that isn't there: misuse with a sentence, not an outcome that another try would find out."""
    nowhere = {**os.environ, "CREDTOOLS_DATABASE": "postgresql+psycopg://nobody@127.0.0.1:1/registry"}
    done = run(here, "import", "export.csv", "--json", env=nowhere)
    assert (done.returncode, done.stdout) == (2, "")
    assert "127.0.0.1" in done.stderr


SMALL = """
import os, shutil, subprocess, sys
free, made, disk, *command = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], check=True)
shutil.copytree(made, disk, dirs_exist_ok=True)
there = os.statvfs(disk)
with open(f"{disk}/filler", "wb") as file:
    file.write(bytes(max(0, there.f_bavail * there.f_frsize - int(free) * 1024)))
out, err, stored = (open(f"{made}/{name}", "w") for name in ("stdout", "stderr", "stored"))
code = subprocess.run(command, cwd=disk, stdout=out, stderr=err).returncode
os.remove(f"{disk}/filler")
subprocess.run([*command[:3], "show", "--json"], cwd=disk, stdout=stored, check=True)
sys.exit(code)
"""
MANY = [f"ana@example.org,Licence,2024-01-01,,{k}" for k in range(300)] + [
    f"zoe{k}@example.org,First Aid,2024-01-01,," for k in range(60)
]
SIZES = [64, 150, 300, 380, 440, 460, 480, 500, 520, 600]


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a small disk in a name space of its own")
@pytest.mark.parametrize("free", [pytest.param(one, marks=() if one == 480 else pytest.mark.long) for one in SIZES])
def test_a_disk_that_fills_up(here: Path, tmp_path: Path, free: int) -> None:
    """Wherever the disk ends: the answer agrees with the database, and says what to do; nothing is unknown."""
    export(here, *MANY)
    (tmp_path / "disk").mkdir()
    name_space = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    places = [str(free), str(here), str(tmp_path / "disk")]
    command = [*COMMAND, "import", "export.csv", "--json"]
    code = subprocess.run([*name_space, sys.executable, "-c", SMALL, *places, *command], check=False).returncode
    errors = (here / "stderr").read_text()
    stored = [json.loads(line) for line in (here / "stored").read_text().splitlines()]
    finished = [one["batch"] for one in stored if one["state"] == "finished" and one["file"] == "export.csv"]
    assert "Traceback" not in errors
    lines = (here / "stdout").read_text().splitlines()
    if code == 2:  # before there was a run: the registry itself couldn't be opened
        assert (lines, finished) == ([], [])
        return
    [said] = map(json.loads, lines)
    if finished:
        assert (said["verdict"], [said["batch"]], said["receipt"] is not None) == ("partial", finished, True)
        assert code in (0, 5)
    else:
        assert (said["verdict"], said["batch"], code) == ("failed", None, 3)
