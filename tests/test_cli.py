"""The command line: exit codes, the keys of --json, and what loads when."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import credtools as ct
from credtools import errors
from credtools.cli import GROUPS, main
from credtools.model import REJECT_STATES
from credtools.store.engine import LATEST

HEADINGS = "User email,Credential type,Issue date,Expiration date,Credential number\n"
GOOD = "ana@example.org,First Aid,2024-03-05,2026-03-05,\n"
READING_KEYS = {"encoding", "delimiter", "sheet", "heading_line", "preamble_lines", "footer_lines", "repaired_lines"}
ERROR_KEYS = {"line", "heading", "column", "value", "code", "title", "resolution", "suggestion", "blocks"}
IMPORT_KEYS = {
    *("file", "verdict", "batch", "rows", "accepted", "new", "new_versions", "older", "unchanged", "rejected"),
    *("waiting", "held_because", "receipt", "notebook"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with an organisation of two users and one type."""
    monkeypatch.chdir(tmp_path)
    for name in ("CREDTOOLS_DATABASE", "CREDTOOLS_BY", "CREDTOOLS_SCHEMAS", "CREDTOOLS_RUNS"):
        monkeypatch.delenv(name, raising=False)
    write("users.csv", "Email,Name\nana@example.org,Ana\nbo@example.org,Bo\n")
    write("types.csv", "Name,Expiry\nFirst Aid,optional\n")
    for command in (["init"], ["load", "users", "users.csv"], ["load", "types", "types.csv"]):
        assert run(*command).exit_code == 0
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def objects(result: Result) -> list[dict[str, Any]]:
    """The JSON objects on stdout, one a line; anything else on it fails."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def said(reason: str, **facts: object) -> str:
    """What the prompt prints of an error of ours: one sentence of the catalogue, with the prompt's remedies."""
    return f"credtools: {errors.sentence(reason, facts, 'prompt')}\n"


def refused(result: Result, *facts: str) -> None:
    """Misuse: exit 2, nothing on stdout, one sentence on stderr that names these facts."""
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith("credtools: ")
    assert [fact for fact in facts if fact not in result.stderr] == []


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command, also those within `recipe`, by the name that a person types."""
    for command in main.commands.values():
        yield str(command.name), command
        if isinstance(command, click.Group):
            yield from ((f"{command.name} {name}", inner) for name, inner in command.commands.items())


# --- help -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [("--help", 0), ("template --help", 0), ("recipe show --help", 0), ("approve x", 2), ("media 1", 2), ("no", 2)],
)
def test_help_and_misuse_load_nothing_heavy(words: str, code: int) -> None:
    """Help, and a command that can't be meant, import neither pandas nor SQLAlchemy, nor what they bring."""
    script = (
        "import sys; from credtools.cli import main\n"
        f"try: main({words.split()!r})\n"
        f"except SystemExit as end: assert end.code == {code}\n"
        "heavy = {'pandas', 'sqlalchemy', 'pandera', 'papermill', 'numpy', 'ipywidgets', 'alembic', 'rich'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_what_serves_the_pages_loads_nothing_that_they_are_made_of() -> None:
    """The first page comes sooner: the servers begin without our pages, and without a grammar that takes a second."""
    script = (
        "import sys\n"
        "sys.argv = ['light', 'json.tool', '--help']\n"
        "from credtools.serving import app, lab, light\n"
        "try: light.main()\n"
        "except SystemExit as end: assert not end.code and sys.argv[1:] == ['--help']\n"
        "from credtools.serving import spare\n"
        "heavy = {'pandas', 'sqlalchemy', 'ipywidgets', 'credtools.registry', 'credtools.jupyter', 'lark'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_help_is_grouped() -> None:
    """`credtools --help` lists every command once, in its group, with a whole sentence."""
    shown = run("--help").stdout
    titles = ["Set up", "Import", "Decide", "Look back", "People and roles", "Keep", "Privacy"]
    assert re.findall(r"^(\S.*):$", shown, re.MULTILINE) == ["Options", *titles]
    for title, group in GROUPS.items():
        section = shown.partition(f"\n{title}:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^  (\S+)  +[A-Z].*[.]$", section, re.MULTILINE) == [command.name for command in group]
    assert sorted(main.commands) == sorted(str(command.name) for group in GROUPS.values() for command in group)


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda one: one if isinstance(one, str) else "")
def test_everything_is_described(name: str, command: click.Command) -> None:
    """No command, argument or option lacks its help, and what an argument means is read in `--help`."""
    assert re.match(r"[A-Z].*\.$", command.get_short_help_str(200))
    assert [one.name for one in command.params if not getattr(one, "help", None)] == []
    shown = " ".join(run(*name.split(), "--help").stdout.split())
    assert [one.name for one in command.params if " ".join(str(one.help).split()) not in shown] == []  # type: ignore[attr-defined]


def test_examples_can_be_meant() -> None:
    """The example of a command's help is a command line that this command takes."""
    for name, command in commands():
        words = shlex.split((command.epilog or "").removeprefix("Example: "))
        if words:
            assert [*words[1 : 1 + len(name.split())]] == name.split()
            assert words[0] == "credtools"
            command.make_context(name, words[1 + len(name.split()) :])


# --- what goes where --------------------------------------------------------------------------------------------

FAILING = {
    "load": "load users missing.csv",
    "settings": "settings colour blue",
    "check": "check missing.csv",
    "import": "import missing.csv",
    "media": "media 99 missing.zip",
    "correct": "correct missing.csv",
    "recipe new": "recipe new --for nobody",
    "recipe show": "recipe show missing.yaml",
    "recipe diff": "recipe diff missing.yaml missing.yaml missing.csv",
    "approve": "approve 99",
    "decline": "decline 99 --lines 2 --reason x",
    "undecide": "undecide 99",
    "resubmit": "resubmit 99 --lines 2",
    "withdraw": "withdraw 99 --lines 2 --reason x",
    "reinstate": "reinstate 99 --lines 2",
    "waive": "waive 99 --lines 2 --reason x",
    "reopen": "reopen 99 --lines 2",
    "undo": "undo 99",
    "discard": "discard 99",
    "source rename": "source rename nobody people",
    "source merge": "source merge nobody people",
    "source unmerge": "source unmerge nobody",
    "source share": "source share nobody ana",
    "source unshare": "source unshare nobody ana",
    "person rename": "person rename nobody@example.org somebody@example.org",
    "person merge": "person merge nobody@example.org ana@example.org",
    "person unmerge": "person unmerge ana@example.org",
    "type rename": "type rename Nothing Something",
    "type merge": "type merge Nothing Something",
    "type unmerge": "type unmerge Nothing",
    "show": "show 99",
    "rejects": "rejects --batch 99",
    "audit": "audit --state lost",
    "export": "export -o out.pdf",
    "verify": "verify --no-such-option",
    "backup": "backup .",
    "restore": "restore missing.zip",
    "copy": "copy missing.db new.db",
    "erase": "erase nobody@example.org --reason x",
    "grant": "grant ana --role uploader",
    "revoke": "revoke ana",
    "who": "who",
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", sorted(FAILING))
def test_with_json_stdout_holds_only_json(name: str) -> None:
    """Whatever goes wrong with --json: stdout holds JSON objects or nothing, and the sentence is on stderr."""
    done = run(*FAILING[name].split(), "--json")
    assert all(isinstance(one, dict) for one in objects(done))
    assert done.exit_code == 2
    assert done.stderr if name != "import" else objects(done)[0]["problem"]


def test_every_command_with_json_is_tried() -> None:
    """No command that knows --json is left out above."""
    assert sorted(FAILING) == sorted(
        name for name, command in commands() if any(one.name == "as_json" for one in command.params)
    )


# However fast a machine is, what is being done is shown at once.
AT_ONCE = "from credtools.cli import main, output; output.AFTER_SECONDS = 0.0; main()"


def at_a_terminal(*arguments: str) -> tuple[str, str]:
    """A command whose stderr is a terminal: what it wrote to stdout, and what the terminal got."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", AT_ONCE, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm"}
    ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(ours, 4096):
                shown += piece
        assert process.stdout is not None
        written = process.stdout.read().decode()
    os.close(ours)
    return written, shown.decode()


@pytest.mark.usefixtures("folder")
@pytest.mark.long
def test_a_person_who_waits_sees_how_far_it_is() -> None:
    """A terminal shows what is being done while it lasts; with --json, or in a log, nothing but results appears."""
    for name, year in (("a", "2024"), ("b", "2023")):
        write(f"incoming/{name}.csv", HEADINGS + GOOD.replace("2024", year))
    written, shown = at_a_terminal("import", "incoming")
    assert "Importing a.csv (1 of 2)" in shown
    assert "Importing b.csv (2 of 2)" in shown
    assert written.count("ok: ") == 2
    assert "\x1b" not in written
    written, shown = at_a_terminal("import", "incoming", "--json")
    assert shown == ""
    assert [json.loads(line)["verdict"] for line in written.splitlines()] == ["ok", "ok"]
    command = [sys.executable, "-m", "credtools", "import", "incoming"]
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""


@pytest.mark.usefixtures("folder")
@pytest.mark.long
def test_parts_are_counted_for_who_waits() -> None:
    """A file that is divided shows how many of its parts are done."""
    run("settings", "max_rows", "1")
    write("a.csv", HEADINGS + GOOD + GOOD.replace("2024", "2023"))
    _, shown = at_a_terminal("import", "a.csv", "--split")
    assert "a.csv: 0 of 2" in shown
    assert "a.csv: 1 of 2" in shown


def test_init_never_overwrites(folder: Path) -> None:
    """A registry is created once; a second `init` is refused and changes nothing."""
    before = (folder / "credtools.db").read_bytes()
    refused(run("init"), "credtools.db")
    assert (folder / "credtools.db").read_bytes() == before


def test_without_a_registry_every_command_says_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder is explained, not filled."""
    monkeypatch.chdir(tmp_path)
    refused(run("show"), str(tmp_path / "credtools.db"), "credtools init")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("folder")
class TestCheck:
    """`check`: the verdict on a file, nothing stored."""

    def test_clean_file(self) -> None:
        """A clean file exits 0 and stores nothing."""
        write("a.csv", HEADINGS + GOOD)
        result = run("check", "a.csv", "--json")
        (found,) = objects(result)
        assert result.exit_code == 0
        assert (found["rows"], found["ready"], found["rejected"]) == (1, 1, 0)
        assert found["reading"].keys() >= READING_KEYS
        assert found["reading"]["headings"] == {
            "User email": "user_email",
            "Credential type": "credential_type",
            "Issue date": "issue_date",
            "Expiration date": "expiration_date",
            "Credential number": "credential_number",
        }
        assert ct.open().batches().empty

    def test_rejected_rows(self) -> None:
        """Rejected rows exit 1; each error names line, heading, column, value and what to do."""
        write("a.csv", HEADINGS + GOOD + "cy@example.org,Frist Aid,2024-03-05,2020-03-05,\n")
        result = run("check", "a.csv", "--json")
        (found,) = objects(result)
        assert result.exit_code == 1
        assert (found["rows"], found["ready"], found["rejected"]) == (2, 1, 1)
        blocking = [error for error in found["errors"] if error["blocks"]]
        assert [(e["line"], e["heading"], e["column"], e["value"], e["code"]) for e in blocking] == [
            (3, "User email", "user_email", "cy@example.org", "user_exists"),
            (3, "Credential type", "credential_type", "Frist Aid", "credential_type_exists"),
            (3, "Expiration date", "expiration_date", "2020-03-05", "expires_after_issue"),
        ]
        assert all(error.keys() >= ERROR_KEYS for error in found["errors"])
        types = next(cause for cause in found["causes"] if cause["code"] == "credential_type_exists")
        assert (types["value"], types["count"], types["suggestion"]) == ("Frist Aid", 1, "First Aid")

    def test_text_shows_causes(self) -> None:
        """Without --json a person reads counts, causes and what to do."""
        write("a.csv", HEADINGS + "ana@example.org,Frist Aid,2024-03-05,,\n")
        result = run("check", "a.csv")
        assert result.exit_code == 1
        assert "0 ready · 1 rejected · 1 cause" in result.stdout
        assert "Credential type doesn't exist · credential type · Frist Aid" in result.stdout

    def test_no_such_file(self) -> None:
        """A file that isn't there is misuse: exit 2, one sentence on stderr, nothing on stdout."""
        result = run("check", "missing.csv", "--json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == said("no_such_file", path="missing.csv")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "file_readable"),
            ("<html><table>", "file_readable"),
            ("Somebody,Credential type,Issue date\na,b,c\n", "heading_required"),
            (HEADINGS + GOOD * 3, "row_limit"),
        ],
    )
    def test_refused_files_exit_3_with_their_code(self, text: str, code: str) -> None:
        """Unreadable, without a heading, or too long: exit 3, one object with the code, one sentence."""
        run("settings", "max_rows", "2")
        write("a.csv", text)
        result = run("check", "a.csv", "--json")
        (found,) = objects(result)
        assert result.exit_code == 3
        assert [error["code"] for error in found["errors"]] == [code]
        assert result.stderr == f"credtools: {found['errors'][0]['resolution']}\n"

    def test_a_recipe_that_means_nothing_is_misuse(self) -> None:
        """A recipe with an unknown key exits 2 and names the keys that are known."""
        write("r.yaml", "heading: {a: user_email}\n")
        write("a.csv", HEADINGS + GOOD)
        refused(run("check", "a.csv", "--recipe", "r.yaml"), "'heading'", "schema, read, headings, date_format")


@pytest.mark.usefixtures("folder")
class TestImport:
    """`import`: papermill runs the notebook, the database tells the verdict."""

    def test_partial_then_replayed_then_fixed(self) -> None:
        """The same file twice gives the stored receipt; a user added later frees exactly that row."""
        write("a.csv", HEADINGS + GOOD + "cy@example.org,First Aid,2024-03-05,,\n")
        first = run("import", "a.csv", "--json")
        (found,) = objects(first)
        assert (first.exit_code, found["verdict"], found["new"], found["rejected"]) == (0, "partial", 1, 1)
        assert found.keys() >= IMPORT_KEYS
        assert Path(found["notebook"]).is_file()
        assert run("import", "a.csv", "--json", "--strict").exit_code == 1
        (again,) = objects(run("import", "a.csv", "--json"))
        assert (again["receipt"], again["replayed"]) == (found["receipt"], True)

        write("more.csv", "Email\ncy@example.org\n")
        run("load", "users", "more.csv")
        (fixed,) = objects(run("import", "a.csv", "--json"))
        assert (fixed["verdict"], fixed["new"], fixed["unchanged"], fixed["rejected"]) == ("ok", 1, 1, 0)
        (reject,) = objects(run("rejects", "--json"))
        assert (reject["state"], reject["fixed_batch"], reject["fixed_line"]) == ("fixed", fixed["batch"], 3)
        write("b.csv", HEADINGS + "di@example.org,First Aid,2024-03-05,,\n" + GOOD)
        write("b.yaml", "date_format: YYYY-MM-DD\n")
        run("import", "b.csv", "--recipe", "b.yaml")
        assert [one["state"] for one in objects(run("rejects", "--json"))] == ["open", "fixed"]
        assert [one["source"] for one in objects(run("rejects", "--source", "b", "--json"))] == ["b"]
        assert run("verify").exit_code == 0

    def test_a_recipe_that_names_no_column_is_misuse(self) -> None:
        """`check` and `import` exit alike, 2, where a recipe names a column or schema that isn't there."""
        write("a.csv", HEADINGS + GOOD)
        for text in ("headings: {Who: nobody}\n", "schema: nothing\n"):
            write("r.yaml", text)
            codes = [run(command, "a.csv", "--recipe", "r.yaml").exit_code for command in ("check", "import")]
            assert codes == [2, 2]

    def test_held_and_released(self) -> None:
        """Over the threshold a batch is held with one sentence; another threshold releases the same batch."""
        write("a.csv", HEADINGS + GOOD + "cy@example.org,First Aid,2024-03-05,,\n")
        held = run("import", "a.csv", "--max-reject-rate", "0", "--json")
        (found,) = objects(held)
        assert (held.exit_code, found["verdict"], found["waiting"]) == (1, "held", 2)
        assert found["held_because"] == (
            "1 of 2 rows are rejected (50.0%), more than the 0.0% allowed. "
            "Correct them, or import the file again with another threshold."
        )
        assert run("rejects").stdout == "0 rejected rows, 0 still open.\n"
        (released,) = objects(run("import", "a.csv", "--max-reject-rate", "0.5", "--json"))
        assert (released["verdict"], released["batch"], released["waiting"]) == ("partial", found["batch"], 0)

    def test_all_files_are_tried_and_the_worst_code_counts(self) -> None:
        """One file that can't be read doesn't keep the others out."""
        write("good.csv", HEADINGS + GOOD)
        write("bad.csv", "")
        result = run("import", "missing.csv", "bad.csv", "good.csv", "--json")
        missing, bad, good = objects(result)
        assert result.exit_code == 3
        assert (missing["verdict"], missing["batch"]) == ("failed", None)
        assert (bad["verdict"], bad["batch"]) == ("failed", None)
        assert bad["problem"] == objects(run("check", "bad.csv", "--json"))[0]["errors"][0]["resolution"]
        assert (good["verdict"], good["accepted"]) == ("ok", 1)
        assert run("import", "missing.csv").exit_code == 2


@pytest.mark.usefixtures("folder")
def test_a_file_is_divided_only_on_purpose() -> None:
    """Too many rows are refused whole; with --split each part is a batch whose lines keep their numbers."""
    run("settings", "max_rows", "2")
    write(
        "a.csv", HEADINGS + GOOD + "bo@example.org,First Aid,2024-03-05,,\n" + "cy@example.org,First Aid,2024-03-05,,\n"
    )
    whole = run("import", "a.csv", "--json")
    assert (whole.exit_code, objects(whole)[0]["batch"]) == (3, None)
    assert objects(whole)[0]["problem"] == errors.sentence("too_many_rows", {"found": 3, "allowed": 2}, "prompt")
    (found,) = objects(run("import", "a.csv", "--split", "--json", "--max-reject-rate", "1"))
    assert (found["verdict"], found["rows"], found["accepted"], found["waiting"]) == ("held", 3, 2, 1)
    assert found["batches"] == [1, 2]
    write("more.csv", "Email\ncy@example.org\n")
    run("load", "users", "more.csv")
    (again,) = objects(run("import", "a.csv", "--split", "--json"))
    assert (again["verdict"], again["rows"], again["accepted"], again["batches"]) == ("ok", 3, 3, [1, 2])
    assert ct.open().batch(2).credentials()["line"].tolist() == [4]
    assert ct.open().verify() == []


@pytest.mark.usefixtures("folder")
def test_approve_decline_and_show() -> None:
    """Named lines are declined with a reason, the rest approved at once; `show` tells the decisions."""
    rows = GOOD + "bo@example.org,First Aid,2024-03-05,,\n" + "ana@example.org,First Aid,2023-03-05,,\n"
    write("a.csv", HEADINGS + rows)
    registry = ct.open()
    batch = registry.upload("a.csv")
    batch.finish()
    declined = run("decline", "1", "--lines", "3", "--reason", "no signature", "--json")
    assert objects(declined)[0]["decided"] == [3]
    refused(run("approve", "1", "--lines", "2-3"), "batch 1", "line 3", "credtools show")
    assert objects(run("approve", "1", "--json"))[0]["decided"] == [2, 4]
    shown = run("show", "1").stdout
    assert "2 approved" in shown
    assert "1 declined" in shown
    again = run("approve", "1", "--json")
    assert (again.exit_code, objects(again)[0]["decided"]) == (1, [])
    assert run("approve", "1").exit_code == 1


@pytest.mark.usefixtures("folder")
def test_what_blocks_an_approval() -> None:
    """Blocked lines come in the order of the file, ten of them, with what is left out and what to do next."""
    run("load", "types", str(write("passport.csv", "Name,Expiry,Media required\nPassport,optional,yes\n")))
    years = range(2024, 2012, -1)  # versions are stored from the oldest on
    write("a.csv", HEADINGS + GOOD + "".join(f"bo@example.org,Passport,{year}-03-05,,\n" for year in years))
    assert run("import", "a.csv").exit_code == 0
    why = "its type requires media and none has been added yet"
    told = run("approve", "1")
    assert (told.exit_code, told.stdout.splitlines()) == (
        0,
        [
            "batch 1: 1 approved, 12 blocked",
            *(f"  line {line}: {why}" for line in range(3, 13)),
            "  … and 2 more (--json lists all).",
            "Add media: credtools media 1 PATH, or accept the batch without: credtools media 1 --optional",
        ],
    )
    blocked = objects(run("approve", "1", "--json"))[0]["blocked"]
    assert blocked == [{"line": line, "reason": why} for line in range(3, 15)]
    assert run("approve", "1").exit_code == 1
    assert run("media", "1", "--optional").exit_code == 0
    assert run("approve", "1").stdout == "batch 1: 12 approved, 0 blocked\n"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("5;6", said("lines_unclear", text="5;6")),
        ("2,9-5", said("lines_backwards", part="9-5", first="9", last="5")),
        ("2-10000001", said("line_beyond", last=10_000_000, part="2-10000001")),
        ("9" * 5000, said("line_beyond", last=10_000_000, part="9" * 5000)),
        ("1-600000,1-600000", said("lines_too_many", allowed=1_000_000)),
    ],
    ids=lambda text: text[:20],
)
@pytest.mark.parametrize(
    "command",
    [
        *(("approve",), ("decline", "--reason", "x"), ("waive", "--reason", "x"), ("reopen",), ("resubmit",)),
        *(("withdraw", "--reason", "x"), ("reinstate",), ("undecide",)),
    ],
    ids=lambda command: command[0],
)
def test_lines_that_cannot_be_meant(command: tuple[str, ...], lines: str, sentence: str) -> None:
    """Lines that no file can have are refused as misuse, with what to write instead."""
    done = run(*command, "1", "--lines", lines)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", sentence)


@pytest.mark.usefixtures("folder")
def test_settings_are_typed() -> None:
    """A setting takes only what it means; the sentence says what would be accepted."""
    assert objects(run("settings", "date_format", "DD/MM/YYYY", "--json")) == [{"date_format": "DD/MM/YYYY"}]
    refused(run("settings", "approval_required", "perhaps"), "approval_required", "'perhaps'")
    known = ", ".join(objects(run("settings", "--json"))[0])
    assert run("settings", "colour").stderr == said("setting_unknown", key="colour", keys=known)
    refused(run("settings", "colour", "blue"), "'colour'", known)


@pytest.mark.usefixtures("folder")
def test_rejects_are_written_without_running_formulas() -> None:
    """A cell that a spreadsheet would run is neutralised in every export."""
    write("a.csv", HEADINGS + GOOD + "=1+1@example.org,First Aid,2024-03-05,,\n")
    ct.open().upload("a.csv").finish()
    written = "1 open reject written to out.csv. Correct the file, then: credtools correct out.csv\n"
    assert run("rejects", "-o", "out.csv").stdout == written
    as_json = run("rejects", "-o", "out.csv", "--json", "--force")
    assert (len(objects(as_json)), as_json.stderr) == (1, written)
    assert "'=1+1@example.org" in Path("out.csv").read_text(encoding="utf-8-sig")
    assert run("rejects", "-o", "out.xlsx").exit_code == 0
    refused(run("rejects", "-o", "out.pdf"), "'out.pdf'", ".csv", ".xlsx")


@pytest.mark.usefixtures("folder")
def test_a_terminal_is_never_steered_by_a_file() -> None:
    """Control characters of a file reach the terminal visibly escaped."""
    write("a.csv", HEADINGS + "ana@example.org,\x1b[31mFirst Aid,2024-03-05,,\n")
    result = run("check", "a.csv")
    assert "\x1b" not in result.stdout
    assert "x1b[31mFirst Aid" in result.stdout


@pytest.mark.usefixtures("folder")
def test_verify_finds_what_was_changed_behind_its_back() -> None:
    """`verify` exits 1 with a sentence when stored history was changed."""
    import sqlite3

    write("a.csv", HEADINGS + GOOD)
    ct.open().upload("a.csv").finish()
    with sqlite3.connect("credtools.db") as connection:
        connection.execute("UPDATE ledger SET verdict = 'unchanged'")
    connection.close()
    result = run("verify")
    assert result.exit_code == 1
    assert "The ledger of batch 1 isn't what was chained." in result.stdout


@pytest.mark.usefixtures("folder")
def test_replace_shows_whom_it_deactivates() -> None:
    """`load --replace` names who is absent before it deactivates them; more than a tenth is refused without --yes."""
    write("fewer.csv", "Email\nana@example.org\n")
    stopped = run("load", "users", "fewer.csv", "--replace")
    shown, sentence = stopped.stderr.splitlines()
    assert (stopped.exit_code, shown) == (2, "1 user isn't in the file and will be deactivated: bo@example.org.")
    assert "1 of the 2 active users" in sentence
    assert "--yes" in sentence
    done = run("load", "users", "fewer.csv", "--replace", "--yes", "--json")
    counts = {"added": 0, "changed": 0, "unchanged": 1, "deactivated": 1, "added_deactivated": 0}
    nobody: dict[str, list[str]] = {"left": [], "renamed": [], "reactivated": []}
    assert objects(done) == [{"file": "fewer.csv", **counts, **nobody, "notes": [], "warnings": []}]
    checked = run("check", str(write("bo.csv", HEADINGS + "bo@example.org,First Aid,2024-03-05,,\n")), "--json")
    assert "deactivated" in objects(checked)[0]["errors"][0]["resolution"]


@pytest.mark.usefixtures("folder")
def test_one_is_counted_as_one_and_time_in_seconds() -> None:
    """Sentences say `1 row`, not `1 rows`, and a moment is shown to the second."""
    write("a.csv", HEADINGS + "ana@example.org,Frist Aid,2024-03-05,,\n")
    assert run("check", "a.csv").stdout.startswith("a.csv: 1 row · ")
    write("b.csv", HEADINGS + "ana@example.org,Frist Aid,2024-03-05,,\n" + GOOD)
    registry = ct.open()
    registry.upload("b.csv").settle()
    assert repr(registry).startswith("sqlite:///credtools.db · 2 users · 1 credential type · as ")
    assert run("rejects").stdout.splitlines()[-1] == "1 rejected row, 1 still open."
    good = run("waive", "1", "--lines", "2", "--reason", "left", "--for-good").stdout
    assert good == "batch 1: 1 reject now waived for good\n"
    run("reopen", "1", "--lines", "2")
    assert run("waive", "1", "--lines", "2", "--reason", "left").stdout == "batch 1: 1 reject now waived\n"
    (batch,) = objects(run("show", "--json"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", batch["uploaded_at"])
    assert run("show").stdout.endswith(f" · uploaded_at {batch['uploaded_at']} · finished_by {batch['finished_by']}\n")
    assert run("undo", "1").stdout == "batch 1: undone: 1 version of batch 1 no longer stands.\n"


@pytest.mark.usefixtures("folder")
def test_undo_takes_a_batch_back() -> None:
    """`undo` withdraws what a batch wrote, and says how much; what isn't finished is misuse."""
    assert run("import", str(write("one.csv", HEADINGS + GOOD))).exit_code == 0
    assert objects(run("undo", "1", "--json")) == [
        {"batch": 1, "state": "undone", "versions": 1, "kept": {}, "reopened": 0, "affected": []}
    ]
    refused(run("undo", "1"), "1 is undone")


@pytest.mark.usefixtures("folder")
def test_discard_gives_a_held_batch_up() -> None:
    """`discard` ends the waiting of a held batch."""
    assert run("import", str(write("bad.csv", HEADINGS + GOOD.replace("ana", "eve")))).exit_code == 1
    assert run("discard", "1").stdout == "batch 1: discarded\n"
    assert objects(run("show", "1", "--json"))[0]["state"] == "discarded"


@pytest.mark.usefixtures("folder")
def test_audit_counts_rejects_by_what_became_of_them() -> None:
    """`audit --json` is one object: per code how many rejects are in each state."""
    assert run("audit").stdout == "No row was rejected.\n"
    wrong = GOOD.replace("ana", "eve").replace("First", "Frist")
    run("import", str(write("a.csv", HEADINGS + GOOD + wrong)))
    expected = dict.fromkeys(REJECT_STATES, 0) | {"open": 1}
    assert objects(run("audit", "--json")) == [{"credential_type_exists": expected, "user_exists": expected}]
    assert objects(run("audit", "--by", "source", "--since", "2999-01-01", "--json")) == [{}]
    refused(run("audit", "--since", "yesterday"), "'yesterday'")


@pytest.mark.usefixtures("folder")
def test_audit_asks_with_filters_and_by_age() -> None:
    """`audit` counts by every group of the library, in one state, of one source, between two days, or by age."""
    wrong = GOOD.replace("ana", "eve").replace("First", "Frist")
    run("import", str(write("a.csv", HEADINGS + GOOD + wrong)))
    expected = dict.fromkeys(REJECT_STATES, 0) | {"open": 1}
    assert objects(run("audit", "--by", "type", "--state", "open", "--source", "manual", "--json")) == [{"": expected}]
    assert (
        run("audit", "--by", "type").stdout == "type not known: 1 open · 0 fixed · 0 waived · 0 superseded · 0 void\n"
    )
    assert objects(run("audit", "--until", "2020-01-01", "--json")) == [{}]
    one = {"user_exists": expected}
    assert objects(run("audit", "--batch", "1", "--code", "user_exists", "--column", "user_email", "--json")) == [one]
    assert run("audit", "--batch", "2").stdout == "No rejected row matches.\n"
    refused(run("audit", "--state", "lost"), "'lost'", "open, fixed, waived, superseded, void")
    ages = {"up to 7 days": 1, "8 to 30": 0, "31 to 90": 0, "over 90": 0}
    assert objects(run("audit", "--by", "source", "--ageing", "--json")) == [{"manual": ages}]
    refused(run("audit", "--source", "payroll"), "'payroll'", "manual")


@pytest.mark.usefixtures("folder")
def test_audit_tells_rates_what_was_settled_and_values() -> None:
    """`audit` says which source gets worse, what was settled and when, and which wrong values there are."""
    wrong = GOOD.replace("ana", "eve")
    run("import", str(write("a.csv", HEADINGS + GOOD + wrong)))
    run("waive", "1", "--lines", "3", "--reason", "left")
    (rates,) = objects(run("audit", "--rate", "--json"))
    assert (rates["manual"]["rows"], rates["manual"]["rejected"], rates["manual"]["worse"]) == (2, 1, False)
    assert run("audit", "--rate").stdout.startswith("manual: 50.0% of 2 rows in the week of ")
    (settled,) = objects(run("audit", "--settled", "--json"))
    assert list(settled.values()) == [{"fixed": 0, "waived": 1, "superseded": 0}]
    assert objects(run("audit", "--settled", "--by", "source", "--changed-until", "2020-01-01", "--json")) == [{}]
    (value,) = objects(run("audit", "--by", "value", "--json"))
    assert (value["value"], value["rows"], value["open"]) == ("eve@example.org", 1, 0)
    assert run("audit", "--by", "value").stdout == "user_exists · 'eve@example.org': 1 row · 0 open\n"
    assert run("audit", "--rate", "--settled").exit_code == 2


@pytest.mark.usefixtures("folder")
def test_show_tells_the_history_of_a_row_and_a_person() -> None:
    """`show BATCH --line LINE` and `show --person EMAIL` list what happened, oldest first."""
    wrong = GOOD.replace("ana", "eve").replace("First", "Frist")
    run("import", str(write("a.csv", HEADINGS + GOOD + wrong)))
    row = objects(run("show", "1", "--line", "3", "--json"))
    assert [(act["what"], act["batch"], act["line"]) for act in row] == [("uploaded", 1, 3), ("rejected", 1, 3)]
    assert row[1]["told"].startswith("user_exists,credential_type_exists · recipe ")
    person = objects(run("show", "--person", "ana@example.org", "--json"))
    assert [act["what"] for act in person[:2]] == ["uploaded", "new"]
    lines = run("show", "1", "--line", "3").stdout.splitlines()
    said = "Rejected: User doesn't exist; Credential type doesn't exist (recipe manual). ("
    assert said in lines[1]
    assert lines[1].endswith(", batch 1 line 3)")
    assert run("show", "--person", "ana@example.org").stdout.startswith("First Aid:\n  20")
    misused = run("show", "--line", "3")
    assert (misused.exit_code, misused.stderr.splitlines()[-1]) == (
        2,
        "Error: --line needs the number of a batch: credtools show BATCH --line LINE.",
    )


@pytest.mark.usefixtures("folder")
def test_upgrade_says_what_it_did() -> None:
    """A registry of the newest layout is left as it is."""
    assert run("upgrade").stdout == (
        f"The registry sqlite:///credtools.db has the newest layout, {LATEST}; nothing was changed.\n"
    )


@pytest.mark.usefixtures("folder")
def test_a_list_with_one_mistake_many_times() -> None:
    """`load` says each cause once, the largest first, with the lines where it occurs; --json has each row."""
    rows = "".join(f"p{number}@example.org,Terminated\n" for number in range(12))
    write("gone.csv", f"Email,Status\nnobody,active\n{rows}")
    refusal = run("load", "users", "gone.csv")
    assert refusal.exit_code == 2
    heads = [line for line in refusal.stderr.splitlines() if " · line" in line]
    assert [line.split()[0] for line in heads] == ["12", "1"]
    assert heads[0].endswith("lines 3, 4, 5, 6, 7 …")
    assert len(objects(run("load", "users", "gone.csv", "--json"))) == 13
