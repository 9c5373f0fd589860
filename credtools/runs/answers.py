"""Answers: what a run must know of its file before its notebook is executed, and of the database afterwards.

Its kernel is asked (`Kernel.ask`), which has loaded all that this takes, so that the command itself needs neither
pandas nor SQLAlchemy. Where that gives no answer, the same functions are called by the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from credtools import registry
from credtools.errors import CredtoolsError, RegistryError, UnknownOutcomeError, unexpected
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


def not_run(path: str, source: str, folder: str) -> str:
    """Keeps that a run of a source couldn't begin; where that can't be kept, the sentence that says so, else ''."""
    with registry.open_registry(folder=folder) as opened:
        return _noted(opened, path, source)


def _noted(opened: registry.Registry, path: str, source: str, attempt: str = "") -> str:
    try:
        if attempt:
            finishing.give_up(opened, attempt)
        finishing.note_failure(opened, Path(path).name, source)
    except CredtoolsError as problem:
        return str(CredtoolsError("failure_unnoted", why=str(problem)))
    return ""


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
    except Exception as problem:  # noqa: BLE001 - the database can't be asked, so nobody knows
        why = problem if isinstance(problem, CredtoolsError) else unexpected(problem)
        found = Outcome(of.file, "unknown", problem=str(CredtoolsError("run_unknown", why=str(why))))
    if found is None:
        error = CredtoolsError("nothing_written") if isinstance(error, UnknownOutcomeError) else error
        found = Outcome(of.file, "failed", problem=str(error or CredtoolsError("no_receipt")))
    if opened and found.verdict == "failed":
        found = _with(found, _noted(opened, of.file, of.source, of.attempt))
    return _with_evidence(opened, of, found, error)


def _with(outcome: Outcome, *more: str) -> Outcome:
    """An outcome of which more is to be said."""
    return replace(outcome, problem=" ".join(filter(None, (outcome.problem, *more))) or None)


def _told(opened: registry.Registry | None, run: Run) -> Run:
    """A run with what is said to whoever started it: on a team's registry who decides, and who one is."""
    if opened is None:
        return run
    try:
        approvers = opened.sent_to()
    except RegistryError:  # who decides is said by other commands, too
        approvers = None
    return replace(run, approvers=approvers, ignored=str(opened.ignored or ""))


def _with_evidence(
    opened: registry.Registry | None, of: Ending, outcome: Outcome, error: CredtoolsError | None = None
) -> Run:
    found = replace(outcome, file=of.file, notebook=str(of.record) if of.record.exists() else None)
    run = _told(opened, Run(found, error))
    lost = [error] if error and error.reason == "record_cut_off" and found.verdict != "failed" else []
    written: Path | None = None
    try:
        written = evidence.write(opened, of.record.parent, run.outcome, of.source, of.began, of.seconds)
    except CredtoolsError as problem:
        lost.append(problem)
    if not lost:
        return replace(run, rejects=written)
    said = [str(problem) for problem in lost]
    if found.receipt is not None:
        said = [str(CredtoolsError("imported_without_export", why=" ".join(said)))]
    return replace(run, outcome=_with(run.outcome, *said), rejects=written, export_failed=found.receipt is not None)
