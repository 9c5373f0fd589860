"""Unattended runs: what papermill, kernels and databases do wrong must not be mistaken for success."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

import credtools as ct
from credtools import errors, settings
from credtools.cli import main
from credtools.errors import RecipeError
from credtools.registry import Registry
from credtools.runs import importing
from credtools.runs.importing import Given
from credtools.runs.kernel import Kernels

HEADINGS = "User email,Credential type,Issue date\n"
ROWS = "ana@example.org,First Aid,2024-03-05\ncanary.person@example.net,First Aid,2024-03-05\n"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A working folder with a registry, a file with one good and one bad row, and notebooks of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CREDTOOLS_DATABASE", raising=False)
    shutil.copytree(settings.documents("notebooks"), tmp_path / "nb")
    Path("users.csv").write_text("Email\nana@example.org\n")
    Path("types.csv").write_text("Name\nFirst Aid\n")
    Path("a.csv").write_text(HEADINGS + ROWS)
    made = ct.init()
    made.load("users", "users.csv")
    made.load("types", "types.csv")
    return made


def with_cell(monkeypatch: pytest.MonkeyPatch, source: str, *, last: bool) -> None:
    """Runs use an import notebook with one more cell, at its end or just before it finishes."""
    real = settings.load

    def load(folder: str | Path = ".") -> settings.Settings:
        found = real(folder)
        return settings.Settings(**{**vars(found), "notebooks": Path(folder).absolute() / "nb"})

    path = Path("nb/import.ipynb")
    notebook = nbformat.read(path, as_version=4)
    place = len(notebook.cells) if last else next(k for k, c in enumerate(notebook.cells) if "settle" in c.source)
    notebook.cells.insert(place, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)
    monkeypatch.setattr(settings, "load", load)


@pytest.mark.long
def test_a_record_shows_counts_and_no_person(registry: Registry) -> None:
    """The executed notebook tells verdict, causes and receipt, and holds no cell that names a person."""
    run = importing.import_file("a.csv")
    assert run.outcome.verdict == "partial"
    record = Path(run.outcome.notebook or "").read_text()
    assert "User doesn't exist" in record
    assert "receipt of batch 1" in record
    assert "canary.person" not in record
    assert run.rejects is not None
    assert "canary.person" in run.rejects.read_text(encoding="utf-8-sig")
    assert registry.verify() == []


def test_a_cell_that_exits_is_no_success(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sys.exit()` before the finish leaves no receipt, so the run has failed, whatever papermill says."""
    with_cell(monkeypatch, "import sys; sys.exit()", last=False)
    run = importing.import_file("a.csv")
    assert (run.outcome.verdict, run.outcome.receipt) == ("failed", None)
    assert registry.audit.rejects().empty


def test_a_killed_kernel_before_the_finish_has_failed(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that dies before COMMIT wrote nothing; running again finishes."""
    with monkeypatch.context() as broken:
        with_cell(broken, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", last=False)
        run = importing.import_file("a.csv")
    assert run.outcome.verdict == "failed"
    assert (run.error and run.error.reason, run.outcome.problem) == ("run_stopped", str(run.error))
    assert registry.batch(1).state == "discarded"
    assert importing.import_file("a.csv").outcome.verdict == "partial"
    assert registry.verify() == []


def test_a_killed_kernel_after_the_finish_has_succeeded(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the receipt is in the database, nothing that happens to the kernel takes it back."""
    with_cell(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", last=True)
    run = importing.import_file("a.csv")
    assert run.outcome.verdict == "partial"
    assert run.outcome.receipt is not None
    assert registry.batch(1).state == "finished"


@pytest.mark.long
def test_a_run_that_takes_too_long_is_ended(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell over its time ends the run, which has then failed."""
    with_cell(monkeypatch, "import time; time.sleep(60)", last=False)
    run = importing.import_file("a.csv", timeout=3)
    assert run.outcome.verdict == "failed"
    assert registry.audit.rejects().empty


@pytest.mark.long
def test_each_run_has_a_process_of_its_own(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is executed in a fresh process, the next one begun meanwhile; none of them outlives the command."""
    with_cell(monkeypatch, "import os; print('process', os.getpid())", last=False)
    Path("b.csv").write_text(HEADINGS + ROWS.replace("2024", "2025"))
    Path("c.csv").write_text("")
    told = CliRunner().invoke(main, ["import", "--json", "a.csv", "b.csv", "c.csv", "gone.csv"])
    outcomes = [json.loads(line) for line in told.stdout.splitlines()]
    assert [outcome["verdict"] for outcome in outcomes] == ["partial", "partial", "failed", "failed"]
    records = [Path(outcome["notebook"]).read_text() for outcome in outcomes[:2]]
    processes = {int(re.findall(r"process (\d+)", record)[-1]) for record in records}
    assert len(processes - {os.getpid()}) == 2
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    assert registry.verify() == []


def test_a_kernel_that_does_not_start_has_failed(registry: Registry) -> None:
    """A kernel that dies while it starts is a failed run that names what to do; nothing was written."""
    with Kernels(Path()) as kernels:
        assert kernels._next is not None
        process = kernels._next.provisioner.pid
        os.kill(process, signal.SIGKILL)
        run = importing.import_file("a.csv", kernels=kernels)
    assert run.outcome.verdict == "failed"
    assert run.error is not None
    assert (run.error.reason, run.error.facts, run.outcome.problem) == (
        "run_stopped",
        {"why": "RuntimeError"},
        str(run.error),
    )
    assert registry.batches().empty


def test_a_kernel_begun_for_nothing_is_ended(tmp_path: Path) -> None:
    """A kernel that no run took is gone when its command ends."""
    with Kernels(tmp_path) as kernels:
        assert kernels._next is not None
        process = kernels._next.provisioner.pid
        os.kill(process, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_rejects_that_cannot_be_written_are_said(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imported, but the export failed, is an outcome of its own."""
    with_cell(
        monkeypatch,
        "import pathlib; [p.joinpath('rejects.csv').mkdir() for p in pathlib.Path('runs').iterdir()]",
        last=True,
    )
    run = importing.import_file("a.csv")
    assert (run.outcome.verdict, run.export_failed) == ("partial", True)
    assert str(run.outcome.problem).startswith(errors.sentence("imported_without_export", {"why": ""}))
    assert registry.batch(1).state == "finished"


@pytest.mark.usefixtures("registry")
def test_the_command_of_a_run_loads_nothing_heavy() -> None:
    """What a run must know its kernel says: the command imports neither pandas nor SQLAlchemy, nor what they bring."""
    script = (
        "import sys; from credtools.cli import main\n"
        "try: main(['import', 'a.csv', '--json'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'pandas', 'numpy', 'pyarrow', 'pandera', 'sqlalchemy', 'pydantic', 'ruamel', 'rich', 'jinja2'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)), 'papermill' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    outcome, loaded = done.stdout.splitlines()
    assert (json.loads(outcome)["verdict"], loaded) == ("partial", "LOADED [] True")
    names = ["import.ipynb", "recipe.yaml", "rejects.csv", "report.html", "run.json", "schema.py"]
    assert sorted(one.name for one in Path(json.loads(outcome)["notebook"]).parent.iterdir()) == names


def test_a_kernel_says_what_it_is_asked(registry: Registry) -> None:
    """A kernel raises what is raised on purpose; to what should not happen, and when dead, it gives no answer."""
    Path("bad.yaml").write_text("heading: {}\n")
    place = {"path": str(Path("a.csv").absolute()), "folder": str(Path.cwd()), "recipe": None}
    with Kernels(Path()) as kernels:
        asked = kernels.next
        assert asked.ask("given", place) == Given("manual", "table")
        registry.write_rejects("wrong.csv")
        assert asked.ask("given", place | {"path": str(Path("wrong.csv").absolute())}).file == "corrections"
        assert asked.ask("given", place | {"path": "gone.csv"}).file == "missing"
        with pytest.raises(RecipeError) as caught:
            asked.ask("given", place | {"recipe": str(Path("bad.yaml").absolute())})
        assert (caught.value.reason, caught.value.facts["key"]) == ("recipe_key_unknown", "heading")
        assert asked.ask("given", {"nonsense": 1}) is None
        assert asked.provisioner is not None
        os.kill(asked.provisioner.pid, signal.SIGKILL)
        assert asked.ask("given", place) is None


def test_a_run_whose_kernel_gives_no_answer(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that can't say how its run ended, or is killed while it does: the command finds out for itself."""
    for wreck in ("del answers.finished", "answers.finished = lambda **_: os.kill(os.getpid(), signal.SIGKILL)"):
        with monkeypatch.context() as changed:
            with_cell(changed, f"import os, signal; from credtools.runs import answers; {wreck}", last=True)
            run = importing.import_file("a.csv")
        assert (run.outcome.verdict, run.outcome.batch) == ("partial", 1)
        assert run.rejects is not None
        assert "canary.person" in run.rejects.read_text(encoding="utf-8-sig")
    assert registry.batches()["batch"].tolist() == [1]


@pytest.mark.long
def test_plain_papermill_runs_the_same_notebook(registry: Registry) -> None:
    """`papermill import.ipynb out.ipynb -p source FILE` imports without credtools' own command."""
    command = [sys.executable, "-m", "papermill", "nb/import.ipynb", "out.ipynb", "-p", "source", "a.csv"]
    subprocess.run(command, check=True, capture_output=True)
    assert registry.batch(1).counts.as_dict() == {
        "rows": 2,
        "accepted": 1,
        "new": 1,
        "new_versions": 0,
        "older": 0,
        "withdrawn": 0,
        "unchanged": 0,
        "rejected": 1,
        "left_out": 0,
        "waiting": 0,
    }


@pytest.mark.parametrize("path", sorted(settings.documents("notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_are_documents(path: Path) -> None:
    """Notebooks are kept without outputs, with short cells and one tagged cell of declared parameters."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert all(len(cell["source"]) <= 12 for cell in code)
    assert [cell["metadata"].get("tags") for cell in code].count(["parameters"]) == 1


@pytest.mark.long
def test_a_run_speaks_as_who_started_it(registry: Registry) -> None:
    """What a run raises names the remedies of the face that asked for it: at the prompt a command, else a call."""
    registry.set("max_rows", 1)
    told = CliRunner().invoke(main, ["import", "--json", "a.csv"])
    facts = {"found": 2, "allowed": 1}
    assert json.loads(told.stdout)["problem"] == errors.sentence("too_many_rows", facts, "prompt")
    errors.speak("python")
    assert importing.import_file("a.csv").outcome.problem == errors.sentence("too_many_rows", facts, "python")
