"""Corrections of rows that came from protected workbooks, alone or beside others; and what is said when one fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from credtools.cli import arguments, main
from credtools.errors import FileError, RegistryError
from credtools.model import Receipt
from credtools.registry import Registry, finishing
from credtools.registry.draft import Draft
from credtools.registry.session import Session
from tests.builders import ANA, ZOE, export, only_sqlite, states, write
from tests.test_correcting import put_back, rows_in
from tests.test_reading_locked import PASSWORD, locked_xlsx

pytestmark = only_sqlite
WRONG = ["ana@example.org", "Frist Aid", "2025-01-01"]


def locked(folder: Path, name: str, password: str = PASSWORD) -> Path:
    (folder / f"{name}.xlsx").write_bytes(
        locked_xlsx(password, (["User email", "Credential type", "Issue date"], WRONG))
    )
    return folder / f"{name}.xlsx"


@pytest.fixture
def wrong(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The correction file of an open file (batch 1) and of two that are protected (2, 3); nobody knows a password."""
    registry.upload(export(tmp_path, ANA, ZOE)).finish()
    for name in ("safe", "vault"):
        recipe = write(tmp_path, f"{name}.yaml", "date_format: YYYY-MM-DD\n")
        registry.upload(locked(tmp_path, name, name), recipe, password=name).finish()
    registry.passwords.clear()
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string())
    assert registry.write_rejects(tmp_path / "wrong.csv") == 3
    rows = rows_in(tmp_path / "wrong.csv")
    rows[0]["User email"] = "cara@example.org"
    for row in rows[1:]:
        row["Credential type"] = "First Aid"
    return put_back(tmp_path / "wrong.csv", rows)


def test_rejects_of_protected_files_go_out_without_a_password(wrong: Path) -> None:
    """Their rows are kept, and their headings noted: a protected source keeps no other from being corrected."""
    assert [row["User email"] for row in rows_in(wrong)] == ["cara@example.org", "ana@example.org", "ana@example.org"]


@pytest.mark.parametrize("command", ["check", "correct"])
def test_which_file_needs_its_password_is_said_before_anything_is_written(
    registry: Registry, wrong: Path, command: str
) -> None:
    """Where nobody can be asked the file and its batch are named, and not even rows of other sources are finished."""
    with pytest.raises(FileError) as caught:
        registry.correct(wrong, dry_run=command == "check")
    facts = {"kind": "XLSX workbook", "file": "safe.xlsx", "batch": 2}
    assert (caught.value.reason, caught.value.facts) == ("password_needed_of_batch", facts)
    assert CliRunner().invoke(main, [command, str(wrong)]).exit_code == 3
    assert states(registry) == ["finished"] * 3


def test_one_password_doesnt_open_two(
    registry: Registry, wrong: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that the environment names is another one for the second file; a file of corrections for each goes in."""
    monkeypatch.setenv("CREDTOOLS_PASSWORD_FILE", str(write(tmp_path, "key", "safe\n")))
    with pytest.raises(FileError) as caught:
        registry.correct(wrong)
    assert (caught.value.reason, caught.value.facts["batch"]) == ("password_wrong_of_batch", 3)
    assert states(registry) == ["finished"] * 3
    rows = rows_in(wrong)
    assert registry.correct(put_back(wrong, rows[:2])).fixed == (1, 2)
    write(tmp_path, "key", "vault\n")
    assert registry.correct(put_back(wrong, rows[2:])).fixed == (3,)


def test_a_person_is_asked_for_each(registry: Registry, wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal, once for each file, by its name and batch."""
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return "safe" if "safe.xlsx" in prompt else "vault"

    monkeypatch.setattr(arguments.getpass, "getpass", answer)
    monkeypatch.setattr(arguments.sys.stdin, "isatty", lambda: True, raising=False)
    done = arguments.unlocked_batches(registry, lambda: registry.correct(wrong))
    assert (done.fixed, asked) == (
        (1, 2, 3),
        ["Password of safe.xlsx (batch 2): ", "Password of vault.xlsx (batch 3): "],
    )


def test_what_was_done_is_said_when_a_later_batch_fails(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a batch is finished its receipt is told, then the problem of the next; for programs, too."""
    monkeypatch.setenv("CREDTOOLS_DATABASE", registry.engine.url.render_as_string())
    for name in ("first", "second"):
        registry.upload(
            export(tmp_path, ANA, f"{ZOE}", name=f"{name}.csv"), write(tmp_path, f"{name}.yaml", "")
        ).finish()
    out = tmp_path / "wrong.csv"
    registry.write_rejects(out)
    put_back(out, [row | {"User email": "cara@example.org"} for row in rows_in(out)])
    finish = finishing.finish

    def fails(session: Session, draft: Draft) -> Receipt:
        if draft.source == "second":
            raise RegistryError("rejects_settled")
        return finish(session, draft)

    monkeypatch.setattr(finishing, "finish", fails)
    done = CliRunner().invoke(main, ["correct", str(out), "--json"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["fixed"], [one["batch"] for one in told["batches"]]) == (2, 1, [3])
    assert told["problem"] in done.stderr
    assert states(registry) == ["finished", "finished", "finished", "discarded"]
    monkeypatch.setattr(finishing, "finish", finish)
    again = registry.correct(out)  # the rest goes in where it can
    assert (again.verdict, again.stopped, len(again.problems)) == ("partial", (), 1)
