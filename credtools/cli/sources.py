"""Sources: renamed, made one with another and taken apart again, and shared within a team."""

from __future__ import annotations

from typing import Any

import click

from credtools.cli.arguments import open_registry
from credtools.cli.output import Answer, command

SOURCE = "The name of a source; 'credtools show --sources' lists them."


def _answer(done: Any) -> Answer:
    data = {"source": done.name, "now": done.now or done.name, "batches": done.batches, "credentials": done.credentials}
    return Answer(data, [str(done)])


@click.group()
def source() -> None:
    """Rename a source, make it part of another one, or share it."""


@command(example="source rename hr people", group=source)
@click.argument("old", help=SOURCE)
@click.argument("new", help="Its new name: that of its recipe's file, without the ending.")
def rename(old: str, new: str) -> Answer:
    """Rename a source.

    Files that still come under the old name belong to it, and say so.
    """
    return _answer(open_registry().rename_source(old, new))


@command(example="source merge hr people", group=source)
@click.argument("old", help=SOURCE)
@click.argument("into", help="The source of which it becomes part.")
def merge(old: str, into: str) -> Answer:
    """Make a source part of another one.

    Of two things that they said last about a credential the later one holds. 'credtools source unmerge' takes it back.
    """
    return _answer(open_registry().merge_source(old, into))


@command(example="source unmerge hr", group=source)
@click.argument("old", help="The source that was merged.")
def unmerge(old: str) -> Answer:
    """Take a merge back: the source has again what came under its own name."""
    return _answer(open_registry().unmerge_source(old))


@command(example="source share hr ulf", group=source)
@click.argument("name", metavar="SOURCE", help=SOURCE)
@click.argument("login", help="A login of the team.")
def share(name: str, login: str) -> Answer:
    """Let a login of a team upload under a source that others began.

    It sees everything that came under it, then. A source that a service began belongs to all uploaders anyway.
    """
    open_registry().share_source(name, login)
    return Answer({"source": name, "login": login}, [f"{login} uploads under {name!r}, too, and sees all of it."])


@command(example="source unshare hr ulf", group=source)
@click.argument("name", metavar="SOURCE", help=SOURCE)
@click.argument("login", help="With whom it was shared.")
def unshare(name: str, login: str) -> Answer:
    """Take that back; what the login has uploaded stays its own."""
    open_registry().unshare_source(name, login)
    return Answer({"source": name, "login": login}, [f"{login} no longer uploads under {name!r}."])


COMMANDS = (source,)
