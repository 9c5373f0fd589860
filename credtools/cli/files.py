"""`check` and `import`: what a file would be worth, and importing it unattended."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credtools.cli.common import open_registry, print_json, stop
from credtools.cli.reports import check_object, print_outcome, print_review, refused_object
from credtools.errors import FileError, MissingFileError

if TYPE_CHECKING:
    from credtools.runs.importing import Run

EXIT = {"ok": 0, "partial": 0, "held": 1, "failed": 3, "unknown": 4}
WORST_FIRST = (4, 3, 2, 1, 5, 0)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--recipe", type=click.Path(path_type=Path), help="How this source's export is read (YAML).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing left out.")
def check(file: Path, recipe: Path | None, *, as_json: bool) -> None:
    """Say what a file would be worth; nothing is stored.

    Exit 0 clean or only warnings, 1 rows rejected, 2 misuse or no such file, 3 unreadable, heading or row limit.
    """
    try:
        review = open_registry().check(file, recipe)
    except MissingFileError:
        raise
    except FileError as problem:
        if as_json:
            print_json(refused_object(file, recipe, problem))
        stop(str(problem), 3)
    if as_json:
        print_json(check_object(file, review))
    else:
        print_review(file, review)
    sys.exit(1 if review.rejected.any() else 0)


@click.command("import")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--recipe", type=click.Path(path_type=Path), help="How this source's export is read (YAML).")
@click.option("--max-reject-rate", type=click.FloatRange(0, 1), help="Hold the batch when more rows are rejected.")
@click.option("--split", is_flag=True, help="Divide a file of more rows than one batch takes.")
@click.option("--strict", is_flag=True, help="Exit 1 when a row was rejected.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file on stdout.")
def import_(
    files: tuple[Path, ...],
    recipe: Path | None,
    max_reject_rate: float | None,
    *,
    split: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Import files, folders or patterns unattended, each file by its own notebook run.

    All are tried; the worst exit code counts. Each run leaves a folder of evidence under runs/.
    """
    from credtools.limited import kept  # noqa: PLC0415
    from credtools.runs.kernel import Kernels  # noqa: PLC0415

    codes = []
    with Kernels(Path()) as kernels:
        with kept():  # while the first kernel starts
            from credtools.runs import importing  # noqa: PLC0415

            importing.papermill()
        found = [one for path in files for one in importing.files_in(path)]
        kernels.expected = len(found)
        for file in found:
            import_file = importing.import_divided if split else importing.import_whole
            done = import_file(file, recipe=recipe, max_reject_rate=max_reject_rate, kernels=kernels)
            if as_json:
                print_json(importing.combined([run.outcome for run in done]).as_dict())
            else:
                for run in done:
                    print_outcome(run)
            codes += [exit_code(run, strict=strict) for run in done]
    sys.exit(next(code for code in WORST_FIRST if code in codes))


def exit_code(run: Run, *, strict: bool) -> int:
    if isinstance(run.error, MissingFileError) and run.outcome.verdict == "failed":
        return 2
    if run.export_failed:
        return 5
    if strict and run.outcome.verdict == "partial":
        return 1
    return EXIT[run.outcome.verdict]
