"""Reviews and outcomes: as text for people, as objects for --json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credtools.cli.common import SHOWN, safe, shown_lines
from credtools.errors import FileError
from credtools.text import plural

if TYPE_CHECKING:
    from credtools.model import Outcome, Review, Table
    from credtools.runs.importing import Run


def check_object(file: Path, review: Review) -> dict[str, Any]:
    error_keys = ("line", "heading", "column", "value", "code", "title", "resolution", "suggestion", "blocks")
    cause_keys = ("code", "column", "value", "pattern", "count", "suggestion")
    return {
        "file": str(file),
        "sha256": review.table.sha256,
        "rows": review.rows,
        "ready": review.ready,
        "rejected": review.rows - review.ready,
        "reading": _reading_object(review.table, review.headings),
        "errors": _records(review.errors, error_keys),
        "causes": _records(review.causes, cause_keys),
    }


def _reading_object(table: Table, headings: Mapping[str, str | None]) -> dict[str, Any]:
    found = table.reading
    return {
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "sheet": found.sheet,
        "heading_line": found.heading_line,
        "heading_lines": list(found.heading_lines),
        "instruction_lines": list(found.instruction_lines),
        "preamble_lines": list(found.preamble_lines),
        "footer_lines": list(found.footer_lines),
        "repaired_lines": list(found.repaired_lines),
        "blank_lines": list(found.blank_lines),
        "aside_lines": list(found.aside_lines),
        "headings": dict(headings),
        "warnings": list(found.warnings),
    }


def refused_object(file: Path, recipe: Path | None, problem: FileError) -> dict[str, Any]:
    """The object of a file that is refused as a whole, with what could be read of it all the same."""
    from credtools import Recipe, read  # noqa: PLC0415

    error = {"line": problem.line, "heading": "", "column": problem.column, "value": "", "code": problem.code}
    error |= {"title": "File refused", "resolution": str(problem), "suggestion": "", "blocks": True}
    told: dict[str, Any] = {"file": str(file), "sha256": None, "rows": 0, "ready": 0, "rejected": 0, "reading": None}
    with suppress(FileError):
        table = read(file, **(Recipe.load(recipe).read if recipe else {}))
        told |= {"sha256": table.sha256, "rows": len(table.lines)}
        told["reading"] = _reading_object(table, dict.fromkeys(table.frame.columns))
    return {**told, "errors": [error], "causes": []}


def _records(frame: Any, keys: Iterable[str]) -> list[dict[str, Any]]:
    names = list(keys)
    columns = [frame[name].tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def print_review(file: Path, review: Review) -> None:
    found = review.table.reading
    click.echo(f"{file}: {plural(review.rows, 'row')} · {safe(found)}")
    for warning in found.warnings:
        click.echo(f"Warning: {warning}")
    unknown = [heading for heading, column in review.headings.items() if column is None]
    if unknown:
        click.echo(f"Headings that stand for nothing here (kept with the row): {safe(', '.join(unknown))}")
    if not review.rows:
        click.echo("The file has headings, but no rows; check the export at its source.")
    click.echo(repr(review))
    print_causes(review)


def print_causes(review: Review) -> None:
    """The largest causes with the lines that they stand on, then as many warnings."""
    for blocks, title in ((True, "Causes, largest first:"), (False, "Warnings, which block nothing:")):
        causes = review.causes[review.causes["blocks"] == blocks].to_dict("records")
        if causes:
            click.echo(title)
        for cause in causes[:SHOWN]:
            looks = cause["pattern"] or cause["value"]
            lines = review.errors.loc[review.errors["cause"] == cause["cause"], "line"].tolist()
            parts = [cause["title"], cause["column"].replace("_", " "), safe(looks), shown_lines(lines)]
            click.echo(f"  {cause['count']:>6,}  {' · '.join(part for part in parts if part)}")
            click.echo(f"          {safe(cause['resolution'])}")
        if len(causes) > SHOWN:
            click.echo(f"  … and {len(causes) - SHOWN:,} more (credtools check --json lists all).")


def print_outcome(run: Run) -> None:
    outcome: Outcome = run.outcome
    click.echo(safe(str(outcome)), err=outcome.verdict in ("failed", "unknown"))
    if outcome.verdict == "held":
        click.echo(
            f"It waits as batch {outcome.batch}: mend it in review.ipynb (credtools lab), or give it up: "
            f"credtools discard {outcome.batch}"
        )
    if outcome.notebook:
        click.echo(f"record:  {outcome.notebook}")
    if run.rejects:
        click.echo(f"rejects: {run.rejects}")
