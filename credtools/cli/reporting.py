"""`report`: pages for people who don't open notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from credtools.cli.common import filtered, open_registry


@click.command()
@click.argument("batch", type=int, required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The .html file.")
@filtered
def report(batch: int | None, output: Path, **filters: Any) -> None:
    """Write one page that anybody can open and print: of a batch, or without a number of all rejected rows."""
    if batch is not None and any(filters.values()):
        raise click.UsageError("The page of a batch tells all of it; filters go with the audit (no batch number).")
    registry = open_registry()
    written = registry.report(output, **filters) if batch is None else registry.batch(batch).report(output)
    click.echo(f"Written to {written}; open it in a browser.")
