"""`rejects`, `show`, `verify`: looking back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credtools.audit.filters import GROUPS, WORDS
from credtools.cli.common import filtered, open_registry, plain, print_json, safe, shown_lines
from credtools.text import plural

if TYPE_CHECKING:
    from credtools.registry import Batch

UNNAMED = {"column": "the row as a whole", "type": "type not known"}


@click.command()
@click.option("--batch", type=int, help="Only those of one batch.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write the open ones to a .csv or .xlsx file, to be corrected.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per error on stdout.")
def rejects(batch: int | None, output: Path | None, *, as_json: bool) -> None:
    """List rejected rows and what became of them."""
    registry = open_registry()
    if batch is not None:
        registry.batch(batch)  # a batch that isn't there is misuse, not an empty list
    found = registry.audit.rejects(batch=batch)
    if output:
        count = registry.write_rejects(output, batch)
        click.echo(
            f"{plural(count, 'open reject')} written to {output}; correct them, then: credtools correct FILE",
            err=as_json,
        )
    if as_json:
        for row in found.to_dict("records"):
            print_json(plain(row))
    elif not output:
        for row in found.to_dict("records"):
            where = f"batch {row['batch']} line {row['line']} · {row['state']}"
            click.echo(f"{where} · {row['title']}: {safe(row['resolution'])}")
        click.echo(f"{plural(found['reject'].nunique(), 'rejected row')}, {_open_rejects(found):,} still open.")


def _open_rejects(found: Any) -> int:
    return int(found.loc[found["state"] == "open", "reject"].nunique())


@click.command()
@click.option("--by", type=click.Choice(GROUPS), default="code", show_default=True)
@filtered
@click.option("--batch", type=int, help=WORDS["batch"].help)
@click.option("--ageing", is_flag=True, help="How long the open ones have been open, in days.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def audit(by: str, *, ageing: bool, as_json: bool, **filters: Any) -> None:
    """Count rejected rows by what became of them, or the open ones by their age."""
    asked = open_registry().audit
    counts = (asked.ageing if ageing else asked.rejects)(by, **filters)
    rows = {str(key): plain(row) for key, row in zip(counts.index, counts.to_dict("records"), strict=True)}
    if as_json:
        print_json(rows)
        return
    for key, row in rows.items():
        click.echo(f"{safe(key) or UNNAMED.get(by, '')}: " + " · ".join(f"{n:,} {word}" for word, n in row.items()))
    if not rows:
        chosen = any(value is not None for value in filters.values())
        click.echo("No rejected row fits." if chosen else "No row was rejected.")


@click.command()
@click.argument("batch", type=int, required=False)
@click.option("--sources", is_flag=True, help="Each source and its last run.")
@click.option("--line", type=int, help="All that happened to the row on this line of the batch.")
@click.option("--person", metavar="EMAIL", help="All that is known about a person.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
def show(batch: int | None, line: int | None, person: str | None, *, sources: bool, as_json: bool) -> None:
    """Show a batch with its receipt, or the history of a row or a person; without a number the list of batches."""
    if line is not None and batch is None:
        raise click.UsageError("A line is one of a batch: credtools show BATCH --line LINE.")
    registry = open_registry()
    if person is not None:
        _print_rows(registry.audit.person(person), as_json=as_json)
    elif batch is None:
        frame = registry.sources() if sources else registry.batches()
        _print_rows(frame, as_json=as_json)
        if frame.empty and not as_json:
            click.echo("Nothing was uploaded yet. Next: credtools import FILE --recipe RECIPE.")
    elif line is not None:
        _print_rows(registry.audit.row(batch, line), as_json=as_json)
    else:
        _print_batch(registry.batch(batch), as_json=as_json)


def _print_rows(frame: Any, *, as_json: bool) -> None:
    for row in frame.to_dict("records"):
        shown = plain(row)
        if as_json:
            print_json(shown)
        else:
            click.echo(" · ".join(f"{k} {safe(v)}" for k, v in shown.items() if v not in (None, "")))


def _print_batch(found: Batch, *, as_json: bool) -> None:
    receipt, counts = found.receipt, found.counts
    told: dict[str, Any] = {
        "batch": found.id,
        "file": found.file,
        "state": found.state,
        "source": found.source,
        **counts.as_dict(),
    }
    told |= {"held_because": found.held_because, "receipt": receipt.as_dict() if receipt else None}
    if as_json:
        print_json(told)
        return
    click.echo(safe(repr(found)))
    if found.state in ("draft", "held") and len(idle := found.idle_patches()):
        sentence = f"{plural(len(idle), 'correction')} of this source {'does' if len(idle) == 1 else 'do'} nothing"
        click.echo(f"{sentence} in this file (batch.idle_patches lists them).")
    if found.held_because:
        click.echo(f"held: {found.held_because}")
    if receipt:
        click.echo(str(receipt))
    written = found.credentials()
    decisions = written["decision"].value_counts().to_dict()
    click.echo("credentials: " + (" · ".join(f"{n:,} {word}" for word, n in decisions.items()) or "none"))
    if pending := written.loc[written["decision"] == "pending", "line"].tolist():
        click.echo(f"pending: {shown_lines(pending, limit=50)}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def verify(*, as_json: bool) -> None:
    """Compare the stored history with what was chained. Exit 0 when everything agrees, else 1."""
    problems = open_registry().verify()
    if as_json:
        print_json({"agrees": not problems, "problems": problems})
    else:
        for problem in problems:
            click.echo(problem)
        click.echo("Everything agrees." if not problems else f"{plural(len(problems), 'problem')} found.")
    sys.exit(1 if problems else 0)
