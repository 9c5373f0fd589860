"""Correct: rejected rows that were corrected in a file – taking them back, and what would become of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credtools.cli.arguments import PATH, open_registry, unlocked_batches
from credtools.cli.output import Answer, code_of, command, first, pending_lines, progress, records
from credtools.text import plural

if TYPE_CHECKING:
    from credtools.model import Corrected, Table
    from credtools.registry import Registry

ERROR_KEYS = (
    *("sheet", "line", "piece", "heading", "column", "value"),
    *("code", "title", "resolution", "suggestion", "blocks"),
)
READING_KEYS = (
    *("encoding", "delimiter", "sheet", "heading_line", "heading_lines", "instruction_lines"),
    *("preamble_lines", "footer_lines", "repaired_lines", "blank_lines", "aside_lines", "warnings"),
)
CORRECTED = ("fixed", "still_wrong", "newly_wrong", "untouched", "left_out")


def would_correct(file: Path, done: Corrected) -> Answer:
    """What would become of each row of a correction file, in the words of `check` and of `correct`."""
    from credtools.exports.corrections import read_corrections  # noqa: PLC0415

    table, line_of = read_corrections(file), dict(done.lines)
    became = {name: sorted(line_of[one] for one in getattr(done, name)) for name in CORRECTED[:-1]}
    rows, ready = len(table.lines), len(done.fixed)
    counts = {"rows": rows, "ready": ready, "rejected": rows - ready, "left_out": 0}
    data: dict[str, Any] = {"file": str(file), "sha256": table.sha256, **counts}
    data |= {"reading": reading_of(table, dict.fromkeys(table.frame.columns)), "warnings": []}
    data |= {"errors": _errors(done), "causes": []}
    data["correction"] = _became(done) | {"lines": became}
    said = f"{file}: a correction file with {plural(rows, 'row')}. Nothing is stored; credtools correct would give:"
    lines = [said, str(done), *_not_taken(done)]
    lines += first(_said(data["errors"]))
    return Answer(data, lines, 0 if done.verdict == "ok" else 1)


def reading_of(table: Table, headings: Mapping[str, str | None]) -> dict[str, Any]:
    found = {name: getattr(table.reading, name) for name in READING_KEYS}
    if stacked := table.reading.stacked:
        found["sheets"] = [{name: getattr(one, name) for name in READING_KEYS} for one in stacked]
    return {**found, "headings": table.shaped.in_file(headings) if table.shaped else dict(headings)}


@command(example="correct wrong.xlsx")
@click.argument("file", type=PATH, help="A file that 'credtools rejects -o' wrote.")
@click.option("--recipe", type=PATH, help="Use this recipe instead of the one that the rows were checked with.")
def correct(file: Path, recipe: Path | None) -> Answer:
    """Import rejected rows that were corrected in a file.

    Only its rows are checked. Exit 0 when they are all correct or unchanged, 1 when some are still or newly wrong or
    couldn't be used.
    """
    registry = open_registry()
    done = corrections(registry, file, recipe)
    problem = next((one.on("prompt") for one in done.stopped), "")
    pending = {one.batch: registry.batch(one.batch).pending for one in done.receipts}
    lines = [str(replace(done, stopped=())), *_not_taken(done), *_still_rejected(done), *map(str, done.receipts)]
    lines += pending_lines([(batch, count) for batch, count in pending.items() if count], registry.sent_to())
    batches = [
        {"batch": one.batch, **one.counts.as_dict(), "pending": pending[one.batch], "receipt": one.as_dict()}
        for one in done.receipts
    ]
    data = {"file": str(file), **_became(done), "batches": batches, "problem": problem or None}
    data["errors"] = _errors(done)
    code = next(map(code_of, done.stopped), 1 if done.still_wrong or done.newly_wrong or done.problems else 0)
    return Answer(data, lines, code, problem)


def corrections(registry: Registry, file: Path, recipe: Path | None = None, *, dry_run: bool = False) -> Corrected:
    """What `registry.correct` gives; a person is asked for the passwords of files whose rows are corrected."""

    def done() -> Corrected:
        with progress(f"{'Checking' if dry_run else 'Importing'} {file.name}"):
            return registry.correct(file, recipe, dry_run=dry_run)

    return unlocked_batches(registry, done)


def _became(done: Corrected) -> dict[str, Any]:
    data: dict[str, Any] = {name: len(getattr(done, name)) for name in CORRECTED}
    data["repaired"] = [{"line": line, "heading": heading} for line, heading in done.repaired]
    return data | {"problems": [{"line": line, "problem": sentence} for line, sentence in done.problems]}


def _errors(done: Corrected) -> list[dict[str, Any]]:
    return [one for frame in done.errors for one in records(frame, ERROR_KEYS)]


def _said(errors: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"  line {one['line']}: {one['title']}: {one['resolution']}" for one in errors]


def _still_rejected(done: Corrected) -> Iterator[str]:
    """What is wrong with the rows that were corrected, and are rejected again."""
    wrong = {line for reject, line in done.lines if reject in {*done.still_wrong, *done.newly_wrong}}
    yield from first(_said(one for one in _errors(done) if one["blocks"] and one["line"] in wrong))


def _not_taken(done: Corrected) -> Iterator[str]:
    rewritten = "a spreadsheet rewrote the cell under {!r}, so its original value is used"
    yield from first([f"  line {line}: {sentence}" for line, sentence in done.problems])
    yield from first([f"  line {line}: {rewritten.format(heading)}" for line, heading in done.repaired])


COMMANDS = (correct,)
