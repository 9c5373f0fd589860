"""Where nobody is at home: users without name or home, folders that can't be written, an umask that forbids nothing."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

import credtools as ct
from credtools.cli import main
from credtools.errors import SettingError
from credtools.registry import Registry
from tests.builders import ANA, BEN, TYPES, UPLOADER, USERS, ZOE, export, new_organisation, only_sqlite, write

COMMAND = (sys.executable, "-m", "credtools")
NAMELESS = 47_11  # a user that no system knows
linux = pytest.mark.skipif(sys.platform != "linux", reason="name spaces")
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a folder again")


def run(folder: Path, *arguments: str, also: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """A command as a user without a name starts it, without a home; an umask of 0 forbids nothing."""
    hidden = ("HOME", "LOGNAME", "USER", "LNAME", "USERNAME")
    environment = {name: value for name, value in os.environ.items() if name not in hidden} | dict(also)
    command = ["unshare", "--user", f"--map-user={NAMELESS}", f"--map-group={NAMELESS}", *COMMAND, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment, umask=0)


EVERYTHING = (
    ("init",),
    ("load", "users", "users.csv"),
    ("load", "types", "types.csv"),
    ("check", "export.csv", "--unknown-users", "out/unknown.csv"),
    ("import", "export.csv", "--json"),
    ("rejects", "-o", "out/wrong.csv"),
    ("rejects", "-o", "out/wrong.xlsx"),
    ("template", "-o", "out/template.xlsx"),
    ("recipe", "new", "--for", "okta", "-o", "recipes/okta.yaml"),
    ("report", "-o", "out/audit.html"),
    ("export", "-o", "out/clean.csv"),
    ("media", "1", "scan.png"),
    ("export", "-o", "out/scans.csv", "--media", "out/scans.zip"),
    ("backup", "out/backup.zip"),
)


FEW = (*EVERYTHING[:3], *EVERYTHING[4:6])


@linux
@pytest.mark.parametrize("commands", [FEW, pytest.param(EVERYTHING, marks=pytest.mark.long)], ids=["few", "all"])
def test_nobody_at_home_and_no_umask(tmp_path: Path, commands: Sequence[Sequence[str]]) -> None:
    """Each command that writes works; nothing is for others to change, and what names people isn't for them to read."""
    folder = tmp_path / "here"
    folder.mkdir(mode=0o755)
    write(folder, "users.csv", USERS)
    write(folder, "types.csv", TYPES)
    export(folder, ANA, ZOE, BEN)
    (folder / "scan.png").write_bytes(b"no picture")
    inputs = {path.name for path in folder.iterdir()}
    for words in commands:
        done = run(folder, *words, also={"CREDTOOLS_BY": UPLOADER})
        fine = (0, 1) if words[0] in ("check", "media") else (0,)
        assert done.returncode in fine, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
    found = [path for path in folder.rglob("*") if path.name not in inputs]
    assert len(found) > 15
    assert [path for path in found if path.lstat().st_mode & 0o002] == []
    readable = [path for path in found if path.is_file() and path.stat().st_mode & 0o007 and not private(path, folder)]
    assert [path for path in readable if b"@example.org" in path.read_bytes()] == []
    modes = {path.name: oct(path.stat().st_mode)[-3:] for path in found if path.parent == folder / "out"}
    assert {name for name, mode in modes.items() if mode != "600"} <= {"template.xlsx"}
    said = run(folder, "show", also={})
    assert (said.returncode, said.stderr.count("\n")) == (2, 1)
    assert str(NAMELESS) in said.stderr


def private(path: Path, folder: Path) -> bool:
    """Whether others can't come to a file, whatever its own rights are."""
    return any(
        above.stat().st_mode & 0o001 == 0 for above in path.parents if above.is_relative_to(folder) and above != folder
    )


def test_who_is_at_work_isnt_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a name is asked to say who is at work; a verdict needs somebody."""
    new_organisation(str(tmp_path / "credtools.db"), tmp_path)

    def nameless() -> str:
        raise KeyError(NAMELESS)

    monkeypatch.setattr(getpass, "getuser", nameless)
    for opening in (ct.open, ct.init):
        with pytest.raises(SettingError) as caught:
            opening(folder=tmp_path)
        assert caught.value.reason == "nobody_at_work"
    with ct.open(folder=tmp_path, by=UPLOADER) as registry:
        assert registry.by == UPLOADER


READ_ONLY = """
import subprocess, sys
folder, *command = sys.argv[1:]
for how in (["--bind", folder, folder], ["-o", "remount,ro,bind", folder]):
    subprocess.run(["mount", *how], check=True)
sys.exit(subprocess.run(command, cwd=folder).returncode)
"""


@only_root
@pytest.mark.parametrize(
    ("words", "made"),
    [
        (("init",), False),
        (("show",), True),
        (("template", "-o", "a.csv"), True),
        (("import", "export.csv", "--json"), True),
        (("demo",), False),
        (("recipe", "new", "--for", "okta", "-o", "okta.yaml"), False),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else "",
)
def test_a_folder_that_cant_be_written(tmp_path: Path, words: tuple[str, ...], made: bool) -> None:  # noqa: FBT001
    """One sentence, and an exit code that doesn't say that it was a fault of ours."""
    if made:
        new_organisation(str(tmp_path / "credtools.db"), tmp_path)
        export(tmp_path, ANA)
    inside = ["unshare", "--mount", sys.executable, "-c", READ_ONLY, str(tmp_path), *COMMAND, *words]
    done = subprocess.run(inside, capture_output=True, text=True, check=False)
    assert done.returncode in (2, 3), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (0 if done.stdout else 1)


@only_sqlite
def test_nothing_is_overwritten_unasked(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is there stays as it is, unless --force says otherwise; what replaces it gets no more rights."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string())
    registry.upload(export(tmp_path, ANA, ZOE)).finish()
    monkeypatch.chdir(tmp_path)
    for name, words in {
        "wrong.csv": ("rejects", "-o"),
        "clean.csv": ("export", "-o"),
        "clean-2.csv": ("export", "-o"),
        "audit.html": ("report", "-o"),
        "t.csv": ("template", "-o"),
        "u.csv": ("check", "export.csv", "--unknown-users"),
        "okta.yaml": ("recipe", "new", "--for", "okta", "-o"),
        "b.zip": ("backup",),
    }.items():
        path = tmp_path / name
        path.write_text("somebody's own")
        path.chmod(0o664)
        given = [*words, name.replace("-2", "")]
        refused = CliRunner().invoke(main, given)
        assert refused.exit_code == 2, given
        assert path.read_text() == "somebody's own"
        assert CliRunner().invoke(main, [*given, "--force"]).exit_code in (0, 1), given
        if "-2" not in name:
            assert path.read_bytes() != b"somebody's own"
        path.unlink()
        for one in tmp_path.glob("clean*"):
            one.unlink()
