"""Privacy: erasing a person, or what was kept long enough; shown before it is done."""

from __future__ import annotations

import sys
from functools import partial

import click

from credtools.cli.arguments import YES, open_registry
from credtools.cli.output import Answer, command, progress, say, stop, wants_json
from credtools.errors import CredtoolsError


@command(example="erase ana@example.org --reason 'asked for it on 3 May'")
@click.argument("email", default="", help="The person's address.")
@click.option("--id", "external_id", default="", help="Instead of the address: the User ID.")
@click.option("--reason", default="", help="Why, without a name: it is kept in the history. Required for a person.")
@click.option("--expired", is_flag=True, help="Instead of a person: everything older than keep_…_days (settings).")
@YES(help="Erase without asking.")
def erase(email: str, external_id: str, reason: str, *, expired: bool, yes: bool) -> Answer:
    """Erase a person, or what is older than the settings allow.

    Values, media and files are erased permanently; the history still verifies. Shows first what will be erased, and
    asks. In a script use --yes; with --json and without --yes it only says what would be erased.
    """
    if expired and (email or external_id or reason):
        raise CredtoolsError("expired_alone")
    registry = open_registry()
    erasing = partial(registry.erase, email, reason, external_id=external_id)
    with progress("Looking for what to erase"):
        found = registry.retain(dry_run=True) if expired else erasing(dry_run=True)
    if not expired or any(found.counts.values()):  # else only the leftovers of what was erased already are taken away
        say(f"This will be erased permanently: {found}", err=True)
        if found.waiting:
            say(f"These unfinished batches will be discarded: {', '.join(map(str, found.waiting))}.", err=True)
        for note in found.notes:
            say(note, err=True)
        if not yes and (wants_json() or not sys.stdin.isatty()):
            data = {"erased": False, "counts": found.counts, "waiting": list(found.waiting), "audit_seq": None}
            return Answer(data, code=2, problem="Nothing was erased. Use --yes to erase without being asked.")
        if not yes and not click.confirm("Erase it permanently?", err=True):
            stop("Nothing was erased.", 2)
    with progress("Erasing"):
        done = registry.retain() if expired else erasing()
    data = {"erased": done.counts, "waiting": list(done.waiting), "audit_seq": done.audit_seq}
    nothing = expired and not any(done.counts.values())
    kept = "Nothing is older than the settings keep_…_days allow, so nothing was erased."
    return Answer(data, [kept if nothing else f"erased: {done}"])


COMMANDS = (erase,)
