"""`init`, `load`, `settings`: the organisation."""

from __future__ import annotations

from pathlib import Path

import click

from credtools.cli.common import open_registry, print_json
from credtools.errors import CredtoolsError


@click.command()
def init() -> None:
    """Create the registry of this working folder (credtools.db, or as credtools.toml says)."""
    from credtools import registry  # noqa: PLC0415

    made = registry.create()
    click.echo(f"Created {made!r}. Next: credtools load users FILE, credtools load types FILE.")


@click.command()
@click.argument("kind", type=click.Choice(["users", "types"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def load(kind: str, file: Path, *, as_json: bool) -> None:
    """Add or update users or credential types from a file; all rows or none."""
    done = open_registry().load(kind, file)
    if as_json:
        print_json({"file": str(file), "added": done.added, "changed": done.changed, "unchanged": done.unchanged})
    else:
        click.echo(f"{kind}: {done.added:,} added · {done.changed:,} changed · {done.unchanged:,} unchanged")


@click.command()
@click.argument("key", required=False)
@click.argument("value", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def settings(key: str | None, value: str | None, *, as_json: bool) -> None:
    """Show the organisation's settings, or change one: settings date_format DD/MM/YYYY."""
    from dataclasses import asdict  # noqa: PLC0415

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
