"""The catalogue of sentences: what is raised, and what is said."""

from __future__ import annotations

import ast
import inspect
import pickle
from pathlib import Path
from string import Formatter

import pytest

from credtools import errors
from credtools.errors import CredtoolsError, FileError, RegistryError, catalogue

PACKAGE = Path(errors.__file__).parent
KINDS = {name for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, CredtoolsError)}
KINDS |= {"Refused"}  # answers of the child with limits; whoever asked it adds the name of the file
CONVERTED = {
    "reading",
    "recipe",
    "schema",
    "checking",
    "store",
    "registry",
    "privacy",
    "media",
    "exports",
    "audit",
    "runs",
    "jupyter",
    "cli",
    "settings.py",
    "demo",
}  # rooms whose sentences stand in the catalogue already
ADDED = {"file"}
UNSPOKEN = {"line", "column", "errors"}  # facts that a program reads and no sentence needs


def calls() -> list[tuple[str, ast.Call]]:
    """Every place that raises or makes one of our errors with a reason."""
    return [
        (f"{path.relative_to(PACKAGE)}:{node.lineno}", node)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS and node.args
    ]


def reasons(told: ast.expr) -> list[object]:
    """The reasons that an argument names; none where it is handed on from elsewhere, which is looked at itself."""
    if isinstance(told, ast.IfExp):
        return [*reasons(told.body), *reasons(told.orelse)]
    return (
        [] if isinstance(told, ast.Name | ast.Attribute | ast.Subscript | ast.Starred) else [getattr(told, "value", 0)]
    )


def spoken(reason: str) -> set[str]:
    """The facts that a sentence speaks of."""
    names = {name for _, name, _, _ in Formatter().parse(catalogue()[reason]["sentence"]) if name}
    return {name.partition("[")[0].partition(".")[0] for name in names} - {"remedy"}


def test_every_error_says_a_sentence_of_the_catalogue_with_all_its_facts() -> None:
    """An error is raised by a reason that has a sentence, with exactly the facts that the sentence speaks of."""
    wrong = []
    for place, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        given |= ADDED if getattr(call.func, "id", "") == "Refused" else set()
        wrong += [
            f"{place} {reason}"
            for reason in reasons(call.args[0])
            if reason not in catalogue()
            or not (None in given or spoken(str(reason)) <= given <= spoken(str(reason)) | UNSPOKEN | ADDED)
        ]
    wrong = [one for one in wrong if one.split("/")[0] in CONVERTED]
    assert wrong == []


def test_remedies_exist() -> None:
    """A sentence names only remedies that the table has."""
    for reason in catalogue():
        assert errors.sentence(reason, dict.fromkeys(spoken(reason), 1), "stored")


def test_no_reason_is_given_twice() -> None:
    """Two rooms don't use one reason for two sentences."""
    assert len(catalogue()) == sum(len(entries) for room, entries in errors._document().items() if room != "remedy")


def test_a_remedy_is_that_of_the_face() -> None:
    """What to do is named as the face where it is read knows it; what is stored names none."""
    error = FileError("too_many_rows", found=30_000, allowed=20_000)
    assert "--split" in error.on("prompt")
    assert "--split" not in error.on("screen") + error.on("python") + error.on("stored")
    assert str(error) == error.on("python")
    assert errors.remedied(f"Load the user first{errors.Remedies()['load_users']}.", "screen") == "Load the user first."


def test_public_codes() -> None:
    """Reports call errors of a file by DESIGN's codes, others by their reason."""
    assert FileError("too_many_rows", found=2, allowed=1).code == "row_limit"
    assert FileError("is_web_page").code == "file_readable"
    assert FileError("is_web_page").reason == "is_web_page"


@pytest.mark.parametrize("kind", [FileError, RegistryError])
def test_errors_travel_between_processes(kind: type[CredtoolsError]) -> None:
    """An error that comes back from another process is the same error."""
    error = pickle.loads(pickle.dumps(kind("is_folder", path="x")))  # noqa: S301 - our own bytes
    assert (type(error), error.reason, str(error)) == (kind, "is_folder", "'x' is a folder. Name a file in it.")
