"""Temporary: nothing that people sent stays behind when a process is killed."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from credtools import outputs, temporary

HOLD = """
import sys
from credtools import temporary
folder = temporary.Folder()
(folder.path / "rows.csv").write_text("quilla.wren@birds.example")
print(folder.path, flush=True)
sys.stdin.read()
"""

WRITE = """
import sys
from pathlib import Path
from credtools import outputs
with outputs.writing(Path(sys.argv[1])) as new:
    new.write_text("quilla.wren@birds.example")
    print(new, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of this test's own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_folder_is_its_owners_and_ends_with_its_use(place: Path) -> None:
    """Nobody else may look into it; closed, or no longer referred to, it is gone."""
    with temporary.Folder() as folder:
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        (folder.path / "rows.csv").write_text("x")
    other = temporary.Folder()
    assert list(place.iterdir()) == [other.path]
    del other
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next(place: Path) -> None:
    """The folder of a living process stays whoever clears up; that of a killed one goes; others' are left alone."""
    (place / "credtools-tmp-link").symlink_to(place.parent)
    (place / "credtools-tmp-file").write_text("not a folder")
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        held = Path(process.stdout.readline().decode().strip())
        temporary.clear()
        assert (held / "rows.csv").exists()
        process.send_signal(signal.SIGKILL)
    assert held.exists()
    temporary.Folder().close()
    assert sorted(path.name for path in place.iterdir()) == ["credtools-tmp-file", "credtools-tmp-link"]


def test_many_at_once_each_have_their_own(place: Path) -> None:
    """Processes that begin together neither take nor remove what another has just made."""
    holders = [subprocess.Popen([sys.executable, "-c", HOLD], stdin=-1, stdout=-1) for _ in range(6)]
    held = {Path(one.stdout.readline().decode().strip()) for one in holders if one.stdout}
    temporary.clear()
    assert {path for path in place.iterdir() if (path / "rows.csv").exists()} == held
    for one in holders:
        one.communicate()
    assert len(held) == len(holders)
    assert list(place.iterdir()) == []


def test_half_a_file_of_a_killed_process_goes_with_the_next(place: Path) -> None:
    """What is written under a name is written beside it: what a killed process left there doesn't outlive the next.

    Half a file that another process is writing stays, and so does what only looks like one.
    """
    path, alike = place / "rejects [1].csv", place / ".rejects [1].new-mine.csv"
    alike.write_text("a person's own")
    command = [sys.executable, "-c", WRITE, str(path)]
    with (
        subprocess.Popen(command, stdin=-1, stdout=-1) as killed,
        subprocess.Popen(command, stdin=-1, stdout=-1) as other,
    ):
        assert killed.stdout
        assert other.stdout
        left, kept = (Path(one.stdout.readline().decode().strip()) for one in (killed, other) if one.stdout)
        killed.kill()
        killed.wait()
        assert left.exists()
        outputs.write(path, "whole")
        assert set(place.iterdir()) == {path, alike, kept}
        assert path.read_text() == "whole"
        other.communicate()
    assert path.read_text() == "quilla.wren@birds.example"
    assert set(place.iterdir()) == {path, alike}
