"""`media`: files for the rows of a batch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credtools.cli.common import SHOWN, open_registry, print_json, safe

if TYPE_CHECKING:
    from credtools.media import Attached


@click.command()
@click.argument("batch", type=int)
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1)
@click.option("--match", help="How files are named after their rows, for example {user_email}_{credential_type}.")
@click.option("--optional", is_flag=True, help="Let this batch's credentials go without required media.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def media(batch: int, paths: tuple[Path, ...], match: str | None, *, optional: bool, as_json: bool) -> None:
    """Add files, folders or zips to the rows of a batch, finished or not. Exit 1 when one is refused or ambiguous.

    Without --match the recipe's pattern counts, else the names in the media column.
    """
    if not (paths or optional):
        raise click.UsageError("Name the files, folders or zips to add, or say --optional.")
    found = open_registry().batch(batch)
    if optional:
        found.make_media_optional()
    done = found.add_media(paths, match)
    if as_json:
        print_json({"batch": batch, **done.as_dict()})
    else:
        _print(batch, done)
    sys.exit(1 if done.refused or done.ambiguous else 0)


def _print(batch: int, done: Attached) -> None:
    click.echo(f"batch {batch}: {done!r}")
    for name in ("refused", "ambiguous", "unmatched"):
        entries = getattr(done, name)
        for medium in entries[:SHOWN]:
            click.echo(f"  {name}: {safe(medium.reason)}")
        if len(entries) > SHOWN:
            click.echo(f"  … and {len(entries) - SHOWN:,} more {name} (--json lists all).")
    for row in done.missing[:SHOWN]:
        lacks = f"{', '.join(row.files)} didn't come" if row.files else f"{row.credential_type} requires media"
        click.echo(f"  missing: line {row.line}: {safe(lacks)}")
    if len(done.missing) > SHOWN:
        click.echo(f"  … and {len(done.missing) - SHOWN:,} more missing (--json lists all).")
