"""Sources: renamed, made one with another, and taken apart again."""

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
    """Rename a source, or make it part of another one."""


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


COMMANDS = (source,)
