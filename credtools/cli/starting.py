"""`demo`, `lab` and `app`: ways in."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from credtools.cli.common import open_registry
from credtools.cli.files import exit_code
from credtools.cli.reports import print_causes, print_outcome


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("credtools-demo"), show_default=True)
@click.option("--rows", type=click.IntRange(100, 20_000), default=2_000, show_default=True)
def demo(folder: Path, rows: int) -> None:
    """Make an organisation and a messy export in a folder, import it unattended, and say what to open next."""
    from credtools import demo as making  # noqa: PLC0415
    from credtools.runs import importing  # noqa: PLC0415

    made = making.prepare(folder, rows)
    os.environ["CREDTOOLS_DATABASE"] = str((folder / making.DATABASE).absolute())  # never the team's own registry
    click.echo(f"Made an organisation in {folder}: {made.registry!r}")
    click.echo(f"Importing {made.export} with {made.recipe} …")
    review = made.registry.check(made.export, made.recipe)
    run = importing.import_file(made.export, recipe=made.recipe, folder=folder)
    print_causes(review)
    print_outcome(run)
    me = "credtools" if shutil.which("credtools") else str(Path(sys.argv[0]).absolute())
    click.echo(f"Next, to approve what was accepted: cd {folder} && {me} approve {run.outcome.batch}")
    click.echo(f"Then, in the same folder, to clean the rest by hand in JupyterLab: {me} lab")
    click.echo(f"There, drop {making.EXPORT}: it is known, so its recipe {making.RECIPE} is taken again.")
    click.echo(f"What requires media finds them in the folder {making.SCANS}.")
    sys.exit(exit_code(run, strict=False))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...]) -> None:
    """Copy the notebooks into this folder (a changed copy is never overwritten) and open JupyterLab."""
    from credtools.jupyter import lab as opening  # noqa: PLC0415

    sys.exit(opening.open_lab(Path.cwd(), arguments))


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Where to listen; usually any free port.")
@click.option("--browser/--no-browser", default=True, help="Whether to open a browser.")
def app(port: int, *, browser: bool) -> None:
    """Open the wizard, the approvals and the credentials page as apps without code, until Ctrl+C."""
    from credtools.jupyter import app as serving  # noqa: PLC0415

    open_registry()  # whether there is one is said here, not in each page
    sys.exit(serving.run(Path.cwd(), port, browser=browser, say=click.echo))
