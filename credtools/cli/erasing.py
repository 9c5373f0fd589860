"""`erase`: a person, or what was kept long enough; shown before it is done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from credtools.cli.common import open_registry, print_json, stop
from credtools.errors import CredtoolsError

if TYPE_CHECKING:
    from credtools.privacy.erase import Erasure


@click.command()
@click.argument("email", default="")
@click.option("--id", "external_id", default="", help="Instead of the address: the User ID.")
@click.option("--reason", default="", help="Why, without a name: it stays in the history. Required for a person.")
@click.option("--expired", is_flag=True, help="Nobody, but what is older than the settings keep_…_days say.")
@click.option("--yes", is_flag=True, help="Erase without asking.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def erase(email: str, external_id: str, reason: str, *, expired: bool, yes: bool, as_json: bool) -> None:
    """Erase everything of one person, or with --expired what was kept long enough; the history still verifies.

    There is no way back. Says first what goes, and asks; in a script say --yes. With --json it doesn't ask: without
    --yes it only says what would go.
    """
    if expired and (email or external_id or reason):
        raise CredtoolsError("--expired is about nobody in particular; leave out whom, and the reason.")
    registry = open_registry()
    found = (
        registry.retain(dry_run=True)
        if expired
        else registry.erase(email, reason, external_id=external_id, dry_run=True)
    )
    if not expired or any(found.counts.values()):  # else only the leftovers of what was erased already are taken away
        _show(found)
        if not yes:
            _ask(found, as_json=as_json)
    done = registry.retain() if expired else registry.erase(email, reason, external_id=external_id)
    if as_json:
        print_json({"erased": done.counts, "waiting": list(done.waiting), "audit_seq": done.audit_seq})
    elif expired and not any(done.counts.values()):
        click.echo("Nothing is older than the settings keep_…_days say, so nothing was erased.")
    else:
        click.echo(f"erased: {done}")


def _ask(found: Erasure, *, as_json: bool) -> None:
    """Comes back only with a yes."""
    if as_json:
        print_json({"erased": False, "counts": found.counts, "waiting": list(found.waiting), "audit_seq": None})
    if as_json or not sys.stdin.isatty():
        stop("Nothing was erased; say --yes to erase without being asked.", 2)
    if not click.confirm("Erase that for good?", err=True):
        stop("Nothing was erased.", 2)


def _show(found: Erasure) -> None:
    click.echo(f"Will go for good: {found}", err=True)
    if found.waiting:
        click.echo(f"Batches that wait and will be discarded: {', '.join(map(str, found.waiting))}.", err=True)
    for note in found.notes:
        click.echo(note, err=True)
