"""Unattended: folders and patterns, the evidence of each run, and the worked examples of docs/unattended/."""

from __future__ import annotations

import html
import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

import credtools as ct
from credtools import settings
from credtools.cli import main
from credtools.errors import MissingFileError
from credtools.registry import Registry
from credtools.runs import importing
from tests.builders import ANA, HEADINGS, TYPES, USERS, ZOE
from tests.core import ROOT

EXAMPLES = ROOT / "docs" / "unattended"
RECIPE = "date_format: YYYY-MM-DD\nexpect: {every: 7 days}\n"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A working folder with a registry, its notebooks, a recipe, and an export in incoming/."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CREDTOOLS_DATABASE", raising=False)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    for name in ("incoming", "recipes", "runs"):
        Path(name).mkdir()
    Path("recipes/hr.yaml").write_text(RECIPE, "utf-8")
    Path("incoming/hr_export.csv").write_text(f"{HEADINGS}\n{ANA}\n{ZOE}\n", "utf-8")
    for name, content in {"users": USERS, "types": TYPES}.items():
        Path(f"{name}.csv").write_text(content, "utf-8")
    shutil.copy(settings.documents("notebooks") / "import.ipynb", ".")
    made = ct.init()
    made.load("users", "users.csv")
    made.load("types", "types.csv")
    return made


# --- which files ----------------------------------------------------------------------------------------------


def test_files_folders_and_patterns(tmp_path: Path) -> None:
    """A folder stands for its tables, a pattern for what it finds, each by name; what is neither stands for itself."""
    for name in (
        "b.csv",
        "a.xlsx",
        ".hidden.csv",
        "~$a.xlsx",
        "note.pdf",
        "c.PSV",
        "d.log",
        "e.json",
        "f.csv.part",
        "g",
    ):
        (tmp_path / name).touch()
    (tmp_path / "deep.csv").mkdir()
    assert [one.name for one in importing.files_in(tmp_path)] == ["a.xlsx", "b.csv", "c.PSV"]
    assert [one.name for one in importing.files_in(tmp_path / "*.csv")] == ["b.csv"]
    assert importing.files_in(tmp_path / "gone.csv") == [tmp_path / "gone.csv"]
    for nothing in (tmp_path / "deep.csv", tmp_path / "x*.csv"):
        with pytest.raises(MissingFileError) as caught:
            importing.files_in(nothing)
        assert (caught.value.reason, caught.value.facts) == ("nothing_to_import", {"path": str(nothing)})


def test_what_is_no_table_is_skipped(registry: Registry) -> None:
    """A README.txt in a folder, or found by a pattern, is told on stderr and skipped: no batch, no failed run.

    Named itself it is an error, like a folder that holds nothing else; a .txt with a table is imported.
    """
    prose = "Put the exports here, one file a night.\nQuestions, complaints: ask the data team.\n"
    for name, content in {"README.txt": "hello", "notes.txt": prose, "b.txt": f"{HEADINGS}\n{ANA}\n"}.items():
        Path("incoming", name).write_text(content, "utf-8")
    names = [Path("incoming", name) for name in ("README.txt", "b.txt", "hr_export.csv", "notes.txt")]
    assert importing.to_import(["incoming"], "recipes/hr.yaml") == (names[1:3], [names[0], names[3]])
    assert importing.to_import([names[0], "incoming/n*.txt"]) == ([names[0]], [names[3]])
    told = CliRunner().invoke(main, ["import", "incoming/[Rn]*.txt"])
    assert (told.exit_code, told.stdout) == (2, "")
    with pytest.raises(MissingFileError) as caught:
        importing.to_import(["incoming/[Rn]*.txt"])
    assert (caught.value.reason, caught.value.facts) == ("no_table_to_import", {"files": "'README.txt', 'notes.txt'"})
    for name, content in {
        "a.dat": f"{HEADINGS}\n{ANA}\n".replace(",", "|"),
        "c.xml": "<settings><night>1</night></settings>",
        "d.prn": prose,
        "e.txt": '{"error": "expired"}',
    }.items():
        Path("incoming", f"un{name}").write_text(content, "utf-8")
    Path("incoming/unb.dat").write_bytes(bytes(range(256)) * 4)
    assert importing.to_import(["incoming/una.dat", "incoming/un*"]) == (
        [Path("incoming/una.dat"), Path("incoming/una.dat"), Path("incoming/une.txt")],
        [Path("incoming", f"un{name}") for name in ("b.dat", "c.xml", "d.prn")],
    )
    unknown = Path("incoming/unknown.txt")
    unknown.write_text("Wer\tWas\tWann\nana\tx\t2024-01-10\n", "utf-8")
    assert importing.to_import(["incoming/unk*"])[0] == [unknown]
    assert registry.batches().empty


# --- evidence -------------------------------------------------------------------------------------------------


def test_each_run_leaves_its_evidence(registry: Registry) -> None:
    """A run's folder holds digests, counts, receipt, recipe, schema, notebook, rejects and a page of its own."""
    run = importing.import_file("incoming/hr_export.csv", recipe="recipes/hr.yaml")
    folder = Path(run.outcome.notebook or "").parent
    names = ["import.ipynb", "recipe.yaml", "rejects.csv", "report.html", "run.json", "schema.py"]
    assert sorted(one.name for one in folder.iterdir()) == names
    told = json.loads((folder / "run.json").read_text("utf-8"))
    assert (told["verdict"], told["source"], told["rows"], told["accepted"], told["rejected"]) == (
        "partial",
        "hr",
        2,
        1,
        1,
    )
    assert told["receipt"]["recipe"] == told["recipe"] == ct.Recipe.load(folder / "recipe.yaml").fingerprint
    assert told["receipt"]["sha256"] == told["sha256"] == registry.batch(1).sha256
    assert told["seconds"]["total"] >= told["seconds"]["imports"] + told["seconds"]["work"] > 0
    page = (folder / "report.html").read_text("utf-8")
    assert "User doesn't exist" in html.unescape(page)
    for outside in ("http:", "https:", "<script", "src=", "zoe@example.org"):
        assert outside not in page
    assert "zoe@example.org" not in (folder / "run.json").read_text("utf-8")
    Path("users.csv").write_text("Email\nzoe@example.org\n", "utf-8")
    registry.load("users", "users.csv")
    assert registry.correct(folder / "rejects.csv").fixed == (1,)


def test_a_held_run_says_why(registry: Registry) -> None:
    """The page of a held run holds the reason, and there are no rejects yet."""
    run = importing.import_file("incoming/hr_export.csv", recipe="recipes/hr.yaml", max_reject_rate=0.1)
    folder = Path(run.outcome.notebook or "").parent
    assert "1 of 2 rows are rejected (50.0%), more than the 10.0% allowed" in (folder / "report.html").read_text(
        "utf-8"
    )
    assert not (folder / "rejects.csv").exists()
    assert registry.batch(1).state == "held"


# --- the worked examples --------------------------------------------------------------------------------------


def nightly() -> tuple[dict[str, str], list[str]]:
    """The environment that cron gives the nightly script, and its command."""
    bare = {"CREDTOOLS_HOME": str(Path.cwd()), "PATH": os.environ["PATH"], "HOME": str(Path.cwd())}
    return bare, [str(EXAMPLES / "nightly.sh")]


def left_in(folder: str) -> list[str]:
    """The names of files in a folder, without the moment that the script puts before them."""
    return sorted(one.name.partition("Z-")[2] or one.name for one in Path(folder).iterdir())


@pytest.mark.long
def test_cron(registry: Registry) -> None:
    """The nightly script, in cron's bare environment: silent when all is well, the reasons and code 1 when held."""
    bare, script = nightly()
    done = subprocess.run(script, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert registry.batch(1).state == "finished"
    Path("incoming/second.csv").write_text("User email,Issue date\na,b\n", "utf-8")
    done = subprocess.run(script, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "has no heading for 'Credential type'" in done.stdout
    assert (EXAMPLES / "crontab").read_text("utf-8").splitlines()[-1].endswith("/nightly.sh")


def test_each_file_is_imported_once(registry: Registry) -> None:
    """Dated exports come in the order of their names, then move away: another night changes nothing.

    One that isn't imported stays, and so do those after it: an old one after a new one would be a correction back.
    """
    Path("incoming/hr_export.csv").unlink()
    changed = ANA.replace("2030", "2032")
    assert changed != ANA
    for name, row in {"hr_1129.csv": ANA, "hr_1130.csv": changed}.items():
        Path("incoming", name).write_text(f"{HEADINGS}\n{row}\n", "utf-8")
    bare, script = nightly()
    for _ in range(2):
        done = subprocess.run(script, env=bare, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert (left_in("incoming"), left_in("done")) == ([], ["hr_1129.csv", "hr_1130.csv"])
        assert [registry.batch(number).counts.accepted for number in (1, 2)] == [1, 1]
        assert len(registry.batches()) == 2
    Path("incoming/hr_1201.csv").write_text("User email,Issue date\na,b\n", "utf-8")
    Path("incoming/hr_1202.csv").write_text(f"{HEADINGS}\n{ANA}\n", "utf-8")
    done = subprocess.run(script, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, left_in("incoming")) == (1, ["hr_1201.csv", "hr_1202.csv"])
    assert [registry.batch(number).state for number in (1, 2, 3)] == ["finished", "finished", "held"]


def test_the_worst_of_a_night_counts(tmp_path: Path) -> None:
    """Imported, but its rejects not written (5): the file moves away, the night goes on, the script says 5."""
    (tmp_path / "incoming").mkdir()
    for name in ("a.csv", "b.csv"):
        (tmp_path / "incoming" / name).touch()
    stub = tmp_path / "stub"
    stub.write_text(
        '#!/bin/sh\nfor last; do :; done\n[ "$last" != incoming/a.csv ] || { echo lost; exit 5; }\n', "utf-8"
    )
    stub.chmod(0o700)
    known = {"CREDTOOLS_HOME": str(tmp_path), "CREDTOOLS": str(stub), "PATH": os.environ["PATH"]}
    done = subprocess.run([str(EXAMPLES / "nightly.sh")], env=known, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (5, "lost\n")
    assert (left_in(str(tmp_path / "incoming")), left_in(str(tmp_path / "done"))) == ([], ["a.csv", "b.csv"])


def test_papermill_alone(registry: Registry) -> None:
    """The plain papermill call imports the file and leaves its record."""
    subprocess.run([str(EXAMPLES / "papermill.sh")], check=True, capture_output=True)
    assert registry.batch(1).counts.rejected == 1
    assert "receipt of batch 1" in next(Path().glob("record-*.ipynb")).read_text("utf-8")


class Task:
    """Stands in for Airflow's operators: keeps what it is given, knows what comes after it."""

    made: list[Task] = []  # noqa: RUF012 - of one test

    def __init__(self, **told: Any) -> None:
        self.told = told
        Task.made.append(self)

    def __rshift__(self, other: Task) -> Task:
        return other


class Dag:
    """Stands in for Airflow's DAG."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def test_airflow(registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The DAG's papermill call, made anywhere as its operator does, imports; the next task asks for the receipt."""
    import papermill

    for name, inside in {
        "airflow.sdk": {"DAG": Dag},
        "airflow.providers.standard.operators.python": {"PythonOperator": Task},
        "airflow.providers.papermill.operators.papermill": {"PapermillOperator": Task},
    }.items():
        module = ModuleType(name)
        vars(module).update(inside)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv("CREDTOOLS_HOME", str(Path.cwd()))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    Task.made.clear()
    runpy.run_path(str(EXAMPLES / "airflow_dag.py"))
    imports, confirms = Task.made

    def rendered(value: str) -> str:
        words = {"{{ dag.dag_id }}": "hr", "{{ run_id }}": "scheduled__2026-11-23", "{{ ds }}": "2026-11-23"}
        for word, means in words.items():
            value = value.replace(word, means)
        return value

    told = imports.told
    with pytest.raises(RuntimeError) as caught:
        confirms.told["python_callable"](*map(rendered, confirms.told["op_args"]))
    assert str(caught.value) == "The run left no receipt. Look at its notebook."
    parameters = {key: rendered(value) for key, value in told["parameters"].items()}
    output = rendered(told["output_nb"])
    papermill.execute_notebook(
        told["input_nb"], output, parameters=parameters, kernel_name=told["kernel_name"], progress_bar=False
    )
    assert confirms.told["python_callable"](*map(rendered, confirms.told["op_args"])) == "partial"
    assert registry.batch(1).state == "finished"


def test_a_source_that_is_overdue_is_shown(registry: Registry) -> None:
    """`credtools show --sources --json` tells the expected interval, and since when a file is overdue."""
    registry.upload("incoming/hr_export.csv", "recipes/hr.yaml").settle()
    told = json.loads(CliRunner().invoke(main, ["show", "--sources", "--json"]).stdout)
    assert (told["source"], told["every"], told["overdue"]) == ("hr", "7 days", None)
