"""Unattended runs: the import notebook, executed by papermill, one record and one folder of evidence per file.

Success is the receipt in the database, found by the attempt id that the run was given – never the exit code of the
kernel or the state of the notebook. Only declared parameters are passed, typed; the address of the database is not
among them (the kernel finds it by the same settings), so no password can land in a record.

Nothing heavy is imported here: the kernel, which has loaded all of it, is asked (`answers`).
"""

from __future__ import annotations

import glob
import re
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from credtools import outputs, settings
from credtools.errors import (
    CredtoolsError,
    FileError,
    MissingFileError,
    RecipeError,
    SchemaError,
    no_such_file,
    unexpected,
)
from credtools.model import SURE_SUFFIXES, UNSURE_SUFFIXES, Counts, Outcome
from credtools.runs.kernel import NAME, Kernel, Kernels
from credtools.text import first_of

TIMEOUT_SECONDS = 3_600
TABLES = (*SURE_SUFFIXES, *UNSURE_SUFFIXES)  # what counts as a file of a folder
# Grammars of addresses and durations, which no notebook holds; file systems of clusters, which bring pyarrow along.
FOR_NOTHING = ("rfc3987_syntax", "rfc3986_validator", "isoduration", "pyarrow.fs")
NAMED = (MissingFileError, FileError, RecipeError, SchemaError)  # what can be told from what stops a notebook
WORST_FIRST = ("unknown", "failed", "held", "partial", "ok")


@dataclass(frozen=True)
class Run:
    """One unattended run: how it ended, the error of the run where there is one, and where its rejects lie.

    `approvers`: who decides about what it brought; None where whoever imported may. `ignored`: that somebody else was
    named as being at work, as a sentence.
    """

    outcome: Outcome
    error: CredtoolsError | None = None
    rejects: Path | None = None
    export_failed: bool = False
    approvers: Sequence[str] | None = None
    ignored: str = ""


class Given(NamedTuple):
    """What a run was given: whose export, and whether its file holds a table or corrections, or isn't there."""

    source: str
    file: Literal["table", "corrections", "missing"]


class Ending(NamedTuple):
    """What is known of a run once its notebook was executed: its file and record, by which attempt, since when."""

    file: str
    record: Path
    attempt: str
    source: str
    folder: str
    began: datetime
    seconds: float = 0.0


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
    if recipe and not Path(recipe).is_file():
        raise no_such_file(recipe)
    recipe = str(Path(recipe).absolute()) if recipe else None
    attempt, began, start = uuid.uuid4().hex, datetime.now(UTC), time.perf_counter()
    place = {"path": str(path), "folder": str(folder)}
    with nullcontext(kernels) if kernels else Kernels(folder) as waiting:
        asked = {**place, "recipe": recipe}
        given: Given = waiting.next.ask("given", asked) or _here("given", asked)
        if given.file == "missing":
            return _not_run(path, folder, given.source, no_such_file(path))
        run: Run
        if given.file == "corrections":
            waiting.expected -= 1
            run = _here("corrections", place)
            return run
        places = settings.load(folder)
        try:
            record = _new_record(places, given.source, attempt, began).absolute()
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
            return _not_run(
                path, folder, given.source, CredtoolsError("record_impossible", folder=places.runs, why=why)
            )
        parameters = {
            "source": str(path),
            "recipe": recipe or "",
            "max_reject_rate": max_reject_rate,
            "attempt": attempt,
            "part": part,
            "folder": str(folder),
        }
        of = Ending(str(path), record, attempt, given.source, str(folder), began)
        try:
            return _executed(waiting.take(), places, of, parameters, timeout, start)
        except Exception as problem:  # noqa: BLE001 - whatever it was, the database knows how it ended
            return _fallback(of, unexpected(problem))


def _executed(
    kernel: Kernel, places: settings.Settings, of: Ending, parameters: dict[str, Any], timeout: int, start: float
) -> Run:
    """Runs the notebook in a kernel, which is ended, and says how that ended."""
    try:
        error = _execute(kernel, places, of.record, parameters, timeout)
        of = of._replace(seconds=time.perf_counter() - start)
        run: Run
        if error is None and (run := kernel.ask("finished", {"of": of}, timeout)):
            kernel.let_go()
        else:
            kernel.end()  # before the database is asked here: nothing is under way any more
            run = _here("ended", {"of": of, "error": error})
        return run
    finally:
        kernel.end()


def _not_run(path: Path, folder: Path, source: str, why: CredtoolsError) -> Run:
    """A run that couldn't begin; that is kept, where it can be."""
    unnoted = _here("not_run", {"path": str(path), "source": source, "folder": str(folder)})
    return Run(Outcome(str(path), "failed", problem=" ".join(filter(None, (str(why), unnoted)))), why)


def _fallback(of: Ending, error: CredtoolsError) -> Run:
    """How a run ended in which something happened that should not."""
    try:
        run: Run = _here("ended", {"of": of, "error": error})
    except Exception as problem:  # noqa: BLE001 - then nobody knows
        return Run(
            Outcome(of.file, "unknown", problem=str(CredtoolsError("run_unknown", why=str(error)))), unexpected(problem)
        )
    return replace(run, error=error)


def _here(question: str, facts: Mapping[str, Any]) -> Any:
    """What `answers` says, in this process."""
    from credtools.runs import answers  # noqa: PLC0415 - heavy, and seldom needed here

    return getattr(answers, question)(**facts)


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


def to_import(
    paths: Iterable[str | Path], recipe: str | Path | None = None, folder: str | Path = "."
) -> tuple[list[Path], list[Path]]:
    """The files that paths name (see `files_in`), and those of folders and patterns that are skipped: no tables.

    A file that is named itself is never skipped. Raises CredtoolsError when nothing is left, or registry or recipe
    can't be opened.
    """
    named = [(file, file == Path(path)) for path in paths for file in files_in(path)]
    unsure = [file for file, itself in named if not itself and file.suffix.lower() in UNSURE_SUFFIXES]
    asked = {"paths": unsure, "recipe": recipe, "folder": str(Path(folder).absolute())}
    skipped: list[Path] = _here("without_table", asked) if unsure else []
    found = [file for file, itself in named if itself or file not in skipped]
    if not found:
        raise MissingFileError("no_table_to_import", files=first_of((repr(file.name) for file in skipped), 3))
    return found, skipped


def import_parts(
    path: str | Path, progress: Callable[[int, int], None], *, recipe: str | Path | None = None, **options: Any
) -> list[Run]:
    """Imports a file of more rows than one batch takes: one run per part; lines keep their numbers.

    `progress` is called with (done, all) parts; for `options` see `import_file`.
    """
    folder = str(Path(options.get("folder", ".")).absolute())
    try:
        parts = _here("parts", {"path": str(path), "recipe": recipe, "folder": folder})
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
    pending = tuple(one for outcome in outcomes for one in outcome.pending)
    return replace(worst, counts=counts, batch=first, warnings=warnings, batches=batches, pending=pending)


def _new_record(places: settings.Settings, source: str, attempt: str, began: datetime) -> Path:
    safe = re.sub(r"[^\w.-]", "_", source)
    run_folder = places.runs / f"{began:%Y%m%dT%H%M%SZ}-{safe}-{attempt[:8]}"
    outputs.make_folder(places.runs, 0o700)
    run_folder.mkdir(mode=0o700)
    record = run_folder / "import.ipynb"
    record.touch(outputs.PRIVATE)  # papermill writes into it
    return record


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
        kind = next((one for one in NAMED if one.__name__ == problem.ename), CredtoolsError)
        return kind(problem.evalue)
    except OSError as problem:
        return CredtoolsError("record_cut_off", record=record, why=problem.strerror or type(problem).__name__)
    except Exception as problem:  # noqa: BLE001 - a killed kernel, a time-out: whatever it was, the database decides
        return CredtoolsError("run_stopped", why=type(problem).__name__)
    return None


def papermill() -> Any:
    """papermill, without what it would load for nothing (`FOR_NOTHING`), in more than twice its own time."""
    modules: dict[str, Any] = sys.modules
    hidden = [name for name in FOR_NOTHING if modules.setdefault(name, None) is None]  # None: it does without
    import papermill as found  # noqa: PLC0415 - slow to import, and only needed here

    for name in hidden:
        del modules[name]
    return found
