"""Answers: what a run must know of its file before its notebook is executed, and of the database afterwards.

Its kernel is asked (`Kernel.ask`), which has loaded all that this takes, so that the command itself needs neither
pandas nor SQLAlchemy. Where that gives no answer, the same functions are called by the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from credtools import registry
from credtools.errors import CredtoolsError, UnknownOutcomeError
from credtools.exports.corrections import is_correction
from credtools.model import Outcome
from credtools.recipe import MANUAL, Recipe
from credtools.registry import corrected, finishing, uploading
from credtools.runs import evidence
from credtools.runs.importing import Ending, Given, Run
from credtools.runs.kernel import pack, unpack


def answer(asked: str) -> str:
    """What one of these functions returns or raises, asked and said as `Kernel.ask` does."""
    question, facts = unpack(asked)
    try:
        return pack(globals()[question](**facts))
    except CredtoolsError as problem:
        return pack(problem)


# --- before -----------------------------------------------------------------------------------------------------


def given(path: str, recipe: str | None, folder: str) -> Given:
    """What a run was given. Raises CredtoolsError when recipe or registry can't be opened, or one may not upload."""
    source = Recipe.load(recipe).source if recipe else MANUAL
    with registry.open_registry(folder=folder) as opened:
        opened.require("upload")
    if not Path(path).is_file():
        return Given(source, "missing")
    return Given(source, "corrections" if is_correction(path) else "table")


def parts(path: str, recipe: str | None, folder: str) -> int:
    """How many runs a file makes that is divided on purpose. Raises CredtoolsError as `given` does, and FileError."""
    with registry.open_registry(folder=folder) as opened:
        return 1 if is_correction(path) else opened.parts(path, recipe)


def without_table(paths: Sequence[Path], recipe: str | Path | None, folder: str) -> list[Path]:
    """The text files in which no heading means something. Raises CredtoolsError as `given` does."""
    chosen = Recipe.load(recipe) if recipe else Recipe()
    with registry.open_registry(folder=folder) as opened:
        return [path for path in paths if not uploading.holds_table(opened, path, chosen)]


# --- instead of a run -------------------------------------------------------------------------------------------


def missing(path: str, source: str, folder: str) -> None:
    """Keeps that a run of a source failed, since its file isn't there."""
    with registry.open_registry(folder=folder) as opened:
        finishing.note_failure(opened, Path(path).name, source)


def corrections(path: str, folder: str) -> Run:
    """What `registry.correct` does with a correction file; each row by the recipe of its own batch."""
    try:
        with registry.open_registry(folder=folder) as opened:
            done = opened.correct(path)
            run = Run(corrected.outcome(opened, Path(path), done), next(iter(done.stopped), None))
            return _told(opened, run)
    except CredtoolsError as problem:
        verdict = "unknown" if isinstance(problem, UnknownOutcomeError) else "failed"
        return Run(Outcome(path, verdict, problem=str(problem)), problem)


# --- after ------------------------------------------------------------------------------------------------------


def finished(of: Ending) -> Run | None:
    """How a run ended by what the database says of its attempt, with its evidence; None where it says nothing."""
    with registry.open_registry(folder=of.folder) as opened:
        found = finishing.outcome_of(opened, of.attempt)
        return _with_evidence(opened, of, found) if found else None


def ended(of: Ending, error: CredtoolsError | None) -> Run:
    """How a run ended, whatever became of its kernel: by what the database says, else failed by this `error`."""
    opened = None
    try:
        opened = registry.open_registry(folder=of.folder)
        found = finishing.outcome_of(opened, of.attempt)
    except Exception:  # noqa: BLE001 - the database can't be asked, so nobody knows
        found = Outcome(of.file, "unknown", problem=str(CredtoolsError("run_unknown")))
    if found is None:
        found = Outcome(of.file, "failed", problem=str(error or CredtoolsError("no_receipt")))
    if opened and found.verdict == "failed":
        finishing.give_up(opened, of.attempt)
        finishing.note_failure(opened, Path(of.file).name, of.source)
    return _with_evidence(opened, of, found, error)


def _told(opened: registry.Registry | None, run: Run) -> Run:
    """A run with what is said to whoever started it: on a team's registry who decides, and who one is."""
    if opened is None:
        return run
    return replace(run, approvers=opened.sent_to(), ignored=str(opened.ignored or ""))


def _with_evidence(
    opened: registry.Registry | None, of: Ending, outcome: Outcome, error: CredtoolsError | None = None
) -> Run:
    found = replace(outcome, file=of.file, notebook=str(of.record) if of.record.exists() else None)
    run = _told(opened, Run(found, error))
    try:
        written = evidence.write(opened, of.record.parent, run.outcome, of.source, of.began, of.seconds)
    except CredtoolsError as problem:
        if run.outcome.receipt is None:
            return run
        said = CredtoolsError("imported_without_export", why=str(problem))
        return replace(run, outcome=replace(run.outcome, problem=str(said)), export_failed=True)
    return replace(run, rejects=written)
