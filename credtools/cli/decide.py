"""Decide: what people decide about credentials, rejected rows and whole batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from credtools.cli.arguments import BATCH, lines, open_registry
from credtools.cli.output import Answer, command, first, sent, shown_lines
from credtools.text import plural

if TYPE_CHECKING:
    from credtools.model import Line


def _decided(word: str, batch: int, done: Any) -> Answer:
    blocked = [{"line": line, "reason": reason} for line, reason in done.blocked.items()]
    data = {"batch": batch, "decided": list(done.decided), "blocked": blocked, "audit_head": done.audit_head}
    data |= {"deactivated": list(done.deactivated), "differing": list(done.differing)}
    said = [f"batch {batch}: {len(done.decided):,} {word}, {len(done.blocked):,} blocked"]
    said += [f"{notice} See {shown_lines(some)}." for notice, some in done.notices]
    if not done.decided:
        said.append(f"Nothing was decided: {'all that wait are blocked' if blocked else 'no credential is pending'}.")
    said += first([f"  line {line}: {reason}" for line, reason in done.blocked.items()])
    if done.lacks_media:
        optional = f"credtools media {batch} --optional"
        said.append(f"Add media: credtools media {batch} PATH, or accept the batch without: {optional}")
    return Answer(data, said, 0 if done.decided else 1)


@command(example="approve 3 --note 'HR list, November'")
@BATCH
@lines("Only these lines, all or none", required=False)
@click.option("--note", default="", help="Kept with the decision.")
def approve(batch: int, lines: tuple[Line, ...] | None, note: str) -> Answer:
    """Approve the pending credentials of a batch.

    Exit 1 when nothing was approved: nothing is pending, or everything is blocked.
    """
    return _decided("approved", batch, open_registry().approve(batch, lines, note))


@command(example="decline 3 --lines 5,9-12 --reason 'no signature'")
@BATCH
@lines("The lines to decline")
@click.option("--reason", required=True, help="Why, in a few words.")
def decline(batch: int, lines: tuple[Line, ...], reason: str) -> Answer:
    """Decline pending credentials of a batch, with a reason."""
    return _decided("declined", batch, open_registry().decline(batch, lines, reason))


@command(example="undecide 3 --lines 5")
@BATCH
@lines("Only these lines, all or none", required=False)
def undecide(batch: int, lines: tuple[Line, ...] | None) -> Answer:
    """Take back your own decision, within 60 seconds.

    The last one on the batch, all or nothing; its credentials wait again.
    """
    done = open_registry().undecide(batch, lines)
    data = {"batch": batch, "undecided": list(done.lines[batch]), "audit_head": done.audit_head}
    return Answer(data, [f"batch {batch}: {done}"])


@command(example="resubmit 4 --lines 7")
@BATCH
@lines("Unchanged rows whose credential was declined")
def resubmit(batch: int, lines: tuple[Line, ...]) -> Answer:
    """Reopen declined credentials that were uploaded again."""
    registry = open_registry()
    done, approvers = registry.resubmit(batch, lines), registry.sent_to()
    places = [{"line": line, "decide": {"batch": where, "line": at}} for line, (where, at) in done.items()]
    said = [f"batch {batch}: {plural(len(done), 'credential')} reopened for a new decision"]
    for where in sorted({where for where, _ in done.values()}):
        named = ",".join(str(at) for other, at in done.values() if other == where)
        mine = f"credtools approve {where} --lines {named}"
        said.append(f"  to decide: {mine if approvers is None else sent(approvers)}")
    return Answer({"batch": batch, "resubmitted": places}, said)


def _withdrawn(batch: int, done: Any) -> Answer:
    newer = [{"line": line, "decides": {"batch": where, "line": at}} for line, (where, at) in done.newer.items()]
    data = {"batch": batch, "decided": list(done.decided), "newer": newer, "audit_head": done.audit_head}
    counted, *lines = str(done).splitlines()
    return Answer(data, [f"batch {batch}: {counted}", *first(lines)])


@command(example="withdraw 3 --lines 5 --reason 'licence revoked'")
@BATCH
@lines("The lines to withdraw")
@click.option("--reason", required=True, help="Why, in a few words.")
def withdraw(batch: int, lines: tuple[Line, ...], reason: str) -> Answer:
    """Withdraw approved credentials, with a reason.

    They no longer count, and no older version takes their place.
    """
    return _withdrawn(batch, open_registry().withdraw(batch, lines, reason))


@command(example="reinstate 3 --lines 5 --reason 'revoked by mistake'")
@BATCH
@lines("The withdrawn lines")
@click.option("--reason", default="", help="Kept with it.")
def reinstate(batch: int, lines: tuple[Line, ...], reason: str) -> Answer:
    """Make withdrawn credentials count again."""
    return _withdrawn(batch, open_registry().reinstate(batch, lines, reason))


def _closed(state: str, batch: int, closed: tuple[Line, ...], *, for_good: bool = False) -> Answer:
    data = {"batch": batch, "state": state, "lines": list(closed)}
    data |= {"for_good": True} if for_good else {}
    return Answer(data, [f"batch {batch}: {plural(len(closed), 'reject')} now {state}{' for good' * for_good}"])


@command(example="waive 3 --lines 5,9-12 --reason 'left the company'")
@BATCH
@lines("The rejected lines")
@click.option("--reason", required=True, help="Why nobody will fix them, in a few words.")
@click.option("--for-good", is_flag=True, help="Waive the same records again when they come again, until reopened.")
def waive(batch: int, lines: tuple[Line, ...], reason: str, *, for_good: bool) -> Answer:
    """Close rejected rows that nobody will fix, with a reason."""
    return _closed("waived", batch, open_registry().waive(batch, lines, reason, for_good=for_good), for_good=for_good)


@command(example="reopen 3 --lines 5")
@BATCH
@lines("The waived lines")
def reopen(batch: int, lines: tuple[Line, ...]) -> Answer:
    """Open waived rows again."""
    return _closed("open", batch, open_registry().reopen(batch, lines))


@command(example="undo 3 --dry-run")
@BATCH
@click.option("--dry-run", is_flag=True, help="Only say what would become of it.")
def undo(batch: int, *, dry_run: bool) -> Answer:
    """Take back a finished batch.

    What no other batch says, too, no longer counts, and the rejected rows that it had fixed are open again.
    """
    done = open_registry().undo(batch, dry_run=dry_run)
    state = "finished" if dry_run else "undone"
    data = {"batch": batch, "state": state, "versions": done.fallen, "kept": dict(done.kept)}
    data |= {"reopened": done.reopened, "affected": list(done.affected)}
    return Answer(data, [f"batch {batch}: {'would be undone' if dry_run else 'undone'}: {done}"])


@command(example="discard 3")
@BATCH
def discard(batch: int) -> Answer:
    """Discard a whole upload that isn't finished: a draft or held batch.

    Nothing of it becomes a credential, and none of its rows is followed.
    """
    open_registry().batch(batch).discard()
    return Answer({"batch": batch, "state": "discarded"}, [f"batch {batch}: discarded"])


COMMANDS = (approve, decline, undecide, resubmit, withdraw, reinstate, waive, reopen, undo, discard)
