"""`correct`: rejected rows that were mended in a spreadsheet come back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from credtools.cli.common import SHOWN, open_registry, print_json, safe

COUNTS = ("fixed", "still_wrong", "newly_wrong", "untouched", "left_out")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--recipe", type=click.Path(path_type=Path), help="Instead of the one by which the rows were judged.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def correct(file: Path, recipe: Path | None, *, as_json: bool) -> None:
    """Take back a file of `credtools rejects -o` that was corrected; only its rows are judged.

    Exit 0 when all its rows are right now or untouched, 1 when some are still or newly wrong or could not be taken.
    """
    done = open_registry().correct(file, recipe)
    if as_json:
        told = {name: len(getattr(done, name)) for name in COUNTS}
        repaired = [{"line": line, "heading": heading} for line, heading in done.repaired]
        problems = [{"line": line, "problem": sentence} for line, sentence in done.problems]
        batches = [{"batch": one.batch, **one.counts.as_dict(), "receipt": one.as_dict()} for one in done.receipts]
        print_json({"file": str(file), **told, "repaired": repaired, "problems": problems, "batches": batches})
    else:
        click.echo(str(done))
        for line, sentence in done.problems[:SHOWN]:
            click.echo(f"  line {line}: {sentence}")
        for line, heading in done.repaired[:SHOWN]:
            click.echo(
                f"  line {line}: the cell under {safe(heading)!r} was rewritten by a spreadsheet; it counts as it came"
            )
        for told_more in (done.problems, done.repaired):
            if len(told_more) > SHOWN:
                click.echo(f"  … and {len(told_more) - SHOWN:,} more (--json lists all).")
        for receipt in done.receipts:
            click.echo(str(receipt))
    sys.exit(1 if done.still_wrong or done.newly_wrong or done.problems else 0)
