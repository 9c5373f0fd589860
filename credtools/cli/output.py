"""Output: the one place that decides what a command prints – JSON for programs, lines for people – and where.

And how far a long command has come, for a person who waits at a terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import wraps
from threading import Timer
from typing import TYPE_CHECKING, Any, NoReturn

import click

from credtools.cli import ending
from credtools.errors import CredtoolsError, FileError, MissingFileError, UnknownOutcomeError
from credtools.text import first_of, plural

if TYPE_CHECKING:
    from credtools.model import Line

SHOWN = 10  # lines of a list for people; --json lists all
JSON_HELP = "Print JSON, one object a line and nothing left out."
AFTER_SECONDS = 1.0  # what ends sooner shows no progress
MISUSED = (click.ClickException, click.Abort, click.exceptions.Exit)  # what click itself ends a command with
CODES = {MissingFileError: 2, FileError: 3, UnknownOutcomeError: 4, CredtoolsError: 2}  # the first that fits
WORST_FIRST = (
    ending.UNEXPECTED,
    ending.NOBODY_READS,
    4,
    3,
    2,
    1,
    5,
    0,
)  # exit codes, where a command has several answers


@dataclass(frozen=True)
class Answer:
    """What a command says: `data` with --json, else `lines`; a `problem` always goes to stderr.

    Both may be generators: what nobody reads is never made. With `err` the lines go to stderr, too. `stored`: of what
    other processes have written, so that it is said even where stdout takes nothing.
    """

    data: Mapping[str, Any] | Iterable[Mapping[str, Any]]
    lines: Iterable[str] = ()
    code: int = 0
    problem: str = ""
    err: bool = False
    stored: Sequence[str] = ()


def command(
    name: str | None = None, *, example: str, group: Any = click, **settings: Any
) -> Callable[[Callable[..., Answer | Iterable[Answer]]], click.Command]:
    """A command with --json, which prints its answers, then exits with the worst of their codes."""

    def made(function: Callable[..., Answer | Iterable[Answer]]) -> click.Command:
        @wraps(function)
        def run(*, as_json: bool, **given: Any) -> None:
            codes: list[int] = []
            try:
                found = function(**given)
                answers = [found] if isinstance(found, Answer) else found
                codes.extend(_said(one, as_json=as_json) for one in answers)
            except (CredtoolsError, *MISUSED):
                raise
            except Exception as problem:  # noqa: BLE001 - whatever it was, what is stored is said
                ending.fault(problem, as_json=as_json)
            sys.exit(next(code for code in WORST_FIRST if code in codes))

        built: click.Command = group.command(name, epilog=f"Example: credtools {example}", **settings)(run)
        built.params.append(click.Option(["--json", "as_json"], is_flag=True, help=JSON_HELP))
        return built

    return made


def _said(answer: Answer, *, as_json: bool) -> int:
    """Prints an answer, and returns its exit code: another one when nobody got it."""
    try:
        return _print(answer, as_json=as_json)
    except ending.UnsaidError as lost:
        return ending.unsaid(lost, answer.stored)


def _print(answer: Answer, *, as_json: bool) -> int:
    if as_json:
        for one in [answer.data] if isinstance(answer.data, Mapping) else answer.data:
            ending.emit(json.dumps(one, allow_nan=False))
    else:
        for line in answer.lines:
            say(line, err=answer.err)
    if answer.problem:
        stop(answer.problem, answer.code)
    return answer.code


def wants_json() -> bool:
    """Whether the command that runs was asked for JSON."""
    return bool(click.get_current_context().params.get("as_json"))


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Shows what is being done while it lasts, and how far it is where the function that is given says (done, all).

    Nothing with --json, nor where stderr is no terminal: a log holds results only.
    """
    if wants_json() or not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich import progress as rich  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415

    text = rich.TextColumn("{task.description}", markup=False)
    columns = rich.SpinnerColumn(), text, rich.BarColumn(), rich.TimeElapsedColumn()
    shown = rich.Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
    task = shown.add_task(visible(doing), total=None)
    starting = Timer(AFTER_SECONDS, shown.start)
    starting.start()
    try:
        yield lambda done, total: shown.update(
            task, completed=done, total=total, description=visible(f"{doing}: {done:,} of {total:,}")
        )
    finally:
        starting.cancel()
        starting.join()
        shown.stop()


def visible(text: str) -> str:
    """Text for a terminal: control characters, which could move the cursor or colour it, are written out."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def say(line: str, *, err: bool = False) -> None:
    ending.emit(visible(line), err=err)


def stop(sentence: str, code: int) -> NoReturn:
    say(f"credtools: {sentence}", err=True)
    sys.exit(code)


def code_of(problem: CredtoolsError) -> int:
    """The exit code of an error."""
    return next(code for kind, code in CODES.items() if isinstance(problem, kind))


def pending_lines(pending: Iterable[tuple[int, int]], approvers: Sequence[str] | None = None) -> Iterator[str]:
    """What to do next with the (batch, credentials) that wait for a decision; `approvers`: who decides, if not you."""
    for batch, count in pending:
        waits = "waits" if count == 1 else "wait"
        counted = f"{plural(count, 'credential')} of batch {batch}"
        if approvers is None:
            yield f"{counted} {waits} for approval. Next: credtools approve {batch}"
        else:
            yield f"{counted} {'was' if count == 1 else 'were'} {sent(approvers)}."


def sent(approvers: Sequence[str]) -> str:
    """That others decide, and who they are."""
    return f"sent to approvers ({first_of(approvers, SHOWN) or 'nobody has that role yet'})"


def first(lines: Sequence[str], what: str = "") -> Iterator[str]:
    """The first lines of a list, and how many are left out."""
    yield from lines[:SHOWN]
    if len(lines) > SHOWN:
        yield f"  … and {len(lines) - SHOWN:,} more{what} (--json lists all)."


def shown_lines(lines: Iterable[Line], limit: int = 5) -> str:
    """'lines 3, 7, 8 …' of a few lines."""
    from credtools.model import order  # noqa: PLC0415

    named = sorted(set(lines), key=order)
    more = " …" if len(named) > limit else ""
    return f"line{'s' * (len(named) > 1)} {', '.join(map(str, named[:limit]))}{more}"


def records(frame: Any, names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The rows of a frame (some of its columns) as JSON knows them: nothing for what is missing, days as 2026-01-31."""
    chosen = list(frame.columns if names is None else names)
    columns = [[_plain(value) for value in frame[name].tolist()] for name in chosen]
    return [dict(zip(map(str, chosen), row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    import pandas as pd  # noqa: PLC0415

    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="seconds").removesuffix("T00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.item() if hasattr(value, "item") else value
