"""The walkthrough for teams does what it says, from an empty server on: every command, each under its own login."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psycopg
import pytest
from click.testing import CliRunner

import credtools as ct
from credtools.cli import main
from tests.core import ROOT
from tests.postgres import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.postgres

GUIDE = ROOT / "docs" / "team.md"
FENCE = re.compile(r"(?:`(\w+/[\w.]+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)
PLACE = re.compile(r"\bin `(\w+)/`", re.IGNORECASE)
ADDRESS = "@localhost/credtools"


class Step(NamedTuple):
    """A block of the guide: what kind it is, in whose folder it is meant, what it holds."""

    kind: str
    where: str
    text: str


def steps() -> Iterator[Step]:
    """All blocks, in their order; a command is meant in the folder that was named last before it."""
    guide, where = GUIDE.read_text("utf-8"), ""
    end = 0
    for found in FENCE.finditer(guide):
        for named in PLACE.finditer(guide, end, found.start()):
            where = named[1]
        end = found.end()
        file, kind, text = found.groups()
        yield Step("file" if file else kind, file or where, text)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of its own: the guide's roles belong to all of it."""
    with PostgresServer() as running:
        yield running


def test_from_an_empty_server_to_a_team_at_work(
    server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every statement and command is run as it is written, and ends as it is said; the history verifies."""
    monkeypatch.delenv("CREDTOOLS_DATABASE", raising=False)
    ran = 0
    for step in steps():
        if step.kind == "file":
            place = tmp_path / step.where
            place.parent.mkdir(exist_ok=True)
            place.write_text(step.text.replace(ADDRESS, f"@/credtools?host={server.folder}"), "utf-8")
        elif step.kind == "sql":
            for statement in filter(str.strip, step.text.split(";")):
                with psycopg.connect(host=str(server.folder), user="postgres", autocommit=True) as connection:
                    connection.execute(statement.encode())
        elif step.kind == "console":
            monkeypatch.chdir(folder_of(tmp_path, step.where))
            for line in step.text.splitlines():
                run(line.removeprefix("$ "))
                ran += 1
    assert ran > 25
    with ct.open(folder=tmp_path / "carl") as carl:
        assert carl.verify() == []
        decided = carl.credentials()
        assert decided["decision"].tolist() == ["approved", "approved"]


def folder_of(folder: Path, name: str) -> Path:
    """The folder of one of them, set up as that of `deploy` is."""
    place = folder / name
    place.mkdir(exist_ok=True)
    if not (own := place / "credtools.toml").exists():
        shown = (folder / "deploy" / "credtools.toml").read_text("utf-8")
        own.write_text(shown.replace("deploy@", f"{name}@"), "utf-8")
    return place


def run(line: str) -> None:
    """A command of the guide; `# exit 2` behind it: how it ends."""
    command, _, code = line.partition("  # exit ")
    words = shlex.split(command)
    if words[0] == "credtools":
        done = CliRunner().invoke(main, words[1:])
        assert done.exit_code == int(code or 0), (line, done.output, done.exception)
    else:
        subprocess.run(words, check=True)
