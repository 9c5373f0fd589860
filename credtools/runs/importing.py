"""Unattended runs: the import notebook, executed by papermill, one record and one folder of evidence per file.

Success is the receipt in the database, found by the attempt id that the run was given – never the exit code of the
kernel or the state of the notebook. Only declared parameters are passed, typed; the address of the database is not
among them (the kernel finds it by the same settings), so no password can land in a record.
"""

from __future__ import annotations

import glob
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from credtools import registry, settings
from credtools.errors import CredtoolsError, FileError, MissingFileError, UnknownOutcomeError, no_such_file
from credtools.exports.corrections import is_correction
from credtools.model import Counts, Outcome
from credtools.reading.sheets import SUFFIXES
from credtools.recipe import MANUAL, Recipe
from credtools.registry import corrected, finishing, uploading
from credtools.runs import evidence
from credtools.runs.kernel import NAME, Kernel, Kernels
from credtools.text import first_of

TIMEOUT_SECONDS = 3_600
TABLES = (".csv", ".tsv", ".txt", ".tab", *SUFFIXES)  # what counts as a file of a folder
WORST_FIRST = ("unknown", "failed", "held", "partial", "ok")


@dataclass(frozen=True)
class Run:
    """One unattended run: how it ended, the error of the run where there is one, and where its rejects lie."""

    outcome: Outcome
    error: CredtoolsError | None = None
    rejects: Path | None = None
    export_failed: bool = False


def import_file(
    path: str | Path,
    *,
    recipe: str | Path | None = None,
    max_reject_rate: float | None = None,
    folder: str | Path = ".",
    timeout: int = TIMEOUT_SECONDS,
    part: int = 0,
    kernels: Kernels | None = None,
) -> Run:
    """Imports one file unattended: runs `import.ipynb`, keeps the executed notebook, writes the rejects.

    A correction file is taken back instead, as by `registry.correct`: no notebook, no folder of evidence.

    In: the file, its recipe (None: `manual`), a threshold that goes before the recipe's, the working folder whose
    settings hold, the seconds one cell may take, the part of a larger file (0: the whole), and where its kernel comes
    from (None: a new one). Never raises for what the file is worth: that is the outcome. Raises CredtoolsError when
    registry or recipe can't be opened.
    """
    path, folder = Path(path).absolute(), Path(folder).absolute()
    source = Recipe.load(recipe).source if recipe else MANUAL
    opened = registry.open_registry(folder=str(folder))
    if not path.is_file():
        missing = no_such_file(path)
        finishing.note_failure(opened, path.name, source)
        return Run(Outcome(str(path), "failed", problem=str(missing)), missing)
    if is_correction(path):
        if kernels:
            kernels.expected -= 1
        return _corrected(opened, path)
    attempt, began, start = uuid.uuid4().hex, datetime.now(UTC), time.perf_counter()
    record = _new_record(opened.places, source, attempt, began)
    parameters = {
        "source": str(path),
        "recipe": str(Path(recipe).absolute()) if recipe else "",
        "max_reject_rate": max_reject_rate,
        "attempt": attempt,
        "part": part,
        "folder": str(folder),
    }
    kernel = kernels.take() if kernels else Kernel(folder)
    try:
        error = _execute(kernel, opened.places, record, parameters, timeout)
        outcome = _judge(opened, path, attempt, error)
        outcome = replace(outcome, file=str(path), notebook=str(record) if record.exists() else None)
        if outcome.verdict == "failed":
            finishing.give_up(opened, attempt)
            finishing.note_failure(opened, path.name, source)
        return _with_evidence(opened, Run(outcome, error), record.parent, source, (began, time.perf_counter() - start))
    finally:
        kernel.end()


def files_in(path: str | Path) -> list[Path]:
    """The files that a path names: itself, those of a folder, or what a pattern (export_*.csv) finds; by name.

    Raises MissingFileError when a folder or pattern holds none.
    """
    path = Path(path)
    if path.is_dir():
        found = [one for one in path.iterdir() if one.suffix.lower() in TABLES and one.name[0] not in ".~"]
    elif path.exists() or not set("*?[") & set(str(path)):
        return [path]
    else:
        found = [Path(one) for one in glob.glob(str(path), recursive=True)]  # noqa: PTH207 - it may be absolute
    found = [one for one in found if one.is_file()]
    if not found:
        raise MissingFileError("nothing_to_import", path=str(path))
    return sorted(found)


def _corrected(opened: registry.Registry, path: Path) -> Run:
    """A correction file: what `registry.correct` does, in this process; each row by the recipe of its own batch."""
    try:
        return Run(corrected.outcome(opened, path, opened.correct(path)))
    except CredtoolsError as problem:
        verdict = "unknown" if isinstance(problem, UnknownOutcomeError) else "failed"
        return Run(Outcome(str(path), verdict, problem=str(problem)), problem)


def to_import(
    paths: Iterable[str | Path], recipe: str | Path | None = None, folder: str | Path = "."
) -> tuple[list[Path], list[Path]]:
    """The files that paths name (see `files_in`), and those of folders and patterns that are skipped: no tables.

    A file that is named itself is never skipped. Raises CredtoolsError when nothing is left, or registry or recipe
    can't be opened.
    """
    found, skipped = [], []
    opened = None
    for path in paths:
        for file in files_in(path):
            if file != Path(path) and file.suffix.lower() == ".txt":
                opened = opened or registry.open_registry(folder=str(Path(folder).absolute()))
                if not uploading.holds_table(opened, file, Recipe.load(recipe) if recipe else Recipe()):
                    skipped.append(file)
                    continue
            found.append(file)
    if not found:
        raise MissingFileError("no_table_to_import", files=first_of((repr(file.name) for file in skipped), 3))
    return found, skipped


def import_parts(
    path: str | Path, progress: Callable[[int, int], None], *, recipe: str | Path | None = None, **options: Any
) -> list[Run]:
    """Imports a file of more rows than one batch takes: one run per part; lines keep their numbers.

    `progress` is called with (done, all) parts; for `options` see `import_file`.
    """
    folder = Path(options.get("folder", ".")).absolute()
    if is_correction(path):
        return [import_file(path, recipe=recipe, **options)]
    try:
        parts = registry.open_registry(folder=str(folder)).parts(path, recipe)
    except FileError:
        parts = 1  # the run says what is wrong with it
    if kernels := options.get("kernels"):
        kernels.expected += parts - 1
    runs = []
    for part in range(1, parts + 1):
        progress(part - 1, parts)
        runs.append(import_file(path, recipe=recipe, part=part, **options))
    return runs


def combined(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of one file out of its parts: counts added up, the worst verdict, the first batch and all others."""
    worst = min(outcomes, key=lambda outcome: WORST_FIRST.index(outcome.verdict))
    counts = sum((outcome.counts for outcome in outcomes), Counts())
    batches = tuple(outcome.batch for outcome in outcomes if outcome.batch is not None)
    warnings = tuple(dict.fromkeys(one for outcome in outcomes for one in outcome.warnings))
    first = batches[0] if batches else None
    return replace(worst, counts=counts, batch=first, warnings=warnings, batches=batches)


def _new_record(places: settings.Settings, source: str, attempt: str, began: datetime) -> Path:
    safe = re.sub(r"[^\w.-]", "_", source)
    run_folder = places.runs / f"{began:%Y%m%dT%H%M%SZ}-{safe}-{attempt[:8]}"
    places.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    run_folder.mkdir(mode=0o700)
    return run_folder / "import.ipynb"


def _execute(
    kernel: Kernel, places: settings.Settings, record: Path, parameters: dict[str, Any], timeout: int
) -> CredtoolsError | None:
    """Runs the notebook; returns what went wrong in it."""
    try:
        papermill().execute_notebook(
            places.notebooks / "import.ipynb",
            record,
            parameters=parameters,
            kernel_name=NAME,
            km=kernel,
            progress_bar=False,
            store_widget_state=False,
            execution_timeout=timeout,
        )
    except papermill().PapermillExecutionError as problem:
        kind = {"MissingFileError": MissingFileError, "FileError": FileError}.get(problem.ename, CredtoolsError)
        return kind(problem.evalue)
    except Exception as problem:  # noqa: BLE001 - a killed kernel, a time-out: whatever it was, the database decides
        kernel.end()  # before the database is asked: nothing is under way any more
        return CredtoolsError("run_stopped", why=type(problem).__name__)
    kernel.let_go()
    return None


def papermill() -> Any:
    """papermill, without the grammar of addresses that its validator would compile at first, for nothing, in 0.7 s."""
    modules: dict[str, Any] = sys.modules
    hidden = modules.setdefault("rfc3987_syntax", None) is None  # None: can't be found, so it does without
    import papermill as found  # noqa: PLC0415 - slow to import, and only needed here

    if hidden:
        del modules["rfc3987_syntax"]
    return found


def _judge(opened: registry.Registry, path: Path, attempt: str, error: CredtoolsError | None) -> Outcome:
    try:
        found = finishing.outcome_of(opened, attempt)
    except Exception:  # noqa: BLE001 - the database can't be asked, so nobody knows
        return Outcome(str(path), "unknown", problem=str(CredtoolsError("run_unknown")))
    return found or Outcome(str(path), "failed", problem=str(error or CredtoolsError("no_receipt")))


def _with_evidence(
    opened: registry.Registry, run: Run, folder: Path, source: str, times: tuple[datetime, float]
) -> Run:
    try:
        return replace(run, rejects=evidence.write(opened, folder, run.outcome, source, *times))
    except CredtoolsError as problem:
        if run.outcome.receipt is None:
            return run
        said = CredtoolsError("imported_without_export", why=str(problem))
        return replace(run, outcome=replace(run.outcome, problem=str(said)), export_failed=True)
