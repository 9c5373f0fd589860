"""`template` and `export`: files that people take away."""

from __future__ import annotations

from pathlib import Path

import click

from credtools.cli.common import open_registry, print_json

OUTPUT = click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The file to write.")


@click.command()
@OUTPUT
@click.option("--schema", default="credentials", show_default=True, help="credentials, users or credential_types.")
def template(output: Path, schema: str) -> None:
    """Write the template that people fill in: .csv, or .xlsx with lists of the organisation's own types."""
    click.echo(f"The template was written to {open_registry().template(output, schema)}.")


@click.command()
@OUTPUT
@click.option("--batch", type=int, help="Only what one batch wrote.")
@click.option("--expiring", type=click.IntRange(0, 36_500), metavar="DAYS", help="Only what expires within DAYS days.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def export(output: Path, batch: int | None, expiring: int | None, *, as_json: bool) -> None:
    """Write what was accepted as clean template files of at most 20,000 rows each.

    With --expiring only the newest approved version of each credential, soonest first.
    """
    registry = open_registry()
    if batch is not None:
        registry.batch(batch)  # a batch that isn't there is misuse, not an empty file
    written = [str(path) for path in registry.export(output, batch, expiring=expiring)]
    if as_json:
        print_json({"files": written})
    else:
        click.echo(f"Written: {', '.join(written)}.")
