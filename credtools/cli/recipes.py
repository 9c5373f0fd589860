"""`recipe show` and `recipe diff`: what a recipe says, and what another one would change."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from credtools.cli.common import SHOWN, open_registry, print_json, safe

PATH = click.Path(path_type=Path)


@click.group()
def recipe() -> None:
    """Look at a recipe, or compare two of them on a file."""


@recipe.command()
@click.argument("path", type=PATH)
@click.option("--file", type=PATH, help="A file: shows before → after of each rule, with the rows that it changes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def show(path: Path, file: Path | None, *, as_json: bool) -> None:
    """Show what a recipe says, and what its rules do to a file."""
    from credtools.recipe import Recipe  # noqa: PLC0415

    found = Recipe.load(path)
    hits = open_registry().hits(file, found) if file else ()
    if as_json:
        rules = [{**hit.rule.told(), "rows": hit.rows, "changes": [list(one) for one in hit.changes]} for hit in hits]
        print_json({"recipe": str(path), "fingerprint": found.fingerprint, "text": found.text(), "rules": rules})
        return
    click.echo(safe(found.text()), nl=False)
    for hit in hits:
        click.echo(f"{hit.rows:>6,} rows  {safe(hit.label)}")
        for before, after, rows in hit.changes[:SHOWN]:
            click.echo(f"             {safe(repr(before))} → {safe(repr(after))} ({rows:,})")


@recipe.command()
@click.argument("first", type=PATH)
@click.argument("second", type=PATH)
@click.argument("file", type=PATH)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def diff(first: Path, second: Path, file: Path, *, as_json: bool) -> None:
    """Say which rows of a file the second recipe would judge otherwise than the first. Exit 1 when there are some."""
    found = open_registry().compare_recipes(file, first, second)
    if as_json:
        rows = [{"line": r.line, "before": r.before, "after": r.after} for r in found.rows]
        print_json({"file": str(file), "ready": found.ready, "rejected": found.rejected, "rows": rows})
    elif not found.rows:
        click.echo(f"No row changes: {found.ready:,} ready, {found.rejected:,} rejected by both.")
    else:
        click.echo(f"{len(found.rows):,} of {found.ready + found.rejected:,} rows change.")
        for row in found.rows[:SHOWN]:
            click.echo(f"  {row}")
        if len(found.rows) > SHOWN:
            click.echo(f"  … and {len(found.rows) - SHOWN:,} more (--json lists all).")
    sys.exit(1 if found.rows else 0)
