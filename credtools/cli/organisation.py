"""`init`, `upgrade`, `load`, `settings`: the organisation."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from credtools.cli.common import SHOWN, open_registry, plain, print_json, safe, stop
from credtools.errors import CredtoolsError, LoadError
from credtools.text import plural


@click.command()
def init() -> None:
    """Create the registry of this working folder (credtools.db, or as credtools.toml says), and copy the notebooks."""
    from credtools import registry  # noqa: PLC0415
    from credtools.jupyter import lab  # noqa: PLC0415

    made = registry.create()
    lab.copy_notebooks(Path())
    click.echo(f"Created {made!r}. Next: credtools load users FILE, credtools load types FILE.")


@click.command()
def upgrade() -> None:
    """Bring the registry of an older credtools to the newest layout; an SQLite file is copied first."""
    from credtools import registry  # noqa: PLC0415

    click.echo(str(registry.upgrade()))


@click.command()
@click.argument("kind", type=click.Choice(["users", "types"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace/--add", default=False, help="--replace: who isn't in the file becomes deactivated.")
@click.option("--yes", is_flag=True, help="Deactivate without asking, and more than a tenth of the active.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def load(kind: str, file: Path, *, replace: bool, yes: bool, as_json: bool) -> None:
    """Add or update users or credential types from a file; all rows or none."""
    registry = open_registry()
    try:
        if replace:
            _show_absent(kind, registry.load(kind, file, replace=True, dry_run=True).absent, yes=yes)
        done = registry.load(kind, file, replace=replace, yes=yes)
    except LoadError as problem:
        _print_errors(problem, as_json=as_json)
        raise
    if as_json:
        print_json({"file": str(file), **asdict(done)})
    else:
        for line in f"{kind}: {done}".splitlines():
            click.echo(safe(line))


def _print_errors(problem: LoadError, *, as_json: bool) -> None:
    rows = problem.errors[problem.errors["blocks"]].to_dict("records")
    for row in rows if as_json else rows[:SHOWN]:
        if as_json:
            print_json(plain(row))
        else:
            click.echo(f"  line {row['line']} · {row['title']}: {safe(row['resolution'])}", err=True)


def _show_absent(kind: str, absent: Sequence[str], *, yes: bool) -> None:
    """Who is about to be deactivated; a person at a terminal is asked."""
    if not absent:
        return
    more = f" and {len(absent) - SHOWN:,} more" if len(absent) > SHOWN else ""
    shown = ", ".join(safe(name) for name in absent[:SHOWN])
    told = plural(len(absent), kind.removesuffix("s")) + (" isn't" if len(absent) == 1 else " aren't")
    click.echo(f"{told} in the file and will be deactivated: {shown}{more}.", err=True)
    if not yes and sys.stdin.isatty() and not click.confirm("Go on?", err=True):
        stop("Nothing was loaded.", 2)


@click.command(context_settings={"ignore_unknown_options": True})  # a value may begin with a minus
@click.argument("key", required=False)
@click.argument("value", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def settings(key: str | None, value: str | None, *, as_json: bool) -> None:
    """Show the organisation's settings, or change one: settings date_format DD/MM/YYYY."""
    registry = open_registry()
    if key and value is not None:
        registry.set(key, value)
    found = asdict(registry.settings)
    if key and key not in found:
        raise CredtoolsError(f"There is no setting {key!r}; settings: {', '.join(found)}.")
    shown = {key: found[key]} if key else found
    if as_json:
        print_json(shown)
    else:
        for name, setting in shown.items():
            click.echo(f"{name} = {setting}")
