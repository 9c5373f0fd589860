"""Ending: how a command ends when something happens that should not – what was written is said all the same.

Exit 70 is worse than all others: a program that reads the answer must not take a fault for *held* or *failed*. What a
command has written is known, as each write is noted once it is committed (`session.written`).
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from credtools.errors import CredtoolsError, unexpected

if TYPE_CHECKING:
    from credtools.registry import Registry

UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h
NOBODY_READS = 141  # as a shell tells of a program that SIGPIPE has ended
INTERRUPTED = 130  # the same of SIGINT
# In what a command keeps: the registries that it has opened; why stdout takes nothing any more.
OPENED, UNSAID = "credtools.opened", "credtools.unsaid"


class UnsaidError(Exception):
    """What a command says reaches nobody: stdout is closed, or what it goes to is full."""

    def __init__(self, problem: OSError | ValueError | None) -> None:
        self.why = (problem.strerror if isinstance(problem, OSError) else "") or "it is closed"
        self.by_reader = isinstance(problem, OSError) and problem.errno == errno.EPIPE
        super().__init__(self.why)


def emit(text: str, *, err: bool = False) -> None:
    """Prints. Raises UnsaidError when stdout doesn't take it; what stderr doesn't take is said nowhere."""
    kept = _kept()
    if not err and UNSAID in kept:
        raise kept[UNSAID]
    if not err and sys.stdout is None:
        raise UnsaidError(None)
    try:
        click.echo(text, err=err)
    except (OSError, ValueError) as problem:
        if not err:
            raise UnsaidError(problem) from problem


def _kept() -> dict[str, Any]:
    """What this command keeps until it ends."""
    context = click.get_current_context(silent=True)
    return context.meta if context else {}


def opened(registry: Registry) -> Registry:
    """The registry, which is closed when the command ends, and asked then what was written."""
    if context := click.get_current_context(silent=True):
        context.call_on_close(registry.close)
    _kept().setdefault(OPENED, []).append(registry)
    return registry


def written() -> list[dict[str, Any]]:
    """What this command has written, in the order of the history."""
    found: Iterable[Registry] = _kept().get(OPENED, ())
    return [one._asdict() for registry in found for one in registry.written]


def fault(problem: Exception, *, as_json: bool = False) -> NoReturn:
    """Ends a command that found what should not happen: one sentence, and what was written."""
    if isinstance(problem, UnsaidError):
        sys.exit(unsaid(problem))
    done, error = written(), unexpected(problem)
    sentence = f"{error.on('prompt')} {_done(done)}"
    if as_json:
        with suppress(UnsaidError):
            emit(json.dumps({"verdict": "unexpected", "problem": sentence, "written": done}))
    emit(f"credtools: {sentence}", err=True)
    sys.exit(UNEXPECTED)


def unsaid(lost: UnsaidError, said: Iterable[str] = ()) -> int:
    """Says on stderr what stdout didn't take, as far as it matters later, and returns the exit code.

    `said`: what would have been printed of something that is stored. Where only the reader has gone and nothing was
    written, as in `credtools rejects | head`, nothing needs to be said.
    """
    _kept()[UNSAID] = lost
    with suppress(OSError, ValueError):  # Python would try once more when it ends, and end with a code of its own
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    done, told = written(), list(said)
    if lost.by_reader and not done and not told:
        return NOBODY_READS
    error = CredtoolsError("answer_unsaid", why=lost.why)
    emit(f"credtools: {error.on('prompt')} {' '.join(told) or _done(done)}", err=True)
    return UNEXPECTED


def interrupted() -> NoReturn:
    """Ends a command that somebody has stopped."""
    emit(f"credtools: {CredtoolsError('interrupted').on('prompt')} {_done(written())}", err=True)
    sys.exit(INTERRUPTED)


def _done(done: list[dict[str, Any]]) -> str:
    """What was written, as a sentence."""
    return f"This command has written: {', '.join(_events(done))}." if done else "This command has written nothing."


def _events(done: list[dict[str, Any]]) -> Iterator[str]:
    for one in done:
        batch = "" if one["batch"] is None else f" of batch {one['batch']}"
        yield f"{one['event'].replace('_', ' ')}{batch} (event {one['audit_seq']})"
