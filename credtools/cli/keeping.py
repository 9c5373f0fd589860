"""Keep: the whole registry as one file, back again, and into another database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from credtools.cli.arguments import FORCE, PATH, open_registry
from credtools.cli.output import Answer, command, progress
from credtools.text import plural

VERIFIES = "Everything agrees."
LATER = (
    "What was done later isn't in it. Erase again who was erased since (credtools erase), then what is too old "
    "(credtools erase --expired)."
)


@command(example="backup backups/2026-11-30.zip")
@click.argument("file", type=PATH, help="The file to write, for example backups/2026-11-30.zip.")
@FORCE
def backup(file: Path, *, force: bool) -> Answer:
    """Write the whole registry, with its media, to one file.

    Others may work meanwhile: it is one moment. It holds everything and isn't encrypted. Don't copy credtools.db
    instead: such a copy lacks what is still in its log (credtools.db-wal), and 'credtools verify' can't notice.
    Exit 1 where stored files were missing already.
    """
    registry = open_registry()
    with progress("Backing up") as tell:
        done = registry.backup(file, force=force, progress=tell)
    data = asdict(done) | {"path": str(done.path)}
    return Answer(data, [str(done), *_lost(done.lost)], 1 if done.lost else 0)


def as_a_teams(given: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that makes a registry on a server."""
    given = click.option("--prefix", help="What the names of the roles begin with, if not as before (else ct).")(given)
    return click.option(
        "--team/--no-team",
        default=None,
        help="On PostgreSQL: whether roles say who may do what, as for init; by default as before.",
    )(given)


@command(example="restore backups/2026-11-30.zip")
@click.argument("file", type=PATH, help="A file that 'credtools backup' wrote.")
@as_a_teams
def restore(file: Path, prefix: str | None, *, team: bool | None) -> Answer:
    """Make the registry again from a backup.

    Into the place that credtools.toml names, in either kind of database, where nothing may be yet; all or nothing. The
    result is verified. Exit 1 where that finds problems.
    """
    from credtools import registry  # noqa: PLC0415

    with progress("Restoring") as tell:
        done = registry.restore(file, team=team, prefix=prefix, progress=tell)
    data = asdict(done) | {
        "made": done.made.isoformat(),
        "agrees": None if done.problems is None else not done.problems,
    }
    lines = [str(done), *_lost(done.lost), *_verified(done.problems), *_team(done.was_team, done.team), LATER]
    return Answer(data, lines, 1 if done.problems or done.lost else 0)


@command(example="copy credtools.db postgresql+psycopg://host/database")
@click.argument("source", metavar="FROM", help="The registry: a file, or the address of a database.")
@click.argument("target", metavar="TO", help="The new one: a file that isn't there, or an empty database.")
@click.option("--blobs", type=PATH, metavar="DIR", help="Copy the media to this folder, too.")
@as_a_teams
def copy(source: str, target: str, blobs: Path | None, prefix: str | None, *, team: bool | None) -> Answer:
    """Copy a registry into another database, SQLite or PostgreSQL.

    Both are equal row by row, and the copy is verified. Nobody needs to stop working, but what is written meanwhile
    isn't copied. Use only one of them afterwards. Exit 1 where verifying finds problems.
    """
    from credtools import registry  # noqa: PLC0415

    with progress("Copying") as tell:
        done = registry.copy(source, target, blobs=blobs, team=team, prefix=prefix, progress=tell)
    data: dict[str, Any] = asdict(done) | {"blobs": str(done.blobs), "agrees": not done.problems}
    lines = [str(done), *_lost(done.lost), *_verified(done.problems), *_team(done.was_team, done.team)]
    lines += ["Next: name it in credtools.toml (database, blobs), and put the other one away. Only one may be used."]
    return Answer(data, lines, 1 if done.problems or done.lost else 0)


def _lost(lost: Sequence[str]) -> Iterator[str]:
    if lost:
        were = "was" if len(lost) == 1 else "were"
        yield f"{plural(len(lost), 'stored file')} {were} missing or changed already (the first: {lost[0]})."


def _verified(problems: Sequence[str] | None) -> Iterator[str]:
    if problems is None:
        yield "It has an older layout. Next: credtools upgrade, then credtools verify."
        return
    yield from problems
    yield VERIFIES if not problems else f"{plural(len(problems), 'problem')} found."


def _team(was: str | None, team: str | None) -> Iterator[str]:
    if team is not None:
        yield (
            f"PostgreSQL keeps its rights by the roles {team}_…, which nobody has yet. Next: credtools grant LOGIN "
            "--role admin --as EMAIL."
        )
    elif was is not None:
        yield "Rights are no longer kept: whoever can open it may do everything."


COMMANDS = (backup, restore, copy)
