"""`approve`, `decline`, `resubmit`, `undo`, `discard`, `waive`, `reopen`: what a person decides about a batch."""

from __future__ import annotations

from typing import Any

import click

from credtools.cli.common import SHOWN, open_registry, parse_lines, print_json
from credtools.text import plural


@click.command()
@click.argument("batch", type=int)
@click.option("--lines", help="Only these lines, for example 5,9-12; refused when one of them can't be decided.")
@click.option("--note", default="", help="Kept with the decision.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def approve(batch: int, lines: str | None, note: str, *, as_json: bool) -> None:
    """Approve the pending credentials of a batch, all at once."""
    done = open_registry().approve(batch, parse_lines(lines), note)
    _decided("approved", batch, done, as_json=as_json)


@click.command()
@click.argument("batch", type=int)
@click.option("--lines", required=True, help="The lines to decline, for example 5,9-12.")
@click.option("--reason", required=True, help="Why, in a few words.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def decline(batch: int, lines: str, reason: str, *, as_json: bool) -> None:
    """Decline pending credentials, with a reason."""
    done = open_registry().decline(batch, parse_lines(lines) or (), reason)
    _decided("declined", batch, done, as_json=as_json)


def _decided(word: str, batch: int, done: Any, *, as_json: bool) -> None:
    if as_json:
        blocked = [{"line": line, "reason": reason} for line, reason in done.blocked.items()]
        print_json({"batch": batch, "decided": list(done.decided), "blocked": blocked, "audit_head": done.audit_head})
        return
    click.echo(f"batch {batch}: {len(done.decided):,} {word}, {len(done.blocked):,} blocked")
    if not done.decided and not done.blocked:
        click.echo("None of its credentials is pending.")
    for line, reason in list(done.blocked.items())[:SHOWN]:
        click.echo(f"  line {line}: {reason}")
    if len(done.blocked) > SHOWN:
        click.echo(f"  … and {len(done.blocked) - SHOWN:,} more (--json lists all)")
    if done.lacks_media:
        click.echo(f"Add media: credtools media {batch} PATH, or let it go without: credtools media {batch} --optional")


@click.command()
@click.argument("batch", type=int)
@click.option("--lines", required=True, help="Unchanged rows whose credential was declined, for example 5,9-12.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def resubmit(batch: int, lines: str, *, as_json: bool) -> None:
    """Have declined credentials that came again decided again."""
    done = open_registry().resubmit(batch, parse_lines(lines) or ())
    if as_json:
        places = [{"line": line, "decide": {"batch": where, "line": at}} for line, (where, at) in done.items()]
        print_json({"batch": batch, "resubmitted": places})
        return
    click.echo(f"batch {batch}: {len(done):,} resubmitted")
    for where in sorted({where for where, _ in done.values()}):
        named = ",".join(str(at) for other, at in sorted(done.values()) if other == where)
        click.echo(f"  to decide: credtools approve {where} --lines {named}")


@click.command()
@click.argument("batch", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def undo(batch: int, *, as_json: bool) -> None:
    """Take a finished batch back: its credentials no longer stand, the rejects that it had fixed are open again."""
    fallen = open_registry().undo(batch)
    if as_json:
        print_json({"batch": batch, "state": "undone", "versions": fallen})
    else:
        click.echo(f"batch {batch}: undone, {plural(fallen, 'version')} no longer stand{'s' * (fallen == 1)}")


@click.command()
@click.argument("batch", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def discard(batch: int, *, as_json: bool) -> None:
    """Give up a draft or held batch."""
    open_registry().batch(batch).discard()
    if as_json:
        print_json({"batch": batch, "state": "discarded"})
    else:
        click.echo(f"batch {batch}: discarded")


@click.command()
@click.argument("batch", type=int)
@click.option("--lines", required=True, help="The rejected lines, for example 5,9-12.")
@click.option("--reason", required=True, help="Why nobody will repair them, in a few words.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def waive(batch: int, lines: str, reason: str, *, as_json: bool) -> None:
    """Close open rejects that nobody will repair, with a reason."""
    _closed("waived", batch, open_registry().waive(batch, parse_lines(lines) or (), reason), as_json=as_json)


@click.command()
@click.argument("batch", type=int)
@click.option("--lines", required=True, help="The waived lines, for example 5,9-12.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def reopen(batch: int, lines: str, *, as_json: bool) -> None:
    """Open waived rejects again."""
    _closed("open", batch, open_registry().reopen(batch, parse_lines(lines) or ()), as_json=as_json)


def _closed(state: str, batch: int, lines: tuple[int, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"batch": batch, "state": state, "lines": list(lines)})
    else:
        click.echo(f"batch {batch}: {plural(len(lines), 'reject')} now {state}")
