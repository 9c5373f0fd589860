"""Import: what a file is worth, importing it without a person, and its media."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credtools.cli.arguments import BATCH, FILE, FORCE, PATH, RECIPE, open_registry, require_free, unlocked
from credtools.cli.correct import ERROR_KEYS, corrections, reading_of, would_correct
from credtools.cli.ending import UNEXPECTED
from credtools.cli.output import SHOWN, Answer, command, first, pending_lines, progress, records, say, shown_lines
from credtools.errors import CredtoolsWarning, FileError, MissingFileError, RecipeError, SchemaError
from credtools.text import MOST_QUOTED, plural, quoted

if TYPE_CHECKING:
    from credtools.model import Review
    from credtools.registry import Registry
    from credtools.runs.importing import Run

EXIT = {"ok": 0, "partial": 0, "held": 1, "failed": 3, "unknown": 4}
MISUSE = (MissingFileError, RecipeError, SchemaError)
CAUSE_KEYS = ("code", "column", "value", "pattern", "count", "suggestion")


# --- check ------------------------------------------------------------------------------------------------------


@command(example="check export.csv --recipe recipes/hr.yaml")
@FILE
@RECIPE
@click.option(
    "--unknown-users", type=PATH, help="Write the users whom nobody knows here as a file to complete and load."
)
@FORCE
def check(file: Path, recipe: Path | None, unknown_users: Path | None, *, force: bool) -> Answer:
    """Check a file without storing anything.

    Of a correction file it says what 'credtools correct' would do with each row.
    Exit 0 clean or only warnings, 1 rows rejected, 2 misuse (no such file, a recipe that can't be used), 3 the file is
    refused: unreadable, a heading missing, too many rows.
    """
    from credtools.exports.corrections import is_correction  # noqa: PLC0415

    if unknown_users:
        require_free(unknown_users, force=force)
    registry = open_registry()
    try:
        with progress(f"Checking {file.name}"):
            corrects = is_correction(file)
        if corrects:
            return would_correct(file, corrections(registry, file, dry_run=True))
        review = unlocked(partial(_checked, registry, file, recipe))
    except MissingFileError:
        raise
    except FileError as problem:
        return Answer(_refused(registry, file, recipe, problem), code=3, problem=problem.on("prompt"))
    lines = _review_lines(file, review)
    if unknown_users:
        others = records(registry.known_otherwise(review))
        written = registry.write_unknown_users(unknown_users, review)
        loads = f"credtools load users {unknown_users}"
        then = f"then: {loads}" if registry.may("administer") else f"then an administrator loads it: {loads}"
        told = f"{plural(written, 'unknown user')} written to {unknown_users}. Complete it, {then}."
        lines = chain(lines, [told], _known_otherwise(others))
    return Answer(_judged(file, review), lines, 1 if review.rejected.any() else 0)


def _checked(registry: Registry, file: Path, recipe: Path | None, password: str | None) -> Review:
    with progress(f"Checking {file.name}"):
        return registry.check(file, recipe, password=password)


def _known_otherwise(others: list[dict[str, Any]]) -> Iterator[str]:
    """Who isn't unknown: only their User ID, or address, is."""
    if others:
        yield f"{plural(len(others), 'user')} of the file aren't new: they are known under another User ID or address."
        yield "Correct the file, or load a list of users with the ID or address of today. They weren't written:"
        yield from first([f"  {one['external_id'] or one['email']} is {one['known_as']}" for one in others])


def _judged(file: Path, review: Review) -> Iterator[dict[str, Any]]:
    data = {"file": str(file), "sha256": review.table.sha256, "rows": review.rows, **review.counted}
    data |= {"reading": reading_of(review.table, review.headings)}
    data |= {"errors": records(review.errors, ERROR_KEYS), "causes": records(review.causes, CAUSE_KEYS)}
    data["dates"] = [dict(one) for one in review.dates]
    yield data | {"warnings": [one.as_dict() for one in review.warnings]}


def _refused(registry: Registry, file: Path, recipe: Path | None, problem: FileError) -> dict[str, Any]:
    """A file that is refused as a whole, with what could be read of it all the same, but nothing that may be data."""
    from credtools import Recipe  # noqa: PLC0415
    from credtools.registry import reviewing, uploading  # noqa: PLC0415

    error = {
        "sheet": 1,
        "line": problem.line,
        "piece": 1,
        "heading": "",
        "column": problem.column,
        "value": "",
        "code": problem.code,
    }
    error |= {"title": "File refused", "resolution": problem.on("prompt"), "suggestion": "", "blocks": True}
    none = {"rows": 0, "ready": 0, "rejected": 0, "left_out": 0}
    data: dict[str, Any] = {"file": str(file), "sha256": None, **none, "reading": None}
    with suppress(FileError):
        content, name, known = uploading.given(file, Recipe.load(recipe) if recipe else Recipe())
        table = reviewing.as_it_is(registry, content, name, known, registry.lookups())
        data |= {"sha256": table.sha256, "rows": len(table.lines)}
        quotable = [name for name in table.frame.columns if name not in table.reading.hidden]
        data["warnings"] = [one.as_dict() for one in table.reading.noted]
        found = reading_of(table, {}) | {"headings": dict.fromkeys(quotable[:MOST_QUOTED])}
        for one in (found, *found.get("sheets", ())):  # names of sheets are content, examples are cells
            one |= {"sheet": one["sheet"] and quoted([one["sheet"]]), "warnings": []}
        data["reading"] = found | {"warnings": [one["sentence"] for one in data["warnings"]]}
    return {"warnings": [], **data, "errors": [error], "causes": []}


def _review_lines(file: Path, review: Review) -> Iterator[str]:
    found = review.table.reading
    yield f"{file}: {plural(review.rows, 'row')} · {found}"
    yield from (f"Warning: {one.example or one.sentence}" for one in (*review.origin, *found.noted))
    if unknown := [heading for heading, column in review.headings.items() if column is None]:
        yield f"Unrecognised headings (kept with each row): {found.quoted(unknown)}"
    yield from _dates_lines(review)
    if not review.rows:
        yield "The file has headings, but no rows. Check the export at its source."
    yield repr(review)
    yield from cause_lines(review)


def _dates_lines(review: Review) -> Iterator[str]:
    """Per date column what somebody should look at: how its day and month are told apart, and what isn't read."""
    for one in review.dates:
        forms = one["evidence"]
        read = sum(form["reads"] for form in forms if form["in_force"])
        open_order = any(form["proves"] + form["both_ways"] < form["reads"] or form["both_ways"] for form in forms)
        if read < one["values"] or open_order:
            said = [form["sentence"] for form in forms if form["reads"] or read == 0]
            yield f"{one['heading']}: {' '.join(said)}"


def cause_lines(review: Review) -> Iterator[str]:
    """The largest causes with the lines where they occur, then as many warnings."""
    from credtools.registry import strangers  # noqa: PLC0415

    for blocks, title in ((True, "Causes, largest first:"), (False, "Warnings, which reject no row:")):
        causes = review.causes[review.causes["blocks"] == blocks].to_dict("records")
        if causes:
            yield title
        if blocks and (unknown := strangers(review)).users:
            causes = [one for one in causes if one["cause"] not in unknown.causes]
            yield f"  {unknown.rows:>6,}  {unknown} · {shown_lines(unknown.lines)}"
            yield f"          {unknown.resolution()}"
        for cause in causes[:SHOWN]:
            lines = review.errors.loc[review.errors["cause"] == cause["cause"], "line"].tolist()
            looks = f"like ‘{cause['value']}’" if cause["pattern"] else cause["value"]
            parts = [cause["title"], cause["column"].replace("_", " "), looks, shown_lines(lines)]
            yield f"  {cause['count']:>6,}  {' · '.join(part for part in parts if part)}"
            yield f"          {cause['resolution']}"
        if len(causes) > SHOWN:
            yield f"  … and {len(causes) - SHOWN:,} more (credtools check --json lists all)."


# --- import -----------------------------------------------------------------------------------------------------


@command("import", example="import incoming --recipe recipes/hr.yaml")
@click.argument("files", type=PATH, nargs=-1, required=True, help="Files, folders, or patterns like 'export_*.csv'.")
@RECIPE
@click.option("--max-reject-rate", type=click.FloatRange(0, 1), help="Hold a batch when more of its rows are rejected.")
@click.option("--split", is_flag=True, help="Divide a file that has more rows than one batch takes.")
@click.option("--strict", is_flag=True, help="Exit 1 when a row was rejected.")
def import_(
    files: tuple[Path, ...], recipe: Path | None, max_reject_rate: float | None, *, split: bool, strict: bool
) -> Iterator[Answer]:
    """Import files without a person, each as its own batch.

    Each file is imported by a notebook run of its own, which leaves a folder of evidence under runs/. All files are
    tried; the worst exit code counts: 0 ok or partial, 1 held, 2 misuse (no such file, a recipe that can't be used),
    3 failed, 4 unknown, 5 imported, but a record or the rejects not written, 70 something that should not happen.
    """
    from credtools.limited import kept  # noqa: PLC0415

    with kept():
        from credtools.runs.kernel import Kernels  # noqa: PLC0415

    with Kernels(Path()) as kernels:
        with kept():  # while the first kernel starts
            from credtools.runs import importing  # noqa: PLC0415

            importing.papermill()
        found, skipped = importing.to_import(files, recipe)
        for file in skipped:
            say(f"skipped: {file} holds no table (no heading that is known here).", err=True)
        kernels.expected = len(found)
        options: dict[str, Any] = {"recipe": recipe, "max_reject_rate": max_reject_rate, "kernels": kernels}
        for place, file in enumerate(found, 1):
            with progress(f"Importing {file.name}" + f" ({place} of {len(found)})" * (len(found) > 1)) as tell:
                done = (
                    importing.import_parts(file, tell, **options) if split else [importing.import_file(file, **options)]
                )
            for run in done:
                if run.ignored:
                    warnings.warn(CredtoolsWarning(run.ignored), stacklevel=1)
                broken = run.outcome.verdict in ("failed", "unknown")
                code = exit_code(run, strict=strict)
                yield Answer([], outcome_lines(run), code, err=broken, stored=[str(run.outcome)])
            together = importing.combined([run.outcome for run in done])
            yield Answer(together.as_dict(), stored=[str(together)])


def exit_code(run: Run, *, strict: bool) -> int:
    if run.error is not None and run.error.code == "unexpected":
        return UNEXPECTED
    if isinstance(run.error, MISUSE) and run.outcome.verdict == "failed":
        return 2
    if run.export_failed:
        return 5
    return 1 if strict and run.outcome.verdict == "partial" else EXIT[run.outcome.verdict]


def outcome_lines(run: Run) -> Iterator[str]:
    outcome = run.outcome
    yield str(outcome)
    if outcome.verdict == "held":
        yield f"It is batch {outcome.batch}. Change the recipe or the lists and import the same file again, look"
        yield f"at it in review.ipynb (credtools lab), or discard it (credtools discard {outcome.batch})."
        if "held_by_rate" in outcome.held_by:
            yield "To import the rows that are right, import the file again with another --max-reject-rate."
    yield from pending_lines(outcome.pending, run.approvers)
    if outcome.notebook:
        yield f"record:  {outcome.notebook}"
    if run.rejects:
        yield f"rejects: {run.rejects}"


# --- what belongs to it -----------------------------------------------------------------------------------------


@command(example="media 3 scans.zip --match {user_email}_{credential_type}")
@BATCH
@click.argument("paths", type=PATH, nargs=-1, help="Files, folders or zips.")
@click.option("--match", help="How files are named after their rows, for example {user_email}_{credential_type}.")
@click.option("--optional", is_flag=True, help="Accept this batch's credentials without required media.")
def media(batch: int, paths: tuple[Path, ...], match: str | None, *, optional: bool) -> Answer:
    """Add media to the rows of a batch, finished or not.

    Without --match the recipe's pattern counts, else the names in the media column. Exit 1 when a file is refused or
    ambiguous, or the names in a zip are. What a file says otherwise than its row is told, and stops nothing.
    """
    if not (paths or optional):
        raise click.UsageError("Name the files, folders or zips to add, or use --optional.")
    registry = open_registry()
    found, dates = registry.batch(batch), registry.lookups().date_format
    if optional:
        found.make_media_optional()
    with progress("Adding media") as tell:
        done = found.add_media(paths, match, tell)
    from credtools.media.told import differing  # noqa: PLC0415

    lines = [f"batch {batch}: {done!r}", *(f"  {names.said}" for names in done.zips)]
    for name in ("refused", "ambiguous", "unmatched", "skipped"):
        lines += first([f"  {name}: {medium.reason}" for medium in getattr(done, name)], f" {name}")
    differs = [
        f"  differs: line {one.line}, {medium.file}: {differing(one, medium.media_type, dates)}"
        for medium in done.linked
        for one in medium.differs
    ]
    lines += first(differs, " differing")
    lacks = [
        (row.line, f"{', '.join(row.files)} didn't come" if row.files else f"{row.credential_type} requires media")
        for row in done.missing
    ]
    lines += first([f"  missing: line {line}: {what}" for line, what in lacks], " missing")
    doubtful = done.refused or done.ambiguous or any(names.candidates for names in done.zips)
    return Answer({"batch": batch, **done.as_dict()}, lines, 1 if doubtful else 0)


COMMANDS = (check, import_, media)
