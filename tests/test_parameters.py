"""Parameters: what papermill gives a notebook is typed at its door, or refused by its name."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import papermill
import pytest

import credtools as ct
from credtools import settings
from credtools.errors import CredtoolsError
from credtools.registry import Registry
from credtools.runs import parameters
from tests.builders import ANA, HEADINGS, TYPES, USERS, ZOE

NOTEBOOKS = ("approve", "audit", "import", "review", "upload")
STRICT = "max_reject_rate: 0.1\n"
EXPECTS = "expect: {new_values: 0}\n"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A working folder with a registry, the notebooks, and a file with one good and one rejected row."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CREDTOOLS_DATABASE", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for path in settings.documents("notebooks").glob("*.ipynb"):
        shutil.copy(path, tmp_path)
    Path("a.csv").write_text(f"{HEADINGS}\n{ANA}\n{ZOE}\n", "utf-8")
    made = ct.init()
    for name, content in {"users": USERS, "types": TYPES}.items():
        Path(f"{name}.csv").write_text(content, "utf-8")
        made.load(name, f"{name}.csv")
    return made


def typed_at_the_prompt(name: str, *given: str) -> str:
    """`papermill NAME.ipynb out.ipynb …`; what it printed on stderr."""
    command = [sys.executable, "-m", "papermill", f"{name}.ipynb", "out.ipynb", "--no-progress-bar", *given]
    return subprocess.run(command, check=False, capture_output=True, text=True).stderr


def record(name: str = "out.ipynb") -> str:
    """All that the executed notebook shows."""
    cells = json.loads(Path(name).read_text("utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return "".join("".join(output.get("data", {}).get("text/plain", "")) for output in outputs)


# --- the conversions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "meant"),
    [
        (bool, "False", False),
        (bool, "true", True),
        (bool, 0, False),
        (bool, "", False),
        (int, "7", 7),
        (int, None, 0),
        (float, "0.2", 0.2),
        (float, 1, 1.0),
        (float, "", None),
        (float, None, None),
        (list, "5,9-12", [5, 9, 10, 11, 12]),
        (list, 5, [5]),
        (list, ["5", 6], [5, 6]),
        (list, "", []),
        (str, "007", "007"),
        (str, None, ""),
    ],
)
def test_what_is_given_becomes_what_is_meant(kind: type, value: object, meant: object) -> None:
    """Text of -r and guesses of -p become the same typed value; a blank one means the default."""
    notebook = {"value": value}
    parameters.typed(notebook, value=kind)
    assert (notebook["value"], type(notebook["value"])) == (meant, type(meant))


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (bool, "perhaps", "parameter_unusable"),
        (bool, 2, "parameter_unusable"),
        (int, "seven", "parameter_unusable"),
        (int, 7.5, "parameter_unusable"),
        (int, True, "parameter_unusable"),
        (float, "20", "parameter_unusable"),
        (float, "nan", "parameter_unusable"),
        (float, True, "parameter_unusable"),
        (list, ["x"], "lines_unclear"),
        (list, [3.1], "parameter_unusable"),
        (list, "5;6", "lines_unclear"),
        (str, 1.1, "parameter_not_text"),
        (str, 7, "parameter_not_text"),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: type, value: object, reason: str) -> None:
    """A value that isn't of its type is refused, never guessed: papermill's -p has made 1.1 of 1.10, and 7 of 007."""
    with pytest.raises(CredtoolsError) as caught:
        parameters.typed({"value": value}, value=kind)
    assert caught.value.reason == reason
    assert caught.value.facts.get("name", "value") == "value"


# --- the notebooks, by papermill itself -------------------------------------------------------------------------


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_unknown_name_is_refused(registry: Registry, name: str) -> None:
    """A parameter that a notebook doesn't have is refused by its name, and nothing was written."""
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(
            f"{name}.ipynb", "out.ipynb", {"max_reject_rates": 0.2}, progress_bar=False, kernel_name="python3"
        )
    declared = ", ".join(papermill.inspect_notebook(f"{name}.ipynb"))
    perhaps = " Did you mean 'max_reject_rate'?" if "max_reject_rate" in declared else ""
    known = {"name": "max_reject_rates", "perhaps": perhaps, "known": declared}
    assert caught.value.evalue == str(CredtoolsError("parameter_unknown", **known))
    assert registry.batches().empty


def test_what_a_person_defines_is_no_parameter() -> None:
    """Only what papermill has set is looked at: in JupyterLab a notebook may hold any variable of a person's own."""
    cells = ["", 'source = ""', "mine = 3", "parameters.typed(globals(), source=str)"]
    parameters.typed({"source": "", "mine": 3, "In": cells}, source=str)
    with pytest.raises(CredtoolsError) as caught:
        parameters.typed({"source": "", "mine": 3, "In": [*cells, "# Parameters\nmine = 3\n"]}, source=str)
    assert caught.value.facts == {"name": "mine", "perhaps": "", "known": "source"}


@pytest.mark.long
def test_false_as_text_finishes_nothing(registry: Registry) -> None:
    """`-r finish False` doesn't finish the file; `-p finish True` does."""
    typed_at_the_prompt("upload", "-r", "source", "a.csv", "-r", "finish", "False")
    assert registry.batch(1).state == "draft"
    typed_at_the_prompt("review", "-r", "batch", "1", "-r", "finish", "no")
    assert registry.batch(1).state == "draft"
    typed_at_the_prompt("review", "-p", "batch", "1", "-p", "finish", "True")
    assert registry.batch(1).state == "finished"


@pytest.mark.long
def test_a_threshold_as_text_is_a_number(registry: Registry) -> None:
    """`-r max_reject_rate 0.2` holds the file; a threshold of 20 is refused before anything is stored."""
    assert "max_reject_rate" in typed_at_the_prompt("import", "-r", "source", "a.csv", "-r", "max_reject_rate", "20")
    assert registry.batches().empty
    typed_at_the_prompt("import", "-r", "source", "a.csv", "-r", "max_reject_rate", "0.2")
    assert registry.batches()["state"].tolist() == ["held"]


def test_text_that_papermill_makes_a_number_is_refused(registry: Registry) -> None:
    """`-p source 1.10` names no file 1.1: the value is refused, with how to give it as text."""
    Path("1.1").write_bytes(Path("a.csv").read_bytes())
    assert "-r source VALUE" in typed_at_the_prompt("import", "-p", "source", "1.10")
    assert registry.batches().empty


@pytest.mark.long
def test_lines_as_text(registry: Registry) -> None:
    """`-r lines 2,4` names lines as the prompt does."""
    rows = (ANA, ANA.replace("2024", "2023"), ANA.replace("2024", "2022"))
    Path("b.csv").write_text("\n".join((HEADINGS, *rows, "")), "utf-8")
    registry.upload("b.csv").finish()
    typed_at_the_prompt("approve", "-r", "batch", "1", "-r", "decide", "approve", "-r", "lines", "2,4")
    assert registry.batch(1).credentials().set_index("line")["decision"].to_dict() == {
        2: "approved",
        3: "pending",
        4: "approved",
    }


@pytest.mark.parametrize(("recipe", "why"), [(STRICT, "1 of 2 rows"), (EXPECTS, "Frist Aid")])
@pytest.mark.long
def test_what_import_would_hold_is_held(registry: Registry, recipe: str, why: str) -> None:
    """upload.ipynb and review.ipynb hold what `credtools import` would, and their record says why."""
    Path("hr.yaml").write_text(recipe, "utf-8")
    registry.upload("a.csv", ct.Recipe.load("hr.yaml")).finish()  # what came before is known
    Path("b.csv").write_text(f"{HEADINGS}\n{ANA}\n{ANA.replace('First', 'Frist')}\n", "utf-8")
    given: dict[str, Any] = {"finish": True}
    for name, more in {"upload": {"source": "b.csv", "recipe": "hr.yaml"}, "review": {"batch": 2}}.items():
        papermill.execute_notebook(
            f"{name}.ipynb", "out.ipynb", {**given, **more}, progress_bar=False, kernel_name="python3"
        )
        assert registry.batch(2).state == "held", name
        assert why in record(), name
        assert why in str(registry.batch(2).held_because)


@pytest.mark.long
def test_a_threshold_of_the_caller_goes_before_the_recipes(registry: Registry) -> None:
    """`max_reject_rate` of upload.ipynb and review.ipynb counts before the recipe's."""
    Path("hr.yaml").write_text(STRICT, "utf-8")
    typed_at_the_prompt("upload", "-p", "source", "a.csv", "-p", "recipe", "hr.yaml", "-p", "finish", "True")
    assert registry.batch(1).state == "held"
    typed_at_the_prompt("review", "-p", "batch", "1", "-p", "finish", "True", "-r", "max_reject_rate", "0.5")
    assert registry.batch(1).state == "finished"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_door_knows_the_declared_parameters(name: str) -> None:
    """What a notebook converts is what its tagged cell declares, with a word on each."""
    path = settings.documents("notebooks") / f"{name}.ipynb"
    found = papermill.inspect_notebook(str(path))
    assert all(one["help"] for one in found.values())
    code = ["".join(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"] if "outputs" in cell]
    notebook: dict[str, Any] = {}
    exec(code[0], notebook)  # noqa: S102 - our own notebook
    seen: dict[str, type] = {}
    door = next(cell for cell in code if "parameters.typed" in cell)
    call = "\n".join(line for line in door.splitlines() if "texts" in line or "parameters.typed" in line)
    typed = type("Typed", (), {"typed": staticmethod(lambda _, **types: seen.update(types))})
    exec(call, {"parameters": typed})  # noqa: S102 - our own notebook
    assert list(seen) == list(found)
    parameters.typed(notebook, **seen)


def test_the_door_explains_itself() -> None:
    """What the door converts to is documented where it is called."""
    assert all(kind.__name__ in str(inspect.getdoc(parameters.typed)) for kind in parameters.KINDS)
