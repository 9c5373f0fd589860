"""People: users and credential types renamed, made one with another, and taken apart again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from credtools.cli.arguments import open_registry
from credtools.cli.output import Answer, command


@click.group()
def person() -> None:
    """Give a user another address, or make one person of two users."""


@click.group("type")
def kind() -> None:
    """Rename a credential type, or make it part of another one."""


def _verbs(group: click.Group, what: str, change: str, known: str, new: str, old: str, now: str) -> None:
    """The commands of a group.

    `change`: what rename does; `known`: what is asked for; `new`: what the new name is; `old`, `now`: an example.
    """

    def made(name: str, text: str, example: str, *more: Any) -> None:
        def run(old: str, **given: Any) -> Answer:
            done = getattr(open_registry(), f"{name}_{what}")(old, **given)
            return Answer(asdict(done), [str(done)])

        built = command(name, example=f"{what} {name} {example}", group=group, help=text)(run)
        built.params[:0] = [click.Argument(["old"], help=known), *more]

    still = "Files that still say the old one are understood."
    made("rename", f"{change}\n\n{still}", f"{old} {now}", click.Argument(["new"], help=new))
    into = click.Argument(["into"], help=f"The {what} of which it becomes part; what is set for that one holds.")
    trial = click.Option(["--dry-run"], is_flag=True, help="Only list which credentials would become one.")
    back = f"'credtools {what} unmerge' takes it back."
    of_both = f"Of a credential of both the newest version counts. {back}"
    made("merge", f"Make a {what} part of another one.\n\n{of_both}", f"{old} {now} --dry-run", into, trial)
    made("unmerge", "Take a merge back: each has what was written under its own name.", old)


ADDRESSES = ("ana@example.org", "ana.haddad@example.org")
KNOWN = "An e-mail address, or an External ID."
_verbs(person, "person", "Give a user another e-mail address.", KNOWN, "The new e-mail address.", *ADDRESSES)
RENAME = "Give a credential type another name."
_verbs(kind, "type", RENAME, "The name of a credential type.", "The new name.", "Forklift", "'Forklift Truck'")
COMMANDS = (person, kind)
